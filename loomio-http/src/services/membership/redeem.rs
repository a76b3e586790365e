//! Accepting invitations: all those to groups of one organisation at once.
//!
//! Source: `MembershipService.redeem`.

use super::record;
use crate::services::{Done, Visit, invite::search, publish};
use loomio_core::policy::Permit;
use loomio_db::{Write, event::Draft, find::Find, rows::Membership, sql};
use sea_orm::Value;

/// The memberships for which a condition on `$1`, a person, and `$2`, groups, holds.
async fn memberships(w: &Write, condition: &str, user_id: i32, group_ids: &[i32]) -> Done<Vec<Membership>> {
    let values: Vec<Value> = vec![user_id.into(), sql::ids(group_ids)];
    Ok(Find::<Membership>::new(&format!("memberships.user_id = $1 and memberships.group_id = any($2) and {condition}"), values).order("memberships.id").all(w.conn()).await?)
}

/// Accepts an invitation, and with it every other one the invited person has in the
/// same organisation. Who accepts may be somebody else than who was invited, by
/// another address of theirs; whether they may is the caller's to decide.
///
/// # Errors
/// When the database refuses.
pub async fn redeem(w: &Write, permit: &Permit, invitation: &Membership, actor_id: i32) -> Done<()> {
    let (Some(invited_id), Some(group_id)) = (invitation.user_id, invitation.group_id) else { return Ok(()) };
    if invitation.accepted_at.is_some() || invitation.revoked_at.is_some() {
        return Ok(());
    }
    let parent: Option<i32> = sql::scalar(w.conn(), "select coalesce(parent_id, id) from groups where id = $1", vec![group_id.into()]).await?;
    let org = search::organisation(w.conn(), parent.unwrap_or(group_id)).await?;
    let groups: Vec<i32> = memberships(w, "memberships.revoked_at is null and memberships.accepted_at is null", invited_id, &org).await?.into_iter().filter_map(|m| m.group_id).collect();
    let own = memberships(w, "true", actor_id, &groups).await?;
    let was_member = own.iter().any(|m| m.group_id == Some(group_id) && m.revoked_at.is_none() && m.accepted_at.is_some());
    let at = Some(w.now());
    for m in &own {
        let after = match (m.revoked_at, m.accepted_at) {
            (Some(_), _) => Membership { revoked_at: None, revoker_id: None, inviter_id: invitation.inviter_id, accepted_at: at, ..m.clone() },
            (None, None) => Membership { accepted_at: at, ..m.clone() },
            (None, Some(_)) => continue,
        };
        record::save(w, permit, m, after).await?;
    }
    if invited_id != actor_id {
        for m in memberships(w, "true", invited_id, &groups).await? {
            let pending = m.revoked_at.is_none() && m.accepted_at.is_none();
            if pending && !own.iter().any(|o| o.group_id == m.group_id) {
                record::save(w, permit, &m, Membership { user_id: Some(actor_id), accepted_at: at, ..m.clone() }).await?;
            } else {
                record::destroy(w, permit, &m).await?;
            }
        }
    }
    record::members_added(w, &groups).await?;
    end_guest_access(w, permit, actor_id, &groups).await?;
    if !was_member && let Some(m) = record::of(w, group_id, actor_id).await?.filter(|m| m.accepted_at.is_some()) {
        publish::append(w, permit, Draft::new("invitation_accepted", "Membership", m.id, Some(actor_id))).await?;
    }
    Ok(())
}

/// A member is no guest any more, and votes again in what is open.
async fn end_guest_access(w: &Write, permit: &Permit, user_id: i32, group_ids: &[i32]) -> Done<()> {
    for statement in [
        "update discussion_readers r set guest = false, revoked_at = null, revoker_id = null from discussions d where d.id = r.discussion_id and r.user_id = $1 and d.group_id = any($2)",
        "update stances s set guest = false from polls p where p.id = s.poll_id and s.participant_id = $1 and p.group_id = any($2)",
        "update stances s set revoked_at = null, revoker_id = null from polls p where p.id = s.poll_id and s.participant_id = $1 and p.group_id = any($2) and s.revoked_at is not null and p.closed_at is null",
    ] {
        w.execute(permit, statement, vec![user_id.into(), sql::ids(group_ids)]).await?;
    }
    Ok(())
}

/// Accepts the visitor's own invitation to a group they look at.
///
/// # Errors
/// When the database refuses.
pub async fn accept_pending(visit: &Visit, group_id: i32) -> Done<()> {
    let Some(user_id) = visit.user_id().filter(|_| !visit.restricted) else { return Ok(()) };
    let pending = "memberships.group_id = $1 and memberships.user_id = $2 and memberships.revoked_at is null and memberships.accepted_at is null";
    let find = || Find::<Membership>::new(pending, vec![group_id.into(), user_id.into()]);
    if find().one(visit.db()).await?.is_none() {
        return Ok(());
    }
    let w = visit.begin().await?;
    // Looked at twice at once, it is accepted once.
    w.execute(&Permit::system("one acceptance at a time"), "select pg_advisory_xact_lock($1, $2)", vec![group_id.into(), user_id.into()]).await?;
    if let Some(invitation) = find().one(w.conn()).await? {
        redeem(&w, &Permit::system("an invited person came"), &invitation, user_id).await?;
    }
    Ok(w.commit().await?)
}
