//! Rows of `received_emails`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "received_emails")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub group_id: Option<i32>,
    #[sea_orm(column_type = "custom(\"hstore\")", select_as = "text", save_as = "hstore")]
    pub headers: String,
    pub body_text: Option<String>,
    pub body_html: Option<String>,
    pub spf_valid: bool,
    pub dkim_valid: bool,
    pub released: bool,
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
        Self {
            id: 0,
            group_id: None,
            headers: String::new(),
            body_text: None,
            body_html: None,
            spf_valid: false,
            dkim_valid: false,
            released: false,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
        }
    }
}
