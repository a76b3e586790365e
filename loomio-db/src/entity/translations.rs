//! Rows of `translations`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "translations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub translatable_id: Option<i32>,
    pub translatable_type: Option<String>,
    #[sea_orm(column_type = "custom(\"hstore\")", select_as = "text", save_as = "hstore")]
    pub fields: Option<String>,
    pub language: Option<String>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
}

/// Relations are followed by hand: the schema declares almost none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Default for Model {
    /// A new row as the database would default it.
    fn default() -> Self {
        Self { id: 0, translatable_id: None, translatable_type: None, fields: None, language: None, created_at: DateTime::default(), updated_at: DateTime::default() }
    }
}
