//! Starting a thread, also from items of another one.

use super::{add_users, after_save, assign, check, move_events, recipients};
use crate::services::{
    Done, Visit,
    invite::{About, Invited, user_inviter},
    publish, reader,
    text::{self, Files},
};
use loomio_core::policy;
use loomio_db::{
    Write, counter,
    event::Draft,
    facts, find,
    rows::{Discussion, DiscussionReader, Group},
    sql,
};
use serde_json::{Value as Json, json};

const KEY: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A key that no other thread has and that cannot be taken for a number.
async fn key(w: &Write) -> Done<String> {
    loop {
        let key = w.random_string(KEY, 8);
        if !key.bytes().all(|b| b.is_ascii_digit()) && !sql::exists(w.conn(), "select 1 from discussions where key = $1", vec![key.clone().into()]).await? {
            return Ok(key);
        }
    }
}

/// Starts a thread and tells people of it.
///
/// # Errors
/// When the rules do not allow it or something is wrong with the thread.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("discussion")?;
    let files = Files::sent(visit, &sent)?;
    let w = visit.begin().await?;
    let group: Option<Group> = match sent.id("group_id") {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    let mut row = Discussion { group_id: group.map(|g| g.id), author_id: visit.user_id(), ..Discussion::default() };
    assign(&mut row, &sent);
    let facts = facts::discussion::for_create(w.conn(), &visit.actor, row.group_id).await?;
    let permit = policy::authorize(&facts, "create")?;
    let invited = Invited::of(&sent);
    for action in user_inviter::needed(w.conn(), &visit.actor, &About::discussion(&row), &invited).await? {
        policy::authorize(&facts, action)?;
    }
    check(visit, &w, &row).await?;
    row.key = Some(key(&w).await?);
    row.last_activity_at = Some(visit.now);
    row.ranges_string = Some(String::new());
    let row = text::insert(&visit.app, &w, &permit, row, &files).await?;
    after_save(&w, &permit, &row).await?;
    let own = reader::of(&w, visit.actor.id, &row).await?;
    let own = DiscussionReader { admin: true, guest: row.group_id.is_none(), inviter_id: visit.user_id(), ..own };
    w.insert(&permit, own).await?;
    let users = add_users(visit, &w, &permit, &row, &invited).await?;
    counter::discussions(&w, &permit, &[row.id], counter::OF_READER).await?;
    let mut custom_fields = recipients(&users, &sent);
    custom_fields.insert("recipient_audience".to_owned(), json!(sent.filled("recipient_audience")));
    let draft = Draft { custom_fields: Json::Object(custom_fields), ..Draft::new("new_discussion", "Discussion", row.id, visit.user_id()) };
    let event = publish::append(&w, &permit, draft).await?;
    let forked = sent.ids("forked_event_ids");
    let moved = if forked.is_empty() { Vec::new() } else { move_events(visit, &w, &row, &forked).await? };
    w.commit().await?;
    if let Some(group_id) = row.group_id.filter(|_| !moved.is_empty()) {
        publish::live(visit, &moved, &format!("group_{group_id}")).await?;
    }
    visit.render(&[event], None, "events").await
}
