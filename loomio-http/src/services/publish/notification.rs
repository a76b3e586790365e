//! The rows of people's notifications.
//!
//! Source: `app/models/concerns/events/notify/in_app.rb` and the overrides in
//! `app/models/events/*.rb`.

use crate::{
    App,
    json::user,
    services::{
        eventable::{Eventable, What},
        link,
    },
};
use loomio_core::policy::Permit;
use loomio_db::{
    Result, Write, find,
    rows::{Event, Notification, User},
};
use serde_json::{Map, Value as Json, json};

/// Stores a notification of an event for each of some people.
///
/// # Errors
/// When the database refuses.
pub async fn store(app: &App, w: &Write, permit: &Permit, event: &Event, eventable: &Eventable, recipient_ids: &[i32]) -> Result<Vec<Notification>> {
    if recipient_ids.is_empty() {
        return Ok(Vec::new());
    }
    let kind = event.kind.as_deref().unwrap_or_default();
    let actor = actor(w, kind, event, eventable).await?;
    let url = match kind {
        // The original stores the whole address here.
        "invitation_accepted" => format!("{}{}", app.settings.root_url(), eventable.group.as_ref().map(link::group).unwrap_or_default()),
        _ => link::page(w.conn(), eventable).await?,
    };
    let mut recipients: Vec<User> = find::by_ids(w.conn(), recipient_ids).await?;
    recipients.sort_by_key(|u| u.id);
    let mut stored = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let row = Notification {
            user_id: Some(recipient.id),
            event_id: Some(event.id),
            actor_id: actor.as_ref().map(|a| a.id),
            url: Some(url.clone()),
            translation_values: values(app, kind, actor.as_ref(), eventable, &user::locale(&recipient, &app.i18n)),
            ..Notification::default()
        };
        stored.push(w.insert(permit, row).await?);
    }
    Ok(stored)
}

/// Who is shown beside the notification.
async fn actor(w: &Write, kind: &str, event: &Event, eventable: &Eventable) -> Result<Option<User>> {
    let id = match (kind, &eventable.what) {
        ("invitation_accepted", What::Membership(m)) => m.user_id,
        ("membership_requested", What::MembershipRequest(m)) => m.requestor_id,
        ("unknown_sender", _) => None,
        _ => event.user_id,
    };
    match id {
        Some(id) => find::by_id(w.conn(), id).await,
        None => Ok(None),
    }
}

/// What is filled into the notification's text, in the recipient's language.
fn values(app: &App, kind: &str, actor: Option<&User>, eventable: &Eventable, locale: &str) -> Json {
    let name = actor.and_then(|a| user::name(a, &app.i18n, locale));
    if matches!(kind, "membership_requested" | "unknown_sender") {
        return json!({"name": name, "title": eventable.full_group_name()});
    }
    let mut values = Map::new();
    values.extend(name.map(|n| ("name".to_owned(), json!(n))));
    values.extend(eventable.title().map(|t| ("title".to_owned(), json!(t))));
    if let (What::Poll | What::Outcome(_), Some(poll)) = (&eventable.what, &eventable.poll) {
        let poll_type = app.i18n.text(locale, &format!("poll_types.{}", poll.poll_type), &[]);
        values.insert("poll_type".to_owned(), json!(poll_type));
    }
    if let What::Reaction(reaction, target) = &eventable.what {
        let model = app.i18n.text(locale, &format!("notification_models.{}", target.class().to_lowercase()), &[]);
        values.insert("reaction".to_owned(), json!(reaction.reaction.to_lowercase()));
        values.insert("model".to_owned(), json!(model));
    }
    Json::Object(values)
}
