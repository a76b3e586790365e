//! Sending, and the log of what became of it.

use crate::App;
use loomio_db::sql;
use loomio_mail::Message;

/// Whether a delivery has come to an end, sent or refused for good.
///
/// # Errors
/// When the database refuses.
pub async fn is_done(app: &App, key: &str) -> anyhow::Result<bool> {
    Ok(sql::exists(&app.db, "select 1 from loomio.deliveries where key = $1 and (delivered_at is not null or error like 'for good:%')", vec![key.into()]).await?)
}

/// Sends a mail and notes what became of it.
///
/// # Errors
/// When it could not be sent now but may be later.
pub async fn deliver(app: &App, mail: &str, message: &Message) -> anyhow::Result<()> {
    let sent = app.mailer.send(message).await;
    let now = app.now();
    let error = sent.as_ref().err().map(|e| if e.is_temporary() { e.to_string() } else { format!("for good: {e}") });
    sql::execute(
        &app.db,
        "insert into loomio.deliveries (key, mail, recipient, subject, attempted_at, delivered_at, error) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (key) do update set attempted_at = excluded.attempted_at, delivered_at = excluded.delivered_at, error = excluded.error, attempts = deliveries.attempts + 1",
        vec![message.key.clone().into(), mail.into(), message.to.email.clone().into(), message.subject.clone().into(), now.into(), sent.is_ok().then_some(now).into(), error.into()],
    )
    .await?;
    match sent {
        Ok(()) => Ok(()),
        Err(e) if e.is_temporary() => Err(e.into()),
        Err(e) => {
            tracing::warn!(mail, error = %e, "a mail was given up");
            Ok(())
        }
    }
}
