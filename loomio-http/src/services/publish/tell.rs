//! One event told through its channels, inside the job's transaction.

use super::{
    Message,
    addressed::{addressed, custom, may_tell_group},
    notice, notification,
};
use crate::{
    App,
    jobs::{self, post_to_chatbot::PostToChatbot, send_event_mail::SendEventMail},
    json::poll::waits_for_vote,
    services::eventable::{Eventable, What},
};
use loomio_core::{
    audience::{self, Channel, Facts, Person, Reach, Rule, rule},
    policy::Permit,
    tally::results::UNTIL_CLOSED,
};
use loomio_db::{
    Result, Write,
    audience::{self as people, Circle},
    event::{self, Draft, numbers},
    find::{self, Find},
    rows::{Chatbot, Event, User},
    sql,
};
use serde_json::json;
use std::sync::Arc;

/// Tells people of an event; what browsers are to be told is noted in `messages`.
///
/// # Errors
/// When the database refuses.
pub async fn tell(app: &Arc<App>, w: &Write, permit: &Permit, event: &Event, messages: &mut Vec<Message>) -> Result<()> {
    let kind = event.kind.as_deref().unwrap_or_default();
    let (Some(class), Some(id)) = (event.eventable_type.as_deref(), event.eventable_id) else { return Ok(()) };
    let rule = rule(kind);
    if rule.channels.is_empty() {
        return Ok(());
    }
    let Some(eventable) = Eventable::load(w.conn(), class, id).await? else { return Ok(()) };
    notice_what_was_answered(w, permit, kind, &eventable).await?;
    let mentions = if rule.uses(Channel::Mentions) || rule.uses(Channel::Followers) { mentions(app, w, &eventable).await? } else { Mentions::default() };
    let facts = facts(app, w, event, &rule, &eventable, &mentions).await?;
    let told = audience::audience(&rule, &facts);
    for channel in rule.channels {
        match channel {
            Channel::Live => {
                messages.push(Message::Event { event: Box::new(event.clone()), group_id: eventable.group_id(), guest_ids: guests(w, &eventable).await? });
                messages.extend(results_for_voters(w, event, &eventable).await?);
            }
            Channel::InApp => {
                let stored = notification::store(app, w, permit, event, &eventable, &told.in_app).await?;
                if rule.live_notifications && !stored.is_empty() {
                    messages.push(Message::Notifications(stored));
                }
            }
            Channel::Mail => SendEventMail::enqueue(w, event.id, &told.mail).await?,
            Channel::Followers => SendEventMail::enqueue(w, event.id, &told.followers).await?,
            Channel::Author => SendEventMail::enqueue(w, event.id, told.author_mail.as_slice()).await?,
            Channel::Mentions if silences_mentions(&eventable) => {}
            Channel::Mentions => tell_mentioned(app, w, permit, event, &eventable, &mentions, messages).await?,
            Channel::ChatBots => ask_chatbots(w, event, kind, &eventable).await?,
        }
    }
    Ok(())
}

/// Whoever answers something has seen their notifications about it.
async fn notice_what_was_answered(w: &Write, permit: &Permit, kind: &str, eventable: &Eventable) -> Result<()> {
    match (kind, &eventable.what) {
        ("new_comment", What::Comment(c)) => {
            if let (Some(parent_id), Some(author)) = (c.parent_id, c.user_id) {
                notice(w, permit, &c.parent_type, parent_id, author).await?;
            }
        }
        ("stance_created" | "stance_updated", What::Stance(s)) => {
            if let Some(participant) = s.participant_id {
                notice(w, permit, "Poll", s.poll_id, participant).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

async fn guests(w: &Write, eventable: &Eventable) -> Result<Vec<i32>> {
    match (&eventable.what, &eventable.discussion) {
        (What::Discussion | What::Comment(_), Some(d)) => people::guests(w.conn(), d.id, d.group_id).await,
        _ => Ok(Vec::new()),
    }
}

/// While results wait for one's own vote, a group is not told them; those who have
/// voted are.
async fn results_for_voters(w: &Write, event: &Event, eventable: &Eventable) -> Result<Option<Message>> {
    let Some(poll) = eventable.poll.as_ref().filter(|p| waits_for_vote(p)) else { return Ok(None) };
    let voter_ids = sql::column(
        w.conn(),
        "select participant_id from stances where poll_id = $1 and latest and revoked_at is null and cast_at is not null and participant_id is not null order by id",
        vec![poll.id.into()],
    )
    .await?;
    Ok(Some(Message::Results { event: Box::new(event.clone()), voter_ids }))
}

/// Reasons of votes mention nobody while they are secret.
fn silences_mentions(eventable: &Eventable) -> bool {
    matches!(eventable.what, What::Stance(_)) && eventable.poll.as_ref().is_some_and(|p| p.anonymous || p.hide_results == UNTIL_CLOSED)
}

/// Whom a text mentions.
#[derive(Default)]
struct Mentions {
    all: Vec<Person>,
    new: Vec<Person>,
    new_groups: Vec<i32>,
    group_members: Vec<i32>,
}

async fn mentions(app: &App, w: &Write, eventable: &Eventable) -> Result<Mentions> {
    let author: Option<User> = match eventable.author_id() {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    let (ids, usernames) = eventable.named(author.as_ref().and_then(|a| a.username.as_deref()));
    if ids.is_empty() && usernames.is_empty() {
        return Ok(Mentions::default());
    }
    let all = people::members_named(w.conn(), eventable.circle(), &ids, &usernames).await?;
    let told = people::told_of_mention(w.conn(), eventable.class(), eventable.id()).await?;
    let new = all.iter().copied().filter(|p| !told.contains(&p.id)).collect();
    let groups = mentioned_groups(app, w, eventable, author.as_ref(), &usernames).await?;
    let told = people::groups_told_of_mention(w.conn(), eventable.class(), eventable.id()).await?;
    let joined = people::joined(w.conn(), &groups).await?;
    let group_members = people::people(w.conn(), Circle::default(), &joined).await?.into_iter().filter(|p| p.active && p.verified).map(|p| p.id).collect();
    Ok(Mentions { all, new, new_groups: groups.into_iter().filter(|g| !told.contains(g)).collect(), group_members })
}

/// A text can mention its own group, if its author may tell the whole group.
async fn mentioned_groups(app: &App, w: &Write, eventable: &Eventable, author: Option<&User>, usernames: &[String]) -> Result<Vec<i32>> {
    let (Some(group), Some(author)) = (&eventable.group, author) else { return Ok(Vec::new()) };
    let named = group.handle.as_ref().is_some_and(|h| usernames.iter().any(|u| u.eq_ignore_ascii_case(h)));
    Ok(if named && group.archived_at.is_none() && may_tell_group(app, w, author, group.id).await? { vec![group.id] } else { Vec::new() })
}

/// The events of who is mentioned anew.
fn drafts(event: &Event, eventable: &Eventable, mentions: &Mentions) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if !mentions.new_groups.is_empty() {
        let draft = Draft::new("group_mentioned", eventable.class(), eventable.id(), event.user_id);
        drafts.push(Draft { parent_id: Some(event.id), custom_fields: json!({"group_ids": mentions.new_groups}), ..draft });
    }
    if !mentions.new.is_empty() {
        let ids: Vec<i32> = mentions.new.iter().map(|p| p.id).collect();
        drafts.push(Draft { custom_fields: json!({"user_ids": ids}), ..Draft::new("user_mentioned", eventable.class(), eventable.id(), event.user_id) });
    }
    drafts
}

/// Mentions are events of their own, which have people of their own to tell.
async fn tell_mentioned(app: &Arc<App>, w: &Write, permit: &Permit, event: &Event, eventable: &Eventable, mentions: &Mentions, messages: &mut Vec<Message>) -> Result<()> {
    for draft in drafts(event, eventable, mentions) {
        let mention = match appended(w, event, &draft).await? {
            Some(mention) => mention,
            None => event::append(w, permit, draft).await?,
        };
        Box::pin(tell(app, w, permit, &mention, messages)).await?;
    }
    Ok(())
}

/// The same mention, if the write that made the event has stored it, too.
async fn appended(w: &Write, event: &Event, draft: &Draft) -> Result<Option<Event>> {
    Find::new(
        "events.kind = $1 and events.eventable_type = $2 and events.eventable_id = $3 and events.id > $4 and events.custom_fields = $5",
        vec![draft.kind.into(), event.eventable_type.clone().into(), event.eventable_id.into(), event.id.into(), draft.custom_fields.clone().into()],
    )
    .order("events.id")
    .one(w.conn())
    .await
}

/// Stores the mentions of a text at once, where the answer of the write shows them.
/// They are told by the job of their event.
///
/// # Errors
/// When the database refuses.
pub async fn append_mentions(app: &App, w: &Write, permit: &Permit, event: &Event) -> Result<()> {
    if !rule(event.kind.as_deref().unwrap_or_default()).uses(Channel::Mentions) {
        return Ok(());
    }
    let (Some(class), Some(id)) = (event.eventable_type.as_deref(), event.eventable_id) else { return Ok(()) };
    let Some(eventable) = Eventable::load(w.conn(), class, id).await?.filter(|e| !silences_mentions(e)) else { return Ok(()) };
    let mentions = mentions(app, w, &eventable).await?;
    for draft in drafts(event, &eventable, &mentions) {
        event::append(w, permit, draft).await?;
    }
    Ok(())
}

async fn ask_chatbots(w: &Write, event: &Event, kind: &str, eventable: &Eventable) -> Result<()> {
    let Some(group_id) = eventable.group_id() else { return Ok(()) };
    let chosen = numbers(custom(event, "recipient_chatbot_ids"));
    let bots = Find::<Chatbot>::new("chatbots.group_id = $1 and (chatbots.id = any($2) or $3 = any(chatbots.event_kinds))", vec![group_id.into(), sql::ids(&chosen), kind.into()])
        .order("chatbots.id")
        .all(w.conn())
        .await?;
    for bot in bots {
        jobs::enqueue(w, &PostToChatbot { chatbot_id: bot.id, event_id: event.id }).await?;
    }
    Ok(())
}

async fn facts(app: &App, w: &Write, event: &Event, rule: &Rule, eventable: &Eventable, mentions: &Mentions) -> Result<Facts> {
    /// `notify_on_closing_soon` by number (`app/models/poll.rb`).
    const ASKS_AUTHOR: i32 = 1;
    let kind = event.kind.as_deref().unwrap_or_default();
    let listed = numbers(custom(event, "recipient_user_ids"));
    let addressed = if rule.in_app == Reach::Nobody && rule.mail == Reach::Nobody { Vec::new() } else { addressed(app, w, event, eventable, &listed).await? };
    let circle = match kind {
        "group_mentioned" => Circle { group_id: eventable.group_id(), ..Circle::default() },
        _ => eventable.circle(),
    };
    let followers = if rule.uses(Channel::Followers) { people::followers(w.conn(), eventable.followed()).await? } else { Vec::new() };
    Ok(Facts {
        actor: event.user_id,
        author: eventable.author_id(),
        author_asks: kind == "poll_closing_soon" && eventable.poll.as_ref().is_some_and(|p| p.notify_on_closing_soon == ASKS_AUTHOR),
        addressed: people::people(w.conn(), circle, &addressed).await?,
        followers,
        listed,
        mentioned: mentions.all.iter().map(|p| p.id).collect(),
        newly_mentioned: mentions.new.clone(),
        in_mentioned_groups: mentions.group_members.clone(),
    })
}
