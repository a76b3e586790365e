//! Threads: what must be known before deciding, and the rules in `discussion.polar`.
//!
//! Source: `app/models/ability/discussion.rb`.

use super::facts;

facts! {
    /// What must be known of threads and the actor.
    pub struct DiscussionFacts for "discussion" with "discussion.polar" {
        /// The thread is among those the actor may see.
        visible,
        /// The actor is signed in.
        logged_in,
        /// The actor's address is verified.
        verified,
        /// The actor started it.
        author,
        /// The actor is a member of its group or a guest of the thread.
        member,
        /// The actor administers the group or the thread.
        admin,
        /// It was discarded.
        discarded,
        /// It exists already.
        stored,
        /// It belongs to a group.
        in_group,
        /// The actor administers its group.
        group_admin,
        /// The actor is a member of its group.
        group_member,
        /// The actor may start threads outside of groups.
        starts_direct,
        /// The group's members may start threads.
        members_can_start_discussions,
        /// The group's members may notify everybody.
        members_can_announce,
        /// The group's members may invite guests.
        members_can_add_guests,
        /// The group's members may edit threads.
        members_can_edit_discussions,
        /// The group's subscription includes guests.
        subscription_allows_guests,
    }
}
