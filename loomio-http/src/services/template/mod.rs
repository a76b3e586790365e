//! Templates of polls and of threads: what a group starts from.

pub mod defaults;
pub mod discussion;
pub mod poll;
pub mod public;

use super::{Done, ServiceError, Visit, locate, visit::success};
use chrono::NaiveDateTime;
use loomio_core::policy::Permit;
use loomio_db::{
    Record, Write, counter,
    find::{self, Find},
    rows::{DiscussionTemplate, Group, PollTemplate},
};
use serde_json::{Map, Value as Json};

/// What a group keeps of either kind.
trait Template: Record {
    /// The table.
    const TABLE: &'static str;
    /// The group's counters of it.
    const COUNTERS: &'static [&'static str];

    /// The group's number.
    fn group_id(&self) -> i32;

    /// The same, put away at a time, or not.
    fn with_discarded(&self, at: Option<NaiveDateTime>) -> Self;
}

impl Template for DiscussionTemplate {
    const TABLE: &'static str = "discussion_templates";
    const COUNTERS: &'static [&'static str] = &["discussion_templates_count"];

    fn group_id(&self) -> i32 {
        self.group_id.unwrap_or(0)
    }

    fn with_discarded(&self, at: Option<NaiveDateTime>) -> Self {
        Self { discarded_at: at, ..self.clone() }
    }
}

impl Template for PollTemplate {
    const TABLE: &'static str = "poll_templates";
    const COUNTERS: &'static [&'static str] = &["poll_templates_count"];

    fn group_id(&self) -> i32 {
        self.group_id
    }

    fn with_discarded(&self, at: Option<NaiveDateTime>) -> Self {
        Self { discarded_at: at, ..self.clone() }
    }
}

/// Puts the template that a request names away, or takes it back.
async fn set_discarded<T: Template>(visit: &Visit, discarded: bool) -> Done<()> {
    let (w, permit, group) = begin(visit).await?;
    let before: T = stored(visit, &w, &group, !discarded).await?;
    w.save(&permit, &before, before.with_discarded(discarded.then_some(w.now()))).await?;
    counter::groups(&w, &permit, &[group.id], T::COUNTERS).await?;
    w.commit().await?;
    Ok(())
}

/// Removes the template that a request names for good.
async fn destroy<T: Template>(visit: &Visit) -> Done {
    let template: T = locate::by_id(visit, &visit.params.text("id").unwrap_or_default()).await?;
    let group = locate::adminable_group_by_id(visit, template.group_id()).await?;
    let w = visit.begin().await?;
    let permit = Permit::system("the visitor administers the group");
    w.destroy(&permit, &template).await?;
    counter::groups(&w, &permit, &[group.id], T::COUNTERS).await?;
    w.commit().await?;
    Ok(success())
}

/// The visitor's group that a request names; a group of others is no group.
async fn own_group(visit: &Visit) -> Done<Option<Group>> {
    let Some(id) = visit.params.id("group_id") else { return Ok(None) };
    if !locate::own_groups(visit).await?.contains(&id) {
        return Ok(None);
    }
    Ok(find::by_id::<Group>(visit.db(), id).await?)
}

/// Begins a write to the group that a request names, which the visitor must
/// administer. The group is locked: its `info` is one column for many settings.
async fn begin(visit: &Visit) -> Done<(Write, Permit, Group)> {
    let group = locate::adminable_group(visit).await?;
    let w = visit.begin().await?;
    let permit = Permit::system("the visitor administers the group");
    w.execute(&permit, "select 1 from groups where id = $1 for update", vec![group.id.into()]).await?;
    let group = find::by_id::<Group>(w.conn(), group.id).await?.ok_or_else(ServiceError::not_found)?;
    Ok((w, permit, group))
}

/// A group with another value of one of its many settings.
fn with_info(group: &Group, key: &str, value: Json) -> Group {
    let mut changed = group.clone();
    let mut fields = match changed.info {
        Json::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.insert(key.to_owned(), value);
    changed.info = Json::Object(fields);
    changed
}

/// A new order: numbers of stored templates and keys of the defaults.
fn order(visit: &Visit) -> Done<Vec<Json>> {
    match visit.params.get("ids") {
        Some(Json::Array(ids)) => Ok(ids.clone()),
        _ => Err(crate::json::params::BadParams::Missing("ids".to_owned()).into()),
    }
}

/// The group's template that a request names, in use or, when `discarded`, put away.
async fn stored<T: Template>(visit: &Visit, w: &Write, group: &Group, discarded: bool) -> Done<T> {
    let table = T::TABLE;
    let state = if discarded { "is not null" } else { "is null" };
    let id = i64::from(visit.params.id("id").unwrap_or(0));
    let condition = format!("{table}.group_id = $1 and {table}.discarded_at {state} and {table}.id = $2");
    Find::<T>::new(&condition, vec![group.id.into(), id.into()]).one(w.conn()).await?.ok_or_else(|| {
        let (class, state) = (T::TYPE, state.to_uppercase());
        ServiceError::NotFound(format!("Couldn't find {class} with [WHERE \"{table}\".\"group_id\" = $1 AND \"{table}\".\"discarded_at\" {state} AND \"{table}\".\"id\" = $2]"))
    })
}
