//! Memberships and requests for them.

use super::{
    group,
    render::{Node, Render, maybe_time, name_of, time},
    user,
};
use crate::fields;
use loomio_core::volume;
use loomio_db::rows::{Membership, MembershipRequest};

/// A person's place in a group.
pub fn membership(m: &Membership, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => m.id,
        "volume" => m.volume.map_or(serde_json::Value::Null, |v| name_of(&volume::NAMES, v)),
        "admin" => m.admin,
        "delegate" => m.delegate,
        "experiences" => m.experiences,
        "title" => m.title,
        "created_at" => maybe_time(m.created_at),
        "accepted_at" => maybe_time(m.accepted_at),
        "group_id" => m.group_id,
        "user_id" => m.user_id,
        "inviter_id" => m.inviter_id,
    );
    let person = m.user_id.and_then(|id| r.store.users.get(&id));
    // Where the original renders without saying who looks, its nobody has invited whom
    // nobody has invited. Only the viewer's own memberships are shown there.
    let invited_by_viewer = if r.scope.hides_own_email { m.inviter_id.is_none() } else { m.inviter_id.is_some() && m.inviter_id == r.scope.current_user_id };
    if invited_by_viewer || r.scope.current_user_is_admin {
        fields!(node; "user_email" => person.as_ref().and_then(|u| u.email.clone()));
    }
    if r.scope.includes("group") && m.group_id.is_some() {
        let found = m.group_id.and_then(|id| r.store.groups.get(&id));
        r.one(&mut node, "group_id", "groups", found, group::group);
    }
    if r.scope.includes("user") {
        r.one(&mut node, "user_id", "users", person, user::user);
    }
    if r.scope.includes("user") && r.scope.includes("inviter") {
        let inviter = m.inviter_id.and_then(|id| r.store.users.get(&id));
        r.one(&mut node, "inviter_id", "users", inviter, user::author);
    }
    node
}

/// What an unsubscribe page shows of a membership.
pub fn restricted(m: &Membership, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node; "id" => m.id, "volume" => m.volume.map_or(serde_json::Value::Null, |v| name_of(&volume::NAMES, v)), "user_id" => m.user_id);
    let found = m.group_id.and_then(|id| r.store.groups.get(&id));
    r.one(&mut node, "group_id", "groups", found, group::restricted);
    node
}

/// Somebody's wish to join.
pub fn request(m: &MembershipRequest, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let requestor = m.requestor_id.and_then(|id| r.store.users.get(&id));
    // Rows from before requests needed an account have a name and an address of their own; nobody is told them.
    let name = requestor.as_ref().and_then(|u| user::name(u, r.around.i18n, &user::locale(u, r.around.i18n)));
    let responder = m.responder_id.and_then(|id| r.store.users.get(&id));
    fields!(node;
        "id" => m.id,
        "group_id" => m.group_id,
        "name" => name,
        "email" => requestor.as_ref().and_then(|u| u.email.clone()),
        "introduction" => m.introduction,
        "responded_at" => maybe_time(m.responded_at),
        "response" => m.response,
        "created_at" => time(m.created_at),
        "updated_at" => time(m.updated_at),
        "requestor_email" => requestor.as_ref().and_then(|u| u.email.clone()),
    );
    r.one(&mut node, "responder_id", "users", responder, user::author);
    r.one(&mut node, "requestor_id", "users", requestor, user::author);
    node
}
