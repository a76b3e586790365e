//! Polls with their options and results.

use super::{
    discussion, event, group, outcome,
    render::{Node, Render, maybe_time, name_of},
    stance, user,
};
use crate::fields;
use loomio_core::{
    poll::{Kind, kind::KINDS},
    rich_text,
    tally::results,
};
use loomio_db::{
    Record,
    rows::{Poll, PollOption},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const ENUMS: &[(&str, &[&str])] = <Poll as Record>::ENUMS;

fn named(column: &str, n: i32) -> Json {
    ENUMS.iter().find(|(c, _)| *c == column).map_or(Json::Null, |(_, names)| name_of(names, n))
}

/// A poll's type; an unknown one counts as a proposal.
#[must_use]
pub fn kind(p: &Poll) -> &'static Kind {
    Kind::named(&p.poll_type).unwrap_or(&KINDS[0])
}

/// Whether the results of a poll wait for one's own vote.
#[must_use]
pub fn waits_for_vote(p: &Poll) -> bool {
    p.hide_results == results::UNTIL_VOTE && p.closed_at.is_none()
}

/// Whether who looks sees results and what others said. The original leaves it to
/// the client to hide them from those who have not voted.
pub fn shows_results(p: &Poll, r: &mut Render<'_>) -> bool {
    let voted = waits_for_vote(p) && (r.scope.for_voters || (r.scope.current_user_id.is_some() && r.store.my_stances.get(&p.id).is_some_and(|s| s.cast_at.is_some())));
    results::are_shown(p.hide_results, p.closed_at.is_some(), voted)
}

fn custom<'p>(p: &'p Poll, key: &str) -> Option<&'p Json> {
    p.custom_fields.get(key).filter(|v| !v.is_null())
}

fn custom_number(p: &Poll, key: &str) -> Option<i32> {
    custom(p, key).and_then(super::params::int).and_then(|n| i32::try_from(n).ok())
}

/// The lowest score an option may get.
#[must_use]
pub fn min_score(p: &Poll) -> Option<i32> {
    p.min_score.or_else(|| custom_number(p, "min_score")).or(kind(p).min_score)
}

/// The highest score an option may get.
#[must_use]
pub fn max_score(p: &Poll) -> Option<i32> {
    p.max_score.or_else(|| custom_number(p, "max_score")).or(kind(p).max_score)
}

/// How many points a voter may give in all.
#[must_use]
pub fn dots_per_person(p: &Poll) -> Option<i32> {
    p.dots_per_person.or_else(|| custom_number(p, "dots_per_person")).or(kind(p).dots_per_person)
}

/// How many options must be chosen.
#[must_use]
pub fn minimum_stance_choices(p: &Poll, options: usize) -> i32 {
    if kind(p).requires_all_choices {
        return i32::try_from(options).unwrap_or(i32::MAX);
    }
    p.minimum_stance_choices.or_else(|| custom_number(p, "minimum_stance_choices")).or(kind(p).minimum_stance_choices).unwrap_or(0)
}

/// How many options may be chosen.
#[must_use]
pub fn maximum_stance_choices(p: &Poll, options: usize) -> i32 {
    p.maximum_stance_choices.or_else(|| custom_number(p, "maximum_stance_choices")).or(kind(p).maximum_stance_choices).unwrap_or_else(|| i32::try_from(options).unwrap_or(i32::MAX))
}

/// How option names are to be read: `plain`, `i18n` or `iso8601`.
#[must_use]
pub fn option_name_format(p: &Poll) -> String {
    p.poll_option_name_format.clone().or_else(|| custom(p, "poll_option_name_format").and_then(super::params::text)).unwrap_or_else(|| kind(p).option_name_format.to_owned())
}

/// A number as Ruby writes it: whole when it is whole.
fn number(f: f64) -> Json {
    if f.fract() == 0.0 && f.abs() < 9e15 { json!(f as i64) } else { json!(f) }
}

fn stance_counts(p: &Poll) -> Vec<f64> {
    p.stance_counts.as_array().map(|counts| counts.iter().map(|c| c.as_f64().unwrap_or(0.0)).collect()).unwrap_or_default()
}

fn choice(o: &PollOption) -> results::Choice {
    let scores: BTreeMap<i32, f64> = o.voter_scores.as_object().map(|m| m.iter().filter_map(|(k, v)| Some((k.parse().ok()?, v.as_f64()?))).collect()).unwrap_or_default();
    results::Choice {
        id: o.id,
        name: o.name.clone(),
        priority: o.priority,
        icon: o.icon.clone(),
        total_score: f64::from(o.total_score),
        voter_count: o.voter_count,
        voter_scores: scores,
        test_operator: o.test_operator.clone(),
        test_percent: o.test_percent,
        test_against: o.test_against.clone(),
    }
}

/// The rows of a poll's results as JSON.
pub fn results(p: &Poll, options: &[PollOption], r: &mut Render<'_>) -> Json {
    let counts = stance_counts(p);
    let format = option_name_format(p);
    // Who wants none of the options is as secret as any other vote.
    let undecided = if p.anonymous { None } else { r.store.undecided_voters.get(&p.id) };
    let none = if p.anonymous || !p.show_none_of_the_above { None } else { r.store.none_of_the_above_voters.get(&p.id) };
    let poll = results::Poll {
        id: p.id,
        kind: kind(p),
        option_name_format: &format,
        voters_count: p.voters_count,
        undecided_voters_count: p.undecided_voters_count,
        none_of_the_above_count: p.none_of_the_above_count,
        stance_counts: &counts,
        agree_target: p.agree_target,
        shows_none_of_the_above: p.show_none_of_the_above,
        none_of_the_above_voters: none.as_deref().map_or(&[], Vec::as_slice),
        undecided_voters: undecided.as_deref().map_or(&[], Vec::as_slice),
    };
    let choices: Vec<_> = options.iter().map(choice).collect();
    Json::Array(results::rows(&poll, &choices).into_iter().map(|row| Json::Object(row_json(p.id, &row))).collect())
}

fn row_json(poll_id: i32, row: &results::Row) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => row.id,
        "poll_id" => poll_id,
        "name" => row.name,
        "name_format" => row.name_format,
        "rank" => row.rank,
        "score" => number(row.score),
        "target_percent" => row.target_percent,
        "score_percent" => row.score_percent,
        "max_score_percent" => row.max_score_percent,
        "voter_percent" => row.voter_percent,
        "average" => row.average,
        "voter_scores" => row.voter_scores.iter().map(|(k, v)| (k.to_string(), number(*v))).collect::<Node>(),
        "voter_ids" => row.voter_ids,
        "voter_count" => row.voter_count,
        "color" => row.color,
        "test_result" => row.test_result,
    );
    if let Some((operator, against, percent)) = &row.test {
        fields!(node; "icon" => row.icon, "test_operator" => operator, "test_against" => against, "test_percent" => percent);
    }
    node
}

/// Fields that a discarded poll keeps to itself.
const HIDDEN: [&str; 30] = [
    "attachments",
    "link_previews",
    "author_id",
    "anonymous",
    "can_respond_maybe",
    "closed_at",
    "closing_at",
    "created_at",
    "content_locale",
    "cast_stances_pct",
    "decided_voters_count",
    "details",
    "details_format",
    "hide_results",
    "limit_reason_length",
    "notify_on_closing_soon",
    "poll_type",
    "mentioned_usernames",
    "shuffle_options",
    "stance_counts",
    "total_score",
    "specified_voters_only",
    "title",
    "undecided_voters_count",
    "voter_can_add_options",
    "voters_count",
    "stance_reason_required",
    "versions_count",
    "meeting_duration",
    "default_duration_in_days",
];

/// A poll.
pub fn poll(p: &Poll, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let stored = r.store.options_of_poll.get(&p.id);
    let options: &[PollOption] = stored.as_deref().map_or(&[], Vec::as_slice);
    let has_target = p.agree_target.is_some();
    let counts = stance_counts(p);
    fields!(node;
        "id" => p.id,
        "limit_reason_length" => p.limit_reason_length,
        "attachments" => p.attachments,
        "agree_target" => p.agree_target,
        "author_id" => p.author_id,
        "anonymous" => p.anonymous,
        "can_respond_maybe" => custom(p, "can_respond_maybe").cloned().unwrap_or(Json::Bool(false)),
        "chart_type" => p.chart_type.clone().or_else(|| custom(p, "chart_type").and_then(super::params::text)).unwrap_or_else(|| kind(p).chart_type.to_owned()),
        "chart_column" => kind(p).chart_column(has_target),
        "closed_at" => maybe_time(p.closed_at),
        "closing_at" => maybe_time(p.closing_at),
        "created_at" => maybe_time(p.created_at),
        "content_locale" => p.content_locale,
        "cast_stances_pct" => results::cast_percent(p.voters_count, p.undecided_voters_count),
        "decided_voters_count" => p.voters_count - p.undecided_voters_count,
        "details" => p.details,
        "details_format" => p.details_format,
        "discarded_at" => maybe_time(p.discarded_at),
        "discarded_by" => p.discarded_by,
        "discussion_id" => p.discussion_id,
        "group_id" => p.group_id,
        "hide_results" => named("hide_results", p.hide_results),
        "key" => p.key,
        "link_previews" => p.link_previews,
        "notify_on_closing_soon" => named("notify_on_closing_soon", p.notify_on_closing_soon),
        "poll_type" => p.poll_type,
        "poll_option_names" => options.iter().map(|o| o.name.clone()).collect::<Vec<_>>(),
        "poll_option_name_format" => option_name_format(p),
        "result_columns" => kind(p).result_columns(has_target),
        "reason_prompt" => p.reason_prompt,
        "shuffle_options" => p.shuffle_options,
        "show_none_of_the_above" => p.show_none_of_the_above,
        "specified_voters_only" => p.specified_voters_only,
        "total_score" => number(counts.iter().sum()),
        "title" => p.title,
        "undecided_voters_count" => p.undecided_voters_count,
        "voter_can_add_options" => p.voter_can_add_options,
        "voters_count" => p.voters_count,
        "stance_reason_required" => named("stance_reason_required", p.stance_reason_required),
        "versions_count" => p.versions_count,
        "dots_per_person" => dots_per_person(p),
        "max_score" => max_score(p),
        "min_score" => min_score(p),
        "minimum_stance_choices" => minimum_stance_choices(p, options.len()),
        "maximum_stance_choices" => maximum_stance_choices(p, options.len()),
        "meeting_duration" => custom(p, "meeting_duration").cloned(),
        "poll_template_id" => p.poll_template_id,
        "poll_template_key" => p.poll_template_key,
        "quorum_pct" => p.quorum_pct,
        "quorum_count" => results::quorum_count(p.quorum_pct, p.voters_count),
        "quorum_votes_required" => results::quorum_votes_required(p.quorum_pct, p.voters_count, p.undecided_voters_count),
    );
    if r.scope.includes("tag") {
        fields!(node; "tags" => p.tags);
    }
    if p.details_format == "md" && p.discarded_at.is_none() {
        let own = r.store.users.get(&p.author_id).and_then(|u| u.username.clone());
        fields!(node; "mentioned_usernames" => rich_text::mentions::usernames(p.details.as_deref().unwrap_or_default(), "md", own.as_deref()));
    }
    if shows_results(p, r) {
        let rows = results(p, options, r);
        fields!(node; "stance_counts" => counts.iter().map(|c| number(*c)).collect::<Vec<_>>(), "results" => rows);
    }
    if p.discarded_at.is_some() {
        for field in HIDDEN {
            if let Some(value) = node.get_mut(field) {
                *value = Json::Null;
            }
        }
    }
    neighbours(p, options, &mut node, r);
    node
}

fn neighbours(p: &Poll, options: &[PollOption], node: &mut Node, r: &mut Render<'_>) {
    if r.scope.includes("discussion") {
        let found = p.discussion_id.and_then(|id| r.store.discussions.get(&id));
        r.one(node, "discussion_id", "discussions", found, discussion::discussion);
    }
    if r.scope.includes("event") {
        let created = r.store.created_events.get(&("poll_created", p.id));
        r.one(node, "created_event_id", "events", created, event::event);
    }
    if r.scope.includes("group") && p.group_id.is_some() {
        let found = p.group_id.and_then(|id| r.store.groups.get(&id));
        r.one(node, "group_id", "groups", found, group::group);
    }
    if r.scope.includes("user") && r.scope.includes("author") {
        let author = r.store.users.get(&p.author_id);
        r.one(node, "author_id", "users", author, user::author);
    }
    if r.scope.includes("outcome") {
        let current = r.known.outcome_of_poll.get(&p.id).cloned();
        r.one(node, "current_outcome_id", "outcomes", current, outcome::outcome);
    }
    if r.scope.current_user_id.is_some()
        && let Some(mine) = r.store.my_stances.get(&p.id)
    {
        r.one(node, "my_stance_id", "stances", Some(mine), stance::stance);
    }
    if r.scope.includes("poll_option") {
        r.many(node, "poll_option_ids", "poll_options", options, option);
    }
}

/// An option of a poll.
pub fn option(o: &PollOption, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let kind = o.poll_id.and_then(|id| r.store.polls.get(&id)).map_or(&KINDS[0], |p| kind(&p));
    let icon = results::icon(o.icon.as_deref(), &o.name);
    fields!(node;
        "id" => o.id,
        "poll_id" => o.poll_id,
        "name" => o.name,
        "priority" => o.priority,
        "color" => results::color(kind, icon.as_deref(), o.priority),
        "icon" => icon,
        "meaning" => o.meaning,
        "prompt" => o.prompt,
        "test_operator" => o.test_operator,
        "test_percent" => o.test_percent,
        "test_against" => o.test_against,
    );
    node
}
