//! Rows of `comments`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "comments")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub discussion_id: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub body: Option<String>,
    pub user_id: Option<i32>,
    pub parent_id: Option<i32>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub comment_votes_count: i32,
    pub attachments_count: i32,
    pub edited_at: Option<DateTime>,
    pub versions_count: Option<i32>,
    pub body_format: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    pub discarded_at: Option<DateTime>,
    pub discarded_by: Option<i32>,
    pub content_locale: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub link_previews: Json,
    pub parent_type: String,
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
            discussion_id: Some(0),
            body: Some(String::new()),
            user_id: Some(0),
            parent_id: None,
            created_at: None,
            updated_at: None,
            comment_votes_count: 0,
            attachments_count: 0,
            edited_at: None,
            versions_count: Some(0),
            body_format: "md".to_owned(),
            attachments: Json::Array(Vec::new()),
            discarded_at: None,
            discarded_by: None,
            content_locale: None,
            link_previews: Json::Array(Vec::new()),
            parent_type: String::new(),
        }
    }
}
