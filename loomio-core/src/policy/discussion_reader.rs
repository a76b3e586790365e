//! Readers of a thread: what must be known before deciding, and the rules in `discussion_reader.polar`.
//!
//! Source: `app/models/ability/discussion_reader.rb`.

use super::facts;

facts! {
    /// What must be known of readers of a thread and the actor.
    pub struct DiscussionReaderFacts for "discussion_reader" with "discussion_reader.polar" {
        /// It is the actor's own.
        own,
        /// It is an unrevoked guest's, never used.
        redeemable,
        /// It is a guest's.
        guest,
        /// The actor administers the thread.
        discussion_admin,
    }
}
