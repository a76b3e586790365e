//! Whom somebody may invite by name: people they share something with.
//!
//! Source: `app/queries/user_query.rb`.

use super::about::{About, Kind};
use loomio_db::{Result, facts, facts::Actor, find::Find, rows::User, sql};
use sea_orm::{ConnectionTrait, Value};

/// SQL: the people somebody may invite, one query for each way of knowing them;
/// each yields numbers of users.
struct Known {
    queries: Vec<(String, Vec<Value>)>,
}

impl Known {
    fn add(&mut self, query: &str, values: Vec<Value>) {
        self.queries.push((query.to_owned(), values));
    }

    fn members_of(&mut self, group_ids: Vec<i32>) {
        self.add("select m.user_id from memberships m where m.group_id = any($1) and m.revoked_at is null", vec![group_ids.into()]);
    }
}

/// The groups whose members somebody may invite as guests.
async fn guest_groups(conn: &impl ConnectionTrait, actor: &Actor, about: Option<&About>) -> Result<Vec<i32>> {
    let own: Vec<i32> = sql::column(conn, facts::GROUPS_OF_USER, vec![actor.id.into()]).await?;
    let Some((group_id, kind)) = about.and_then(|a| a.group_id.map(|id| (id, a.kind))) else { return Ok(own) };
    let parent: Option<Option<i32>> = sql::scalar(conn, "select parent_id from groups where id = $1", vec![group_id.into()]).await?;
    let parent = parent.flatten();
    if kind == Kind::Group && parent.is_none() {
        return Ok(own);
    }
    let org = organisation(conn, parent.unwrap_or(group_id)).await?;
    Ok(own.into_iter().filter(|id| org.contains(id)).collect())
}

/// A parent group and its published subgroups.
///
/// # Errors
/// When the database refuses.
pub async fn organisation(conn: &impl ConnectionTrait, parent_id: i32) -> Result<Vec<i32>> {
    sql::column(conn, "select id from groups where id = $1 or (parent_id = $1 and archived_at is null)", vec![parent_id.into()]).await
}

async fn known(conn: &impl ConnectionTrait, actor: &Actor, about: Option<&About>) -> Result<Known> {
    let mut known = Known { queries: Vec::new() };
    if let Some(a) = about.filter(|a| a.kind == Kind::Group)
        && facts::group::load(conn, actor, a.id).await?.is_some_and(|f| f.member)
    {
        known.members_of(vec![a.id]);
    }
    let invites_guests = match about {
        None => true,
        Some(a) => a.allows(conn, actor, "add_guests").await?,
    };
    if invites_guests {
        known.members_of(guest_groups(conn, actor, about).await?);
        known.add("select r.user_id from discussion_readers r where r.inviter_id = $1 and r.revoked_at is null and r.guest", vec![actor.id.into()]);
        known.add("select s.participant_id from stances s where s.inviter_id = $1 and s.revoked_at is null and s.guest", vec![actor.id.into()]);
    }
    let Some(a) = about else { return Ok(known) };
    if !(a.allows(conn, actor, "add_members").await? || a.allows(conn, actor, "add_voters").await?) {
        return Ok(known);
    }
    if let Some(id) = a.group_id {
        known.members_of(vec![id]);
    }
    if let Some(id) = a.discussion_id {
        known.add("select r.user_id from discussion_readers r where r.discussion_id = $1 and r.revoked_at is null and r.guest", vec![id.into()]);
        known.add("select s.participant_id from stances s join polls p on p.id = s.poll_id where p.discussion_id = $1 and s.revoked_at is null and s.guest", vec![id.into()]);
    }
    if let Some(id) = a.poll_id {
        known.add("select s.participant_id from stances s where s.poll_id = $1 and s.revoked_at is null and s.guest", vec![id.into()]);
    }
    Ok(known)
}

/// Which of these people somebody may invite.
///
/// # Errors
/// When the database refuses.
pub async fn invitable_ids(conn: &impl ConnectionTrait, actor: &Actor, about: &About, ids: &[i32]) -> Result<Vec<i32>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<i32> = Vec::new();
    for (query, mut values) in known(conn, actor, Some(about)).await?.queries {
        values.push(sql::ids(ids));
        let more: Vec<i32> = sql::column(conn, &format!("select users.id from users where users.id in ({query}) and users.id = any(${})", values.len()), values).await?;
        found.extend(more);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// SQL: whether a row of `users` matches what is typed; `$n` starts a name,
/// `$n+1` a later word of it.
#[must_use]
pub fn matches(n: usize) -> String {
    format!("(users.name ilike ${n} or users.name ilike ${} or users.username ilike ${n} or users.email ilike ${n})", n + 1)
}

/// The two patterns of [`matches()`].
#[must_use]
pub fn patterns(q: &str) -> [Value; 2] {
    [format!("{q}%").into(), format!("% {q}%").into()]
}

/// How many people a search answers at most.
pub const MOST: u64 = 50;

/// The people somebody may invite whose name, username or address is like `q`.
///
/// # Errors
/// When the database refuses.
pub async fn invitable(conn: &impl ConnectionTrait, actor: &Actor, about: Option<&About>, q: &str) -> Result<Vec<User>> {
    let mut ids: Vec<i32> = Vec::new();
    for (query, mut values) in known(conn, actor, about).await?.queries {
        let n = values.len() + 1;
        values.extend(patterns(q));
        let found: Vec<i32> = sql::column(conn, &format!("select users.id from users where users.deactivated_at is null and users.id in ({query}) and {} limit {MOST}", matches(n)), values).await?;
        ids.extend(found);
    }
    Find::<User>::new("users.id = any($1)", vec![sql::ids(&ids)]).order("users.memberships_count").limit(MOST).all(conn).await
}
