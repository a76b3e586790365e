//! Templates of threads: what must be known before deciding, and the rules in `discussion_template.polar`.
//!
//! Source: `app/models/ability/discussion_template.rb`.

use super::facts;

facts! {
    /// What must be known of templates of threads and the actor.
    pub struct DiscussionTemplateFacts for "discussion_template" with "discussion_template.polar" {
        /// The actor administers the group.
        group_admin,
    }
}
