//! Votes: reading them here, casting and managing them in files of their own.
//!
//! Source: `app/controllers/api/v1/stances_controller.rb`.

pub mod cast;
pub mod manage;

use super::{Done, Visit, locate};
use crate::json::{
    poll::waits_for_vote,
    render::{Node, Scope},
    user,
};
use loomio_core::tally::results;
use loomio_db::{
    facts,
    find::Find,
    rows::{Poll, Stance, User},
    sql,
};
use sea_orm::Value;
use serde_json::json;

/// How votes are shown: never with groups and threads, and with addresses to
/// those who administer the poll.
pub(super) async fn scope(visit: &Visit, poll_id: Option<i32>) -> Done<Scope> {
    let admin = match poll_id {
        Some(id) => facts::poll::load(visit.db(), &visit.actor, id).await?.is_some_and(|f| f.admin),
        None => false,
    };
    Ok(Scope { exclude: ["group", "discussion"].map(ToOwned::to_owned).into(), include_email: admin, ..visit.scope() })
}

const NAMED: &str = "exists(select 1 from users u where u.id = stances.participant_id and (u.name ilike $1 or u.name ilike $2 or u.email::text ilike $1 or u.username ilike $1))";

fn name_values(words: &str) -> Vec<Value> {
    vec![format!("{words}%").into(), format!("% {words}%").into()]
}

fn live(poll: &Poll) -> Find<Stance> {
    Find::<Stance>::new("stances.poll_id = $1 and stances.latest and stances.revoked_at is null", vec![poll.id.into()])
}

/// Whether the visitor sees how others voted.
async fn results_shown(visit: &Visit, poll: &Poll) -> Done<bool> {
    let voted = waits_for_vote(poll) && live(poll).and("stances.participant_id = $1 and stances.cast_at is not null", vec![visit.user_id().into()]).one(visit.db()).await?.is_some();
    Ok(results::are_shown(poll.hide_results, poll.closed_at.is_some(), voted))
}

/// The votes of a poll, latest first.
///
/// # Errors
/// When the poll may not be seen.
pub async fn index(visit: &Visit) -> Done {
    let poll = locate::allowed_poll(visit, &locate::named(visit, "poll", None), "show").await?;
    let shows_results = results_shown(visit, &poll).await?;
    let find = || {
        let mut find = live(&poll);
        // Asking for somebody by name would tell which vote is theirs.
        if let Some(name) = visit.params.filled("name").filter(|_| !poll.anonymous) {
            find = find.and(NAMED, name_values(&name));
        }
        if let Some(option) = visit.params.filled("poll_option_id").filter(|_| shows_results) {
            let id = crate::json::params::int(&option.into()).and_then(|n| i32::try_from(n).ok()).unwrap_or(0);
            find = find.and("exists(select 1 from stance_choices c where c.stance_id = stances.id and c.poll_option_id = $1)", vec![id.into()]);
        }
        find
    };
    let total = find().count(visit.db()).await?;
    let (from, per) = visit.page(50);
    let rows = find().order("stances.cast_at nulls last desc").order("stances.created_at desc").order("stances.id").offset(from).limit(per).all(visit.db()).await?;
    let scope = scope(visit, visit.params.id("poll_id")).await?;
    visit.render_in(&rows, &scope, Some(total), "stances", Node::new()).await
}

/// The voters of a poll, with who of them is a guest or administers it.
///
/// # Errors
/// When the poll may not be seen.
pub async fn users(visit: &Visit) -> Done {
    let poll = locate::allowed_poll(visit, &locate::named(visit, "poll", None), "show").await?;
    let mut find = live(&poll);
    if let Some(words) = visit.params.text("query") {
        find = find.and(NAMED, name_values(&words));
    }
    let stances = find.order("stances.id").all(visit.db()).await?;
    let voters: Vec<i32> = stances.iter().filter_map(|s| s.participant_id).collect();
    let ids_of = |wanted: fn(&Stance) -> bool| stances.iter().filter(|s| wanted(s)).filter_map(|s| s.participant_id).collect::<Vec<_>>();
    let group_admins: Vec<i32> = sql::column(
        visit.db(),
        "select user_id from memberships where group_id = $1 and revoked_at is null and admin and user_id = any($2) order by id",
        vec![poll.group_id.into(), sql::ids(&voters)],
    )
    .await?;
    let mut meta = Node::new();
    meta.insert("guest_ids".to_owned(), json!(ids_of(|s| s.guest)));
    meta.insert("member_admin_ids".to_owned(), json!(group_admins));
    meta.insert("stance_admin_ids".to_owned(), json!(ids_of(|s| s.admin)));
    let find = || Find::<User>::new("users.id = any($1)", vec![sql::ids(&voters)]);
    let total = find().count(visit.db()).await?;
    let (from, per) = visit.page(50);
    let rows = find().order("users.id").offset(from).limit(per).all(visit.db()).await?;
    let scope = scope(visit, visit.params.id("poll_id")).await?;
    let root = if rows.is_empty() { "stances" } else { "users" };
    visit.render_as(&rows, &scope, Some(total), root, user::author, meta).await
}

/// The visitor's own votes, of a thread or a group or of all.
///
/// # Errors
/// When the thread or group may not be seen.
pub async fn mine(visit: &Visit) -> Done {
    let mut find = Find::<Stance>::new("stances.participant_id = $1 and stances.latest and stances.revoked_at is null", vec![visit.actor.id.into()]);
    if locate::names(visit, "discussion") {
        let thread = locate::allowed_discussion(visit, &locate::named(visit, "discussion", None), "show").await?;
        find = find.and("exists(select 1 from polls p where p.id = stances.poll_id and p.discussion_id = $1)", vec![thread.id.into()]);
    }
    if locate::names(visit, "group") {
        let group = locate::allowed_group(visit, &locate::named(visit, "group", None), "show").await?;
        find = find.and("exists(select 1 from polls p join discussions d on d.id = p.discussion_id where p.id = stances.poll_id and d.group_id = $1)", vec![group.id.into()]);
    }
    // In the order in which the database keeps them, as the original leaves it.
    let rows = find.order("stances.ctid").all(visit.db()).await?;
    let scope = scope(visit, None).await?;
    visit.render_in(&rows, &scope, None, "stances", Node::new()).await
}

/// The visitor's votes in a poll, newest first.
async fn respond_recent(visit: &Visit, poll_id: i32) -> Done {
    let rows = Find::<Stance>::new("stances.poll_id = $1 and stances.participant_id = $2 and stances.revoked_at is null", vec![poll_id.into(), visit.actor.id.into()])
        .order("stances.id desc")
        .limit(10)
        .all(visit.db())
        .await?;
    let scope = scope(visit, Some(poll_id)).await?;
    visit.render_in(&rows, &scope, None, "stances", Node::new()).await
}
