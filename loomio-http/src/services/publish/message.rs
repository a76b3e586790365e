//! What browsers are told at once.
//!
//! Source: `app/services/message_channel_service.rb`.

use crate::{
    App,
    json::{
        records::{self, Collection},
        render::Scope,
    },
    services::Done,
};
use loomio_db::rows::{Event, Notification};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// One live update.
#[derive(Debug, Clone)]
pub enum Message {
    /// An event with all that belongs to it, to a group and to guests.
    Event {
        /// The event.
        event: Box<Event>,
        /// The group, if it belongs to one.
        group_id: Option<i32>,
        /// Those who see it without being in the group.
        guest_ids: Vec<i32>,
    },
    /// An event with results and votes that its group is not shown yet, to those who
    /// have voted.
    Results {
        /// The event.
        event: Box<Event>,
        /// Those who have voted.
        voter_ids: Vec<i32>,
    },
    /// Notifications of one event, to each of their owners.
    Notifications(Vec<Notification>),
}

/// The stream of a user.
#[must_use]
pub fn user_stream(id: i32) -> String {
    format!("user_{id}")
}

/// The stream of a group.
#[must_use]
pub fn group_stream(id: i32) -> String {
    format!("group_{id}")
}

/// Sends records to a stream, as its user or, for a group, nobody in particular sees them.
///
/// # Errors
/// When the database refuses a question.
pub async fn live<T: Collection>(app: &Arc<App>, rows: &[T], stream: &str) -> Done<()> {
    let viewer = stream.strip_prefix("user_").and_then(|id| id.parse().ok());
    let scope = Scope { current_user_id: viewer, ..Scope::default() };
    let roots = records::render(rows, &scope, app.surroundings(), &app.db).await?;
    app.live.publish(stream, &json!({"records": roots})).await;
    Ok(())
}

/// Sends live updates in their order. They are a courtesy: one that cannot be made
/// is left out, and the log says so.
pub async fn send_all(app: &Arc<App>, messages: &[Message]) {
    for message in messages {
        if let Err(e) = send(app, message).await {
            tracing::warn!(error = %e, "a live update could not be made");
        }
    }
}

async fn send(app: &Arc<App>, message: &Message) -> Done<()> {
    match message {
        Message::Event { event, group_id, guest_ids } => {
            let rows = std::slice::from_ref(event.as_ref());
            if let Some(id) = group_id {
                live(app, rows, &group_stream(*id)).await?;
            }
            for id in guest_ids {
                live(app, rows, &user_stream(*id)).await?;
            }
        }
        Message::Results { event, voter_ids } => {
            let scope = Scope { for_voters: true, ..Scope::default() };
            let roots = records::render(std::slice::from_ref(event.as_ref()), &scope, app.surroundings(), &app.db).await?;
            let told = json!({"records": roots});
            for id in voter_ids {
                app.live.publish(&user_stream(*id), &told).await;
            }
        }
        Message::Notifications(rows) => notifications(app, rows).await?,
    }
    Ok(())
}

/// All notifications are rendered at once, because what stands beside them (who
/// did it) is the same for each; but people see more of themselves.
async fn notifications(app: &Arc<App>, rows: &[Notification]) -> Done<()> {
    let (own, rows): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(|n| n.user_id == n.actor_id);
    for row in own {
        live(app, std::slice::from_ref(&row), &user_stream(row.user_id.unwrap_or_default())).await?;
    }
    let mut roots = records::render(&rows, &Scope::default(), app.surroundings(), &app.db).await?;
    let Some(Json::Array(rendered)) = roots.remove(Notification::ROOT) else { return Ok(()) };
    for (row, one) in rows.iter().zip(rendered) {
        let Some(user_id) = row.user_id else { continue };
        let mut own = roots.clone();
        own.insert(Notification::ROOT.to_owned(), json!([one]));
        app.live.publish(&user_stream(user_id), &json!({"records": own})).await;
    }
    Ok(())
}
