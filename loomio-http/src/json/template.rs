//! Templates of polls and of threads.

use super::{
    group,
    render::{Node, Render, maybe_time, name_of, time},
};
use crate::fields;
use loomio_db::{
    Record,
    rows::{DiscussionTemplate, PollTemplate},
};
use serde_json::Value as Json;

fn named(column: &str, n: i32) -> Json {
    <PollTemplate as Record>::ENUMS.iter().find(|(c, _)| *c == column).map_or(Json::Null, |(_, names)| name_of(names, n))
}

/// A template of polls.
pub fn poll(t: &PollTemplate, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    fields!(node;
        "id" => (t.id != 0).then_some(t.id),
        "key" => t.key,
        "group_id" => t.group_id,
        "position" => t.position,
        "author_id" => (t.author_id != 0).then_some(t.author_id),
        "poll_type" => t.poll_type,
        "process_name" => t.process_name,
        "process_subtitle" => t.process_subtitle,
        "process_introduction" => t.process_introduction,
        "process_introduction_format" => t.process_introduction_format,
        "tags" => t.tags,
        "title" => t.title,
        "title_placeholder" => t.title_placeholder,
        "details" => t.details,
        "details_format" => t.details_format,
        "anonymous" => t.anonymous,
        "specified_voters_only" => t.specified_voters_only,
        "notify_on_closing_soon" => named("notify_on_closing_soon", t.notify_on_closing_soon),
        "content_locale" => t.content_locale,
        "shuffle_options" => t.shuffle_options,
        "show_none_of_the_above" => t.show_none_of_the_above,
        "hide_results" => named("hide_results", t.hide_results),
        "chart_type" => t.chart_type,
        "min_score" => t.min_score,
        "max_score" => t.max_score,
        "minimum_stance_choices" => t.minimum_stance_choices,
        "maximum_stance_choices" => t.maximum_stance_choices,
        "dots_per_person" => t.dots_per_person,
        "reason_prompt" => t.reason_prompt,
        "poll_options" => t.poll_options,
        "poll_option_name_format" => t.poll_option_name_format,
        "stance_reason_required" => named("stance_reason_required", t.stance_reason_required),
        "limit_reason_length" => t.limit_reason_length,
        "default_duration_in_days" => t.default_duration_in_days,
        "agree_target" => t.agree_target,
        "discarded_at" => maybe_time(t.discarded_at),
        "outcome_statement" => t.outcome_statement,
        "outcome_statement_format" => t.outcome_statement_format,
        "outcome_review_due_in_days" => t.outcome_review_due_in_days,
        "quorum_pct" => t.quorum_pct,
    );
    let stored = t.id != 0;
    fields!(node; "created_at" => if stored { time(t.created_at) } else { Json::Null }, "updated_at" => if stored { time(t.updated_at) } else { Json::Null });
    let found = r.store.groups.get(&t.group_id);
    r.one(&mut node, "group_id", "groups", found, group::group);
    node
}

/// A template of threads.
pub fn discussion(t: &DiscussionTemplate, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let stored = t.id != 0;
    fields!(node;
        "id" => stored.then_some(t.id),
        "group_id" => t.group_id,
        "position" => t.position,
        "author_id" => t.author_id,
        "process_name" => t.process_name,
        "process_subtitle" => t.process_subtitle,
        "process_introduction" => t.process_introduction,
        "process_introduction_format" => t.process_introduction_format,
        "tags" => t.tags,
        "title" => t.title,
        "title_placeholder" => t.title_placeholder,
        "description" => t.description,
        "description_format" => t.description_format,
        "content_locale" => t.content_locale,
        "created_at" => if stored { time(t.created_at) } else { Json::Null },
        "updated_at" => if stored { time(t.updated_at) } else { Json::Null },
        "discarded_at" => maybe_time(t.discarded_at),
        "max_depth" => t.max_depth,
        "newest_first" => t.newest_first,
        "poll_template_keys_or_ids" => t.poll_template_keys_or_ids,
        "public" => t.public,
        "recipient_audience" => t.recipient_audience,
    );
    let found = t.group_id.and_then(|id| r.store.groups.get(&id));
    r.one(&mut node, "group_id", "groups", found, group::group);
    let ids: Vec<i32> = t.poll_template_keys_or_ids.as_array().map(|a| a.iter().filter_map(|v| v.as_i64().and_then(|n| i32::try_from(n).ok())).collect()).unwrap_or_default();
    let templates: Vec<_> = ids.iter().filter_map(|id| r.store.poll_templates.get(id)).collect();
    r.many(&mut node, "poll_template_ids", "poll_templates", templates.iter().map(|t| t.as_ref()), poll);
    node
}
