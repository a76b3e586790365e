//! Rows of `subscriptions`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub expires_at: Option<DateTime>,
    pub chargify_subscription_id: Option<i32>,
    pub plan: Option<String>,
    pub payment_method: String,
    pub owner_id: Option<i32>,
    pub max_threads: Option<i32>,
    pub max_members: Option<i32>,
    pub max_orgs: Option<i32>,
    pub state: String,
    pub members_count: Option<i32>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    #[sea_orm(column_type = "JsonBinary")]
    pub info: Option<Json>,
    pub canceled_at: Option<DateTime>,
    pub activated_at: Option<DateTime>,
    pub renews_at: Option<DateTime>,
    pub renewed_at: Option<DateTime>,
    pub allow_subgroups: bool,
    pub allow_guests: bool,
    pub lead_status: Option<String>,
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
            expires_at: None,
            chargify_subscription_id: None,
            plan: Some("free".to_owned()),
            payment_method: "none".to_owned(),
            owner_id: None,
            max_threads: None,
            max_members: None,
            max_orgs: None,
            state: "active".to_owned(),
            members_count: None,
            created_at: None,
            updated_at: None,
            info: None,
            canceled_at: None,
            activated_at: None,
            renews_at: None,
            renewed_at: None,
            allow_subgroups: true,
            allow_guests: true,
            lead_status: None,
        }
    }
}
