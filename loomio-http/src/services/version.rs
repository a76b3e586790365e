//! Versions of texts.
