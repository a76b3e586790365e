//! Telling people of an event: who hears of it, and how.
//!
//! [`append`] stores an event with the job that publishes it. The job ([`publish`])
//! does all its work in one transaction, of which a ticket is kept, so that running
//! it again after a crash tells nobody twice; browsers are told afterwards.

mod addressed;
pub mod chat;
pub(crate) mod message;
mod notification;
mod own_item;
mod tell;

pub use message::Message;

use super::{Done, Visit};
use crate::{
    App,
    jobs::{self, publish_event::PublishEvent},
};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    event::{self, Draft},
    find, job,
    rows::Event,
    sql,
};
use std::sync::Arc;

/// Stores an event together with the job that tells people of it. Who did it has
/// read it at once.
///
/// # Errors
/// When the database refuses.
pub async fn append(w: &Write, permit: &Permit, draft: Draft) -> Done<Event> {
    let event = event::append(w, permit, draft).await?;
    own_item::mark_read(w, permit, &event).await?;
    let ticket = loomio_auth::token::secure(&mut *w.rng());
    let queue = queue(w, &event).await?;
    jobs::enqueue_in_order(w, &queue, &PublishEvent { event_id: event.id, ticket }).await?;
    Ok(event)
}

/// As [`append`], with the events of who is mentioned, where the answer shows them.
///
/// # Errors
/// When the database refuses.
pub async fn append_with_mentions(app: &App, w: &Write, permit: &Permit, draft: Draft) -> Done<Event> {
    let event = append(w, permit, draft).await?;
    tell::append_mentions(app, w, permit, &event).await?;
    Ok(event)
}

/// The events of a group are told in their order, those of different groups beside
/// each other.
async fn queue(w: &Write, event: &Event) -> loomio_db::Result<String> {
    let from = match event.eventable_type.as_deref() {
        Some("Discussion") => "discussions where id = $1",
        Some("Comment") => "discussions where id = (select discussion_id from comments where id = $1)",
        Some("Poll") => "polls where id = $1",
        Some("Stance") => "polls where id = (select poll_id from stances where id = $1)",
        Some("Outcome") => "polls where id = (select poll_id from outcomes where id = $1)",
        Some("Membership") => "memberships where id = $1",
        _ => return Ok("publish".to_owned()),
    };
    let group_id: Option<Option<i32>> = sql::scalar(w.conn(), &format!("select group_id from {from}"), vec![event.eventable_id.into()]).await?;
    Ok(group_id.flatten().map_or_else(|| "publish".to_owned(), |id| format!("publish_{id}")))
}

/// Tells people of a stored event, once for each ticket.
///
/// # Errors
/// When the database refuses; nobody has been told then.
pub async fn publish(app: &Arc<App>, event_id: i32, ticket: &str) -> anyhow::Result<()> {
    let permit = Permit::system("publish an event");
    let w = jobs::begin(app).await?;
    if !job::first_time(&w, &permit, ticket).await? {
        return Ok(w.rollback().await?);
    }
    let mut messages = Vec::new();
    if let Some(event) = find::by_id::<Event>(w.conn(), event_id).await? {
        tell::tell(app, &w, &permit, &event, &mut messages).await?;
    }
    w.commit().await?;
    message::send_all(app, &messages).await;
    Ok(())
}

/// Marks somebody's notifications about something as seen.
///
/// # Errors
/// When the database refuses.
pub async fn notice(w: &Write, permit: &Permit, class: &str, id: i32, user_id: i32) -> loomio_db::Result<()> {
    w.execute(
        permit,
        "update notifications n set viewed = true from events e where e.id = n.event_id and n.user_id = $1 and not n.viewed and e.eventable_type = $2 and e.eventable_id = $3",
        vec![user_id.into(), class.into(), id.into()],
    )
    .await?;
    Ok(())
}

/// Sends records to the browsers of a user or a group, after the write that made
/// them has been committed.
///
/// # Errors
/// When the database refuses a question.
pub async fn live<T: crate::json::records::Collection>(visit: &Visit, rows: &[T], stream: &str) -> Done<()> {
    message::live(&visit.app, rows, stream).await
}
