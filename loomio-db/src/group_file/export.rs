//! Groups into a file.
//!
//! Left out, although the original writes them: tokens that open an invitation, a
//! thread or an account, whose the votes of an anonymous poll are and when they were
//! cast, and polls that are open and do not show their results yet.

use super::{Column, TABLES, columns, words};
use crate::{error::Result, sql};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::HashSet;

/// How many rows are asked for at once.
const BATCH: usize = 2000;

/// Columns that stay at home: those that the original leaves out, Devise's own, and
/// further ones that open something.
const SECRET: [(&str, &[&str]); 5] = [
    ("groups", &["token"]),
    ("memberships", &["token"]),
    ("discussion_readers", &["token"]),
    ("stances", &["token"]),
    (
        "users",
        &[
            "encrypted_password",
            "reset_password_token",
            "reset_password_sent_at",
            "remember_created_at",
            "remember_token",
            "sign_in_count",
            "current_sign_in_at",
            "last_sign_in_at",
            "current_sign_in_ip",
            "last_sign_in_ip",
            "failed_attempts",
            "unlock_token",
            "locked_at",
            "email_api_key",
            "api_key",
            "authentication_token",
            "secret_token",
            "unsubscribe_token",
        ],
    ),
];

/// SQL: polls `p` that are exported. The original leaves out open anonymous polls
/// alone.
const TOLD: &str = "(p.closed_at is not null or (not p.anonymous and p.hide_results <> 2))";
const DISCUSSIONS: &str = "select d.id from discussions d where d.group_id = $1";
const COMMENTS: &str = "select c.id from comments c join discussions d on d.id = c.discussion_id where d.group_id = $1";

fn polls() -> String {
    format!("select p.id from polls p where p.group_id = $1 and {TOLD}")
}

/// Numbers of rows that hang on exported polls: `column` of `table`.
fn of_polls(table: &str, column: &str) -> String {
    format!("select x.{column} from {table} x join polls p on p.id = x.poll_id where p.group_id = $1 and {TOLD}")
}

fn reactions(alias: &str) -> String {
    format!(
        "(({alias}.reactable_type = 'Discussion' and {alias}.reactable_id in ({DISCUSSIONS})) or ({alias}.reactable_type = 'Comment' and {alias}.reactable_id in ({COMMENTS})) \
          or ({alias}.reactable_type = 'Poll' and {alias}.reactable_id in ({})) or ({alias}.reactable_type = 'Stance' and {alias}.reactable_id in ({})) \
          or ({alias}.reactable_type = 'Outcome' and {alias}.reactable_id in ({}))) and exists(select 1 from users u where u.id = {alias}.user_id)",
        polls(),
        of_polls("stances", "id"),
        of_polls("outcomes", "id")
    )
}

fn events(alias: &str) -> String {
    format!(
        "(({alias}.eventable_type = 'Membership' and {alias}.eventable_id in (select m.id from memberships m where m.group_id = $1 and m.revoked_at is null)) \
          or ({alias}.eventable_type = 'Discussion' and {alias}.eventable_id in ({DISCUSSIONS})) or ({alias}.eventable_type = 'Comment' and {alias}.eventable_id in ({COMMENTS})) \
          or ({alias}.eventable_type = 'Poll' and {alias}.eventable_id in ({})) or ({alias}.eventable_type = 'Outcome' and {alias}.eventable_id in ({})) \
          or ({alias}.eventable_type = 'Stance' and {alias}.eventable_id in ({})))",
        polls(),
        of_polls("outcomes", "id"),
        of_polls("stances", "id")
    )
}

/// Which rows `t` of a table belong to the group `$1`; `$2` are all exported groups.
fn condition(table: &str) -> String {
    match table {
        "groups" => "t.id = $1".to_owned(),
        "users" => people(),
        "memberships" => "t.group_id = $1 and t.revoked_at is null".to_owned(),
        // The original names tags of subgroups that are not exported, too.
        "tags" => "t.group_id = any($2) and (t.group_id = $1 or t.group_id in (select g.id from groups g where g.parent_id = $1))".to_owned(),
        "discussion_readers" => format!("t.discussion_id in ({DISCUSSIONS})"),
        "comments" => format!("t.discussion_id in ({DISCUSSIONS})"),
        "polls" => format!("t.id in ({})", polls()),
        "poll_options" | "outcomes" | "stances" | "stance_receipts" => format!("t.poll_id in ({})", polls()),
        "stance_choices" => format!("t.stance_id in ({})", of_polls("stances", "id")),
        "events" => events("t"),
        "notifications" => format!("t.event_id in (select e.id from events e where {})", events("e")),
        "reactions" => reactions("t"),
        _ => "t.group_id = $1".to_owned(),
    }
}

/// SQL: the condition for people of the group `$1`: its members and everybody who
/// wrote, voted, reacted or read in it.
fn people() -> String {
    format!(
        "t.id in (select m.user_id from memberships m where m.group_id = $1 and m.revoked_at is null \
         union select d.author_id from discussions d where d.group_id = $1 \
         union select c.user_id from comments c where c.id in ({COMMENTS}) \
         union select p.author_id from polls p where p.id in ({polls}) \
         union {outcomes} union {voters} and not p.anonymous \
         union select r.user_id from reactions r where {reactions} \
         union select r.user_id from discussion_readers r where r.discussion_id in ({DISCUSSIONS}))",
        polls = polls(),
        outcomes = of_polls("outcomes", "author_id"),
        voters = of_polls("stances", "participant_id"),
        reactions = reactions("r"),
    )
}

/// SQL: whether a vote of an anonymous poll has this number.
fn secret_vote(id: &str) -> String {
    format!("exists(select 1 from stances s join polls p on p.id = s.poll_id where s.id = {id} and p.anonymous)")
}

/// What a column says instead of its value, where that would tell too much.
fn guarded(table: &str, column: &str) -> Option<String> {
    let anonymous = "exists(select 1 from polls p where p.id = t.poll_id and p.anonymous)";
    // Moments would tell whose a vote is: receipts hold them beside names.
    let of_poll = |moment: &str| format!("(select p.{moment} from polls p where p.id = t.poll_id)");
    Some(match (table, column) {
        ("stances", "participant_id" | "inviter_id" | "accepted_at" | "revoker_id") => format!("case when {anonymous} then null else t.{column} end"),
        ("stances", "created_at") => format!("case when {anonymous} then {} else t.created_at end", of_poll("created_at")),
        ("stances", "cast_at") => format!("case when {anonymous} and t.cast_at is not null then {} else t.cast_at end", of_poll("closed_at")),
        ("stances", "updated_at") => format!("case when {anonymous} then {} else t.updated_at end", of_poll("closed_at")),
        ("poll_options", "voter_scores") => format!("case when {anonymous} then '{{}}'::jsonb else t.voter_scores end"),
        // As the receipts of an anonymous poll are told: with its quorum, or not at all.
        ("stance_receipts", "vote_cast") => "case when exists(select 1 from polls p where p.id = t.poll_id and p.anonymous \
            and (p.quorum_pct is null or ceil(p.quorum_pct / 100.0 * p.voters_count) > p.voters_count - p.undecided_voters_count)) then null else t.vote_cast end"
            .to_owned(),
        ("events", "user_id") => format!("case when t.eventable_type = 'Stance' and {} then null else t.user_id end", secret_vote("t.eventable_id")),
        ("notifications", "actor_id") => {
            format!("case when exists(select 1 from events e where e.id = t.event_id and e.eventable_type = 'Stance' and {}) then null else t.actor_id end", secret_vote("e.eventable_id"))
        }
        ("notifications", "url") => "case when t.url ~ '(invitations/|login_tokens/|_token=)' then null else t.url end".to_owned(),
        _ => return None,
    })
}

/// A column as Rails writes it into JSON, under its own name.
fn told(table: &str, column: &Column) -> String {
    let name = &column.column_name;
    let value = guarded(table, name).unwrap_or_else(|| format!("t.\"{name}\""));
    let written = match (words(table, name), column.udt_name.as_str()) {
        (Some(words), _) => format!("('{{{}}}'::text[])[{value} + 1]", words.join(",")),
        (None, "timestamp") => format!("to_char({value}, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"),
        (None, "numeric") => format!("({value})::text"),
        _ => value,
    };
    format!("{written} as \"{name}\"")
}

#[derive(FromQueryResult)]
struct Line {
    number: i64,
    line: String,
}

/// The tables of each group, in the original's order.
const ORDER: [&str; 19] = [
    "groups",
    "users",
    "events",
    "notifications",
    "reactions",
    "tags",
    "poll_templates",
    "discussion_templates",
    "memberships",
    "membership_requests",
    "discussions",
    "polls",
    "poll_options",
    "outcomes",
    "stances",
    "stance_choices",
    "stance_receipts",
    "discussion_readers",
    "comments",
];

/// An export in progress: rows come in batches, whatever the size of the groups.
pub struct Export {
    groups: Vec<i32>,
    columns: Vec<Column>,
    /// The group and the table that are next.
    at: (usize, usize),
    after: i64,
    written: HashSet<(&'static str, i64)>,
}

impl Export {
    /// Begins the export of some groups.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin(conn: &impl ConnectionTrait, mut groups: Vec<i32>) -> Result<Self> {
        groups.sort_unstable();
        Ok(Self { groups, columns: columns(conn).await?, at: (0, 0), after: 0, written: HashSet::new() })
    }

    /// The next lines, each with its end; nothing when all are written. A batch may
    /// be empty before that.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next(&mut self, conn: &impl ConnectionTrait) -> Result<Option<String>> {
        let Some(group) = self.groups.get(self.at.0).copied() else { return Ok(None) };
        let Some(table) = ORDER.get(self.at.1).copied() else {
            self.at = (self.at.0 + 1, 0);
            return Ok(Some(String::new()));
        };
        let secret = SECRET.iter().find(|(t, _)| *t == table).map_or(&[][..], |(_, columns)| columns);
        let told: Vec<String> = self.columns.iter().filter(|c| c.table_name == table && !secret.contains(&c.column_name.as_str())).map(|c| told(table, c)).collect();
        let statement = format!(
            "select r.id::bigint as number, row_to_json(r)::text as line from \
             (select {} from {table} t where {} and $2::int[] is not null and t.id > $3 order by t.id limit {BATCH}) r order by r.id",
            told.join(", "),
            condition(table)
        );
        let lines: Vec<Line> = sql::rows(conn, &statement, vec![group.into(), sql::ids(&self.groups), self.after.into()]).await?;
        match lines.last() {
            Some(last) if lines.len() == BATCH => self.after = last.number,
            _ => {
                self.at.1 += 1;
                self.after = 0;
            }
        }
        let mut out = String::new();
        for line in lines {
            if self.written.insert((table, line.number)) {
                out.push_str(&format!("{{\"table\":\"{table}\",\"record\":{}}}\n", line.line));
            }
        }
        Ok(Some(out))
    }

    /// The numbers of the written rows of a table.
    #[must_use]
    pub fn numbers(&self, table: &str) -> Vec<i64> {
        let mut numbers: Vec<i64> = self.written.iter().filter(|(t, _)| *t == table).map(|(_, id)| *id).collect();
        numbers.sort_unstable();
        numbers
    }
}

const _: () = assert!(ORDER.len() == TABLES.len());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_written_and_read() {
        let (mut written, mut read) = (ORDER, TABLES);
        written.sort_unstable();
        read.sort_unstable();
        assert_eq!(written, read);
    }
}
