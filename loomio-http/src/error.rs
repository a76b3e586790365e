//! The only table of status codes: how what went wrong in a use case is told.

use crate::services::{Done, ServiceError};
use poem_openapi::{ApiResponse, payload::Json};
use serde_json::{Value, json};

/// The answers of every route. The body of a refusal is `{exception, error}`,
/// `{error}` or `{errors: {field: [messages]}}`.
#[derive(Debug, ApiResponse)]
pub enum Answer {
    /// Done.
    #[oai(status = 200)]
    Ok(Json<Value>),
    /// Done, and there is nothing to tell.
    #[oai(status = 204)]
    Nothing,
    /// What was asked for is elsewhere.
    #[oai(status = 302)]
    Elsewhere(#[oai(header = "location")] String),
    /// The request makes no sense: a missing object, an unknown field.
    #[oai(status = 400)]
    BadRequest(Json<Value>),
    /// Nobody is signed in.
    #[oai(status = 401)]
    SignedOut(Json<Value>),
    /// The rules do not allow it.
    #[oai(status = 403)]
    Denied(Json<Value>),
    /// There is no such thing.
    #[oai(status = 404)]
    NotFound(Json<Value>),
    /// The record would be wrong.
    #[oai(status = 422)]
    Invalid(Json<Value>),
    /// Too many requests.
    #[oai(status = 429)]
    TooMany(Json<Value>),
    /// The server failed.
    #[oai(status = 500)]
    Failed(Json<Value>),
}

impl From<Done> for Answer {
    fn from(done: Done) -> Self {
        match done {
            Ok(body) => Self::Ok(Json(body)),
            Err(e) => Self::from(e),
        }
    }
}

impl From<ServiceError> for Answer {
    fn from(e: ServiceError) -> Self {
        let told = |exception: &str, e: &dyn std::fmt::Display| Json(json!({"exception": exception, "error": e.to_string()}));
        match e {
            ServiceError::Denied(e) => Self::Denied(told("CanCan::AccessDenied", &e)),
            ServiceError::NotFound(e) => Self::NotFound(told("ActiveRecord::RecordNotFound", &e)),
            ServiceError::Invalid(faults) => Self::Invalid(Json(json!({"errors": faults.to_json()}))),
            ServiceError::Params(e) => Self::BadRequest(match &e {
                crate::json::params::BadParams::Missing(_) => told("ActionController::ParameterMissing", &e),
                crate::json::params::BadParams::Unpermitted(_) => told("ActionController::UnpermittedParameters", &e),
            }),
            e @ ServiceError::SignedOut => Self::SignedOut(Json(json!({"error": e.to_string()}))),
            ServiceError::Redirect(path) => Self::Elsewhere(path),
            ServiceError::Status(status, body) => Self::with_status(status, body),
            ServiceError::Named(status, exception, message) => Self::with_status(status, json!({"exception": exception, "error": message})),
            ServiceError::Db(e) => {
                tracing::error!(error = %e, "request failed");
                Self::Failed(Json(json!({"status": 500, "error": "Internal Server Error"})))
            }
        }
    }
}

impl Answer {
    fn with_status(status: u16, body: Value) -> Self {
        let body = Json(body);
        match status {
            200 => Self::Ok(body),
            204 => Self::Nothing,
            400 => Self::BadRequest(body),
            401 => Self::SignedOut(body),
            403 => Self::Denied(body),
            404 => Self::NotFound(body),
            422 => Self::Invalid(body),
            429 => Self::TooMany(body),
            _ => Self::Failed(body),
        }
    }
}
