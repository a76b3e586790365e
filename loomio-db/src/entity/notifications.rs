//! Rows of `notifications`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub user_id: Option<i32>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub event_id: Option<i32>,
    pub viewed: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub translation_values: Json,
    pub url: Option<String>,
    pub actor_id: Option<i32>,
}

/// Relations are followed by hand: the schema declares almost none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Default for Model {
    /// A new row as the database would default it.
    fn default() -> Self {
        Self { id: 0, user_id: None, created_at: None, updated_at: None, event_id: None, viewed: false, translation_values: Json::Object(Default::default()), url: None, actor_id: None }
    }
}
