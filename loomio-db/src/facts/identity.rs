//! The facts of an identity at another site.

use super::Actor;
use crate::rows::Identity;
use loomio_core::policy::identity::IdentityFacts;

/// The facts of an identity.
#[must_use]
pub fn load(actor: &Actor, identity: &Identity) -> IdentityFacts {
    IdentityFacts { own: actor.is_logged_in() && identity.user_id == Some(actor.id) }
}
