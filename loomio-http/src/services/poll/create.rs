//! Starting a poll.

use super::{
    after_save,
    draft::{self, Options},
    voters,
};
use crate::services::{
    Done, Faults, Visit,
    attributes::take_all,
    locate, publish,
    text::{self, Files},
};
use loomio_core::policy;
use loomio_db::{
    Write,
    event::Draft,
    facts, find,
    rows::{Discussion, Poll},
    sql, tally,
};
use serde_json::json;

/// A key that no other poll has.
async fn key(w: &Write) -> Done<String> {
    loop {
        let key = loomio_auth::token::key(&mut *w.rng());
        // What looks like a number would be taken for one.
        if !key.bytes().all(|b| b.is_ascii_digit()) && !sql::exists(w.conn(), "select 1 from polls where key = $1", vec![key.clone().into()]).await? {
            return Ok(key);
        }
    }
}

/// Starts a poll; unless only invited people vote, everybody in its group and
/// thread gets a vote.
///
/// # Errors
/// When the rules do not allow it or the poll would be wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("poll")?;
    let files = Files::sent(visit, &sent)?;
    let w = visit.begin().await?;
    let mut faults = Faults::default();
    let mut row = Poll { author_id: visit.actor.id, ..Poll::default() };
    take_all!(visit, &sent, row, &mut faults; poll_type, group_id, discussion_id, poll_template_id, poll_template_key);
    if let Some(id) = row.discussion_id {
        let thread: Discussion = find::by_id(w.conn(), id).await?.ok_or_else(|| locate::no_row("Discussion", &id.to_string()))?;
        row.group_id = row.group_id.or(thread.group_id);
    }
    let permit = policy::authorize(&facts::poll::for_create(w.conn(), &visit.actor, row.group_id, row.discussion_id, row.poll_template_id).await?, "create")?;
    draft::assign(visit, &sent, &mut row, &mut faults);
    let options = Options::sent(visit, &w, &sent, &row, &mut faults).await?;
    options.clamp(&mut row);
    draft::check(visit, &w, &Poll::default(), &row, &mut faults).await?;
    faults.check()?;
    row.key = key(&w).await?;
    let row = text::insert(&visit.app, &w, &permit, row, &files).await?;
    options.store(&w, &permit, row.id).await?;
    after_save(&w, &permit, &row).await?;
    tally::recount(&w, &permit, row.id).await?;
    let added = if row.specified_voters_only { Vec::new() } else { voters::add_everybody(&w, &permit, &row).await? };
    let told: Vec<i32> = if sent.truth("notify_recipients") == Some(true) { added.into_iter().filter(|id| *id != visit.actor.id).collect() } else { Vec::new() };
    let draft = Draft { discussion_id: row.discussion_id, pinned: true, custom_fields: json!({"recipient_user_ids": told}), ..Draft::new("poll_created", "Poll", row.id, visit.user_id()) };
    let event = publish::append(&w, &permit, draft).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}
