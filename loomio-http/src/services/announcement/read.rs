//! Whom an announcement would reach and whom earlier ones reached.
//!
//! Source: `app/controllers/api/v1/announcements_controller.rb`.

use super::audience;
use crate::{
    json::{
        render::{Node, Scope},
        user,
    },
    services::{
        Done, ServiceError, Visit,
        invite::{
            about::{About, Kind},
            search, user_inviter,
        },
        locate::{self, Target},
    },
};
use loomio_core::policy::Denied;
use loomio_db::{facts, find::Find, record::rails_time, rows::User, sql};
use sea_orm::FromQueryResult;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// What the request names, which it must.
async fn target(visit: &Visit) -> Done<(Target, About)> {
    let target = locate::target(visit).await?.ok_or_else(|| ServiceError::Params(crate::json::params::BadParams::Missing("group_id".to_owned())))?;
    let about = About::target(visit.db(), &target).await?;
    Ok((target, about))
}

/// How people are shown: with their addresses to who administers the target.
pub(super) async fn scope(visit: &Visit, about: Option<&About>) -> Done<Scope> {
    let admin = match about {
        None => false,
        Some(a) => match (a.group_id, a.kind) {
            (Some(group_id), _) => facts::group::load(visit.db(), &visit.actor, group_id).await?.is_some_and(|f| f.admin),
            (None, Kind::Discussion | Kind::Comment) => facts::discussion::load(visit.db(), &visit.actor, a.discussion_id.unwrap_or_default()).await?.is_some_and(|f| f.admin),
            (None, _) => facts::poll::load(visit.db(), &visit.actor, a.poll_id.unwrap_or_default()).await?.is_some_and(|f| f.admin),
        },
    };
    Ok(Scope { include_email: admin, ..visit.scope() })
}

fn is_present(visit: &Visit, key: &str) -> bool {
    visit.params.filled(key).is_some_and(|v| v != "false")
}

/// The people of an audience.
///
/// # Errors
/// When the target may not be seen, or the audience would tell who voted in secret.
pub async fn audience(visit: &Visit) -> Done {
    let (target, about) = target(visit).await?;
    let kind = visit.params.text("recipient_audience");
    let tells_votes = matches!(kind.as_deref(), Some("decided_voters" | "undecided_voters"));
    // The original asks the target alone, so that an outcome would tell what its poll may not.
    if tells_votes && target.poll().is_some_and(|p| p.anonymous) {
        return Err(Denied::page().into());
    }
    let found = audience::of(visit.db(), &about, kind.as_deref(), &visit.actor, visit.params.get("exclude_members").is_some(), is_present(visit, "include_actor")).await?;
    let rows = Find::<User>::new(&found.condition, found.values).all(visit.db()).await?;
    visit.render_in(&rows, &scope(visit, Some(&about)).await?, None, "announcements", Node::new()).await
}

fn split(visit: &Visit, key: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in visit.params.text(key).unwrap_or_default().split(',').map(str::trim).filter(|p| !p.is_empty()) {
        if !out.iter().any(|known| known == part) {
            out.push(part.to_owned());
        }
    }
    out
}

fn unique_ids(visit: &Visit, key: &str) -> Vec<i32> {
    let mut ids = visit.params.ids(key);
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// How many people an announcement would reach.
///
/// # Errors
/// When the target may not be seen.
pub async fn count(visit: &Visit) -> Done {
    let (_, about) = target(visit).await?;
    let emails = split(visit, "recipient_emails_cmr");
    let exclude = is_present(visit, "exclude_members");
    let found = audience::of(visit.db(), &about, visit.params.text("recipient_audience").as_deref(), &visit.actor, exclude, is_present(visit, "include_actor")).await?;
    let mut ids = unique_ids(visit, "recipient_user_xids");
    ids.extend(audience::ids(visit.db(), found).await?);
    let known: Option<i64> = sql::scalar(visit.db(), "select count(*) from users where email = any($1::citext[])", vec![emails.clone().into()]).await?;
    let mut condition = "users.deactivated_at is null and (users.email = any($1::citext[]) or users.id = any($2) or users.username = any($3))".to_owned();
    let mut values = vec![emails.clone().into(), sql::ids(&ids), split(visit, "recipient_usernames").into()];
    if exclude {
        values.push(about.poll_id.into());
        condition.push_str(" and users.id not in (select s.participant_id from stances s where s.poll_id = $4::int and s.latest and s.revoked_at is null and s.participant_id is not null)");
    }
    let users = Find::<User>::new(&condition, values).count(visit.db()).await?;
    let strangers = emails.len() as i64 - known.unwrap_or(0);
    let bots = unique_ids(visit, "recipient_chatbot_xids").len() as i64;
    Ok(json!({"count": strangers + i64::try_from(users).unwrap_or(i64::MAX) + bots}))
}

/// How many of the invited are new to the organisation. Who does not belong to it is
/// told how many they named: the original tells strangers which addresses belong.
///
/// # Errors
/// When the target may not be seen.
pub async fn new_member_count(visit: &Visit) -> Done {
    let (_, about) = target(visit).await?;
    let parent: Option<i32> = sql::scalar(visit.db(), "select coalesce(parent_id, id) from groups where id = $1", vec![about.group_id.into()]).await?;
    let Some(parent) = parent else { return Err(ServiceError::NotFound("Couldn't find Group".to_owned())) };
    let emails: Vec<String> = visit.params.text("recipient_emails_cmr").unwrap_or_default().split(',').filter(|e| !e.is_empty()).map(ToOwned::to_owned).collect();
    let belongs = sql::exists(
        visit.db(),
        "select 1 from memberships m join groups g on g.id = m.group_id where m.user_id = $1 and m.revoked_at is null and (g.id = $2 or g.parent_id = $2)",
        vec![visit.actor.id.into(), parent.into()],
    )
    .await?;
    let people = visit.params.ids("recipient_user_xids");
    let count = if belongs {
        user_inviter::new_members_count(visit.db(), parent, &people, &emails).await?
    } else {
        let unlike = |mut named: Vec<String>| {
            named.sort_unstable();
            named.dedup();
            i64::try_from(named.len()).unwrap_or(i64::MAX)
        };
        unlike(emails) + unlike(people.iter().map(ToString::to_string).collect())
    };
    Ok(json!({"count": count}))
}

/// People to invite or to notify.
///
/// # Errors
/// When the target may not be seen.
pub async fn search(visit: &Visit) -> Done {
    let about = match locate::target(visit).await? {
        Some(target) => Some(About::target(visit.db(), &target).await?),
        None => None,
    };
    let q = visit.params.text("q").unwrap_or_default();
    let rows = match (&about, visit.params.get("existing_only")) {
        (Some(about), Some(_)) => {
            let mut values = about.values();
            values.extend(search::patterns(&q));
            Find::<User>::new(&format!("{} and {}", about.members(), search::matches(4)), values).limit(search::MOST).all(visit.db()).await?
        }
        _ if about.is_none() && !visit.actor.is_logged_in() => Vec::new(),
        _ => search::invitable(visit.db(), &visit.actor, about.as_ref(), &q).await?,
    };
    visit.render_as(&rows, &scope(visit, about.as_ref()).await?, None, "users", user::author, Node::new()).await
}

/// The kinds of events that tell people of something.
const KINDS: [&str; 17] = [
    "announcement_created",
    "user_mentioned",
    "group_mentioned",
    "announcement_resend",
    "discussion_announced",
    "poll_announced",
    "outcome_announced",
    "outcome_created",
    "outcome_updated",
    "outcome_edited",
    "poll_created",
    "poll_edited",
    "poll_reminder",
    "new_discussion",
    "discussion_edited",
    "comment_replied_to",
    "poll_closing_soon",
];

/// The events that told people of a target; of a thread, of everything in it.
async fn events(visit: &Visit, target: &Target) -> Done<Vec<i32>> {
    let kinds = KINDS.map(ToOwned::to_owned).to_vec();
    let (class, id) = match target {
        Target::Group(g) => ("Group", g.id),
        Target::Discussion(d) => ("Discussion", d.id),
        Target::Comment(c) => ("Comment", c.id),
        Target::Poll(p) => ("Poll", p.id),
        Target::Stance(s, _) => ("Stance", s.id),
        Target::Outcome(o, _) => ("Outcome", o.id),
    };
    let within = "(e.eventable_type = $2 and e.eventable_id = $3) or ($2 = 'Discussion' and ( \
         (e.eventable_type = 'Poll' and e.eventable_id in (select id from polls where discussion_id = $3)) \
         or (e.eventable_type = 'Outcome' and e.eventable_id in (select o.id from outcomes o join polls p on p.id = o.poll_id where p.discussion_id = $3)) \
         or (e.eventable_type = 'Comment' and e.eventable_id in (select id from comments where discussion_id = $3))))";
    Ok(sql::column(visit.db(), &format!("select e.id from events e where e.kind = any($1) and ({within})"), vec![kinds.into(), class.into(), id.into()]).await?)
}

/// How many people were told of a target.
///
/// # Errors
/// When the target may not be seen.
pub async fn users_notified_count(visit: &Visit) -> Done {
    let (target, _) = target(visit).await?;
    let events = events(visit, &target).await?;
    let count: Option<i64> = sql::scalar(visit.db(), "select count(distinct user_id) from notifications where event_id = any($1)", vec![sql::ids(&events)]).await?;
    Ok(json!({"count": count.unwrap_or(0)}))
}

#[derive(FromQueryResult)]
struct Told {
    id: i32,
    kind: Option<String>,
    created_at: Option<chrono::NaiveDateTime>,
    author_id: Option<i32>,
    author_name: Option<String>,
    author_gone: bool,
}

#[derive(FromQueryResult)]
struct Notice {
    id: i32,
    event_id: i32,
    name: Option<String>,
    email: Option<String>,
    gone: bool,
    viewed: bool,
}

/// Who was told of a target, when and by whom.
///
/// # Errors
/// When the target may not be seen.
pub async fn history(visit: &Visit) -> Done {
    let (target, about) = target(visit).await?;
    let ids = events(visit, &target).await?;
    let secret_thread: bool = sql::exists(visit.db(), "select 1 from polls where discussion_id = $1::int and anonymous and discarded_at is null", vec![about.discussion_id.into()]).await?;
    let allow_viewed = !(secret_thread || target.poll().is_some_and(|p| p.anonymous));
    let told: Vec<Told> = sql::rows(
        visit.db(),
        "select e.id, e.kind, e.created_at, u.id as author_id, u.name as author_name, coalesce(u.deactivated_at is not null, false) as author_gone \
         from events e left join users u on u.id = e.user_id where e.id = any($1) order by e.id desc limit 1000",
        vec![sql::ids(&ids)],
    )
    .await?;
    let notices: Vec<Notice> = sql::rows(
        visit.db(),
        "select n.id, n.event_id, u.name, u.email::text as email, u.deactivated_at is not null as gone, n.viewed \
         from notifications n join users u on u.id = n.user_id where n.event_id = any($1) order by u.name, u.email",
        vec![sql::ids(&ids)],
    )
    .await?;
    let gone = visit.text("profile_page.deleted_account");
    let mut by_event: HashMap<i32, Vec<Json>> = HashMap::new();
    for n in notices {
        let to = n.name.or_else(|| if n.gone { Some(gone.clone()) } else { n.email });
        by_event.entry(n.event_id).or_default().push(json!({"id": n.id, "to": to, "viewed": allow_viewed && n.viewed}));
    }
    let data: Vec<Json> = told
        .into_iter()
        .filter_map(|e| {
            let notifications = by_event.remove(&e.id)?;
            let author = match (e.author_id, e.author_name) {
                (None, _) => Some(visit.text("common.anonymous")),
                (Some(_), None) if e.author_gone => Some(gone.clone()),
                (Some(_), name) => name,
            };
            Some(json!({"event_id": e.id, "created_at": e.created_at.map(rails_time), "author_name": author, "kind": e.kind, "notifications": notifications}))
        })
        .collect();
    Ok(json!({"allow_viewed": allow_viewed, "data": data}))
}
