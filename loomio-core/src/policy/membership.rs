//! Memberships: what must be known before deciding, and the rules in `membership.polar`.
//!
//! Source: `app/models/ability/membership.rb`.

use super::facts;

facts! {
    /// What must be known of memberships and the actor.
    pub struct MembershipFacts for "membership" with "membership.polar" {
        /// It is the actor's own.
        own,
        /// The actor administers the group.
        admin,
        /// The actor administers the group's parent.
        parent_admin,
        /// The actor is a member of the group.
        member,
        /// The group has administrators.
        group_has_admins,
        /// The actor invited this member.
        inviter,
        /// It was accepted.
        accepted,
        /// The actor administers the whole site.
        site_admin,
    }
}
