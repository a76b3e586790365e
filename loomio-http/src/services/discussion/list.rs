//! Lists of threads.
//!
//! Source: `app/queries/discussion_query.rb`, `app/controllers/api/v1/discussions_controller.rb`.

use crate::services::{Done, Visit, locate};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use loomio_core::policy::Denied;
use loomio_db::{
    facts,
    find::Find,
    rows::{Discussion, Group},
    sql,
};
use sea_orm::Value;

/// SQL: the threads a visitor may see; `$1` the user, `$2` a guest's token.
fn visible(visit: &Visit, public: bool, subgroups: bool) -> (String, Vec<Value>) {
    let mut condition = facts::discussion::VISIBLE.to_owned();
    if !public {
        condition = condition.replace("d.private = false", "false");
    }
    if !subgroups {
        condition = condition.replace("g.parent_members_can_see_discussions", "false");
    }
    (
        format!("discussions.id in (select d.id from discussions d left join groups g on g.id = d.group_id where {condition})"),
        vec![visit.actor.id.into(), visit.actor.discussion_reader_token.clone().into()],
    )
}

const PINNED_FIRST: &str = "discussions.pinned_at";
const LATEST_FIRST: &str = "discussions.last_activity_at desc";

/// The times by which a list may be limited to a time frame.
const TIMES: [&str; 5] = ["created_at", "updated_at", "last_activity_at", "last_comment_at", "closed_at"];

/// A time as people write it: a date, or a date and a time.
fn time(text: &str) -> Option<NaiveDateTime> {
    let day = || text.get(..10).and_then(|d| d.parse::<NaiveDate>().ok()).and_then(|d| d.and_hms_opt(0, 0, 0));
    DateTime::parse_from_rfc3339(text).map(|t| t.naive_utc()).ok().or_else(|| text.parse().ok()).or_else(day)
}

/// Limits a list to `since` and `until`.
fn within(visit: &Visit, find: Find<Discussion>) -> Find<Discussion> {
    let p = &visit.params;
    let wanted = p.text("timeframe_for").unwrap_or_default();
    // The name goes into the statement, so it must be one of ours.
    let column = TIMES.iter().find(|c| **c == wanted).unwrap_or(&TIMES[0]);
    let bound = |find: Find<Discussion>, key: &str, operator: &str| match p.text(key).as_deref().and_then(time) {
        Some(at) => find.and(&format!("discussions.{column} {operator} $1"), vec![at.into()]),
        None => find,
    };
    bound(bound(find, "since", ">="), "until", "<=")
}

async fn page(visit: &Visit, find: Find<Discussion>, again: Find<Discussion>, orders: &[&str]) -> Done {
    let (from, per) = visit.page(50);
    let (find, again) = (within(visit, find), within(visit, again));
    let total = again.count(visit.db()).await?;
    let mut find = find;
    for order in orders {
        find = find.order(order);
    }
    let rows = find.order("discussions.id").offset(from).limit(per).all(visit.db()).await?;
    visit.render(&rows, Some(total), "discussions").await
}

/// The groups a list is limited to.
async fn group_ids(visit: &Visit, group: Option<&Group>) -> Done<Vec<i32>> {
    let Some(group) = group else { return Ok(Vec::new()) };
    let mut org: Vec<i32> = sql::column(visit.db(), "select id from groups where parent_id = $1 and archived_at is null", vec![group.id.into()]).await?;
    match visit.params.text("subgroups").as_deref() {
        Some("all") => {
            org.push(group.id);
            Ok(org)
        }
        Some("mine") if visit.actor.is_logged_in() => {
            let own = locate::own_groups(visit).await?;
            org.retain(|id| own.contains(id));
            org.push(group.id);
            Ok(org)
        }
        _ => Ok(vec![group.id]),
    }
}

/// The threads of a group, or all a visitor may see.
///
/// # Errors
/// When the group may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let group = if locate::names(visit, "group") { Some(locate::allowed_group(visit, &locate::named(visit, "group", None), "show").await?) } else { None };
    let groups = group_ids(visit, group.as_ref()).await?;
    let filter = match visit.params.text("filter").as_deref() {
        Some("show_closed" | "closed") => "discussions.closed_at is not null",
        Some("all") => "true",
        _ => "discussions.closed_at is null",
    };
    let xids = visit.params.ids("xids");
    let tags: Vec<String> = visit.params.texts("tags").into_iter().filter(|t| !t.trim().is_empty()).collect();
    let build = || {
        let (condition, values) = visible(visit, true, true);
        let mut find = Find::<Discussion>::new(&condition, values).and(filter, vec![]);
        if !groups.is_empty() {
            find = find.and("discussions.group_id = any($1)", vec![sql::ids(&groups)]);
        }
        if !xids.is_empty() {
            find = find.and("discussions.id = any($1)", vec![sql::ids(&xids)]);
        }
        if !tags.is_empty() {
            find = find.and("discussions.tags @> $1::varchar[]", vec![tags.clone().into()]);
        }
        find
    };
    page(visit, build(), build(), &[PINNED_FIRST, LATEST_FIRST]).await
}

/// SQL: threads of the visitor's groups or of which they are a guest.
const OWN: &str = "discussions.discarded_at is null \
    and (discussions.group_id is null or exists(select 1 from groups g where g.id = discussions.group_id and g.archived_at is null)) \
    and (discussions.group_id in (select m.group_id from memberships m join groups mg on mg.id = m.group_id where m.user_id = $1 and m.revoked_at is null and mg.archived_at is null) \
      or discussions.id in (select r.discussion_id from discussion_readers r where r.user_id = $1 and r.guest and r.revoked_at is null))";

/// Open threads of the visitor's groups.
///
/// # Errors
/// When nobody is signed in.
pub async fn dashboard(visit: &Visit) -> Done {
    if !visit.actor.is_logged_in() {
        return Err(Denied::page().into());
    }
    let build = || Find::<Discussion>::new(OWN, vec![visit.actor.id.into()]).and("discussions.closed_at is null", vec![]);
    page(visit, build(), build(), &[LATEST_FIRST]).await
}

/// Threads with something new for the visitor.
///
/// # Errors
/// When nobody is signed in.
pub async fn inbox(visit: &Visit) -> Done {
    if !visit.actor.is_logged_in() {
        return Err(Denied::page().into());
    }
    let build = || {
        Find::<Discussion>::new(OWN, vec![visit.actor.id.into()])
            .and(
                "not exists(select 1 from discussion_readers r where r.discussion_id = discussions.id and r.user_id = $1 and (r.dismissed_at >= discussions.last_activity_at or r.last_read_at >= discussions.last_activity_at))",
                vec![visit.actor.id.into()],
            )
            .and("discussions.last_activity_at > $1::timestamp - interval '6 weeks'", vec![visit.now.into()])
    };
    page(visit, build(), build(), &[LATEST_FIRST]).await
}

/// Threads outside of groups.
///
/// # Errors
/// When the database refuses.
pub async fn direct(visit: &Visit) -> Done {
    let build = || {
        let (condition, values) = visible(visit, false, false);
        Find::<Discussion>::new(&condition, values).and("discussions.group_id is null", vec![])
    };
    page(visit, build(), build(), &[LATEST_FIRST]).await
}

/// Threads of a group by title.
///
/// # Errors
/// When the group may not be seen or nothing is looked for.
pub async fn search(visit: &Visit) -> Done {
    let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show").await?;
    let q = visit.params.filled("q").ok_or(crate::json::params::BadParams::Missing("q".to_owned()))?;
    let groups = group_ids(visit, Some(&group)).await?;
    let build = || {
        let (condition, values) = visible(visit, true, true);
        Find::<Discussion>::new(&condition, values).and("discussions.group_id = any($1)", vec![sql::ids(&groups)]).and("discussions.title ilike $1", vec![format!("%{q}%").into()])
    };
    page(visit, build(), build(), &[]).await
}
