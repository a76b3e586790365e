//! Ending memberships.
//!
//! Source: `MembershipService.revoke_by_id`, `PollService.group_members_removed`.

use crate::{
    json::{records, render::Scope},
    services::{Done, Visit, invite::search, locate},
};
use chrono::NaiveDateTime;
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write, counter, facts, find,
    rows::{Group, Membership},
    sql, tally,
};
use serde_json::Value as Json;

/// Takes somebody out of groups: their memberships end, they are no guests of the
/// groups' threads any more, and their votes in open polls do not count.
///
/// # Errors
/// When the database refuses.
pub async fn in_groups(w: &Write, permit: &Permit, group_ids: &[i32], user_id: i32, revoker_id: i32, at: NaiveDateTime) -> Done<()> {
    let values = || vec![sql::ids(group_ids), user_id.into(), at.into(), revoker_id.into()];
    w.execute(
        permit,
        "update discussion_readers r set guest = false, revoked_at = $3::timestamp, revoker_id = $4 from discussions d where d.id = r.discussion_id and d.group_id = any($1) and r.user_id = $2",
        values(),
    )
    .await?;
    // Whoever was invited counts as a guest here, as the original's later definition has it.
    w.execute(
        permit,
        "update stances s set guest = false from polls p where p.id = s.poll_id and p.group_id = any($1) and s.participant_id = $2 and s.inviter_id is not null and s.guest",
        vec![sql::ids(group_ids), user_id.into()],
    )
    .await?;
    let polls: Vec<i32> = sql::column(
        w.conn(),
        "update stances s set revoked_at = $3::timestamp, revoker_id = $4 from polls p where p.id = s.poll_id and p.group_id = any($1) and p.discarded_at is null and p.closed_at is null \
         and s.participant_id = $2 and s.revoked_at is null returning s.poll_id",
        values(),
    )
    .await?;
    for poll_id in polls {
        tally::recount(w, permit, poll_id).await?;
    }
    w.execute(permit, "update memberships set revoked_at = $3::timestamp, revoker_id = $4 where group_id = any($1) and user_id = $2 and revoked_at is null", values()).await?;
    counter::groups(w, permit, group_ids, &["memberships_count"]).await?;
    Ok(())
}

/// Ends a membership and those in the group's subgroups.
///
/// # Errors
/// When the rules do not allow it.
pub async fn revoke(visit: &Visit, membership: &Membership) -> Done<()> {
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::membership::load(w.conn(), &visit.actor, membership).await?, "revoke")?;
    let groups = search::organisation(w.conn(), membership.group_id.unwrap_or_default()).await?;
    in_groups(&w, &permit, &groups, membership.user_id.unwrap_or_default(), visit.actor.id, w.now()).await?;
    Ok(w.commit().await?)
}

/// The same for the one with a number, telling its group.
///
/// # Errors
/// When the rules do not allow it.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let membership: Membership = locate::by_id(visit, id).await?;
    // Told as it was before, as the original does.
    let group: Option<Group> = find::by_id(visit.db(), membership.group_id.unwrap_or_default()).await?;
    revoke(visit, &membership).await?;
    let rows: Vec<Group> = group.into_iter().collect();
    let scope = Scope { uncached: true, ..Scope::default() };
    Ok(Json::Object(records::render(&rows, &scope, visit.around(), visit.db()).await?))
}
