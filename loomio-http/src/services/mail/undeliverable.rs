//! Addresses that mail does not reach: no mail goes there until an administrator
//! says otherwise.

use crate::App;
use loomio_db::sql;
use loomio_mail::inbound::bounce::Undelivered;
use sea_orm::FromQueryResult;

/// An address to which no mail is sent any more.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Dead {
    /// The address.
    pub email: String,
    /// The enhanced status code of the report (RFC 3463), such as `5.1.1`.
    pub status: String,
    /// What the other server said.
    pub diagnostic: Option<String>,
    /// When it was reported, UTC.
    pub reported_at: chrono::NaiveDateTime,
}

/// Stops mail to addresses that a report names as dead. The report must send back
/// the key of a mail that we did send there (`keys`), so that nobody can silence
/// others.
///
/// # Errors
/// When the database refuses.
pub async fn note(app: &App, keys: &[String], undelivered: &[Undelivered]) -> loomio_db::Result<()> {
    for dead in undelivered.iter().filter(|u| u.is_final()) {
        let ours = "select 1 from loomio.deliveries where key = any($1) and lower(recipient) = lower($2)";
        if !sql::exists(&app.db, ours, vec![keys.to_vec().into(), dead.email.clone().into()]).await? {
            tracing::info!("a report about a mail that is not ours was ignored");
            continue;
        }
        tracing::warn!(status = dead.status, "mail to an address stops: it does not arrive");
        sql::execute(
            &app.db,
            "insert into loomio.undeliverable (email, status, diagnostic, reported_at) values ($1::citext, $2, $3, $4) \
             on conflict (email) do update set status = excluded.status, diagnostic = excluded.diagnostic, reported_at = excluded.reported_at",
            vec![dead.email.clone().into(), dead.status.clone().into(), dead.diagnostic.clone().into(), app.now().into()],
        )
        .await?;
    }
    Ok(())
}

/// The addresses that mail does not reach, the longest known first.
///
/// # Errors
/// When the database refuses.
pub async fn list(app: &App) -> loomio_db::Result<Vec<Dead>> {
    sql::rows(&app.db, "select email::text as email, status, diagnostic, reported_at from loomio.undeliverable order by reported_at, email", vec![]).await
}

/// Sends mail to an address again; says whether it had been stopped.
///
/// # Errors
/// When the database refuses.
pub async fn revive(app: &App, email: &str) -> loomio_db::Result<bool> {
    Ok(sql::execute(&app.db, "delete from loomio.undeliverable where email = $1::citext", vec![email.into()]).await? == 1)
}
