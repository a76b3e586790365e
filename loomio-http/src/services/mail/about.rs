//! What an event is about, with the neighbours that every mail of it shows.

use loomio_db::{
    find::{self, Find},
    rows::{Comment, Discussion, Event, Group, Membership, MembershipRequest, Outcome, Poll, Stance, User},
};
use sea_orm::ConnectionTrait;

/// What an event is about.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A thread.
    Discussion,
    /// A comment.
    Comment(Comment),
    /// A poll.
    Poll,
    /// A vote.
    Stance(Stance),
    /// What came of a poll.
    Outcome(Outcome),
    /// A group to which somebody is invited.
    Group,
    /// A membership.
    Membership(Membership),
    /// A wish to become a member.
    MembershipRequest(MembershipRequest),
}

/// An event with what it is about.
#[derive(Debug, Clone)]
pub struct About {
    /// The event.
    pub event: Event,
    /// What it is about.
    pub subject: Subject,
    /// The thread.
    pub discussion: Option<Discussion>,
    /// The poll.
    pub poll: Option<Poll>,
    /// The group.
    pub group: Option<Group>,
    /// The group's name after its parent's.
    pub group_name: String,
    /// Who did it, unless nobody may know.
    pub actor: Option<User>,
}

impl About {
    /// Loads an event with what it is about; nothing when that is gone or discarded.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(conn: &impl ConnectionTrait, event_id: i32) -> anyhow::Result<Option<Self>> {
        let Some(event) = find::by_id::<Event>(conn, event_id).await? else { return Ok(None) };
        let id = event.eventable_id.unwrap_or_default();
        let mut poll_id = None;
        let mut discussion_id = None;
        let mut group_id = None;
        macro_rules! found {
            ($row:ty) => {
                match find::by_id::<$row>(conn, id).await? {
                    Some(row) => row,
                    None => return Ok(None),
                }
            };
        }
        let subject = match event.eventable_type.as_deref().unwrap_or_default() {
            "Discussion" => {
                discussion_id = Some(id);
                Subject::Discussion
            }
            "Comment" => {
                let comment = found!(Comment);
                if comment.discarded_at.is_some() {
                    return Ok(None);
                }
                discussion_id = comment.discussion_id;
                Subject::Comment(comment)
            }
            "Poll" => {
                poll_id = Some(id);
                Subject::Poll
            }
            "Stance" => {
                let stance = found!(Stance);
                poll_id = Some(stance.poll_id);
                Subject::Stance(stance)
            }
            "Outcome" => {
                let outcome = found!(Outcome);
                poll_id = outcome.poll_id;
                Subject::Outcome(outcome)
            }
            "Group" => {
                group_id = Some(id);
                Subject::Group
            }
            "Membership" => {
                let membership = found!(Membership);
                group_id = membership.group_id;
                Subject::Membership(membership)
            }
            "MembershipRequest" => {
                let request = found!(MembershipRequest);
                group_id = request.group_id;
                Subject::MembershipRequest(request)
            }
            _ => return Ok(None),
        };
        let poll = match poll_id {
            Some(id) => match find::by_id::<Poll>(conn, id).await? {
                Some(poll) => Some(poll),
                None => return Ok(None),
            },
            None => None,
        };
        // A vote has no trash of its own; a poll and its outcome go together.
        if poll.as_ref().is_some_and(|p| p.discarded_at.is_some()) && !matches!(subject, Subject::Stance(_)) {
            return Ok(None);
        }
        discussion_id = discussion_id.or_else(|| poll.as_ref().and_then(|p| p.discussion_id));
        let discussion = match discussion_id {
            Some(id) => find::by_id::<Discussion>(conn, id).await?,
            None => None,
        };
        if matches!(subject, Subject::Discussion) && discussion.as_ref().is_none_or(|d| d.discarded_at.is_some()) {
            return Ok(None);
        }
        group_id = group_id.or_else(|| poll.as_ref().and_then(|p| p.group_id)).or_else(|| discussion.as_ref().filter(|_| poll.is_none()).and_then(|d| d.group_id));
        let group = match group_id {
            Some(id) => find::by_id::<Group>(conn, id).await?,
            None => None,
        };
        let group_name = match &group {
            Some(group) => full_name(conn, group).await?,
            None => String::new(),
        };
        let actor = match event.user_id {
            Some(id) => find::by_id::<User>(conn, id).await?,
            None => None,
        };
        Ok(Some(Self { event, subject, discussion, poll, group, group_name, actor }))
    }

    /// The event's kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.event.kind.as_deref().unwrap_or_default()
    }

    /// The title by which people know what it is about.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.poll, &self.discussion) {
            (Some(poll), _) => poll.title.clone(),
            (None, Some(discussion)) => discussion.title.clone().unwrap_or_default(),
            (None, None) => self.group_name.clone(),
        }
    }

    /// The parameter by which an unsubscribe link names what it is about.
    #[must_use]
    pub fn named_id(&self) -> (&'static str, i32) {
        let name = match self.subject {
            Subject::Discussion => "discussion_id",
            Subject::Comment(_) => "comment_id",
            Subject::Poll => "poll_id",
            Subject::Stance(_) => "stance_id",
            Subject::Outcome(_) => "outcome_id",
            Subject::Group => "group_id",
            Subject::Membership(_) => "membership_id",
            Subject::MembershipRequest(_) => "membership_request_id",
        };
        (name, self.event.eventable_id.unwrap_or_default())
    }

    /// What a reply by mail answers, besides the thread.
    #[must_use]
    pub fn answered(&self) -> Option<(char, i32)> {
        let letter = match self.subject {
            Subject::Comment(_) => 'c',
            Subject::Poll => 'p',
            Subject::Stance(_) => 's',
            Subject::Outcome(_) => 'o',
            _ => return None,
        };
        Some((letter, self.event.eventable_id.unwrap_or_default()))
    }

    /// Who wrote what it is about.
    #[must_use]
    pub fn author_id(&self) -> Option<i32> {
        match &self.subject {
            Subject::Discussion => self.discussion.as_ref().and_then(|d| d.author_id),
            Subject::Comment(comment) => comment.user_id,
            Subject::Poll => self.poll.as_ref().map(|p| p.author_id),
            Subject::Stance(stance) => stance.participant_id,
            Subject::Outcome(outcome) => Some(outcome.author_id),
            Subject::MembershipRequest(request) => request.requestor_id,
            Subject::Membership(membership) => membership.user_id,
            Subject::Group => self.group.as_ref().and_then(|g| g.creator_id),
        }
    }

    /// A field of the event's own, as text.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.event.custom_fields.get("recipient_message").and_then(|m| m.as_str()).filter(|m| !m.is_empty())
    }

    /// Whether somebody was told because the author chose them.
    #[must_use]
    pub fn chose(&self, user_id: i32) -> bool {
        self.event.custom_fields.get("recipient_user_ids").and_then(|ids| ids.as_array()).is_some_and(|ids| ids.iter().any(|id| id.as_i64() == Some(user_id.into())))
    }

    /// The key of the words in which one recipient is told.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn key_for(&self, conn: &impl ConnectionTrait, recipient_id: i32) -> anyhow::Result<String> {
        Ok(match self.kind() {
            "user_mentioned" if self.answers(conn, recipient_id).await? => "comment_replied_to".to_owned(),
            "poll_created" => "poll_announced".to_owned(),
            kind => kind.to_owned(),
        })
    }

    /// Whether it is a comment that answers something by somebody.
    async fn answers(&self, conn: &impl ConnectionTrait, user_id: i32) -> anyhow::Result<bool> {
        let Subject::Comment(comment) = &self.subject else { return Ok(false) };
        let Some(parent_id) = comment.parent_id else { return Ok(false) };
        let author = match comment.parent_type.as_str() {
            "Comment" => find::by_id::<Comment>(conn, parent_id).await?.and_then(|c| c.user_id),
            "Poll" => find::by_id::<Poll>(conn, parent_id).await?.map(|p| p.author_id),
            "Outcome" => find::by_id::<Outcome>(conn, parent_id).await?.map(|o| o.author_id),
            "Discussion" => find::by_id::<Discussion>(conn, parent_id).await?.and_then(|d| d.author_id),
            "Stance" => {
                // Nobody learns through a mail that an anonymous vote is theirs.
                Find::<Stance>::new("stances.id = $1 and not exists(select 1 from polls p where p.id = stances.poll_id and p.anonymous)", vec![parent_id.into()])
                    .one(conn)
                    .await?
                    .and_then(|s| s.participant_id)
            }
            _ => None,
        };
        Ok(author == Some(user_id))
    }
}

/// A group's name after its parent's.
///
/// # Errors
/// When the database refuses.
pub async fn full_name(conn: &impl ConnectionTrait, group: &Group) -> anyhow::Result<String> {
    let parent = match group.parent_id {
        Some(id) => find::by_id::<Group>(conn, id).await?.and_then(|g| g.name),
        None => None,
    };
    Ok([parent, group.name.clone()].into_iter().flatten().collect::<Vec<_>>().join(" - "))
}
