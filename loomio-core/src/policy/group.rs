//! Groups: what must be known before deciding, and the rules in `group.polar`.
//!
//! Source: `app/models/ability/group.rb`.

use super::facts;

facts! {
    /// What must be known of groups and the actor.
    pub struct GroupFacts for "group" with "group.polar" {
        /// The group is archived.
        archived,
        /// Anybody may see that it exists.
        public,
        /// Its privacy is `open`.
        open,
        /// The actor is a member.
        member,
        /// The actor administers it.
        admin,
        /// Members of its parent may see it.
        parent_visible,
        /// The actor is a member of its parent.
        parent_member,
        /// The actor administers its parent.
        parent_admin,
        /// A signed-out actor presented its token or a pending invitation's.
        token_matches,
        /// The actor's address is verified.
        verified,
        /// The actor administers the whole site.
        site_admin,
        /// Everybody may start groups here.
        creation_enabled,
        /// It has no parent.
        is_parent,
        /// Its subscription lets it invite.
        subscription_active,
        /// Whoever asks becomes a member.
        joins_on_request,
        /// Its members may start threads.
        members_can_start_discussions,
        /// Its members may invite guests.
        members_can_add_guests,
        /// Its members may invite members.
        members_can_add_members,
        /// Its members may notify everybody.
        members_can_announce,
        /// Its members may start subgroups.
        members_can_create_subgroups,
        /// Its parent's members may start subgroups.
        parent_members_can_create_subgroups,
    }
}
