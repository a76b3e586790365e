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
use loomio_core::{policy::Permit, reading::RangeSet};
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

/// Rebuilds a thread's order from what its items answer: parents, depths,
/// positions, counters, ranges, and everybody's read ranges.
///
/// # Errors
/// When the database refuses.
pub async fn repair(w: &Write, permit: &Permit, discussion_id: i32) -> Result<()> {
    let Some(discussion) = find::by_id::<Discussion>(w.conn(), discussion_id).await? else { return Ok(()) };
    let root = match event::created_event(w.conn(), "Discussion", discussion_id).await? {
        Some(root) => root,
        None => {
            let root = Event {
                kind: Some("new_discussion".to_owned()),
                user_id: discussion.author_id,
                eventable_type: Some("Discussion".to_owned()),
                eventable_id: Some(discussion_id),
                created_at: discussion.created_at,
                ..Event::default()
            };
            w.import(permit, root).await?
        }
    };
    let unnumbered: Vec<i32> = sql::column(w.conn(), "select id from events where discussion_id = $1 and sequence_id is null order by id", vec![discussion_id.into()]).await?;
    for id in unnumbered {
        let n = event::next_sequence_id(w, permit, discussion_id).await?;
        w.execute(permit, "update events set sequence_id = $2, updated_at = $3 where id = $1", vec![id.into(), n.into(), w.now().into()]).await?;
    }
    w.execute(permit, "update events set parent_id = $2, position = 0, position_key = null, depth = 1 where discussion_id = $1", vec![discussion_id.into(), root.id.into()]).await?;
    let items: Vec<Event> = Find::<Event>::new("events.discussion_id = $1", vec![discussion_id.into()]).order("events.sequence_id").all(w.conn()).await?;
    let mut parents = BTreeSet::new();
    for item in items {
        let parent = event::clamped_parent(w.conn(), &item, &discussion).await?;
        let (parent_id, depth) = (parent.as_ref().map(|p| p.id), parent.as_ref().map_or(0, |p| p.depth + 1));
        parents.extend(parent_id);
        let placed = Event { parent_id, depth, ..item.clone() };
        w.update_columns(permit, &item, placed).await?;
    }
    reset_child_positions(w, permit, root.id, None).await?;
    let parents: Vec<i32> = parents.into_iter().collect();
    let by_depth: Vec<i32> = sql::column(w.conn(), "select id from events where id = any($1) order by depth, id", vec![sql::ids(&parents)]).await?;
    for id in by_depth {
        // Read again: the step before may have given it another key.
        if let Some(parent) = find::by_id::<Event>(w.conn(), id).await? {
            reset_child_positions(w, permit, id, parent.position_key.as_deref()).await?;
        }
    }
    w.execute(
        permit,
        "update events set \
           descendant_count = (select count(*) from events d where d.discussion_id = events.discussion_id and d.id <> events.id and d.position_key like concat(events.position_key, '%')), \
           child_count = (select count(*) from events c where c.parent_id = events.id and c.discussion_id is not null) \
         where discussion_id = $1",
        vec![discussion_id.into()],
    )
    .await?;
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
