//! Loomio's mail: composing, sending, reading.
//!
//! Going out, a caller names a template and what it shows ([`render`]), makes a
//! [`Message`] of it and gives it to the [`Mailer`]. Coming in, bytes or a web
//! hook's JSON become what somebody wants to say and where it belongs
//! (`inbound`). Nothing here knows the database or HTTP.

// Tests may panic and look at the clock; what they test may not.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods))]

pub mod calendar;
pub mod dkim;
pub mod inbound;
pub mod message;
pub mod plain_text;
pub mod render;
pub mod transport;

pub use message::{Attachment, Automation, MailError, Message, Person, Thread};
pub use render::{Rendered, Templates};
pub use transport::{Encryption, Mailer, Server};
