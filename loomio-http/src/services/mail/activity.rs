//! What happened in threads, item by item, as a catch-up mail tells it.
//!
//! Source: `app/views/event_mailer/thread/*.rb`.

use super::{reader::Reader, text};
use chrono::NaiveDateTime;
use loomio_db::{
    find::{self, Find},
    rows::{Comment, Event, Poll, PollOption, Stance, StanceChoice, User},
    sql,
};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// The kinds of events that are told.
const KINDS: [&str; 6] = ["new_comment", "new_vote", "stance_created", "discussion_closed", "discussion_edited", "poll_edited"];
/// As many items of one mail as anybody would read.
const MOST: u64 = 500;

/// The events of some threads with everything they show.
pub struct Activity {
    events: Vec<Event>,
    comments: HashMap<i32, Comment>,
    stances: HashMap<i32, Stance>,
    polls: HashMap<i32, Poll>,
    chosen: HashMap<i32, Vec<String>>,
    people: HashMap<i32, User>,
}

fn by_id<T>(rows: Vec<T>, id: impl Fn(&T) -> i32) -> HashMap<i32, T> {
    rows.into_iter().map(|row| (id(&row), row)).collect()
}

/// A person's name.
#[must_use]
pub fn name(reader: &Reader, person: Option<&User>) -> String {
    person.and_then(|u| crate::json::user::name(u, &reader.app.i18n, &reader.locale).or_else(|| u.username.clone())).unwrap_or_else(|| reader.words("common.anonymous", &[]))
}

impl Activity {
    /// Loads what happened in some threads since a moment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(reader: &Reader, discussion_ids: &[i32], since: NaiveDateTime) -> anyhow::Result<Self> {
        let db = &reader.app.db;
        let kinds: Vec<String> = KINDS.map(ToOwned::to_owned).to_vec();
        let events = Find::<Event>::new("events.discussion_id = any($1) and events.created_at > $2::timestamp and events.kind = any($3)", vec![sql::ids(discussion_ids), since.into(), kinds.into()])
            .order("events.created_at")
            .order("events.id")
            .limit(MOST)
            .all(db)
            .await?;
        let about = |class: &str| -> Vec<i32> { events.iter().filter(|e| e.eventable_type.as_deref() == Some(class)).filter_map(|e| e.eventable_id).collect() };
        let comments = by_id(find::by_ids::<Comment>(db, &about("Comment")).await?, |c| c.id);
        let stances = by_id(find::by_ids::<Stance>(db, &about("Stance")).await?, |s| s.id);
        let poll_ids: Vec<i32> = about("Poll").into_iter().chain(stances.values().map(|s| s.poll_id)).collect();
        let polls = by_id(find::by_ids::<Poll>(db, &poll_ids).await?, |p| p.id);
        let stance_ids: Vec<i32> = stances.keys().copied().collect();
        let choices = Find::<StanceChoice>::new("stance_choices.stance_id = any($1)", vec![sql::ids(&stance_ids)]).order("stance_choices.score desc").order("stance_choices.id").all(db).await?;
        let options = by_id(find::by_ids::<PollOption>(db, &choices.iter().filter_map(|c| c.poll_option_id).collect::<Vec<_>>()).await?, |o| o.id);
        let mut chosen: HashMap<i32, Vec<String>> = HashMap::new();
        for choice in &choices {
            let Some(option) = choice.poll_option_id.and_then(|id| options.get(&id)) else { continue };
            let Some(poll) = option.poll_id.and_then(|id| polls.get(&id)) else { continue };
            let format = crate::json::poll::option_name_format(poll);
            chosen.entry(choice.stance_id.unwrap_or_default()).or_default().push(reader.option_name(&option.name, &format, &poll.poll_type));
        }
        let people: Vec<i32> = events.iter().filter_map(|e| e.user_id).chain(comments.values().filter_map(|c| c.user_id)).chain(stances.values().filter_map(|s| s.participant_id)).collect();
        let people = by_id(find::by_ids::<User>(db, &people).await?, |u| u.id);
        Ok(Self { events, comments, stances, polls, chosen, people })
    }

    /// What happened in one thread after a moment.
    #[must_use]
    pub fn of(&self, reader: &Reader, discussion_id: i32, since: NaiveDateTime) -> Vec<Json> {
        self.events.iter().filter(|e| e.discussion_id == Some(discussion_id) && e.created_at.is_some_and(|at| at > since)).filter_map(|e| self.item(reader, e)).collect()
    }

    fn item(&self, reader: &Reader, event: &Event) -> Option<Json> {
        let id = event.eventable_id?;
        let actor = name(reader, event.user_id.and_then(|id| self.people.get(&id)));
        let message = event.custom_fields.get("recipient_message").and_then(Json::as_str);
        let told = |key: &str, values: &[(&str, &str)]| Some(json!({"told": reader.words(key, values), "body": text::words_only(message, "md")}));
        match event.kind.as_deref()? {
            "new_comment" => {
                let comment = self.comments.get(&id)?;
                if comment.discarded_at.is_some() {
                    return Some(json!({"told": reader.words("thread_item.removed", &[])}));
                }
                let author = comment.user_id.and_then(|id| self.people.get(&id));
                Some(json!({"name": name(reader, author), "body": reader.html(comment.body.as_deref(), &comment.body_format)}))
            }
            "stance_created" | "new_vote" => {
                let stance = self.stances.get(&id)?;
                let poll = self.polls.get(&stance.poll_id)?;
                let person = stance.participant_id.filter(|_| !poll.anonymous).and_then(|id| self.people.get(&id));
                let single = poll.poll_type != "ranked_choice" && crate::json::poll::minimum_stance_choices(poll, 2) == 1 && crate::json::poll::maximum_stance_choices(poll, 2) == 1;
                Some(json!({
                    "name": name(reader, person),
                    "url": person.and_then(|u| u.key.clone()).map(|key| reader.links.to(&format!("/u/{key}"), &[])),
                    "choices": if single { self.chosen.get(&stance.id).cloned().unwrap_or_default() } else { Vec::new() },
                    "body": reader.html(stance.reason.as_deref(), &stance.reason_format),
                }))
            }
            "discussion_closed" => Some(json!({"told": reader.words("discussion_mailer.discussion_closed.inline", &[("actor", &actor)])})),
            "discussion_edited" => told("discussion_mailer.discussion_edited.inline", &[("actor", &actor)]),
            "poll_edited" => {
                let poll = self.polls.get(&id)?;
                let poll_type = reader.words(&format!("poll_types.{}", poll.poll_type), &[]);
                told("notifications.email_subject.poll_edited", &[("actor", &actor), ("poll_type", &poll_type), ("title", &poll.title)])
            }
            _ => None,
        }
    }
}
