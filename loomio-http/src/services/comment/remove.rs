//! Taking back what was said: leaving its place without words, or removing it.

use crate::{
    json::render::{Node, Scope},
    services::{Done, ServiceError, Visit, locate, text},
};
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write,
    event::{self, created_event},
    facts,
    find::{self, Find},
    rows::{Comment, Event},
    search_document, thread,
};
use serde_json::Value as Json;

async fn permit(w: &Write, visit: &Visit, comment: &Comment, action: &'static str) -> Done<Permit> {
    Ok(policy::authorize(&facts::text::comment(w.conn(), &visit.actor, comment).await?, action)?)
}

/// Changes the event of a comment.
async fn change_event(w: &Write, permit: &Permit, comment: &Comment, change: impl FnOnce(&mut Event)) -> Done<Option<Event>> {
    let Some(before) = created_event(w.conn(), "Comment", comment.id).await? else { return Ok(None) };
    let mut after = before.clone();
    change(&mut after);
    let (event, _) = w.save(permit, &before, after).await?;
    Ok(Some(event))
}

/// The answer is the comment's event without the group, the thread and its people.
async fn render(visit: &Visit, event: Option<Event>, uncached: bool) -> Done {
    let event = event.ok_or_else(|| ServiceError::NotFound("Couldn't find Event".to_owned()))?;
    let exclude = ["discussion", "group", "user"].into_iter().map(ToOwned::to_owned).collect();
    let scope = if uncached { Scope { exclude, uncached, ..Scope::default() } } else { Scope { exclude, ..visit.scope() } };
    visit.render_in(&[event], &scope, None, "events", Node::new()).await
}

/// Hides the words of a comment; its place in the thread stays.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn discard(visit: &Visit, id: &str) -> Done {
    let before: Comment = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    let permit = permit(&w, visit, &before, "discard").await?;
    let after = Comment { discarded_at: Some(visit.now), discarded_by: visit.user_id(), ..before.clone() };
    let (comment, _) = text::save(&visit.app, &w, &permit, &before, after, &text::Files::KEPT).await?;
    let event = change_event(&w, &permit, &comment, |e| e.pinned = false).await?;
    if let Some(discussion_id) = comment.discussion_id {
        thread::update_sequence_info(&w, &permit, discussion_id).await?;
    }
    w.commit().await?;
    render(visit, event, false).await
}

/// Shows the words of a comment again.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn undiscard(visit: &Visit, id: &str) -> Done {
    let before: Comment = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    let permit = permit(&w, visit, &before, "undiscard").await?;
    let after = Comment { discarded_at: None, discarded_by: None, ..before.clone() };
    let (comment, _) = text::save(&visit.app, &w, &permit, &before, after, &text::Files::KEPT).await?;
    let author = comment.user_id;
    let event = change_event(&w, &permit, &comment, |e| e.user_id = author).await?;
    w.commit().await?;
    render(visit, event, true).await
}

/// Removes a comment that nobody answered, with everything that belongs to it, and
/// closes the gap in the thread.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let comment: Comment = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    let permit = permit(&w, visit, &comment, "destroy").await?;
    let parent = created_event(w.conn(), "Comment", comment.id).await?.and_then(|e| e.parent_id);
    remove(&w, &permit, &comment).await?;
    if let Some(discussion_id) = comment.discussion_id {
        thread::repair(&w, &permit, discussion_id).await?;
    }
    w.commit().await?;
    let children = match parent {
        Some(parent) => Find::<Event>::new("events.parent_id = $1 and events.discussion_id is not null", vec![parent.into()]).order("events.id").all(visit.db()).await?,
        None => Vec::new(),
    };
    if children.is_empty() {
        return Ok(Json::Null);
    }
    let mut answer = visit.render(&children, None, "events").await?;
    if let Json::Object(roots) = &mut answer {
        roots.remove("meta");
    }
    Ok(answer)
}

/// Removes a comment and what hangs on it.
async fn remove(w: &Write, permit: &Permit, comment: &Comment) -> Done<()> {
    let of = || vec![comment.id.into()];
    let long = || vec![i64::from(comment.id).into()];
    w.execute(permit, "delete from documents where model_type = 'Comment' and model_id = $1", of()).await?;
    w.execute(permit, "delete from reactions where reactable_type = 'Comment' and reactable_id = $1", of()).await?;
    w.execute(permit, "delete from translations where translatable_type = 'Comment' and translatable_id = $1", long()).await?;
    w.execute(permit, "delete from active_storage_attachments where record_type = 'Comment' and record_id = $1", long()).await?;
    search_document::remove(w, permit, "Comment", comment.id).await?;
    for event in Find::<Event>::new("events.eventable_type = 'Comment' and events.eventable_id = $1", of()).order("events.id").all(w.conn()).await? {
        // A sibling removed before may have moved it.
        if let Some(event) = find::by_id::<Event>(w.conn(), event.id).await? {
            event::destroy(w, permit, &event).await?;
        }
    }
    Ok(w.destroy(permit, comment).await?)
}
