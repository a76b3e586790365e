//! Small records: tags, reactions, notifications, tasks, versions, chatbots.

use super::{
    comment, discussion, outcome, poll,
    render::{Node, Render, maybe_time},
    stance, user,
};
use crate::fields;
use loomio_db::{
    hstore,
    rows::{Chatbot, Notification, Reaction, Tag, Task, Translation, Version},
};
use serde_json::Value as Json;

/// A tag of a group.
pub fn tag(t: &Tag, _r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => t.id,
        "name" => t.name,
        "color" => t.color,
        "taggings_count" => t.taggings_count,
        "org_taggings_count" => t.org_taggings_count,
        "group_id" => t.group_id,
        "priority" => t.priority,
    );
    node
}

/// A text in another language.
pub fn translation(t: &Translation, _r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let fields: Node = hstore::entries(t.fields.as_deref().unwrap_or_default()).into_iter().map(|(column, text)| (column, text.map_or(Json::Null, Json::String))).collect();
    fields!(node; "translatable_id" => t.translatable_id, "translatable_type" => t.translatable_type, "fields" => fields, "language" => t.language, "id" => t.id);
    node
}

/// The kept translation of a text for whoever wants all texts in their own language,
/// beside it.
pub fn add_translation(node: &mut Node, r: &mut Render<'_>, class: &'static str, id: i32) {
    if r.scope.language.is_none() || !r.scope.includes("translation") {
        return;
    }
    if let Some(found) = r.store.translations.get(&(class, id)) {
        r.one(node, "translation_id", "translations", Some(found), translation);
    }
}

/// Somebody's reaction to a text.
pub fn reaction(x: &Reaction, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node; "id" => x.id, "reaction" => x.reaction, "reactable_id" => x.reactable_id, "reactable_type" => x.reactable_type, "user_id" => x.user_id);
    if r.scope.includes("user") {
        let person = x.user_id.and_then(|id| r.store.users.get(&id));
        r.one(&mut node, "user_id", "users", person, user::author);
    }
    node
}

/// Something a person is told of.
pub fn notification(n: &Notification, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let value = |key: &str| n.translation_values.get(key).cloned().unwrap_or(Json::Null);
    let kind = notification_kind(n, r);
    fields!(node;
        "id" => n.id,
        "viewed" => n.viewed,
        "created_at" => maybe_time(n.created_at),
        "url" => n.url,
        "kind" => kind,
        "actor_id" => n.actor_id,
        "event_id" => n.event_id,
        "name" => value("name"),
        "title" => value("title"),
        "poll_type" => value("poll_type"),
        "reaction" => value("reaction"),
        "model" => value("model"),
    );
    if r.scope.includes("user") {
        let actor = n.actor_id.and_then(|id| r.store.users.get(&id));
        r.one(&mut node, "actor_id", "users", actor, user::author);
    }
    node
}

/// A mention of somebody in an answer to them is told as a reply.
fn notification_kind(n: &Notification, r: &mut Render<'_>) -> Option<String> {
    let event = n.event_id.and_then(|id| r.store.events.get(&id))?;
    match event.kind.as_deref() {
        Some("announcement_created") => Some(event.custom_fields.get("kind").and_then(Json::as_str).unwrap_or("group_announced").to_owned()),
        Some("user_mentioned") if event.eventable_type.as_deref() == Some("Comment") => {
            let answered = event.eventable_id.and_then(|id| r.store.comments.get(&id)).and_then(|c| parent_author(&c, r));
            Some(if answered.is_some() && answered == n.user_id { "comment_replied_to" } else { "user_mentioned" }.to_owned())
        }
        kind => kind.map(ToOwned::to_owned),
    }
}

/// Who wrote what a comment answers.
pub fn parent_author(c: &loomio_db::rows::Comment, r: &mut Render<'_>) -> Option<i32> {
    let id = c.parent_id?;
    match c.parent_type.as_str() {
        "Discussion" => r.store.discussions.get(&id)?.author_id,
        "Comment" => r.store.comments.get(&id)?.user_id,
        "Poll" => r.store.polls.get(&id).map(|p| p.author_id),
        "Outcome" => r.store.outcomes.get(&id).map(|o| o.author_id),
        "Stance" => {
            let s = r.store.stances.get(&id)?;
            let open = r.store.polls.get(&s.poll_id).is_some_and(|p| !p.anonymous);
            s.participant_id.filter(|_| open)
        }
        _ => None,
    }
}

/// A task inside a text.
pub fn task(t: &Task, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => t.id,
        "name" => t.name,
        "author_id" => t.author_id,
        "uid" => t.uid,
        "done" => t.done,
        "done_at" => maybe_time(t.done_at),
        "due_on" => t.due_on.map(|d| d.to_string()),
        "record_type" => t.record_type,
        "record_id" => t.record_id,
    );
    node.insert("record_obj".to_owned(), Json::Null);
    let id = t.record_id.and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    match t.record_type.as_deref().unwrap_or_default() {
        "Comment" => {
            if let Some(row) = r.store.comments.get(&id) {
                r.any(&mut node, "record_obj", "comment", "comments", row.as_ref(), comment::comment);
            }
        }
        "Discussion" => {
            if let Some(row) = r.store.discussions.get(&id) {
                r.any(&mut node, "record_obj", "discussion", "discussions", row.as_ref(), discussion::discussion);
            }
        }
        "Poll" => {
            if let Some(row) = r.store.polls.get(&id) {
                r.any(&mut node, "record_obj", "poll", "polls", row.as_ref(), poll::poll);
            }
        }
        "Stance" => {
            if let Some(row) = r.store.stances.get(&id) {
                r.any(&mut node, "record_obj", "stance", "stances", row.as_ref(), stance::stance);
            }
        }
        "Outcome" => {
            if let Some(row) = r.store.outcomes.get(&id) {
                r.any(&mut node, "record_obj", "outcome", "outcomes", row.as_ref(), outcome::outcome);
            }
        }
        "Group" => {
            if let Some(row) = r.store.groups.get(&id) {
                r.any(&mut node, "record_obj", "group", "groups", row.as_ref(), super::group::group);
            }
        }
        _ => {}
    }
    if r.scope.includes("user") && r.scope.includes("author") {
        let author = i32::try_from(t.author_id).ok().and_then(|id| r.store.users.get(&id));
        r.one(&mut node, "author_id", "users", author, user::author);
    }
    node
}

/// One kept change of a record; `previous_id` is the caller's to add.
pub fn version(v: &Version, _r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => v.id,
        "whodunnit" => v.whodunnit.unwrap_or(0),
        "created_at" => maybe_time(v.created_at),
        "item_id" => v.item_id,
        "item_type" => v.item_type,
        "object_changes" => v.object_changes,
    );
    node
}

/// A chat room that is told of events; its address is for administrators only.
pub fn chatbot(c: &Chatbot, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => c.id,
        "kind" => c.kind,
        "webhook_kind" => c.webhook_kind,
        "group_id" => c.group_id,
        "event_kinds" => c.event_kinds,
        "name" => c.name,
        "notification_only" => c.notification_only,
    );
    if r.scope.current_user_is_admin {
        fields!(node; "server" => c.server, "channel" => c.channel);
    }
    node
}
