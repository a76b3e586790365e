//! Moving items from one thread to another.
//!
//! Source: `app/services/event_service.rb` (`move_comments`),
//! `app/workers/move_comments_worker.rb`.

use super::permit;
use crate::services::{Done, ServiceError, Visit, locate, publish};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    event::refresh_counts_upward,
    find::{self, Find},
    rows::{Discussion, Event},
    search_document, sql, thread,
};

/// Moves items into a thread, with everything that answers them.
///
/// # Errors
/// When there is no such thread or item, or one of both threads may not be edited.
pub async fn move_comments(visit: &Visit, id: &str) -> Done {
    let target = locate::discussion(visit, id).await?;
    let ids = visit.params.ids("forked_event_ids");
    let w = visit.begin().await?;
    let moved = move_events(visit, &w, &target, &ids).await?;
    w.commit().await?;
    if let Some(group_id) = target.group_id.filter(|_| !moved.is_empty()) {
        publish::live(visit, &moved, &format!("group_{group_id}")).await?;
    }
    // The answer shows the thread as it was; what is in it now comes with the items.
    visit.render(&[target], None, "discussions").await
}

/// The same inside a write; returns all items of the target.
///
/// # Errors
/// When there is no such item, or one of both threads may not be edited.
pub async fn move_events(visit: &Visit, w: &Write, target: &Discussion, ids: &[i32]) -> Done<Vec<Event>> {
    let no_event = || ServiceError::NotFound("Couldn't find Event".to_owned());
    let first = ids.first().copied().ok_or_else(no_event)?;
    let first: Event = find::by_id(w.conn(), first).await?.ok_or_else(no_event)?;
    let source: Discussion = match first.discussion_id {
        Some(id) => find::by_id(w.conn(), id).await?.ok_or_else(no_event)?,
        None => return Err(no_event()),
    };
    permit(w, visit, &source, "move_comments").await?;
    let permit = permit(w, visit, target, "move_comments").await?;
    relocate(w, &permit, &source, target, ids).await?;
    Ok(Find::<Event>::new("events.discussion_id = $1", vec![target.id.into()]).order("events.id").all(w.conn()).await?)
}

async fn relocate(w: &Write, permit: &Permit, source: &Discussion, target: &Discussion, ids: &[i32]) -> Done<()> {
    // Whatever answers a moved item moves too; items of other threads do not.
    let ids: Vec<i32> = sql::column(
        w.conn(),
        "with recursive moved(id) as (select id from events where id = any($1) and discussion_id = $2 union select e.id from events e join moved on e.parent_id = moved.id where e.discussion_id = $2) select id from moved order by id",
        vec![sql::ids(ids), source.id.into()],
    )
    .await?;
    let moved = || vec![sql::ids(&ids), target.id.into()];
    w.execute(permit, "update comments set discussion_id = $2 where id in (select eventable_id from events where id = any($1) and eventable_type = 'Comment')", moved()).await?;
    w.execute(permit, "update polls set discussion_id = $2 where id in (select eventable_id from events where id = any($1) and eventable_type = 'Poll')", moved()).await?;
    // A comment whose question stayed behind answers the thread itself.
    w.execute(
        permit,
        "update comments c set parent_type = 'Discussion', parent_id = $2 where c.id in (select eventable_id from events where id = any($1) and eventable_type = 'Comment') \
           and $2 is distinct from (case c.parent_type \
             when 'Discussion' then c.parent_id \
             when 'Comment' then (select p.discussion_id from comments p where p.id = c.parent_id) \
             when 'Poll' then (select p.discussion_id from polls p where p.id = c.parent_id) \
             when 'Stance' then (select p.discussion_id from stances s join polls p on p.id = s.poll_id where s.id = c.parent_id) \
             when 'Outcome' then (select p.discussion_id from outcomes o join polls p on p.id = o.poll_id where o.id = c.parent_id) end)",
        moved(),
    )
    .await?;
    w.execute(permit, "update events set discussion_id = $2, sequence_id = null, updated_at = $3 where id = any($1)", vec![sql::ids(&ids), target.id.into(), w.now().into()]).await?;
    let parents: Vec<i32> = sql::column(w.conn(), "select distinct parent_id from events where id = any($1) and parent_id is not null", vec![sql::ids(&ids)]).await?;
    for parent in parents {
        refresh_counts_upward(w, permit, parent).await?;
    }
    for discussion in [target, source] {
        thread::repair(w, permit, discussion.id).await?;
        search_document::index_discussion(w, permit, discussion.id).await?;
    }
    w.execute(
        permit,
        "update active_storage_attachments a set group_id = $2 where exists(select 1 from events e where e.id = any($1) and e.eventable_type = a.record_type and e.eventable_id = a.record_id)",
        vec![sql::ids(&ids), target.group_id.into()],
    )
    .await?;
    Ok(())
}
