//! Rows of `discussions`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "discussions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub group_id: Option<i32>,
    pub author_id: Option<i32>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub title: Option<String>,
    pub last_comment_at: Option<DateTime>,
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    pub items_count: i32,
    pub closed_at: Option<DateTime>,
    pub private: bool,
    pub key: Option<String>,
    pub iframe_src: Option<String>,
    pub last_activity_at: Option<DateTime>,
    pub last_sequence_id: i32,
    pub first_sequence_id: i32,
    pub versions_count: Option<i32>,
    pub closed_polls_count: i32,
    pub importance: i32,
    pub seen_by_count: i32,
    pub ranges_string: Option<String>,
    pub description_format: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub info: Json,
    pub max_depth: i32,
    pub newest_first: bool,
    pub discarded_at: Option<DateTime>,
    pub members_count: Option<i32>,
    pub anonymous_polls_count: i32,
    pub content_locale: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub link_previews: Json,
    pub pinned_at: Option<DateTime>,
    pub discarded_by: Option<i32>,
    pub template: bool,
    pub tags: Option<Vec<String>>,
    pub discussion_template_id: Option<i32>,
    pub discussion_template_key: Option<String>,
    pub closer_id: Option<i32>,
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
            group_id: None,
            author_id: None,
            created_at: None,
            updated_at: None,
            title: None,
            last_comment_at: None,
            description: None,
            items_count: 0,
            closed_at: None,
            private: true,
            key: None,
            iframe_src: None,
            last_activity_at: None,
            last_sequence_id: 0,
            first_sequence_id: 0,
            versions_count: Some(0),
            closed_polls_count: 0,
            importance: 0,
            seen_by_count: 0,
            ranges_string: None,
            description_format: "md".to_owned(),
            attachments: Json::Array(Vec::new()),
            info: Json::Object(Default::default()),
            max_depth: 2,
            newest_first: false,
            discarded_at: None,
            members_count: None,
            anonymous_polls_count: 0,
            content_locale: None,
            link_previews: Json::Array(Vec::new()),
            pinned_at: None,
            discarded_by: None,
            template: false,
            tags: Some(Vec::new()),
            discussion_template_id: None,
            discussion_template_key: None,
            closer_id: None,
        }
    }
}
