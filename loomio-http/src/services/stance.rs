//! Votes.
