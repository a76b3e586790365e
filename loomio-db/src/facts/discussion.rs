//! Facts about a thread.

use super::{Actor, group};
use crate::{error::Result, sql};
use loomio_core::policy::discussion::DiscussionFacts;
use sea_orm::{ConnectionTrait, FromQueryResult};

/// SQL: whether the user `$1` (or the holder of a guest's token `$2`) may see the
/// thread `d` of the group `g`. The one definition of what is visible.
pub const VISIBLE: &str = "d.discarded_at is null and g.archived_at is null and ( \
     d.private = false \
     or exists(select 1 from memberships m join groups mg on mg.id = m.group_id where m.user_id = $1 and m.revoked_at is null and mg.archived_at is null and (m.group_id = d.group_id or (g.parent_members_can_see_discussions and m.group_id = g.parent_id))) \
     or exists(select 1 from discussion_readers r where r.discussion_id = d.id and r.revoked_at is null and r.guest and (r.user_id = $1 or r.token = $2)))";

#[derive(FromQueryResult)]
struct Row {
    visible: bool,
    author: bool,
    member: bool,
    admin: bool,
    discarded: bool,
    in_group: bool,
    group_admin: bool,
    group_member: bool,
    members_can_start_discussions: bool,
    members_can_announce: bool,
    members_can_add_guests: bool,
    members_can_edit_discussions: bool,
    subscription_allows_guests: bool,
}

/// The facts about a stored thread.
///
/// # Errors
/// When the database refuses the question.
pub async fn load(conn: &impl ConnectionTrait, actor: &Actor, discussion_id: i32) -> Result<Option<DiscussionFacts>> {
    let row: Option<Row> = sql::row(
        conn,
        &format!(
            "select ({VISIBLE}) as visible, coalesce(d.author_id = $1, false) and $1 <> 0 as author, d.discarded_at is not null as discarded, d.group_id is not null as in_group, \
               (u.id is not null and ((m.id is not null and m.revoked_at is null) or (r.id is not null and r.guest and r.revoked_at is null))) as member, \
               (u.id is not null and ((m.id is not null and m.revoked_at is null and m.admin) or (r.id is not null and r.admin and r.revoked_at is null))) as admin, \
               (m.id is not null and m.revoked_at is null and m.admin) as group_admin, (m.id is not null and m.revoked_at is null) as group_member, \
               coalesce(g.members_can_start_discussions, false) as members_can_start_discussions, coalesce(g.members_can_announce, true) as members_can_announce, \
               coalesce(g.members_can_add_guests, true) as members_can_add_guests, coalesce(g.members_can_edit_discussions, true) as members_can_edit_discussions, \
               coalesce((select s.allow_guests from subscriptions s where s.id = coalesce(p.subscription_id, g.subscription_id)), true) as subscription_allows_guests \
             from discussions d left join groups g on g.id = d.group_id left join groups p on p.id = g.parent_id \
               left join users u on u.id = $1 and u.deactivated_at is null \
               left join memberships m on m.group_id = d.group_id and m.user_id = $1 left join discussion_readers r on r.discussion_id = d.id and r.user_id = $1 \
             where d.id = $3"
        ),
        vec![actor.id.into(), actor.discussion_reader_token.clone().into(), discussion_id.into()],
    )
    .await?;
    Ok(row.map(|r| DiscussionFacts {
        visible: r.visible,
        logged_in: actor.is_logged_in(),
        verified: actor.verified,
        author: r.author,
        member: r.member,
        admin: r.admin,
        discarded: r.discarded,
        stored: true,
        in_group: r.in_group,
        group_admin: r.group_admin,
        group_member: r.group_member,
        starts_direct: false,
        members_can_start_discussions: r.members_can_start_discussions,
        members_can_announce: r.members_can_announce,
        members_can_add_guests: r.members_can_add_guests,
        members_can_edit_discussions: r.members_can_edit_discussions,
        subscription_allows_guests: r.subscription_allows_guests,
    }))
}

/// The facts about a thread that is about to be started in a group, or outside of any.
///
/// # Errors
/// When the database refuses the question.
pub async fn for_create(conn: &impl ConnectionTrait, actor: &Actor, group_id: Option<i32>) -> Result<DiscussionFacts> {
    let facts = DiscussionFacts { logged_in: actor.is_logged_in(), verified: actor.verified, author: actor.is_logged_in(), ..DiscussionFacts::default() };
    let Some(group_id) = group_id else {
        let in_a_group = sql::exists(conn, super::GROUPS_OF_USER, vec![actor.id.into()]).await?;
        return Ok(DiscussionFacts { starts_direct: actor.site.creates_users || in_a_group, members_can_announce: true, members_can_add_guests: true, members_can_edit_discussions: true, ..facts });
    };
    let group = group::load(conn, actor, group_id).await?.unwrap_or_default();
    let allows: Option<bool> = sql::scalar(conn, "select coalesce((select s.allow_guests from subscriptions s where s.id = coalesce(p.subscription_id, g.subscription_id)), true) from groups g left join groups p on p.id = g.parent_id where g.id = $1", vec![group_id.into()]).await?;
    Ok(DiscussionFacts {
        in_group: true,
        group_admin: group.admin,
        group_member: group.member,
        member: group.member,
        admin: group.admin,
        members_can_start_discussions: group.members_can_start_discussions,
        members_can_announce: group.members_can_announce,
        members_can_add_guests: group.members_can_add_guests,
        subscription_allows_guests: allows.unwrap_or(true),
        ..facts
    })
}
