//! Proving who somebody is, in forms that the Rails server reads and writes too:
//! its session cookie, its signed ids, Devise's passwords and tokens. No database
//! and no HTTP here; time and randomness are arguments.

// Tests may panic and look at the clock; what they test may not.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods))]

pub mod csrf;
pub mod identity;
pub mod login_code;
pub mod marshal;
pub mod password;
pub mod remember;
pub mod secrets;
pub mod session;
pub mod token;
pub mod verifier;

pub use secrets::Secrets;
pub use session::Session;
