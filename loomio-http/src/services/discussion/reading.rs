//! What somebody has read of a thread and how loudly they want to hear of it.

use crate::services::{Done, Faults, Visit, locate, publish, reader, text};
use loomio_core::{
    policy::{self, Permit},
    reading::RangeSet,
    volume,
};
use loomio_db::{
    Write, counter, facts,
    find::Find,
    rows::{Discussion, DiscussionReader, Stance},
    thread,
};
use serde_json::{Value as Json, json};

/// Reads some of a thread now. A row that never kept ranges keeps them from now on.
///
/// # Errors
/// When the database refuses.
pub async fn view(w: &Write, permit: &Permit, user_id: i32, discussion: &Discussion, more: &RangeSet) -> Done<DiscussionReader> {
    let before = reader::of(w, user_id, discussion).await?;
    let items = RangeSet::parse(discussion.ranges_string.as_deref().unwrap_or_default());
    let read = thread::read_ranges(&before, &items);
    let read = if read.includes(more) { before.read_ranges_string.clone().unwrap_or_else(|| read.to_string()) } else { read.union(more).to_string() };
    let after = DiscussionReader { read_ranges_string: Some(read), last_read_at: Some(w.now()), ..before.clone() };
    reader::save(w, permit, &before, after).await
}

/// Opens a thread without reading on.
///
/// # Errors
/// When nobody is signed in or the thread may not be seen.
pub async fn mark_as_seen(visit: &Visit, id: &str) -> Done {
    let discussion = locate::discussion(visit, id).await?;
    let w = visit.begin().await?;
    let permit = super::permit(&w, visit, &discussion, "mark_as_seen").await?;
    view(&w, &permit, visit.signed_in()?.id, &discussion, &RangeSet::default()).await?;
    w.commit().await?;
    let discussion: Discussion = locate::by_id(visit, &discussion.id.to_string()).await?;
    if let Some(group_id) = discussion.group_id {
        publish::live(visit, std::slice::from_ref(&discussion), &format!("group_{group_id}")).await?;
    }
    show_own_tabs(visit, &discussion).await?;
    Ok(json!({}))
}

/// Tells one's other windows.
async fn show_own_tabs(visit: &Visit, discussion: &Discussion) -> Done<()> {
    publish::live(visit, std::slice::from_ref(discussion), &format!("user_{}", visit.actor.id)).await
}

/// Reads ranges of a thread. Who may not read it is not told.
///
/// # Errors
/// When there is no such thread.
pub async fn mark_as_read(visit: &Visit, id: &str) -> Done {
    let discussion = locate::discussion(visit, id).await?;
    let w = visit.begin().await?;
    let facts = facts::discussion::load(w.conn(), &visit.actor, discussion.id).await?.unwrap_or_default();
    let Ok(permit) = policy::authorize(&facts, "mark_as_read") else { return Ok(json!({})) };
    let user_id = visit.signed_in()?.id;
    let ranges = RangeSet::from_json(visit.params.get("ranges").unwrap_or(&Json::Null));
    see(&w, &permit, user_id, discussion.id, &ranges).await?;
    view(&w, &permit, user_id, &discussion, &ranges).await?;
    w.commit().await?;
    let discussion: Discussion = locate::by_id(visit, &discussion.id.to_string()).await?;
    show_own_tabs(visit, &discussion).await?;
    Ok(json!({}))
}

/// Who reads something has seen what they were told of it and of the reactions to it.
async fn see(w: &Write, permit: &Permit, user_id: i32, discussion_id: i32, ranges: &RangeSet) -> Done<()> {
    let (first, last): (Vec<i64>, Vec<i64>) = ranges.pairs().iter().copied().unzip();
    w.execute(
        permit,
        "update notifications set viewed = true where not viewed and user_id = $1 and event_id in ( \
           with items as (select e.eventable_type, e.eventable_id from events e where e.discussion_id = $2 \
             and exists(select 1 from unnest($3::bigint[], $4::bigint[]) r(first, last) where e.sequence_id between r.first and r.last)) \
           select e.id from events e join items i on i.eventable_type = e.eventable_type and i.eventable_id = e.eventable_id where e.eventable_type in ('Comment', 'Discussion', 'Poll', 'Stance', 'Outcome') \
           union select e.id from items i join reactions x on x.reactable_type = i.eventable_type and x.reactable_id = i.eventable_id join events e on e.eventable_type = 'Reaction' and e.eventable_id = x.id)",
        vec![user_id.into(), discussion_id.into(), first.into(), last.into()],
    )
    .await?;
    Ok(())
}

async fn set_dismissed(visit: &Visit, id: &str, dismissed: bool) -> Done {
    let discussion = locate::discussion(visit, id).await?;
    let w = visit.begin().await?;
    let permit = super::permit(&w, visit, &discussion, "dismiss").await?;
    let before = reader::of(&w, visit.signed_in()?.id, &discussion).await?;
    let after = DiscussionReader { dismissed_at: dismissed.then_some(visit.now), ..before.clone() };
    reader::save(&w, &permit, &before, after).await?;
    w.commit().await?;
    if dismissed {
        let fresh: Discussion = locate::by_id(visit, &discussion.id.to_string()).await?;
        show_own_tabs(visit, &fresh).await?;
    }
    // Its counters are those from before; what is one's own is new.
    visit.render(&[discussion], None, "discussions").await
}

/// Takes a thread off one's inbox until something happens in it.
///
/// # Errors
/// When nobody is signed in or the thread may not be seen.
pub async fn dismiss(visit: &Visit, id: &str) -> Done {
    set_dismissed(visit, id, true).await
}

/// Puts a thread back into one's inbox.
///
/// # Errors
/// When nobody is signed in or the thread may not be seen.
pub async fn recall(visit: &Visit, id: &str) -> Done {
    set_dismissed(visit, id, false).await
}

/// Says how loudly one wants to hear of a thread and of its polls.
///
/// # Errors
/// When nobody is signed in, the thread may not be seen, or there is no such volume.
pub async fn set_volume(visit: &Visit, id: &str) -> Done {
    let discussion = locate::discussion(visit, id).await?;
    let w = visit.begin().await?;
    let permit = super::permit(&w, visit, &discussion, "show").await?;
    let user_id = visit.signed_in()?.id;
    let Some(volume) = visit.params.text("volume").and_then(|v| volume::parse(&v)) else {
        let mut faults = Faults::default();
        faults.add("volume", visit.text("activerecord.errors.messages.inclusion"));
        faults.check()?;
        return Ok(Json::Null);
    };
    let before = reader::of(&w, user_id, &discussion).await?;
    reader::save(&w, &permit, &before, DiscussionReader { volume, ..before.clone() }).await?;
    let own = Find::<Stance>::new("stances.participant_id = $1 and stances.poll_id in (select id from polls where discussion_id = $2)", vec![user_id.into(), discussion.id.into()])
        .order("stances.id")
        .all(w.conn())
        .await?;
    for before in own {
        text::save(&visit.app, &w, &permit, &before, Stance { volume, ..before.clone() }, &text::Files::KEPT).await?;
        counter::versions(&w, &permit, "stances", "Stance", before.id).await?;
    }
    w.commit().await?;
    visit.render(&[discussion], None, "discussions").await
}
