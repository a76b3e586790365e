//! Files attached to texts.
