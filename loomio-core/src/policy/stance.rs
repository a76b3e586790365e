//! Votes: what must be known before deciding, and the rules in `stance.polar`.
//!
//! Source: `app/models/ability/stance.rb`.

use super::facts;

facts! {
    /// What must be known of votes and the actor.
    pub struct StanceFacts for "stance" with "stance.polar" {
        /// The actor may see the poll.
        poll_visible,
        /// The actor may vote in the poll.
        votes_in,
        /// It is the actor's own.
        own,
        /// It is its voter's latest.
        latest,
        /// It was cast.
        cast,
        /// It was offered to somebody who has not answered.
        redeemable,
        /// The actor administers the poll.
        poll_admin,
    }
}
