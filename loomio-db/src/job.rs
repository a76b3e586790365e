//! Jobs as rows: asked for inside the writer's transaction, run afterwards at
//! least once by a worker (the graphile_worker library).

use crate::error::Result;
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
    crate::sql::execute(conn, &format!("select {SCHEMA}.add_job($1, $2::json, max_attempts => $3)"), vec![name.into(), payload.to_string().into(), MAX_ATTEMPTS.into()]).await?;
    Ok(())
}
