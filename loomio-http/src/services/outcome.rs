//! Outcomes: what was decided after a poll.
//!
//! Source: `app/services/outcome_service.rb`, `app/models/outcome.rb`.

use super::{
    Done, Faults, ServiceError, Visit,
    attributes::take_all,
    invite::{About, Invited, user_inviter},
    locate,
    poll::draft::recipients,
    publish,
    text::{self, Files},
};
use crate::json::{params::Params, render::Node};
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write, counter,
    event::Draft,
    facts, find,
    rows::{Event, Outcome, Poll, User},
    sql,
};
use serde_json::{Map, Value as Json, json};

/// Takes over what was sent.
fn assign(visit: &Visit, sent: &Params, o: &mut Outcome, custom: &[&str], faults: &mut Faults) {
    take_all!(visit, sent, o, faults; poll_option_id, review_on);
    for key in custom {
        let Some(value) = sent.0.get(*key) else { continue };
        if !o.custom_fields.is_object() {
            o.custom_fields = Json::Object(Map::new());
        }
        if let Json::Object(fields) = &mut o.custom_fields {
            fields.insert((*key).to_owned(), value.clone());
        }
    }
    text::assign(o, sent);
}

async fn check(visit: &Visit, w: &Write, o: &Outcome, faults: &mut Faults) -> Done<()> {
    if o.statement.trim().is_empty() {
        faults.add("statement", visit.text("activerecord.errors.messages.blank"));
    }
    text::check(visit, o, faults);
    if let Some(option) = o.poll_option_id
        && !sql::exists(w.conn(), "select 1 from poll_options where id = $1 and poll_id = $2", vec![option.into(), o.poll_id.into()]).await?
    {
        faults.add("poll_option_id", visit.text("outcome.error.invalid_poll_option"));
    }
    Ok(())
}

/// Leave to do something with an outcome of a poll, and to invite these people.
async fn permit(visit: &Visit, w: &Write, o: &Outcome, poll: &Poll, action: &'static str, invited: &Invited) -> Done<Permit> {
    let facts = facts::poll::outcome(w.conn(), &visit.actor, poll.id).await?.unwrap_or_default();
    let permit = policy::authorize(&facts, action)?;
    user_inviter::authorize(w.conn(), &visit.actor, &About::outcome(o, poll), invited).await?;
    Ok(permit)
}

async fn append(visit: &Visit, w: &Write, permit: &Permit, draft: Draft, users: &[User], sent: &Params) -> Done<Event> {
    let ids: Vec<i32> = users.iter().map(|u| u.id).collect();
    let draft = Draft { user_id: visit.user_id(), custom_fields: Json::Object(recipients(&ids, sent)), ..draft };
    publish::append(w, permit, draft).await
}

/// An outcome is shown without threads and events that it does not name.
async fn respond(visit: &Visit, event: Event) -> Done {
    let scope = crate::json::render::Scope { exclude: ["discussion", "event"].map(ToOwned::to_owned).into(), ..visit.scope() };
    visit.render_in(&[event], &scope, None, "events", Node::new()).await
}

/// Says what was decided after a poll and tells people.
///
/// # Errors
/// When the rules do not allow it or the outcome would be wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("outcome")?;
    let files = Files::sent(visit, &sent)?;
    let w = visit.begin().await?;
    let mut draft = Outcome { author_id: visit.actor.id, ..Outcome::default() };
    let mut faults = Faults::default();
    take_all!(visit, &sent, draft, &mut faults; poll_id);
    let poll: Option<Poll> = match draft.poll_id {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    let Some(poll) = poll else { return Err(policy::Denied::new("create", "Outcome").into()) };
    let invited = Invited::of(&sent);
    let permit = permit(visit, &w, &draft, &poll, "create", &invited).await?;
    assign(visit, &sent, &mut draft, &["event_summary", "event_description", "event_location"], &mut faults);
    check(visit, &w, &draft, &mut faults).await?;
    faults.check()?;
    w.execute(&permit, "update outcomes set latest = false where poll_id = $1", vec![poll.id.into()]).await?;
    let row = text::insert(&visit.app, &w, &permit, draft, &files).await?;
    let users = user_inviter::where_or_create(&w, &permit, visit, &About::outcome(&row, &poll), &invited).await?;
    let draft = Draft { discussion_id: poll.discussion_id, ..Draft::new("outcome_created", "Outcome", row.id, None) };
    let event = append(visit, &w, &permit, draft, &users, &sent).await?;
    w.commit().await?;
    respond(visit, event).await
}

/// Changes an outcome and tells people.
///
/// # Errors
/// When there is none, the rules do not allow it or the outcome would be wrong.
pub async fn update(visit: &Visit) -> Done {
    let before: Outcome = locate::by_id(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let sent = visit.params.of("outcome")?;
    let files = Files::sent(visit, &sent)?;
    let w = visit.begin().await?;
    let poll: Poll = find::by_id(w.conn(), before.poll_id.unwrap_or(0)).await?.ok_or_else(ServiceError::not_found)?;
    let invited = Invited::of(&sent);
    let permit = permit(visit, &w, &before, &poll, "update", &invited).await?;
    let mut after = before.clone();
    let mut faults = Faults::default();
    assign(visit, &sent, &mut after, &["event_summary", "event_location"], &mut faults);
    check(visit, &w, &after, &mut faults).await?;
    faults.check()?;
    let (row, _) = text::save(&visit.app, &w, &permit, &before, after, &files).await?;
    counter::versions(&w, &permit, "outcomes", "Outcome", row.id).await?;
    let users = user_inviter::where_or_create(&w, &permit, visit, &About::outcome(&row, &poll), &invited).await?;
    let event = append(visit, &w, &permit, Draft::new("outcome_updated", "Outcome", row.id, None), &users, &sent).await?;
    w.commit().await?;
    respond(visit, event).await
}

/// Tells people of an outcome, some of whom may be invited by it.
///
/// # Errors
/// When the rules do not allow it, there is no such audience, or too many are invited.
pub async fn invite(visit: &Visit, w: &Write, outcome: &Outcome, poll: &Poll, sent: &Params) -> Done<Vec<User>> {
    let invited = Invited::of(sent);
    let permit = permit(visit, w, outcome, poll, "announce", &invited).await?;
    let users = user_inviter::where_or_create(w, &permit, visit, &About::outcome(outcome, poll), &invited).await?;
    let ids: Vec<i32> = users.iter().map(|u| u.id).collect();
    let custom_fields = json!({"recipient_user_ids": ids, "recipient_audience": sent.filled("recipient_audience")});
    publish::append(w, &permit, Draft { custom_fields, ..Draft::new("outcome_announced", "Outcome", outcome.id, visit.user_id()) }).await?;
    Ok(users)
}
