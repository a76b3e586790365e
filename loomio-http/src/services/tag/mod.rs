//! Tags of a group: names with colours, on threads and polls of the group and its
//! subgroups.
//!
//! Source: `app/controllers/api/v1/tags_controller.rb`, `app/services/tag_service.rb`.

mod count;

pub use count::recount;

use super::{Done, Visit, locate, publish};
use crate::json::params;
use loomio_core::policy::{self, Permit, tag::TagFacts};
use loomio_db::{
    Write, facts,
    find::{self, Find},
    rows::{Group, Tag},
    sql,
};

/// Colours that tags get when nobody chose one.
const COLORS: [&str; 18] = [
    "#f44336", "#e91e63", "#9c27b0", "#673ab7", "#3f51b5", "#2196f3", "#03a9f4", "#00bcd4", "#009688", "#4caf50", "#8bc34a", "#ffeb3b", "#ffc107", "#ff9800", "#ff5722", "#795548", "#607d8b",
    "#9e9e9e",
];

/// One of the colours by chance.
pub(super) fn any_color(w: &Write) -> String {
    let at = usize::try_from(w.random_below(18)).unwrap_or_default();
    COLORS.get(at).copied().unwrap_or(COLORS[0]).to_owned()
}

async fn permit(w: &Write, visit: &Visit, group_id: i32, action: &'static str) -> Done<Permit> {
    let org: Option<i32> = sql::scalar(w.conn(), "select coalesce(parent_id, id) from groups where id = $1", vec![group_id.into()]).await?;
    let org_admin = facts::group::load(w.conn(), &visit.actor, org.unwrap_or_default()).await?.is_some_and(|f| f.admin);
    Ok(policy::authorize(&TagFacts { org_admin, group_visible: false }, action)?)
}

/// A group together with its subgroups.
async fn group_and_subgroups(w: &Write, group_id: i32) -> Done<Vec<i32>> {
    Ok(sql::column(w.conn(), "select id from groups where id = $1 or (parent_id = $1 and archived_at is null) order by id", vec![group_id.into()]).await?)
}

async fn render_group(visit: &Visit, group_id: i32) -> Done {
    let group: Group = locate::by_id(visit, &group_id.to_string()).await?;
    visit.render(&[group], None, "groups").await
}

/// Makes a tag; one that exists already stays as it is.
///
/// # Errors
/// When the rules do not allow it.
pub async fn create(visit: &Visit) -> Done {
    let sent = visit.params.of("tag")?;
    let group_id = sent.id("group_id").unwrap_or_default();
    let w = visit.begin().await?;
    let permit = permit(&w, visit, group_id, "create").await?;
    let name = sent.text("name").unwrap_or_default();
    let taken = sql::exists(w.conn(), "select 1 from tags where group_id = $1 and name = $2::citext", vec![group_id.into(), name.clone().into()]).await?;
    let mut made = None;
    if !name.trim().is_empty() && !taken {
        let color = sent.filled("color").unwrap_or_else(|| any_color(&w));
        let priority = sent.id("priority").unwrap_or_default();
        made = Some(w.insert(&permit, Tag { group_id: Some(group_id), name, color: Some(color), priority, ..Tag::default() }).await?);
    }
    w.commit().await?;
    if let Some(tag) = made {
        publish::live(visit, &[tag], &format!("group_{group_id}")).await?;
    }
    render_group(visit, group_id).await
}

/// Renames or recolours a tag everywhere in its group and the group's subgroups.
///
/// # Errors
/// When there is none, it would have no name, or the rules do not allow it.
pub async fn update(visit: &Visit, id: &str) -> Done {
    let found: Tag = locate::by_id(visit, id).await?;
    let group_id = found.group_id.unwrap_or_default();
    let w = visit.begin().await?;
    let permit = permit(&w, visit, group_id, "update").await?;
    let sent = visit.params.of("tag")?;
    let mut faults = super::Faults::default();
    let name = sent.text("name").map(|n| n.trim().to_owned()).unwrap_or_else(|| found.name.clone());
    if name.is_empty() {
        faults.add("name", visit.text("activerecord.errors.messages.blank"));
    }
    faults.check()?;
    let color = if sent.has("color") { sent.text("color") } else { found.color.clone() };
    let groups = group_and_subgroups(&w, group_id).await?;
    if name != found.name {
        // A tag that already has the new name makes room for the renamed one.
        w.execute(&permit, "delete from tags where group_id = any($1) and name = $2::citext and id <> $3", vec![sql::ids(&groups), name.clone().into(), found.id.into()]).await?;
        w.execute(&permit, "update tags set name = $3 where group_id = any($1) and name = $2::citext", vec![sql::ids(&groups), found.name.clone().into(), name.clone().into()]).await?;
    }
    for table in ["discussions", "polls"] {
        w.execute(
            &permit,
            &format!(
                "update {table} set tags = (select coalesce(array_agg(t.tag order by t.at), '{{}}') from (select case when u.tag = $2 then $3 else u.tag end as tag, min(u.at) as at from unnest({table}.tags) with ordinality u(tag, at) group by 1) t) \
                 where group_id = any($1) and tags @> array[$2]::varchar[]"
            ),
            vec![sql::ids(&groups), found.name.clone().into(), name.clone().into()],
        )
        .await?;
    }
    for group in &groups {
        count::of_group(&w, &permit, *group).await?;
    }
    w.execute(&permit, "update tags set color = $3 where group_id = any($1) and name = $2::citext", vec![sql::ids(&groups), name.into(), color.into()]).await?;
    count::of_organisation(&w, &permit, group_id).await?;
    let tag: Tag = find::by_id(w.conn(), found.id).await?.ok_or_else(|| locate::no_row("Tag", id))?;
    w.commit().await?;
    publish::live(visit, std::slice::from_ref(&tag), &format!("group_{group_id}")).await?;
    visit.render(&[tag], None, "tags").await
}

/// Removes a tag from its group, the subgroups and everything that carries it.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn destroy(visit: &Visit, id: &str) -> Done {
    let found: Tag = locate::by_id(visit, id).await?;
    let group_id = found.group_id.unwrap_or_default();
    let w = visit.begin().await?;
    let permit = permit(&w, visit, group_id, "destroy").await?;
    let groups = group_and_subgroups(&w, group_id).await?;
    w.execute(&permit, "delete from tags where group_id = any($1) and name = $2::citext", vec![sql::ids(&groups), found.name.clone().into()]).await?;
    for table in ["discussions", "polls"] {
        w.execute(&permit, &format!("update {table} set tags = array_remove(tags, $2) where group_id = any($1) and tags @> array[$2]::varchar[]"), vec![sql::ids(&groups), found.name.clone().into()])
            .await?;
    }
    count::of_organisation(&w, &permit, group_id).await?;
    w.commit().await?;
    render_group(visit, group_id).await
}

/// Puts a group's tags into an order.
///
/// # Errors
/// When there is no such group or the visitor may not edit it.
pub async fn priority(visit: &Visit) -> Done {
    let group: Group = locate::by_id(visit, &visit.params.text("group_id").unwrap_or_default()).await?;
    let w = visit.begin().await?;
    let facts = facts::group::load(w.conn(), &visit.actor, group.id).await?.unwrap_or_default();
    let permit = policy::authorize(&facts, "update")?;
    let ids = visit.params.get("ids").map(params::ids).unwrap_or_default();
    w.execute(
        &permit,
        "update tags set priority = t.at - 1 from (select id, max(at) as at from unnest($2::int[]) with ordinality u(id, at) group by id) t where tags.id = t.id and tags.group_id = $1",
        vec![group.id.into(), sql::ids(&ids)],
    )
    .await?;
    w.commit().await?;
    let (from, per) = visit.page(50);
    let build = || Find::<Tag>::new("tags.group_id = $1", vec![group.id.into()]);
    let total = build().count(visit.db()).await?;
    let rows = build().order("tags.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "tags").await
}
