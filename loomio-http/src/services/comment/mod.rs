//! What people say in a thread.
//!
//! Source: `app/services/comment_service.rb`, `app/models/comment.rb`.

mod remove;

pub use remove::{destroy, discard, undiscard};

use super::{Done, Faults, Visit, locate, publish, text};
use loomio_core::{policy, rich_text};
use loomio_db::{
    Write, counter,
    event::Draft,
    facts, find,
    rows::{Comment, Discussion, Outcome, Poll, Stance},
};
use text::Files;

/// The thread in which something stands that can be answered; none when it is gone.
async fn thread_of(w: &Write, class: &str, id: i32) -> Done<Option<i32>> {
    let of_poll = async |poll_id: i32| -> Done<Option<i32>> { Ok(find::by_id::<Poll>(w.conn(), poll_id).await?.map(|p| p.discussion_id.unwrap_or_default())) };
    match class {
        "Discussion" => Ok(find::by_id::<Discussion>(w.conn(), id).await?.map(|d| d.id)),
        "Comment" => Ok(find::by_id::<Comment>(w.conn(), id).await?.map(|c| c.discussion_id.unwrap_or_default())),
        "Poll" => of_poll(id).await,
        "Stance" => match find::by_id::<Stance>(w.conn(), id).await? {
            Some(s) => of_poll(s.poll_id).await,
            None => Ok(None),
        },
        "Outcome" => match find::by_id::<Outcome>(w.conn(), id).await?.and_then(|o| o.poll_id) {
            Some(poll_id) => of_poll(poll_id).await,
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// Whether a comment has neither words nor files.
async fn says_nothing(w: &Write, comment: &Comment, files: &Files) -> Done<bool> {
    if comment.discarded_at.is_some() || !rich_text::text::is_blank(comment.body.as_deref()) || files.any() {
        return Ok(false);
    }
    let kept =
        comment.id != 0 && loomio_db::sql::exists(w.conn(), "select 1 from active_storage_attachments where record_type = 'Comment' and record_id = $1", vec![i64::from(comment.id).into()]).await?;
    Ok(!kept)
}

/// What is wrong with a comment. One that answers what is gone answers the thread.
///
/// # Errors
/// When something is wrong with it.
pub(super) async fn check(visit: &Visit, w: &Write, comment: &mut Comment, files: &Files) -> Done<()> {
    let mut faults = Faults::default();
    text::check(visit, comment, &mut faults);
    let parent = match comment.parent_id {
        Some(id) => thread_of(w, &comment.parent_type, id).await?,
        None => None,
    };
    match parent {
        Some(thread) if Some(thread) != comment.discussion_id => faults.add("parent", visit.text("comment.error.parent_of_another_thread")),
        Some(_) => {}
        None => {
            comment.parent_id = comment.discussion_id;
            comment.parent_type = "Discussion".to_owned();
        }
    }
    if says_nothing(w, comment, files).await? {
        faults.add("body", visit.text("activerecord.errors.messages.blank"));
    }
    faults.check()
}

/// Says something in a thread.
///
/// # Errors
/// When the rules do not allow it or nothing is said.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("comment")?;
    let files = Files::sent(visit, &sent)?;
    let mut comment = Comment { discussion_id: sent.id("discussion_id"), parent_id: sent.id("parent_id"), user_id: visit.user_id(), ..Comment::default() };
    if let Some(class) = sent.text("parent_type") {
        comment.parent_type = class;
    }
    text::assign(&mut comment, &sent);
    let w = visit.begin().await?;
    let facts = facts::text::comment(w.conn(), &visit.actor, &comment).await?;
    let permit = policy::authorize(&facts, "create")?;
    check(visit, &w, &mut comment, &files).await?;
    let comment = text::insert(&visit.app, &w, &permit, comment, &files).await?;
    if let (Some(parent_id), Some(author)) = (comment.parent_id, comment.user_id) {
        publish::notice(&w, &permit, &comment.parent_type, parent_id, author).await?;
    }
    let pinned = rich_text::sanitize::has_heading(comment.body.as_deref().unwrap_or_default(), &comment.body_format);
    let event = publish::append(&w, &permit, Draft { discussion_id: comment.discussion_id, pinned, ..Draft::new("new_comment", "Comment", comment.id, comment.user_id) }).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}

/// Changes what somebody said. It stays where it stands.
///
/// # Errors
/// When there is none, the rules do not allow it or nothing is left.
pub async fn update(visit: &Visit, id: &str) -> Done {
    let before: Comment = locate::by_id(visit, id).await?;
    let w = visit.begin().await?;
    let facts = facts::text::comment(w.conn(), &visit.actor, &before).await?;
    let permit = policy::authorize(&facts, "update")?;
    let sent = visit.params.of("comment")?;
    let files = Files::sent(visit, &sent)?;
    let mut after = Comment { edited_at: Some(visit.now), ..before.clone() };
    text::assign(&mut after, &sent);
    check(visit, &w, &mut after, &files).await?;
    let (comment, _) = text::save(&visit.app, &w, &permit, &before, after, &files).await?;
    counter::versions(&w, &permit, "comments", "Comment", comment.id).await?;
    let event = publish::append(&w, &permit, Draft::new("comment_edited", "Comment", comment.id, visit.user_id())).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}
