//! Templates of threads and polls.
