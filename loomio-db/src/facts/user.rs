//! Facts about a person.

use super::Actor;
use crate::{Record, error::Result, rows::User, sql};
use loomio_core::policy::user::UserFacts;
use sea_orm::ConnectionTrait;

/// SQL: the groups somebody ever had to do with: as a member, by asking to join,
/// by a thread or a poll. `$N` is the user.
const GROUPS: &str = "select group_id from memberships where user_id = $N and group_id is not null \
    union select group_id from membership_requests where requestor_id = $N and group_id is not null \
    union select d.group_id from discussion_readers r join discussions d on d.id = r.discussion_id where r.user_id = $N and r.guest and r.revoked_at is null and d.group_id is not null \
    union select p.group_id from stances s join polls p on p.id = s.poll_id where s.participant_id = $N and p.group_id is not null";
/// SQL: the threads of somebody's groups and those they are a guest of.
const THREADS: &str = "select d.id from discussions d join memberships m on m.group_id = d.group_id join groups g on g.id = m.group_id where m.user_id = $N and m.revoked_at is null and g.archived_at is null \
    union select r.discussion_id from discussion_readers r where r.user_id = $N and r.guest and r.revoked_at is null";
/// SQL: the polls of somebody's groups and those in which they could vote.
const POLLS: &str = "select p.id from polls p join memberships m on m.group_id = p.group_id join groups g on g.id = m.group_id where m.user_id = $N and m.revoked_at is null and g.archived_at is null \
    union select s.poll_id from stances s where s.participant_id = $N";

/// The facts about a person, without whether they are acquainted.
#[must_use]
pub fn of(actor: &Actor, user: &User) -> UserFacts {
    UserFacts {
        logged_in: actor.is_logged_in(),
        own: actor.is_logged_in() && Record::id(user) == i64::from(actor.id),
        deactivated: user.deactivated_at.is_some(),
        has_email: user.email.is_some(),
        site_admin: actor.site_admin,
        acquainted: false,
    }
}

/// The facts about a person with whether the actor has a group, a thread or a poll
/// in common with them.
///
/// # Errors
/// When the database refuses the question.
pub async fn acquainted(conn: &impl ConnectionTrait, actor: &Actor, user: &User) -> Result<UserFacts> {
    let common: Vec<String> = [GROUPS, THREADS, POLLS].iter().map(|set| format!("exists(({}) intersect ({}))", set.replace("$N", "$1"), set.replace("$N", "$2"))).collect();
    let acquainted: Option<bool> = sql::scalar(conn, &format!("select {}", common.join(" or ")), vec![actor.id.into(), user.id.into()]).await?;
    Ok(UserFacts { acquainted: acquainted == Some(true), ..of(actor, user) })
}
