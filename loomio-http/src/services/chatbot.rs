//! Chat bots.
