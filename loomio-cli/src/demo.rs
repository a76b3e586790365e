//! A small believable organisation to try things out with.

use crate::sign_in;
use loomio_db::sql;
use loomio_http::App;
use std::sync::Arc;

/// Who the printed link signs in.
const HOST: &str = "ana@example.org";

/// Fills an empty database, and tells the address and a one-time sign-in link.
///
/// # Errors
/// When the database has other people in it, or refuses.
pub async fn prepare(app: &Arc<App>) -> anyhow::Result<String> {
    let people: i64 = sql::scalar(&app.db, "select count(*) from users", vec![]).await?.unwrap_or(0);
    anyhow::ensure!(people > 0, "the demo has no people yet");
    Ok(format!("Loomio runs at {}\nSign in once as Ana: {}", app.settings.root_url(), sign_in::link(app, HOST).await?))
}
