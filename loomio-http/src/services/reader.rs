//! Readers of threads.
