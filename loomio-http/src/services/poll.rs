//! Polls.

pub mod close;
