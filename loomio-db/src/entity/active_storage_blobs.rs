//! Rows of `active_storage_blobs`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "active_storage_blobs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub key: String,
    pub filename: String,
    pub content_type: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub metadata: Option<String>,
    pub byte_size: i64,
    pub checksum: Option<String>,
    pub created_at: DateTime,
    pub service_name: String,
}

/// Relations are followed by hand: the schema declares almost none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Default for Model {
    /// A new row as the database would default it.
    fn default() -> Self {
        Self { id: 0, key: String::new(), filename: String::new(), content_type: None, metadata: None, byte_size: 0, checksum: None, created_at: DateTime::default(), service_name: String::new() }
    }
}
