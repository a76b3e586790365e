//! Rows of `poll_templates`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "poll_templates")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub key: Option<String>,
    pub group_id: i32,
    pub position: i32,
    pub author_id: i32,
    pub poll_type: String,
    pub process_name: Option<String>,
    pub process_subtitle: Option<String>,
    pub title: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub details: Option<String>,
    pub details_format: String,
    pub anonymous: bool,
    pub specified_voters_only: bool,
    pub notify_on_closing_soon: i32,
    pub content_locale: Option<String>,
    pub shuffle_options: bool,
    pub hide_results: i32,
    pub chart_type: Option<String>,
    pub min_score: Option<i32>,
    pub max_score: Option<i32>,
    pub minimum_stance_choices: Option<i32>,
    pub maximum_stance_choices: Option<i32>,
    pub dots_per_person: Option<i32>,
    pub reason_prompt: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub poll_options: Json,
    pub stance_reason_required: i32,
    pub limit_reason_length: bool,
    pub default_duration_in_days: i32,
    pub agree_target: Option<i32>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub meeting_duration: Option<i32>,
    pub can_respond_maybe: bool,
    pub poll_option_name_format: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub link_previews: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub atttachments: Json,
    pub tags: Option<Vec<String>>,
    pub discarded_at: Option<DateTime>,
    pub process_introduction: Option<String>,
    pub process_introduction_format: String,
    pub title_placeholder: Option<String>,
    pub outcome_statement: Option<String>,
    pub outcome_statement_format: String,
    pub outcome_review_due_in_days: Option<i32>,
    pub public: bool,
    pub show_none_of_the_above: bool,
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
            key: None,
            group_id: 0,
            position: 0,
            author_id: 0,
            poll_type: String::new(),
            process_name: None,
            process_subtitle: None,
            title: None,
            details: None,
            details_format: "md".to_owned(),
            anonymous: false,
            specified_voters_only: false,
            notify_on_closing_soon: 0,
            content_locale: None,
            shuffle_options: false,
            hide_results: 0,
            chart_type: None,
            min_score: None,
            max_score: None,
            minimum_stance_choices: None,
            maximum_stance_choices: None,
            dots_per_person: None,
            reason_prompt: None,
            poll_options: Json::Array(Vec::new()),
            stance_reason_required: 1,
            limit_reason_length: true,
            default_duration_in_days: 7,
            agree_target: None,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
            meeting_duration: None,
            can_respond_maybe: true,
            poll_option_name_format: "plain".to_owned(),
            link_previews: Json::Array(Vec::new()),
            atttachments: Json::Array(Vec::new()),
            tags: Some(Vec::new()),
            discarded_at: None,
            process_introduction: None,
            process_introduction_format: "md".to_owned(),
            title_placeholder: None,
            outcome_statement: None,
            outcome_statement_format: "html".to_owned(),
            outcome_review_due_in_days: None,
            public: false,
            show_none_of_the_above: false,
            quorum_pct: None,
        }
    }
}
