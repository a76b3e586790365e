//! What a group or a poll consists of, as tables to take along.
//!
//! Sources: `app/extras/{group_exporter,poll_exporter}.rb`.

use super::{Done, Visit};
use chrono::{NaiveDateTime, TimeZone};
use loomio_core::rich_text::slug;
use loomio_db::{
    find::{self, Find},
    rows::{Discussion, Group, Outcome, Poll, PollOption, Stance, User},
    sql,
};
use sea_orm::FromQueryResult;
use serde::Serialize;
use serde_json::Value as Json;

/// A table of texts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The names of its columns.
    pub fields: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// The zone of who asks.
fn zone(visit: &Visit) -> chrono_tz::Tz {
    visit.user.as_deref().map(crate::json::user::time_zone).and_then(|z| z.parse().ok()).unwrap_or(chrono_tz::UTC)
}

/// A time as Ruby writes it: `2026-11-24 04:23:38 UTC`, or with the zone's offset.
fn written(visit: &Visit, t: NaiveDateTime) -> String {
    let zone = zone(visit);
    let local = zone.from_utc_datetime(&t);
    if matches!(zone, chrono_tz::UTC | chrono_tz::Etc::UTC) { local.format("%Y-%m-%d %H:%M:%S UTC").to_string() } else { local.format("%Y-%m-%d %H:%M:%S %z").to_string() }
}

/// A time as ISO 8601 to the second.
fn iso(visit: &Visit, t: NaiveDateTime) -> String {
    let zone = zone(visit);
    let local = zone.from_utc_datetime(&t);
    if matches!(zone, chrono_tz::UTC | chrono_tz::Etc::UTC) { local.format("%Y-%m-%dT%H:%M:%SZ").to_string() } else { local.format("%Y-%m-%dT%H:%M:%S%:z").to_string() }
}

/// A column's name as a heading: `group_id` is `Group`.
fn heading(field: &str) -> String {
    let words = field.strip_suffix("_id").unwrap_or(field).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// The tables of a group and its published subgroups: (name, columns, SQL of the
/// rows as JSON arrays; `$1` the groups, `$2` the name of who is not named).
///
/// Votes in anonymous polls have no voter.
const TABLES: [(&str, &[&str], &str); 7] = [
    ("Groups", &["id", "key", "name", "description", "created_at"], "select id, key, name, description, created_at from groups where id = any($1) order by created_at, id"),
    (
        "Memberships",
        &["group_id", "user_id", "user_name", "user_email", "admin", "created_at", "accepted_at"],
        "select m.group_id, m.user_id, u.name, u.email::text, m.admin, m.created_at, m.accepted_at from memberships m join users u on u.id = m.user_id where m.group_id = any($1) and m.revoked_at is null order by m.created_at, m.id",
    ),
    (
        "Discussions",
        &["id", "group_id", "author_id", "author_name", "title", "description", "created_at"],
        "select d.id, d.group_id, d.author_id, u.name, d.title, d.description, d.created_at from discussions d left join users u on u.id = d.author_id where d.group_id = any($1) and d.discarded_at is null order by d.created_at, d.id",
    ),
    (
        "Comments",
        &["id", "group_id", "discussion_id", "author_id", "author_name", "title", "author_name", "body", "created_at"],
        "select c.id, d.group_id, c.discussion_id, c.user_id, u.name, d.title, u.name, c.body, c.created_at from comments c join discussions d on d.id = c.discussion_id left join users u on u.id = c.user_id where d.group_id = any($1) and c.discarded_at is null and d.discarded_at is null order by c.created_at, c.id",
    ),
    (
        "Polls",
        &["id", "key", "discussion_id", "group_id", "author_id", "author_name", "title", "details", "closing_at", "closed_at", "created_at", "poll_type", "custom_fields"],
        "select p.id, p.key, p.discussion_id, p.group_id, p.author_id, u.name, p.title, p.details, p.closing_at, p.closed_at, p.created_at, p.poll_type, p.custom_fields from polls p left join users u on u.id = p.author_id where p.group_id = any($1) and p.discarded_at is null order by p.created_at, p.id",
    ),
    (
        "Stances",
        &["id", "poll_id", "participant_id", "author_name", "reason", "latest", "created_at", "updated_at"],
        "select s.id, s.poll_id, case when p.anonymous then null else s.participant_id end, case when p.anonymous then $2 else u.name end, \
           case when p.hide_results <> 0 and p.closed_at is null then null else s.reason end, s.latest, s.created_at, s.updated_at \
         from stances s join polls p on p.id = s.poll_id left join users u on u.id = s.participant_id where p.group_id = any($1) and p.discarded_at is null order by s.created_at, s.id",
    ),
    (
        "Outcomes",
        &["id", "poll_id", "author_id", "statement", "created_at", "updated_at"],
        "select o.id, o.poll_id, o.author_id, o.statement, o.created_at, o.updated_at from outcomes o join polls p on p.id = o.poll_id where p.group_id = any($1) and p.discarded_at is null order by o.created_at, o.id",
    ),
];

#[derive(FromQueryResult)]
struct Line {
    line: Json,
}

fn cell(visit: &Visit, value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        // PostgreSQL writes a time without a zone into JSON like this.
        Json::String(s) => match NaiveDateTime::parse_from_str(s, "%Y-%m-%dT%H:%M:%S%.f") {
            Ok(t) => written(visit, t),
            Err(_) => s.clone(),
        },
        other => other.to_string(),
    }
}

/// Everything of a group and its published subgroups.
///
/// # Errors
/// When the database refuses.
pub async fn group_tables(visit: &Visit, group: &Group) -> Done<Vec<Table>> {
    let mut groups: Vec<i32> = sql::column(visit.db(), "select id from groups where parent_id = $1 and archived_at is null", vec![group.id.into()]).await?;
    groups.push(group.id);
    let anonymous = visit.text("common.anonymous");
    let mut tables = Vec::new();
    for (name, fields, query) in TABLES {
        let columns: String = (1..=fields.len()).map(|n| format!("c{n}")).collect::<Vec<_>>().join(", ");
        // Every statement takes both values, whether it needs them or not.
        let statement = format!("with given as (select $2::text as nobody) select json_build_array({columns}) as line from given, lateral ({}) as t({columns})", query.replace("$2", "given.nobody"));
        let lines: Vec<Line> = sql::rows(visit.db(), &statement, vec![sql::ids(&groups), anonymous.clone().into()]).await?;
        tables.push(Table {
            name: name.to_owned(),
            fields: fields.iter().map(|f| (*f).to_owned()).collect(),
            rows: lines.into_iter().map(|l| l.line.as_array().map(|cells| cells.iter().map(|c| cell(visit, c)).collect()).unwrap_or_default()).collect(),
        });
    }
    Ok(tables)
}

/// The same for a page: without outcomes, with headings for people.
///
/// # Errors
/// When the database refuses.
pub async fn group_page(visit: &Visit, group: &Group) -> Done<Vec<Table>> {
    let mut tables = group_tables(visit, group).await?;
    tables.retain(|t| t.name != "Outcomes");
    for table in &mut tables {
        table.fields = table.fields.iter().map(|f| heading(f)).collect();
    }
    Ok(tables)
}

fn lines(records: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for record in records {
        // Writing into memory does not fail.
        let _ = out.write_record(if record.is_empty() { vec![String::new()] } else { record });
    }
    out.into_inner().unwrap_or_default()
}

/// All tables of a group as one CSV file.
///
/// # Errors
/// When the database refuses.
pub async fn group_csv(visit: &Visit, group: &Group) -> Done<Vec<u8>> {
    let mut records = vec![vec![format!("Export for {}", super::page::full_name(visit, group).await?)], Vec::new()];
    for table in group_tables(visit, group).await? {
        records.push(vec![format!("{} ({})", table.name, table.rows.len())]);
        records.push(table.fields.iter().map(|f| heading(f)).collect());
        records.extend(table.rows);
        records.push(Vec::new());
    }
    Ok(lines(records))
}

/// A poll as tables: the poll itself, its options with results, its votes.
#[derive(Debug, Clone, Default)]
pub struct PollTables {
    /// The poll's fields that are set.
    pub poll: Vec<(&'static str, String)>,
    /// Its options.
    pub options: Table,
    /// Its latest votes.
    pub votes: Table,
    /// The current outcome's statement and its format.
    pub outcome: Option<(String, String)>,
}

const RESULT_FIELDS: [&str; 12] = ["id", "poll_id", "name", "name_format", "rank", "score", "score_percent", "max_score_percent", "voter_percent", "average", "voter_count", "color"];

/// A cell of results. Ruby writes shares of nothing as `0` and others as fractions.
fn result_cell(row: &Json, field: &str, poll: &Poll, total: f64) -> String {
    let value = row.get(field).cloned().unwrap_or(Json::Null);
    let is_option = row.get("id").and_then(Json::as_i64).is_some_and(|id| id > 0);
    let has_share = match field {
        "score_percent" | "max_score_percent" => is_option && total > 0.0,
        "voter_percent" => poll.voters_count > 0,
        "average" => row.get("voter_count").and_then(Json::as_i64).is_some_and(|n| is_option && n > 0),
        _ => return crate::json::params::text(&value).unwrap_or_default(),
    };
    match (value.as_f64(), has_share) {
        (None, _) => String::new(),
        (Some(n), true) => format!("{n:?}"),
        (Some(_), false) => "0".to_owned(),
    }
}

/// A poll as tables.
///
/// # Errors
/// When the database refuses.
pub async fn poll_tables(visit: &Visit, poll: &Poll) -> Done<PollTables> {
    let rendered = visit.render(std::slice::from_ref(poll), None, "polls").await?;
    let json = rendered.get("polls").and_then(|p| p.get(0)).cloned().unwrap_or_default();
    let total = json.get("total_score").and_then(Json::as_f64).unwrap_or(0.0);
    let results = json.get("results").and_then(Json::as_array).cloned().unwrap_or_default();
    let options = Table {
        name: "poll_options".to_owned(),
        fields: RESULT_FIELDS.map(ToOwned::to_owned).to_vec(),
        rows: results.iter().map(|row| RESULT_FIELDS.iter().map(|f| result_cell(row, f, poll, total)).collect()).collect(),
    };
    let outcome = Find::<Outcome>::new("outcomes.poll_id = $1 and outcomes.latest", vec![poll.id.into()]).order("outcomes.id desc").one(visit.db()).await?;
    Ok(PollTables { poll: poll_fields(visit, poll, outcome.as_ref()).await?, options, votes: votes(visit, poll).await?, outcome: outcome.map(|o| (o.statement, o.statement_format)) })
}

async fn poll_fields(visit: &Visit, poll: &Poll, outcome: Option<&Outcome>) -> Done<Vec<(&'static str, String)>> {
    let people: Vec<User> = find::by_ids(visit.db(), &[Some(poll.author_id), outcome.map(|o| o.author_id)].into_iter().flatten().collect::<Vec<_>>()).await?;
    let name = |id: i32| people.iter().find(|u| u.id == id).and_then(|u| u.name.clone());
    let group: Option<Group> = match poll.group_id {
        Some(id) => find::by_id(visit.db(), id).await?,
        None => None,
    };
    let discussion: Option<Discussion> = match poll.discussion_id {
        Some(id) => find::by_id(visit.db(), id).await?,
        None => None,
    };
    let group_name = match &group {
        Some(g) => Some(super::page::full_name(visit, g).await?),
        None => None,
    };
    let fields = [
        ("id", Some(poll.id.to_string())),
        ("group_id", poll.group_id.map(|id| id.to_string())),
        ("discussion_id", poll.discussion_id.map(|id| id.to_string())),
        ("author_id", Some(poll.author_id.to_string())),
        ("title", Some(poll.title.clone())),
        ("author_name", name(poll.author_id)),
        ("created_at", poll.created_at.map(|t| written(visit, t))),
        ("closed_at", poll.closed_at.map(|t| written(visit, t))),
        ("decided_voters_count", Some((poll.voters_count - poll.undecided_voters_count).to_string())),
        ("undecided_voters_count", Some(poll.undecided_voters_count.to_string())),
        ("voters_count", Some(poll.voters_count.to_string())),
        ("details", poll.details.clone()),
        ("group_name", group_name),
        ("discussion_title", discussion.and_then(|d| d.title)),
        ("outcome_author_id", outcome.map(|o| o.author_id.to_string())),
        ("outcome_author_name", outcome.and_then(|o| name(o.author_id))),
        ("outcome_created_at", outcome.and_then(|o| o.created_at).map(|t| written(visit, t))),
        ("outcome_statement", outcome.map(|o| o.statement.clone())),
        ("poll_url", Some(format!("{}/p/{}", visit.app.settings.root_url(), poll.key))),
    ];
    Ok(fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect())
}

/// The latest votes. Those of an anonymous poll name nobody, also not by number as
/// the original does.
async fn votes(visit: &Visit, poll: &Poll) -> Done<Table> {
    let options = Find::<PollOption>::new("poll_options.poll_id = $1", vec![poll.id.into()]).order("poll_options.priority").order("poll_options.id").all(visit.db()).await?;
    let stances = Find::<Stance>::new("stances.poll_id = $1 and stances.latest and stances.revoked_at is null", vec![poll.id.into()]).order("stances.id").all(visit.db()).await?;
    let voters: Vec<User> = if poll.anonymous { Vec::new() } else { find::by_ids(visit.db(), &stances.iter().filter_map(|s| s.participant_id).collect::<Vec<_>>()).await? };
    let anonymous = visit.text("common.anonymous");
    let rows = stances
        .iter()
        .map(|s| {
            let voter = s.participant_id.filter(|_| !poll.anonymous);
            let name = voter.and_then(|id| voters.iter().find(|u| u.id == id)).map_or_else(|| anonymous.clone(), |u| u.name.clone().unwrap_or_default());
            let mut row = vec![
                s.id.to_string(),
                s.poll_id.to_string(),
                voter.map(|id| id.to_string()).unwrap_or_default(),
                name,
                s.created_at.map(|t| iso(visit, t)).unwrap_or_default(),
                s.updated_at.map(|t| iso(visit, t)).unwrap_or_default(),
                s.reason.clone().unwrap_or_default(),
                s.reason_format.clone(),
            ];
            row.extend(options.iter().map(|o| s.option_scores.get(o.id.to_string()).and_then(crate::json::params::text).unwrap_or_default()));
            row
        })
        .collect();
    let mut fields = ["id", "poll_id", "voter_id", "voter_name", "created_at", "updated_at", "reason", "reason_format"].map(ToOwned::to_owned).to_vec();
    fields.extend(options.iter().map(|o| o.name.clone()));
    Ok(Table { name: "votes".to_owned(), fields, rows })
}

/// A poll as one CSV file.
#[must_use]
pub fn poll_csv(tables: PollTables) -> Vec<u8> {
    let (names, values): (Vec<_>, Vec<_>) = tables.poll.into_iter().map(|(n, v)| (n.to_owned(), v)).unzip();
    let mut records = vec![vec!["poll".to_owned()], names, values];
    for table in [tables.options, tables.votes] {
        records.push(vec![table.name]);
        records.push(table.fields);
        records.extend(table.rows);
    }
    lines(records)
}

/// The name of a poll's CSV file.
#[must_use]
pub fn poll_file_name(poll: &Poll) -> String {
    format!("poll-{}-{}-{}.csv", poll.id, poll.key, slug::parameterize(&poll.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_headings() {
        for (field, text) in [("id", "Id"), ("group_id", "Group"), ("created_at", "Created at"), ("user_email", "User email")] {
            assert_eq!(heading(field), text);
        }
    }

    #[test]
    fn lines_may_differ_in_length() {
        assert_eq!(lines([vec!["a, b".to_owned()], Vec::new(), vec!["c".to_owned(), "d".to_owned()]]), b"\"a, b\"\n\"\"\nc,d\n");
    }
}
