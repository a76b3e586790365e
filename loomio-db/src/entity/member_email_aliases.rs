//! Rows of `member_email_aliases`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "member_email_aliases")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "custom(\"citext\")", select_as = "text", save_as = "citext")]
    pub email: String,
    pub require_dkim: bool,
    pub require_spf: bool,
    pub user_id: Option<i32>,
    pub group_id: i32,
    pub author_id: i32,
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
        Self { id: 0, email: String::new(), require_dkim: true, require_spf: true, user_id: None, group_id: 0, author_id: 0, created_at: DateTime::default(), updated_at: DateTime::default() }
    }
}
