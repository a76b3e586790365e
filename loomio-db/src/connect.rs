//! Opening the database.

use crate::error::Result;
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::{
    Connection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode},
};
use std::{net::IpAddr, str::FromStr, time::Duration};

/// How many prepared statements a connection keeps; the application has a few hundred.
const STATEMENTS: usize = 256;

/// How long to wait for a free connection before giving up.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a connection may lie unused and still be trusted. Asking every time
/// whether it is alive would double the questions of a request.
const TRUSTED: Duration = Duration::from_secs(5);

/// Opens a pool of at most `connections` (one is enough for everything).
///
/// # Errors
/// When the address cannot be read or nobody answers there.
pub async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection> {
    let mut options = PgConnectOptions::from_str(url).map_err(|e| sea_orm::DbErr::Conn(sea_orm::RuntimeErr::Internal(e.to_string())))?.statement_cache_capacity(STATEMENTS).application_name("loomio");
    // Nobody listens between this machine and itself, and encrypting costs both ends.
    if matches!(options.get_ssl_mode(), PgSslMode::Prefer) && is_this_machine(options.get_host()) {
        options = options.ssl_mode(PgSslMode::Disable);
    }
    let pool = PgPoolOptions::new()
        .max_connections(connections.max(1))
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, unused| {
            Box::pin(async move {
                if unused.idle_for < TRUSTED {
                    return Ok(true);
                }
                // A dead one is thrown away and another taken.
                Ok(connection.ping().await.is_ok())
            })
        })
        .connect_with(options)
        .await
        .map_err(|e| sea_orm::DbErr::Conn(sea_orm::RuntimeErr::Internal(e.to_string())))?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The pool below a connection, for libraries that ask for it.
#[must_use]
pub fn pool(db: &DatabaseConnection) -> PgPool {
    db.get_postgres_connection_pool().clone()
}
