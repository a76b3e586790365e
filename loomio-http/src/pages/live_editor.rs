//! The question of the live editor's server whether somebody may edit a text.

use super::Asked;
use crate::{
    page,
    services::{Done, bot},
};
use poem::{Response, http::StatusCode};

async fn ask(asked: &Asked) -> Done<Response> {
    let status = if bot::may_edit(&asked.visit).await? { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    Ok(Response::builder().status(status).content_type("application/json").body(""))
}

/// The endpoint.
#[must_use]
pub fn endpoint() -> poem::RouteMethod {
    poem::post(page!(ask))
}
