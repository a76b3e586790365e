//! Casting a vote, changing it and taking it back.
//!
//! A vote in a thread that is changed after a quarter of an hour becomes a new
//! one, so that the thread shows both; any other change is made in place.
//! Source: `app/services/stance_service.rb`, `app/models/stance.rb`.

use super::{respond_recent, scope};
use crate::{
    App,
    json::{
        params::Params,
        poll::{dots_per_person, kind, max_score, maximum_stance_choices, min_score, minimum_stance_choices},
        render::Node,
    },
    services::{
        Done, Faults, ServiceError, Visit,
        attributes::{objects, take_all},
        locate, publish,
        text::{self, Files},
    },
};
use chrono::Duration;
use loomio_core::{
    policy::{self, Permit},
    poll::vote::{self, Ballot, Rules},
    rich_text,
    tally::results::UNTIL_CLOSED,
};
use loomio_db::{
    Write, counter,
    event::Draft,
    facts,
    find::{self, Find},
    rows::{Event, Poll, Stance, StanceChoice},
    sql, tally,
};
use serde_json::{Value as Json, json};

/// How long a vote is changed in place.
const CORRECTION: Duration = Duration::minutes(15);
/// How many of a voter's events an answer shows.
const MOST_EVENTS: u64 = 5;
/// `stance_reason_required` when a reason must be given.
const REQUIRED: i32 = 2;

/// What was sent of a vote.
struct Sent {
    params: Params,
    files: Files,
    /// The score given to each option.
    choices: Vec<(i32, i32)>,
}

impl Sent {
    fn of(visit: &Visit) -> Done<Self> {
        let params = visit.params.of("stance")?;
        let files = Files::sent(visit, &params)?;
        let choices = objects(&params, "stance_choices_attributes", &["score", "poll_option_id"])?.unwrap_or_default();
        // An option without a score is simply chosen; a score too large for its column is too large for every poll.
        let score = |c: &Params| c.int("score").map_or(1, |n| i32::try_from(n).unwrap_or(if n < 0 { i32::MIN } else { i32::MAX }));
        Ok(Self { files, choices: choices.iter().map(|c| (c.id("poll_option_id").unwrap_or(0), score(c))).collect(), params })
    }

    fn assign(&self, visit: &Visit, stance: &mut Stance, faults: &mut Faults) {
        take_all!(visit, &self.params, stance, faults; none_of_the_above);
        text::assign(stance, &self.params);
    }

    /// The scores as the vote keeps them.
    fn option_scores(&self) -> Json {
        self.choices.iter().map(|(option, score)| (option.to_string(), json!(score))).collect::<serde_json::Map<_, _>>().into()
    }
}

/// Notes what is wrong with a vote that is about to be cast.
async fn check(visit: &Visit, w: &Write, poll: &Poll, stance: &Stance, choices: &[(i32, i32)], faults: &mut Faults) -> Done<()> {
    let options: Vec<i32> = sql::column(w.conn(), "select id from poll_options where poll_id = $1", vec![poll.id.into()]).await?;
    let scores: Vec<i32> = choices.iter().map(|(_, score)| *score).collect();
    let rules = Rules {
        kind: kind(poll),
        minimum_choices: minimum_stance_choices(poll, options.len()),
        maximum_choices: maximum_stance_choices(poll, options.len()),
        min_score: min_score(poll).unwrap_or(0),
        max_score: max_score(poll),
        dots_per_person: dots_per_person(poll).unwrap_or(0),
        options: options.len(),
        allows_none: poll.show_none_of_the_above,
        limits_reason: poll.limit_reason_length,
        requires_reason: poll.stance_reason_required == REQUIRED,
    };
    let ballot = Ballot {
        scores: &scores,
        none_of_the_above: stance.none_of_the_above,
        reason_length: rich_text::text::visible(stance.reason.as_deref().unwrap_or_default(), &stance.reason_format).chars().count(),
        choices_belong: choices.iter().all(|(option, _)| options.contains(option)),
    };
    for fault in vote::faults(&rules, &ballot) {
        faults.add(fault.field, if fault.translated { visit.text(fault.message) } else { fault.message.to_owned() });
    }
    text::check(visit, stance, faults);
    Ok(())
}

/// Stores a vote with its choices and counts the poll anew.
async fn store(visit: &Visit, w: &Write, permit: &Permit, before: Option<&Stance>, mut after: Stance, sent: &Sent) -> Done<Stance> {
    after.option_scores = sent.option_scores();
    let stored = match before {
        Some(before) => text::save(&visit.app, w, permit, before, after, &sent.files).await?.0,
        None => text::insert(&visit.app, w, permit, after, &sent.files).await?,
    };
    w.execute(permit, "delete from stance_choices where stance_id = $1", vec![stored.id.into()]).await?;
    for (option, score) in &sent.choices {
        w.insert(permit, StanceChoice { stance_id: Some(stored.id), poll_option_id: Some(*option), score: *score, ..StanceChoice::default() }).await?;
    }
    counter::versions(w, permit, "stances", "Stance", stored.id).await?;
    tally::recount(w, permit, stored.poll_id).await?;
    find::by_id(w.conn(), stored.id).await?.ok_or_else(ServiceError::not_found)
}

/// Appends the event of a vote. It stands in the thread when it has a reason,
/// results are not hidden and the thread does not show the vote yet.
async fn append(app: &App, w: &Write, permit: &Permit, poll: &Poll, stance: &Stance, kind: &'static str) -> Done<Event> {
    if let Some(voter) = stance.participant_id {
        publish::notice(w, permit, "Poll", poll.id, voter).await?;
    }
    let told = !rich_text::text::is_blank(stance.reason.as_deref()) && poll.hide_results != UNTIL_CLOSED;
    let discussion_id = match poll.discussion_id.filter(|_| told) {
        Some(id) => {
            let shown = sql::exists(
                w.conn(),
                "select 1 from events where eventable_type = 'Stance' and eventable_id = $1 and discussion_id = $2 and kind in ('stance_created', 'stance_updated')",
                vec![stance.id.into(), id.into()],
            )
            .await?;
            (!shown).then_some(id)
        }
        None => None,
    };
    let user_id = stance.participant_id.filter(|_| !poll.anonymous);
    publish::append_with_mentions(app, w, permit, Draft { discussion_id, ..Draft::new(kind, "Stance", stance.id, user_id) }).await
}

/// A vote of the same voter, not cast yet.
fn replacement(visit: &Visit, w: &Write, stance: &Stance) -> Stance {
    let token = loomio_auth::token::secure(&mut *w.rng());
    Stance {
        poll_id: stance.poll_id,
        participant_id: stance.participant_id,
        inviter_id: stance.inviter_id,
        reason_format: stance.reason_format.clone(),
        token: Some(token),
        created_at: Some(visit.now),
        ..Stance::default()
    }
}

/// Lets no other vote of this poll in until the write ends. Whoever pressed the
/// button twice votes once and changes that vote; closing a poll takes the same lock
/// before it touches its votes.
async fn wait_for_turn(w: &Write, poll_id: i32) -> Done<()> {
    sql::exists(w.conn(), "select 1 from polls where id = $1 for update", vec![poll_id.into()]).await?;
    Ok(())
}

/// Casts a vote, or changes the vote that the visitor has already.
///
/// # Errors
/// When the rules do not allow it or the vote would be wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = Sent::of(visit)?;
    let w = visit.begin().await?;
    let poll_id = sent.params.id("poll_id").unwrap_or(0);
    wait_for_turn(&w, poll_id).await?;
    let permit = policy::authorize(&facts::poll::load(w.conn(), &visit.actor, poll_id).await?.unwrap_or_default(), "vote_in")?;
    let poll: Poll = find::by_id(w.conn(), poll_id).await?.ok_or_else(ServiceError::not_found)?;
    let known = Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = $2 and stances.latest", vec![poll_id.into(), visit.actor.id.into()]).one(w.conn()).await?;
    if let Some(known) = known {
        w.rollback().await?;
        return change(visit, &known, &sent).await;
    }
    let token = loomio_auth::token::secure(&mut *w.rng());
    let mut stance = Stance { poll_id, participant_id: visit.user_id(), cast_at: Some(w.now()), token: Some(token), ..Stance::default() };
    let mut faults = Faults::default();
    sent.assign(visit, &mut stance, &mut faults);
    check(visit, &w, &poll, &stance, &sent.choices, &mut faults).await?;
    faults.check()?;
    let stance = store(visit, &w, &permit, None, stance, &sent).await?;
    let event = append(&visit.app, &w, &permit, &poll, &stance, "stance_created").await?;
    w.commit().await?;
    let scope = scope(visit, None).await?;
    visit.render_in(&[event], &scope, None, "events", Node::new()).await
}

/// Casts or changes one's vote.
///
/// # Errors
/// When the rules do not allow it or the vote would be wrong.
pub async fn update(visit: &Visit) -> Done {
    let stance: Stance = locate::by_id(visit, &visit.params.text("id").unwrap_or_default()).await?;
    change(visit, &stance, &Sent::of(visit)?).await
}

async fn change(visit: &Visit, found: &Stance, sent: &Sent) -> Done {
    let w = visit.begin().await?;
    wait_for_turn(&w, found.poll_id).await?;
    let before = &find::by_id::<Stance>(w.conn(), found.id).await?.ok_or_else(ServiceError::not_found)?;
    let permit = policy::authorize(&facts::poll::stance(w.conn(), &visit.actor, before).await?, "update")?;
    let poll: Poll = find::by_id(w.conn(), before.poll_id).await?.ok_or_else(ServiceError::not_found)?;
    let late = before.updated_at.is_some_and(|t| t < w.now() - CORRECTION);
    let replaces = before.cast_at.is_some() && poll.discussion_id.is_some() && before.option_scores != sent.option_scores() && late;
    let mut after = if replaces {
        Stance { cast_at: Some(w.now()), ..replacement(visit, &w, before) }
    } else {
        Stance { cast_at: before.cast_at.or(Some(w.now())), revoked_at: None, revoker_id: None, ..before.clone() }
    };
    let mut faults = Faults::default();
    sent.assign(visit, &mut after, &mut faults);
    check(visit, &w, &poll, &after, &sent.choices, &mut faults).await?;
    faults.check()?;
    let kind = if before.cast_at.is_none() || replaces { "stance_created" } else { "stance_updated" };
    if replaces {
        let outdated = w.update_columns(&permit, before, Stance { latest: false, ..before.clone() }).await?;
        let stance = store(visit, &w, &permit, None, after, sent).await?;
        append(&visit.app, &w, &permit, &poll, &stance, kind).await?;
        w.commit().await?;
        if let Some(group_id) = poll.group_id {
            publish::live(visit, &[outdated], &format!("group_{group_id}")).await?;
        }
    } else {
        let stance = store(visit, &w, &permit, Some(before), after, sent).await?;
        append(&visit.app, &w, &permit, &poll, &stance, kind).await?;
        w.commit().await?;
    }
    respond_events(visit, &poll).await
}

/// The latest events of the visitor's votes in a poll.
async fn respond_events(visit: &Visit, poll: &Poll) -> Done {
    let events = Find::<Event>::new(
        "events.eventable_type = 'Stance' and events.eventable_id in (select s.id from stances s where s.participant_id = $1 and s.poll_id = $2 order by s.id desc limit 5)",
        vec![visit.actor.id.into(), poll.id.into()],
    )
    .order("events.id desc")
    .limit(MOST_EVENTS)
    .all(visit.db())
    .await?;
    // Who administers a poll sees addresses when a request names one of its votes.
    let scope = scope(visit, Some(poll.id).filter(|_| visit.params.get("id").is_some())).await?;
    let mut answer = visit.render_in(&events, &scope, None, "events", Node::new()).await?;
    if let Some(Json::Object(meta)) = answer.get_mut("meta") {
        meta.remove("total");
    }
    Ok(answer)
}

/// Takes one's vote back.
///
/// # Errors
/// When the vote is not one's own or the rules do not allow it.
pub async fn uncast(visit: &Visit) -> Done {
    let id = visit.params.text("id").unwrap_or_default();
    let w = visit.begin().await?;
    if let Some(found) = find::by_id::<Stance>(w.conn(), visit.params.id("id").unwrap_or(0)).await? {
        wait_for_turn(&w, found.poll_id).await?;
    }
    let before = Find::<Stance>::new(
        "stances.id = $1 and stances.participant_id = $2 and stances.latest and stances.revoked_at is null",
        vec![visit.params.id("id").unwrap_or(0).into(), visit.actor.id.into()],
    )
    .one(w.conn())
    .await?
    .ok_or_else(|| {
        ServiceError::NotFound(format!("Couldn't find Stance with 'id'={id:?} [WHERE \"stances\".\"participant_id\" = $1 AND \"stances\".\"latest\" = $2 AND \"stances\".\"revoked_at\" IS NULL]"))
    })?;
    let permit = policy::authorize(&facts::poll::stance(w.conn(), &visit.actor, &before).await?, "uncast")?;
    w.update_columns(&permit, &before, Stance { latest: false, ..before.clone() }).await?;
    let new = text::insert(&visit.app, &w, &permit, replacement(visit, &w, &before), &Files::KEPT).await?;
    counter::versions(&w, &permit, "stances", "Stance", new.id).await?;
    tally::recount(&w, &permit, new.poll_id).await?;
    w.commit().await?;
    respond_recent(visit, new.poll_id).await
}
