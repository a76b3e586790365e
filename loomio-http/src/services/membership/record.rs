//! Storing memberships: each change recounts what the group and the person count.

use crate::{
    jobs::{self, add_voters::AddVoters},
    services::{Done, ServiceError},
};
use loomio_auth::token;
use loomio_core::policy::Permit;
use loomio_db::{
    Write, counter,
    find::{self, Find},
    record::Changes,
    rows::{Membership, User},
};

/// Recounts what a membership moves.
///
/// # Errors
/// When the database refuses.
pub async fn recount(w: &Write, permit: &Permit, memberships: &[&Membership]) -> Done<()> {
    let groups: Vec<i32> = memberships.iter().filter_map(|m| m.group_id).collect();
    let users: Vec<i32> = memberships.iter().filter_map(|m| m.user_id).collect();
    counter::groups(w, permit, &groups, counter::OF_MEMBERSHIP).await?;
    counter::users(w, permit, &users).await?;
    Ok(())
}

/// Stores a changed membership.
///
/// # Errors
/// When the database refuses.
pub async fn save(w: &Write, permit: &Permit, before: &Membership, after: Membership) -> Done<(Membership, Changes)> {
    let (stored, changes) = w.save(permit, before, after).await?;
    recount(w, permit, &[before, &stored]).await?;
    Ok((stored, changes))
}

/// The membership of somebody in a group, revoked or not.
///
/// # Errors
/// When the database refuses.
pub async fn of(w: &Write, group_id: i32, user_id: i32) -> Done<Option<Membership>> {
    Ok(Find::<Membership>::new("memberships.group_id = $1 and memberships.user_id = $2", vec![group_id.into(), user_id.into()]).one(w.conn()).await?)
}

/// Makes somebody a member who has accepted. Who was one before comes back without
/// their old rights; who is one stays as they are.
///
/// Source: `Group#add_member!`.
///
/// # Errors
/// When there is no such person or the database refuses.
pub async fn add_member(w: &Write, permit: &Permit, group_id: i32, user_id: i32, inviter_id: Option<i32>) -> Done<Membership> {
    // Two requests to join at once must not both find nothing.
    w.execute(permit, "select pg_advisory_xact_lock($1, $2)", vec![group_id.into(), user_id.into()]).await?;
    let membership = match of(w, group_id, user_id).await? {
        Some(m) if m.revoked_at.is_some() => {
            let after = Membership { admin: false, revoked_at: None, revoker_id: None, accepted_at: Some(w.now()), inviter_id, ..m.clone() };
            save(w, permit, &m, after).await?.0
        }
        Some(m) => m,
        None => {
            let user: User = find::by_id(w.conn(), user_id).await?.ok_or_else(|| ServiceError::NotFound("Couldn't find User".to_owned()))?;
            let new = Membership {
                group_id: Some(group_id),
                user_id: Some(user_id),
                inviter_id,
                accepted_at: Some(w.now()),
                volume: Some(user.default_membership_volume),
                token: Some(token::secure(&mut *w.rng())),
                ..Membership::default()
            };
            let stored = w.insert(permit, new).await?;
            recount(w, permit, &[&stored]).await?;
            stored
        }
    };
    members_added(w, &[group_id]).await?;
    Ok(membership)
}

/// Removes a membership with its events.
///
/// # Errors
/// When the database refuses.
pub async fn destroy(w: &Write, permit: &Permit, membership: &Membership) -> Done<()> {
    w.execute(permit, "delete from notifications n using events e where n.event_id = e.id and e.eventable_type = 'Membership' and e.eventable_id = $1", vec![membership.id.into()]).await?;
    w.execute(permit, "delete from events where eventable_type = 'Membership' and eventable_id = $1", vec![membership.id.into()]).await?;
    w.destroy(permit, membership).await?;
    recount(w, permit, &[membership]).await
}

/// Lets new members vote in the open polls of their groups.
///
/// # Errors
/// When the database refuses.
pub async fn members_added(w: &Write, group_ids: &[i32]) -> Done<()> {
    for group_id in group_ids {
        jobs::enqueue(w, &AddVoters { group_id: *group_id }).await?;
    }
    Ok(())
}
