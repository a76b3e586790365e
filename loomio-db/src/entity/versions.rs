//! Rows of `versions`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "versions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub item_type: String,
    pub item_id: i32,
    pub event: String,
    pub whodunnit: Option<i32>,
    pub created_at: Option<DateTime>,
    #[sea_orm(column_type = "JsonBinary")]
    pub object_changes: Option<Json>,
}

/// Relations are followed by hand: the schema declares almost none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Default for Model {
    /// A new row as the database would default it.
    fn default() -> Self {
        Self { id: 0, item_type: String::new(), item_id: 0, event: String::new(), whodunnit: None, created_at: None, object_changes: None }
    }
}
