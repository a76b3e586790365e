//! Rows of `omniauth_identities`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "omniauth_identities")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub user_id: Option<i32>,
    pub email: Option<String>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub identity_type: Option<String>,
    pub uid: Option<String>,
    pub name: Option<String>,
    pub access_token: Option<String>,
    pub logo: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub custom_fields: Json,
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
            user_id: None,
            email: None,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
            identity_type: None,
            uid: None,
            name: None,
            access_token: Some(String::new()),
            logo: None,
            custom_fields: Json::Object(Default::default()),
        }
    }
}
