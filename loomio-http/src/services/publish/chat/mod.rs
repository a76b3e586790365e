//! Chat rooms that are told of events: Slack, Discord, Teams, Webex and Mattermost
//! by web hook, Matrix by its own protocol.
//!
//! Source: `app/services/chatbot_service.rb`, `app/serializers/webhook/**`,
//! `app/extras/clients/{webhook,matrix}.rb`.

mod post;
mod text;

use crate::{
    App,
    json::{records, render::Scope},
    outgoing::{self, Refused},
    services::{eventable::Eventable, mail::reader::Reader},
};
use loomio_core::rich_text::{markdown, text as words};
use loomio_db::{
    find,
    rows::{Chatbot, Event, Group, User},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Posts an event to a chat room. A room that refuses is left alone; one that
/// cannot be reached now is tried again later.
///
/// # Errors
/// When the room cannot be reached now.
pub async fn post(app: &Arc<App>, chatbot_id: i64, event_id: i32) -> anyhow::Result<()> {
    let Some(chatbot) = i32::try_from(chatbot_id).ok().map(|id| find::by_id::<Chatbot>(&app.db, id)) else { return Ok(()) };
    let (Some(chatbot), Some(event)) = (chatbot.await?, find::by_id::<Event>(&app.db, event_id).await?) else { return Ok(()) };
    let (Some(class), Some(id)) = (event.eventable_type.as_deref(), event.eventable_id) else { return Ok(()) };
    let Some(eventable) = Eventable::load(&app.db, class, id).await? else { return Ok(()) };
    let Some(reader) = reader(app, &chatbot).await? else { return Ok(()) };
    let text = text::of(&reader, &event, &eventable, chatbot.notification_only).await?;
    let sent = if chatbot.kind.as_deref() == Some("webhook") {
        let body = webhook_body(&reader, chatbot.webhook_kind.as_deref().unwrap_or_default(), &text, eventable.group.as_ref()).await?;
        post::to_webhook(&app.settings, chatbot.server.as_deref().unwrap_or_default(), &body).await
    } else {
        // The same event is the same message, however often it is sent.
        post::to_matrix(&app.settings, &chatbot, &matrix_body(&text), &format!("loomio-{event_id}-{chatbot_id}")).await
    };
    settled(sent, chatbot_id)
}

/// Tells a chat room that it can be reached, before it is stored.
///
/// # Errors
/// When it cannot be reached, in words for who entered it.
pub async fn test(app: &Arc<App>, chatbot: &Chatbot, message: &str) -> Result<(), String> {
    let sent = if chatbot.kind.as_deref() == Some("matrix") {
        post::to_matrix(&app.settings, chatbot, &json!({"msgtype": "m.notice", "body": message}), &format!("loomio-test-{}", app.now().and_utc().timestamp_millis())).await
    } else {
        post::to_webhook(&app.settings, chatbot.server.as_deref().unwrap_or_default(), &json!({"text": message})).await
    };
    sent.map_err(|e| e.to_string())
}

fn settled(sent: Result<(), post::Failed>, chatbot_id: i64) -> anyhow::Result<()> {
    match sent {
        Ok(()) => Ok(()),
        Err(e) if e.may_pass() => Err(e.into()),
        Err(e) => {
            tracing::warn!(error = %e, chatbot_id, "a chat room was not told of an event");
            Ok(())
        }
    }
}

/// A chat room reads as whoever added it, or else as whoever started the group,
/// without being that person.
async fn reader(app: &Arc<App>, chatbot: &Chatbot) -> anyhow::Result<Option<Reader>> {
    let mut person: Option<User> = match chatbot.author_id {
        Some(id) => find::by_id(&app.db, id).await?,
        None => None,
    };
    if person.is_none()
        && let Some(group_id) = chatbot.group_id
        && let Some(creator) = find::by_id::<Group>(&app.db, group_id).await?.and_then(|g| g.creator_id)
    {
        person = find::by_id(&app.db, creator).await?;
    }
    Ok(person.map(|p| {
        let nobody = User { selected_locale: p.selected_locale, detected_locale: p.detected_locale, time_zone: p.time_zone, date_time_pref: p.date_time_pref, ..User::default() };
        Reader::new(app, nobody)
    }))
}

async fn webhook_body(reader: &Reader, kind: &str, text: &str, group: Option<&Group>) -> anyhow::Result<Json> {
    if kind == "slack" {
        return Ok(json!({"text": text::slack(text)}));
    }
    let logo = match group {
        Some(group) => {
            let roots = records::render(std::slice::from_ref(group), &Scope::default(), reader.around(), &reader.app.db).await?;
            roots.get("groups").and_then(|g| g[0]["logo_url"].as_str().map(ToOwned::to_owned))
        }
        None => None,
    };
    let mut body = json!({"text": text, "icon_url": format!("{}{}", reader.links.root(), logo.unwrap_or_default()), "username": reader.site_name()});
    match kind {
        "discord" => body["content"] = json!(text::shortened(text, 1900)),
        "webex" => body["markdown"] = json!(text),
        "microsoft" => {
            body["@type"] = json!("MessageCard");
            body["@context"] = json!("http://schema.org/extensions");
            body["themeColor"] = json!(reader.app.settings.var("THEME_PRIMARY_COLOR").unwrap_or("#DCA034"));
            body["sections"] = json!([]);
        }
        _ => {}
    }
    Ok(body)
}

fn matrix_body(text: &str) -> Json {
    let html = markdown::to_html(text);
    json!({"msgtype": "m.text", "body": words::of_html(&html), "format": "org.matrix.custom.html", "formatted_body": html})
}
