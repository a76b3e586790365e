//! Mails that wait for somebody to say whose they are, and what was said of
//! their senders.

use super::{
    render::{Node, Render, time},
    user,
};
use crate::fields;
use loomio_core::received_email::Headers;
use loomio_db::{
    hstore,
    rows::{MemberEmailAlias, ReceivedEmail},
};

/// The headers of a stored mail.
#[must_use]
pub fn headers(e: &ReceivedEmail) -> Headers {
    Headers(hstore::pairs(&e.headers))
}

/// A mail that waits for somebody to say whose it is.
pub fn received_email(e: &ReceivedEmail, _r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let headers = headers(e);
    fields!(node;
        "id" => e.id,
        "group_id" => e.group_id,
        "released" => e.released,
        "subject" => headers.subject(),
        "sender_email" => headers.sender_email(),
        "sender_name" => headers.sender_name(),
    );
    node
}

/// Whose mails from an address are, or that they are nobody's.
pub fn alias(a: &MemberEmailAlias, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node; "id" => a.id, "email" => a.email, "group_id" => a.group_id, "created_at" => time(a.created_at));
    let person = a.user_id.and_then(|id| r.store.users.get(&id));
    r.one(&mut node, "user_id", "users", person, user::author);
    let author = r.store.users.get(&a.author_id);
    r.one(&mut node, "author_id", "users", author, user::author);
    node
}
