//! Templates of polls: a group's own and the defaults.
//!
//! Source: `app/services/poll_template_service.rb`, `app/controllers/api/v1/poll_templates_controller.rb`.

use super::{Template, begin, defaults, order, own_group, set_discarded, with_info};
use crate::{
    json::params::{BadParams, Params},
    services::{
        Done, Faults, ServiceError, Visit,
        attributes::{objects, take_all, take_named},
        locate, publish,
        text::{self, Files},
        visit::success,
    },
};
use loomio_core::{
    policy::{self, Permit, poll_template::PollTemplateFacts},
    poll::Kind,
    rich_text::slug,
};
use loomio_db::{
    Record, Write, counter,
    find::{self, Find},
    rows::{Group, PollTemplate},
};
use serde_json::{Value as Json, json};

const OPTION: &[&str] = &["name", "icon", "meaning", "prompt", "priority", "test_operator", "test_percent", "test_against"];
/// The defaults that a group hides until it says otherwise.
const HIDDEN: [&str; 2] = ["proposal", "question"];
/// Where a default stands that nobody has put anywhere.
const LAST: i32 = 999;
const ORDER_OF_GROUP: [(&str, i32); 10] =
    [("practice_proposal", 0), ("check", 1), ("advice", 2), ("consent", 3), ("consensus", 4), ("poll", 5), ("score", 6), ("dot_vote", 7), ("ranked_choice", 8), ("meeting", 9)];
const ORDER_WITHOUT_GROUP: [(&str, i32); 12] = [
    ("question", 0),
    ("check", 1),
    ("advice", 2),
    ("consent", 3),
    ("consensus", 4),
    ("gradients_of_agreement", 5),
    ("poll", 6),
    ("score", 7),
    ("dot_vote", 8),
    ("ranked_choice", 9),
    ("meeting", 10),
    ("count", 11),
];

fn hidden(group: &Group) -> Vec<String> {
    match group.info.get("hidden_poll_templates") {
        Some(Json::Array(keys)) => keys.iter().filter_map(|k| k.as_str().map(ToOwned::to_owned)).collect(),
        _ => HIDDEN.map(ToOwned::to_owned).into(),
    }
}

fn positions(group: &Group) -> serde_json::Map<String, Json> {
    match group.info.get("poll_template_positions") {
        Some(Json::Object(places)) => places.clone(),
        _ => ORDER_OF_GROUP.iter().map(|(key, place)| ((*key).to_owned(), json!(place))).collect(),
    }
}

/// The stored templates of a group followed by the defaults.
async fn templates(visit: &Visit, group: Option<&Group>) -> Done<Vec<PollTemplate>> {
    let mut found = match group {
        Some(group) => Find::<PollTemplate>::new("poll_templates.group_id = $1", vec![group.id.into()]).order("poll_templates.id").all(visit.db()).await?,
        None => Vec::new(),
    };
    let words = defaults::Words { i18n: &visit.app.i18n, locale: &visit.locale };
    let (places, hidden) = group.map(|g| (positions(g), hidden(g))).unwrap_or_else(|| (ORDER_WITHOUT_GROUP.iter().map(|(key, place)| ((*key).to_owned(), json!(place))).collect(), Vec::new()));
    for mut template in defaults::polls(words) {
        let key = template.key.clone().unwrap_or_default();
        template.position = places.get(&key).and_then(Json::as_i64).and_then(|n| i32::try_from(n).ok()).unwrap_or(LAST);
        template.group_id = group.map_or(0, |g| g.id);
        template.discarded_at = hidden.contains(&key).then_some(visit.now);
        found.push(template);
    }
    Ok(found)
}

async fn respond(visit: &Visit, template: PollTemplate) -> Done {
    visit.render(&[template], None, "poll_templates").await
}

fn unknown() -> ServiceError {
    ServiceError::NotFound("Couldn't find PollTemplate".to_owned())
}

/// A template of one of the visitor's groups.
async fn own(visit: &Visit, id: &str) -> Done<PollTemplate> {
    let groups = locate::own_groups(visit).await?;
    let found: PollTemplate = locate::by_id(visit, id).await?;
    if groups.contains(&found.group_id) { Ok(found) } else { Err(unknown()) }
}

fn is_number(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|n| n.to_string() == text)
}

/// The templates of a group and the defaults, or one stored template.
///
/// # Errors
/// When the wanted template is not one of the visitor's groups'.
pub async fn index(visit: &Visit) -> Done {
    if let Some(id) = visit.params.filled("key_or_id").filter(|k| is_number(k)) {
        return respond(visit, own(visit, &id).await?).await;
    }
    let group = own_group(visit).await?;
    let rows = templates(visit, group.as_ref()).await?;
    visit.render(&rows, None, "poll_templates").await
}

/// One stored template.
///
/// # Errors
/// When it is not one of the visitor's groups'.
pub async fn show(visit: &Visit) -> Done {
    respond(visit, own(visit, &visit.params.text("id").unwrap_or_default()).await?).await
}

/// Takes over what was sent and notes what is wrong.
fn assign(visit: &Visit, sent: &Params, t: &mut PollTemplate, faults: &mut Faults) -> Result<(), BadParams> {
    let names = |column: &str| <PollTemplate as Record>::ENUMS.iter().find(|(c, _)| *c == column).map_or(&[][..], |(_, names)| *names);
    take_all!(visit, sent, t, faults; position, poll_type, process_name, process_subtitle, process_introduction, process_introduction_format, title, title_placeholder,
        anonymous, specified_voters_only, content_locale, shuffle_options, show_none_of_the_above, chart_type, min_score, max_score, minimum_stance_choices, maximum_stance_choices,
        dots_per_person, reason_prompt, tags, limit_reason_length, default_duration_in_days, agree_target, meeting_duration, can_respond_maybe, poll_option_name_format,
        outcome_statement, outcome_statement_format, outcome_review_due_in_days, quorum_pct);
    take_named(visit, sent, "notify_on_closing_soon", names("notify_on_closing_soon"), &mut t.notify_on_closing_soon, faults);
    take_named(visit, sent, "hide_results", names("hide_results"), &mut t.hide_results, faults);
    take_named(visit, sent, "stance_reason_required", names("stance_reason_required"), &mut t.stance_reason_required, faults);
    t.quorum_pct = t.quorum_pct.map(|pct| pct.clamp(0, 100));
    if let Some(options) = objects(sent, "poll_options", OPTION)? {
        t.poll_options = options.into_iter().map(|o| Json::Object(o.0)).collect();
    }
    text::assign(t, sent);
    text::check(visit, t, faults);
    if Kind::named(&t.poll_type).is_none() {
        faults.add("poll_type", visit.text("activerecord.errors.messages.inclusion"));
    }
    for (field, value) in [("process_name", &t.process_name), ("process_subtitle", &t.process_subtitle)] {
        if value.as_deref().is_none_or(|v| v.trim().is_empty()) {
            faults.add(field, visit.text("activerecord.errors.messages.blank"));
        }
    }
    if sent.has("default_duration_in_days") && sent.filled("default_duration_in_days").is_none() {
        faults.add("default_duration_in_days", visit.text("activerecord.errors.messages.blank"));
    }
    Ok(())
}

async fn authorize(visit: &Visit, w: &Write, group_id: i32, action: &'static str) -> Done<Permit> {
    let group_admin = loomio_db::facts::group::load(w.conn(), &visit.actor, group_id).await?.is_some_and(|g| g.admin);
    Ok(policy::authorize(&PollTemplateFacts { group_admin }, action)?)
}

/// Stores a template; one made from a default takes its place.
///
/// # Errors
/// When the rules do not allow it or the template would be wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("poll_template")?;
    let w = visit.begin().await?;
    let group_id = sent.id("group_id").unwrap_or(0);
    let permit = authorize(visit, &w, group_id, "create").await?;
    let mut draft = PollTemplate { group_id, author_id: visit.actor.id, ..PollTemplate::default() };
    let mut faults = Faults::default();
    assign(visit, &sent, &mut draft, &mut faults)?;
    faults.check()?;
    if let Some(key) = sent.filled("key") {
        w.execute(&permit, "select 1 from groups where id = $1 for update", vec![group_id.into()]).await?;
        let group: Group = find::by_id(w.conn(), group_id).await?.ok_or_else(ServiceError::not_found)?;
        let mut keys = hidden(&group);
        keys.push(key);
        w.save(&permit, &group, with_info(&group, "hidden_poll_templates", json!(keys))).await?;
    }
    let template = text::insert(&visit.app, &w, &permit, draft, &Files::sent(visit, &sent)?).await?;
    counter::groups(&w, &permit, &[group_id], PollTemplate::COUNTERS).await?;
    w.commit().await?;
    respond(visit, template).await
}

/// Changes a template, named by its number or, together with its group, its key.
///
/// # Errors
/// When there is none, the rules do not allow it or the template would be wrong.
pub async fn update(visit: &Visit) -> Done {
    let sent = visit.params.of("poll_template")?;
    let id = visit.params.text("id").unwrap_or_default();
    let before: PollTemplate = if is_number(&id) {
        locate::by_id(visit, &id).await?
    } else {
        Find::<PollTemplate>::new("poll_templates.group_id = $1 and poll_templates.key = $2", vec![sent.id("group_id").unwrap_or(0).into(), id.into()]).one(visit.db()).await?.ok_or_else(unknown)?
    };
    let w = visit.begin().await?;
    let permit = authorize(visit, &w, before.group_id, "update").await?;
    let mut after = before.clone();
    let mut faults = Faults::default();
    assign(visit, &sent, &mut after, &mut faults)?;
    faults.check()?;
    if sent.has("key") {
        after.key = sent.text("key");
    }
    let (template, _) = text::save(&visit.app, &w, &permit, &before, after, &Files::sent(visit, &sent)?).await?;
    counter::groups(&w, &permit, &[template.group_id], PollTemplate::COUNTERS).await?;
    w.commit().await?;
    respond(visit, template).await
}

/// Puts the templates of a group into another order.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn reorder(visit: &Visit) -> Done {
    let ids = order(visit)?;
    let (w, permit, group) = begin(visit).await?;
    let mut places = positions(&group);
    for (place, id) in ids.iter().enumerate() {
        match id {
            Json::Number(id) => {
                let place = i32::try_from(place).unwrap_or(LAST);
                w.execute(&permit, "update poll_templates set position = $1 where id = $2 and group_id = $3", vec![place.into(), id.as_i64().into(), group.id.into()]).await?;
            }
            Json::String(key) if defaults::has_poll(key) => {
                places.insert(key.clone(), json!(place));
            }
            _ => {}
        }
    }
    w.save(&permit, &group, with_info(&group, "poll_template_positions", Json::Object(places))).await?;
    w.commit().await?;
    index(visit).await
}

/// Says whether a group's templates are shown by categories.
///
/// # Errors
/// When the visitor does not administer the group or says nothing.
pub async fn settings(visit: &Visit) -> Done {
    let (w, permit, group) = begin(visit).await?;
    let Some(choice) = visit.params.0.get("categorize_poll_templates") else { return Err(ServiceError::Status(404, json!({"error": 404}))) };
    let choice = crate::json::params::truth(choice).map_or(Json::Null, Json::Bool);
    let (group, _) = w.save(&permit, &group, with_info(&group, "categorize_poll_templates", choice)).await?;
    w.commit().await?;
    publish::live(visit, std::slice::from_ref(&group), &format!("group_{}", group.id)).await?;
    Ok(success())
}

/// Puts a stored template away.
///
/// # Errors
/// When the visitor does not administer the group or it has no such template.
pub async fn discard(visit: &Visit) -> Done {
    set_discarded::<PollTemplate>(visit, true).await?;
    index(visit).await
}

/// Takes a stored template back.
///
/// # Errors
/// When the visitor does not administer the group or it has no such template.
pub async fn undiscard(visit: &Visit) -> Done {
    set_discarded::<PollTemplate>(visit, false).await?;
    index(visit).await
}

/// Removes a stored template for good.
///
/// # Errors
/// When the visitor does not administer its group.
pub async fn destroy(visit: &Visit) -> Done {
    super::destroy::<PollTemplate>(visit).await
}

/// Hides a default, or shows it again.
async fn set_hidden(visit: &Visit, hides: bool) -> Done {
    let (w, permit, group) = begin(visit).await?;
    let key = visit.params.text("key").unwrap_or_default();
    let stored = Find::<PollTemplate>::new("poll_templates.group_id = $1 and poll_templates.key = $2", vec![group.id.into(), key.clone().into()]).count(w.conn()).await?;
    if stored == 0 && !defaults::has_poll(&key) {
        return Err(ServiceError::Status(404, json!({"error": 404})));
    }
    let key = slug::parameterize(&key);
    let mut keys = hidden(&group);
    keys.retain(|k| *k != key);
    if hides {
        keys = hidden(&group);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    w.save(&permit, &group, with_info(&group, "hidden_poll_templates", json!(keys))).await?;
    w.commit().await?;
    index(visit).await
}

/// Hides a default.
///
/// # Errors
/// When the visitor does not administer the group or there is no such default.
pub async fn hide(visit: &Visit) -> Done {
    set_hidden(visit, true).await
}

/// Shows a default again.
///
/// # Errors
/// When the visitor does not administer the group or there is no such default.
pub async fn unhide(visit: &Visit) -> Done {
    set_hidden(visit, false).await
}
