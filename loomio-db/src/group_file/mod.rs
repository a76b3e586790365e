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

use crate::{error::Result, sql};
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

const VOLUMES: &[&str] = &["mute", "quiet", "normal", "loud"];
const CLOSING: &[&str] = &["nobody", "author", "undecided_voters", "voters"];
const HIDING: &[&str] = &["off", "until_vote", "until_closed"];
const REASON: &[&str] = &["disabled", "optional", "required"];

/// Numbers that the file tells as words.
const ENUMS: [(&str, &str, &[&str]); 10] = [
    ("users", "default_membership_volume", VOLUMES),
    ("memberships", "volume", VOLUMES),
    ("discussion_readers", "volume", VOLUMES),
    ("stances", "volume", VOLUMES),
    ("polls", "notify_on_closing_soon", CLOSING),
    ("polls", "hide_results", HIDING),
    ("polls", "stance_reason_required", REASON),
    ("poll_templates", "notify_on_closing_soon", CLOSING),
    ("poll_templates", "hide_results", HIDING),
    ("poll_templates", "stance_reason_required", REASON),
];

fn words(table: &str, column: &str) -> Option<&'static [&'static str]> {
    ENUMS.iter().find(|(t, c, _)| *t == table && *c == column).map(|(_, _, words)| *words)
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
