//! Documents: what must be known before deciding, and the rules in `document.polar`.
//!
//! Source: `app/models/ability/document.rb`.

use super::facts;

facts! {
    /// What must be known of documents and the actor.
    pub struct DocumentFacts for "document" with "document.polar" {
        /// It belongs to something.
        has_model,
        /// The actor may edit that.
        updates_model,
        /// The actor administers the group of that.
        group_admin,
        /// The actor's address is verified.
        verified,
    }
}
