//! Who administers a poll together with its author, and whose vote is taken away.
//!
//! Source: `StancesController#make_admin`, `#remove_admin`, `#revoke`.

use super::scope;
use crate::{
    json::render::Node,
    services::{
        Done, Visit, publish,
        text::{self, Files},
    },
};
use loomio_core::policy::{self, Denied, Permit};
use loomio_db::{
    Write, counter, facts,
    find::{self, Find},
    rows::{Poll, Stance},
    sql, tally,
};

/// How many outdated votes with comments are shown anew at most.
const MOST_OUTDATED: u64 = 50;

/// The latest vote of somebody in a poll, which the visitor may do something with.
async fn vote(visit: &Visit, w: &Write, action: &'static str) -> Done<(Stance, Permit)> {
    let (voter, poll) = (visit.params.id("participant_id").unwrap_or(0), visit.params.id("poll_id").unwrap_or(0));
    let found = Find::<Stance>::new("stances.participant_id = $1 and stances.poll_id = $2 and stances.latest and stances.revoked_at is null", vec![voter.into(), poll.into()]).one(w.conn()).await?;
    let Some(stance) = found else { return Err(Denied::new(action, "Stance").into()) };
    let permit = policy::authorize(&facts::poll::stance(w.conn(), &visit.actor, &stance).await?, action)?;
    Ok((stance, permit))
}

async fn set_admin(visit: &Visit, admin: bool) -> Done {
    let w = visit.begin().await?;
    let (before, permit) = vote(visit, &w, if admin { "make_admin" } else { "remove_admin" }).await?;
    let (stance, _) = text::save(&visit.app, &w, &permit, &before, Stance { admin, ..before.clone() }, &Files::KEPT).await?;
    counter::versions(&w, &permit, "stances", "Stance", stance.id).await?;
    if !admin {
        tally::recount(&w, &permit, stance.poll_id).await?;
    }
    let stance: Vec<Stance> = find::by_ids(w.conn(), &[stance.id]).await?;
    w.commit().await?;
    let scope = scope(visit, visit.params.id("poll_id")).await?;
    visit.render_in(&stance, &scope, None, "stances", Node::new()).await
}

/// Lets a voter administer the poll.
///
/// # Errors
/// When there is no such vote or the rules do not allow it.
pub async fn make_admin(visit: &Visit) -> Done {
    set_admin(visit, true).await
}

/// Lets a voter administer the poll no more.
///
/// # Errors
/// When there is no such vote or the rules do not allow it.
pub async fn remove_admin(visit: &Visit) -> Done {
    set_admin(visit, false).await
}

/// Takes somebody's votes in a poll away.
///
/// # Errors
/// When there is no such vote or the rules do not allow it.
pub async fn revoke(visit: &Visit) -> Done {
    let w = visit.begin().await?;
    let (stance, permit) = vote(visit, &w, "remove").await?;
    w.execute(
        &permit,
        "update stances set revoked_at = $1, revoker_id = $2 where revoked_at is null and participant_id = $3 and poll_id = $4",
        vec![w.now().into(), visit.actor.id.into(), stance.participant_id.into(), stance.poll_id.into()],
    )
    .await?;
    tally::recount(&w, &permit, stance.poll_id).await?;
    w.commit().await?;
    show_outdated(visit, stance.poll_id).await?;
    let rows = Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = $2", vec![stance.poll_id.into(), stance.participant_id.into()]).order("stances.id").all(visit.db()).await?;
    let scope = scope(visit, visit.params.id("poll_id")).await?;
    visit.render_in(&rows, &scope, None, "stances", Node::new()).await
}

/// Sends the visitor's browsers the votes that are not the latest but have been
/// answered in the thread.
async fn show_outdated(visit: &Visit, poll_id: i32) -> Done<()> {
    let Some(poll) = find::by_id::<Poll>(visit.db(), poll_id).await? else { return Ok(()) };
    let Some(discussion_id) = poll.discussion_id else { return Ok(()) };
    let ids: Vec<i32> = sql::column(
        visit.db(),
        "select e.eventable_id from events e join stances s on s.id = e.eventable_id where e.discussion_id = $1 and e.eventable_type = 'Stance' and e.child_count > 0 \
           and s.poll_id = $2 and not s.latest and s.reason is not null and s.reason not in ('', '<p></p>')",
        vec![discussion_id.into(), poll_id.into()],
    )
    .await?;
    let rows = Find::<Stance>::new("stances.id = any($1)", vec![sql::ids(&ids)]).order("stances.id desc").limit(MOST_OUTDATED).all(visit.db()).await?;
    if rows.is_empty() {
        return Ok(());
    }
    publish::live(visit, &rows, &format!("user_{}", visit.actor.id)).await
}
