//! Who reads a thread: the list of them, and what administrators do with guests.
//!
//! Source: `app/controllers/api/v1/discussion_readers_controller.rb`.

use super::{Done, ServiceError, Visit, locate};
use crate::json::render::{Node, Scope};
use loomio_core::policy::{self, Permit, discussion_reader::DiscussionReaderFacts};
use loomio_db::{
    Write, counter, facts,
    find::Find,
    rows::{Discussion, DiscussionReader},
};

/// Addresses are shown to administrators of the thread's group, or of a thread
/// outside of groups.
async fn scope(visit: &Visit, discussion: &Discussion) -> Done<Scope> {
    let facts = facts::discussion::load(visit.db(), &visit.actor, discussion.id).await?.unwrap_or_default();
    let admin = if facts.in_group { facts.group_admin } else { facts.admin };
    Ok(Scope { include_email: admin, ..visit.scope() })
}

/// The readers of a thread, by the start of their name.
///
/// # Errors
/// When the thread may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let discussion = locate::allowed_discussion(visit, &locate::named(visit, "discussion", None), "show").await?;
    let build = || {
        let find = Find::<DiscussionReader>::new("discussion_readers.discussion_id = $1", vec![discussion.id.into()]);
        match visit.params.text("query") {
            Some(q) => find.and(
                "discussion_readers.user_id in (select users.id from users where users.name ilike $1 or users.name ilike $2 or users.email::text ilike $1 or users.username::text ilike $1)",
                vec![format!("{q}%").into(), format!("% {q}%").into()],
            ),
            None => find,
        }
    };
    let (from, per) = visit.page(50);
    let total = build().count(visit.db()).await?;
    let rows = build().order("discussion_readers.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render_in(&rows, &scope(visit, &discussion).await?, Some(total), "discussion_readers", Node::new()).await
}

async fn change(visit: &Visit, id: &str, action: &'static str, change: impl FnOnce(&mut DiscussionReader)) -> Done {
    let found: DiscussionReader = locate::by_id(visit, id).await?;
    let discussion: Discussion = locate::by_id(visit, &found.discussion_id.to_string()).await?;
    let w = visit.begin().await?;
    let thread = facts::discussion::load(w.conn(), &visit.actor, discussion.id).await?.unwrap_or_default();
    let facts = DiscussionReaderFacts { own: visit.user_id() == Some(found.user_id), redeemable: false, guest: found.guest, discussion_admin: thread.admin };
    let permit = policy::authorize(&facts, action)?;
    let mut after = found.clone();
    change(&mut after);
    let saved = save(&w, &permit, &found, after).await?;
    w.commit().await?;
    visit.render_in(&[saved], &scope(visit, &discussion).await?, None, "discussion_readers", Node::new()).await
}

/// Stores a reader and recounts the thread's readers.
///
/// # Errors
/// When the database refuses.
pub async fn save(w: &Write, permit: &Permit, before: &DiscussionReader, after: DiscussionReader) -> Done<DiscussionReader> {
    let saved = if before.id == 0 { w.insert(permit, after).await? } else { w.save(permit, before, after).await?.0 };
    counter::discussions(w, permit, &[saved.discussion_id], counter::OF_READER).await?;
    Ok(saved)
}

/// Makes a reader an administrator of the thread.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn make_admin(visit: &Visit, id: &str) -> Done {
    change(visit, id, "make_admin", |r| r.admin = true).await
}

/// Makes a reader an ordinary one again.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn remove_admin(visit: &Visit, id: &str) -> Done {
    change(visit, id, "remove_admin", |r| r.admin = false).await
}

/// Takes the thread from a guest.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn revoke(visit: &Visit, id: &str) -> Done {
    let (now, by) = (visit.now, visit.user_id());
    change(visit, id, "remove", move |r| {
        r.revoked_at = Some(now);
        r.revoker_id = by;
    })
    .await
}

/// Sending an invitation again was never built; whoever may ask is told so.
///
/// # Errors
/// Always.
pub async fn resend(visit: &Visit, id: &str) -> Done {
    let found: DiscussionReader = locate::by_id(visit, id).await?;
    let thread = facts::discussion::load(visit.db(), &visit.actor, found.discussion_id).await?.unwrap_or_default();
    policy::authorize(&DiscussionReaderFacts { discussion_admin: thread.admin, guest: found.guest, ..DiscussionReaderFacts::default() }, "resend")?;
    Err(ServiceError::Status(422, serde_json::json!({"error": visit.text("discussion_reader.error.resend")})))
}

/// The visitor's reading of a thread; not stored yet when they never opened it.
///
/// # Errors
/// When the database refuses.
pub async fn of(w: &Write, user_id: i32, discussion: &Discussion) -> Done<DiscussionReader> {
    let found = Find::<DiscussionReader>::new("discussion_readers.discussion_id = $1 and discussion_readers.user_id = $2", vec![discussion.id.into(), user_id.into()]).one(w.conn()).await?;
    if let Some(found) = found {
        return Ok(found);
    }
    let volume: Option<Option<i32>> =
        loomio_db::sql::scalar(w.conn(), "select volume from memberships where user_id = $1 and group_id = $2 and revoked_at is null", vec![user_id.into(), discussion.group_id.into()]).await?;
    let volume = volume.flatten().unwrap_or(loomio_core::volume::NORMAL);
    Ok(DiscussionReader { user_id, discussion_id: discussion.id, volume, token: Some(loomio_auth::token::secure(&mut *w.rng())), ..DiscussionReader::default() })
}
