//! Rows of `discussion_readers`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "discussion_readers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub user_id: i32,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub discussion_id: i32,
    pub last_read_at: Option<DateTime>,
    pub last_read_sequence_id: i32,
    pub volume: i32,
    pub participating: bool,
    pub dismissed_at: Option<DateTime>,
    pub read_ranges_string: Option<String>,
    pub inviter_id: Option<i32>,
    pub token: Option<String>,
    pub revoked_at: Option<DateTime>,
    pub admin: bool,
    pub accepted_at: Option<DateTime>,
    pub revoker_id: Option<i32>,
    pub guest: bool,
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
            user_id: 0,
            created_at: None,
            updated_at: None,
            discussion_id: 0,
            last_read_at: None,
            last_read_sequence_id: 0,
            volume: 2,
            participating: false,
            dismissed_at: None,
            read_ranges_string: None,
            inviter_id: None,
            token: None,
            revoked_at: None,
            admin: false,
            accepted_at: None,
            revoker_id: None,
            guest: false,
        }
    }
}
