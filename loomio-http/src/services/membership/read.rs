//! Lists of members.
//!
//! Source: `app/controllers/api/v1/memberships_controller.rb`, `app/queries/membership_query.rb`.

use crate::{
    json::{
        params::BadParams,
        render::{Node, Scope},
    },
    services::{Done, ServiceError, Visit, invite::search, locate},
};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use loomio_core::policy::{self, user::UserFacts};
use loomio_db::{
    facts,
    find::Find,
    rows::{Group, Membership, User},
    sql,
};
use sea_orm::Value;

/// What people may order a list of members by.
const ORDERS: [(&str, &str); 6] = [
    ("memberships.created_at", "memberships.created_at"),
    ("memberships.created_at desc", "memberships.created_at desc"),
    ("users.name", "(select u.name from users u where u.id = memberships.user_id)"),
    ("admin desc", "memberships.admin desc"),
    ("accepted_at desc", "memberships.accepted_at desc"),
    ("accepted_at", "memberships.accepted_at"),
];

/// The times a list can be limited to.
const TIMES: [&str; 3] = ["created_at", "updated_at", "accepted_at"];

/// Whether the visitor administers what the list is about, which they must be
/// allowed to see.
async fn administers(visit: &Visit) -> Done<bool> {
    if locate::names(visit, "group") {
        let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "see_private_content").await?;
        return Ok(facts::group::load(visit.db(), &visit.actor, group.id).await?.is_some_and(|f| f.admin));
    }
    if locate::names(visit, "discussion") {
        let found = locate::allowed_discussion(visit, &locate::named(visit, "discussion", None), "show").await?;
        return Ok(facts::discussion::load(visit.db(), &visit.actor, found.id).await?.is_some_and(|f| f.admin));
    }
    if locate::names(visit, "poll") {
        let found = locate::allowed_poll(visit, &locate::named(visit, "poll", None), "show").await?;
        return Ok(facts::poll::load(visit.db(), &visit.actor, found.id).await?.is_some_and(|f| f.admin));
    }
    Ok(false)
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|t| t.naive_utc())
        .ok()
        .or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok())
        .or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|d| d.and_hms_opt(0, 0, 0)))
}

/// The time a parameter names.
fn time_of(visit: &Visit, key: &str) -> Done<Option<NaiveDateTime>> {
    let Some(text) = visit.params.filled(key) else { return Ok(None) };
    moment(&text).map(Some).ok_or_else(|| ServiceError::Status(400, serde_json::json!({"error": format!("{key} is no date")})))
}

/// A condition as it stands so far, with its values.
struct Wanted {
    condition: String,
    values: Vec<Value>,
}

impl Wanted {
    /// Adds a condition; `$$` stands for its value.
    fn and(&mut self, condition: &str, value: Option<Value>) {
        self.values.extend(value);
        self.condition.push_str(" and ");
        self.condition.push_str(&condition.replace("$$", &format!("${}", self.values.len())));
    }
}

/// The memberships a request asks for, of those the visitor may see.
async fn wanted(visit: &Visit) -> Done<Wanted> {
    let p = &visit.params;
    let mut w = Wanted {
        condition: "memberships.revoked_at is null and exists(select 1 from users u where u.id = memberships.user_id) \
            and memberships.group_id in (select g.id from groups g where g.id = any($1) or g.parent_id = any($2))"
            .to_owned(),
        values: vec![sql::ids(&locate::own_groups(visit).await?), sql::ids(&locate::adminable_groups(visit).await?)],
    };
    let group: Option<Group> = match p.id("group_id") {
        Some(id) => loomio_db::find::by_id(visit.db(), id).await?,
        None => None,
    };
    if let Some(group) = group {
        let ids = match p.text("subgroups").as_deref() {
            Some("mine" | "all") => search::organisation(visit.db(), group.id).await?,
            _ => vec![group.id],
        };
        w.and("memberships.group_id = any($$)", Some(sql::ids(&ids)));
    }
    for key in ["user_xids", "user_ids"] {
        if p.get(key).is_some() {
            w.and("memberships.user_id = any($$)", Some(sql::ids(&p.ids(key))));
            break;
        }
    }
    match p.text("filter").as_deref() {
        Some("admin") => w.and("memberships.admin", None),
        Some("delegate") => w.and("memberships.delegate", None),
        Some("pending") => w.and("memberships.accepted_at is null", None),
        Some("accepted") => w.and("memberships.accepted_at is not null", None),
        _ => {}
    }
    if let Some(q) = p.text("q").filter(|q| !q.is_empty()) {
        let n = w.values.len() + 1;
        w.values.extend(search::patterns(&q));
        w.condition.push_str(&format!(" and exists(select 1 from users where users.id = memberships.user_id and {})", search::matches(n)));
    }
    // The original writes the column's name into its statement as it comes.
    let column = p.filled("timeframe_for").unwrap_or_else(|| "created_at".to_owned());
    let (since, until) = (time_of(visit, "since")?, time_of(visit, "until")?);
    if since.is_some() || until.is_some() {
        if !TIMES.contains(&column.as_str()) {
            return Err(BadParams::Unpermitted(vec!["timeframe_for".to_owned()]).into());
        }
        if let Some(since) = since {
            w.and(&format!("memberships.{column} >= $$"), Some(since.into()));
        }
        if let Some(until) = until {
            w.and(&format!("memberships.{column} <= $$"), Some(until.into()));
        }
    }
    Ok(w)
}

/// The members of a group, or of all groups the visitor may see into.
///
/// # Errors
/// When the group, thread or poll may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let admin = administers(visit).await?;
    let w = wanted(visit).await?;
    let (from, per) = visit.page(50);
    let total = Find::<Membership>::new(&w.condition, w.values.clone()).count(visit.db()).await?;
    let mut find = Find::<Membership>::new(&w.condition, w.values).order("memberships.group_id").order("memberships.admin desc").order("memberships.created_at desc");
    if let Some((_, by)) = visit.params.text("order").and_then(|o| ORDERS.iter().find(|(name, _)| *name == o)) {
        find = find.order(by);
    }
    let rows = find.order("memberships.id").offset(from).limit(per).all(visit.db()).await?;
    let scope = Scope { current_user_is_admin: admin, ..visit.scope() };
    visit.render_in(&rows, &scope, Some(total), "memberships", Node::new()).await
}

/// The visitor's own memberships.
///
/// # Errors
/// When the database refuses.
pub async fn my_memberships(visit: &Visit) -> Done {
    let rows = Find::<Membership>::new("memberships.revoked_at is null and memberships.user_id = $1", vec![visit.actor.id.into()]).order("memberships.id").all(visit.db()).await?;
    visit.render(&rows, None, "memberships").await
}

/// What the rules must know of a person before the visitor looks at them.
fn facts_of(visit: &Visit, user: &User) -> UserFacts {
    UserFacts {
        logged_in: visit.actor.is_logged_in(),
        own: visit.actor.id == user.id,
        deactivated: user.deactivated_at.is_some(),
        has_email: user.email.is_some(),
        site_admin: visit.actor.site_admin,
        acquainted: false,
    }
}

/// The memberships of somebody that the visitor shares, and their public ones.
///
/// # Errors
/// When there is nobody of this name, or the visitor is not signed in.
pub async fn for_user(visit: &Visit) -> Done {
    let user = locate::user(visit, &locate::named(visit, "user", None)).await?;
    policy::authorize(&facts_of(visit, &user), "show")?;
    let condition = "memberships.revoked_at is null and memberships.user_id = $1 and memberships.group_id in ( \
         select g.id from groups g where g.archived_at is null \
           and exists(select 1 from memberships t where t.group_id = g.id and t.user_id = $1 and t.revoked_at is null) \
           and (g.listed_in_explore or exists(select 1 from memberships o where o.group_id = g.id and o.user_id = $2 and o.revoked_at is null)))";
    let values = || -> Vec<Value> { vec![user.id.into(), visit.actor.id.into()] };
    let (from, per) = visit.page(50);
    let total = Find::<Membership>::new(condition, values()).count(visit.db()).await?;
    let rows = Find::<Membership>::new(condition, values())
        .order("(select g.full_name from groups g where g.id = memberships.group_id)")
        .order("memberships.id")
        .offset(from)
        .limit(per)
        .all(visit.db())
        .await?;
    visit.render(&rows, Some(total), "memberships").await
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn times_come_in_several_forms() {
        for (text, read) in [("2026-11-24T10:00:00Z", true), ("2026-11-24T10:00:00.123+02:00", true), ("2026-11-24", true), ("2026-11-24 10:00:00", true), ("soon", false)] {
            assert_eq!(moment(text).is_some(), read, "{text}");
        }
    }
}
