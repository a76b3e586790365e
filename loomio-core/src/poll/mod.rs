//! Polls: their nine types, and what makes a vote valid.

pub mod kind;
pub mod vote;

pub use kind::Kind;
