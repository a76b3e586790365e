//! Inviting people to groups.
//!
//! Source: `GroupService.invite`.

use crate::services::{
    Done, ServiceError, Visit,
    invite::{About, Invited, search, user_inviter},
    membership::record,
    publish,
};
use loomio_auth::token;
use loomio_core::policy::Permit;
use loomio_db::{
    Write, counter,
    event::Draft,
    find::{self, Find},
    rows::{Group, Membership, User},
    sql,
};
use serde_json::json;

/// The groups of one organisation a request invites to, with its parent.
async fn groups(w: &Write, visit: &Visit, group: &Group) -> Done<(Group, Vec<i32>)> {
    let asked = if visit.params.get("invited_group_ids").is_some() { visit.params.ids("invited_group_ids") } else { vec![group.id] };
    let unknown = || ServiceError::NotFound("Couldn't find Group".to_owned());
    let first = Find::<Group>::new("groups.id = any($1)", vec![sql::ids(&asked)]).order("groups.id").one(w.conn()).await?.ok_or_else(unknown)?;
    let parent = match first.parent_id {
        Some(id) => find::by_id::<Group>(w.conn(), id).await?.ok_or_else(unknown)?,
        None => first,
    };
    let org = search::organisation(w.conn(), parent.id).await?;
    // People are told of the group of the request: it must be one of the same organisation.
    if !org.contains(&group.id) {
        return Err(unknown());
    }
    let mut ids: Vec<i32> = org.into_iter().filter(|id| asked.contains(id)).collect();
    ids.sort_unstable();
    Ok((parent, ids))
}

/// Makes people members of one group who have yet to accept; who was one before is
/// invited anew.
async fn add(w: &Write, permit: &Permit, inviter_id: i32, group: &Group, parent_id: i32, users: &[User]) -> Done<()> {
    let ids: Vec<i32> = users.iter().map(|u| u.id).collect();
    w.execute(
        permit,
        "update memberships set inviter_id = $3, accepted_at = null, revoked_at = null, revoker_id = null, admin = false where group_id = $1 and user_id = any($2) and revoked_at is not null",
        vec![group.id.into(), sql::ids(&ids), inviter_id.into()],
    )
    .await?;
    let tokens: Vec<String> = ids.iter().map(|_| token::secure(&mut *w.rng())).collect();
    w.execute(
        permit,
        "insert into memberships (group_id, user_id, inviter_id, volume, token, created_at, updated_at) \
         select $1, n.user_id, $4, u.default_membership_volume, n.token, $5, $5 from unnest($2::int[], $3::text[]) with ordinality as n(user_id, token, place) join users u on u.id = n.user_id \
         order by n.place on conflict (group_id, user_id) do nothing",
        vec![group.id.into(), sql::ids(&ids), tokens.into(), inviter_id.into(), w.now().into()],
    )
    .await?;
    // Who belongs to the organisation already need not accept again.
    w.execute(
        permit,
        "update memberships m set accepted_at = $3 where m.group_id = $1 and m.user_id = any($2) and m.revoked_at is null and m.accepted_at is null \
         and exists(select 1 from users u where u.id = m.user_id and u.email_verified) \
         and exists(select 1 from memberships o join groups g on g.id = o.group_id where o.user_id = m.user_id and o.accepted_at is not null and o.group_id <> $1 \
           and g.archived_at is null and (g.id = $4 or g.parent_id = $4))",
        vec![group.id.into(), sql::ids(&ids), w.now().into(), parent_id.into()],
    )
    .await?;
    counter::groups(w, permit, &[group.id], &["pending_memberships_count", "memberships_count"]).await?;
    record::members_added(w, &[group.id]).await
}

/// Invites people to a group, or to several of its organisation.
///
/// # Errors
/// When the rules or the subscription do not allow it.
pub async fn invite(visit: &Visit, group: &Group) -> Done<Vec<Membership>> {
    let w = visit.begin().await?;
    let mut invited = Invited::of(&visit.params);
    invited.audience = None;
    let (parent, ids) = groups(&w, visit, group).await?;
    let permit = user_inviter::authorize_add_members(&w, &visit.actor, &parent, &ids, &invited).await?;
    let users = user_inviter::where_or_create(&w, &permit, visit, &About::group(group), &invited).await?;
    for g in Find::<Group>::new("groups.id = any($1)", vec![sql::ids(&ids)]).order("groups.id").all(w.conn()).await? {
        add(&w, &permit, visit.actor.id, &g, parent.id, &users).await?;
    }
    let user_ids: Vec<i32> = users.iter().map(|u| u.id).collect();
    let draft = Draft {
        custom_fields: json!({"recipient_message": visit.params.text("recipient_message"), "recipient_user_ids": user_ids}),
        ..Draft::new("membership_created", "Group", group.id, visit.user_id())
    };
    publish::append(&w, &permit, draft).await?;
    let memberships = Find::<Membership>::new("memberships.revoked_at is null and memberships.group_id = $1 and memberships.user_id = any($2)", vec![group.id.into(), sql::ids(&user_ids)])
        .order("memberships.id")
        .all(w.conn())
        .await?;
    w.commit().await?;
    Ok(memberships)
}
