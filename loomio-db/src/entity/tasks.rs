//! Rows of `tasks`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub record_type: Option<String>,
    pub record_id: Option<i64>,
    pub author_id: i64,
    pub uid: i32,
    pub name: String,
    pub done: bool,
    pub done_at: Option<DateTime>,
    pub due_on: Option<Date>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub discarded_at: Option<DateTime>,
    pub doer_id: Option<i32>,
    pub remind: Option<i32>,
    pub remind_at: Option<DateTime>,
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
            record_type: None,
            record_id: None,
            author_id: 0,
            uid: 0,
            name: String::new(),
            done: false,
            done_at: None,
            due_on: None,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
            discarded_at: None,
            doer_id: None,
            remind: None,
            remind_at: None,
        }
    }
}
