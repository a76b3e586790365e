//! Messages to the people who run the site.
//!
//! Source: `app/services/contact_message_service.rb`.

use super::{Done, Faults, Visit, account};
use crate::{
    jobs::send_mail::SendMail,
    json::{records, render::Node},
    services::mail::Mail,
};
use serde_json::json;

/// Mails a message to the site's support.
///
/// # Errors
/// When the sender's address is none. The original fails then without a word.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("contact_message")?;
    let text = |key: &str| sent.text(key);
    let email = text("email").unwrap_or_default();
    let mut faults = Faults::default();
    if email.trim().is_empty() {
        faults.add("email", visit.text("activerecord.errors.messages.blank"));
    }
    if !account::is_address(&email) {
        faults.add("email", visit.text("user.error.email_not_valid"));
    }
    let message = text("message").unwrap_or_default();
    let most = visit.app.settings.max_message_length;
    if message.chars().count() > most {
        faults.add("message", visit.app.i18n.text(&visit.locale, "activerecord.errors.messages.too_long", &[("count", &most.to_string())]));
    }
    faults.check()?;
    let w = visit.begin().await?;
    let mail = Mail::Contact { name: text("name").unwrap_or_default(), email: email.clone(), subject: text("subject").unwrap_or_default(), body: message, user_id: visit.user_id() };
    SendMail::enqueue(&w, mail).await?;
    w.commit().await?;
    let told = json!([{"name": text("name"), "email": email, "message": text("message")}]);
    Ok(records::with_meta(Node::from_iter([("contact_messages".to_owned(), told)]), "contact_messages", None, Node::new()))
}
