//! Requests that change something must come from our own pages, or from no page.
//!
//! A browser shows it by sending the cookie `csrftoken` back, as a header or in a
//! form. Without the cookie there is nothing of the browser's to abuse but the
//! address it comes from; such a request passes unless another site's page made it.
//! The original lets it pass in any case.

use super::cookies::{cookie, percent_decoded};
use crate::{App, json::params::Params, settings::Environment};
use loomio_auth::csrf;
use poem::{
    Request, Result,
    http::{Method, StatusCode, header},
};

/// What is asked with keys, signatures or by other servers, for which no cookie speaks.
const EXEMPT: [&str; 7] = ["/api/b2", "/api/b3", "/api/hocuspocus", "/email_processor", "/direct_uploads", "/bug_tunnel", "/saml/oauth"];

/// Refuses what another site's page made a browser send.
///
/// # Errors
/// When it is refused.
pub fn check(app: &App, req: &Request, params: &Params) -> Result<()> {
    if app.settings.environment == Environment::Test || matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let path = req.original_uri().path();
    if EXEMPT.iter().any(|p| path.starts_with(p)) {
        return Ok(());
    }
    let sent = req.header(csrf::HEADER).map(percent_decoded).or_else(|| params.text("authenticity_token"));
    let passes = match (cookie(req, csrf::COOKIE).filter(|c| !c.is_empty()), sent) {
        (None, None) => !is_foreign(app, req),
        (cookie, sent) => csrf::agrees(cookie.as_deref(), sent.as_deref()),
    };
    if passes { Ok(()) } else { Err(poem::Error::from_string("the request does not carry the token of a page of ours", StatusCode::UNPROCESSABLE_ENTITY)) }
}

/// Whether another site's page made the browser send this.
fn is_foreign(app: &App, req: &Request) -> bool {
    if req.header("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let Some(origin) = req.header(header::ORIGIN) else { return false };
    let host = url::Url::parse(origin).ok().and_then(|u| u.host_str().map(ToOwned::to_owned));
    host.as_deref() != Some(app.settings.canonical_host.as_str())
}
