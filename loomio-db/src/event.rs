//! Events: what happened, and where it stands in its thread.
//!
//! Source: `app/models/event.rb` (`set_parent_and_depth`, `set_sequences`, the
//! counter caches) and `app/services/sequence_service.rb`.

use crate::{
    Write,
    error::{DbError, Result},
    find::{self, Find},
    rows::{Discussion, Event},
    sql, thread,
};
use chrono::NaiveDateTime;
use loomio_core::policy::Permit;
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};

/// What is known about an event before it has its place.
#[derive(Debug, Clone)]
pub struct Draft {
    /// One of the original's kinds, such as `new_comment`.
    pub kind: &'static str,
    /// The class of what it is about, such as `Comment`.
    pub eventable_type: &'static str,
    /// The number of what it is about.
    pub eventable_id: i32,
    /// Who did it; nobody when that must stay secret.
    pub user_id: Option<i32>,
    /// The thread in which it stands; the root of a thread has none.
    pub discussion_id: Option<i32>,
    /// Whether it is shown at the top of the thread.
    pub pinned: bool,
    /// When it happened, if not now.
    pub created_at: Option<NaiveDateTime>,
    /// A parent outside of any thread (the event that caused this one).
    pub parent_id: Option<i32>,
    /// Recipients, messages and the like, as an object.
    pub custom_fields: Json,
}

impl Draft {
    /// An event outside of any thread.
    #[must_use]
    pub fn new(kind: &'static str, eventable_type: &'static str, eventable_id: i32, user_id: Option<i32>) -> Self {
        Self { kind, eventable_type, eventable_id, user_id, discussion_id: None, pinned: false, created_at: None, parent_id: None, custom_fields: json!({}) }
    }
}

/// Stores an event, gives it its place in the thread, and refreshes the counters
/// of everything above it.
///
/// # Errors
/// When the database refuses, or the eventable's thread does not exist.
pub async fn append(w: &Write, permit: &Permit, draft: Draft) -> Result<Event> {
    let version: Option<i32> =
        sql::scalar(w.conn(), "select max(id) from versions where item_type = $1 and item_id = $2", vec![draft.eventable_type.into(), draft.eventable_id.into()]).await?.flatten();
    let mut event = Event {
        kind: draft.kind.to_owned().into(),
        eventable_type: Some(draft.eventable_type.to_owned()),
        eventable_id: Some(draft.eventable_id),
        user_id: draft.user_id,
        discussion_id: draft.discussion_id,
        pinned: draft.pinned,
        created_at: draft.created_at,
        parent_id: draft.parent_id,
        custom_fields: draft.custom_fields,
        eventable_version_id: version,
        ..Event::default()
    };
    if let Some(discussion_id) = draft.discussion_id {
        place(w, permit, &mut event, discussion_id).await?;
    }
    let event = w.insert(permit, event).await?;
    if event.parent_id.is_some() {
        refresh_ancestors(w, permit, event.id).await?;
    }
    if let Some(discussion_id) = event.discussion_id {
        thread::update_sequence_info(w, permit, discussion_id).await?;
    }
    Ok(event)
}

/// Gives an event its parent, depth, sequence number and position.
async fn place(w: &Write, permit: &Permit, event: &mut Event, discussion_id: i32) -> Result<()> {
    let discussion: Discussion = find::by_id(w.conn(), discussion_id).await?.ok_or_else(|| DbError::Inconsistent(format!("event in unknown discussion {discussion_id}")))?;
    let parent = clamped_parent(w.conn(), event, &discussion).await?;
    event.parent_id = parent.as_ref().map(|p| p.id);
    event.depth = parent.as_ref().map_or(0, |p| p.depth + 1);
    event.sequence_id = Some(next_sequence_id(w, permit, discussion_id).await?);
    event.position = match &parent {
        Some(p) => next_position(w, permit, p.id, discussion_id).await?,
        None => 0,
    };
    event.position_key = Some(loomio_core::thread::position_key(parent.as_ref().and_then(|p| p.position_key.as_deref()), event.position));
    Ok(())
}

/// Puts a stored event into a thread, below what it answers and pinned.
///
/// # Errors
/// When the database refuses.
pub async fn put_into_thread(w: &Write, permit: &Permit, event: &Event, discussion_id: i32) -> Result<Event> {
    let mut placed = Event { discussion_id: Some(discussion_id), pinned: true, ..event.clone() };
    place(w, permit, &mut placed, discussion_id).await?;
    let (placed, _) = w.save(permit, event, placed).await?;
    refresh_ancestors(w, permit, placed.id).await?;
    thread::update_sequence_info(w, permit, discussion_id).await?;
    Ok(placed)
}

/// The parent after the depth limit: one step up when the natural parent already
/// stands at the deepest level.
async fn clamped_parent(conn: &impl ConnectionTrait, event: &Event, discussion: &Discussion) -> Result<Option<Event>> {
    let Some(parent) = natural_parent(conn, event).await? else { return Ok(None) };
    match loomio_core::thread::parent_of(parent.id, parent.depth, parent.parent_id, discussion.max_depth) {
        Some(id) if id == parent.id => Ok(Some(parent)),
        Some(id) => find::by_id(conn, id).await,
        None => Ok(None),
    }
}

/// The event that this one answers.
async fn natural_parent(conn: &impl ConnectionTrait, event: &Event) -> Result<Option<Event>> {
    let Some(id) = event.eventable_id else { return Ok(None) };
    let poll_created = "events.kind = 'poll_created' and events.eventable_type = 'Poll' and events.eventable_id = ";
    let new_discussion = "events.kind = 'new_discussion' and events.eventable_type = 'Discussion' and events.eventable_id = ";
    let condition = match event.kind.as_deref().unwrap_or_default() {
        "new_comment" => {
            #[derive(sea_orm::FromQueryResult)]
            struct Parent {
                parent_type: Option<String>,
                parent_id: Option<i32>,
                discussion_id: Option<i32>,
            }
            let Some(comment) = sql::row::<Parent>(conn, "select parent_type, parent_id, discussion_id from comments where id = $1", vec![id.into()]).await? else { return Ok(None) };
            let (class, parent_id) = match (comment.parent_type.as_deref(), comment.parent_id) {
                (Some(class), Some(id)) => (class.to_owned(), id),
                _ => ("Discussion".to_owned(), comment.discussion_id.unwrap_or_default()),
            };
            let condition = match class.as_str() {
                "Stance" => "events.eventable_type = 'Stance' and events.discussion_id is not null and events.eventable_id = $1",
                "Comment" => "events.kind = 'new_comment' and events.eventable_type = 'Comment' and events.eventable_id = $1",
                "Poll" => "events.kind = 'poll_created' and events.eventable_type = 'Poll' and events.eventable_id = $1",
                "Outcome" => "events.kind = 'outcome_created' and events.eventable_type = 'Outcome' and events.eventable_id = $1",
                _ => "events.kind = 'new_discussion' and events.eventable_type = 'Discussion' and events.eventable_id = $1",
            };
            return Find::<Event>::new(condition, vec![parent_id.into()]).order("events.id").one(conn).await;
        }
        "poll_created" => format!("{new_discussion} (select discussion_id from polls where id = $1)"),
        "stance_created" | "stance_updated" => format!("{poll_created} (select poll_id from stances where id = $1)"),
        "outcome_created" => format!("{poll_created} (select poll_id from outcomes where id = $1)"),
        "poll_closed_by_user" | "poll_closing_soon" | "poll_edited" | "poll_expired" | "poll_option_added" | "poll_reopened" => format!("{poll_created} $1"),
        "discussion_closed" | "discussion_forked" | "discussion_edited" | "discussion_reopened" | "discussion_moved" => format!("{new_discussion} $1"),
        _ => return Ok(None),
    };
    Find::<Event>::new(&condition, vec![id.into()]).order("events.id").one(conn).await
}

/// The next value of a counter that starts after `start` when it is new.
async fn next_in_sequence(w: &Write, permit: &Permit, key: &str, id: i32, start: &str, values: Vec<sea_orm::Value>) -> Result<i32> {
    let taken: Option<Option<i32>> = sql::scalar(w.conn(), "update partition_sequences set counter = counter + 1 where key = $1 and id = $2 returning counter", vec![key.into(), id.into()]).await?;
    if let Some(Some(n)) = taken {
        return Ok(n);
    }
    let start: i32 = sql::scalar(w.conn(), start, values).await?.flatten().unwrap_or(0);
    w.execute(permit, "insert into partition_sequences (key, id, counter) values ($1, $2, $3) on conflict do nothing", vec![key.into(), id.into(), start.into()]).await?;
    sql::scalar::<i32>(w.conn(), "update partition_sequences set counter = counter + 1 where key = $1 and id = $2 returning counter", vec![key.into(), id.into()])
        .await?
        .ok_or_else(|| DbError::Inconsistent(format!("no counter {key} {id}")))
}

pub(crate) async fn next_sequence_id(w: &Write, permit: &Permit, discussion_id: i32) -> Result<i32> {
    next_in_sequence(w, permit, "discussions_sequence_id", discussion_id, "select max(sequence_id) from events where discussion_id = $1", vec![discussion_id.into()]).await
}

async fn next_position(w: &Write, permit: &Permit, parent_id: i32, discussion_id: i32) -> Result<i32> {
    next_in_sequence(w, permit, "events_position", parent_id, "select max(position) from events where parent_id = $1 and discussion_id = $2", vec![parent_id.into(), discussion_id.into()]).await
}

/// Recounts children and descendants of every event above this one.
///
/// # Errors
/// When the database refuses.
pub async fn refresh_ancestors(w: &Write, permit: &Permit, event_id: i32) -> Result<()> {
    let parent: Option<Option<i32>> = sql::scalar(w.conn(), "select parent_id from events where id = $1", vec![event_id.into()]).await?;
    if let Some(Some(parent)) = parent {
        refresh_counts_upward(w, permit, parent).await?;
    }
    Ok(())
}

/// Recounts children and descendants of an event and of every event above it.
///
/// # Errors
/// When the database refuses.
pub async fn refresh_counts_upward(w: &Write, permit: &Permit, event_id: i32) -> Result<()> {
    w.execute(
        permit,
        "with recursive above(id, parent_id) as (select id, parent_id from events where id = $1 union select e.id, e.parent_id from events e join above on e.id = above.parent_id), \
           counted as (select a.id, \
             (select count(*) from events c where c.parent_id = a.id and c.discussion_id is not null) as children, \
             case \
               when a.kind = 'new_discussion' then (select count(*) from events d where d.discussion_id = a.eventable_id) \
               when a.position_key is not null and a.discussion_id is not null then (select count(*) from events d where d.discussion_id = a.discussion_id and d.id <> a.id and d.position_key like a.position_key || '%') \
               else 0 end as descendants \
             from events a join above on above.id = a.id) \
         update events set updated_at = $2, child_count = counted.children, descendant_count = counted.descendants \
         from counted where events.id = counted.id and (events.child_count, events.descendant_count) is distinct from (counted.children, counted.descendants)",
        vec![event_id.into(), w.now().into()],
    )
    .await?;
    Ok(())
}

/// Removes an event with its notifications and closes the gap it leaves.
///
/// # Errors
/// When the database refuses.
pub async fn destroy(w: &Write, permit: &Permit, event: &Event) -> Result<()> {
    w.execute(permit, "delete from notifications where event_id = $1", vec![event.id.into()]).await?;
    if let Some(discussion_id) = event.discussion_id {
        w.execute(permit, "delete from partition_sequences where key = 'discussions_sequence_id' and id = $1", vec![discussion_id.into()]).await?;
        // The original renumbers the siblings while the event is still there.
        if let Some(parent) = event.parent_id
            && let Some(parent) = find::by_id::<Event>(w.conn(), parent).await?
        {
            thread::reset_child_positions(w, permit, parent.id, parent.position_key.as_deref()).await?;
        }
    }
    w.destroy(permit, event).await?;
    if let Some(parent) = event.parent_id {
        refresh_counts_upward(w, permit, parent).await?;
    }
    if let Some(discussion_id) = event.discussion_id {
        thread::update_sequence_info(w, permit, discussion_id).await?;
    }
    Ok(())
}

/// The event that made something: `new_discussion`, `poll_created` and so on.
///
/// # Errors
/// When the database refuses.
pub async fn created_event(conn: &impl ConnectionTrait, eventable_type: &str, eventable_id: i32) -> Result<Option<Event>> {
    let kind = match eventable_type {
        "Discussion" => "new_discussion".to_owned(),
        "Comment" => "new_comment".to_owned(),
        other => format!("{}_created", other.to_lowercase()),
    };
    Find::<Event>::new("events.kind = $1 and events.eventable_type = $2 and events.eventable_id = $3", vec![kind.into(), eventable_type.into(), eventable_id.into()]).order("events.id").one(conn).await
}

/// Row numbers in an event's custom fields, where older rows hold text as well.
#[must_use]
pub fn numbers(list: &Json) -> Vec<i32> {
    list.as_array().into_iter().flatten().filter_map(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok())).filter_map(|n| i32::try_from(n).ok()).collect()
}
