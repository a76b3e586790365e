//! Reactions: what must be known before deciding, and the rules in `reaction.polar`.
//!
//! Source: `app/models/ability/reaction.rb`.

use super::facts;

facts! {
    /// What must be known of reactions and the actor.
    pub struct ReactionFacts for "reaction" with "reaction.polar" {
        /// The actor is signed in.
        logged_in,
        /// The actor may see the text.
        reactable_visible,
        /// It is the actor's own.
        own,
    }
}
