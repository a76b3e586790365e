//! Comparing what a request did: rows, and messages to browsers.

use crate::{
    compare::{Compare, Difference, is_time, sorted_text},
    world::Snapshot,
};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Columns that tell of the clock or of the visit, not of the act.
// The day of catch-up mails of a new person is the day of the week they came.
const VOLATILE: [&str; 10] =
    ["email_catch_up_day", "updated_at", "last_seen_at", "current_sign_in_at", "last_sign_in_at", "current_sign_in_ip", "last_sign_in_ip", "sign_in_count", "remember_created_at", "detected_locale"];

/// Columns with random values.
const RANDOM: [&str; 9] = ["key", "token", "secret_token", "unsubscribe_token", "email_api_key", "uid", "checksum", "code", "api_key"];

/// Keys that the original fills in when it first needs them.
const LATE_KEYS: [&str; 2] = ["api_key", "email_api_key"];

/// By what new rows are known whose order of insertion is open.
const NATURAL: [(&str, &[&str]); 8] = [
    ("stances", &["poll_id", "participant_id", "latest"]),
    ("discussion_readers", &["discussion_id", "user_id"]),
    ("memberships", &["group_id", "user_id"]),
    ("notifications", &["event_id", "user_id", "translation_values"]),
    ("pg_search_documents", &["searchable_type", "discussion_id", "poll_id", "author_id", "content"]),
    ("stance_receipts", &["poll_id", "voter_id"]),
    ("tags", &["group_id", "name"]),
    ("poll_options", &["poll_id", "name", "priority"]),
];

/// What changed, by table: `{inserted: [row], updated: [{id, set}], deleted: [id]}`.
pub type Changes = Map<String, Json>;

/// What changed between two snapshots.
pub fn changes(before: &Snapshot, after: &Snapshot) -> Changes {
    let mut out = Changes::new();
    for (table, rows) in after {
        let old = &before[table];
        let inserted: Vec<Json> = rows.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, row)| row.clone()).collect();
        let deleted: Vec<Json> = old.iter().filter(|(key, _)| !rows.contains_key(*key)).map(|(key, row)| row.get("id").cloned().unwrap_or_else(|| json!(key))).collect();
        let updated: Vec<Json> = rows
            .iter()
            .filter_map(|(key, row)| {
                let was = old.get(key).filter(|was| *was != row)?;
                let set: Map<String, Json> =
                    row.as_object()?.iter().filter(|(column, value)| was.get(*column) != Some(value) && !VOLATILE.contains(&column.as_str())).map(|(c, v)| (c.clone(), v.clone())).collect();
                (!set.is_empty()).then(|| json!({"id": row.get("id").cloned().unwrap_or_else(|| json!(key)), "set": set}))
            })
            .collect();
        let mut parts = Map::new();
        for (name, list) in [("inserted", inserted), ("updated", updated), ("deleted", deleted)] {
            if !list.is_empty() {
                parts.insert(name.to_owned(), list.into());
            }
        }
        if !parts.is_empty() {
            out.insert(table.clone(), parts.into());
        }
    }
    out
}

/// Our numbers of new rows, with the recording's.
pub type Names = HashMap<&'static str, HashMap<String, Json>>;

fn rows<'a>(changes: &'a Changes, table: &str, kind: &str) -> &'a [Json] {
    changes.get(table).and_then(|t| t.get(kind)).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// How the recording calls the rows we inserted.
pub fn names(expected: &Changes, actual: &Changes) -> Names {
    let keyed = |changes: &Changes, table: &str, columns: &[&str]| {
        let key = |row: &Json| sorted_text(&columns.iter().map(|c| row.get(*c).cloned().unwrap_or_default()).collect());
        rows(changes, table, "inserted").iter().map(|row| (key(row), row["id"].clone())).collect::<BTreeMap<String, Json>>()
    };
    NATURAL
        .iter()
        .map(|(table, columns)| {
            let (e, a) = (keyed(expected, table, columns), keyed(actual, table, columns));
            (*table, a.iter().filter_map(|(key, ours)| e.get(key).map(|theirs| (ours.to_string(), theirs.clone()))).collect())
        })
        .collect()
}

/// The table a column refers to, where new rows of it may be called otherwise.
fn refers(column: &str) -> Option<&'static str> {
    Some(match column {
        "my_stance_id" | "stance_id" => "stances",
        "poll_option_id" => "poll_options",
        "discussion_reader_id" => "discussion_readers",
        "membership_id" => "memberships",
        _ => return None,
    })
}

/// The same for columns whose table another column names.
fn refers_by_type(column: &str, row: &Map<String, Json>) -> Option<Option<&'static str>> {
    let stem = ["eventable", "searchable", "item", "parent", "record"].into_iter().find(|stem| column == format!("{stem}_id"))?;
    Some(match row.get(&format!("{stem}_type")).and_then(Json::as_str) {
        Some("Stance") => Some("stances"),
        Some("Membership") => Some("memberships"),
        Some("Tag") => Some("tags"),
        _ => None,
    })
}

/// A value with new rows called as the recording calls them.
pub fn renamed(value: &Json, names: &Names, parent: &str) -> Json {
    let call = |table: &str, id: &Json| names.get(table).and_then(|ids| ids.get(&id.to_string())).unwrap_or(id).clone();
    match value {
        Json::Array(list) => list.iter().map(|x| renamed(x, names, parent)).collect(),
        Json::Object(row) => row
            .iter()
            .map(|(column, x)| {
                let new = if column == "id" && names.contains_key(parent) {
                    call(parent, x)
                } else if let Some(table) = refers(column).filter(|_| x.is_number()) {
                    call(table, x)
                } else if let Some(table) = refers_by_type(column, row).filter(|_| x.is_number()) {
                    table.map_or_else(|| x.clone(), |table| call(table, x))
                } else {
                    renamed(x, names, column)
                };
                (column.clone(), new)
            })
            .collect(),
        other if parent == "stance_ids" => call("stances", other),
        other => other.clone(),
    }
}

fn by_number(mut rows: Vec<Json>) -> Vec<Json> {
    rows.sort_by_cached_key(|row| format!("{:0>12}", row.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned)).unwrap_or_default()));
    rows
}

/// The differences between recorded changes and ours.
pub fn compare(expected: &Changes, actual: &Changes, compare: &Compare) -> Vec<Difference> {
    let names = names(expected, actual);
    let compare = Compare { root: None, new_keys: true, at: None, ..compare.clone() };
    let mut out = Vec::new();
    let tables: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    for table in tables {
        let e = by_number(rows(expected, table, "inserted").to_vec());
        let a = by_number(rows(actual, table, "inserted").iter().map(|row| renamed(row, &names, table)).collect());
        rows_differ(&format!("{table}.inserted"), &e, &a, &compare, &mut out);

        let told = |rows: &[Json]| -> Vec<Json> {
            let sets = rows.iter().map(|row| row["set"].clone());
            sets.filter(|set| set.as_object().is_some_and(|set| set.keys().any(|column| !LATE_KEYS.contains(&column.as_str())))).collect()
        };
        rows_differ(&format!("{table}.updated"), &told(rows(expected, table, "updated")), &told(rows(actual, table, "updated")), &compare, &mut out);

        let (e, a) = (rows(expected, table, "deleted"), rows(actual, table, "deleted"));
        if e.len() != a.len() {
            out.push(Difference::new(format!("{table}.deleted"), format!("{} rows", e.len()), format!("{} rows", a.len())));
        } else if e != a {
            out.push(Difference::new(format!("{table}.deleted"), e.to_vec(), a.to_vec()));
        }
    }
    out
}

fn rows_differ(place: &str, expected: &[Json], actual: &[Json], compare: &Compare, out: &mut Vec<Difference>) {
    if expected.len() != actual.len() {
        out.push(Difference::new(place, format!("{} rows", expected.len()), format!("{} rows", actual.len())));
        return;
    }
    for (i, (e, a)) in expected.iter().zip(actual).enumerate() {
        let columns: BTreeSet<&String> = [e, a].into_iter().filter_map(Json::as_object).flat_map(Map::keys).collect();
        for column in columns.into_iter().filter(|c| !VOLATILE.contains(&c.as_str()) && !RANDOM.contains(&c.as_str())) {
            let mut found = Vec::new();
            match (e.get(column), a.get(column)) {
                (Some(Json::String(e)), Some(Json::String(a))) if is_time(e) && is_time(a) => {}
                (Some(e), Some(a)) => compare.value(e, a, &format!(".{column}"), &mut found),
                (e, a) => found.push(Difference::new(format!(".{column}"), e.cloned().unwrap_or_else(|| json!("<absent>")), a.cloned().unwrap_or_else(|| json!("<absent>")))),
            }
            out.extend(found.into_iter().map(|d| Difference { path: format!("{place}[{i}]{}", d.path), ..d }));
        }
    }
}

/// The differences between recorded messages to browsers and ours, in order by stream.
pub fn compare_live(expected: &[Json], actual: &[Json], compare: &Compare) -> Vec<Difference> {
    let compare = Compare { root: None, new_keys: true, at: None, ..compare.clone() };
    let of = |messages: &[Json]| {
        let mut streams: BTreeMap<String, Vec<Json>> = BTreeMap::new();
        for message in messages {
            streams.entry(message["stream"].as_str().unwrap_or_default().to_owned()).or_default().push(message["records"].clone());
        }
        streams
    };
    let (e, a) = (of(expected), of(actual));
    let mut out = Vec::new();
    for stream in e.keys().chain(a.keys()).collect::<BTreeSet<_>>() {
        let none = Vec::new();
        let (e, a) = (e.get(stream).unwrap_or(&none), a.get(stream).unwrap_or(&none));
        if e.len() != a.len() {
            out.push(Difference::new(format!("live.{stream}"), format!("{} messages", e.len()), format!("{} messages", a.len())));
            continue;
        }
        for (x, y) in e.iter().zip(a) {
            out.extend(compare.run(x, y).into_iter().map(|d| Difference { path: format!("live{}", d.path), ..d }));
        }
    }
    out
}
