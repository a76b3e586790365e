//! Threads: reading, starting, changing and moving them.
//!
//! Source: `app/services/discussion_service.rb`, `app/models/discussion.rb`.

mod change;
mod create;
mod list;
mod move_comments;
pub mod people;
mod read;
pub mod reading;

pub use change::{close, discard, move_to_group, pin, reopen, unpin, update};
pub use create::create;
pub use list::{dashboard, direct, inbox, index, search};
pub use move_comments::{move_comments, move_events};
pub use people::{add_users, invite};
pub use read::{history, show};
pub use reading::{dismiss, mark_as_read, mark_as_seen, recall, set_volume};

use super::{Done, Faults, Visit, tag, text};
use crate::{App, json::params::Params};
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write, counter, facts, find,
    rows::{Discussion, Group, User},
};
use serde_json::{Map, Value as Json, json};
use text::Files;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 150;

/// Leave to do something with a stored thread.
async fn permit(w: &Write, visit: &Visit, row: &Discussion, action: &'static str) -> Done<Permit> {
    let facts = facts::discussion::load(w.conn(), &visit.actor, row.id).await?.unwrap_or_default();
    Ok(policy::authorize(&facts, action)?)
}

/// What is wrong with a thread.
///
/// # Errors
/// When something is wrong with it.
async fn check(visit: &Visit, w: &Write, row: &Discussion) -> Done<()> {
    let mut faults = Faults::default();
    let title = row.title.as_deref().unwrap_or_default();
    if title.trim().is_empty() {
        faults.add("title", visit.text("activerecord.errors.messages.blank"));
    }
    if title.chars().count() > LONGEST_TITLE {
        faults.add("title", visit.app.i18n.text(&visit.locale, "activerecord.errors.messages.too_long", &[("count", &LONGEST_TITLE.to_string())]));
    }
    text::check(visit, row, &mut faults);
    let group: Option<Group> = match row.group_id {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    // Threads outside of groups are private.
    let privacy = group.map_or_else(|| "private_only".to_owned(), |g| g.discussion_privacy_options);
    match (privacy.as_str(), row.private) {
        ("private_only", false) => faults.add("private", visit.text("discussion.error.must_be_private")),
        ("public_only", true) => faults.add("private", visit.text("discussion.error.must_be_public")),
        _ => {}
    }
    faults.check()
}

/// Stores a changed thread as every save of the original does: with its text, its
/// group's counters and its group's tags.
///
/// # Errors
/// When the database refuses.
pub async fn save(app: &App, w: &Write, permit: &Permit, before: &Discussion, after: Discussion, files: &Files) -> Done<Discussion> {
    let (row, _) = text::save(app, w, permit, before, after, files).await?;
    after_save(w, permit, &row).await?;
    Ok(row)
}

async fn after_save(w: &Write, permit: &Permit, row: &Discussion) -> Done<()> {
    if let Some(group_id) = row.group_id {
        counter::groups(w, permit, &[group_id], counter::OF_DISCUSSION).await?;
        tag::recount(w, permit, group_id).await?;
    }
    Ok(())
}

/// Takes over what was sent of a thread.
fn assign(row: &mut Discussion, sent: &Params) {
    text::assign(row, sent);
    if sent.has("title") {
        row.title = sent.text("title");
    }
    if let Some(private) = sent.truth("private") {
        row.private = private;
    }
    if let Some(newest_first) = sent.truth("newest_first") {
        row.newest_first = newest_first;
    }
    if let Some(max_depth) = sent.id("max_depth") {
        row.max_depth = max_depth;
    }
    if sent.has("tags") {
        row.tags = Some(sent.texts("tags").into_iter().filter(|t| !t.is_empty()).collect());
    }
    if sent.has("discussion_template_id") {
        row.discussion_template_id = sent.id("discussion_template_id");
    }
    if sent.has("discussion_template_key") {
        row.discussion_template_key = sent.text("discussion_template_key");
    }
}

/// What an event keeps of whom it is told to.
fn recipients(users: &[User], sent: &Params) -> Map<String, Json> {
    let ids: Vec<i32> = users.iter().map(|u| u.id).collect();
    Map::from_iter([("recipient_user_ids".to_owned(), json!(ids)), ("recipient_chatbot_ids".to_owned(), sent.get("recipient_chatbot_ids").cloned().unwrap_or(Json::Null))])
}
