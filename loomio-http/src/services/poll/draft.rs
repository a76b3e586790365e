//! What people send of a poll: its attributes, its options, and what may be wrong
//! with them.
//!
//! Source: `app/models/poll.rb`, `app/models/poll_option.rb`.

use crate::{
    json::{
        params::{self, Params},
        poll::kind,
    },
    services::{
        Done, Faults, ServiceError, Visit,
        attributes::{objects, take, take_all, take_named},
        text,
    },
};
use loomio_core::{
    policy::Permit,
    poll::{Kind, kind::CommonOption},
    tally::results::UNTIL_CLOSED,
};
use loomio_db::{
    Record, Write,
    find::{self, Find},
    rows::{Discussion, Poll, PollOption},
};
use serde_json::{Map, Value as Json};

fn names(column: &str) -> &'static [&'static str] {
    <Poll as Record>::ENUMS.iter().find(|(c, _)| *c == column).map_or(&[][..], |(_, names)| *names)
}

fn custom_fields(p: &mut Poll) -> &mut Map<String, Json> {
    if !p.custom_fields.is_object() {
        p.custom_fields = Json::Object(Map::new());
    }
    match &mut p.custom_fields {
        Json::Object(fields) => fields,
        _ => unreachable!("it was just made an object"),
    }
}

/// Takes over what was sent, except what cannot change after the start.
pub(super) fn assign(visit: &Visit, sent: &Params, p: &mut Poll, faults: &mut Faults) {
    take_all!(visit, sent, p, faults; agree_target, title, closing_at, anonymous, limit_reason_length, shuffle_options, show_none_of_the_above, voter_can_add_options,
        specified_voters_only, reason_prompt, process_name, process_subtitle, template, minimum_stance_choices, maximum_stance_choices, quorum_pct, tags);
    p.tags = p.tags.take().map(|tags| tags.into_iter().filter(|t| !t.is_empty()).collect());
    p.quorum_pct = p.quorum_pct.map(|pct| pct.clamp(0, 100));
    take_named(visit, sent, "hide_results", names("hide_results"), &mut p.hide_results, faults);
    take_named(visit, sent, "notify_on_closing_soon", names("notify_on_closing_soon"), &mut p.notify_on_closing_soon, faults);
    take_named(visit, sent, "stance_reason_required", names("stance_reason_required"), &mut p.stance_reason_required, faults);
    for key in ["meeting_duration", "time_zone", "can_respond_maybe"] {
        if let Some(value) = sent.0.get(key) {
            custom_fields(p).insert(key.to_owned(), value.clone());
        }
    }
    assign_defaults(visit, sent, p, faults);
    text::assign(p, sent);
}

/// Takes over what is stored only where it differs from the type's default. Older
/// polls keep these among their custom fields.
fn assign_defaults(visit: &Visit, sent: &Params, p: &mut Poll, faults: &mut Faults) {
    let known = Kind::named(&p.poll_type);
    let numbers: [(&str, fn(&mut Poll) -> &mut Option<i32>, Option<i32>); 4] = [
        ("max_score", |p| &mut p.max_score, known.and_then(|k| k.max_score)),
        ("min_score", |p| &mut p.min_score, known.and_then(|k| k.min_score)),
        ("dots_per_person", |p| &mut p.dots_per_person, known.and_then(|k| k.dots_per_person)),
        ("default_duration_in_days", |p| &mut p.default_duration_in_days, known.map(|k| k.default_duration_in_days)),
    ];
    for (key, column, default) in numbers {
        if sent.has(key) {
            custom_fields(p).remove(key);
            take(visit, sent, key, column(p), faults);
            let value = column(p);
            *value = value.filter(|v| Some(*v) != default);
        }
    }
    let words: [(&str, fn(&mut Poll) -> &mut Option<String>, Option<&str>); 2] =
        [("poll_option_name_format", |p| &mut p.poll_option_name_format, known.map(|k| k.option_name_format)), ("chart_type", |p| &mut p.chart_type, known.map(|k| k.chart_type))];
    for (key, column, default) in words {
        if sent.has(key) {
            custom_fields(p).remove(key);
            take(visit, sent, key, column(p), faults);
            let value = column(p);
            if value.as_deref() == default {
                *value = None;
            }
        }
    }
}

/// Notes what is wrong with a poll that was `before`.
pub(super) async fn check(visit: &Visit, w: &Write, before: &Poll, p: &Poll, faults: &mut Faults) -> Done<()> {
    if Kind::named(&p.poll_type).is_none() {
        faults.add("poll_type", visit.text("activerecord.errors.messages.inclusion"));
    }
    if p.discarded_at.is_none() && p.title.is_empty() {
        faults.add("title", visit.text("activerecord.errors.messages.blank"));
    }
    let spam = regex::RegexBuilder::new(&visit.app.settings.spam_regex).case_insensitive(true).build().ok();
    for (field, text) in [("title", Some(&p.title)), ("details", p.details.as_ref())] {
        if spam.as_ref().is_some_and(|s| text.is_some_and(|t| s.is_match(t))) {
            faults.add(field, "no spam");
        }
    }
    text::check(visit, p, faults);
    if p.closed_at.is_none() && p.closing_at.is_some_and(|t| t <= visit.now) {
        faults.add("closing_at", visit.text("poll.error.must_be_in_the_future"));
    }
    if before.anonymous && !p.anonymous {
        faults.add("anonymous", visit.text("poll.error.cannot_deanonymize"));
    }
    if before.hide_results == UNTIL_CLOSED && p.hide_results != UNTIL_CLOSED {
        faults.add("hide_results", visit.text("poll.error.cannot_show_results_early"));
    }
    if let Some(id) = p.discussion_id {
        let thread: Option<Discussion> = find::by_id(w.conn(), id).await?;
        if thread.is_some_and(|d| d.group_id != p.group_id) {
            faults.add("group", "Poll group is not discussion group");
        }
    }
    Ok(())
}

/// How the options of a poll change.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// Stored options, before and after.
    changed: Vec<(PollOption, PollOption)>,
    /// New options.
    added: Vec<PollOption>,
    /// Options to be removed with the choices of them.
    removed: Vec<PollOption>,
}

const ATTRIBUTES: &[&str] = &["id", "name", "icon", "meaning", "prompt", "priority", "test_operator", "test_percent", "test_against", "_destroy"];

impl Options {
    /// Reads what was sent of a poll's options, whole or by name.
    ///
    /// # Errors
    /// When an option is not the poll's or has unknown attributes.
    pub(super) async fn sent(visit: &Visit, w: &Write, sent: &Params, p: &Poll, faults: &mut Faults) -> Done<Self> {
        let stored = Find::<PollOption>::new("poll_options.poll_id = $1", vec![p.id.into()]).order("poll_options.priority").order("poll_options.id").all(w.conn()).await?;
        let mut options = Self { changed: stored.into_iter().map(|o| (o.clone(), o)).collect(), ..Self::default() };
        for attributes in objects(sent, "poll_options_attributes", ATTRIBUTES)?.unwrap_or_default() {
            options.take(visit, &attributes, p, faults)?;
        }
        if sent.get("options").is_some() {
            options.take_names(visit, sent.texts("options"), p);
        }
        if p.poll_type == "meeting" {
            options.order_by_name();
        }
        options.check(visit, faults);
        Ok(options)
    }

    fn take(&mut self, visit: &Visit, sent: &Params, p: &Poll, faults: &mut Faults) -> Done<()> {
        let Some(id) = sent.filled("id") else {
            let mut option = PollOption::default();
            take_option(visit, sent, &mut option, faults);
            self.added.push(option);
            return Ok(());
        };
        let number = sent.id("id").unwrap_or(0);
        let Some(at) = self.changed.iter().position(|(o, _)| o.id == number) else {
            return Err(ServiceError::NotFound(format!("Couldn't find PollOption with ID={id} for Poll with ID={}", p.id)));
        };
        if sent.truth("_destroy") == Some(true) {
            self.removed.push(self.changed.remove(at).0);
        } else {
            take_option(visit, sent, &mut self.changed[at].1, faults);
        }
        Ok(())
    }

    /// The names of all options in their order; those that are not named are removed.
    fn take_names(&mut self, visit: &Visit, mut names: Vec<String>, p: &Poll) {
        if p.poll_type == "meeting" {
            names.sort();
        }
        let mut kept = Vec::new();
        for (place, name) in names.into_iter().enumerate() {
            let priority = i32::try_from(place).unwrap_or(i32::MAX);
            let common = kind(p).common_options.iter().find(|o| o.key == name);
            let known = self.changed.iter().position(|(o, _)| o.name == name);
            let mut option = known.map_or_else(|| PollOption { name: name.clone(), ..PollOption::default() }, |at| self.changed[at].1.clone());
            option.priority = priority;
            if let Some(common) = common {
                name_common(visit, &mut option, common);
            }
            match known {
                Some(at) => {
                    let (before, _) = self.changed.remove(at);
                    kept.push((before, option));
                }
                None => self.added.push(option),
            }
        }
        self.removed.extend(self.changed.drain(..).map(|(before, _)| before));
        self.changed = kept;
    }

    /// The times of a meeting stand in their order.
    fn order_by_name(&mut self) {
        let mut all: Vec<&mut PollOption> = self.changed.iter_mut().map(|(_, after)| after).chain(self.added.iter_mut()).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        for (place, option) in all.into_iter().enumerate() {
            option.priority = i32::try_from(place).unwrap_or(i32::MAX);
        }
    }

    fn check(&self, visit: &Visit, faults: &mut Faults) {
        let fits = |value: &Option<String>, allowed: [&str; 2]| value.as_deref().is_none_or(|v| allowed.contains(&v));
        for option in self.changed.iter().map(|(_, after)| after).chain(&self.added) {
            if option.name.trim().is_empty() {
                faults.add("poll_options.name", visit.text("activerecord.errors.messages.blank"));
            }
            if !fits(&option.test_operator, ["gte", "lte"]) {
                faults.add("poll_options.test_operator", visit.text("activerecord.errors.messages.inclusion"));
            }
            if !fits(&option.test_against, ["score_percent", "voter_percent"]) {
                faults.add("poll_options.test_against", visit.text("activerecord.errors.messages.inclusion"));
            }
        }
    }

    /// No more options can be asked for than there are.
    pub(super) fn clamp(&self, p: &mut Poll) {
        let count = i32::try_from(self.changed.len() + self.added.len() + self.removed.len()).unwrap_or(i32::MAX);
        p.minimum_stance_choices = p.minimum_stance_choices.map(|n| n.min(count));
    }

    /// Stores the options of a stored poll.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn store(self, w: &Write, permit: &Permit, poll_id: i32) -> Done<()> {
        for option in self.removed {
            w.execute(permit, "delete from stance_choices where poll_option_id = $1", vec![option.id.into()]).await?;
            w.destroy(permit, &option).await?;
        }
        for (before, after) in self.changed {
            w.save(permit, &before, after).await?;
        }
        for option in self.added {
            w.insert(permit, PollOption { poll_id: Some(poll_id), ..option }).await?;
        }
        Ok(())
    }
}

fn take_option(visit: &Visit, sent: &Params, o: &mut PollOption, faults: &mut Faults) {
    let mut found = Faults::default();
    take_all!(visit, sent, o, &mut found; name, icon, meaning, prompt, priority, test_operator, test_percent, test_against);
    o.test_percent = o.test_percent.map(|pct| pct.clamp(0, 100));
    for (field, message) in found.0 {
        faults.add(&format!("poll_options.{field}"), message);
    }
}

fn name_common(visit: &Visit, option: &mut PollOption, common: &CommonOption) {
    option.name = visit.text(common.name);
    option.icon = Some(common.icon.to_owned());
    option.meaning = Some(visit.text(common.meaning));
    option.prompt = Some(visit.text(common.prompt));
}

/// The people, chat bots, audience and message of an event, as it keeps them.
pub(crate) fn recipients(user_ids: &[i32], sent: &Params) -> Map<String, Json> {
    let mut fields = Map::new();
    fields.insert("recipient_user_ids".to_owned(), serde_json::json!(user_ids));
    fields.insert("recipient_chatbot_ids".to_owned(), sent.get("recipient_chatbot_ids").map_or(Json::Null, |ids| serde_json::json!(params::ids(ids))));
    fields.insert("recipient_audience".to_owned(), serde_json::json!(sent.filled("recipient_audience")));
    fields
}
