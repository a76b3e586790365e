//! Rows of `demos`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "demos")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub author_id: i32,
    pub group_id: i32,
    pub name: String,
    pub description: Option<String>,
    pub recorded_at: DateTime,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub priority: i32,
    pub demo_handle: Option<String>,
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
            group_id: 0,
            name: String::new(),
            description: None,
            recorded_at: DateTime::default(),
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
            priority: 0,
            demo_handle: None,
        }
    }
}
