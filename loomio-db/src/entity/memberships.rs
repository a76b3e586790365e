//! Rows of `memberships`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub group_id: Option<i32>,
    pub user_id: Option<i32>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub inviter_id: Option<i32>,
    pub revoked_at: Option<DateTime>,
    pub inbox_position: Option<i32>,
    pub admin: bool,
    pub volume: Option<i32>,
    #[sea_orm(column_type = "JsonBinary")]
    pub experiences: Json,
    pub invitation_id: Option<i32>,
    pub token: Option<String>,
    pub accepted_at: Option<DateTime>,
    pub title: Option<String>,
    pub saml_session_expires_at: Option<DateTime>,
    pub revoker_id: Option<i32>,
    pub delegate: bool,
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
            user_id: None,
            created_at: None,
            updated_at: None,
            inviter_id: None,
            revoked_at: None,
            inbox_position: Some(0),
            admin: false,
            volume: None,
            experiences: Json::Object(Default::default()),
            invitation_id: None,
            token: None,
            accepted_at: None,
            title: None,
            saml_session_expires_at: None,
            revoker_id: None,
            delegate: false,
        }
    }
}
