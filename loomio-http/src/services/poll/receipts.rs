//! Receipts: who could vote, since when they belong, who invited them, and, where
//! that is no secret, whether they did.
//!
//! Source: `PollsController#receipts`, `PollService.build_receipts`.

use super::super::{Done, Visit, locate};
use loomio_core::tally::results;
use loomio_db::{facts, rows::Poll, sql};
use sea_orm::FromQueryResult;
use serde_json::{Value as Json, json};

#[derive(FromQueryResult)]
struct Receipt {
    voter_id: Option<i32>,
    voter_name: Option<String>,
    voter_email: Option<String>,
    accepted_at: Option<chrono::NaiveDateTime>,
    inviter_id: Option<i32>,
    inviter_name: Option<String>,
    invited_at: Option<chrono::NaiveDateTime>,
    vote_cast: Option<bool>,
}

const STORED: &str = "select voter_id::int as voter_id, inviter_id::int as inviter_id, invited_at, vote_cast from stance_receipts where poll_id = $1 and $3::boolean is not null";
const LIVE: &str = "select participant_id as voter_id, inviter_id, created_at as invited_at, (case when $3::boolean then cast_at is not null end) as vote_cast from stances where poll_id = $1 and latest and revoked_at is null";

/// Whether it is told who has voted: an anonymous poll tells it only once enough
/// have voted to make its quorum.
#[must_use]
pub fn tells_who_voted(poll: &Poll) -> bool {
    let decided = poll.voters_count - poll.undecided_voters_count;
    !poll.anonymous || (poll.quorum_pct.is_some() && results::quorum_count(poll.quorum_pct, poll.voters_count) <= decided)
}

/// The receipts of a poll, in no order that tells anything.
///
/// # Errors
/// When the rules do not allow it.
pub async fn index(visit: &Visit) -> Done {
    let poll = locate::allowed_poll(visit, &locate::named(visit, "poll", None), "receipts").await?;
    let stored = poll.closed_at.is_some() && sql::exists(visit.db(), "select 1 from stance_receipts where poll_id = $1", vec![poll.id.into()]).await?;
    let from = match (stored, poll.anonymous && poll.closed_at.is_some()) {
        (true, _) => STORED.to_owned(),
        (false, true) => format!("{STORED} and false"),
        (false, false) => LIVE.to_owned(),
    };
    let found: Vec<Receipt> = sql::rows(
        visit.db(),
        &format!(
            "select r.voter_id, v.name as voter_name, v.email::text as voter_email, m.accepted_at, r.inviter_id, i.name as inviter_name, r.invited_at, r.vote_cast \
             from ({from}) r left join users v on v.id = r.voter_id left join users i on i.id = r.inviter_id \
               left join memberships m on m.group_id = $2 and m.user_id = r.voter_id and m.revoked_at is null \
             order by r.voter_id"
        ),
        vec![poll.id.into(), poll.group_id.into(), tells_who_voted(&poll).into()],
    )
    .await?;
    let is_admin = match poll.group_id {
        Some(group_id) => facts::group::load(visit.db(), &visit.actor, group_id).await?.is_some_and(|g| g.admin),
        None => false,
    };
    let receipts: Vec<Json> = found.iter().map(|r| receipt_json(&poll, r, is_admin)).collect();
    Ok(json!({"voters_count": poll.voters_count, "poll_title": poll.title, "receipts": receipts}))
}

fn receipt_json(poll: &Poll, r: &Receipt, is_admin: bool) -> Json {
    let day = |t: Option<chrono::NaiveDateTime>| t.map(|t| t.date().to_string());
    // Only administrators see whole addresses.
    let email = if is_admin { r.voter_email.clone() } else { r.voter_email.as_deref().and_then(|e| e.rsplit('@').next()).map(ToOwned::to_owned) };
    json!({
        "poll_id": poll.id,
        "voter_id": r.voter_id,
        "voter_name": r.voter_name,
        "voter_email": email,
        "member_since": day(r.accepted_at),
        "inviter_id": r.inviter_id,
        "inviter_name": r.inviter_name,
        "invited_on": day(r.invited_at),
        "vote_cast": r.vote_cast,
    })
}
