//! The mails that no event causes.
//!
//! Source: `app/mailers/{user,group,task,contact,forward}_mailer.rb`, Devise's mails.

use super::{catch_up, from_site, is_unwanted, reader::Reader, render, site_message, text};
use crate::{App, json::file};
use loomio_core::rich_text::markdown;
use loomio_db::{
    find::{self, Find},
    rows::{Comment, Discussion, Document, Group, LoginToken, Outcome, Poll, Stance, StorageBlob, Task, User},
};
use loomio_mail::{Automation, Message, Person, Rendered, plain_text};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// A mail and whom or what it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum Mail {
    /// The code with which somebody signs in.
    Login {
        /// The token that holds the code.
        token_id: i32,
    },
    /// Two accounts have become one.
    AccountsMerged {
        /// The token with which its owner signs in.
        token_id: i32,
    },
    /// Whether an account may become part of another.
    MergeVerification {
        /// The account that would go.
        source_user_id: i32,
        /// The account that would stay; its owner gets the mail.
        target_user_id: i32,
        /// Proves that the mail was read.
        hash: String,
    },
    /// An account is deleted, with everything that told whose it was.
    Redacted {
        /// The address it had.
        email: String,
        /// The language its owner had chosen.
        locale: Option<String>,
    },
    /// A group's data can be downloaded.
    GroupExportReady {
        /// Who asked for it.
        user_id: i32,
        /// The group.
        group_name: String,
        /// The file.
        document_id: i32,
    },
    /// A group is going to be deleted.
    DestroyWarning {
        /// An admin of the group.
        recipient_id: i32,
        /// The group, which may be gone when the mail is written.
        group_name: String,
        /// Its key, by which it can be found again.
        group_key: String,
        /// Who asked for it.
        deletor_name: String,
    },
    /// Something is to be done soon.
    TaskReminder {
        /// Who is to do it.
        user_id: i32,
        /// What is to be done.
        task_id: i64,
    },
    /// A message to those who run the site.
    Contact {
        /// Who wrote it.
        name: String,
        /// Where an answer goes.
        email: String,
        /// Its subject.
        subject: String,
        /// The message, in Markdown.
        body: String,
        /// The writer's account.
        user_id: Option<i32>,
    },
    /// What happened since somebody last looked.
    CatchUp {
        /// Who gets it.
        user_id: i32,
        /// How often they get it.
        frequency: catch_up::Frequency,
    },
    /// A mail that arrived at a forwarded address.
    Forward {
        /// Where it goes.
        to: String,
        /// Who sent it, by name.
        sender_name: Option<String>,
        /// Where an answer goes.
        reply_to: String,
        /// Its subject.
        subject: String,
        /// Its plain text.
        text: Option<String>,
        /// Its page.
        html: Option<String>,
    },
    /// An answer was sent to the address that our mails come from.
    Bounce {
        /// Who sent it.
        name: Option<String>,
        /// Their address.
        email: String,
    },
    /// Where an account is unlocked after too many wrong passwords.
    Unlock {
        /// Whose account it is.
        user_id: i32,
        /// Proves that the mail was read.
        token: String,
    },
}

impl Mail {
    /// Its name in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Login { .. } => "login",
            Self::AccountsMerged { .. } => "accounts_merged",
            Self::MergeVerification { .. } => "merge_verification",
            Self::Redacted { .. } => "redacted",
            Self::GroupExportReady { .. } => "group_export_ready",
            Self::DestroyWarning { .. } => "destroy_warning",
            Self::TaskReminder { .. } => "task_due_reminder",
            Self::Contact { .. } => "contact_message",
            Self::CatchUp { .. } => "catch_up",
            Self::Forward { .. } => "forward_message",
            Self::Bounce { .. } => "bounce",
            Self::Unlock { .. } => "unlock",
        }
    }
}

/// The mail, unless what it is about is gone or nobody may get it.
///
/// # Errors
/// When the database refuses or a template fails.
pub async fn message(app: &Arc<App>, key: &str, mail: &Mail) -> anyhow::Result<Option<Message>> {
    match mail {
        Mail::Login { token_id } => login(app, key, *token_id).await,
        Mail::AccountsMerged { token_id } => accounts_merged(app, key, *token_id).await,
        Mail::MergeVerification { source_user_id, target_user_id, hash } => merge_verification(app, key, *source_user_id, *target_user_id, hash).await,
        Mail::Redacted { email, locale } => redacted(app, key, email, locale.as_deref()).await,
        Mail::GroupExportReady { user_id, group_name, document_id } => group_export_ready(app, key, *user_id, group_name, *document_id).await,
        Mail::DestroyWarning { recipient_id, group_name, group_key, deletor_name } => destroy_warning(app, key, *recipient_id, (group_name, group_key), deletor_name).await,
        Mail::TaskReminder { user_id, task_id } => task_reminder(app, key, *user_id, *task_id).await,
        Mail::Contact { .. } => contact(app, key, mail),
        Mail::CatchUp { user_id, frequency } => catch_up::message(app, key, *user_id, *frequency).await,
        Mail::Forward { .. } => forward(app, key, mail),
        Mail::Bounce { name, email } => bounce(app, key, name.as_deref(), email).await,
        Mail::Unlock { user_id, token } => unlock(app, key, *user_id, token).await,
    }
}

/// Somebody who can get mail: the reader and their address.
pub(super) async fn reader(app: &Arc<App>, user_id: i32) -> anyhow::Result<Option<(Reader, String)>> {
    let Some(user) = find::by_id::<User>(&app.db, user_id).await? else { return Ok(None) };
    let Some(email) = user.email.clone() else { return Ok(None) };
    if is_unwanted(app, &email).await? {
        return Ok(None);
    }
    Ok(Some((Reader::new(app, user), email)))
}

/// A few words and perhaps one button.
fn notice(reader: &Reader, subject: &str, html: &str, button: Option<(String, String)>) -> anyhow::Result<Rendered> {
    let shown = json!({
        "locale": reader.locale,
        "subject": subject,
        "site_name": reader.site_name(),
        "html": html,
        "button_url": button.as_ref().map(|(url, _)| url),
        "button_text": button.as_ref().map(|(_, text)| text),
    });
    render(&reader.app, "notice", &reader.locale, shown)
}

async fn token_owner(app: &Arc<App>, token_id: i32) -> anyhow::Result<Option<(Reader, String, LoginToken)>> {
    let Some(token) = find::by_id::<LoginToken>(&app.db, token_id).await? else { return Ok(None) };
    Ok(reader(app, token.user_id.unwrap_or_default()).await?.map(|(reader, email)| (reader, email, token)))
}

async fn login(app: &Arc<App>, key: &str, token_id: i32) -> anyhow::Result<Option<Message>> {
    let Some((reader, email, token)) = token_owner(app, token_id).await? else { return Ok(None) };
    let subject = reader.words("email.login.subject", &[("site_name", reader.site_name())]);
    let shown = json!({"locale": reader.locale, "subject": subject, "site_name": reader.site_name(), "email": email, "code": token.code});
    let body = render(app, "login", &reader.locale, shown)?;
    Ok(Some(site_message(app, key, Person::address(email), subject, body)))
}

async fn accounts_merged(app: &Arc<App>, key: &str, token_id: i32) -> anyhow::Result<Option<Message>> {
    let Some((reader, email, token)) = token_owner(app, token_id).await? else { return Ok(None) };
    let subject = reader.words("user_mailer.accounts_merged.subject", &[("site_name", reader.site_name())]);
    let name = text::escaped(reader.user.name.as_deref().unwrap_or_default());
    let html = reader.words("user_mailer.accounts_merged.body_html", &[("name", &name), ("email", &text::escaped(&email))]);
    let url = reader.links.to(&format!("/login_tokens/{}", token.token.unwrap_or_default()), &[("utm_campaign", "accounts_merged".to_owned()), ("utm_medium", "email".to_owned())]);
    let body = notice(&reader, &subject, &format!("<p>{html}</p>"), Some((url, reader.words("email.login.login", &[("name", &email)]))))?;
    Ok(Some(site_message(app, key, Person::address(email), subject, body)))
}

async fn merge_verification(app: &Arc<App>, key: &str, source_id: i32, target_id: i32, hash: &str) -> anyhow::Result<Option<Message>> {
    let Some(source) = find::by_id::<User>(&app.db, source_id).await? else { return Ok(None) };
    let Some((reader, email)) = reader(app, target_id).await? else { return Ok(None) };
    let subject = reader.words("user_mailer.merge_verification.subject", &[("site_name", reader.site_name())]);
    let escaped = |text: Option<&str>| text::escaped(text.unwrap_or_default());
    let html = reader.words(
        "user_mailer.merge_verification.body_html",
        &[("name", &escaped(reader.user.name.as_deref())), ("target_email", &escaped(Some(&email))), ("source_email", &escaped(source.email.as_deref()))],
    );
    let url = reader.links.to("/merge_users/confirm", &[("source_id", source_id.to_string()), ("target_id", target_id.to_string()), ("hash", hash.to_owned())]);
    let body = notice(&reader, &subject, &html, Some((url, reader.words("user_mailer.merge_verification.verify", &[]))))?;
    Ok(Some(site_message(app, key, Person::address(email), subject, body)))
}

async fn redacted(app: &Arc<App>, key: &str, email: &str, locale: Option<&str>) -> anyhow::Result<Option<Message>> {
    if is_unwanted(app, email).await? {
        return Ok(None);
    }
    let reader = Reader::new(app, User { selected_locale: locale.map(ToOwned::to_owned), ..User::default() });
    let subject = reader.words("user_mailer.redacted.subject", &[("site_name", reader.site_name())]);
    let support = text::escaped(app.settings.support_email.as_deref().unwrap_or_default());
    let html = reader.words("user_mailer.redacted.body_html", &[("support_email", &support), ("site_name", &text::escaped(reader.site_name()))]);
    let body = notice(&reader, &subject, &html, None)?;
    Ok(Some(site_message(app, key, Person::address(email), subject, body)))
}

async fn group_export_ready(app: &Arc<App>, key: &str, user_id: i32, group_name: &str, document_id: i32) -> anyhow::Result<Option<Message>> {
    let Some((reader, email)) = reader(app, user_id).await? else { return Ok(None) };
    let Some(document) = find::by_id::<Document>(&app.db, document_id).await? else { return Ok(None) };
    let blob = Find::<StorageBlob>::new(
        "active_storage_blobs.id in (select a.blob_id from active_storage_attachments a where a.record_type = 'Document' and a.record_id = $1 and a.name = 'file')",
        vec![i64::from(document.id).into()],
    )
    .one(&app.db)
    .await?;
    let Some(blob) = blob else { return Ok(None) };
    let subject = reader.words("user_mailer.group_export_ready.subject", &[("group_name", group_name)]);
    let url = reader.links.to(&file::blob_path(&blob, &app.secrets), &[("disposition", "attachment".to_owned())]);
    let html = reader.words("user_mailer.group_export_ready.body_html", &[("url", &text::escaped(&url))]);
    let body = notice(&reader, &subject, &format!("<p>{html}</p>"), None)?;
    Ok(Some(site_message(app, key, Person::address(email), subject, body)))
}

async fn destroy_warning(app: &Arc<App>, key: &str, recipient_id: i32, group: (&str, &str), deletor: &str) -> anyhow::Result<Option<Message>> {
    let Some((reader, email)) = reader(app, recipient_id).await? else { return Ok(None) };
    let subject = reader.words("group_mailer.destroy_warning.subject", &[]);
    let told = reader.words("group_mailer.destroy_warning.body", &[("group", group.0), ("deletor", deletor)]);
    let html = format!("<p>{}</p><p>{}</p>", text::escaped(&told), text::escaped(group.1));
    let body = notice(&reader, &subject, &html, None)?;
    let to = Person::named(reader.user.name.as_deref().unwrap_or_default(), email);
    let reply_to = app.settings.support_email.clone().map(Person::address);
    Ok(Some(Message { reply_to, ..site_message(app, key, to, subject, body) }))
}

/// Where a text with a task in it is read.
async fn record_url(reader: &Reader, conn: &impl ConnectionTrait, class: &str, id: i32) -> anyhow::Result<Option<String>> {
    let comment = if class == "Comment" { find::by_id::<Comment>(conn, id).await? } else { None };
    let poll_id = match class {
        "Poll" => Some(id),
        "Outcome" => find::by_id::<Outcome>(conn, id).await?.and_then(|o| o.poll_id),
        "Stance" => find::by_id::<Stance>(conn, id).await?.map(|s| s.poll_id),
        _ => None,
    };
    let poll = match poll_id {
        Some(id) => find::by_id::<Poll>(conn, id).await?,
        None => None,
    };
    let discussion_id = if class == "Discussion" { Some(id) } else { comment.as_ref().and_then(|c| c.discussion_id).or_else(|| poll.as_ref().and_then(|p| p.discussion_id)) };
    let discussion = match discussion_id {
        Some(id) => find::by_id::<Discussion>(conn, id).await?,
        None => None,
    };
    Ok(match (comment, poll, discussion) {
        (Some(comment), _, Some(discussion)) => Some(reader.links.comment(&discussion, comment.id, &[])),
        (None, Some(poll), discussion) => {
            let (kind, eventable) = if class == "Stance" { ("Stance", id) } else { ("Poll", poll.id) };
            let sequence_id = loomio_db::event::created_event(conn, kind, eventable).await?.and_then(|e| e.sequence_id);
            Some(reader.links.poll(&poll, discussion.as_ref().map(|d| (d, sequence_id)), &[]))
        }
        (None, None, Some(discussion)) => Some(reader.links.discussion(&discussion, None, &[])),
        _ => match class {
            "Group" => find::by_id::<Group>(conn, id).await?.map(|g| reader.links.group(&g, &[])),
            _ => None,
        },
    })
}

async fn task_reminder(app: &Arc<App>, key: &str, user_id: i32, task_id: i64) -> anyhow::Result<Option<Message>> {
    let Some(task) = find::by_id::<Task>(&app.db, task_id).await? else { return Ok(None) };
    let Some((reader, email)) = reader(app, user_id).await? else { return Ok(None) };
    let record_id = task.record_id.and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    let Some(url) = record_url(&reader, &app.db, task.record_type.as_deref().unwrap_or_default(), record_id).await? else { return Ok(None) };
    let days = task.due_on.map_or(0, |due| (due - app.now().date()).num_days());
    let due = if days == 0 { reader.words("common.today", &[]) } else { reader.words("common.in_x_days", &[("x", &days.to_string())]) };
    let name = reader.user.name.clone().unwrap_or_default();
    let subject = reader.words("task_mailer.task_due_reminder.subject", &[("name", &task.name)]);
    let html = format!(
        "<p>{}</p><p><i>{}</i></p><p>{}</p>",
        text::escaped(&reader.words("task_mailer.task_due_reminder.greeting", &[("name", &name), ("due", &due)])),
        text::escaped(&task.name),
        text::escaped(&reader.words("task_mailer.task_due_reminder.update_or_comment", &[])),
    );
    let button = (url, reader.words("task_mailer.task_due_reminder.view_task", &[("site_name", reader.site_name())]));
    let body = notice(&reader, &subject, &html, Some(button))?;
    Ok(Some(site_message(app, key, Person::named(&name, email), subject, body)))
}

fn contact(app: &Arc<App>, key: &str, mail: &Mail) -> anyhow::Result<Option<Message>> {
    let Mail::Contact { name, email, subject, body, user_id } = mail else { return Ok(None) };
    let Some(support) = app.settings.support_email.clone() else {
        tracing::warn!("a message to those who run the site has nowhere to go: SUPPORT_EMAIL is not set");
        return Ok(None);
    };
    let shown = json!({
        "locale": "en",
        "subject": subject,
        "site_name": app.settings.site_name,
        "site": app.settings.canonical_host,
        "user_id": user_id,
        "user_url": user_id.map(|id| format!("{}/admin/users/{id}", app.settings.root_url())),
        "html": markdown::to_html(body),
    });
    let body = render(app, "contact", "en", shown)?;
    let reply_to = Some(Person::named(name, email.clone()));
    Ok(Some(Message { reply_to, ..site_message(app, key, Person::address(support), subject.clone(), body) }))
}

fn forward(app: &Arc<App>, key: &str, mail: &Mail) -> anyhow::Result<Option<Message>> {
    let Mail::Forward { to, sender_name, reply_to, subject, text, html } = mail else { return Ok(None) };
    let html = match (html.as_deref().filter(|h| !h.trim().is_empty()), text.as_deref()) {
        (Some(html), _) => html.to_owned(),
        (None, text) => format!("<pre>{}</pre>", text::escaped(text.unwrap_or_default())),
    };
    let plain = match text.as_deref().filter(|t| !t.trim().is_empty()) {
        Some(text) => text.to_owned(),
        None => plain_text::of(&html)?,
    };
    let from = Person::named(sender_name.as_deref().unwrap_or_default(), app.settings.notifications_email.clone());
    let message = site_message(app, key, Person::address(to.clone()), subject.clone(), Rendered { html, text: plain });
    Ok(Some(Message { from, reply_to: Some(Person::parse(reply_to)), automation: Automation::Forwarded, ..message }))
}

async fn bounce(app: &Arc<App>, key: &str, name: Option<&str>, email: &str) -> anyhow::Result<Option<Message>> {
    if is_unwanted(app, email).await? {
        return Ok(None);
    }
    let owner = Find::<User>::new("users.email = $1::citext", vec![email.into()]).one(&app.db).await?.unwrap_or_default();
    let reader = Reader::new(app, owner);
    let subject = reader.words("forward_mailer.bounce.subject", &[]);
    let html = ["reason", "recommendation"].map(|part| format!("<p>{}</p>", text::escaped(&reader.words(&format!("forward_mailer.bounce.{part}"), &[])))).concat();
    let body = notice(&reader, &subject, &html, None)?;
    let to = Person::named(name.unwrap_or_default(), email);
    Ok(Some(Message { from: from_site(app), automation: Automation::Reply, ..site_message(app, key, to, subject, body) }))
}

async fn unlock(app: &Arc<App>, key: &str, user_id: i32, token: &str) -> anyhow::Result<Option<Message>> {
    let Some((reader, email)) = reader(app, user_id).await? else { return Ok(None) };
    let words = |part: &str| reader.words(&format!("mail.unlock.{part}"), &[]);
    let subject = words("subject");
    let url = reader.links.to("/users/unlock", &[("unlock_token", token.to_owned())]);
    let body = notice(&reader, &subject, &format!("<p>{}</p>", text::escaped(&words("body"))), Some((url, words("button"))))?;
    Ok(Some(site_message(app, key, Person::address(email), subject, body)))
}

/// What a template shows on every page.
pub(super) fn frame(reader: &Reader, subject: &str) -> Json {
    json!({"locale": reader.locale, "subject": subject, "site_name": reader.site_name()})
}
