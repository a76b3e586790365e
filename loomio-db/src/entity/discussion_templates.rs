//! Rows of `discussion_templates`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "discussion_templates")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub source_discussion_id: Option<i32>,
    pub key: Option<String>,
    pub group_id: Option<i32>,
    pub position: Option<i32>,
    pub author_id: Option<i32>,
    pub title: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    pub description_format: String,
    pub process_name: Option<String>,
    pub process_subtitle: Option<String>,
    pub process_introduction: Option<String>,
    pub process_introduction_format: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    pub max_depth: i32,
    pub newest_first: bool,
    pub discarded_at: Option<DateTime>,
    pub discarded_by: Option<i32>,
    pub content_locale: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub link_previews: Json,
    pub tags: Option<Vec<String>>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    #[sea_orm(column_type = "JsonBinary")]
    pub poll_template_keys_or_ids: Json,
    pub title_placeholder: Option<String>,
    pub public: bool,
    pub recipient_audience: Option<String>,
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
            source_discussion_id: None,
            key: None,
            group_id: None,
            position: None,
            author_id: None,
            title: None,
            description: None,
            description_format: "html".to_owned(),
            process_name: None,
            process_subtitle: None,
            process_introduction: None,
            process_introduction_format: "html".to_owned(),
            attachments: Json::Array(Vec::new()),
            max_depth: 2,
            newest_first: false,
            discarded_at: None,
            discarded_by: None,
            content_locale: None,
            link_previews: Json::Array(Vec::new()),
            tags: Some(Vec::new()),
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
            poll_template_keys_or_ids: Json::Array(Vec::new()),
            title_placeholder: None,
            public: false,
            recipient_audience: None,
        }
    }
}
