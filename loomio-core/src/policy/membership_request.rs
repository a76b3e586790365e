//! Requests for membership: what must be known before deciding, and the rules in `membership_request.polar`.
//!
//! Source: `app/models/ability/membership_request.rb`.

use super::facts;

facts! {
    /// What must be known of requests for membership and the actor.
    pub struct MembershipRequestFacts for "membership_request" with "membership_request.polar" {
        /// The actor may see the group.
        group_visible,
        /// The group's administrators decide who joins.
        granted_upon_approval,
        /// It is the actor's own.
        own,
        /// The actor administers the group.
        admin,
        /// The actor is a member of the group.
        member,
        /// The group's members may invite members.
        members_can_add_members,
    }
}
