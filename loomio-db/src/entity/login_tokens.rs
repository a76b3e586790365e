//! Rows of `login_tokens`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "login_tokens")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub user_id: Option<i32>,
    pub token: Option<String>,
    pub used: bool,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub redirect: Option<String>,
    pub code: i32,
    pub is_reactivation: bool,
}

/// Relations are followed by hand: the schema declares almost none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Default for Model {
    /// A new row as the database would default it.
    fn default() -> Self {
        Self { id: 0, user_id: None, token: None, used: false, created_at: None, updated_at: None, redirect: None, code: 0, is_reactivation: false }
    }
}
