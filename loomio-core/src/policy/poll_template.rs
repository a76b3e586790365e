//! Templates of polls: what must be known before deciding, and the rules in `poll_template.polar`.
//!
//! Source: `app/models/ability/poll_template.rb`.

use super::facts;

facts! {
    /// What must be known of templates of polls and the actor.
    pub struct PollTemplateFacts for "poll_template" with "poll_template.polar" {
        /// The actor administers the group.
        group_admin,
    }
}
