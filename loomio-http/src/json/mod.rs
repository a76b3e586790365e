//! The JSON of the contract: parameters in, records out.

pub mod comment;
pub mod demo;
pub mod discussion;
pub mod document;
pub mod event;
pub mod file;
pub mod group;
pub mod lazy;
pub mod membership;
pub mod outcome;
pub mod params;
pub mod pending;
pub mod permitted;
pub mod poll;
pub mod received_email;
pub mod records;
pub mod render;
pub mod search;
pub mod simple;
pub mod stance;
pub mod store;
pub mod template;
pub mod user;
