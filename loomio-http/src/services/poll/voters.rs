//! Giving people a vote.
//!
//! Source: `PollService.create_stances`, `.create_anyone_can_vote_stances`,
//! `.group_members_added`. Votes that come with membership do not count as
//! invitations by the poll's author, as they do in the original.

use crate::{App, services::Done};
use loomio_core::policy::Permit;
use loomio_db::{
    Write, counter,
    find::Find,
    rows::{Poll, Stance},
    sql, tally,
};

/// Gives these people a vote, unless they have one: those whose vote was taken
/// away get it back. Votes are made in the order in which people are named. The number of questions does not depend on theirs.
///
/// # Errors
/// When the database refuses.
pub async fn add(w: &Write, permit: &Permit, poll: &Poll, inviter_id: i32, user_ids: &[i32]) -> Done<()> {
    let revoked = Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = any($2) and stances.revoked_at is not null", vec![poll.id.into(), sql::ids(user_ids)]).all(w.conn()).await?;
    let invited_again: Vec<i32> = revoked.iter().filter_map(|s| s.participant_id).collect();
    for stance in Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = any($2)", vec![poll.id.into(), sql::ids(&invited_again)]).order("stances.id").all(w.conn()).await? {
        let after = Stance { revoked_at: None, revoker_id: None, inviter_id: Some(inviter_id), admin: false, ..stance.clone() };
        w.save(permit, &stance, after).await?;
        counter::versions(w, permit, "stances", "Stance", stance.id).await?;
    }
    let new: Vec<i32> = user_ids.iter().copied().filter(|id| !invited_again.contains(id)).collect();
    let tokens: Vec<String> = new.iter().map(|_| loomio_auth::token::secure(&mut *w.rng())).collect();
    w.execute(
        permit,
        "insert into stances (poll_id, participant_id, inviter_id, guest, volume, latest, reason_format, token, created_at, updated_at) \
         select $1, u.id, $2, m.id is null, coalesce(r.volume, m.volume, u.default_membership_volume), true, \
           case when coalesce((u.experiences->>'html-editor.uses-markdown')::boolean, false) then 'md' else 'html' end, n.token, $6::timestamp, $6::timestamp \
         from unnest($3::int[], $4::text[]) with ordinality as n(id, token, place) join users u on u.id = n.id \
           left join memberships m on m.group_id = $5::int and m.user_id = u.id and m.revoked_at is null \
           left join discussion_readers r on r.discussion_id = $7::int and r.user_id = u.id and r.revoked_at is null \
         where not exists(select 1 from stances s where s.poll_id = $1 and s.participant_id = u.id and s.latest and s.revoked_at is null) \
         order by n.place on conflict do nothing",
        vec![poll.id.into(), inviter_id.into(), sql::ids(&new), tokens.into(), poll.group_id.into(), w.now().into(), poll.discussion_id.into()],
    )
    .await?;
    tally::reset_latest(w, permit, poll.id).await?;
    tally::recount(w, permit, poll.id).await?;
    Ok(())
}

/// Gives a vote to everybody in a poll's group and to its thread's guests, except
/// those from whom it was taken away, and says to whom.
///
/// # Errors
/// When the database refuses.
pub async fn add_everybody(w: &Write, permit: &Permit, poll: &Poll) -> Done<Vec<i32>> {
    let ids: Vec<i32> = sql::column(
        w.conn(),
        "select u.id from users u where u.deactivated_at is null \
           and ((not u.bot and exists(select 1 from memberships m where m.group_id = $2::int and m.user_id = u.id and m.revoked_at is null and m.accepted_at is not null)) \
             or exists(select 1 from discussion_readers r where r.discussion_id = $3::int and r.user_id = u.id and r.guest and r.revoked_at is null)) \
           and not exists(select 1 from stances s where s.poll_id = $1 and s.participant_id = u.id and (s.revoked_at is not null or s.latest)) \
         order by u.id",
        vec![poll.id.into(), poll.group_id.into(), poll.discussion_id.into()],
    )
    .await?;
    add(w, permit, poll, poll.author_id, &ids).await?;
    Ok(ids)
}

/// Gives new members of a group a vote in its open polls.
///
/// # Errors
/// When the database refuses.
pub async fn add_to_polls_of_group(app: &App, group_id: i32) -> anyhow::Result<()> {
    let permit = Permit::system("members vote in their group's polls");
    let w = crate::jobs::begin(app).await?;
    for poll in Find::<Poll>::new("polls.group_id = $1 and polls.discarded_at is null and polls.closed_at is null and not polls.specified_voters_only", vec![group_id.into()])
        .order("polls.id")
        .all(w.conn())
        .await?
    {
        add_everybody(&w, &permit, &poll).await?;
    }
    Ok(w.commit().await?)
}
