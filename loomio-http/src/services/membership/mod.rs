//! Memberships: who belongs to a group, and what they are there.

pub mod read;
pub mod redeem;

pub use redeem::accept_pending;
