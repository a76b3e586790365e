//! Facts about a poll, its votes and its outcomes.

use super::Actor;
use crate::{error::Result, sql};
use loomio_core::policy::{outcome::OutcomeFacts, poll::PollFacts, stance::StanceFacts};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// SQL: whether the user `$1` (or the holder of a guest's token `$2`) may see the
/// poll `p`. The one definition of what is visible.
pub const VISIBLE: &str = "p.discarded_at is null and ( \
     ($1 <> 0 and p.author_id = $1) \
     or exists(select 1 from groups vg where vg.id = p.group_id and vg.discussion_privacy_options = 'public_only') \
     or exists(select 1 from memberships vm where vm.group_id = p.group_id and vm.user_id = $1 and vm.revoked_at is null) \
     or exists(select 1 from discussion_readers vr where vr.discussion_id = p.discussion_id and vr.revoked_at is null and vr.guest and (vr.user_id = $1 or vr.token = $2)) \
     or exists(select 1 from stances vs where vs.poll_id = p.id and vs.participant_id = $1 and vs.revoked_at is null and vs.guest))";

#[derive(FromQueryResult)]
struct Row {
    visible: bool,
    active: bool,
    closed: bool,
    anonymous: bool,
    results_shown: bool,
    voter: bool,
    specified_voters_only: bool,
    member: bool,
    admin: bool,
    in_group: bool,
    in_discussion: bool,
    discussion_closed: bool,
    discussion_member: bool,
    discussion_guest: bool,
    group_admin: bool,
    group_member: bool,
    members_can_raise_motions: bool,
    members_can_announce: bool,
    members_can_add_guests: bool,
    members_can_edit_discussions: bool,
    subscription_allows_guests: bool,
}

async fn row(conn: &impl ConnectionTrait, actor: &Actor, from: &str, id: i32) -> Result<Option<Row>> {
    sql::row(
        conn,
        &format!(
            "select ({VISIBLE}) as visible, (p.discarded_at is null and p.closing_at is not null and p.closing_at > $3::timestamp and p.closed_at is null) as active, \
               p.closed_at is not null as closed, p.anonymous, (p.hide_results = 0 or p.closed_at is not null) as results_shown, p.specified_voters_only, \
               exists(select 1 from stances vs where vs.poll_id = p.id and vs.participant_id = $1 and vs.latest and vs.revoked_at is null) as voter, \
               (u.id is not null and ((r.id is not null and r.revoked_at is null and r.guest) or (m.id is not null and m.revoked_at is null) \
                 or exists(select 1 from stances vs where vs.poll_id = p.id and vs.participant_id = $1 and vs.revoked_at is null and vs.guest and vs.latest))) as member, \
               (u.id is not null and ( \
                 (m.id is not null and m.revoked_at is null and m.admin) \
                 or (p.author_id = $1 and p.group_id is not null and m.id is not null) \
                 or (p.author_id = $1 and p.group_id is null) \
                 or (p.author_id = $1 and r.id is not null and r.revoked_at is null and r.guest) \
                 or (r.id is not null and m.id is not null and r.revoked_at is null and r.admin) \
                 or (r.id is not null and m.id is null and r.revoked_at is null and r.admin and r.guest) \
                 or exists(select 1 from stances vs where vs.poll_id = p.id and vs.participant_id = $1 and vs.revoked_at is null and vs.latest and vs.admin and (m.id is not null or vs.guest)))) as admin, \
               p.group_id is not null as in_group, p.discussion_id is not null as in_discussion, d.closed_at is not null as discussion_closed, \
               (u.id is not null and ((m.id is not null and m.revoked_at is null) or (r.id is not null and r.guest and r.revoked_at is null))) as discussion_member, \
               (u.id is not null and (m.id is null or m.revoked_at is not null) and r.id is not null and r.guest and r.revoked_at is null) as discussion_guest, \
               (m.id is not null and m.revoked_at is null and m.admin) as group_admin, (m.id is not null and m.revoked_at is null) as group_member, \
               coalesce(g.members_can_raise_motions, true) as members_can_raise_motions, coalesce(g.members_can_announce, true) as members_can_announce, \
               coalesce(g.members_can_add_guests, true) as members_can_add_guests, coalesce(g.members_can_edit_discussions, true) as members_can_edit_discussions, \
               coalesce((select s.allow_guests from subscriptions s where s.id = coalesce(gp.subscription_id, g.subscription_id)), true) as subscription_allows_guests \
             from {from} left join discussions d on d.id = p.discussion_id left join groups g on g.id = p.group_id left join groups gp on gp.id = g.parent_id \
               left join users u on u.id = $1 and u.deactivated_at is null \
               left join memberships m on m.group_id = p.group_id and m.user_id = $1 left join discussion_readers r on r.discussion_id = p.discussion_id and r.user_id = $1"
        ),
        vec![actor.id.into(), actor.discussion_reader_token.clone().into(), actor.now.into(), id.into()],
    )
    .await
}

fn facts(r: &Row, actor: &Actor) -> PollFacts {
    PollFacts {
        visible: r.visible,
        logged_in: actor.is_logged_in(),
        verified: actor.verified,
        active: r.active,
        closed: r.closed,
        anonymous: r.anonymous,
        results_shown: r.results_shown,
        voter: r.voter,
        specified_voters_only: r.specified_voters_only,
        member: r.member,
        admin: r.admin,
        in_group: r.in_group,
        in_discussion: r.in_discussion,
        discussion_closed: r.discussion_closed,
        discussion_member: r.discussion_member,
        discussion_guest: r.discussion_guest,
        group_admin: r.group_admin,
        group_member: r.group_member,
        template_usable: true,
        receipts_for_admins: actor.site.receipts_for_admins,
        members_can_raise_motions: r.members_can_raise_motions,
        members_can_announce: r.members_can_announce,
        members_can_add_guests: r.members_can_add_guests,
        subscription_allows_guests: r.subscription_allows_guests,
    }
}

/// The facts about a stored poll.
///
/// # Errors
/// When the database refuses the question.
pub async fn load(conn: &impl ConnectionTrait, actor: &Actor, poll_id: i32) -> Result<Option<PollFacts>> {
    Ok(row(conn, actor, "(select * from polls where id = $4) p", poll_id).await?.map(|r| facts(&r, actor)))
}

/// The facts about a poll that is about to be started.
///
/// # Errors
/// When the database refuses the question.
pub async fn for_create(conn: &impl ConnectionTrait, actor: &Actor, group_id: Option<i32>, discussion_id: Option<i32>, template_id: Option<i32>) -> Result<PollFacts> {
    let number = |n: Option<i32>| n.map_or_else(|| "null::int".to_owned(), |n| n.to_string());
    // The draft as a row: the numbers are numbers, so they can stand in the text.
    let draft = format!(
        "(select $4::int as id, {} as group_id, {} as discussion_id, null::timestamp as discarded_at, null::timestamp as closing_at, null::timestamp as closed_at, false as anonymous, 0 as hide_results, false as specified_voters_only, $1::int as author_id) p",
        number(group_id),
        number(discussion_id)
    );
    let Some(row) = row(conn, actor, &draft, 0).await? else { return Ok(PollFacts::default()) };
    let template_usable = match template_id {
        None => true,
        Some(id) => {
            sql::exists(
                conn,
                &format!("select 1 from poll_templates t where t.id = $2 and (coalesce((to_jsonb(t)->>'public')::boolean, false) or t.group_id in ({}))", super::GROUPS_OF_USER),
                vec![actor.id.into(), id.into()],
            )
            .await?
        }
    };
    Ok(PollFacts { template_usable, ..facts(&row, actor) })
}

/// The facts about a stored vote.
///
/// # Errors
/// When the database refuses the question.
pub async fn stance(conn: &impl ConnectionTrait, actor: &Actor, stance: &crate::rows::Stance) -> Result<StanceFacts> {
    let poll = load(conn, actor, stance.poll_id).await?.unwrap_or_default();
    Ok(StanceFacts {
        poll_visible: poll.visible,
        votes_in: loomio_core::policy::allows(&poll, "vote_in"),
        own: actor.is_logged_in() && stance.participant_id == Some(actor.id),
        latest: stance.latest,
        cast: stance.cast_at.is_some(),
        redeemable: stance.latest && stance.revoked_at.is_none() && stance.inviter_id.is_some() && stance.cast_at.is_none() && stance.accepted_at.is_none(),
        poll_admin: poll.admin,
    })
}

/// The facts about an outcome of a poll.
///
/// # Errors
/// When the database refuses the question.
pub async fn outcome(conn: &impl ConnectionTrait, actor: &Actor, poll_id: i32) -> Result<Option<OutcomeFacts>> {
    let Some(row) = row(conn, actor, "(select * from polls where id = $4) p", poll_id).await? else { return Ok(None) };
    let poll = facts(&row, actor);
    Ok(Some(OutcomeFacts {
        poll_visible: poll.visible,
        poll_active: poll.active,
        admin: poll.admin,
        member: poll.member,
        members_can_edit_discussions: row.members_can_edit_discussions,
        announces: loomio_core::policy::allows(&poll, "announce"),
        adds_members: loomio_core::policy::allows(&poll, "add_members"),
        adds_guests: loomio_core::policy::allows(&poll, "add_guests"),
    }))
}
