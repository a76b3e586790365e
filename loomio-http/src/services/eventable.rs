//! What an event is about, with its surroundings: the thread, the poll, the group.
//!
//! The original asks each model for its `group`, `discussion`, `poll`, `author`
//! and `title_model`; here they are loaded once and asked without waiting.

use loomio_core::rich_text::mentions;
use loomio_db::{
    Record, Result,
    audience::Circle,
    find,
    rows::{Comment, Discussion, Group, Membership, MembershipRequest, Outcome, Poll, Reaction, ReceivedEmail, Stance},
};
use sea_orm::ConnectionTrait;

/// The row itself, where it is not one of its own surroundings.
#[derive(Debug, Clone)]
pub enum What {
    /// The thread.
    Discussion,
    /// A comment in the thread.
    Comment(Comment),
    /// The poll.
    Poll,
    /// A vote in the poll.
    Stance(Stance),
    /// An outcome of the poll.
    Outcome(Outcome),
    /// The group.
    Group,
    /// A membership of the group.
    Membership(Membership),
    /// A request to join the group.
    MembershipRequest(MembershipRequest),
    /// A reaction to a text.
    Reaction(Reaction, Box<Eventable>),
    /// A mail sent to the group.
    ReceivedEmail(ReceivedEmail),
}

/// What an event is about.
#[derive(Debug, Clone)]
pub struct Eventable {
    /// The row.
    pub what: What,
    /// Its thread.
    pub discussion: Option<Discussion>,
    /// Its poll.
    pub poll: Option<Poll>,
    /// Its group.
    pub group: Option<Group>,
    /// The group above its group.
    pub parent_group: Option<Group>,
}

async fn maybe<R: Record>(conn: &impl ConnectionTrait, id: Option<i32>) -> Result<Option<R>> {
    match id {
        Some(id) => find::by_id(conn, id).await,
        None => Ok(None),
    }
}

impl Eventable {
    /// Loads what an event names; nothing when it is gone.
    ///
    /// # Errors
    /// When the database refuses a question.
    pub async fn load(conn: &impl ConnectionTrait, class: &str, id: i32) -> Result<Option<Self>> {
        if class == "Reaction" {
            let Some(reaction) = find::by_id::<Reaction>(conn, id).await? else { return Ok(None) };
            let Some(target) = Self::text(conn, &reaction.reactable_type, reaction.reactable_id.unwrap_or_default()).await? else { return Ok(None) };
            return Ok(Some(Self { what: What::Reaction(reaction, Box::new(target.clone())), ..target }));
        }
        Self::text(conn, class, id).await
    }

    async fn text(conn: &impl ConnectionTrait, class: &str, id: i32) -> Result<Option<Self>> {
        let mut discussion: Option<Discussion> = None;
        let mut poll: Option<Poll> = None;
        let mut group_id = None;
        let what = match class {
            "Discussion" => {
                discussion = find::by_id(conn, id).await?;
                discussion.is_some().then_some(What::Discussion)
            }
            "Comment" => {
                let comment = find::by_id::<Comment>(conn, id).await?;
                discussion = maybe(conn, comment.as_ref().and_then(|c| c.discussion_id)).await?;
                comment.map(What::Comment)
            }
            "Poll" => {
                poll = find::by_id(conn, id).await?;
                poll.is_some().then_some(What::Poll)
            }
            "Stance" => {
                let stance = find::by_id::<Stance>(conn, id).await?;
                poll = maybe(conn, stance.as_ref().map(|s| s.poll_id)).await?;
                stance.map(What::Stance)
            }
            "Outcome" => {
                let outcome = find::by_id::<Outcome>(conn, id).await?;
                poll = maybe(conn, outcome.as_ref().and_then(|o| o.poll_id)).await?;
                outcome.map(What::Outcome)
            }
            "Group" => {
                group_id = Some(id);
                Some(What::Group)
            }
            "Membership" => {
                let membership = find::by_id::<Membership>(conn, id).await?;
                group_id = membership.as_ref().and_then(|m| m.group_id);
                membership.map(What::Membership)
            }
            "MembershipRequest" => {
                let request = find::by_id::<MembershipRequest>(conn, id).await?;
                group_id = request.as_ref().and_then(|m| m.group_id);
                request.map(What::MembershipRequest)
            }
            "ReceivedEmail" => {
                let email = find::by_id::<ReceivedEmail>(conn, id).await?;
                group_id = email.as_ref().and_then(|e| e.group_id);
                email.map(What::ReceivedEmail)
            }
            _ => None,
        };
        let Some(what) = what else { return Ok(None) };
        if let Some(poll) = &poll {
            discussion = maybe(conn, poll.discussion_id).await?;
            group_id = poll.group_id;
        } else if let Some(discussion) = &discussion {
            group_id = discussion.group_id;
        }
        let group: Option<Group> = maybe(conn, group_id).await?;
        let parent_group = maybe(conn, group.as_ref().and_then(|g| g.parent_id)).await?;
        if matches!(what, What::Group) && group.is_none() {
            return Ok(None);
        }
        Ok(Some(Self { what, discussion, poll, group, parent_group }))
    }

    /// The original's name of the class.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.what {
            What::Discussion => "Discussion",
            What::Comment(_) => "Comment",
            What::Poll => "Poll",
            What::Stance(_) => "Stance",
            What::Outcome(_) => "Outcome",
            What::Group => "Group",
            What::Membership(_) => "Membership",
            What::MembershipRequest(_) => "MembershipRequest",
            What::Reaction(..) => "Reaction",
            What::ReceivedEmail(_) => "ReceivedEmail",
        }
    }

    /// The row's number.
    #[must_use]
    pub fn id(&self) -> i32 {
        match &self.what {
            What::Discussion => self.discussion.as_ref().map_or(0, |d| d.id),
            What::Comment(c) => c.id,
            What::Poll => self.poll.as_ref().map_or(0, |p| p.id),
            What::Stance(s) => s.id,
            What::Outcome(o) => o.id,
            What::Group => self.group_id().unwrap_or(0),
            What::Membership(m) => m.id,
            What::MembershipRequest(m) => m.id,
            What::Reaction(r, _) => r.id,
            What::ReceivedEmail(e) => i32::try_from(e.id).unwrap_or_default(),
        }
    }

    /// The group's number.
    #[must_use]
    pub fn group_id(&self) -> Option<i32> {
        self.group.as_ref().map(|g| g.id)
    }

    /// Who wrote it; for anonymous votes, too.
    #[must_use]
    pub fn author_id(&self) -> Option<i32> {
        match &self.what {
            What::Discussion => self.discussion.as_ref()?.author_id,
            What::Comment(c) => c.user_id,
            What::Poll => self.poll.as_ref().map(|p| p.author_id),
            What::Stance(s) => s.participant_id,
            What::Outcome(o) => Some(o.author_id),
            What::Group => self.group.as_ref()?.creator_id,
            What::Membership(m) => m.inviter_id,
            What::MembershipRequest(m) => m.requestor_id,
            What::Reaction(r, _) => r.user_id,
            What::ReceivedEmail(_) => None,
        }
    }

    /// The people around it.
    #[must_use]
    pub fn circle(&self) -> Circle {
        match self.what {
            What::Group | What::Membership(_) | What::MembershipRequest(_) | What::ReceivedEmail(_) => Circle { group_id: self.group_id(), ..Circle::default() },
            _ => Circle { discussion_id: self.discussion.as_ref().map(|d| d.id), group_id: self.group_id(), poll_id: self.poll.as_ref().map(|p| p.id) },
        }
    }

    /// The people around what one can follow: the thread, or a poll without one.
    #[must_use]
    pub fn followed(&self) -> Circle {
        match self.what {
            What::Stance(_) => self.circle(),
            _ if self.discussion.is_some() => Circle { poll_id: None, ..self.circle() },
            _ => self.circle(),
        }
    }

    /// Its text and the format of it, where people can be mentioned.
    #[must_use]
    pub fn mentionable(&self) -> Option<(&str, &str)> {
        Some(match &self.what {
            What::Discussion => self.discussion.as_ref().map(|d| (d.description.as_deref().unwrap_or_default(), d.description_format.as_str()))?,
            What::Comment(c) => (c.body.as_deref().unwrap_or_default(), c.body_format.as_str()),
            What::Poll => self.poll.as_ref().map(|p| (p.details.as_deref().unwrap_or_default(), p.details_format.as_str()))?,
            What::Stance(s) => (s.reason.as_deref().unwrap_or_default(), s.reason_format.as_str()),
            What::Outcome(o) => (o.statement.as_str(), o.statement_format.as_str()),
            _ => return None,
        })
    }

    /// Whom the text names: numbers and usernames. An author cannot name
    /// themselves in Markdown.
    #[must_use]
    pub fn named(&self, author_username: Option<&str>) -> (Vec<i32>, Vec<String>) {
        let Some((body, format)) = self.mentionable() else { return (Vec::new(), Vec::new()) };
        (mentions::user_ids(body, format), mentions::usernames(body, format, author_username))
    }

    /// The title of the thread, the poll or the group.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        match &self.what {
            What::Discussion | What::Comment(_) => self.discussion.as_ref().map(|d| d.title.clone().unwrap_or_default()),
            What::Poll | What::Stance(_) | What::Outcome(_) => self.poll.as_ref().map(|p| p.title.clone()),
            What::Reaction(_, target) => target.title(),
            What::Group | What::Membership(_) | What::MembershipRequest(_) | What::ReceivedEmail(_) => self.full_group_name(),
        }
    }

    /// The group's name after the name of the group above it.
    #[must_use]
    pub fn full_group_name(&self) -> Option<String> {
        let name = self.group.as_ref()?.name.clone().unwrap_or_default();
        Some(match self.parent_group.as_ref().and_then(|p| p.name.as_deref()) {
            Some(parent) => format!("{parent} - {name}"),
            None => name,
        })
    }
}
