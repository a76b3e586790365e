//! Received mails: what must be known before deciding, and the rules in `received_email.polar`.
//!
//! Source: `app/models/ability/received_email.rb`.

use super::facts;

facts! {
    /// What must be known of received mails and the actor.
    pub struct ReceivedEmailFacts for "received_email" with "received_email.polar" {
        /// The actor administers the group it is for.
        group_admin,
    }
}
