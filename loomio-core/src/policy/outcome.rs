//! Outcomes: what must be known before deciding, and the rules in `outcome.polar`.
//!
//! Source: `app/models/ability/outcome.rb`.

use super::facts;

facts! {
    /// What must be known of outcomes and the actor.
    pub struct OutcomeFacts for "outcome" with "outcome.polar" {
        /// The actor may see the poll.
        poll_visible,
        /// The poll still takes votes.
        poll_active,
        /// The actor administers the poll.
        admin,
        /// The actor may read the poll as a member or guest.
        member,
        /// The group's members may edit threads.
        members_can_edit_discussions,
        /// The actor may announce the poll.
        announces,
        /// The actor may add members to the poll.
        adds_members,
        /// The actor may add guests to the poll.
        adds_guests,
    }
}
