//! What all rows have in common: a class name the original knows them by, the
//! columns it keeps versions of, and how a change of a row is told as JSON.

use crate::error::{DbError, Result};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityName, EntityTrait, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn, Value, sea_query::Iden};
use serde_json::{Map, Value as Json, json};

/// A row of one table.
///
/// Implemented for every type in [`crate::rows`]; a new row is the type's
/// `Default` (the database's own defaults) with the wanted fields set and id 0.
pub trait Record: ModelTrait<Entity = Self::Table> + IntoActiveModel<Self::Active> + Default + Clone + Send + Sync + 'static {
    /// The table behind the row.
    type Table: EntityTrait<Model = Self, ActiveModel = Self::Active, Column = Self::Field>;
    /// The table's columns.
    type Field: ColumnTrait + Iterable + Send + Sync;
    /// The writing form of the row.
    type Active: ActiveModelTrait<Entity = Self::Table> + ActiveModelBehavior + Send + Sync;
    /// The original's class name, as stored in polymorphic columns (`Comment`).
    const TYPE: &'static str;
    /// The columns whose changes are kept in `versions` (the original's
    /// `has_paper_trail only:`); empty when the class keeps none.
    const VERSIONED: &'static [&'static str] = &[];
    /// Integer columns that the original names: (column, names by number).
    const ENUMS: &'static [(&'static str, &'static [&'static str])] = &[];

    /// The row's number, 0 before it is stored.
    fn id(&self) -> i64;
    /// Sets `created_at` (when new) and `updated_at`, where the table has them.
    fn touch(&mut self, now: chrono::NaiveDateTime, new: bool);
}

/// Before and after of each changed column.
#[derive(Debug, Default, Clone)]
pub struct Changes(pub Vec<(String, Json, Json)>);

impl Changes {
    /// Whether a column changed.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.0.iter().any(|(c, _, _)| c == column)
    }

    /// The columns of `only`, as `versions.object_changes` stores them.
    #[must_use]
    pub fn only(&self, only: &[&str]) -> Map<String, Json> {
        self.0.iter().filter(|(c, _, _)| only.contains(&c.as_str())).map(|(c, a, b)| (c.clone(), json!([a, b]))).collect()
    }
}

/// The differences between two states of a row.
pub fn changes<R: Record>(before: &R, after: &R) -> Changes {
    Changes(
        R::Field::iter()
            .filter_map(|c| {
                let (a, b) = (before.get(c), after.get(c));
                (a != b).then(|| {
                    let name = c.to_string();
                    (name.clone(), as_json::<R>(&name, a), as_json::<R>(&name, b))
                })
            })
            .collect(),
    )
}

/// The kept columns of a new row that differ from the table's defaults, as
/// `versions.object_changes` stores them. A column that must be filled but has no
/// default was null before; here it was empty or zero.
pub fn first_words<R: Record>(row: &R) -> Map<String, Json> {
    let must_be_filled = |name: &str| R::Field::iter().find(|c| c.to_string() == name).is_some_and(|c| !c.def().is_null());
    let mut told = changes(&R::default(), row).only(R::VERSIONED);
    for (name, change) in &mut told {
        let Some(before) = change.get_mut(0) else { continue };
        if (*before == json!("") || *before == json!(0)) && must_be_filled(name) {
            *before = Json::Null;
        }
    }
    told
}

/// Every kept column of a row about to go, as `versions.object_changes` stores it.
pub fn last_words<R: Record>(row: &R) -> Map<String, Json> {
    R::Field::iter()
        .filter_map(|c| {
            let name = c.to_string();
            R::VERSIONED.contains(&name.as_str()).then(|| (name.clone(), json!([as_json::<R>(&name, row.get(c)), Json::Null])))
        })
        .collect()
}

fn as_json<R: Record>(column: &str, value: Value) -> Json {
    let plain = plain_json(value);
    match (R::ENUMS.iter().find(|(c, _)| *c == column), plain.as_i64()) {
        (Some((_, names)), Some(n)) => usize::try_from(n).ok().and_then(|n| names.get(n)).map_or(plain, |name| json!(name)),
        _ => plain,
    }
}

/// A column's value as Rails writes it into JSON: times in UTC with milliseconds.
fn plain_json(value: Value) -> Json {
    match value {
        Value::Bool(v) => json!(v),
        Value::Int(v) => json!(v),
        Value::BigInt(v) => json!(v),
        Value::Double(v) => json!(v),
        Value::String(v) => json!(v),
        Value::Json(v) => v.map_or(Json::Null, |v| *v),
        Value::ChronoDateTime(v) => v.map_or(Json::Null, |v| json!(rails_time(v))),
        Value::ChronoDate(v) => v.map_or(Json::Null, |v| json!(v.to_string())),
        Value::Array(_, v) => v.map_or(Json::Null, |v| Json::Array(v.into_iter().map(plain_json).collect())),
        other => json!(other.to_string()),
    }
}

/// A time as Rails' JSON writes it: `2026-11-24T04:22:27.731Z`.
#[must_use]
pub fn rails_time(time: chrono::NaiveDateTime) -> String {
    use chrono::{Datelike, Timelike};
    // A page of a thread has hundreds of them.
    let (date, time) = (time.date(), time.time());
    let milliseconds = time.nanosecond() / 1_000_000;
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{milliseconds:03}Z", date.year(), date.month(), date.day(), time.hour(), time.minute(), time.second())
}

/// Stores a new row and returns it with what the database filled in.
pub(crate) async fn insert<R: Record>(conn: &impl ConnectionTrait, row: R) -> Result<R> {
    let new = row.id() == 0;
    let mut active = row.into_active_model().reset_all();
    if new {
        for key in <<R::Table as EntityTrait>::PrimaryKey as Iterable>::iter() {
            let column = key.into_column();
            if column.to_string() == "id" {
                active.not_set(column);
            }
        }
    }
    Ok(<R::Table as EntityTrait>::insert(active).exec_with_returning(conn).await?)
}

/// Stores the columns in which `after` differs from `before`.
pub(crate) async fn update<R: Record>(conn: &impl ConnectionTrait, before: &R, after: R) -> Result<R> {
    let same: Vec<bool> = R::Field::iter().map(|c| before.get(c) == after.get(c)).collect();
    if same.iter().all(|s| *s) {
        return Ok(after);
    }
    // The key stays set: it is what the row is found by.
    let keys: Vec<String> = <<R::Table as EntityTrait>::PrimaryKey as Iterable>::iter().map(|k| k.into_column().to_string()).collect();
    let mut active = after.into_active_model().reset_all();
    for (column, same) in R::Field::iter().zip(same) {
        if same && !keys.contains(&column.to_string()) {
            active.not_set(column);
        }
    }
    Ok(<R::Table as EntityTrait>::update(active).exec(conn).await?)
}

/// Removes a row by its number.
pub(crate) async fn delete<R: Record>(conn: &impl ConnectionTrait, row: &R) -> Result<()> {
    let table = R::Table::default();
    let done = crate::sql::execute(conn, &format!("delete from {} where id = $1", table.table_name()), vec![row.id().into()]).await?;
    if done == 1 { Ok(()) } else { Err(DbError::Inconsistent(format!("{} {} was already gone", R::TYPE, row.id()))) }
}
