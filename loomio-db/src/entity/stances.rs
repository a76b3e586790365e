//! Rows of `stances`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stances")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub poll_id: i32,
    pub participant_id: Option<i32>,
    pub reason: Option<String>,
    pub latest: bool,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub versions_count: Option<i32>,
    pub reason_format: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub attachments: Json,
    pub cast_at: Option<DateTime>,
    pub token: Option<String>,
    pub revoked_at: Option<DateTime>,
    pub admin: bool,
    pub inviter_id: Option<i32>,
    pub volume: i32,
    pub accepted_at: Option<DateTime>,
    pub content_locale: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub link_previews: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub option_scores: Json,
    pub revoker_id: Option<i32>,
    pub guest: bool,
    pub none_of_the_above: bool,
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
            poll_id: 0,
            participant_id: None,
            reason: None,
            latest: true,
            created_at: None,
            updated_at: None,
            versions_count: Some(0),
            reason_format: "md".to_owned(),
            attachments: Json::Array(Vec::new()),
            cast_at: None,
            token: None,
            revoked_at: None,
            admin: false,
            inviter_id: None,
            volume: 2,
            accepted_at: None,
            content_locale: None,
            link_previews: Json::Array(Vec::new()),
            option_scores: Json::Object(Default::default()),
            revoker_id: None,
            guest: false,
            none_of_the_above: false,
        }
    }
}
