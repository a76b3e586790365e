//! Inviting and notifying people.

pub mod audience;
pub mod create;
pub mod read;
