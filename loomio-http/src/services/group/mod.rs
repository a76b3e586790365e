//! Groups.

pub mod attributes;
pub mod change;
pub mod destroy;
pub mod file;
pub mod photo;
pub mod invite;

use super::{Done, Visit, locate};
use crate::json::{records, render::Scope};
use loomio_core::policy;
use loomio_db::{facts, find::Find, rows::Group, sql};
use serde_json::json;

/// One group.
///
/// # Errors
/// When it may not be seen.
pub async fn show(visit: &Visit, id: &str) -> Done {
    let found = locate::allowed_group(visit, &locate::named(visit, "group", Some(id)), "show").await?;
    // The group is told as it was found: without who accepts by looking at it.
    super::membership::accept_pending(visit, found.id).await?;
    visit.render(&[found], None, "groups").await
}

/// Groups by number, or public groups to explore.
///
/// # Errors
/// When the database refuses.
pub async fn index(visit: &Visit) -> Done {
    let ids = visit.params.ids("xids");
    let (from, per) = visit.page(50);
    if visit.params.has("xids") && !ids.is_empty() {
        let build = || {
            Find::<Group>::new(
                "groups.archived_at is null and (groups.is_visible_to_public \
                   or groups.id in (select m.group_id from memberships m where m.user_id = $1 and m.revoked_at is null) \
                   or groups.id in (select d.group_id from discussions d join discussion_readers r on r.discussion_id = d.id where r.user_id = $1 and r.guest and r.revoked_at is null) \
                   or (groups.is_visible_to_parent_members and groups.parent_id in (select m.group_id from memberships m where m.user_id = $1 and m.revoked_at is null))) \
                 and groups.id = any($2)",
                vec![visit.actor.id.into(), sql::ids(&ids)],
            )
        };
        let total = build().count(visit.db()).await?;
        let rows = build().order("groups.id").offset(from).limit(per).all(visit.db()).await?;
        return visit.render(&rows, Some(total), "groups").await;
    }
    let q = visit.params.filled("q");
    let build = || explorable(q.as_deref());
    let order = match visit.params.text("order").as_deref() {
        Some("memberships_count_asc") => "groups.memberships_count",
        Some("created_at") => "groups.created_at desc",
        Some("created_at_asc") => "groups.created_at",
        _ => "groups.memberships_count desc",
    };
    let total = build().count(visit.db()).await?;
    let rows = build().order(order).order("groups.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "groups").await
}

fn explorable(q: Option<&str>) -> Find<Group> {
    let find = Find::<Group>::new("groups.archived_at is null and groups.is_visible_to_public and groups.parent_id is null and groups.listed_in_explore", vec![]);
    match q {
        Some(q) => find.and("groups.name ilike $1 or groups.description ilike $1", vec![format!("%{q}%").into()]),
        None => find,
    }
}

/// How many groups there are to explore.
///
/// # Errors
/// When the database refuses.
pub async fn count_explore_results(visit: &Visit) -> Done {
    Ok(json!({"count": explorable(visit.params.filled("q").as_deref()).count(visit.db()).await?}))
}

/// The subgroups of a group that the visitor may see.
///
/// # Errors
/// When the group may not be seen.
pub async fn subgroups(visit: &Visit, id: &str) -> Done {
    let parent = locate::allowed_group(visit, &locate::named(visit, "group", Some(id)), "show").await?;
    let all = Find::<Group>::new("groups.parent_id = $1 and groups.archived_at is null", vec![parent.id.into()]).order("groups.id").all(visit.db()).await?;
    let mut seen = Vec::new();
    for group in all {
        if facts::group::load(visit.db(), &visit.actor, group.id).await?.is_some_and(|f| policy::allows(&f, "show")) {
            seen.push(group);
        }
    }
    visit.render(&seen, None, "groups").await
}

/// The form in which a group's token is told.
#[must_use]
pub fn token_scope() -> Scope {
    Scope { include_token: true, exclude: ["membership".to_owned(), "user".to_owned()].into(), uncached: true, ..Scope::default() }
}

/// A group with its invitation token.
///
/// # Errors
/// When the visitor may not invite people.
pub async fn token(visit: &Visit, id: &str) -> Done {
    let found = locate::allowed_group(visit, &locate::named(visit, "group", Some(id)), "invite_people").await?;
    let roots = records::render(&[found], &token_scope(), visit.around(), visit.db()).await?;
    Ok(records::with_meta(roots, "groups", None, crate::json::render::Node::new()))
}

/// A handle that no group has.
///
/// # Errors
/// When the database refuses.
pub async fn suggest_handle(visit: &Visit) -> Done {
    let name = visit.params.text("name").unwrap_or_default();
    let parent = visit.params.filled("parent_handle");
    Ok(json!({"handle": free_handle(visit, &name, parent.as_deref()).await?}))
}

/// A free handle made of a name, numbered when others have it.
///
/// # Errors
/// When the database refuses.
pub async fn free_handle(visit: &Visit, name: &str, parent: Option<&str>) -> Done<String> {
    let wanted: String = [parent.unwrap_or_default(), name].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let base = loomio_core::rich_text::slug::parameterize(&wanted);
    let taken: Vec<String> = sql::column(visit.db(), "select handle::text from groups where handle ilike $1 || '%'", vec![base.clone().into()]).await?;
    let mut handle = base.clone();
    let mut n = 0;
    while taken.iter().any(|t| t.eq_ignore_ascii_case(&handle)) {
        n += 1;
        handle = format!("{base}-{n}");
    }
    Ok(handle)
}
