//! Rows of `documents`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "documents")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub model_id: Option<i32>,
    pub model_type: Option<String>,
    pub title: Option<String>,
    pub url: Option<String>,
    pub doctype: String,
    pub color: String,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub icon: Option<String>,
    pub author_id: i32,
    pub web_url: Option<String>,
    pub thumb_url: Option<String>,
    pub file_file_name: Option<String>,
    pub file_content_type: Option<String>,
    pub group_id: Option<i32>,
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
            model_id: None,
            model_type: None,
            title: None,
            url: None,
            doctype: String::new(),
            color: String::new(),
            created_at: None,
            updated_at: None,
            icon: None,
            author_id: 0,
            web_url: None,
            thumb_url: None,
            file_file_name: None,
            file_content_type: None,
            group_id: None,
        }
    }
}
