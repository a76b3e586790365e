//! Rows of `membership_requests`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership_requests")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: Option<String>,
    pub email: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub introduction: Option<String>,
    pub group_id: Option<i32>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub requestor_id: Option<i32>,
    pub responder_id: Option<i32>,
    pub response: Option<String>,
    pub responded_at: Option<DateTime>,
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
            name: None,
            email: None,
            introduction: None,
            group_id: None,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
            requestor_id: None,
            responder_id: None,
            response: None,
            responded_at: None,
        }
    }
}
