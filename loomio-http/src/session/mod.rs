//! From a request to a visit: cookies, tokens, parameters, language; and from
//! what happened to the cookies sent back.

mod body;
mod cookies;
mod forgery;
mod guard;
mod who;

pub use guard::Guarded;

use crate::{
    App,
    services::{ServiceError, Visit, account, pending, visit::SharedSession},
};
use cookies::{cookie, send_cookies};
use loomio_auth::{Session, csrf, session};
use loomio_db::facts::Actor;
use poem::{
    Endpoint, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response, Result,
    http::{StatusCode, header},
};
use serde_json::json;
use std::sync::Arc;

/// Reads the session before and writes it after a request.
#[derive(Debug, Clone, Copy)]
pub struct Sessions;

impl<E: Endpoint> Middleware<E> for Sessions {
    type Output = WithSession<E>;

    fn transform(&self, inner: E) -> Self::Output {
        WithSession { inner }
    }
}

/// An endpoint whose visitors have a session.
#[derive(Debug)]
pub struct WithSession<E> {
    inner: E,
}

/// The application behind a request.
fn app(req: &Request) -> Option<Arc<App>> {
    req.data::<Arc<App>>().cloned().or_else(|| req.extensions().get::<Arc<App>>().cloned())
}

impl<E: Endpoint> Endpoint for WithSession<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> Result<Response> {
        let Some(app) = app(&req) else { return self.inner.call(req).await.map(IntoResponse::into_response) };
        let stored = cookie(&req, session::COOKIE).map(|c| Session::read(&c, &app.secrets)).unwrap_or_default();
        let shared = SharedSession::new(stored);
        req.extensions_mut().insert(shared.clone());
        let mut response = self.inner.call(req).await.map(IntoResponse::into_response)?;
        send_cookies(&app, &shared, response.headers_mut());
        Ok(response)
    }
}

/// What went wrong before a handler was reached, in the words of Rails' error pages.
pub async fn refused(e: poem::Error) -> Response {
    let status = e.status();
    if status.is_server_error() {
        tracing::error!(error = %e, "request failed");
    } else {
        tracing::debug!(error = %e, "request refused");
    }
    // Methods that a path does not know are as unknown as the path.
    let status = if status == StatusCode::METHOD_NOT_ALLOWED { StatusCode::NOT_FOUND } else { status };
    let reason = match status {
        StatusCode::UNPROCESSABLE_ENTITY => "Unprocessable Content",
        StatusCode::PAYLOAD_TOO_LARGE => "Content Too Large",
        other => other.canonical_reason().unwrap_or("Error"),
    };
    Response::builder().status(status).content_type("application/json; charset=utf-8").body(json!({"status": status.as_u16(), "error": reason}).to_string())
}

impl<'a> FromRequest<'a> for Visit {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let app = app(req).ok_or_else(|| poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR))?;
        let shared = req.extensions().get::<SharedSession>().cloned().unwrap_or_default();
        let (params, uploads) = body::params(req, body).await?;
        let now = app.now();
        {
            let mut state = shared.lock();
            state.csrf_token = Some(cookie(req, csrf::COOKIE).filter(|t| !t.is_empty()).unwrap_or_else(|| csrf::token(&mut *app.rng())));
        }
        forgery::check(&app, req, &params)?;
        let failed = |e: ServiceError| {
            tracing::error!(error = %e, "who is signed in could not be read");
            poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR)
        };
        let user = who::signed_in(&app, req, &shared, now).await.map_err(failed)?;
        // Tokens speak only for those who are not signed in.
        let token = |kind: &str| {
            if user.is_some() {
                return None;
            }
            params.filled(&format!("{kind}_token")).or_else(|| shared.lock().session.get(&format!("pending_{kind}_token")))
        };
        let actor = Actor {
            id: user.as_ref().map_or(0, |u| u.id),
            verified: user.as_ref().is_some_and(|u| u.email_verified),
            site_admin: user.as_ref().is_some_and(|u| u.is_admin == Some(true)),
            group_token: token("group"),
            membership_token: token("membership"),
            discussion_reader_token: token("discussion_reader"),
            site: crate::services::visit::site(&app.settings),
            now,
        };
        let locale = who::locale(req, &params, user.as_ref());
        let visit = Self {
            ip: who::address(&app, req),
            has_browser: true,
            referrer: req.header(header::REFERER).map(ToOwned::to_owned),
            detected_locale: who::detected_locale(req),
            user: user.map(Arc::new),
            restricted: false,
            app,
            actor,
            params,
            uploads: uploads.into(),
            session: shared,
            locale,
            now,
        };
        account::keep_detected_locale(&visit).await.map_err(failed)?;
        pending::consume(&visit).await.map_err(failed)?;
        Ok(visit)
    }
}
