//! Rows of `outcomes`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outcomes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub poll_id: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub statement: String,
    pub author_id: i32,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub latest: bool,
    pub poll_option_id: Option<i32>,
    #[sea_orm(column_type = "JsonBinary")]
    pub custom_fields: Json,
    pub statement_format: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    pub versions_count: i32,
    pub review_on: Option<Date>,
    pub content_locale: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub link_previews: Json,
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
            poll_id: None,
            statement: String::new(),
            author_id: 0,
            created_at: None,
            updated_at: None,
            latest: true,
            poll_option_id: None,
            custom_fields: Json::Object(Default::default()),
            statement_format: "md".to_owned(),
            attachments: Json::Array(Vec::new()),
            versions_count: 0,
            review_on: None,
            content_locale: None,
            link_previews: Json::Array(Vec::new()),
        }
    }
}
