//! Inviting and notifying people.

pub mod audience;
pub mod read;
