//! Rows of `action_mailbox_inbound_emails`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "action_mailbox_inbound_emails")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub status: i32,
    pub message_id: String,
    pub message_checksum: String,
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
        Self { id: 0, status: 0, message_id: String::new(), message_checksum: String::new(), created_at: DateTime::default(), updated_at: DateTime::default() }
    }
}
