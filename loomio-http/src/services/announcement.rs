//! Inviting and notifying people.
