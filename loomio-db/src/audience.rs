//! Who may hear of an event: the people around a thread, a poll or a group, with
//! how much each wants to hear.
//!
//! Source: `app/extras/queries/users_by_volume_query.rb` and the `members` and
//! `guests` of `app/models/{discussion,poll,group}.rb`.

use crate::{error::Result, sql};
use loomio_core::audience::Person;
use sea_orm::{ConnectionTrait, FromQueryResult};

/// Around what people stand: any of a thread, a group and a poll.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circle {
    /// The thread.
    pub discussion_id: Option<i32>,
    /// The group.
    pub group_id: Option<i32>,
    /// The poll.
    pub poll_id: Option<i32>,
}

impl Circle {
    fn values(self) -> Vec<sea_orm::Value> {
        vec![self.discussion_id.unwrap_or(0).into(), self.group_id.unwrap_or(0).into(), self.poll_id.unwrap_or(0).into()]
    }
}

/// SQL: users with their reader of the thread `$1`, their membership of the group
/// `$2` and their latest vote in the poll `$3`.
const AROUND: &str = "users u \
    left join discussion_readers dr on dr.discussion_id = $1 and dr.user_id = u.id \
    left join memberships m on m.group_id = $2 and m.user_id = u.id \
    left join stances s on s.poll_id = $3 and s.participant_id = u.id and s.latest";

/// SQL: whether somebody takes part.
const TAKES_PART: &str = "((m.id is not null and m.revoked_at is null) or (dr.id is not null and dr.guest and dr.revoked_at is null) or (s.id is not null and s.guest and s.revoked_at is null))";

#[derive(FromQueryResult)]
#[expect(clippy::struct_excessive_bools, reason = "facts are booleans")]
struct Row {
    id: i32,
    active: bool,
    verified: bool,
    complains: bool,
    wants_mentions: bool,
    connected: bool,
    volume: i32,
}

async fn people_where(conn: &impl ConnectionTrait, circle: Circle, condition: &str, more: Vec<sea_orm::Value>) -> Result<Vec<Person>> {
    let mut values = circle.values();
    values.extend(more);
    let found: Vec<Row> = sql::rows(
        conn,
        &format!(
            "select distinct on (u.id) u.id, u.deactivated_at is null as active, u.email_verified as verified, u.complaints_count > 0 as complains, u.email_when_mentioned as wants_mentions, \
               ({TAKES_PART} or (m.id is null and dr.id is null and s.id is null)) as connected, coalesce(s.volume, dr.volume, m.volume, 2) as volume \
             from {AROUND} where {condition} order by u.id"
        ),
        values,
    )
    .await?;
    Ok(found
        .into_iter()
        .map(|r| Person { id: r.id, active: r.active, verified: r.verified, complains: r.complains, wants_mentions: r.wants_mentions, connected: r.connected, volume: r.volume })
        .collect())
}

/// What is known of some people, in the order of their numbers.
///
/// # Errors
/// When the database refuses the question.
pub async fn people(conn: &impl ConnectionTrait, circle: Circle, ids: &[i32]) -> Result<Vec<Person>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    people_where(conn, circle, "u.id = any($4)", vec![sql::ids(ids)]).await
}

/// Those who want to hear of everything.
///
/// # Errors
/// When the database refuses the question.
pub async fn followers(conn: &impl ConnectionTrait, circle: Circle) -> Result<Vec<Person>> {
    people_where(
        conn,
        circle,
        "u.id in (select user_id from memberships where group_id = $2 and volume = 3 union select user_id from discussion_readers where discussion_id = $1 and volume = 3 \
           union select participant_id from stances where poll_id = $3 and latest and volume = 3) and coalesce(s.volume, dr.volume, m.volume, 2) = 3",
        vec![],
    )
    .await
}

/// Those who take part and are named, by number or username.
///
/// # Errors
/// When the database refuses the question.
pub async fn members_named(conn: &impl ConnectionTrait, circle: Circle, ids: &[i32], usernames: &[String]) -> Result<Vec<Person>> {
    if ids.is_empty() && usernames.is_empty() {
        return Ok(Vec::new());
    }
    people_where(conn, circle, &format!("u.deactivated_at is null and {TAKES_PART} and (u.id = any($4) or u.username = any($5))"), vec![sql::ids(ids), usernames.to_vec().into()]).await
}

/// The guests of a thread, who see it without being in its group.
///
/// # Errors
/// When the database refuses the question.
pub async fn guests(conn: &impl ConnectionTrait, discussion_id: i32, group_id: Option<i32>) -> Result<Vec<i32>> {
    sql::column(
        conn,
        &format!("select distinct u.id from {AROUND} where u.deactivated_at is null and (m.id is null or m.revoked_at is not null) and dr.id is not null and dr.guest and dr.revoked_at is null order by u.id"),
        Circle { discussion_id: Some(discussion_id), group_id, poll_id: None }.values(),
    )
    .await
}

/// The administrators of a group.
///
/// # Errors
/// When the database refuses the question.
pub async fn admins(conn: &impl ConnectionTrait, group_id: i32) -> Result<Vec<i32>> {
    sql::column(conn, "select user_id from memberships where group_id = $1 and revoked_at is null and admin and user_id is not null order by user_id", vec![group_id.into()]).await
}

/// Those who joined any of some groups and did not leave.
///
/// # Errors
/// When the database refuses the question.
pub async fn joined(conn: &impl ConnectionTrait, group_ids: &[i32]) -> Result<Vec<i32>> {
    if group_ids.is_empty() {
        return Ok(Vec::new());
    }
    sql::column(
        conn,
        "select distinct user_id from memberships where group_id = any($1) and revoked_at is null and accepted_at is not null and user_id is not null order by user_id",
        vec![sql::ids(group_ids)],
    )
    .await
}

/// Those who may vote in a poll, or only those of them who have not.
///
/// # Errors
/// When the database refuses the question.
pub async fn voters(conn: &impl ConnectionTrait, poll_id: i32, undecided_only: bool) -> Result<Vec<i32>> {
    let cast = if undecided_only { " and cast_at is null" } else { "" };
    sql::column(
        conn,
        &format!("select distinct participant_id from stances where poll_id = $1 and latest and revoked_at is null and participant_id is not null{cast} order by participant_id"),
        vec![poll_id.into()],
    )
    .await
}

/// Those whose votes these are.
///
/// # Errors
/// When the database refuses the question.
pub async fn participants(conn: &impl ConnectionTrait, stance_ids: &[i32]) -> Result<Vec<i32>> {
    sql::column(conn, "select distinct participant_id from stances where id = any($1) and participant_id is not null order by participant_id", vec![sql::ids(stance_ids)]).await
}

/// Those who were told that this text mentions them.
///
/// # Errors
/// When the database refuses the question.
pub async fn told_of_mention(conn: &impl ConnectionTrait, eventable_type: &str, eventable_id: i32) -> Result<Vec<i32>> {
    sql::column(
        conn,
        "select distinct n.user_id from notifications n join events e on e.id = n.event_id where e.kind = 'user_mentioned' and e.eventable_type = $1 and e.eventable_id = $2 and n.user_id is not null",
        vec![eventable_type.into(), eventable_id.into()],
    )
    .await
}

/// The groups that were told that this text mentions them.
///
/// # Errors
/// When the database refuses the question.
pub async fn groups_told_of_mention(conn: &impl ConnectionTrait, eventable_type: &str, eventable_id: i32) -> Result<Vec<i32>> {
    let told: Vec<serde_json::Value> = sql::column(
        conn,
        "select coalesce(custom_fields->'group_ids', '[]') from events where kind = 'group_mentioned' and eventable_type = $1 and eventable_id = $2",
        vec![eventable_type.into(), eventable_id.into()],
    )
    .await?;
    Ok(told.iter().flat_map(crate::event::numbers).collect())
}
