//! Jobs as rows: asked for inside the writer's transaction, run afterwards at
//! least once by a worker (the graphile_worker library).

use crate::{Write, error::Result, sql};
use chrono::NaiveDateTime;
use loomio_core::policy::Permit;
use sea_orm::ConnectionTrait;
use serde_json::Value as Json;

/// The PostgreSQL schema that holds everything of ours, jobs included.
pub const SCHEMA: &str = "loomio";

/// How often a job is tried before it is given up (and stays visible).
pub const MAX_ATTEMPTS: i32 = 12;

/// Adds a job to be run once the surrounding transaction commits.
///
/// # Errors
/// When the database refuses it.
pub async fn enqueue(conn: &impl ConnectionTrait, name: &str, payload: Json) -> Result<()> {
    sql::execute(conn, &format!("select {SCHEMA}.add_job($1, $2::json, max_attempts => $3)"), vec![name.into(), payload.to_string().into(), MAX_ATTEMPTS.into()]).await?;
    Ok(())
}

/// Adds a job that is run after all earlier ones of the same queue, never beside them.
///
/// # Errors
/// When the database refuses it.
pub async fn enqueue_in_order(conn: &impl ConnectionTrait, queue: &str, name: &str, payload: Json) -> Result<()> {
    sql::execute(conn, &format!("select {SCHEMA}.add_job($1, $2::json, queue_name => $4, max_attempts => $3)"), vec![name.into(), payload.to_string().into(), MAX_ATTEMPTS.into(), queue.into()])
        .await?;
    Ok(())
}

/// Adds a job to be run at a time (UTC) or soon after, if the surrounding
/// transaction commits.
///
/// # Errors
/// When the database refuses it.
pub async fn enqueue_at(conn: &impl ConnectionTrait, name: &str, payload: Json, at: NaiveDateTime) -> Result<()> {
    let statement = format!("select {SCHEMA}.add_job($1, $2::json, run_at => $4::timestamp at time zone 'utc', max_attempts => $3)");
    sql::execute(conn, &statement, vec![name.into(), payload.to_string().into(), MAX_ATTEMPTS.into(), at.into()]).await?;
    Ok(())
}

/// Notes within a write that what a ticket stands for is done; says false when it
/// was done before. A job that is run twice thus takes effect once: the note and
/// the effect commit together.
///
/// # Errors
/// When the database refuses.
pub async fn first_time(w: &Write, permit: &Permit, ticket: &str) -> Result<bool> {
    let noted = w.execute(permit, &format!("insert into {SCHEMA}.finished_tickets (ticket, finished_at) values ($1, $2) on conflict do nothing"), vec![ticket.into(), w.now().into()]).await?;
    Ok(noted == 1)
}

/// Forgets the tickets of jobs that cannot come again.
///
/// # Errors
/// When the database refuses.
pub async fn forget_tickets(conn: &impl ConnectionTrait, before: NaiveDateTime) -> Result<u64> {
    sql::execute(conn, &format!("delete from {SCHEMA}.finished_tickets where finished_at < $1"), vec![before.into()]).await
}
