//! Inviting people: whom somebody may invite, and accounts for those who have none.

pub mod about;
pub mod pending;
pub mod search;
pub mod user_inviter;

pub use about::About;
pub use pending::consume_pending;
