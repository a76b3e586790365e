//! Events: what must be known before deciding, and the rules in `event.polar`.
//!
//! Source: `app/models/ability/event.rb`.

use super::facts;

facts! {
    /// What must be known of events and the actor.
    pub struct EventFacts for "event" with "event.polar" {
        /// It stands in a thread.
        in_discussion,
        /// The actor may edit that thread.
        updates_discussion,
    }
}
