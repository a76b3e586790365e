//! Threads and their readers.

use super::{
    event, group, poll,
    render::{Node, Render, maybe_time, name_of},
    simple, user,
};
use crate::fields;
use loomio_core::{reading::RangeSet, rich_text, volume};
use loomio_db::{
    rows::{Discussion, DiscussionReader},
    thread,
};
use serde_json::{Value as Json, json};

/// Ranges as pairs of numbers.
#[must_use]
pub fn ranges(set: &RangeSet) -> Json {
    json!(set.pairs())
}

/// A thread, with how far the viewer has read it.
pub fn discussion(d: &Discussion, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let kept = d.discarded_at.is_none();
    let set = RangeSet::parse(d.ranges_string.as_deref().unwrap_or_default());
    fields!(node;
        "id" => d.id,
        "key" => d.key,
        "group_id" => d.group_id,
        "title" => kept.then_some(&d.title),
        "content_locale" => d.content_locale,
        "description" => if kept { json!(d.description) } else { Json::Null },
        "description_format" => d.description_format,
        "discussion_template_id" => d.discussion_template_id,
        "ranges" => ranges(&set),
        "items_count" => d.items_count,
        "last_comment_at" => maybe_time(d.last_comment_at),
        "last_activity_at" => maybe_time(d.last_activity_at),
        "closed_at" => maybe_time(d.closed_at),
        "closer_id" => d.closer_id,
        "seen_by_count" => d.seen_by_count,
        "members_count" => d.members_count,
        "created_at" => maybe_time(d.created_at),
        "updated_at" => maybe_time(d.updated_at),
        "private" => d.private,
        "versions_count" => d.versions_count,
        "pinned_at" => maybe_time(d.pinned_at),
        "attachments" => d.attachments,
        "link_previews" => d.link_previews,
        "newest_first" => d.newest_first,
        "max_depth" => d.max_depth,
        "discarded_at" => maybe_time(d.discarded_at),
    );
    if r.scope.includes("tag") {
        fields!(node; "tags" => d.tags);
    }
    if d.description_format == "md" {
        let own = d.author_id.and_then(|id| r.store.users.get(&id)).and_then(|u| u.username.clone());
        fields!(node; "mentioned_usernames" => rich_text::mentions::usernames(d.description.as_deref().unwrap_or_default(), "md", own.as_deref()));
    }
    reader_fields(d, &set, &mut node, r);
    neighbours(d, &mut node, r);
    node
}

/// The viewer's own reading of a thread; a thread never opened is read by nobody
/// at the volume of the viewer's membership.
fn reader_fields(d: &Discussion, set: &RangeSet, node: &mut Node, r: &mut Render<'_>) {
    if r.scope.current_user_id.is_none() {
        return;
    }
    let reader = r.store.readers.get(&d.id);
    let stored = reader.is_some();
    let membership_volume = d.group_id.and_then(|g| r.known.membership_of_group.get(&g)).and_then(|m| m.volume);
    let reader = reader.map_or_else(
        || DiscussionReader { volume: membership_volume.unwrap_or(2), user_id: r.scope.current_user_id.unwrap_or_default(), discussion_id: d.id, ..DiscussionReader::default() },
        |row| (*row).clone(),
    );
    fields!(node;
        "discussion_reader_id" => stored.then_some(reader.id),
        "discussion_reader_volume" => name_of(&volume::NAMES, reader.volume),
        "discussion_reader_user_id" => reader.user_id,
        "last_read_at" => maybe_time(reader.last_read_at),
        "dismissed_at" => maybe_time(reader.dismissed_at),
        "read_ranges" => ranges(&thread::read_ranges(&reader, set)),
        "revoked_at" => maybe_time(reader.revoked_at),
        "inviter_id" => reader.inviter_id,
        "guest" => reader.guest,
        "admin" => reader.admin,
    );
}

fn neighbours(d: &Discussion, node: &mut Node, r: &mut Render<'_>) {
    if r.scope.includes("user") && r.scope.includes("author") {
        let author = d.author_id.and_then(|id| r.store.users.get(&id));
        r.one(node, "author_id", "users", author, user::author);
    }
    if r.scope.includes("group") && d.group_id.is_some() {
        let found = d.group_id.and_then(|id| r.store.groups.get(&id));
        r.one(node, "group_id", "groups", found, group::group);
    }
    if r.scope.includes("poll") {
        let polls = r.known.polls_of_discussion.get(&d.id).cloned().unwrap_or_default();
        r.many(node, "active_poll_ids", "polls", polls.iter().map(|p| p.as_ref()), poll::poll);
    }
    if r.scope.includes("event") {
        let created = r.store.created_events.get(&("new_discussion", d.id));
        r.one(node, "created_event_id", "events", created, event::event);
        let forked = if r.scope.uncached { None } else { r.store.created_events.get(&("discussion_forked", d.id)) };
        r.one(node, "forked_event_id", "events", forked, event::event);
    }
    simple::add_translation(node, r, "Discussion", d.id);
    if d.closer_id.is_some() {
        let closer = d.closer_id.and_then(|id| r.store.users.get(&id));
        r.one(node, "closer_id", "users", closer, user::author);
    }
}

/// Somebody's reading of a thread, as its list of readers shows it; in a thread
/// with an anonymous poll nothing tells who was there when.
pub fn reader(reader: &DiscussionReader, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let discussion = r.store.discussions.get(&reader.discussion_id);
    let open = discussion.as_ref().is_none_or(|d| d.anonymous_polls_count == 0);
    let set = discussion.as_ref().map(|d| RangeSet::parse(d.ranges_string.as_deref().unwrap_or_default())).unwrap_or_default();
    fields!(node;
        "id" => reader.id,
        "user_id" => reader.user_id,
        "discussion_id" => reader.discussion_id,
        "read_ranges" => if open { ranges(&thread::read_ranges(reader, &set)) } else { json!([]) },
        "last_read_at" => if open { maybe_time(reader.last_read_at) } else { Json::Null },
        "dismissed_at" => maybe_time(reader.dismissed_at),
        "volume" => name_of(&volume::NAMES, reader.volume),
        "inviter_id" => reader.inviter_id,
        "guest" => reader.guest,
        "admin" => reader.admin,
        "revoked_at" => maybe_time(reader.revoked_at),
    );
    if r.scope.includes("user") {
        let person = r.store.users.get(&reader.user_id);
        r.one(&mut node, "user_id", "users", person, user::author);
    }
    node
}
