//! Groups as a file: one JSON object a line, `{"table": …, "record": {…}}`, as the
//! original exports and imports them.
//!
//! What would open an account or tell a secret vote stays at home ([`export`]);
//! numbers are given anew when a file comes back ([`import`]).
//!
//! Source: `app/services/group_export_service.rb`,
//! `app/models/concerns/group_export_relations.rb`.

pub mod export;
pub mod import;
mod references;

use crate::{
    error::Result,
    record::Record,
    rows::{DiscussionReader, Membership, Poll, PollTemplate, Stance, User},
    sql,
};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// The tables a file may hold, each after those it refers to, as far as that goes.
pub const TABLES: [&str; 19] = [
    "users",
    "groups",
    "memberships",
    "membership_requests",
    "tags",
    "poll_templates",
    "discussion_templates",
    "discussions",
    "discussion_readers",
    "polls",
    "poll_options",
    "stances",
    "stance_choices",
    "stance_receipts",
    "outcomes",
    "comments",
    "events",
    "notifications",
    "reactions",
];

/// The words by which the file tells a column of numbers: those that the rows have.
fn words(table: &str, column: &str) -> Option<&'static [&'static str]> {
    let named = match table {
        "users" => User::ENUMS,
        "memberships" => Membership::ENUMS,
        "discussion_readers" => DiscussionReader::ENUMS,
        "stances" => Stance::ENUMS,
        "polls" => Poll::ENUMS,
        "poll_templates" => PollTemplate::ENUMS,
        _ => &[],
    };
    named.iter().find(|(c, _)| *c == column).map(|(_, words)| *words)
}

/// A column of the database.
#[derive(Debug, Clone, FromQueryResult)]
struct Column {
    table_name: String,
    column_name: String,
    udt_name: String,
    nullable: bool,
}

/// The columns of all tables a file may hold, in their order.
async fn columns(conn: &impl ConnectionTrait) -> Result<Vec<Column>> {
    let tables: Vec<String> = TABLES.iter().map(|t| (*t).to_owned()).collect();
    sql::rows(
        conn,
        "select table_name::text as table_name, column_name::text as column_name, udt_name::text as udt_name, is_nullable = 'YES' as nullable \
         from information_schema.columns where table_schema = 'public' and table_name = any($1) order by table_name, ordinal_position",
        vec![tables.into()],
    )
    .await
}
