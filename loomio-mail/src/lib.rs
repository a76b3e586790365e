//! Loomio's mail: composing, sending, reading.

pub mod transport;

pub use transport::Mailer;
