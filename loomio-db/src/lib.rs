//! Loomio's PostgreSQL database: the rows, the questions asked of them, the one
//! transaction of each write, and the jobs that commit with it.
//!
//! Everything that reads takes a connection it is given, so that the same code
//! runs inside a transaction and outside; everything that writes takes a
//! [`Write`], which is one transaction with the time and the randomness it may use.

// Tests may panic and look at the clock; what they test may not.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods))]

pub mod audience;
pub mod connect;
pub mod counter;
pub(crate) mod entity;
pub mod error;
pub mod event;
pub mod facts;
pub mod find;
pub mod group_file;
pub mod hstore;
pub mod job;
pub mod migration;
pub mod read;
pub mod record;
pub mod rows;
pub mod search_document;
pub mod sql;
pub mod tally;
#[cfg(feature = "testing")]
pub mod testing;
pub mod thread;
pub mod throttle;
pub mod write;

pub use error::{DbError, Result};
pub use read::Read;
pub use record::Record;
pub use write::Write;
