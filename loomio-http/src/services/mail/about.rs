//! What an event is about, with the neighbours that every mail of it shows.

pub use crate::services::eventable::What;

use super::reader::Reader;
use crate::services::eventable::Eventable;
use loomio_db::{
    find::{self, Find},
    rows::{Comment, Discussion, Event, Group, Outcome, Poll, Stance, User},
};
use sea_orm::ConnectionTrait;

/// An event with what it is about.
#[derive(Debug, Clone)]
pub struct About {
    /// The event.
    pub event: Event,
    /// What it is about.
    pub what: What,
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
    /// The language from which a machine has translated the text.
    pub translated_from: Option<String>,
}

/// Whether it is in the trash, or of a kind that no mail tells of. A vote has no trash
/// of its own; a poll and its outcome go together.
fn is_gone(found: &Eventable) -> bool {
    match &found.what {
        What::Discussion => found.discussion.as_ref().is_none_or(|d| d.discarded_at.is_some()),
        What::Comment(comment) => comment.discarded_at.is_some(),
        What::Poll | What::Outcome(_) => found.poll.as_ref().is_none_or(|p| p.discarded_at.is_some()),
        What::Stance(_) => found.poll.is_none(),
        What::Reaction(..) | What::ReceivedEmail(_) => true,
        What::Group | What::Membership(_) | What::MembershipRequest(_) => false,
    }
}

impl About {
    /// Loads an event with what it is about; nothing when that is gone or discarded.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(conn: &impl ConnectionTrait, event_id: i32) -> anyhow::Result<Option<Self>> {
        let Some(event) = find::by_id::<Event>(conn, event_id).await? else { return Ok(None) };
        let class = event.eventable_type.as_deref().unwrap_or_default();
        let Some(found) = Eventable::load(conn, class, event.eventable_id.unwrap_or_default()).await? else { return Ok(None) };
        if is_gone(&found) {
            return Ok(None);
        }
        let group_name = found.full_group_name().unwrap_or_default();
        let Eventable { what, discussion, poll, group, .. } = found;
        let actor = match event.user_id {
            Some(id) => find::by_id::<User>(conn, id).await?,
            None => None,
        };
        Ok(Some(Self { event, what, discussion, poll, group, group_name, actor, translated_from: None }))
    }

    /// The same with its texts in the reader's language, where they want that.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn for_reader(mut self, reader: &Reader) -> anyhow::Result<Self> {
        if let Some(discussion) = &mut self.discussion {
            let from = reader.translate_thread(discussion).await?;
            self.translated_from = from.filter(|_| matches!(self.what, What::Discussion));
        }
        if let Some(poll) = &mut self.poll {
            let (title, from) = reader.translate(poll).await?;
            if let Some(title) = title {
                poll.title = title;
            }
            self.translated_from = from.filter(|_| matches!(self.what, What::Poll)).or(self.translated_from);
        }
        let (_, from) = match &mut self.what {
            What::Comment(comment) => reader.translate(comment).await?,
            What::Stance(stance) => reader.translate(stance).await?,
            What::Outcome(outcome) => reader.translate(outcome).await?,
            _ => (None, None),
        };
        self.translated_from = from.or(self.translated_from);
        Ok(self)
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
        let name = match self.what {
            What::Discussion => "discussion_id",
            What::Comment(_) => "comment_id",
            What::Poll => "poll_id",
            What::Stance(_) => "stance_id",
            What::Outcome(_) => "outcome_id",
            What::Group => "group_id",
            What::Membership(_) => "membership_id",
            What::MembershipRequest(_) => "membership_request_id",
            What::Reaction(..) => "reaction_id",
            What::ReceivedEmail(_) => "received_email_id",
        };
        (name, self.event.eventable_id.unwrap_or_default())
    }

    /// What a reply by mail answers, besides the thread.
    #[must_use]
    pub fn answered(&self) -> Option<(char, i32)> {
        let letter = match self.what {
            What::Comment(_) => 'c',
            What::Poll => 'p',
            What::Stance(_) => 's',
            What::Outcome(_) => 'o',
            _ => return None,
        };
        Some((letter, self.event.eventable_id.unwrap_or_default()))
    }

    /// Who wrote what it is about.
    #[must_use]
    pub fn author_id(&self) -> Option<i32> {
        match &self.what {
            What::Discussion => self.discussion.as_ref().and_then(|d| d.author_id),
            What::Comment(comment) => comment.user_id,
            What::Poll => self.poll.as_ref().map(|p| p.author_id),
            What::Stance(stance) => stance.participant_id,
            What::Outcome(outcome) => Some(outcome.author_id),
            What::MembershipRequest(request) => request.requestor_id,
            What::Membership(membership) => membership.user_id,
            What::Group => self.group.as_ref().and_then(|g| g.creator_id),
            What::Reaction(..) | What::ReceivedEmail(_) => None,
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
        let What::Comment(comment) = &self.what else { return Ok(false) };
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
