//! Rows of `events`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub kind: Option<String>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub eventable_id: Option<i32>,
    pub eventable_type: Option<String>,
    pub user_id: Option<i32>,
    pub discussion_id: Option<i32>,
    pub sequence_id: Option<i32>,
    pub announcement: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub custom_fields: Json,
    pub parent_id: Option<i32>,
    pub position: i32,
    pub child_count: i32,
    pub depth: i32,
    pub pinned: bool,
    pub position_key: Option<String>,
    pub descendant_count: i32,
    pub eventable_version_id: Option<i32>,
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
            created_at: None,
            updated_at: None,
            eventable_id: None,
            eventable_type: None,
            user_id: None,
            discussion_id: None,
            sequence_id: None,
            announcement: false,
            custom_fields: Json::Object(Default::default()),
            parent_id: None,
            position: 0,
            child_count: 0,
            depth: 0,
            pinned: false,
            position_key: None,
            descendant_count: 0,
            eventable_version_id: None,
        }
    }
}
