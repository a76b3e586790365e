//! Whom an event is addressed to, before anybody's wishes are looked at.

use crate::{
    App,
    services::{
        eventable::{Eventable, What},
        visit,
    },
};
use loomio_core::policy;
use loomio_db::{
    Result, Write, audience as people,
    event::numbers,
    facts::{self, Actor},
    find,
    rows::{Event, Membership, User},
    sql,
};
use serde_json::Value as Json;

/// A custom field of an event.
pub fn custom<'e>(event: &'e Event, field: &str) -> &'e Json {
    event.custom_fields.get(field).unwrap_or(&Json::Null)
}

/// The people an event is addressed to; `listed` are those it names itself.
///
/// # Errors
/// When the database refuses.
pub async fn addressed(app: &App, w: &Write, event: &Event, eventable: &Eventable, listed: &[i32]) -> Result<Vec<i32>> {
    /// `notify_on_closing_soon` by number (`app/models/poll.rb`).
    const UNDECIDED: i32 = 2;
    const VOTERS: i32 = 3;
    let one = |id: Option<i32>| id.into_iter().collect::<Vec<_>>();
    Ok(match (event.kind.as_deref().unwrap_or_default(), &eventable.what) {
        ("poll_announced", _) => people::participants(w.conn(), &numbers(custom(event, "stance_ids"))).await?,
        ("poll_closing_soon", _) => match &eventable.poll {
            Some(p) if matches!(p.notify_on_closing_soon, UNDECIDED | VOTERS) => people::voters(w.conn(), p.id, p.notify_on_closing_soon == UNDECIDED).await?,
            _ => Vec::new(),
        },
        ("poll_expired" | "outcome_review_due", _) => one(eventable.author_id()),
        ("invitation_accepted", What::Membership(m)) => one(m.inviter_id),
        ("membership_request_approved" | "new_coordinator" | "new_delegate", What::Membership(m)) => one(m.user_id),
        ("membership_requested" | "unknown_sender", _) => match eventable.group_id() {
            Some(id) => people::admins(w.conn(), id).await?,
            None => Vec::new(),
        },
        ("membership_resent", _) => match custom(event, "membership_id").as_i64().and_then(|id| i32::try_from(id).ok()) {
            Some(id) => one(find::by_id::<Membership>(w.conn(), id).await?.and_then(|m| m.user_id)),
            None => Vec::new(),
        },
        ("reaction_created", What::Reaction(reaction, target)) => one(liked_author(w, target).await?.filter(|author| Some(*author) != reaction.user_id)),
        ("user_mentioned", _) => numbers(custom(event, "user_ids")),
        ("group_mentioned", _) => mentioned_by_group(app, w, event, eventable).await?,
        _ => listed.to_vec(),
    })
}

/// Who wrote what somebody reacted to, unless they have left the group.
async fn liked_author(w: &Write, target: &Eventable) -> Result<Option<i32>> {
    let (Some(author), Some(group_id)) = (target.author_id(), target.group_id()) else { return Ok(None) };
    let stays = sql::exists(w.conn(), "select 1 from memberships where group_id = $1 and user_id = $2 and revoked_at is null", vec![group_id.into(), author.into()]).await?;
    Ok(stays.then_some(author))
}

/// The members of a mentioned group who are not told otherwise.
async fn mentioned_by_group(app: &App, w: &Write, event: &Event, eventable: &Eventable) -> Result<Vec<i32>> {
    let Some(actor) = user(w, event.user_id).await? else { return Ok(Vec::new()) };
    let mut groups = Vec::new();
    for id in numbers(custom(event, "group_ids")) {
        if may_tell_group(app, w, &actor, id).await? {
            groups.push(id);
        }
    }
    let author = user(w, eventable.author_id()).await?;
    let (ids, usernames) = eventable.named(author.as_ref().and_then(|a| a.username.as_deref()));
    let mut told: Vec<i32> = people::members_named(w.conn(), eventable.circle(), &ids, &usernames).await?.into_iter().map(|p| p.id).collect();
    if let Some(cause) = event.parent_id {
        told.extend(find::by_id::<Event>(w.conn(), cause).await?.map(|e| numbers(custom(&e, "recipient_user_ids"))).unwrap_or_default());
    }
    Ok(people::joined(w.conn(), &groups).await?.into_iter().filter(|id| !told.contains(id)).collect())
}

async fn user(w: &Write, id: Option<i32>) -> Result<Option<User>> {
    match id {
        Some(id) => find::by_id(w.conn(), id).await,
        None => Ok(None),
    }
}

/// Whether somebody may tell a whole group at once.
///
/// # Errors
/// When the database refuses.
pub async fn may_tell_group(app: &App, w: &Write, user: &User, group_id: i32) -> Result<bool> {
    let actor = Actor { id: user.id, verified: user.email_verified, site_admin: user.is_admin == Some(true), site: visit::site(&app.settings), now: w.now(), ..Actor::default() };
    Ok(facts::group::load(w.conn(), &actor, group_id).await?.is_some_and(|f| policy::allows(&f, "notify")))
}
