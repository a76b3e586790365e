//! Use cases: what people do, without HTTP. Each write is one transaction in
//! which the facts are loaded, the rules asked, the rows changed, the event
//! appended and the jobs stored.

pub mod account;
pub mod announcement;
pub mod attachment;
pub mod blob;
pub mod attributes;
pub mod boot;
pub mod bot;
pub mod brand;
pub mod chatbot;
pub mod closing;
pub mod comment;
pub mod demo;
pub mod discussion;
pub mod document;
pub mod email_action;
pub mod event;
pub mod eventable;
pub mod export;
pub mod file;
pub mod group;
pub mod identity;
pub mod invite;
pub mod link;
pub mod link_preview;
pub mod locate;
pub mod mail;
pub mod login_token;
pub mod membership;
pub mod membership_request;
pub mod mention;
pub mod merge;
pub mod message;
pub mod notification;
pub mod outcome;
pub mod pending;
pub mod page;
pub mod poll;
pub mod profile;
pub mod profile_update;
pub mod publish;
pub mod reaction;
pub mod reader;
pub mod registration;
pub mod received_email;
pub mod received_email_route;
pub mod received_email_store;
pub mod report;
pub mod scheduled;
pub mod search;
pub mod sign_in;
pub mod stance;
pub mod tag;
pub mod task;
pub mod template;
pub mod text;
pub mod translation;
pub mod trial;
pub mod version;
pub mod visit;

pub use visit::Visit;

use crate::json::params::BadParams;
use loomio_core::policy::Denied;
use loomio_db::DbError;
use serde_json::{Map, Value as Json, json};

/// What is wrong with a record: messages by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<(String, String)>);

impl Faults {
    /// Notes something wrong with a field.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push((field.to_owned(), message.into()));
    }

    /// Nothing, or these faults as an error.
    ///
    /// # Errors
    /// When there is at least one fault.
    pub fn check(self) -> Result<(), ServiceError> {
        if self.0.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(self)) }
    }

    /// `{field: [messages]}`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut out = Map::new();
        for (field, message) in &self.0 {
            if let Json::Array(list) = out.entry(field.clone()).or_insert_with(|| json!([])) {
                list.push(json!(message));
            }
        }
        Json::Object(out)
    }
}

/// Why a use case was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The rules do not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing; the original's words.
    #[error("{0}")]
    NotFound(String),
    /// The record would be wrong.
    #[error("invalid record")]
    Invalid(Faults),
    /// The parameters are wrong.
    #[error(transparent)]
    Params(#[from] BadParams),
    /// Only somebody signed in may ask.
    #[error("you gotta be signed in")]
    SignedOut,
    /// What was asked for is elsewhere.
    #[error("see {0}")]
    Redirect(String),
    /// Another status with a body of its own.
    #[error("status {0}")]
    Status(u16, Json),
    /// An error of the original that the client knows by its name.
    #[error("{1}")]
    Named(u16, &'static str, String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sea_orm::DbErr> for ServiceError {
    fn from(e: sea_orm::DbErr) -> Self {
        Self::Db(e.into())
    }
}

impl ServiceError {
    /// There is no such thing, in the bare words of a raised class.
    #[must_use]
    pub fn not_found() -> Self {
        Self::NotFound("ActiveRecord::RecordNotFound".to_owned())
    }
}

/// The result of a use case.
pub type Done<T = Json> = Result<T, ServiceError>;
