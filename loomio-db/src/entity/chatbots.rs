//! Rows of `chatbots`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chatbots")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: Option<String>,
    pub server: Option<String>,
    pub channel: Option<String>,
    pub access_token: Option<String>,
    pub author_id: Option<i32>,
    pub group_id: Option<i32>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub name: Option<String>,
    pub notification_only: bool,
    pub webhook_kind: Option<String>,
    pub event_kinds: Option<Vec<String>>,
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
            kind: None,
            server: None,
            channel: None,
            access_token: None,
            author_id: None,
            group_id: None,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
            name: None,
            notification_only: false,
            webhook_kind: None,
            event_kinds: None,
        }
    }
}
