//! What programs do with a key: the b2 API in somebody's name, the b3 API in the
//! name of the server, and the question of the live editor whether somebody may
//! edit a text.
//!
//! Sources: `app/controllers/api/b2/*.rb`, `api/b3/users_controller.rb`,
//! `api/hocuspocus_controller.rb`.

use super::{Done, ServiceError, Visit, closing, comment, discussion, group, locate, membership, poll};
use crate::{
    jobs::{self, deactivate_user::DeactivateUser},
    json::{
        params::{BadParams, Params},
        render::{Node, Scope},
    },
};
use loomio_core::policy::{self, Denied, Permit};
use loomio_db::{
    facts,
    find::{self, Find},
    rows::{Comment, Discussion, Group, Membership, Outcome, Poll, Stance, User},
    sql,
};
use serde_json::{Value as Json, json};
use subtle::ConstantTimeEq;

/// Whether two secrets are the same, without telling by the time how much of them is.
fn same(a: &str, b: &str) -> bool {
    bool::from(a.as_bytes().ct_eq(b.as_bytes()))
}

/// The request as one by the owner of its key. A blank key is nobody's, although
/// some people have none.
async fn by_key(visit: &Visit) -> Done<Visit> {
    let key = visit.params.filled("api_key").ok_or_else(Denied::page)?;
    let found = Find::<User>::new("users.api_key = $1 and users.deactivated_at is null", vec![key.clone().into()]).one(visit.db()).await?;
    let owner = found.filter(|u| u.api_key.as_deref().is_some_and(|k| same(k, &key))).ok_or_else(Denied::page)?;
    Ok(Visit::without_browser(&visit.app, owner, visit.params.clone()))
}

/// A request whose parameters stand flat, as the one for a concept that has them
/// in an object.
fn nested(visit: &Visit, concept: &str) -> Visit {
    let mut flat = visit.params.0.clone();
    for key in ["api_key", "format", "discussion", "poll"] {
        flat.remove(key);
    }
    let mut params = visit.params.clone();
    params.0.insert(concept.to_owned(), Json::Object(flat));
    Visit { params, ..visit.clone() }
}

/// The number of what an event just told is about.
fn told(answer: &Json) -> Done<i32> {
    let id = answer.get("events").and_then(|e| e.get(0)).and_then(|e| e.get("eventable_id")).and_then(Json::as_i64).and_then(|id| i32::try_from(id).ok());
    id.ok_or_else(ServiceError::not_found)
}

/// A thread.
///
/// # Errors
/// When the key is nobody's or its owner may not see the thread.
pub async fn show_discussion(visit: &Visit) -> Done {
    let visit = by_key(visit).await?;
    let found = locate::allowed_discussion(&visit, &locate::named(&visit, "discussion", None), "show").await?;
    visit.render(&[found], None, "discussions").await
}

/// Starts a thread.
///
/// # Errors
/// When the key is nobody's, its owner may not, or something is wrong.
pub async fn create_discussion(visit: &Visit) -> Done {
    let visit = nested(&by_key(visit).await?, "discussion");
    let answer = discussion::create(&visit).await?;
    let made: Discussion = locate::by_id(&visit, &told(&answer)?.to_string()).await?;
    visit.render(&[made], None, "discussions").await
}

/// A poll.
///
/// # Errors
/// When the key is nobody's or its owner may not see the poll.
pub async fn show_poll(visit: &Visit) -> Done {
    let visit = by_key(visit).await?;
    let found = locate::allowed_poll(&visit, &locate::named(&visit, "poll", None), "show").await?;
    visit.render(&[found], None, "polls").await
}

/// Starts a poll.
///
/// # Errors
/// When the key is nobody's, its owner may not, or something is wrong.
pub async fn create_poll(visit: &Visit) -> Done {
    let visit = nested(&by_key(visit).await?, "poll");
    let answer = poll::create::create(&visit).await?;
    let made: Poll = locate::by_id(&visit, &told(&answer)?.to_string()).await?;
    visit.render(&[made], None, "polls").await
}

/// Comments. As ever, only a form is taken: a JSON body is found to have one
/// parameter too many.
///
/// # Errors
/// When the key is nobody's, its owner may not, or something is wrong.
pub async fn create_comment(visit: &Visit) -> Done {
    let visit = by_key(visit).await?;
    if visit.params.has("comment") {
        return Err(BadParams::Unpermitted(vec!["comment".to_owned()]).into());
    }
    let visit = nested(&visit, "comment");
    let answer = comment::create(&visit).await?;
    let made: Comment = locate::by_id(&visit, &told(&answer)?.to_string()).await?;
    visit.render(&[made], None, "comments").await
}

/// The group a request is about, which its author must administer.
async fn administered(visit: &Visit) -> Done<Group> {
    let found: Group = locate::by_id(visit, &visit.params.text("group_id").unwrap_or_default()).await?;
    if visit.actor.site_admin || locate::adminable_groups(visit).await?.contains(&found.id) {
        return Ok(found);
    }
    Err(ServiceError::Named(403, "CanCan::AccessDenied", "User is not an admin".to_owned()))
}

/// The memberships of a group, also those that ended, with people's addresses.
///
/// # Errors
/// When the key is nobody's or its owner does not administer the group.
pub async fn memberships(visit: &Visit) -> Done {
    let visit = by_key(visit).await?;
    let group = administered(&visit).await?;
    let build = || Find::<Membership>::new("memberships.group_id = $1", vec![group.id.into()]);
    let (from, per) = visit.page(50);
    let total = build().count(visit.db()).await?;
    let rows = build().order("memberships.id").offset(from).limit(per).all(visit.db()).await?;
    let scope = Scope { include_email: true, ..visit.scope() };
    visit.render_in(&rows, &scope, Some(total), "memberships", Node::new()).await
}

async fn addresses(visit: &Visit, ids: &[i32]) -> Done<Vec<String>> {
    Ok(sql::column(visit.db(), "select email::text from users where id = any($1) and email is not null order by id", vec![sql::ids(ids)]).await?)
}

/// Invites people to a group and, if asked to, sends everybody else away.
///
/// # Errors
/// When the key is nobody's or its owner does not administer the group.
pub async fn create_memberships(visit: &Visit) -> Done {
    let visit = by_key(visit).await?;
    let group = administered(&visit).await?;
    let wanted: Vec<String> = visit.params.texts("emails");
    let current: Vec<Membership> = Find::<Membership>::new("memberships.group_id = $1 and memberships.revoked_at is null", vec![group.id.into()]).order("memberships.id").all(visit.db()).await?;
    let people: Vec<User> = find::by_ids(visit.db(), &current.iter().filter_map(|m| m.user_id).collect::<Vec<_>>()).await?;
    let address = |m: &Membership| people.iter().find(|u| Some(u.id) == m.user_id && u.deactivated_at.is_none()).and_then(|u| u.email.clone());
    let is_wanted = |email: &str| wanted.iter().any(|w| w.eq_ignore_ascii_case(email));
    let known: Vec<String> = current.iter().filter_map(address).collect();
    let new: Vec<Json> = wanted.iter().filter(|w| !known.iter().any(|k| k.eq_ignore_ascii_case(w))).map(|w| json!(w)).collect();
    let mut params = Params::default();
    params.0.insert("recipient_emails".to_owned(), Json::Array(new));
    let invited = group::invite::invite(&Visit { params, ..visit.clone() }, &group).await?;
    let mut removed = Vec::new();
    if visit.params.int("remove_absent") == Some(1) {
        for m in current.iter().filter(|m| address(m).is_some_and(|email| !is_wanted(&email))) {
            membership::revoke::revoke(&visit, m).await?;
            removed.extend(m.user_id);
        }
    }
    let added: Vec<i32> = invited.iter().filter_map(|m| m.user_id).collect();
    Ok(json!({"added_emails": addresses(&visit, &added).await?, "removed_emails": addresses(&visit, &removed).await?}))
}

/// The shortest key of the server that opens anything.
const SHORTEST_SERVER_KEY: usize = 17;

/// Whether a request has the key of the server itself.
fn by_server_key(visit: &Visit) -> Done<()> {
    let own = visit.app.settings.b3_api_key.as_str();
    let given = visit.params.filled("b3_api_key").unwrap_or_default();
    if own.len() >= SHORTEST_SERVER_KEY && same(own, &given) { Ok(()) } else { Err(Denied::page().into()) }
}

async fn account(visit: &Visit, open: bool) -> Done<User> {
    let id = visit.params.text("id").unwrap_or_default();
    let found: User = locate::by_id(visit, &id).await?;
    if found.deactivated_at.is_none() == open { Ok(found) } else { Err(locate::no_row("User", &id)) }
}

/// Closes an account.
///
/// # Errors
/// When the key is not the server's or there is no such open account.
pub async fn deactivate(visit: &Visit) -> Done {
    by_server_key(visit)?;
    let user = account(visit, true).await?;
    let w = visit.begin().await?;
    jobs::enqueue(&w, &DeactivateUser { user_id: user.id, actor_id: user.id }).await?;
    w.commit().await?;
    Ok(json!({"success": "ok"}))
}

/// Opens a closed account again, with the memberships that ended with it.
///
/// # Errors
/// When the key is not the server's or there is no such closed account.
pub async fn reactivate(visit: &Visit) -> Done {
    by_server_key(visit)?;
    let user = account(visit, false).await?;
    let permit = Permit::system("the server's key opens an account again");
    let w = visit.begin().await?;
    closing::reactivate(&w, &permit, &user).await?;
    w.commit().await?;
    Ok(json!({"success": "ok"}))
}

/// Whether somebody may edit a stored text.
async fn updates(visit: &Visit, kind: &str, id: i32) -> Done<bool> {
    let (conn, actor) = (visit.db(), &visit.actor);
    let administers = async |table: &str| -> Done<bool> {
        let query = format!("select 1 from {table} t join memberships m on m.group_id = t.group_id and m.user_id = $2 and m.revoked_at is null and m.admin where t.id = $1");
        Ok(sql::exists(conn, &query, vec![id.into(), actor.id.into()]).await?)
    };
    Ok(match kind {
        "discussion" => facts::discussion::load(conn, actor, id).await?.is_some_and(|f| policy::allows(&f, "update")),
        "poll" => facts::poll::load(conn, actor, id).await?.is_some_and(|f| policy::allows(&f, "update")),
        "group" => facts::group::load(conn, actor, id).await?.is_some_and(|f| policy::allows(&f, "update")),
        "comment" => match find::by_id::<Comment>(conn, id).await? {
            Some(c) => policy::allows(&facts::text::comment(conn, actor, &c).await?, "update"),
            None => false,
        },
        "stance" => match find::by_id::<Stance>(conn, id).await? {
            Some(s) => policy::allows(&facts::poll::stance(conn, actor, &s).await?, "update"),
            None => false,
        },
        "outcome" => match find::by_id::<Outcome>(conn, id).await?.and_then(|o| o.poll_id) {
            Some(poll_id) => facts::poll::outcome(conn, actor, poll_id).await?.is_some_and(|f| policy::allows(&f, "update")),
            None => false,
        },
        "pollTemplate" => administers("poll_templates").await?,
        "discussionTemplate" => administers("discussion_templates").await?,
        "user" => actor.id == id,
        _ => false,
    })
}

/// Kinds of texts that are edited live.
const EDITED: [&str; 9] = ["comment", "discussion", "poll", "stance", "outcome", "pollTemplate", "discussionTemplate", "group", "user"];

/// Whether somebody (`user_secret`: number and secret) may edit a text live
/// (`document_name`: kind and number, or kind, `new` and number of the author).
///
/// # Errors
/// When the database refuses.
pub async fn may_edit(visit: &Visit) -> Done<bool> {
    let (who, what) = (visit.params.text("user_secret").unwrap_or_default(), visit.params.text("document_name").unwrap_or_default());
    let (user_id, secret) = who.split_once(',').unwrap_or((&who, ""));
    let mut parts = what.split('-');
    let (kind, id, author) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if !EDITED.contains(&kind) {
        return Ok(false);
    }
    if user_id == "0" {
        // Whoever starts a group need not have an account yet.
        return Ok(kind == "group" && id == "new");
    }
    let Ok(user_id) = user_id.parse::<i32>() else { return Ok(false) };
    let found: Option<User> = find::by_id(visit.db(), user_id).await?;
    let Some(user) = found.filter(|u| u.deactivated_at.is_none() && !secret.is_empty() && same(&u.secret_token, secret)) else { return Ok(false) };
    if id == "new" {
        return Ok(author.parse() == Ok(user.id));
    }
    let Ok(id) = id.parse::<i32>() else { return Ok(false) };
    updates(&Visit::without_browser(&visit.app, user, Params::default()), kind, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_the_same_or_not() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abcd") && !same("abc", "abd") && !same("", "a"));
    }
}
