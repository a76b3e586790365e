//! Short forms for hand-written statements: most of Loomio's questions are easier
//! to check against the original as SQL than as a query builder's calls.

use crate::error::Result;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Statement, TryGetable, Value};

/// A statement with numbered placeholders (`$1`, `$2`, …).
pub fn statement(sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// Runs a statement and says how many rows it changed.
pub async fn execute(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<u64> {
    Ok(conn.execute_raw(statement(sql, values)).await?.rows_affected())
}

/// All rows of a query, each read by column name.
pub async fn rows<T: FromQueryResult>(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
    Ok(T::find_by_statement(statement(sql, values)).all(conn).await?)
}

/// The first row of a query.
pub async fn row<T: FromQueryResult>(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Option<T>> {
    Ok(T::find_by_statement(statement(sql, values)).one(conn).await?)
}

/// The first column of every row.
pub async fn column<T: TryGetable>(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
    let found: Vec<QueryResult> = conn.query_all_raw(statement(sql, values)).await?;
    Ok(found.into_iter().map(|r| r.try_get_by_index(0)).collect::<std::result::Result<_, _>>()?)
}

/// The first column of the first row; `None` without a row.
pub async fn scalar<T: TryGetable>(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Option<T>> {
    match conn.query_one_raw(statement(sql, values)).await? {
        Some(r) => Ok(Some(r.try_get_by_index(0)?)),
        None => Ok(None),
    }
}

/// Whether a query has a row.
pub async fn exists(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<bool> {
    Ok(scalar::<bool>(conn, &format!("select exists({sql})"), values).await?.unwrap_or(false))
}

/// Ids as one array parameter, to be used as `= any($n)`: one statement text
/// whatever their number, so that the server plans it once.
pub fn ids(ids: &[i32]) -> Value {
    ids.to_vec().into()
}
