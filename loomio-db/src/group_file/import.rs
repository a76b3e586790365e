//! A file of groups into the database: every row gets a new number, and every
//! reference follows. People who have an account here are recognised by their
//! address and stay as they are.
//!
//! Better than the original: all numbers are known before the first row is stored,
//! so that none can be taken for another; who is not in the file is nobody, not
//! whoever has that number here; and nobody becomes an administrator of the site.

use super::{
    Column, TABLES, columns,
    references::{self, Missing},
    words,
};
use crate::{
    Write, counter,
    error::{DbError, Result},
    rows::Subscription,
    search_document, sql, thread,
};
use loomio_core::{policy::Permit, rich_text::slug};
use sea_orm::FromQueryResult;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How many rows are stored by one statement.
const BATCH: usize = 500;
const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789";

type Row = Map<String, Json>;

/// What was imported.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// How many rows of each table.
    pub rows: BTreeMap<&'static str, usize>,
    /// How many rows made no sense without others that are not in the file.
    pub left_out: usize,
    /// How many people were here already.
    pub known_people: usize,
    /// The groups.
    pub groups: Vec<i32>,
    /// Files that belong to imported rows: what the file says of each, and the row's
    /// new number.
    pub files: Vec<(Json, i64)>,
}

/// Why a file is not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A line is not what it should be.
    #[error("line {0}: {1}")]
    Line(usize, String),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

#[derive(FromQueryResult)]
struct Known {
    id: i32,
    email: String,
}

/// A file as it is read.
#[derive(Debug, Default)]
struct Content {
    rows: HashMap<&'static str, Vec<(i64, Row)>>,
    files: Vec<Json>,
}

fn read(text: &str) -> std::result::Result<Content, ImportError> {
    let mut content = Content::default();
    let mut seen = HashSet::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |what: String| ImportError::Line(at + 1, what);
        let Json::Object(mut parts) = serde_json::from_str(line).map_err(|e| wrong(e.to_string()))? else { return Err(wrong("this is no object".to_owned())) };
        let (Some(Json::String(table)), Some(Json::Object(record))) = (parts.remove("table"), parts.remove("record")) else {
            return Err(wrong("\"table\" and \"record\" are missing".to_owned()));
        };
        if table == "attachments" {
            content.files.push(Json::Object(record));
            continue;
        }
        let Some(table) = TABLES.iter().find(|t| **t == table) else { return Err(wrong(format!("rows of \"{table}\" cannot be imported"))) };
        let id = record.get("id").and_then(Json::as_i64).ok_or_else(|| wrong("the record has no number".to_owned()))?;
        if seen.insert((*table, id)) {
            content.rows.entry(table).or_default().push((id, record));
        }
    }
    Ok(content)
}

/// Imports a file's text. Nothing is stored unless the write commits.
///
/// # Errors
/// When a line cannot be read or the database refuses a row.
pub async fn import(w: &Write, permit: &Permit, text: &str) -> std::result::Result<Imported, ImportError> {
    let mut content = read(text)?;
    let columns = columns(w.conn()).await?;
    let mut arrival = Arrival { w, permit, columns, numbers: HashMap::new(), known: HashSet::new(), stand_in: None, imported: Imported::default(), broken_threads: BTreeSet::new() };
    arrival.recognise(&content).await?;
    arrival.number(&content).await?;
    arrival.leave_out(&mut content);
    arrival.choose_stand_in(&content);
    for table in TABLES {
        let rows = content.rows.remove(table).unwrap_or_default();
        arrival.store(table, rows).await?;
    }
    let files = content.files.into_iter().filter_map(|file| {
        let table = references::table_of(file.get("record_type")?.as_str()?)?;
        let id = arrival.numbers.get(&(table, file.get("record_id")?.as_i64()?))?;
        Some((file, *id))
    });
    arrival.imported.files = files.collect();
    arrival.finish().await?;
    Ok(arrival.imported)
}

struct Arrival<'w> {
    w: &'w Write,
    permit: &'w Permit,
    columns: Vec<Column>,
    /// New numbers by table and number in the file.
    numbers: HashMap<(&'static str, i64), i64>,
    /// People in the file who have an account here.
    known: HashSet<i64>,
    stand_in: Option<i64>,
    imported: Imported,
    broken_threads: BTreeSet<i32>,
}

impl Arrival<'_> {
    async fn recognise(&mut self, content: &Content) -> Result<()> {
        let people = content.rows.get("users").map_or(&[][..], Vec::as_slice);
        let emails: Vec<String> = people.iter().filter_map(|(_, row)| row.get("email")?.as_str()).map(str::to_lowercase).collect();
        let here: Vec<Known> = sql::rows(self.w.conn(), "select id, lower(email::text) as email from users where lower(email::text) = any($1)", vec![emails.into()]).await?;
        let here: HashMap<String, i32> = here.into_iter().map(|k| (k.email, k.id)).collect();
        for (id, row) in people {
            let Some(email) = row.get("email").and_then(Json::as_str).map(str::to_lowercase) else { continue };
            if let Some(account) = here.get(&email) {
                self.numbers.insert(("users", *id), i64::from(*account));
                self.known.insert(*id);
            }
        }
        self.imported.known_people = self.known.len();
        Ok(())
    }

    /// Takes a number for every row that will be stored.
    async fn number(&mut self, content: &Content) -> Result<()> {
        for table in TABLES {
            let new: Vec<i64> = content.rows.get(table).into_iter().flatten().map(|(id, _)| *id).filter(|id| !self.numbers.contains_key(&(table, *id))).collect();
            if new.is_empty() {
                continue;
            }
            let count = i64::try_from(new.len()).unwrap_or_default();
            let taken: Vec<i64> = sql::column(self.w.conn(), &format!("select nextval('public.{table}_id_seq') from generate_series(1, $1)"), vec![count.into()]).await?;
            self.numbers.extend(new.into_iter().map(|id| (table, id)).zip(taken));
        }
        Ok(())
    }

    fn refers(&self, row: &Row, column: &str, table: &'static str) -> Option<i64> {
        self.numbers.get(&(table, row.get(column)?.as_i64()?)).copied()
    }

    /// Leaves out rows that make no sense without others. Tables stand after those
    /// they refer to, so one pass is enough.
    fn leave_out(&mut self, content: &mut Content) {
        for table in TABLES {
            let Some(rows) = content.rows.get_mut(table) else { continue };
            let before = rows.len();
            let stays = |row: &Row| {
                let whole = references::of(table).iter().filter(|(_, _, missing)| *missing == Missing::LeaveOut).all(|(column, to, _)| self.refers(row, column, to).is_some());
                let stem = references::by_class(table).filter(|stem| *stem != "parent");
                whole && stem.is_none_or(|stem| self.by_class(row, stem).is_some())
            };
            let (kept, gone): (Vec<_>, Vec<_>) = std::mem::take(rows).into_iter().partition(|(_, row)| stays(row));
            *rows = kept;
            self.imported.left_out += before - rows.len();
            for (id, _) in gone {
                self.numbers.remove(&(table, id));
            }
        }
    }

    fn by_class(&self, row: &Row, stem: &str) -> Option<i64> {
        let table = references::table_of(row.get(&format!("{stem}_type"))?.as_str()?)?;
        self.refers(row, &format!("{stem}_id"), table)
    }

    fn choose_stand_in(&mut self, content: &Content) {
        let admin = content.rows.get("memberships").into_iter().flatten().find(|(_, row)| row.get("admin") == Some(&json!(true))).and_then(|(_, row)| self.refers(row, "user_id", "users"));
        self.stand_in = admin.or_else(|| content.rows.get("users").into_iter().flatten().find_map(|(id, _)| self.numbers.get(&("users", *id)).copied()));
    }

    /// A row with the numbers it has here.
    fn translated(&mut self, table: &'static str, old: i64, mut row: Row) -> Row {
        row.insert("id".to_owned(), json!(self.numbers.get(&(table, old))));
        for (column, to, missing) in references::of(table) {
            if row.get(*column).is_none_or(Json::is_null) {
                continue;
            }
            let found = self.refers(&row, column, to).or_else(|| if *missing == Missing::StandIn { self.stand_in } else { None });
            if found.is_none() && table == "events" && *column == "parent_id" {
                // The thread stands before the parent among the references: it is translated.
                self.broken_threads.extend(row.get("discussion_id").and_then(Json::as_i64).and_then(|id| i32::try_from(id).ok()));
            }
            row.insert((*column).to_owned(), json!(found));
        }
        if let Some(stem) = references::by_class(table) {
            let found = self.by_class(&row, stem);
            match (found, stem) {
                // What a comment answers may be gone; then it answers the thread.
                (None, "parent") => {
                    let thread = row.get("discussion_id").cloned().unwrap_or_default();
                    row.insert("parent_type".to_owned(), json!("Discussion"));
                    row.insert("parent_id".to_owned(), thread);
                }
                (found, stem) => {
                    row.insert(format!("{stem}_id"), json!(found));
                }
            }
        }
        if let Some((column, to)) = references::keyed(table)
            && let Some(Json::Object(scores)) = row.get(column)
        {
            let scores: Row = scores.iter().filter_map(|(id, score)| Some((self.numbers.get(&(to, id.parse().ok()?))?.to_string(), score.clone()))).collect();
            row.insert(column.to_owned(), Json::Object(scores));
        }
        if let Some(Json::Array(templates)) = row.get_mut("poll_template_keys_or_ids").filter(|_| table == "discussion_templates") {
            for template in templates {
                if let Some(id) = template.as_i64() {
                    *template = json!(self.numbers.get(&("poll_templates", id)));
                }
            }
        }
        for column in references::elsewhere(table) {
            row.insert((*column).to_owned(), Json::Null);
        }
        for (column, length) in references::fresh(table) {
            row.insert((*column).to_owned(), json!(self.w.random_string(LETTERS, *length)));
        }
        if table == "users" {
            row.insert("is_admin".to_owned(), json!(false));
        }
        for (column, value) in &mut row {
            if let (Some(words), Some(word)) = (words(table, column), value.as_str()) {
                *value = json!(words.iter().position(|w| *w == word));
            }
        }
        row
    }

    async fn store(&mut self, table: &'static str, rows: Vec<(i64, Row)>) -> Result<()> {
        let mut new: Vec<Row> = Vec::with_capacity(rows.len());
        for (old, row) in rows {
            if table != "users" || !self.known.contains(&old) {
                new.push(self.translated(table, old, row));
            }
        }
        for (column, length) in references::unique(table) {
            self.keep_apart(table, column, *length, &mut new).await?;
        }
        if table == "groups" {
            for group in new.iter_mut().filter(|g| g.get("parent_id").is_none_or(Json::is_null)) {
                let subscription = self.w.insert(self.permit, Subscription::default()).await?;
                group.insert("subscription_id".to_owned(), json!(subscription.id));
            }
            self.imported.groups = new.iter().filter_map(|g| g.get("id")?.as_i64()).filter_map(|id| i32::try_from(id).ok()).collect();
        }
        if !new.is_empty() {
            self.imported.rows.insert(table, new.len());
        }
        for part in new.chunks(BATCH) {
            // What the file does not know keeps the table's default.
            let given: Vec<&str> = self
                .columns
                .iter()
                .filter(|c| c.table_name == table)
                .filter(|c| part.iter().any(|row| row.get(&c.column_name).is_some_and(|v| c.nullable || !v.is_null())))
                .map(|c| c.column_name.as_str())
                .collect();
            let list = given.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
            let rows = Json::Array(part.iter().cloned().map(Json::Object).collect());
            self.w.execute(self.permit, &format!("insert into {table} ({list}) select {list} from jsonb_populate_recordset(null::{table}, $1::jsonb)"), vec![rows.into()]).await?;
        }
        Ok(())
    }

    /// Gives another key, name or handle to rows whose own one is taken.
    async fn keep_apart(&self, table: &str, column: &str, length: usize, rows: &mut [Row]) -> Result<()> {
        let wanted: Vec<String> = rows.iter().filter_map(|row| row.get(column)?.as_str()).map(str::to_lowercase).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        // Keys differ by case, names do not; what is taken in either sense counts.
        let taken: Vec<String> = if length == 0 {
            sql::column(self.w.conn(), &format!("select lower({column}::text) from {table} where lower({column}::text) like any(select w || '%' from unnest($1::text[]) w)"), vec![wanted.into()])
                .await?
        } else {
            sql::column(self.w.conn(), &format!("select lower({column}::text) from {table} where lower({column}::text) = any($1)"), vec![wanted.into()]).await?
        };
        let mut taken: HashSet<String> = taken.into_iter().collect();
        for row in rows {
            let Some(own) = row.get(column).and_then(Json::as_str).map(ToOwned::to_owned) else { continue };
            let mut free = own.clone();
            let mut n = 0;
            while !taken.insert(free.to_lowercase()) {
                n += 1;
                free = match (length, column) {
                    (0, "handle") => format!("{}-{n}", slug::parameterize(&own)),
                    (0, _) => format!("{own}{n}"),
                    (length, _) => self.w.random_string(LETTERS, length),
                };
            }
            row.insert(column.to_owned(), json!(free));
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<()> {
        let (w, permit, groups) = (self.w, self.permit, self.imported.groups.clone());
        let people: Vec<i32> = self.numbers.iter().filter(|((table, _), _)| *table == "users").filter_map(|(_, id)| i32::try_from(*id).ok()).collect();
        counter::users(w, permit, &people).await?;
        let counted: Vec<&str> = [counter::OF_MEMBERSHIP, counter::OF_DISCUSSION, counter::OF_POLL, &["subgroups_count"]].concat();
        counter::groups(w, permit, &groups, &counted).await?;
        for thread in &self.broken_threads {
            thread::repair(w, permit, *thread).await?;
        }
        search_document::index_groups(w, permit, &groups).await
    }
}
