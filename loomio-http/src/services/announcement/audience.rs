//! Audiences: the people behind words such as `group` or `undecided_voters`.
//!
//! Source: `app/services/announcement_service.rb`.

use crate::services::{
    Done, ServiceError,
    invite::{about::About, search},
};
use loomio_core::policy::{self, Denied};
use loomio_db::{facts, facts::Actor, sql};
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;

/// People as a condition on `users` with its values.
#[derive(Debug, Clone)]
pub struct Audience {
    /// The condition; its placeholders are numbered from `$1`.
    pub condition: String,
    /// The values.
    pub values: Vec<Value>,
}

/// The group meant by `group-7` or `delegates-7`: of the same organisation, and
/// one the actor may notify.
async fn named_group(conn: &impl ConnectionTrait, about: &About, actor: &Actor, digits: &str) -> Done<i32> {
    let unknown = || ServiceError::NotFound(format!("Couldn't find Group with 'id'={digits}"));
    let id: i32 = digits.parse().map_err(|_| unknown())?;
    let parent: Option<i32> = sql::scalar(conn, "select coalesce(parent_id, id) from groups where id = $1", vec![about.group_id.into()]).await?;
    let organisation = search::organisation(conn, parent.ok_or_else(unknown)?).await?;
    if !organisation.contains(&id) {
        return Err(unknown());
    }
    let facts = facts::group::load(conn, actor, id).await?.unwrap_or_default();
    if policy::allows(&facts, "notify") { Ok(id) } else { Err(Denied::page().into()) }
}

/// The digits after a word and a hyphen, anywhere in a text.
fn digits_after<'t>(kind: &'t str, word: &str) -> Option<&'t str> {
    let rest = kind.split_once(&format!("{word}-"))?.1;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end).filter(|d| !d.is_empty())
}

const VOTERS: &str = "users.id in (select s.participant_id from stances s where s.poll_id = $1::int and s.latest and s.revoked_at is null)";

/// The condition of an audience before people are left out.
async fn members(conn: &impl ConnectionTrait, about: &About, kind: &str, actor: &Actor) -> Done<(String, Value)> {
    const MEMBERS: &str = "users.id in (select m.user_id from memberships m where m.group_id = $1::int and m.revoked_at is null)";
    if let Some(digits) = digits_after(kind, "group") {
        return Ok((MEMBERS.to_owned(), named_group(conn, about, actor, digits).await?.into()));
    }
    if let Some(digits) = digits_after(kind, "delegates") {
        return Ok((MEMBERS.replace("m.revoked_at is null", "m.revoked_at is null and m.delegate"), named_group(conn, about, actor, digits).await?.into()));
    }
    Ok(match kind {
        "group" => (MEMBERS.to_owned(), about.group_id.into()),
        "discussion_group" => ("users.id in (select r.user_id from discussion_readers r where r.discussion_id = $1::int and r.revoked_at is null)".to_owned(), about.discussion_id.into()),
        "voters" => (VOTERS.to_owned(), about.poll_id.into()),
        "decided_voters" => (VOTERS.replace("s.latest", "s.latest and s.cast_at is not null"), about.poll_id.into()),
        "undecided_voters" => (VOTERS.replace("s.latest", "s.latest and s.cast_at is null"), about.poll_id.into()),
        "non_voters" => (format!("{MEMBERS} and not {}", VOTERS.replace("$1", "$2")), about.group_id.into()),
        _ => return Err(ServiceError::Status(400, json!({"error": "there is no such audience"}))),
    })
}

/// The people of an audience who have an account and are no bots; nobody without
/// an audience. `exclude_voters` leaves out who votes already, `include_actor`
/// keeps the actor in.
///
/// # Errors
/// When there is no such audience or the actor may not notify it.
pub async fn of(conn: &impl ConnectionTrait, about: &About, kind: Option<&str>, actor: &Actor, exclude_voters: bool, include_actor: bool) -> Done<Audience> {
    let Some(kind) = kind else { return Ok(Audience { condition: "false".to_owned(), values: Vec::new() }) };
    let (condition, value) = members(conn, about, kind, actor).await?;
    let mut values = vec![value];
    let mut condition = format!("{condition} and users.deactivated_at is null and not users.bot");
    if kind == "non_voters" {
        values.push(about.poll_id.into());
    }
    if exclude_voters {
        values.push(about.poll_id.into());
        condition.push_str(&format!(" and not {}", VOTERS.replace("$1", &format!("${}", values.len()))));
    }
    if !include_actor {
        values.push(actor.id.into());
        // Who is not signed in is compared with nobody, which is never true.
        condition.push_str(&format!(" and ${n} <> 0 and users.id <> ${n}", n = values.len()));
    }
    Ok(Audience { condition, values })
}

/// The numbers of an audience's people.
///
/// # Errors
/// When the database refuses.
pub async fn ids(conn: &impl ConnectionTrait, audience: Audience) -> Done<Vec<i32>> {
    Ok(sql::column(conn, &format!("select users.id from users where {} order by users.id", audience.condition), audience.values).await?)
}

#[cfg(test)]
mod tests {
    use super::digits_after;

    #[test]
    fn groups_are_named_by_number() {
        for (kind, word, digits) in
            [("group-7", "group", Some("7")), ("delegates-12", "delegates", Some("12")), ("group", "group", None), ("group-", "group", None), ("discussion_group", "group", None)]
        {
            assert_eq!(digits_after(kind, word), digits, "{kind}");
        }
    }
}
