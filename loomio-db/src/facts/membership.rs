//! Facts about memberships and requests for them.

use super::{Actor, group};
use crate::{
    error::Result,
    rows::{Membership, MembershipRequest},
    sql,
};
use loomio_core::policy::{self, membership::MembershipFacts, membership_request::MembershipRequestFacts};
use sea_orm::ConnectionTrait;

/// The facts about a stored membership.
///
/// # Errors
/// When the database refuses the question.
pub async fn load(conn: &impl ConnectionTrait, actor: &Actor, m: &Membership) -> Result<MembershipFacts> {
    let group_id = m.group_id.unwrap_or_default();
    let group = group::load(conn, actor, group_id).await?.unwrap_or_default();
    let group_has_admins = sql::exists(conn, "select 1 from memberships where group_id = $1 and revoked_at is null and admin", vec![group_id.into()]).await?;
    Ok(MembershipFacts {
        own: actor.is_logged_in() && m.user_id == Some(actor.id),
        admin: group.admin,
        parent_admin: group.parent_admin,
        member: group.member,
        group_has_admins,
        inviter: actor.is_logged_in() && m.inviter_id == Some(actor.id),
        accepted: m.accepted_at.is_some(),
        site_admin: actor.site_admin,
    })
}

/// The facts about a request for membership of a group.
///
/// # Errors
/// When the database refuses the question.
pub async fn request(conn: &impl ConnectionTrait, actor: &Actor, group_id: i32, request: Option<&MembershipRequest>) -> Result<MembershipRequestFacts> {
    let group = group::load(conn, actor, group_id).await?.unwrap_or_default();
    let upon: Option<String> = sql::scalar(conn, "select membership_granted_upon from groups where id = $1", vec![group_id.into()]).await?;
    Ok(MembershipRequestFacts {
        group_visible: policy::allows(&group, "show"),
        granted_upon_approval: upon.as_deref() == Some("approval"),
        own: actor.is_logged_in() && request.is_some_and(|r| r.requestor_id == Some(actor.id)),
        admin: group.admin,
        member: group.member,
        members_can_add_members: group.members_can_add_members,
    })
}
