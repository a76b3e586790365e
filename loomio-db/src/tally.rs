//! The stored totals of a poll, counted anew from its live votes.
//!
//! It counts as `loomio_core::tally::totals` does, in the database, because a
//! poll may have more votes than a request should load. Source:
//! `Poll#update_counts!`, `PollOption#update_counts!`, `Poll#reset_latest_stances!`.

use crate::{Write, error::Result};
use loomio_core::policy::Permit;

/// Counts a poll's votes anew, without touching `updated_at`. The poll is locked,
/// so that of two votes at once the later counts both.
///
/// # Errors
/// When the database refuses.
pub async fn recount(w: &Write, permit: &Permit, poll_id: i32) -> Result<()> {
    w.execute(permit, "select 1 from polls where id = $1 for update", vec![poll_id.into()]).await?;
    w.execute(
        permit,
        "update poll_options set total_score = c.total_score, voter_count = c.voter_count, voter_scores = c.voter_scores \
         from (select o.id, coalesce(sum(v.score), 0)::int as total_score, count(v.id)::int as voter_count, \
             coalesce(jsonb_object_agg(v.participant_id::text, v.score order by v.id) filter (where v.participant_id is not null and not p.anonymous), '{}'::jsonb) as voter_scores \
           from poll_options o join polls p on p.id = o.poll_id \
             left join (select sc.id, sc.score, sc.poll_option_id, s.participant_id from stance_choices sc join stances s on s.id = sc.stance_id and s.latest and s.revoked_at is null) v on v.poll_option_id = o.id \
           where o.poll_id = $1 group by o.id) c \
         where poll_options.id = c.id and (poll_options.total_score, poll_options.voter_count, poll_options.voter_scores) is distinct from (c.total_score, c.voter_count, c.voter_scores)",
        vec![poll_id.into()],
    )
    .await?;
    w.execute(
        permit,
        "update polls set stance_counts = coalesce((select jsonb_agg(o.total_score order by o.priority, o.id) from poll_options o where o.poll_id = $1), '[]'::jsonb), \
           voters_count = c.voters, undecided_voters_count = c.undecided, none_of_the_above_count = c.none, \
           versions_count = (select count(*) from versions where item_type = 'Poll' and item_id = $1) \
         from (select count(*) as voters, count(*) filter (where cast_at is null) as undecided, count(*) filter (where cast_at is not null and none_of_the_above) as none \
           from stances where poll_id = $1 and latest and revoked_at is null) c \
         where polls.id = $1",
        vec![poll_id.into()],
    )
    .await?;
    Ok(())
}

/// Makes the newest vote of each voter the one that counts. Votes whose voters
/// are not known any more stay as they are.
///
/// # Errors
/// When the database refuses.
pub async fn reset_latest(w: &Write, permit: &Permit, poll_id: i32) -> Result<()> {
    const NEWEST: &str = "select distinct on (participant_id) id from stances where poll_id = $1 and participant_id is not null order by participant_id, created_at desc, id desc";
    // Two rows may not be the latest at once, not even for a moment.
    w.execute(permit, &format!("update stances set latest = false where poll_id = $1 and participant_id is not null and latest and id not in ({NEWEST})"), vec![poll_id.into()]).await?;
    w.execute(permit, &format!("update stances set latest = true where poll_id = $1 and not latest and id in ({NEWEST})"), vec![poll_id.into()]).await?;
    Ok(())
}
