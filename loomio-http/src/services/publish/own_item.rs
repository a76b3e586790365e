//! Whoever adds something to a thread has read it, and may want to hear more.
//!
//! Source: the listeners in `config/initializers/event_bus.rb` and
//! `app/models/discussion_reader.rb`. The original does this in the job; here it
//! is part of the write, so that the answer already shows it.

use loomio_core::{policy::Permit, reading::RangeSet, volume};
use loomio_db::{
    Result, Write, counter,
    find::{self, Find},
    rows::{Discussion, DiscussionReader, Event, Stance, User},
    sql, thread,
};

/// Marks an item as read by who made it.
///
/// # Errors
/// When the database refuses.
pub async fn mark_read(w: &Write, permit: &Permit, event: &Event) -> Result<()> {
    let discussion_id = match event.kind.as_deref() {
        Some("new_discussion" | "discussion_edited") => event.eventable_id,
        Some("new_comment" | "poll_created" | "poll_edited" | "stance_created" | "outcome_created" | "poll_closed_by_user") => event.discussion_id,
        _ => None,
    };
    let Some(discussion_id) = discussion_id else { return Ok(()) };
    let Some(discussion) = find::by_id::<Discussion>(w.conn(), discussion_id).await? else { return Ok(()) };
    let Some(user) = who(w, event).await? else { return Ok(()) };
    let known = Find::<DiscussionReader>::new("discussion_readers.discussion_id = $1 and discussion_readers.user_id = $2", vec![discussion_id.into(), user.id.into()]).one(w.conn()).await?;
    let mut reader = match &known {
        Some(reader) => reader.clone(),
        None => DiscussionReader {
            discussion_id,
            user_id: user.id,
            volume: group_volume(w, &discussion, user.id).await?,
            token: Some(loomio_auth::token::secure(&mut *w.rng())),
            ..DiscussionReader::default()
        },
    };
    if let Some(n) = event.sequence_id {
        let item = RangeSet::from_numbers([i64::from(n)]);
        let read = thread::read_ranges(&reader, &RangeSet::parse(discussion.ranges_string.as_deref().unwrap_or_default()));
        if !read.includes(&item) {
            reader.read_ranges_string = Some(read.union(&item).to_string());
        }
        reader.last_read_at = Some(w.now());
    }
    if user.email_on_participation {
        reader.volume = volume::LOUD;
    }
    match known {
        Some(before) if before == reader => return Ok(()),
        Some(before) => {
            w.save(permit, &before, reader).await?;
        }
        None => {
            w.insert(permit, reader).await?;
        }
    }
    counter::discussions(w, permit, &[discussion_id], counter::OF_READER).await
}

/// Who did it, also where the event keeps that secret.
async fn who(w: &Write, event: &Event) -> Result<Option<User>> {
    let id = match (event.user_id, event.eventable_type.as_deref(), event.eventable_id) {
        (Some(id), _, _) => Some(id),
        (None, Some("Stance"), Some(id)) => find::by_id::<Stance>(w.conn(), id).await?.and_then(|s| s.participant_id),
        _ => None,
    };
    match id {
        Some(id) => find::by_id(w.conn(), id).await,
        None => Ok(None),
    }
}

async fn group_volume(w: &Write, discussion: &Discussion, user_id: i32) -> Result<i32> {
    let found: Option<Option<i32>> =
        sql::scalar(w.conn(), "select volume from memberships where group_id = $1 and user_id = $2 and revoked_at is null", vec![discussion.group_id.into(), user_id.into()]).await?;
    Ok(found.flatten().unwrap_or(volume::NORMAL))
}
