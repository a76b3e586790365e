//! Changing a thread: its words, whether it is open, its place.

use super::{add_users, assign, check, permit, recipients, save};
use crate::services::{
    Done, ServiceError, Visit,
    invite::{About, Invited, user_inviter},
    locate,
    poll::voters,
    publish,
    text::{self, Files},
};
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write, counter,
    event::Draft,
    facts,
    find::Find,
    rows::{Discussion, Group, Poll},
    search_document, thread,
};
use serde_json::{Value as Json, json};

/// Changes the words and settings of a thread and tells people of it.
///
/// # Errors
/// When the rules do not allow it or something would be wrong with the thread.
pub async fn update(visit: &Visit, id: &str) -> Done {
    let before = locate::discussion(visit, id).await?;
    let w = visit.begin().await?;
    let permit = permit(&w, visit, &before, "update").await?;
    let sent = visit.params.of("discussion")?;
    let files = Files::sent(visit, &sent)?;
    let invited = Invited::of(&sent);
    user_inviter::authorize(w.conn(), &visit.actor, &About::discussion(&before), &invited).await?;
    let mut after = before.clone();
    assign(&mut after, &sent);
    check(visit, &w, &after).await?;
    let row = save(&visit.app, &w, &permit, &before, after, &files).await?;
    counter::discussions(&w, &permit, &[row.id], &["versions_count"]).await?;
    if row.max_depth != before.max_depth {
        thread::repair(&w, &permit, row.id).await?;
    }
    let users = add_users(visit, &w, &permit, &row, &invited).await?;
    let message = sent.text("recipient_message");
    let mut custom_fields = recipients(&users, &sent);
    custom_fields.insert("recipient_audience".to_owned(), json!(sent.text("recipient_audience")));
    custom_fields.insert("recipient_message".to_owned(), json!(message));
    // Only a change that was explained is an item of the thread.
    let draft = Draft { discussion_id: message.is_some().then_some(row.id), custom_fields: Json::Object(custom_fields), ..Draft::new("discussion_edited", "Discussion", row.id, visit.user_id()) };
    let event = publish::append(&w, &permit, draft).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}

async fn set(visit: &Visit, id: &str, action: &'static str, change: impl FnOnce(&mut Discussion)) -> Done<Discussion> {
    let before = locate::discussion(visit, id).await?;
    let w = visit.begin().await?;
    let permit = permit(&w, visit, &before, action).await?;
    let mut after = before.clone();
    change(&mut after);
    check(visit, &w, &after).await?;
    let row = save(&visit.app, &w, &permit, &before, after, &Files::KEPT).await?;
    w.commit().await?;
    Ok(row)
}

async fn set_closed(visit: &Visit, id: &str, closed: bool) -> Done {
    let (now, by) = (visit.now, visit.user_id());
    let row = set(visit, id, "update", move |d| {
        d.closed_at = closed.then_some(now);
        d.closer_id = by.filter(|_| closed);
    })
    .await?;
    publish::live(visit, std::slice::from_ref(&row), &format!("user_{}", visit.actor.id)).await?;
    visit.render(&[row], None, "discussions").await
}

/// Closes a thread.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn close(visit: &Visit, id: &str) -> Done {
    set_closed(visit, id, true).await
}

/// Opens a closed thread again.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn reopen(visit: &Visit, id: &str) -> Done {
    set_closed(visit, id, false).await
}

/// Puts a thread at the top of its group.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn pin(visit: &Visit, id: &str) -> Done {
    let now = visit.now;
    let row = set(visit, id, "pin", move |d| d.pinned_at = Some(now)).await?;
    visit.render(&[row], None, "discussions").await
}

/// Takes a thread from the top of its group.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn unpin(visit: &Visit, id: &str) -> Done {
    let row = set(visit, id, "pin", |d| d.pinned_at = None).await?;
    visit.render(&[row], None, "discussions").await
}

/// Takes a thread and its polls away. The rows stay.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn discard(visit: &Visit, id: &str) -> Done {
    let before = locate::discussion(visit, id).await?;
    let w = visit.begin().await?;
    let permit = permit(&w, visit, &before, "discard").await?;
    let after = Discussion { discarded_at: Some(visit.now), discarded_by: visit.user_id(), ..before.clone() };
    let row = save(&visit.app, &w, &permit, &before, after, &Files::KEPT).await?;
    w.execute(&permit, "update polls set discarded_at = $2, discarded_by = $3 where discussion_id = $1", vec![row.id.into(), visit.now.into(), visit.user_id().into()]).await?;
    search_document::index_discussion(&w, &permit, row.id).await?;
    w.commit().await?;
    visit.render(&[row], None, "discussions").await
}

/// The group to which a request moves a thread; none is outside of groups.
async fn destination(visit: &Visit) -> Done<Option<Group>> {
    let p = &visit.params;
    match p.filled("group_id").or_else(|| p.filled("group_key")) {
        Some(name) => match locate::group(visit, &name).await {
            Ok(group) => Ok(Some(group)),
            // What is no group is outside of groups.
            Err(ServiceError::NotFound(_)) => Ok(None),
            Err(e) => Err(e),
        },
        None => Ok(None),
    }
}

/// Moves a thread with its polls into another group.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn move_to_group(visit: &Visit, id: &str) -> Done {
    let before = locate::discussion(visit, id).await?;
    let group = destination(visit).await?;
    let w = visit.begin().await?;
    if let Some(group) = &group {
        let facts = facts::group::load(w.conn(), &visit.actor, group.id).await?.unwrap_or_default();
        policy::authorize(&facts, "move_discussions_to")?;
    }
    let permit = permit(&w, visit, &before, "move").await?;
    let private = match group.as_ref().map_or("private_only", |g| g.discussion_privacy_options.as_str()) {
        "public_only" => false,
        "private_only" => true,
        _ => before.private,
    };
    let group_id = group.map(|g| g.id);
    let after = Discussion { group_id, private, ..before.clone() };
    let row = save(&visit.app, &w, &permit, &before, after, &Files::KEPT).await?;
    move_belongings(visit, &w, &permit, &before, &row).await?;
    let draft = Draft { discussion_id: Some(row.id), custom_fields: json!({"source_group_id": before.group_id}), ..Draft::new("discussion_moved", "Discussion", row.id, visit.user_id()) };
    let event = publish::append(&w, &permit, draft).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}

/// What goes with a thread: its polls, files and counters; members of the new
/// group get their votes.
async fn move_belongings(visit: &Visit, w: &Write, permit: &Permit, before: &Discussion, row: &Discussion) -> Done<()> {
    for poll in Find::<Poll>::new("polls.discussion_id = $1", vec![row.id.into()]).order("polls.id").all(w.conn()).await? {
        let moved = Poll { group_id: row.group_id, ..poll.clone() };
        text::save(&visit.app, w, permit, &poll, moved, &Files::KEPT).await?;
    }
    let groups: Vec<i32> = before.group_id.into_iter().chain(row.group_id).collect();
    counter::groups(w, permit, &groups, counter::OF_DISCUSSION).await?;
    counter::groups(w, permit, &groups, counter::OF_POLL).await?;
    w.execute(
        permit,
        "update active_storage_attachments a set group_id = $2 where (a.record_type = 'Discussion' and a.record_id = $1) \
           or exists(select 1 from events e where e.discussion_id = $1 and e.eventable_type = a.record_type and e.eventable_id = a.record_id)",
        vec![row.id.into(), row.group_id.into()],
    )
    .await?;
    if row.group_id.is_some() {
        let open = "polls.group_id = $1 and polls.discarded_at is null and polls.closed_at is null and not polls.specified_voters_only";
        for poll in Find::<Poll>::new(open, vec![row.group_id.into()]).order("polls.id").all(w.conn()).await? {
            voters::add_everybody(w, permit, &poll).await?;
        }
    }
    Ok(search_document::index_discussion(w, permit, row.id).await?)
}
