//! Changing a poll.

use super::{
    after_save,
    draft::{self, Options, recipients},
};
use crate::{
    jobs::{self, add_voters::AddVoters, index_poll::IndexPoll},
    services::{
        Done, Faults, Visit,
        attributes::take,
        invite::{About, Invited, user_inviter},
        locate, publish,
        text::{self, Files},
    },
};
use loomio_core::policy;
use loomio_db::{event::Draft, facts, tally};
use serde_json::{Value as Json, json};

/// Changes a poll and tells people of it.
///
/// # Errors
/// When the rules do not allow it or the poll would be wrong.
pub async fn update(visit: &Visit) -> Done {
    let before = locate::poll(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let sent = visit.params.of("poll")?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::poll::load(w.conn(), &visit.actor, before.id).await?.unwrap_or_default(), "update")?;
    let invited = Invited::of(&sent);
    let about = About::poll(&before);
    user_inviter::authorize(w.conn(), &visit.actor, &about, &invited).await?;
    let mut faults = Faults::default();
    let mut after = before.clone();
    take(visit, &sent, "group_id", &mut after.group_id, &mut faults);
    draft::assign(visit, &sent, &mut after, &mut faults);
    let options = Options::sent(visit, &w, &sent, &before, &mut faults).await?;
    options.clamp(&mut after);
    draft::check(visit, &w, &before, &after, &mut faults).await?;
    faults.check()?;
    let (row, _) = text::save(&visit.app, &w, &permit, &before, after, &Files::sent(visit, &sent)?).await?;
    // The poll may have moved to a group in which the actor may not do this.
    policy::authorize(&facts::poll::load(w.conn(), &visit.actor, row.id).await?.unwrap_or_default(), "update")?;
    options.store(&w, &permit, row.id).await?;
    after_save(&w, &permit, &row).await?;
    tally::recount(&w, &permit, row.id).await?;
    jobs::enqueue(&w, &IndexPoll { poll_id: row.id }).await?;
    if let Some(group_id) = row.group_id {
        jobs::enqueue(&w, &AddVoters { group_id }).await?;
    }
    let users = user_inviter::where_or_create(&w, &permit, visit, &About::poll(&row), &invited).await?;
    let mut fields = recipients(&users.iter().map(|u| u.id).collect::<Vec<_>>(), &sent);
    fields.insert("recipient_message".to_owned(), json!(sent.filled("recipient_message")));
    // Only a change with a word about it is an item of the thread.
    let discussion_id = row.discussion_id.filter(|_| sent.get("recipient_message").is_some());
    let event = publish::append(&w, &permit, Draft { discussion_id, custom_fields: Json::Object(fields), ..Draft::new("poll_edited", "Poll", row.id, visit.user_id()) }).await?;
    w.commit().await?;
    visit.render(&[event], None, "events").await
}
