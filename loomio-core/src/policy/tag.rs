//! Tags: what must be known before deciding, and the rules in `tag.polar`.
//!
//! Source: `app/models/ability/tag.rb`.

use super::facts;

facts! {
    /// What must be known of tags and the actor.
    pub struct TagFacts for "tag" with "tag.polar" {
        /// The actor administers the group's parent, or the group when it has none.
        org_admin,
        /// The actor may see the group.
        group_visible,
    }
}
