//! Mails: which data each one shows, whom it goes to, and that it goes once.
//!
//! `plain` holds the mails that no event causes, `event` those of events. Both end
//! in [`deliver()`], which keeps a log of what was sent.

pub mod about;
pub mod activity;
pub mod calendar;
pub mod catch_up;
pub mod deliver;
pub mod event;
pub mod files;
pub mod links;
pub mod page;
pub mod plain;
pub mod poll;
pub mod preview;
pub mod reader;
pub mod text;
pub mod undeliverable;

pub use deliver::deliver;
pub use plain::Mail;

use crate::App;
use loomio_db::Write;
use loomio_mail::{Message, Person, Rendered, Templates, Thread, render::Words};
use serde::Serialize;
use std::sync::{Arc, LazyLock};

static TEMPLATES: LazyLock<Result<Templates, loomio_mail::MailError>> = LazyLock::new(Templates::new);

/// A name for a delivery that no other has.
#[must_use]
pub fn delivery_key(w: &Write) -> String {
    w.random_string(b"abcdefghijklmnopqrstuvwxyz0123456789", 24)
}

/// The words of the application in a language.
#[must_use]
pub fn words(app: &Arc<App>, locale: &str) -> Words {
    let (app, locale) = (Arc::clone(app), locale.to_owned());
    Arc::new(move |key, values| app.i18n.text(&locale, key, values))
}

/// A mail's body.
///
/// # Errors
/// When a template fails.
pub fn render(app: &Arc<App>, mail: &str, locale: &str, shown: impl Serialize) -> anyhow::Result<Rendered> {
    let templates = TEMPLATES.as_ref().map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok(templates.render(mail, shown, &words(app, locale))?)
}

/// The site as the sender.
#[must_use]
pub fn from_site(app: &App) -> Person {
    Person::named(&app.settings.site_name, app.settings.notifications_email.clone())
}

/// Whether no mail may go to an address: it looks like spam, it is our own, its owner
/// once complained, or mail does not reach it.
///
/// # Errors
/// When the database refuses.
pub async fn is_unwanted(app: &App, email: &str) -> anyhow::Result<bool> {
    let spam = regex::Regex::new(&app.settings.spam_regex)?;
    if spam.is_match(email) || email == app.settings.notifications_email {
        return Ok(true);
    }
    Ok(loomio_db::sql::exists(
        &app.db,
        "select 1 from users where email = $1::citext and complaints_count > 0 union all select 1 from loomio.undeliverable where email = $1::citext",
        vec![email.into()],
    )
    .await?)
}

/// A mail from the site with nothing special about it.
#[must_use]
pub fn site_message(app: &App, key: &str, to: Person, subject: String, body: Rendered) -> Message {
    Message {
        key: key.to_owned(),
        to,
        from: from_site(app),
        reply_to: None,
        subject,
        html: body.html,
        text: body.text,
        attachments: Vec::new(),
        thread: Thread { message_id: format!("{key}@{}", app.settings.smtp_domain), ..Thread::default() },
        unsubscribe: None,
        automation: loomio_mail::Automation::Requested,
    }
}

/// Sends a mail that no event causes.
///
/// # Errors
/// When it could not be sent now but may be later.
pub async fn send(app: &Arc<App>, key: &str, mail: Mail) -> anyhow::Result<()> {
    if deliver::is_done(app, key).await? {
        return Ok(());
    }
    match plain::message(app, key, &mail).await? {
        Some(message) => deliver(app, mail.name(), &message).await,
        None => Ok(()),
    }
}

/// Sends the mail of an event to one person.
///
/// # Errors
/// When it could not be sent now but may be later.
pub async fn send_event(app: &Arc<App>, key: &str, event_id: i32, recipient_id: i32) -> anyhow::Result<()> {
    if deliver::is_done(app, key).await? {
        return Ok(());
    }
    match event::message(app, key, event_id, recipient_id).await? {
        Some(message) => deliver(app, "event", &message).await,
        None => Ok(()),
    }
}
