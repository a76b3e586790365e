//! Attachments: what must be known before deciding, and the rules in `attachment.polar`.
//!
//! Source: `app/models/ability/attachment.rb`.

use super::facts;

facts! {
    /// What must be known of attachments and the actor.
    pub struct AttachmentFacts for "attachment" with "attachment.polar" {
        /// The actor is a member of the group of what it is attached to.
        group_member,
        /// The actor administers that group.
        group_admin,
    }
}
