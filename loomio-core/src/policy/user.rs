//! People: what must be known before deciding, and the rules in `user.polar`.
//!
//! Source: `app/models/ability/user.rb`.

use super::facts;

facts! {
    /// What must be known of people and the actor.
    pub struct UserFacts for "user" with "user.polar" {
        /// The actor is signed in.
        logged_in,
        /// It is the actor.
        own,
        /// The account was closed.
        deactivated,
        /// It still has an address.
        has_email,
        /// The actor administers the whole site.
        site_admin,
        /// They share a group, a thread or a poll.
        acquainted,
    }
}
