//! Comments: what must be known before deciding, and the rules in `comment.polar`.
//!
//! Source: `app/models/ability/comment.rb`.

use super::facts;

facts! {
    /// What must be known of comments and the actor.
    pub struct CommentFacts for "comment" with "comment.polar" {
        /// It belongs to a thread.
        has_discussion,
        /// The thread is closed.
        closed,
        /// The actor is a member or guest of the thread.
        member,
        /// The actor administers the thread.
        admin,
        /// The actor wrote it.
        author,
        /// Other comments answer it.
        has_replies,
        /// It was discarded.
        discarded,
        /// The thread is among those the actor may see.
        discussion_visible,
        /// The group's members may edit their comments.
        members_can_edit_comments,
        /// The group's members may delete their comments.
        members_can_delete_comments,
        /// The group's administrators may edit others' texts.
        admins_can_edit_user_content,
    }
}
