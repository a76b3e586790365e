//! Making a database ours: an empty one is created, one made by Rails is adopted
//! as it is, anything else is refused.
//!
//! The original's tables are never altered. Everything of ours stands in the
//! PostgreSQL schema `loomio`; dropping that schema gives the database back.

use crate::{error::DbError, sql};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};

const TABLES: &str = include_str!("../schema/loomio.sql");
const RAILS_MIGRATIONS: &str = include_str!("../schema/rails_migrations.txt");

/// The newest migrations of Rails whose tables we know, by Loomio version.
pub const KNOWN_VERSIONS: [(&str, &str); 1] = [("20260210005017", "3.0.20")];

/// How a database came to be ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was empty and is now created.
    Created,
    /// Rails had made it.
    Adopted,
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// It belongs to a Loomio we do not know.
    #[error("this database is at Rails migration {found}, which belongs to no Loomio version known here (known: {known}); it was left untouched")]
    UnknownVersion {
        /// The newest migration found.
        found: String,
        /// What would have been accepted.
        known: String,
    },
    /// It has tables, but none of Loomio's.
    #[error("this database has tables but is not Loomio's; it was left untouched")]
    Foreign,
    /// The database refused a statement.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sea_orm::DbErr> for MigrationError {
    fn from(e: sea_orm::DbErr) -> Self {
        Self::Db(e.into())
    }
}

/// Creates or adopts a database.
///
/// # Errors
/// When it belongs to something else or the database refuses.
pub async fn prepare(db: &DatabaseConnection) -> Result<Origin, MigrationError> {
    let tx = db.begin().await?;
    // Two servers starting at once must not both create it.
    sql::execute(&tx, "select pg_advisory_xact_lock(7460283)", vec![]).await?;
    let has_rails: Option<bool> = sql::scalar(&tx, "select to_regclass('public.schema_migrations') is not null", vec![]).await?;
    let origin = if has_rails == Some(true) {
        let found: Option<String> = sql::scalar(&tx, "select coalesce(max(version), 'none') from public.schema_migrations", vec![]).await?;
        let found = found.unwrap_or_default();
        // A database restored from a schema dump has the tables without the list.
        let has_tables: Option<bool> = sql::scalar(&tx, "select to_regclass('public.pg_search_documents') is not null and to_regclass('public.stance_receipts') is not null", vec![]).await?;
        let unlisted = found == "none" && has_tables == Some(true);
        if !unlisted && !KNOWN_VERSIONS.iter().any(|(version, _)| *version == found) {
            let known = KNOWN_VERSIONS.map(|(version, name)| format!("{version} of Loomio {name}")).join(", ");
            return Err(MigrationError::UnknownVersion { found, known });
        }
        Origin::Adopted
    } else {
        let tables: Option<i64> = sql::scalar(&tx, "select count(*) from pg_tables where schemaname = 'public'", vec![]).await?;
        if tables != Some(0) {
            return Err(MigrationError::Foreign);
        }
        create(&tx).await?;
        Origin::Created
    };
    tx.execute_unprepared(&format!("create schema if not exists {}", crate::job::SCHEMA)).await?;
    tx.execute_unprepared(OWN_TABLES).await?;
    tx.commit().await?;
    Ok(origin)
}

/// What we keep beside the original's tables.
const OWN_TABLES: &str = include_str!("../schema/own.sql");

async fn create(tx: &impl ConnectionTrait) -> Result<(), MigrationError> {
    for extension in ["citext", "hstore"] {
        tx.execute_unprepared(&format!("create extension if not exists {extension} with schema public")).await?;
        // The embedded server makes its extensions itself, in a schema of its choice.
        if sql::exists(tx, "select 1 from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = $1 and n.nspname <> 'public'", vec![extension.into()]).await? {
            tx.execute_unprepared(&format!("alter extension {extension} set schema public")).await?;
        }
    }
    // What only an administrator of the server may create is left out without harm,
    // and what the server does not have is not asked for.
    tx.execute_unprepared("create schema if not exists pghero").await?;
    for optional in ["pg_stat_statements", "pgcrypto"] {
        if sql::exists(tx, "select 1 from pg_available_extensions where name = $1", vec![optional.into()]).await? {
            tx.execute_unprepared(&format!("do $$ begin create extension if not exists {optional} with schema public; exception when others then null; end $$")).await?;
        }
    }
    // The tables ask for pgcrypto's function by name; newer servers have it built in.
    tx.execute_unprepared(
        "do $$ begin if to_regprocedure('public.gen_random_uuid()') is null then \
         create function public.gen_random_uuid() returns uuid language sql volatile as 'select pg_catalog.gen_random_uuid()'; end if; end $$",
    )
    .await?;
    // A slow machine would otherwise log all of the tables as one slow statement.
    tx.execute_unprepared(TABLES).with_subscriber(NoSubscriber::default()).await?;
    let versions: Vec<String> = RAILS_MIGRATIONS.lines().map(ToOwned::to_owned).collect();
    sql::execute(tx, "insert into public.schema_migrations (version) select unnest($1::varchar[])", vec![versions.into()]).await?;
    sql::execute(tx, "insert into public.ar_internal_metadata (key, value, created_at, updated_at) values ('environment', 'production', now() at time zone 'utc', now() at time zone 'utc')", vec![])
        .await?;
    Ok(())
}

/// Shows the jobs that are due and not done as `loomio.unfinished_jobs`, once the
/// job library has made its tables.
///
/// # Errors
/// When the database refuses.
pub async fn show_unfinished_jobs(conn: &impl ConnectionTrait) -> Result<(), DbError> {
    let schema = crate::job::SCHEMA;
    conn.execute_unprepared(&format!(
        "create or replace view {schema}.unfinished_jobs as \
         select j.id, t.identifier as name, j.payload, j.run_at, j.attempts, j.max_attempts, j.last_error, j.created_at, j.locked_at \
         from {schema}._private_jobs j join {schema}._private_tasks t on t.id = j.task_id \
         where j.run_at <= now() and j.attempts < j.max_attempts"
    ))
    .await?;
    Ok(())
}
