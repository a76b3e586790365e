//! Facts about a group.

use super::Actor;
use crate::{error::Result, sql};
use loomio_core::policy::group::GroupFacts;
use sea_orm::{ConnectionTrait, FromQueryResult};

#[derive(FromQueryResult)]
struct Row {
    archived: bool,
    public: bool,
    open: bool,
    member: bool,
    admin: bool,
    parent_visible: bool,
    parent_member: bool,
    parent_admin: bool,
    token_matches: bool,
    is_parent: bool,
    subscription_active: bool,
    joins_on_request: bool,
    members_can_start_discussions: bool,
    members_can_add_guests: bool,
    members_can_add_members: bool,
    members_can_announce: bool,
    members_can_create_subgroups: bool,
    parent_members_can_create_subgroups: bool,
}

/// The facts about a stored group.
///
/// # Errors
/// When the database refuses the question.
pub async fn load(conn: &impl ConnectionTrait, actor: &Actor, group_id: i32) -> Result<Option<GroupFacts>> {
    let now = actor.now;
    let signed_out = !actor.is_logged_in();
    let row: Option<Row> = sql::row(
        conn,
        "select g.archived_at is not null as archived, g.is_visible_to_public as public, \
           (g.is_visible_to_public and g.discussion_privacy_options = 'public_only') as open, \
           exists(select 1 from memberships m where m.group_id = g.id and m.user_id = $1 and m.revoked_at is null) as member, \
           exists(select 1 from memberships m where m.group_id = g.id and m.user_id = $1 and m.revoked_at is null and m.admin) as admin, \
           g.is_visible_to_parent_members as parent_visible, \
           exists(select 1 from memberships m where m.group_id = g.parent_id and m.user_id = $1 and m.revoked_at is null) as parent_member, \
           exists(select 1 from memberships m where m.group_id = g.parent_id and m.user_id = $1 and m.revoked_at is null and m.admin) as parent_admin, \
           ($3 and (coalesce(g.token = $4, false) or exists(select 1 from memberships m where m.group_id = g.id and m.token = $5 and m.revoked_at is null and m.accepted_at is null))) as token_matches, \
           g.parent_id is null as is_parent, \
           coalesce((select s.state in ('active', 'on_hold', 'pending') and (s.expires_at is null or s.expires_at > $2::timestamp) from subscriptions s where s.id = coalesce(p.subscription_id, g.subscription_id)), true) as subscription_active, \
           g.membership_granted_upon = 'request' as joins_on_request, \
           g.members_can_start_discussions, g.members_can_add_guests, g.members_can_add_members, g.members_can_announce, g.members_can_create_subgroups, \
           coalesce(p.members_can_create_subgroups, false) as parent_members_can_create_subgroups \
         from groups g left join groups p on p.id = g.parent_id where g.id = $6",
        vec![
            actor.id.into(),
            now.into(),
            signed_out.into(),
            actor.group_token.clone().into(),
            actor.membership_token.clone().into(),
            group_id.into(),
        ],
    )
    .await?;
    Ok(row.map(|r| GroupFacts {
        archived: r.archived,
        public: r.public,
        open: r.open,
        member: r.member,
        admin: r.admin,
        parent_visible: r.parent_visible,
        parent_member: r.parent_member,
        parent_admin: r.parent_admin,
        token_matches: r.token_matches,
        verified: actor.verified,
        site_admin: actor.site_admin,
        creation_enabled: actor.site.creates_groups,
        is_parent: r.is_parent,
        subscription_active: r.subscription_active,
        joins_on_request: r.joins_on_request,
        members_can_start_discussions: r.members_can_start_discussions,
        members_can_add_guests: r.members_can_add_guests,
        members_can_add_members: r.members_can_add_members,
        members_can_announce: r.members_can_announce,
        members_can_create_subgroups: r.members_can_create_subgroups,
        parent_members_can_create_subgroups: r.parent_members_can_create_subgroups,
    }))
}

/// The facts about a group that is about to be created below `parent_id`.
///
/// # Errors
/// When the database refuses the question.
pub async fn for_create(conn: &impl ConnectionTrait, actor: &Actor, parent_id: Option<i32>) -> Result<GroupFacts> {
    let own = GroupFacts { verified: actor.verified, site_admin: actor.site_admin, creation_enabled: actor.site.creates_groups, is_parent: parent_id.is_none(), ..GroupFacts::default() };
    let Some(parent_id) = parent_id else { return Ok(own) };
    let parent = load(conn, actor, parent_id).await?.unwrap_or_default();
    Ok(GroupFacts { parent_member: parent.member, parent_admin: parent.admin, parent_members_can_create_subgroups: parent.members_can_create_subgroups, ..own })
}
