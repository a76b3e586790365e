//! Identities at other sites: what must be known before deciding, and the rules in `identity.polar`.
//!
//! Source: `app/models/ability/identity.rb`.

use super::facts;

facts! {
    /// What must be known of identities at other sites and the actor.
    pub struct IdentityFacts for "identity" with "identity.polar" {
        /// It is the actor's own.
        own,
    }
}
