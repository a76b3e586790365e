//! The rules of Loomio without any input or output: how votes are counted, how a
//! thread is numbered, who may do what, and what text may contain.
//!
//! Nothing in this crate reads a clock, a random source, a file or a socket; time
//! and randomness are arguments. It can therefore be embedded anywhere, and it
//! cannot fail for reasons outside its input.

// Tests may panic and look at the clock; what they test may not.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods))]

pub mod audience;
pub mod policy;
pub mod poll;
pub mod reading;
pub mod received_email;
pub mod rich_text;
pub mod tally;
pub mod thread;
pub mod volume;
