//! Loomio's HTTP contract: routes, JSON, use cases, jobs and live updates.
//!
//! A request goes from `api/` (thin handlers named as the original's actions) to
//! `services/` (use cases, which know no HTTP), from there to `loomio-db` inside
//! one transaction, and back through `json/`.

// Tests may panic and look at the clock; what they test may not.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods))]

pub mod api;
pub mod app;
pub mod cable;
pub mod error;
pub mod i18n;
pub mod jobs;
pub mod json;
pub mod limits;
pub mod live;
pub mod outgoing;
pub mod pages;
pub mod server;
pub mod services;
pub mod session;
pub mod settings;

pub use app::App;
pub use settings::Settings;
