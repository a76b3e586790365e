//! Polls: what must be known before deciding, and the rules in `poll.polar`.
//!
//! Source: `app/models/ability/poll.rb`.

use super::facts;

facts! {
    /// What must be known of polls and the actor.
    pub struct PollFacts for "poll" with "poll.polar" {
        /// The poll is among those the actor may see.
        visible,
        /// The actor is signed in.
        logged_in,
        /// The actor's address is verified.
        verified,
        /// It takes votes.
        active,
        /// It was closed.
        closed,
        /// Nobody may know who voted what.
        anonymous,
        /// Its results are shown to who has not voted.
        results_shown,
        /// The actor has a live vote in it.
        voter,
        /// Only invited people vote.
        specified_voters_only,
        /// The actor may read it as a member or guest.
        member,
        /// The actor administers it.
        admin,
        /// It belongs to a group.
        in_group,
        /// It belongs to a thread.
        in_discussion,
        /// Its thread is closed.
        discussion_closed,
        /// The actor is a member or guest of its thread.
        discussion_member,
        /// The actor is a guest of its thread.
        discussion_guest,
        /// The actor administers its group.
        group_admin,
        /// The actor is a member of its group.
        group_member,
        /// It follows no template, or one the actor may use.
        template_usable,
        /// Only administrators see receipts here.
        receipts_for_admins,
        /// The group's members may start polls.
        members_can_raise_motions,
        /// The group's members may notify everybody.
        members_can_announce,
        /// The group's members may invite guests.
        members_can_add_guests,
        /// The group's subscription includes guests.
        subscription_allows_guests,
    }
}
