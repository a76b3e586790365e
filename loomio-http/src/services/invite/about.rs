//! What people are invited to, and who belongs to it.

use crate::services::{Done, locate::Target};
use loomio_core::policy::{self, Denied, Permit};
use loomio_db::{
    Result, facts,
    facts::Actor,
    rows::{Comment, Discussion, Group, Outcome, Poll},
    sql,
};
use sea_orm::{ConnectionTrait, Value};

/// The kinds of things that people are invited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A group.
    Group,
    /// A thread.
    Discussion,
    /// A comment.
    Comment,
    /// A poll.
    Poll,
    /// A vote.
    Stance,
    /// An outcome.
    Outcome,
}

/// What people are invited to, with the group, thread and poll it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// What kind of thing.
    pub kind: Kind,
    /// Its number.
    pub id: i32,
    /// The group it is or belongs to.
    pub group_id: Option<i32>,
    /// The thread it is or belongs to.
    pub discussion_id: Option<i32>,
    /// The poll it is or belongs to.
    pub poll_id: Option<i32>,
}

/// SQL: whether the row of `users` belongs to the group `$1`, the thread `$2` or
/// the poll `$3`.
const MEMBERS: &str = "(exists(select 1 from memberships m where m.user_id = users.id and m.group_id = $1::int and m.revoked_at is null) \
   or exists(select 1 from discussion_readers r where r.user_id = users.id and r.discussion_id = $2::int and r.guest and r.revoked_at is null) \
   or exists(select 1 from stances s where s.participant_id = users.id and s.poll_id = $3::int and s.guest and s.latest and s.revoked_at is null))";

impl About {
    /// A group.
    #[must_use]
    pub fn group(g: &Group) -> Self {
        Self { kind: Kind::Group, id: g.id, group_id: Some(g.id), discussion_id: None, poll_id: None }
    }

    /// A thread.
    #[must_use]
    pub fn discussion(d: &Discussion) -> Self {
        Self { kind: Kind::Discussion, id: d.id, group_id: d.group_id, discussion_id: Some(d.id), poll_id: None }
    }

    /// A comment in a thread.
    #[must_use]
    pub fn comment(c: &Comment, group_id: Option<i32>) -> Self {
        Self { kind: Kind::Comment, id: c.id, group_id, discussion_id: c.discussion_id, poll_id: None }
    }

    /// A poll.
    #[must_use]
    pub fn poll(p: &Poll) -> Self {
        Self { kind: Kind::Poll, id: p.id, group_id: p.group_id, discussion_id: p.discussion_id, poll_id: Some(p.id) }
    }

    /// An outcome of a poll.
    #[must_use]
    pub fn outcome(o: &Outcome, p: &Poll) -> Self {
        Self { kind: Kind::Outcome, id: o.id, ..Self::poll(p) }
    }

    /// What a request names.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn target(conn: &impl ConnectionTrait, target: &Target) -> Result<Self> {
        Ok(match target {
            Target::Group(g) => Self::group(g),
            Target::Discussion(d) => Self::discussion(d),
            Target::Comment(c) => {
                let group_id: Option<Option<i32>> = sql::scalar(conn, "select group_id from discussions where id = $1", vec![c.discussion_id.into()]).await?;
                Self::comment(c, group_id.flatten())
            }
            Target::Poll(p) => Self::poll(p),
            Target::Stance(s, p) => Self { kind: Kind::Stance, id: s.id, ..Self::poll(p) },
            Target::Outcome(o, p) => Self::outcome(o, p),
        })
    }

    /// SQL on `users`: who belongs to it. Takes `$1` to `$3` from [`Self::values`].
    #[must_use]
    pub fn members(&self) -> String {
        match self.kind {
            // A group's own list keeps those whose account is closed.
            Kind::Group => MEMBERS.to_owned(),
            _ => format!("(users.deactivated_at is null and {MEMBERS})"),
        }
    }

    /// The group, the thread and the poll as the first three placeholders.
    #[must_use]
    pub fn values(&self) -> Vec<Value> {
        vec![self.group_id.into(), self.discussion_id.into(), self.poll_id.into()]
    }

    /// Whether the rules allow somebody an action on it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn allows(&self, conn: &impl ConnectionTrait, actor: &Actor, action: &'static str) -> Result<bool> {
        Ok(match self.kind {
            Kind::Group => facts::group::load(conn, actor, self.id).await?.is_some_and(|f| policy::allows(&f, action)),
            Kind::Discussion => facts::discussion::load(conn, actor, self.id).await?.is_some_and(|f| policy::allows(&f, action)),
            Kind::Poll => facts::poll::load(conn, actor, self.id).await?.is_some_and(|f| policy::allows(&f, action)),
            Kind::Outcome => facts::poll::outcome(conn, actor, self.poll_id.unwrap_or_default()).await?.is_some_and(|f| policy::allows(&f, action)),
            Kind::Comment | Kind::Stance => false,
        })
    }

    /// Decides whether somebody may do something with it.
    ///
    /// # Errors
    /// When the rules do not allow it.
    pub async fn authorize(&self, conn: &impl ConnectionTrait, actor: &Actor, action: &'static str) -> Done<Permit> {
        Ok(match self.kind {
            Kind::Group => policy::authorize(&facts::group::load(conn, actor, self.id).await?.unwrap_or_default(), action)?,
            Kind::Discussion => policy::authorize(&facts::discussion::load(conn, actor, self.id).await?.unwrap_or_default(), action)?,
            Kind::Poll => policy::authorize(&facts::poll::load(conn, actor, self.id).await?.unwrap_or_default(), action)?,
            Kind::Outcome => policy::authorize(&facts::poll::outcome(conn, actor, self.poll_id.unwrap_or_default()).await?.unwrap_or_default(), action)?,
            Kind::Comment | Kind::Stance => return Err(Denied::new(action, self.subject()).into()),
        })
    }

    /// The name of its kind in refusals.
    #[must_use]
    pub fn subject(&self) -> &'static str {
        match self.kind {
            Kind::Group => "Group",
            Kind::Discussion => "Discussion",
            Kind::Comment => "Comment",
            Kind::Poll => "Poll",
            Kind::Stance => "Stance",
            Kind::Outcome => "Outcome",
        }
    }
}
