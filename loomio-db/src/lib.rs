//! Loomio's PostgreSQL database: the rows, the questions asked of them, the one
//! transaction of each write, and the jobs that commit with it.
//!
//! Everything that reads takes a connection it is given, so that the same code
//! runs inside a transaction and outside; everything that writes takes a
//! [`Write`], which is one transaction with the time and the randomness it may use.

pub(crate) mod entity;
pub mod error;
pub mod counter;
pub mod event;
pub mod find;
pub mod job;
pub mod record;
pub mod rows;
pub mod search_document;
pub mod sql;
pub mod thread;
pub mod write;

pub use error::DbError;
pub use record::Record;
pub use write::Write;
