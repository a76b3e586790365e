//! Inviting people: whom somebody may invite, and accounts for those who have none.

pub mod about;
pub mod accounts;
pub mod search;
pub mod throttle;
pub mod user_inviter;

pub use about::About;
pub use user_inviter::Invited;
