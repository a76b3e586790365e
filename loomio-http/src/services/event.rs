//! What happened in a thread.

use super::{Done, ServiceError, Visit, locate};
use crate::json::params;
use loomio_core::policy::{self, Denied, Permit, event::EventFacts};
use loomio_db::{
    Write, event, facts,
    find::Find,
    rows::{Discussion, Event},
    search_document, sql, thread,
};
use sea_orm::Value;
use serde_json::{Value as Json, json};
use std::sync::Arc;

const COLUMNS: [&str; 5] = ["parent_id", "depth", "sequence_id", "position", "position_key"];

fn bound(column: &str, value: &Json) -> Value {
    if column == "position_key" { params::text(value).unwrap_or_default().into() } else { params::int(value).unwrap_or(0).into() }
}

/// The ranges of `a-b_c-d`.
fn ranges(text: &str) -> Vec<(i64, i64)> {
    text.split('_')
        .filter_map(|r| {
            let (a, b) = r.split_once('-').unwrap_or((r, r));
            Some((a.parse().ok()?, b.parse().ok()?))
        })
        .collect()
}

fn in_ranges(given: &[(i64, i64)]) -> String {
    if given.is_empty() {
        return "false".to_owned();
    }
    given.iter().map(|(a, b)| format!("events.sequence_id between {a} and {b}")).collect::<Vec<_>>().join(" or ")
}

fn order(visit: &Visit) -> &'static str {
    match visit.params.text("order").as_deref() {
        Some("position") => "position",
        Some("position_key") => "position_key",
        _ => "sequence_id",
    }
}

async fn comment_event(visit: &Visit) -> Done<Event> {
    let id = visit.params.id("comment_id").unwrap_or_default();
    Find::<Event>::new("events.kind = 'new_comment' and events.eventable_type = 'Comment' and events.eventable_id = $1", vec![id.into()])
        .one(visit.db())
        .await?
        .ok_or_else(|| ServiceError::NotFound("Couldn't find Event".to_owned()))
}

/// The events a request asks for.
async fn asked(visit: &Visit, discussion: &Discussion) -> Done<Find<Event>> {
    let p = &visit.params;
    let mut find = Find::<Event>::new("events.discussion_id = $1", vec![discussion.id.into()]);
    let by = p.text("order_by").filter(|b| matches!(b.as_str(), "position_key" | "sequence_id"));
    match by {
        Some(column) => find = find.order(&format!("events.{column}{}", if p.get("order_desc").is_some() { " desc" } else { "" })),
        None => {
            let column = order(visit);
            let from: Json = if let Some(position) = p.int("from_sequence_id_of_position") {
                let found = Find::<Event>::new("events.discussion_id = $1 and events.depth = 1 and events.position = $2", vec![discussion.id.into(), position.max(1).into()]).one(visit.db()).await?;
                json!(found.ok_or_else(|| ServiceError::NotFound("Couldn't find Event".to_owned()))?.sequence_id)
            } else if p.get("comment_id").is_some() {
                json!(comment_event(visit).await?.sequence_id)
            } else {
                p.get("from").cloned().unwrap_or(json!(0))
            };
            find = find.and(&format!("events.{column} >= $1"), vec![bound(column, &from)]);
        }
    }
    if let Some(text) = p.text("sequence_id_in") {
        find = find.and(&in_ranges(&ranges(&text)), vec![]);
    }
    if let Some(text) = p.text("sequence_id_not_in") {
        find = find.and(&format!("not ({})", in_ranges(&ranges(&text))), vec![]);
    }
    if p.text("pinned").as_deref() == Some("true") {
        find = find.and("events.pinned", vec![]);
    }
    if let Some(kinds) = p.text("kind") {
        find = find.and("events.kind = any($1)", vec![kinds.split(',').map(ToOwned::to_owned).collect::<Vec<_>>().into()]);
    }
    for column in COLUMNS {
        for (suffix, operator) in [("", "="), ("_lt", "<"), ("_gt", ">"), ("_lte", "<="), ("_gte", ">=")] {
            if let Some(value) = p.get(&format!("{column}{suffix}")) {
                find = find.and(&format!("events.{column} {operator} $1"), vec![bound(column, value)]);
            }
        }
        if let Some(start) = p.text(&format!("{column}_sw")) {
            find = find.and(&format!("events.{column}::text like $1"), vec![format!("{start}%").into()]);
        }
    }
    Ok(find)
}

async fn named_thread(visit: &Visit) -> Done<Discussion> {
    locate::allowed_discussion(visit, &locate::named(visit, "discussion", None), "show").await
}

/// A page of a thread.
///
/// # Errors
/// When the thread may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let discussion = named_thread(visit).await?;
    let (_, per) = visit.page(30);
    let rows = asked(visit, &discussion).await?.order(&format!("events.{}", order(visit))).limit(per).all(visit.db()).await?;
    let mut store = visit.store();
    store.discussions.put(discussion.id, Arc::new(discussion));
    visit.render_from(store, &rows, None, "events").await
}

/// How many events a thread has.
///
/// # Errors
/// When the thread may not be seen.
pub async fn count(visit: &Visit) -> Done {
    let discussion = named_thread(visit).await?;
    Ok(json!(asked(visit, &discussion).await?.count(visit.db()).await?))
}

/// The positions of all events of a thread.
///
/// # Errors
/// When the thread may not be seen.
pub async fn position_keys(visit: &Visit) -> Done {
    let discussion = named_thread(visit).await?;
    let keys: Vec<Option<String>> = sql::column(visit.db(), "select position_key from events where discussion_id = $1 order by position_key collate \"C\"", vec![discussion.id.into()]).await?;
    Ok(json!({"position_keys": keys}))
}

/// When each event of a thread happened and whose it is.
///
/// # Errors
/// When the thread may not be seen.
pub async fn timeline(visit: &Visit) -> Done {
    let discussion = named_thread(visit).await?;
    let rows = Find::<Event>::new("events.discussion_id = $1", vec![discussion.id.into()]).order("events.position_key").all(visit.db()).await?;
    Ok(rows.into_iter().map(|e| json!([e.position_key, e.sequence_id, e.created_at.map(loomio_db::record::rails_time), e.user_id, e.depth, e.descendant_count])).collect())
}

/// The event of a comment.
///
/// # Errors
/// When the thread may not be seen or has no such comment.
pub async fn comment(visit: &Visit) -> Done {
    let discussion = named_thread(visit).await?;
    let found = comment_event(visit).await?;
    // Seeing one thread must not show the comments of others.
    if found.discussion_id != Some(discussion.id) {
        return Err(ServiceError::NotFound("Couldn't find Event".to_owned()));
    }
    visit.render(&[found], None, "events").await
}

/// Leave to change an event's place at the top of its thread.
async fn pinnable(visit: &Visit, w: &Write, event: &Event, action: &'static str) -> Done<Permit> {
    let updates_discussion = match event.discussion_id {
        Some(id) => facts::discussion::load(w.conn(), &visit.actor, id).await?.is_some_and(|f| policy::allows(&f, "update")),
        None => false,
    };
    Ok(policy::authorize(&EventFacts { in_discussion: event.discussion_id.is_some(), updates_discussion }, action)?)
}

async fn set_pinned(visit: &Visit, id: &str, action: &'static str, change: impl FnOnce(&mut Event)) -> Done {
    let before: Event = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    let permit = pinnable(visit, &w, &before, action).await?;
    let mut after = before.clone();
    change(&mut after);
    let (event, _) = w.save(&permit, &before, after).await?;
    event::refresh_ancestors(&w, &permit, event.id).await?;
    w.commit().await?;
    let mut answer = visit.render(&[event], None, "events").await?;
    if let Json::Object(roots) = &mut answer {
        roots.remove("meta");
    }
    Ok(answer)
}

/// Lets an event stand out in its thread, under a title.
///
/// # Errors
/// When there is none or the thread may not be edited.
pub async fn pin(visit: &Visit, id: &str) -> Done {
    let title = visit.params.text("pinned_title");
    set_pinned(visit, id, "pin", move |e| {
        e.pinned = true;
        if let Json::Object(fields) = &mut e.custom_fields {
            fields.insert("pinned_title".to_owned(), json!(title));
        }
    })
    .await
}

/// Makes an event an ordinary one again.
///
/// # Errors
/// When there is none or the thread may not be edited.
pub async fn unpin(visit: &Visit, id: &str) -> Done {
    set_pinned(visit, id, "unpin", |e| e.pinned = false).await
}

/// Takes the note of an edit out of its thread.
///
/// # Errors
/// When it is no such note or the rules do not allow it.
pub async fn remove_from_thread(visit: &Visit, id: &str) -> Done {
    let before: Event = locate::by_id(visit, id).await?;
    let Some(discussion_id) = before.discussion_id.filter(|_| before.kind.as_deref() == Some("discussion_edited")) else { return Err(Denied::page().into()) };
    let w = visit.begin().await?;
    let facts = facts::discussion::load(w.conn(), &visit.actor, discussion_id).await?.unwrap_or_default();
    let permit = policy::authorize(&facts, "remove_events")?;
    let (event, _) = w.save(&permit, &before, Event { discussion_id: None, ..before.clone() }).await?;
    event::refresh_ancestors(&w, &permit, event.id).await?;
    thread::update_sequence_info(&w, &permit, discussion_id).await?;
    search_document::index_discussion(&w, &permit, discussion_id).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}
