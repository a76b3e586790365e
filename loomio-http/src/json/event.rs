//! Events, with whatever they are about.

use super::{
    comment, discussion, group, membership, outcome, poll,
    render::{Node, Render, maybe_time},
    simple, stance, user,
};
use crate::fields;
use loomio_db::rows::Event;
use serde_json::Value as Json;

/// Something that happened, with its place in the thread.
pub fn event(e: &Event, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let kind = e.kind.as_deref().unwrap_or_default();
    let custom = |key: &str| e.custom_fields.get(key).cloned().unwrap_or(Json::Null);
    fields!(node;
        "id" => e.id,
        "sequence_id" => e.sequence_id,
        "position" => e.position,
        "depth" => e.depth,
        "child_count" => e.child_count,
        "descendant_count" => e.descendant_count,
        "kind" => e.kind,
        "discussion_id" => e.discussion_id,
        "created_at" => maybe_time(e.created_at),
        "eventable_id" => e.eventable_id,
        "eventable_type" => e.eventable_type,
        "pinned" => e.pinned,
        "pinned_title" => custom("pinned_title"),
        "parent_id" => e.parent_id,
        "actor_id" => e.user_id,
        "position_key" => if kind == "new_discussion" { Some("00000".to_owned()) } else { e.position_key.clone() },
        "recipient_message" => custom("recipient_message"),
    );
    if matches!(kind, "poll_edited" | "discussion_edited" | "discussion_moved") {
        fields!(node; "custom_fields" => e.custom_fields);
    }
    if r.scope.includes("user") {
        let actor = e.user_id.and_then(|id| r.store.users.get(&id));
        r.one(&mut node, "actor_id", "users", actor, user::author);
    }
    if kind != "new_discussion" || r.scope.includes("discussion") {
        eventable(e, &mut node, r);
    }
    if r.scope.includes("discussion") {
        let found = e.discussion_id.and_then(|id| r.store.discussions.get(&id));
        r.one(&mut node, "discussion_id", "discussions", found, discussion::discussion);
    }
    if r.scope.includes("parent") {
        let parent = e.parent_id.and_then(|id| r.store.events.get(&id));
        r.one(&mut node, "parent_id", "parent_events", parent, self::event);
    }
    if kind == "discussion_moved"
        && let Some(id) = custom("source_group_id").as_i64().and_then(|id| i32::try_from(id).ok())
    {
        let source = r.store.groups.get(&id);
        r.one(&mut node, "source_group_id", "groups", source, group::group);
    }
    node
}

/// The thing an event is about, in the root of its kind.
fn eventable(e: &Event, node: &mut Node, r: &mut Render<'_>) {
    let id = e.eventable_id.unwrap_or_default();
    node.insert("eventable".to_owned(), Json::Null);
    macro_rules! found {
        ($rows:ident, $kind:literal, $root:literal, $serializer:path) => {
            if let Some(row) = r.store.$rows.get(&id) {
                r.any(node, "eventable", $kind, $root, row.as_ref(), $serializer);
            }
        };
    }
    match e.eventable_type.as_deref().unwrap_or_default() {
        "Discussion" => found!(discussions, "discussion", "discussions", discussion::discussion),
        "Comment" => found!(comments, "comment", "comments", comment::comment),
        "Poll" => found!(polls, "poll", "polls", poll::poll),
        "Stance" => found!(stances, "stance", "stances", stance::stance),
        "Outcome" => found!(outcomes, "outcome", "outcomes", outcome::outcome),
        "Reaction" => found!(reactions, "reaction", "reactions", simple::reaction),
        "Membership" => found!(memberships, "membership", "memberships", membership::membership),
        "Group" => found!(groups, "group", "groups", group::group),
        "MembershipRequest" => found!(membership_requests, "membership_request", "membership_requests", membership::request),
        _ => {}
    }
}
