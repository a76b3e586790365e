//! Outcomes of polls.
