//! Polls.
