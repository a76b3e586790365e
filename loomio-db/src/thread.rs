//! A thread as a whole: its ranges, its repair.
//!
//! Source: `app/models/discussion.rb` (`update_sequence_info!`) and
//! `app/services/event_service.rb` (`repair_discussion`).

use crate::{
    Write,
    error::Result,
    event,
    find::{self, Find},
    rows::{Discussion, DiscussionReader, Event},
    sql,
};
use loomio_core::{
    policy::Permit,
    reading::RangeSet,
    thread::{Anchor, Item, Place, arrange},
};
use sea_orm::FromQueryResult;
use std::collections::BTreeSet;

/// Recomputes a thread's ranges, number of items and last activity, without
/// touching `updated_at`.
///
/// # Errors
/// When the database refuses.
pub async fn update_sequence_info(w: &Write, permit: &Permit, discussion_id: i32) -> Result<()> {
    let ids: Vec<i32> = sql::column(w.conn(), "select sequence_id from events where discussion_id = $1 and sequence_id is not null order by sequence_id", vec![discussion_id.into()]).await?;
    let ranges = RangeSet::from_numbers(ids.iter().map(|n| i64::from(*n)));
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    w.execute(
        permit,
        "update discussions set items_count = $2, ranges_string = $3, last_activity_at = greatest( \
           discussions.created_at, \
           (select max(created_at) from comments where discussion_id = $1 and discarded_at is null), \
           (select max(created_at) from polls where discussion_id = $1 and discarded_at is null), \
           (select max(o.created_at) from outcomes o join polls p on p.id = o.poll_id where p.discussion_id = $1), \
           (select s.created_at from stances s join polls p on p.id = s.poll_id where p.discussion_id = $1 and s.latest and s.revoked_at is null order by s.updated_at, s.created_at desc limit 1)) \
         where id = $1",
        vec![discussion_id.into(), count.into(), ranges.to_string().into()],
    )
    .await?;
    Ok(())
}

/// The event with which a thread begins; a thread without one gets it.
async fn beginning(w: &Write, permit: &Permit, discussion: &Discussion) -> Result<Event> {
    if let Some(root) = event::created_event(w.conn(), "Discussion", discussion.id).await? {
        return Ok(root);
    }
    let root = Event {
        kind: Some("new_discussion".to_owned()),
        user_id: discussion.author_id,
        eventable_type: Some("Discussion".to_owned()),
        eventable_id: Some(discussion.id),
        created_at: discussion.created_at,
        ..Event::default()
    };
    w.import(permit, root).await
}

/// SQL: the items of the thread `$1` with the event that each answers.
const ANSWERS: &str = "select i.id, i.sequence_id, p.id as answers, p.discussion_id as answers_in, p.depth as answers_depth, p.parent_id as answers_parent, p.position_key as answers_key \
    from (select e.id, e.sequence_id, \
        case when e.kind = 'new_comment' then case when c.parent_id is null then 'Discussion' else c.parent_type end \
          when e.kind in ('stance_created', 'stance_updated', 'outcome_created', 'poll_closed_by_user', 'poll_closing_soon', 'poll_edited', 'poll_expired', 'poll_option_added', 'poll_reopened') then 'Poll' \
          when e.kind in ('poll_created', 'discussion_closed', 'discussion_forked', 'discussion_edited', 'discussion_reopened', 'discussion_moved') then 'Discussion' end as class, \
        case when e.kind = 'new_comment' then coalesce(c.parent_id, c.discussion_id) when e.kind = 'poll_created' then q.discussion_id when e.kind in ('stance_created', 'stance_updated') then s.poll_id \
          when e.kind = 'outcome_created' then o.poll_id else e.eventable_id end as number \
      from events e left join comments c on e.kind = 'new_comment' and c.id = e.eventable_id left join polls q on e.kind = 'poll_created' and q.id = e.eventable_id \
        left join stances s on e.kind in ('stance_created', 'stance_updated') and s.id = e.eventable_id left join outcomes o on e.kind = 'outcome_created' and o.id = e.eventable_id \
      where e.discussion_id = $1) i \
    left join lateral (select a.* from events a where a.eventable_type = i.class and a.eventable_id = i.number and case i.class \
        when 'Stance' then a.discussion_id is not null when 'Comment' then a.kind = 'new_comment' when 'Poll' then a.kind = 'poll_created' when 'Outcome' then a.kind = 'outcome_created' else a.kind = 'new_discussion' end \
      order by a.id limit 1) p on true \
    order by i.sequence_id";

#[derive(FromQueryResult)]
struct Answer {
    id: i32,
    sequence_id: i32,
    answers: Option<i32>,
    answers_in: Option<i32>,
    answers_depth: Option<i32>,
    answers_parent: Option<i32>,
    answers_key: Option<String>,
}

impl Answer {
    /// What it answers, when that is no item of the thread.
    fn anchor(&self, discussion_id: i32) -> Option<Anchor> {
        let id = self.answers.filter(|_| self.answers_in != Some(discussion_id))?;
        Some(Anchor { id, depth: self.answers_depth.unwrap_or(0), parent_id: self.answers_parent, position_key: self.answers_key.clone() })
    }
}

/// Rebuilds a thread's order from what its items answer: parents, depths,
/// positions, counters, ranges, and everybody's read ranges. A sound thread stays
/// as it is. The number of questions does not depend on the number of items.
///
/// # Errors
/// When the database refuses.
pub async fn repair(w: &Write, permit: &Permit, discussion_id: i32) -> Result<()> {
    let Some(discussion) = find::by_id::<Discussion>(w.conn(), discussion_id).await? else { return Ok(()) };
    let root = beginning(w, permit, &discussion).await?;
    let unnumbered: Vec<i32> = sql::column(w.conn(), "select id from events where discussion_id = $1 and sequence_id is null order by id", vec![discussion_id.into()]).await?;
    for id in unnumbered {
        let n = event::next_sequence_id(w, permit, discussion_id).await?;
        w.execute(permit, "update events set sequence_id = $2, updated_at = $3 where id = $1", vec![id.into(), n.into(), w.now().into()]).await?;
    }
    let answers: Vec<Answer> = sql::rows(w.conn(), ANSWERS, vec![discussion_id.into()]).await?;
    let mut anchors = vec![Anchor { id: root.id, depth: 0, parent_id: None, position_key: None }];
    anchors.extend(answers.iter().filter_map(|a| a.anchor(discussion_id)).filter(|a| a.id != root.id));
    let items: Vec<Item> = answers.iter().map(|a| Item { id: a.id, sequence_id: a.sequence_id, answers: a.answers }).collect();
    place(w, permit, root.id, &arrange(&items, &anchors, discussion.max_depth)).await?;
    event::refresh_counts_upward(w, permit, root.id).await?;
    update_sequence_info(w, permit, discussion_id).await?;
    let ranges = RangeSet::parse(&sql::scalar::<Option<String>>(w.conn(), "select ranges_string from discussions where id = $1", vec![discussion_id.into()]).await?.flatten().unwrap_or_default());
    for reader in Find::<DiscussionReader>::new("discussion_readers.discussion_id = $1", vec![discussion_id.into()]).all(w.conn()).await? {
        let read = read_ranges(&reader, &ranges).intersect(&ranges).to_string();
        let after = DiscussionReader { read_ranges_string: Some(read), ..reader.clone() };
        w.update_columns(permit, &reader, after).await?;
    }
    Ok(())
}

/// Stores the places that changed, and forgets how far siblings had been counted.
async fn place(w: &Write, permit: &Permit, root_id: i32, places: &[Place]) -> Result<()> {
    let parents: BTreeSet<i32> = places.iter().filter_map(|p| p.parent_id).chain([root_id]).collect();
    let column = |value: fn(&Place) -> i32| -> sea_orm::Value { places.iter().map(value).collect::<Vec<i32>>().into() };
    w.execute(
        permit,
        "update events set parent_id = nullif(p.parent_id, 0), depth = p.depth, position = p.position, position_key = nullif(p.position_key, ''), child_count = p.child_count, descendant_count = p.descendant_count \
         from unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::text[], $6::int[], $7::int[]) p(id, parent_id, depth, position, position_key, child_count, descendant_count) \
         where events.id = p.id and (events.parent_id, events.depth, events.position, events.position_key, events.child_count, events.descendant_count) \
           is distinct from (nullif(p.parent_id, 0), p.depth, p.position, nullif(p.position_key, ''), p.child_count, p.descendant_count)",
        vec![
            column(|p| p.id),
            column(|p| p.parent_id.unwrap_or(0)),
            column(|p| p.depth),
            column(|p| p.position),
            places.iter().map(|p| p.position_key.clone().unwrap_or_default()).collect::<Vec<_>>().into(),
            column(|p| p.child_count),
            column(|p| p.descendant_count),
        ],
    )
    .await?;
    let parents: Vec<i32> = parents.into_iter().collect();
    w.execute(permit, "delete from partition_sequences where key = 'events_position' and id = any($1)", vec![sql::ids(&parents)]).await?;
    Ok(())
}

/// What a reader has read; before ranges were kept, only the last number was.
#[must_use]
pub fn read_ranges(reader: &DiscussionReader, thread: &RangeSet) -> RangeSet {
    match &reader.read_ranges_string {
        Some(s) => RangeSet::parse(s),
        None if reader.last_read_sequence_id == 0 => RangeSet::default(),
        None => RangeSet::from_range(thread.first().unwrap_or(0).max(1), i64::from(reader.last_read_sequence_id)),
    }
}

/// Numbers the children of an event anew, in the order of their sequence numbers.
///
/// # Errors
/// When the database refuses.
pub async fn reset_child_positions(w: &Write, permit: &Permit, parent_id: i32, parent_key: Option<&str>) -> Result<()> {
    let prefix = parent_key.map_or_else(String::new, |k| format!("{k}-"));
    w.execute(
        permit,
        "update events set position = t.seq, position_key = $2 || repeat('0', greatest(0, 5 - length(t.seq::text))) || t.seq \
         from (select id, row_number() over (order by sequence_id) as seq from events where parent_id = $1 and discussion_id is not null) t \
         where events.id = t.id and events.position is distinct from t.seq",
        vec![parent_id.into(), prefix.into()],
    )
    .await?;
    w.execute(permit, "delete from partition_sequences where key = 'events_position' and id = $1", vec![parent_id.into()]).await?;
    Ok(())
}
