//! Ending a poll, by somebody or because its time is up.
//!
//! Source: `PollService.do_closing_work` in `app/services/poll_service.rb`.

use loomio_core::policy::Permit;
use loomio_db::{Result, Write, counter, find, rows::Poll, search_document, sql, thread};

/// `hide_results` by number (`app/models/poll.rb`).
const UNTIL_CLOSED: i32 = 2;

/// SQL: whether a vote has a reason.
const HAS_REASON: &str = "coalesce(reason, '') not in ('', '<p></p>')";

/// Closes a poll: keeps who could vote, forgets who voted how where that was
/// promised, puts votes that were hidden into the thread. A poll that is closed
/// already stays as it is.
///
/// # Errors
/// When the database refuses.
pub async fn close(w: &Write, permit: &Permit, poll_id: i32) -> Result<Option<Poll>> {
    // Whoever closes it at the same time waits here and finds it closed.
    w.execute(permit, "select 1 from polls where id = $1 for update", vec![poll_id.into()]).await?;
    let Some(poll) = find::by_id::<Poll>(w.conn(), poll_id).await? else { return Ok(None) };
    if poll.closed_at.is_some() {
        return Ok(Some(poll));
    }
    keep_receipts(w, permit, &poll).await?;
    if poll.anonymous {
        w.execute(permit, "update stances set participant_id = null where poll_id = $1", vec![poll_id.into()]).await?;
    }
    if let (Some(discussion_id), UNTIL_CLOSED) = (poll.discussion_id, poll.hide_results) {
        w.execute(
            permit,
            &format!(
                "update events set discussion_id = $2 where kind = 'stance_created' and discussion_id is null and eventable_type = 'Stance' \
                 and eventable_id in (select id from stances where poll_id = $1 and latest and revoked_at is null and {HAS_REASON})"
            ),
            vec![poll_id.into(), discussion_id.into()],
        )
        .await?;
        thread::repair(w, permit, discussion_id).await?;
    }
    let (closed, _) = w.save(permit, &poll, Poll { closed_at: Some(w.now()), ..poll.clone() }).await?;
    if let Some(group_id) = closed.group_id {
        counter::groups(w, permit, &[group_id], counter::OF_POLL).await?;
    }
    if let Some(discussion_id) = closed.discussion_id {
        counter::discussions(w, permit, &[discussion_id], counter::OF_POLL_IN_DISCUSSION).await?;
    }
    search_document::index_poll(w, permit, poll_id).await?;
    Ok(Some(closed))
}

/// Keeps who could vote and who invited them; whether they did only where that is
/// no secret.
async fn keep_receipts(w: &Write, permit: &Permit, poll: &Poll) -> Result<()> {
    let tells_who_voted = !poll.anonymous || poll.quorum_pct.is_some();
    sql::execute(w.conn(), "delete from stance_receipts where poll_id = $1", vec![poll.id.into()]).await?;
    w.execute(
        permit,
        "insert into stance_receipts (poll_id, voter_id, inviter_id, invited_at, vote_cast, created_at, updated_at) \
         select poll_id, participant_id, inviter_id, created_at, case when $2 then cast_at is not null end, $3::timestamp, $3::timestamp \
         from stances where poll_id = $1 and latest and revoked_at is null order by id",
        vec![poll.id.into(), tells_who_voted.into(), w.now().into()],
    )
    .await?;
    Ok(())
}
