//! Demo groups.
