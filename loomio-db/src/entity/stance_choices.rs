//! Rows of `stance_choices`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stance_choices")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub stance_id: Option<i32>,
    pub poll_option_id: Option<i32>,
    pub score: i32,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
}

/// Relations are followed by hand: the schema declares almost none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Default for Model {
    /// A new row as the database would default it.
    fn default() -> Self {
        Self { id: 0, stance_id: None, poll_option_id: None, score: 1, created_at: None, updated_at: None }
    }
}
