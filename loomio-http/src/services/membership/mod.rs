//! Memberships: who belongs to a group, and what they are there.

pub mod read;
pub mod record;
pub mod redeem;
pub mod revoke;
pub mod update;

pub use redeem::{accept_pending, redeem};
