//! The databases cases start from: rows as PostgreSQL's `COPY` writes them.

use crate::case::lines;
use chrono::TimeDelta;
use regex::Regex;
use serde::Deserialize;
use sqlx::{Executor, PgPool};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

/// The rows of a table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: String,
    rows: Vec<Arc<str>>,
}

/// All rows of a database.
#[derive(Debug, Clone, Default)]
pub struct State {
    tables: BTreeMap<String, Arc<Table>>,
    sequences: BTreeMap<String, (i64, bool)>,
}

/// What a state has that the one before it has not.
#[derive(Deserialize)]
struct Step {
    state: String,
    tables: HashMap<String, TableStep>,
    sequences: HashMap<String, (i64, bool)>,
}

#[derive(Deserialize)]
struct TableStep {
    columns: String,
    keep: usize,
    rows: Vec<String>,
}

/// The states of the story, stored as steps from one to the next.
pub fn unpack(path: &Path) -> HashMap<String, Arc<State>> {
    let mut current = State::default();
    let mut states = HashMap::new();
    for line in lines(path) {
        let step: Step = serde_json::from_str(&line).expect("a step");
        for (name, change) in step.tables {
            let mut rows = current.tables.get(&name).map(|t| t.rows[..change.keep].to_vec()).unwrap_or_default();
            rows.extend(change.rows.into_iter().map(Arc::from));
            current.tables.insert(name, Arc::new(Table { columns: change.columns, rows }));
        }
        current.sequences.extend(step.sequences);
        states.insert(step.state, Arc::new(current.clone()));
    }
    states
}

/// A state as `pg_dump --data-only` wrote it.
pub fn from_dump(path: &Path) -> State {
    let copy = Regex::new(r#"^COPY public\."?(\w+)"? \((.*)\) FROM stdin;$"#).expect("a pattern");
    let sequence = Regex::new(r"^SELECT pg_catalog\.setval\('public\.(\w+)', (\d+), (true|false)\);").expect("a pattern");
    let mut state = State::default();
    let mut open: Option<(String, Table)> = None;
    for line in lines(path) {
        match &mut open {
            Some((name, table)) if line == "\\." => {
                state.tables.insert(std::mem::take(name), Arc::new(std::mem::take(table)));
                open = None;
            }
            Some((_, table)) => table.rows.push(line.into()),
            None => {
                if let Some(found) = copy.captures(&line) {
                    open = Some((found[1].to_owned(), Table { columns: found[2].to_owned(), rows: Vec::new() }));
                } else if let Some(found) = sequence.captures(&line) {
                    state.sequences.insert(found[1].to_owned(), (found[2].parse().expect("a number"), &found[3] == "true"));
                }
            }
        }
    }
    state
}

impl State {
    /// The statements that move every time by `shift`.
    fn moved(&self, times: &HashMap<String, Vec<String>>, shift: TimeDelta) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a recording is years old, not millennia")]
        let seconds = shift.num_microseconds().unwrap_or_default() as f64 / 1e6;
        let filled = self.tables.iter().filter(|(_, table)| !table.rows.is_empty());
        filled
            .filter_map(|(name, _)| times.get(name).map(|columns| (name, columns)))
            .map(|(name, columns)| {
                let columns: Vec<String> = columns.iter().map(|c| format!("\"{c}\" = \"{c}\" + interval '{seconds} seconds'")).collect();
                format!("update public.\"{name}\" set {};", columns.join(", "))
            })
            .collect()
    }

    /// Puts a database into this state, with every time moved by `shift`. What is
    /// ours in it (jobs, logs) is forgotten.
    pub async fn restore(&self, pool: &PgPool, shape: &Shape, shift: TimeDelta) {
        let mut conn = pool.acquire().await.expect("the connection");
        let emptied: String = shape.tables.iter().map(|t| format!("delete from {t};")).collect();
        let restarted: String = shape.sequences.iter().map(|s| format!("select setval('public.{s}', 1, false);")).collect();
        conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("begin; set local session_replication_role = replica; {emptied} {restarted}")))).await.expect("an empty database");
        for (name, table) in self.tables.iter().filter(|(_, table)| !table.rows.is_empty()) {
            let mut copy = conn.copy_in_raw(&format!("copy public.\"{name}\" ({}) from stdin", table.columns)).await.expect("a copy");
            let text: String = table.rows.iter().flat_map(|row| [row.as_ref(), "\n"]).collect();
            copy.send(text.into_bytes()).await.expect("rows");
            copy.finish().await.unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        let sequences: String = self.sequences.iter().map(|(name, (value, called))| format!("select setval('public.{name}', {value}, {called});")).collect();
        let moved = self.moved(&shape.times, shift);
        conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{sequences} {moved} commit;")))).await.expect("a restored database");
    }
}

/// What must be known of the tables in order to restore and read them.
#[derive(Debug)]
pub struct Shape {
    /// Every table with its schema, ours among them.
    tables: Vec<String>,
    /// The tables of the original that are compared, with the column they are ordered by.
    pub compared: Vec<(String, String)>,
    sequences: Vec<String>,
    times: HashMap<String, Vec<String>>,
}

/// Tables of Rails itself and of its unused parts.
const NOT_COMPARED: [&str; 5] = ["schema_migrations", "ar_internal_metadata", "action_mailbox_inbound_emails", "ahoy_events", "ahoy_visits"];

impl Shape {
    /// Looks at a database.
    pub async fn of(pool: &PgPool) -> Self {
        let columns: Vec<(String, String, String)> = sqlx::query_as(
            "select c.table_name::text, c.column_name::text, c.data_type::text from information_schema.columns c join pg_tables t on t.schemaname = c.table_schema and t.tablename = c.table_name where c.table_schema = 'public' order by 1, c.ordinal_position",
        )
        .fetch_all(pool)
        .await
        .expect("the columns");
        let mut by_table: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (table, column, kind) in columns {
            by_table.entry(table).or_default().push((column, kind));
        }
        by_table.retain(|table, _| !["schema_migrations", "ar_internal_metadata"].contains(&table.as_str()));
        let ours: Vec<String> = sqlx::query_scalar("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'loomio' and tablename not like '%migrations' and tablename not like '%tasks' and tablename not like '%queues'")
            .fetch_all(pool)
            .await
            .expect("our tables");
        let sequences = sqlx::query_scalar("select sequencename::text from pg_sequences where schemaname = 'public'").fetch_all(pool).await.expect("the sequences");
        let times = by_table
            .iter()
            .map(|(table, columns)| (table.clone(), columns.iter().filter(|(_, kind)| kind.starts_with("timestamp")).map(|(name, _)| name.clone()).collect()))
            .collect::<HashMap<String, Vec<String>>>();
        let order = |columns: &[(String, String)]| {
            if columns.iter().any(|(name, _)| name == "id") { "id".to_owned() } else { columns.iter().map(|(name, _)| format!("\"{name}\"::text")).collect::<Vec<_>>().join(", ") }
        };
        Self {
            tables: by_table.keys().map(|t| format!("public.\"{t}\"")).chain(ours).collect(),
            compared: by_table.iter().filter(|(table, _)| !NOT_COMPARED.contains(&table.as_str())).map(|(table, columns)| (table.clone(), order(columns))).collect(),
            sequences,
            times: times.into_iter().filter(|(_, columns)| !columns.is_empty()).collect(),
        }
    }
}
