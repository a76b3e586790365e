//! Finding what a request names: by number, key, handle or username, and asking
//! whether the visitor may do something with it.
//!
//! Source: `app/extras/model_locator.rb`, `app/helpers/load_and_authorize.rb`.

use super::{Done, ServiceError, Visit};
use crate::json::params;
use loomio_core::policy;
use loomio_db::{
    Record, facts,
    find::{self, Find},
    rows::{Comment, Discussion, Group, Outcome, Poll, Stance, User},
};

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// There is no such row, in ActiveRecord's words.
#[must_use]
pub fn no_row(class: &str, id: &str) -> ServiceError {
    ServiceError::NotFound(format!("Couldn't find {class} with 'id'={id:?}"))
}

/// The row with a number given as text.
///
/// # Errors
/// When there is none.
pub async fn by_id<R: Record>(visit: &Visit, id: &str) -> Done<R> {
    by_id_in(visit.db(), id).await
}

/// The same inside a write.
///
/// # Errors
/// When there is none.
pub async fn by_id_in<R: Record>(conn: &impl sea_orm::ConnectionTrait, id: &str) -> Done<R> {
    let number = params::int(&serde_json::Value::String(id.to_owned()));
    let found = match number.and_then(|n| i32::try_from(n).ok()) {
        Some(n) => find::by_id::<R>(conn, n).await?,
        None => None,
    };
    found.ok_or_else(|| no_row(R::TYPE, id))
}

async fn by_key<R: Record>(visit: &Visit, table: &str, key_or_id: &str) -> Done<R> {
    if is_number(key_or_id) {
        return by_id(visit, key_or_id).await;
    }
    Find::<R>::new(&format!("{table}.key = $1"), vec![key_or_id.into()]).one(visit.db()).await?.ok_or_else(|| ServiceError::NotFound(format!("can't find record with friendly id: {key_or_id:?}")))
}

/// What a request names of a concept: `poll_id`, `poll_key`, `key` or `id`.
#[must_use]
pub fn named(visit: &Visit, concept: &str, id: Option<&str>) -> String {
    let p = &visit.params;
    p.text(&format!("{concept}_id")).or_else(|| p.text(&format!("{concept}_key"))).or_else(|| p.text("key")).or_else(|| id.map(ToOwned::to_owned)).or_else(|| p.text("id")).unwrap_or_default()
}

/// Whether a request names something of a concept.
#[must_use]
pub fn names(visit: &Visit, concept: &str) -> bool {
    visit.params.get(&format!("{concept}_id")).is_some() || visit.params.get(&format!("{concept}_key")).is_some()
}

/// A thread by key or number.
///
/// # Errors
/// When there is none.
pub async fn discussion(visit: &Visit, key_or_id: &str) -> Done<Discussion> {
    by_key(visit, "discussions", key_or_id).await
}

/// A poll by key or number.
///
/// # Errors
/// When there is none.
pub async fn poll(visit: &Visit, key_or_id: &str) -> Done<Poll> {
    by_key(visit, "polls", key_or_id).await
}

/// A group by number, key or handle.
///
/// # Errors
/// When there is none.
pub async fn group(visit: &Visit, name: &str) -> Done<Group> {
    let found = if is_number(name) {
        match name.parse::<i32>() {
            Ok(id) => find::by_id::<Group>(visit.db(), id).await?,
            Err(_) => None,
        }
    } else {
        Find::<Group>::new("groups.key = $1", vec![name.into()]).one(visit.db()).await?
    };
    let found = match found {
        Some(group) => Some(group),
        None => Find::<Group>::new("groups.handle = $1::citext", vec![name.into()]).one(visit.db()).await?,
    };
    found.ok_or_else(ServiceError::not_found)
}

/// A person by username, key or number.
///
/// # Errors
/// When there is none.
pub async fn user(visit: &Visit, name: &str) -> Done<User> {
    match Find::<User>::new("users.email_verified and users.username = $1", vec![name.into()]).one(visit.db()).await? {
        Some(user) => Ok(user),
        None => by_key(visit, "users", name).await,
    }
}

/// A thread the visitor may do something with.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn allowed_discussion(visit: &Visit, key_or_id: &str, action: &'static str) -> Done<Discussion> {
    let found = discussion(visit, key_or_id).await?;
    let facts = facts::discussion::load(visit.db(), &visit.actor, found.id).await?.unwrap_or_default();
    policy::authorize(&facts, action)?;
    Ok(found)
}

/// A poll the visitor may do something with.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn allowed_poll(visit: &Visit, key_or_id: &str, action: &'static str) -> Done<Poll> {
    let found = poll(visit, key_or_id).await?;
    let facts = facts::poll::load(visit.db(), &visit.actor, found.id).await?.unwrap_or_default();
    policy::authorize(&facts, action)?;
    Ok(found)
}

/// A group the visitor may do something with.
///
/// # Errors
/// When there is none or the rules do not allow it.
pub async fn allowed_group(visit: &Visit, name: &str, action: &'static str) -> Done<Group> {
    let found = group(visit, name).await?;
    let facts = facts::group::load(visit.db(), &visit.actor, found.id).await?.unwrap_or_default();
    policy::authorize(&facts, action)?;
    Ok(found)
}

/// What a list or an announcement is about.
#[derive(Debug, Clone)]
pub enum Target {
    /// A group.
    Group(Group),
    /// A thread.
    Discussion(Discussion),
    /// A comment.
    Comment(Comment),
    /// A poll.
    Poll(Poll),
    /// A vote.
    Stance(Stance, Poll),
    /// An outcome.
    Outcome(Outcome, Poll),
}

impl Target {
    /// The group it belongs to.
    pub async fn group_id(&self, visit: &Visit) -> Done<Option<i32>> {
        Ok(match self {
            Self::Group(g) => Some(g.id),
            Self::Discussion(d) => d.group_id,
            Self::Comment(c) => match c.discussion_id {
                Some(id) => find::by_id::<Discussion>(visit.db(), id).await?.and_then(|d| d.group_id),
                None => None,
            },
            Self::Poll(p) | Self::Stance(_, p) | Self::Outcome(_, p) => p.group_id,
        })
    }

    /// The thread it belongs to.
    #[must_use]
    pub fn discussion_id(&self) -> Option<i32> {
        match self {
            Self::Group(_) => None,
            Self::Discussion(d) => Some(d.id),
            Self::Comment(c) => c.discussion_id,
            Self::Poll(p) | Self::Stance(_, p) | Self::Outcome(_, p) => p.discussion_id,
        }
    }

    /// The poll it belongs to.
    #[must_use]
    pub fn poll(&self) -> Option<&Poll> {
        match self {
            Self::Poll(p) | Self::Stance(_, p) | Self::Outcome(_, p) => Some(p),
            _ => None,
        }
    }
}

async fn seen(visit: &Visit, class: &'static str, id: i32) -> Done<()> {
    if facts::text::is_visible(visit.db(), &visit.actor, class, id).await? { Ok(()) } else { Err(policy::Denied::new("show", class).into()) }
}

/// What a request is about, if it names anything, and if the visitor may see it.
///
/// # Errors
/// When it does not exist or may not be seen.
pub async fn target(visit: &Visit) -> Done<Option<Target>> {
    let p = &visit.params;
    if names(visit, "group") {
        return Ok(Some(Target::Group(allowed_group(visit, &named(visit, "group", None), "show").await?)));
    }
    if names(visit, "discussion") {
        return Ok(Some(Target::Discussion(allowed_discussion(visit, &named(visit, "discussion", None), "show").await?)));
    }
    if names(visit, "comment") {
        let found: Comment = by_id(visit, &p.text("comment_id").unwrap_or_default()).await?;
        seen(visit, "Comment", found.id).await?;
        return Ok(Some(Target::Comment(found)));
    }
    if names(visit, "poll") {
        return Ok(Some(Target::Poll(allowed_poll(visit, &named(visit, "poll", None), "show").await?)));
    }
    if names(visit, "stance") {
        let found: Stance = by_id(visit, &p.text("stance_id").unwrap_or_default()).await?;
        seen(visit, "Stance", found.id).await?;
        let about = poll(visit, &found.poll_id.to_string()).await?;
        return Ok(Some(Target::Stance(found, about)));
    }
    if names(visit, "outcome") {
        let found: Outcome = by_id(visit, &p.text("outcome_id").unwrap_or_default()).await?;
        seen(visit, "Outcome", found.id).await?;
        let about = poll(visit, &found.poll_id.unwrap_or_default().to_string()).await?;
        return Ok(Some(Target::Outcome(found, about)));
    }
    Ok(None)
}

/// The groups of which the visitor is a member.
///
/// # Errors
/// When the database refuses.
pub async fn own_groups(visit: &Visit) -> Done<Vec<i32>> {
    Ok(loomio_db::sql::column(visit.db(), facts::GROUPS_OF_USER, vec![visit.actor.id.into()]).await?)
}

/// The groups the visitor administers.
///
/// # Errors
/// When the database refuses.
pub async fn adminable_groups(visit: &Visit) -> Done<Vec<i32>> {
    Ok(loomio_db::sql::column(visit.db(), &format!("{} and m.admin", facts::GROUPS_OF_USER), vec![visit.actor.id.into()]).await?)
}

/// How the original words that a group is not among those the visitor administers.
const NOT_ADMINISTERED: &str = "\"memberships\".\"user_id\" = $1 AND \"memberships\".\"admin\" = $2 AND \"memberships\".\"revoked_at\" IS NULL AND \"groups\".\"archived_at\" IS NULL";

/// The visitor's group named by `group_id`, which they must administer.
///
/// # Errors
/// When they do not.
pub async fn adminable_group(visit: &Visit) -> Done<Group> {
    let id = visit.params.id("group_id").unwrap_or_default();
    if adminable_groups(visit).await?.contains(&id) {
        return by_id(visit, &id.to_string()).await;
    }
    Err(ServiceError::NotFound(format!("Couldn't find Group with [WHERE {NOT_ADMINISTERED} AND \"groups\".\"id\" = $3]")))
}

/// The visitor's group with this number, which they must administer.
///
/// # Errors
/// When they do not.
pub async fn adminable_group_by_id(visit: &Visit, id: i32) -> Done<Group> {
    if adminable_groups(visit).await?.contains(&id) {
        return by_id(visit, &id.to_string()).await;
    }
    Err(ServiceError::NotFound(format!("Couldn't find Group with 'id'={id} [WHERE {NOT_ADMINISTERED}]")))
}
