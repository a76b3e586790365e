//! Closing a poll and opening it again.
//!
//! Source: `PollService.close`, `.do_closing_work`, `.reopen`.

use super::{after_save, draft, receipts};
use crate::{
    App,
    jobs::{self, index_poll::IndexPoll},
    services::{
        Done, Faults, Visit,
        attributes::take,
        locate, publish,
        text::{self, Files},
    },
};
use loomio_core::{
    policy::{self, Permit},
    tally::results::UNTIL_CLOSED,
};
use loomio_db::{
    Write,
    event::{self, Draft},
    facts, find,
    rows::{Event, Poll},
    thread,
};

/// Votes with a reason that stand in no thread yet are put into the poll's.
pub(super) async fn show_reasons(w: &Write, permit: &Permit, poll: &Poll, discussion_id: i32) -> Done<()> {
    w.execute(
        permit,
        "update events set discussion_id = $1 where kind = 'stance_created' and discussion_id is distinct from $1 and eventable_type = 'Stance' and eventable_id in \
           (select s.id from stances s where s.poll_id = $2 and s.latest and s.revoked_at is null and s.reason is not null and s.reason not in ('', '<p></p>'))",
        vec![discussion_id.into(), poll.id.into()],
    )
    .await?;
    thread::repair(w, permit, discussion_id).await?;
    Ok(())
}

/// Closes a poll, whoever asks for it: keeps receipts, forgets whose the votes of
/// an anonymous poll were, and shows reasons that were hidden. Nothing happens to
/// a poll that is closed already.
///
/// # Errors
/// When the database refuses.
pub async fn close(app: &App, w: &Write, permit: &Permit, poll_id: i32) -> Done<Option<Poll>> {
    w.execute(permit, "select 1 from polls where id = $1 for update", vec![poll_id.into()]).await?;
    let Some(before) = find::by_id::<Poll>(w.conn(), poll_id).await?.filter(|p| p.closed_at.is_none()) else { return Ok(None) };
    w.execute(permit, "delete from stance_receipts where poll_id = $1", vec![poll_id.into()]).await?;
    w.execute(
        permit,
        "insert into stance_receipts (poll_id, voter_id, inviter_id, invited_at, vote_cast, created_at, updated_at) \
         select poll_id, participant_id, inviter_id, created_at, (case when $2::boolean then cast_at is not null end), $3::timestamp, $3::timestamp from stances where poll_id = $1 and latest and revoked_at is null order by id",
        vec![poll_id.into(), receipts::tells_who_voted(&before).into(), w.now().into()],
    )
    .await?;
    if before.anonymous {
        w.execute(permit, "update stances set participant_id = null where poll_id = $1", vec![poll_id.into()]).await?;
        // The original leaves the voters' numbers in the history of their votes.
        w.execute(permit, "update versions set whodunnit = null where item_type = 'Stance' and item_id in (select id from stances where poll_id = $1)", vec![poll_id.into()]).await?;
    }
    if let Some(discussion_id) = before.discussion_id.filter(|_| before.hide_results == UNTIL_CLOSED) {
        show_reasons(w, permit, &before, discussion_id).await?;
    }
    let (row, _) = text::save(app, w, permit, &before, Poll { closed_at: Some(w.now()), ..before.clone() }, &Files::KEPT).await?;
    after_save(w, permit, &row).await?;
    jobs::enqueue(w, &IndexPoll { poll_id }).await?;
    Ok(Some(row))
}

/// Closes a poll before its time is up.
///
/// # Errors
/// When the rules do not allow it.
pub async fn close_now(visit: &Visit) -> Done {
    let found = locate::poll(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::poll::load(w.conn(), &visit.actor, found.id).await?.unwrap_or_default(), "close")?;
    let row = close(&visit.app, &w, &permit, found.id).await?.unwrap_or(found);
    let draft = Draft { discussion_id: row.discussion_id, created_at: row.closed_at, ..Draft::new("poll_closed_by_user", "Poll", row.id, visit.user_id()) };
    let event = publish::append(&w, &permit, draft).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}

/// Opens a closed poll again; one whose votes are nobody's any more stays closed.
///
/// # Errors
/// When the rules do not allow it or the new end is in the past.
pub async fn reopen(visit: &Visit) -> Done {
    let before = locate::poll(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let sent = visit.params.of("poll")?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::poll::load(w.conn(), &visit.actor, before.id).await?.unwrap_or_default(), "reopen")?;
    let mut faults = Faults::default();
    let mut after = Poll { closed_at: None, closing_at: None, ..before.clone() };
    take(visit, &sent, "closing_at", &mut after.closing_at, &mut faults);
    draft::check(visit, &w, &before, &after, &mut faults).await?;
    faults.check()?;
    let (row, _) = text::save(&visit.app, &w, &permit, &before, after, &Files::KEPT).await?;
    after_save(&w, &permit, &row).await?;
    // The original tells nobody of this and notes no version of the poll with it.
    let stored = event::append(&w, &permit, Draft { discussion_id: row.discussion_id, ..Draft::new("poll_reopened", "Poll", row.id, visit.user_id()) }).await?;
    let event = w.update_columns(&permit, &stored, Event { eventable_version_id: None, ..stored.clone() }).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}

/// Puts a poll away: its votes leave the thread, its place stays.
///
/// # Errors
/// When the rules do not allow it.
pub async fn discard(visit: &Visit) -> Done {
    let before = locate::poll(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::poll::load(w.conn(), &visit.actor, before.id).await?.unwrap_or_default(), "destroy")?;
    let after = Poll { discarded_at: Some(w.now()), discarded_by: visit.user_id(), ..before.clone() };
    let (row, _) = text::save(&visit.app, &w, &permit, &before, after, &Files::KEPT).await?;
    after_save(&w, &permit, &row).await?;
    w.execute(
        &permit,
        "update events set discussion_id = null where kind in ('stance_created', 'stance_updated') and eventable_id in (select id from stances where poll_id = $1)",
        vec![row.id.into()],
    )
    .await?;
    let mut events = Vec::new();
    if let Some(created) = event::created_event(w.conn(), "Poll", row.id).await? {
        let (created, _) = w.save(&permit, &created, Event { user_id: None, child_count: 0, pinned: false, ..created.clone() }).await?;
        events.push(created);
    }
    if let Some(discussion_id) = row.discussion_id {
        thread::update_sequence_info(&w, &permit, discussion_id).await?;
    }
    w.commit().await?;
    if let Some(group_id) = row.group_id {
        publish::live(visit, &events, &format!("group_{group_id}")).await?;
    }
    visit.render(&events, None, "events").await
}

/// Puts a poll into a thread.
///
/// # Errors
/// When the rules do not allow it or there is no such thread.
pub async fn add_to_thread(visit: &Visit) -> Done {
    let discussion_id = visit.params.text("discussion_id").unwrap_or_default();
    let discussion: loomio_db::rows::Discussion = locate::by_id(visit, &discussion_id).await?;
    let before = locate::poll(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::poll::load(w.conn(), &visit.actor, before.id).await?.unwrap_or_default(), "update")?;
    policy::authorize(&facts::discussion::load(w.conn(), &visit.actor, discussion.id).await?.unwrap_or_default(), "update")?;
    let after = Poll { discussion_id: Some(discussion.id), group_id: discussion.group_id, ..before.clone() };
    let (row, _) = text::save(&visit.app, &w, &permit, &before, after, &Files::KEPT).await?;
    after_save(&w, &permit, &row).await?;
    let mut events = Vec::new();
    if let Some(created) = event::created_event(w.conn(), "Poll", row.id).await? {
        let created = event::put_into_thread(&w, &permit, &created, discussion.id).await?;
        events.push(created.id);
    }
    if row.closed_at.is_some() || row.hide_results != UNTIL_CLOSED {
        show_reasons(&w, &permit, &row, discussion.id).await?;
    }
    loomio_db::search_document::index_discussion(&w, &permit, discussion.id).await?;
    let events: Vec<Event> = find::by_ids(w.conn(), &events).await?;
    w.commit().await?;
    visit.render(&events, None, "events").await
}
