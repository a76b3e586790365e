//! PostgreSQL inside this process, kept in the data folder: for trying Loomio out
//! and for small groups. One connection, over a socket that only we can open.

use anyhow::Context;
use pglite_oxide::{PgliteServer, extensions};
use std::path::Path;

/// A running embedded PostgreSQL.
pub struct Embedded {
    server: PgliteServer,
}

impl Embedded {
    /// Starts it, making the database first if the folder has none.
    ///
    /// # Errors
    /// When another process uses the folder, or it cannot be written.
    pub async fn start(data_dir: &Path) -> anyhow::Result<Self> {
        let socket = crate::store::run_dir(data_dir)?.join(".s.PGSQL.5432");
        let folder = data_dir.join("postgres");
        let server = tokio::task::spawn_blocking(move || PgliteServer::builder().path(folder).unix(socket).extensions([extensions::CITEXT, extensions::HSTORE]).start())
            .await?
            .context("the embedded database did not start; perhaps another process uses the data folder")?;
        Ok(Self { server })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        // The library leaves the host empty, which not every client accepts.
        self.server.database_url().replacen("@/", "@localhost/", 1)
    }

    /// Stops it. The data is safe either way, so trouble is only told.
    pub async fn stop(self) {
        match tokio::task::spawn_blocking(move || self.server.shutdown()).await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => tracing::warn!(error = format!("{e:#}"), "the embedded database did not stop cleanly"),
            Err(e) => tracing::warn!(error = %e, "the embedded database did not stop cleanly"),
        }
    }
}
