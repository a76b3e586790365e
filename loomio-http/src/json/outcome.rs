//! What was decided after a poll.

use super::{
    poll,
    render::{Node, Render, maybe_time},
    user,
};
use crate::fields;
use loomio_db::rows::Outcome;
use serde_json::Value as Json;

/// An outcome, the latest one of its poll or an earlier one.
pub fn outcome(o: &Outcome, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let custom = |key: &str| o.custom_fields.get(key).cloned().unwrap_or(Json::Null);
    let about = o.poll_id.and_then(|id| r.store.polls.get(&id));
    fields!(node;
        "id" => o.id,
        "statement" => o.statement,
        "statement_format" => o.statement_format,
        "content_locale" => o.content_locale,
        "latest" => o.latest,
        "created_at" => maybe_time(o.created_at),
        "event_summary" => custom("event_summary"),
        "event_location" => custom("event_location"),
        "attachments" => o.attachments,
        "link_previews" => o.link_previews,
        "review_on" => o.review_on.map(|d| d.to_string()),
        "poll_id" => o.poll_id,
        "poll_option_id" => o.poll_option_id,
        "group_id" => about.as_ref().and_then(|p| p.group_id),
        "author_id" => o.author_id,
        "versions_count" => o.versions_count,
    );
    if r.scope.includes("user") && r.scope.includes("author") {
        let author = r.store.users.get(&o.author_id);
        r.one(&mut node, "author_id", "users", author, user::author);
    }
    if r.scope.includes("poll") {
        r.one(&mut node, "poll_id", "polls", about, poll::poll);
    }
    node
}
