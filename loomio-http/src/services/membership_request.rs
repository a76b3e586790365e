//! Requests for membership.
