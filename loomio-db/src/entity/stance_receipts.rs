//! Rows of `stance_receipts`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stance_receipts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub poll_id: Option<i64>,
    pub voter_id: Option<i64>,
    pub inviter_id: Option<i64>,
    pub invited_at: Option<DateTime>,
    pub vote_cast: Option<bool>,
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
        Self { id: 0, poll_id: None, voter_id: None, inviter_id: None, invited_at: None, vote_cast: None, created_at: DateTime::default(), updated_at: DateTime::default() }
    }
}
