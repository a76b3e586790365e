//! Exports of groups, threads and polls.
