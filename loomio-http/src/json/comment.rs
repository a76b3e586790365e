//! What people say in a thread.

use super::{
    discussion,
    render::{Node, Render, maybe_time},
    user,
};
use crate::fields;
use loomio_core::rich_text;
use loomio_db::rows::Comment;
use serde_json::{Value as Json, json};

/// A comment; a discarded one keeps its place without its words.
pub fn comment(c: &Comment, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => c.id,
        "body" => if c.discarded_at.is_none() { json!(c.body) } else { Json::Null },
        "body_format" => c.body_format,
        "discussion_id" => c.discussion_id,
        "created_at" => maybe_time(c.created_at),
        "updated_at" => maybe_time(c.updated_at),
        "parent_id" => c.parent_id,
        "parent_type" => c.parent_type,
        "content_locale" => c.content_locale,
        "versions_count" => c.versions_count,
        "attachments" => c.attachments,
        "link_previews" => c.link_previews,
        "author_id" => c.user_id,
        "discarded_at" => maybe_time(c.discarded_at),
    );
    let author = c.user_id.and_then(|id| r.store.users.get(&id));
    if c.body_format == "md" {
        let own = author.as_ref().and_then(|u| u.username.clone());
        fields!(node; "mentioned_usernames" => rich_text::mentions::usernames(c.body.as_deref().unwrap_or_default(), "md", own.as_deref()));
    }
    if r.scope.includes("user") && r.scope.includes("author") {
        r.one(&mut node, "author_id", "users", author, user::author);
    }
    if r.scope.includes("discussion") {
        let found = c.discussion_id.and_then(|id| r.store.discussions.get(&id));
        r.one(&mut node, "discussion_id", "discussions", found, discussion::discussion);
    }
    node
}
