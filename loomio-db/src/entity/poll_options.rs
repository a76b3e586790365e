//! Rows of `poll_options`.

use sea_orm::entity::prelude::*;

/// One row, with the names and types of its columns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "poll_options")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: String,
    pub poll_id: Option<i32>,
    pub priority: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub score_counts: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub voter_scores: Json,
    pub total_score: i32,
    pub voter_count: i32,
    pub icon: Option<String>,
    pub meaning: Option<String>,
    pub prompt: Option<String>,
    pub created_at: Option<DateTime>,
    pub updated_at: Option<DateTime>,
    pub test_operator: Option<String>,
    pub test_percent: Option<i32>,
    pub test_against: Option<String>,
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
            name: String::new(),
            poll_id: None,
            priority: 0,
            score_counts: Json::Object(Default::default()),
            voter_scores: Json::Object(Default::default()),
            total_score: 0,
            voter_count: 0,
            icon: None,
            meaning: None,
            prompt: None,
            created_at: None,
            updated_at: None,
            test_operator: None,
            test_percent: None,
            test_against: None,
        }
    }
}
