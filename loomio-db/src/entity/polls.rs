//! Rows of `polls`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "polls")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub author_id: i32,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub details: Option<String>,
    pub closing_at: Option<DateTime>,
    pub closed_at: Option<DateTime>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub discussion_id: Option<i32>,
    pub key: String,
    pub poll_type: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub stance_data: Option<Json>,
    pub voters_count: i32,
    pub multiple_choice: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub custom_fields: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub stance_counts: Json,
    pub group_id: Option<i32>,
    #[sea_orm(column_type = "JsonBinary")]
    pub matrix_counts: Json,
    pub undecided_voters_count: i32,
    pub voter_can_add_options: bool,
    pub anonymous: bool,
    pub versions_count: Option<i32>,
    pub details_format: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    pub discarded_at: Option<DateTime>,
    pub discarded_by: Option<i32>,
    pub specified_voters_only: bool,
    pub notify_on_closing_soon: i32,
    pub content_locale: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub link_previews: Json,
    pub shuffle_options: bool,
    pub hide_results: i32,
    pub chart_type: Option<String>,
    pub min_score: Option<i32>,
    pub max_score: Option<i32>,
    pub minimum_stance_choices: Option<i32>,
    pub maximum_stance_choices: Option<i32>,
    pub dots_per_person: Option<i32>,
    pub process_name: Option<String>,
    pub template: bool,
    pub reason_prompt: Option<String>,
    pub poll_option_name_format: Option<String>,
    pub stance_reason_required: i32,
    pub limit_reason_length: bool,
    pub default_duration_in_days: Option<i32>,
    pub agree_target: Option<i32>,
    pub process_subtitle: Option<String>,
    pub process_url: Option<String>,
    pub tags: Option<Vec<String>>,
    pub poll_template_id: Option<i32>,
    pub poll_template_key: Option<String>,
    pub show_none_of_the_above: bool,
    pub none_of_the_above_count: i32,
    pub quorum_pct: Option<i32>,
}

/// Relations are followed by hand: the schema declares almost none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Default for Model {
    /// A new row as the database would default it.
    fn default() -> Self {
        Self {
            id: 0,
            author_id: 0,
            title: String::new(),
            details: None,
            closing_at: None,
            closed_at: None,
            created_at: None,
            updated_at: None,
            discussion_id: None,
            key: String::new(),
            poll_type: String::new(),
            stance_data: Some(Json::Object(Default::default())),
            voters_count: 0,
            multiple_choice: false,
            custom_fields: Json::Object(Default::default()),
            stance_counts: Json::Array(Vec::new()),
            group_id: None,
            matrix_counts: Json::Array(Vec::new()),
            undecided_voters_count: 0,
            voter_can_add_options: false,
            anonymous: false,
            versions_count: Some(0),
            details_format: "md".to_owned(),
            attachments: Json::Array(Vec::new()),
            discarded_at: None,
            discarded_by: None,
            specified_voters_only: false,
            notify_on_closing_soon: 0,
            content_locale: None,
            link_previews: Json::Array(Vec::new()),
            shuffle_options: false,
            hide_results: 0,
            chart_type: None,
            min_score: None,
            max_score: None,
            minimum_stance_choices: None,
            maximum_stance_choices: None,
            dots_per_person: None,
            process_name: None,
            template: false,
            reason_prompt: None,
            poll_option_name_format: None,
            stance_reason_required: 1,
            limit_reason_length: true,
            default_duration_in_days: None,
            agree_target: None,
            process_subtitle: None,
            process_url: None,
            tags: Some(Vec::new()),
            poll_template_id: None,
            poll_template_key: None,
            show_none_of_the_above: false,
            none_of_the_above_count: 0,
            quorum_pct: None,
        }
    }
}
