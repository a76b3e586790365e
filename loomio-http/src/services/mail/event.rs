//! The mail of an event to one of its recipients.
//!
//! Source: `app/mailers/event_mailer.rb`.

use super::{
    about::{About, What},
    links, page,
    reader::Reader,
    render,
};
use crate::App;
use loomio_db::{
    find::Find,
    rows::{Membership, Notification, User},
};
use loomio_mail::{Automation, Message, Person, Thread};
use std::sync::Arc;

/// Kinds whose subject is the bare title, so that a thread is one talk in a mail
/// program.
const TITLE_ALONE: [&str; 4] = ["new_comment", "new_discussion", "discussion_edited", "discussion_announced"];

/// What only one recipient's mail depends on.
pub struct Recipient {
    /// The words by which the event is told.
    pub key: String,
    /// Their membership in the group.
    pub membership: Option<Membership>,
    /// Their notification of the same event.
    pub notification: Option<Notification>,
}

/// The mail, unless what it is about is gone or the person may not get it.
///
/// # Errors
/// When the database refuses or a template fails.
pub async fn message(app: &Arc<App>, key: &str, event_id: i32, recipient_id: i32) -> anyhow::Result<Option<Message>> {
    let db = &app.db;
    let Some(user) = Find::<User>::new("users.id = $1 and users.deactivated_at is null", vec![recipient_id.into()]).one(db).await? else { return Ok(None) };
    let Some(email) = user.email.clone() else { return Ok(None) };
    let Some(about) = About::load(db, event_id).await? else { return Ok(None) };
    let membership = match &about.group {
        Some(group) => Find::<Membership>::new("memberships.group_id = $1 and memberships.user_id = $2 and memberships.revoked_at is null", vec![group.id.into(), user.id.into()]).one(db).await?,
        None => None,
    };
    // Who has not answered an invitation hears of nothing but invitations.
    if membership.is_some() && !user.email_verified && !matches!(about.kind(), "membership_created" | "membership_resent") {
        return Ok(None);
    }
    if super::is_unwanted(app, &email).await? {
        return Ok(None);
    }
    let notification = Find::<Notification>::new("notifications.user_id = $1 and notifications.event_id = $2", vec![user.id.into(), event_id.into()]).order("notifications.id").one(db).await?;
    let event_key = about.key_for(db, user.id).await?;
    let reader = Reader::new(app, user);
    let about = about.for_reader(&reader).await?;
    let recipient = Recipient { key: event_key, membership, notification };
    let subject = subject(&reader, &about, &recipient.key);
    let Some(page) = page::of(&reader, &about, &recipient, &subject).await? else { return Ok(None) };
    let body = render(app, page.template, &reader.locale, &page.shown)?;
    let mut attachments = Vec::new();
    if let Some(calendar) = super::calendar::of(&reader, &about).await? {
        attachments.push(calendar);
    }
    Ok(Some(Message {
        key: key.to_owned(),
        to: Person::address(email),
        from: sender(&reader, &about),
        reply_to: reply_to(&reader, &about),
        subject,
        html: body.html,
        text: body.text,
        attachments,
        thread: thread(&reader, &about).await?,
        unsubscribe: page.unsubscribe,
        automation: Automation::Notification,
    }))
}

/// The name of who did it; nobody may learn who voted in an anonymous poll.
#[must_use]
pub fn actor_name(reader: &Reader, about: &About) -> String {
    about.actor.as_ref().map_or_else(|| reader.words("common.anonymous", &[]), |u| crate::json::user::name(u, &reader.app.i18n, &reader.locale).unwrap_or_default())
}

fn sender(reader: &Reader, about: &About) -> Person {
    match &about.actor {
        Some(_) => Person::named(&reader.words("base_mailer.via_loomio", &[("name", &actor_name(reader, about)), ("site_name", reader.site_name())]), reader.app.settings.notifications_email.clone()),
        None => super::from_site(&reader.app),
    }
}

fn subject(reader: &Reader, about: &About, key: &str) -> String {
    let title = about.title();
    let words = if TITLE_ALONE.contains(&about.kind()) {
        title
    } else {
        let poll_type = about.poll.as_ref().map(|p| reader.words(&format!("poll_types.{}", p.poll_type), &[])).unwrap_or_default();
        reader.words(&format!("notifications.email_subject.{key}"), &[("title", &title), ("poll_type", &poll_type), ("actor", &actor_name(reader, about)), ("site_name", reader.site_name())])
    };
    match &about.group {
        Some(group) if !matches!(about.kind(), "membership_requested" | "membership_created") => {
            format!("[{}] {words}", group.handle.as_deref().filter(|h| !h.is_empty()).unwrap_or(&about.group_name))
        }
        _ => words,
    }
}

fn reply_to(reader: &Reader, about: &About) -> Option<Person> {
    let discussion = about.discussion.as_ref().filter(|_| reader.links.takes_replies())?;
    let address = reader.links.reply_address(about.answered(), discussion.id, &reader.user);
    // No longer name can stand before the @ (RFC 5321, 4.5.3.1.1); better a mail that
    // cannot be answered than none.
    if address.rsplit_once('@').is_none_or(|(name, _)| name.len() > 64) {
        return None;
    }
    let name = match &about.group {
        Some(_) => links::address_name(&about.group_name),
        None => reader.user.name.clone().unwrap_or_default(),
    };
    Some(Person::named(&name, address))
}

/// Where the mail stands in its talk: below the thread's first mail, and below the
/// mail of what it answers.
async fn thread(reader: &Reader, about: &About) -> anyhow::Result<Thread> {
    let host = reader.links.host();
    let id = |event_id: i32| format!("event-{event_id}-{}@{host}", reader.user.id);
    let mut thread = Thread { message_id: id(about.event.id), ..Thread::default() };
    let Some(discussion) = &about.discussion else { return Ok(thread) };
    let root = loomio_db::event::created_event(&reader.app.db, "Discussion", discussion.id).await?.map(|e| e.id);
    let parent = about.event.parent_id.filter(|_| !matches!(about.what, What::Discussion));
    let mut above: Vec<i32> = root.into_iter().chain(parent).filter(|above| *above != about.event.id).collect();
    above.dedup();
    thread.references = above.iter().map(|event_id| id(*event_id)).collect();
    thread.in_reply_to = thread.references.last().cloned();
    Ok(thread)
}
