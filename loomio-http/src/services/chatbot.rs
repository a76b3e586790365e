//! Chat rooms that are told of a group's events: their rows. Telling them is
//! `publish`'s.

use super::{Done, Faults, ServiceError, Visit, locate, visit::success};
use crate::{
    json::{
        params::Params,
        render::{Node, Scope},
    },
    outgoing,
};
use loomio_core::policy::{self, Permit, chatbot::ChatbotFacts};
use loomio_db::{Write, facts, find::Find, rows::Chatbot};
use serde_json::json;

/// The kinds of rooms.
const KINDS: [&str; 2] = ["matrix", "webhook"];
/// The kinds of webhooks.
const WEBHOOKS: [&str; 5] = ["slack", "microsoft", "discord", "markdown", "webex"];

/// The chat bots of a group; their addresses only for administrators.
///
/// # Errors
/// When the visitor is no member.
pub async fn index(visit: &Visit) -> Done {
    let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show_chatbots").await?;
    let admin = facts::group::load(visit.db(), &visit.actor, group.id).await?.is_some_and(|f| f.admin);
    let rows = Find::<Chatbot>::new("chatbots.group_id = $1", vec![group.id.into()]).order("chatbots.id").all(visit.db()).await?;
    visit.render_in(&rows, &Scope { current_user_is_admin: admin, ..visit.scope() }, None, "chatbots", Node::new()).await
}

/// The permit for an action on a chat bot of a group.
async fn permit(visit: &Visit, w: &Write, group_id: Option<i32>, action: &'static str) -> Done<Permit> {
    let group_admin = match group_id {
        Some(id) => facts::group::load(w.conn(), &visit.actor, id).await?.is_some_and(|f| f.admin),
        None => false,
    };
    Ok(policy::authorize(&ChatbotFacts { group_admin }, action)?)
}

/// Takes over what was sent; an empty access token keeps the old one, which is
/// never shown.
fn assign(bot: &mut Chatbot, sent: &Params) {
    for (key, column) in [("name", &mut bot.name), ("kind", &mut bot.kind), ("webhook_kind", &mut bot.webhook_kind), ("server", &mut bot.server), ("channel", &mut bot.channel)] {
        if sent.has(key) {
            *column = sent.text(key);
        }
    }
    if sent.has("group_id") {
        bot.group_id = sent.id("group_id");
    }
    if let Some(token) = sent.filled("access_token") {
        bot.access_token = Some(token);
    }
    if let Some(only) = sent.truth("notification_only") {
        bot.notification_only = only;
    }
    if sent.has("event_kinds") {
        bot.event_kinds = Some(sent.texts("event_kinds"));
    }
}

fn check(visit: &Visit, bot: &Chatbot) -> Done<()> {
    let mut faults = Faults::default();
    for (field, value) in [("server", &bot.server), ("name", &bot.name)] {
        if value.as_deref().is_none_or(|v| v.trim().is_empty()) {
            faults.add(field, visit.text("activerecord.errors.messages.blank"));
        }
    }
    if !bot.kind.as_deref().is_some_and(|k| KINDS.contains(&k)) {
        faults.add("kind", visit.text("activerecord.errors.messages.inclusion"));
    }
    if bot.webhook_kind.as_deref().is_some_and(|k| !WEBHOOKS.contains(&k)) {
        faults.add("webhook_kind", visit.text("activerecord.errors.messages.inclusion"));
    }
    faults.check()
}

/// Adds a chat bot to a group.
///
/// # Errors
/// When the visitor does not administer the group or the bot would be wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("chatbot")?;
    let mut bot = Chatbot { author_id: visit.user_id(), ..Chatbot::default() };
    assign(&mut bot, &sent);
    let w = visit.begin().await?;
    let permit = permit(visit, &w, bot.group_id, "create").await?;
    check(visit, &bot)?;
    let bot = w.insert(&permit, bot).await?;
    w.commit().await?;
    visit.render(&[bot], None, "chatbots").await
}

/// Changes a chat bot.
///
/// # Errors
/// When the visitor does not administer its group, or the group it would move to.
pub async fn update(visit: &Visit, id: &str) -> Done {
    let w = visit.begin().await?;
    let before: Chatbot = locate::by_id_in(w.conn(), id).await?;
    let sent = visit.params.of("chatbot")?;
    let allowed = permit(visit, &w, before.group_id, "update").await?;
    let mut after = before.clone();
    assign(&mut after, &sent);
    if after.group_id != before.group_id {
        permit(visit, &w, after.group_id, "create").await?;
    }
    check(visit, &after)?;
    let (after, _) = w.save(&allowed, &before, after).await?;
    w.commit().await?;
    visit.render(&[after], None, "chatbots").await
}

/// Removes a chat bot.
///
/// # Errors
/// When the visitor does not administer its group.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let w = visit.begin().await?;
    let bot: Chatbot = locate::by_id_in(w.conn(), id).await?;
    let permit = permit(visit, &w, bot.group_id, "destroy").await?;
    w.destroy(&permit, &bot).await?;
    w.commit().await?;
    Ok(success())
}

/// Sends a first message to a room, to see whether it arrives. Only who administers
/// a group may ask, and only rooms on the public internet are reached.
///
/// # Errors
/// When nobody is signed in, the visitor administers nothing, or the room cannot be
/// reached.
pub async fn try_out(visit: &Visit) -> Done {
    visit.signed_in()?;
    if locate::adminable_groups(visit).await?.is_empty() {
        return Err(policy::Denied::new("test", "Chatbot").into());
    }
    let p = &visit.params;
    let unreachable = |e: &dyn std::fmt::Display| ServiceError::Status(422, json!({"error": format!("the room cannot be reached: {e}")}));
    let group = p.text("group_name").unwrap_or_default();
    let message = visit.app.i18n.text(&visit.locale, "chatbot.connection_test_successful", &[("group", &group)]);
    let server = p.text("server").unwrap_or_default();
    let webhook = p.text("kind").as_deref() == Some("slack_webhook");
    let (client, url) = outgoing::client_for(&visit.app.settings, &server).await.map_err(|e| unreachable(&e))?;
    let request = if webhook {
        client.post(url).json(&json!({"text": message}))
    } else {
        let room: String = url::form_urlencoded::byte_serialize(p.text("channel").unwrap_or_default().as_bytes()).collect();
        let transaction = loomio_auth::token::secure(&mut *visit.app.rng());
        let address = format!("{}/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}", server.trim().trim_end_matches('/'));
        client.put(address).bearer_auth(p.text("access_token").unwrap_or_default()).json(&json!({"msgtype": "m.text", "body": message}))
    };
    let answer = request.send().await.map_err(|e| unreachable(&e.without_url()))?;
    if answer.status().is_success() { Ok(json!({})) } else { Err(unreachable(&answer.status())) }
}
