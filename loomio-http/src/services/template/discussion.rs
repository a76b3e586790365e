//! Templates of threads: a group's own, which its first reader makes from the
//! defaults, and those that everybody may take.
//!
//! Source: `app/services/discussion_template_service.rb`, `app/controllers/api/v1/discussion_templates_controller.rb`.

use super::{Template, begin, defaults, order, own_group, set_discarded};
use crate::{
    json::params::Params,
    services::{
        Done, Faults, ServiceError, Visit,
        attributes::{take, take_all},
        locate,
        text::{self, Files},
    },
};
use loomio_core::policy::{self, Permit, discussion_template::DiscussionTemplateFacts};
use loomio_db::{
    Write, counter,
    find::Find,
    rows::{DiscussionTemplate, Group},
    sql,
};
use serde_json::{Value as Json, json};

async fn of_group(visit: &Visit, group_id: i32) -> Done<Vec<DiscussionTemplate>> {
    Ok(Find::<DiscussionTemplate>::new("discussion_templates.group_id = $1", vec![group_id.into()]).order("discussion_templates.id").all(visit.db()).await?)
}

async fn respond(visit: &Visit, template: DiscussionTemplate) -> Done {
    visit.render(&[template], None, "discussion_templates").await
}

/// Gives a group its first templates, in place of those it has put away.
async fn give_defaults(visit: &Visit, group: &Group) -> Done<()> {
    let w = visit.begin().await?;
    let permit = Permit::system("every group has templates");
    // Two first readers must not make them twice.
    w.execute(&permit, "select 1 from groups where id = $1 for update", vec![group.id.into()]).await?;
    if sql::exists(w.conn(), "select 1 from discussion_templates where group_id = $1 and discarded_at is null", vec![group.id.into()]).await? {
        return Ok(());
    }
    for gone in Find::<DiscussionTemplate>::new("discussion_templates.group_id = $1", vec![group.id.into()]).order("discussion_templates.id").all(w.conn()).await? {
        w.destroy(&permit, &gone).await?;
    }
    let keys = defaults::threads_of(group.category.as_deref(), group.parent_id.is_some());
    let words = defaults::Words { i18n: &visit.app.i18n, locale: &visit.locale };
    for template in defaults::threads(words).into_iter().filter(|t| t.key.as_deref().is_some_and(|k| keys.contains(&k))) {
        text::insert(&visit.app, &w, &permit, DiscussionTemplate { group_id: Some(group.id), ..template }, &Files::KEPT).await?;
    }
    counter::groups(&w, &permit, &[group.id], DiscussionTemplate::COUNTERS).await?;
    w.commit().await?;
    Ok(())
}

/// The templates of one of the visitor's groups, or one of them.
///
/// # Errors
/// When the database refuses.
pub async fn index(visit: &Visit) -> Done {
    let group = own_group(visit).await?;
    if let Some(group) = &group
        && !sql::exists(visit.db(), "select 1 from discussion_templates where group_id = $1 and discarded_at is null", vec![group.id.into()]).await?
    {
        give_defaults(visit, group).await?;
    }
    let rows = match (visit.params.get("id").is_some(), &group) {
        (true, _) => {
            let groups = locate::own_groups(visit).await?;
            let id = i64::from(visit.params.id("id").unwrap_or(0));
            Find::<DiscussionTemplate>::new("discussion_templates.group_id = any($1) and discussion_templates.id = $2", vec![sql::ids(&groups), id.into()]).all(visit.db()).await?
        }
        (false, Some(group)) => of_group(visit, group.id).await?,
        (false, None) => Vec::new(),
    };
    visit.render(&rows, None, "discussion_templates").await
}

/// One template of the visitor's groups, or a public one.
///
/// # Errors
/// When there is none.
pub async fn show(visit: &Visit) -> Done {
    let id = visit.params.text("id").unwrap_or_default();
    let found: DiscussionTemplate = locate::by_id(visit, &id).await?;
    let groups = locate::own_groups(visit).await?;
    if found.public || found.group_id.is_some_and(|g| groups.contains(&g)) { respond(visit, found).await } else { Err(locate::no_row("DiscussionTemplate", &id)) }
}

/// Takes over what was sent and notes what is wrong.
fn assign(visit: &Visit, sent: &Params, t: &mut DiscussionTemplate, faults: &mut Faults) {
    take_all!(visit, sent, t, faults; title, title_placeholder, process_name, process_subtitle, process_introduction, process_introduction_format, recipient_audience, newest_first, max_depth, public, tags);
    if sent.has("poll_template_keys_or_ids") {
        t.poll_template_keys_or_ids = sent.get("poll_template_keys_or_ids").filter(|v| v.is_array()).cloned().unwrap_or_else(|| json!([]));
    }
    text::assign(t, sent);
    text::check(visit, t, faults);
    for (field, value) in [("process_name", &t.process_name), ("process_subtitle", &t.process_subtitle)] {
        if value.as_deref().is_none_or(|v| v.trim().is_empty()) {
            faults.add(field, visit.text("activerecord.errors.messages.blank"));
        }
    }
}

async fn authorize(visit: &Visit, w: &Write, group_id: Option<i32>, action: &'static str) -> Done<Permit> {
    let group_admin = match group_id {
        Some(id) => loomio_db::facts::group::load(w.conn(), &visit.actor, id).await?.is_some_and(|g| g.admin),
        None => false,
    };
    Ok(policy::authorize(&DiscussionTemplateFacts { group_admin }, action)?)
}

/// Stores a template.
///
/// # Errors
/// When the rules do not allow it or the template would be wrong.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("discussion_template")?;
    let w = visit.begin().await?;
    let mut draft = DiscussionTemplate { author_id: Some(visit.actor.id), ..DiscussionTemplate::default() };
    let mut faults = Faults::default();
    take(visit, &sent, "group_id", &mut draft.group_id, &mut faults);
    let permit = authorize(visit, &w, draft.group_id, "create").await?;
    assign(visit, &sent, &mut draft, &mut faults);
    faults.check()?;
    let template = text::insert(&visit.app, &w, &permit, draft, &Files::sent(visit, &sent)?).await?;
    counter::groups(&w, &permit, &template.group_id.into_iter().collect::<Vec<_>>(), DiscussionTemplate::COUNTERS).await?;
    w.commit().await?;
    respond(visit, template).await
}

/// Changes a template.
///
/// # Errors
/// When there is none, the rules do not allow it or the template would be wrong.
pub async fn update(visit: &Visit) -> Done {
    let before: DiscussionTemplate = locate::by_id(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let sent = visit.params.of("discussion_template")?;
    let w = visit.begin().await?;
    let permit = authorize(visit, &w, before.group_id, "update").await?;
    let mut after = before.clone();
    let mut faults = Faults::default();
    assign(visit, &sent, &mut after, &mut faults);
    faults.check()?;
    let (template, _) = text::save(&visit.app, &w, &permit, &before, after, &Files::sent(visit, &sent)?).await?;
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
    for (place, id) in ids.iter().filter_map(Json::as_i64).enumerate() {
        w.execute(&permit, "update discussion_templates set position = $1 where id = $2 and group_id = $3", vec![i32::try_from(place).unwrap_or(i32::MAX).into(), id.into(), group.id.into()]).await?;
    }
    w.commit().await?;
    index_of(visit, &group).await
}

/// The templates of a group after a change, without making the defaults anew for
/// a request whose `id` names a template.
async fn index_of(visit: &Visit, group: &Group) -> Done {
    if visit.params.get("id").is_some() {
        return index(visit).await;
    }
    let rows = of_group(visit, group.id).await?;
    visit.render(&rows, None, "discussion_templates").await
}

/// Puts a template away.
///
/// # Errors
/// When the visitor does not administer the group or it has no such template.
pub async fn discard(visit: &Visit) -> Done {
    set_discarded::<DiscussionTemplate>(visit, true).await?;
    index(visit).await
}

/// Takes a template back.
///
/// # Errors
/// When the visitor does not administer the group or it has no such template.
pub async fn undiscard(visit: &Visit) -> Done {
    set_discarded::<DiscussionTemplate>(visit, false).await?;
    index(visit).await
}

/// Removes a template for good.
///
/// # Errors
/// When the visitor does not administer its group.
pub async fn destroy(visit: &Visit) -> Done {
    super::destroy::<DiscussionTemplate>(visit).await
}

/// Hiding defaults is for polls only: a group's threads start from stored templates.
///
/// # Errors
/// When the visitor does not administer the group, and otherwise because there is
/// no such template.
pub async fn hide(visit: &Visit) -> Done {
    locate::adminable_group(visit).await?;
    Err(ServiceError::Status(404, json!({"error": 404})))
}
