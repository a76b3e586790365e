//! From a request to a visit: cookies, tokens, parameters, language; and from
//! what happened to the cookies sent back.

use crate::{
    App, i18n,
    json::params::Params,
    services::{ServiceError, Visit, visit::SharedSession},
    settings::Environment,
};
use loomio_auth::{Session, csrf, password, remember, session};
use loomio_db::{facts::Actor, find::Find, rows::User};
use poem::{
    Body, Endpoint, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response, Result,
    http::{HeaderValue, Method, StatusCode, header},
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// The most bytes of a request's body outside of uploads.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

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

fn cookie(req: &Request, name: &str) -> Option<String> {
    req.headers().get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (n, v) = pair.trim().split_once('=')?;
        (n == name).then(|| percent_decoded(v))
    })
}

fn percent_decoded(value: &str) -> String {
    // A cookie's plus sign is a plus sign, unlike a form's.
    url::form_urlencoded::parse(format!("v={}", value.replace('+', "%2B")).as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

fn percent_encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

impl<E: Endpoint> Endpoint for WithSession<E> {
    type Output = Response;

    async fn call(&self, mut req: Request) -> Result<Response> {
        let Some(app) = req.data::<Arc<App>>().cloned().or_else(|| req.extensions().get::<Arc<App>>().cloned()) else {
            return self.inner.call(req).await.map(IntoResponse::into_response);
        };
        let stored = cookie(&req, session::COOKIE).map(|c| Session::read(&c, &app.secrets)).unwrap_or_default();
        let shared = SharedSession::new(stored);
        let csrf_cookie = cookie(&req, csrf::COOKIE);
        req.extensions_mut().insert(shared.clone());
        let mut response = self.inner.call(req).await.map(IntoResponse::into_response)?;
        send_cookies(&app, &shared, csrf_cookie.as_deref(), response.headers_mut());
        Ok(response)
    }
}

fn send_cookies(app: &App, shared: &SharedSession, csrf_cookie: Option<&str>, headers: &mut poem::http::HeaderMap) {
    let secure = if app.settings.force_ssl { "; secure" } else { "" };
    let mut send = |text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(header::SET_COOKIE, value);
        }
    };
    let state = shared.lock();
    if state.session.is_changed()
        && let Some(value) = state.session.write(&app.secrets, &mut *app.rng())
    {
        send(format!("{}={}; path=/; httponly; samesite=lax{secure}", session::COOKIE, percent_encoded(&value)));
    }
    match state.signed_in {
        Some(true) => send("signed_in=1; path=/".to_owned()),
        Some(false) => send("signed_in=; path=/; max-age=0; expires=Thu, 01 Jan 1970 00:00:00 GMT".to_owned()),
        None => {}
    }
    match state.remember.as_deref() {
        Some("") => send(format!("{}=; path=/; max-age=0; expires=Thu, 01 Jan 1970 00:00:00 GMT", remember::COOKIE)),
        Some(value) => send(format!("{}={}; path=/; max-age={}; httponly; samesite=lax{secure}", remember::COOKIE, percent_encoded(value), remember::lifetime().num_seconds())),
        None => {}
    }
    if state.sets_csrf && app.settings.environment != Environment::Test && csrf_cookie.is_none() {
        let token = csrf::token(&mut *app.rng());
        send(format!("{}={token}; path=/; max-age=86400{secure}", csrf::COOKIE));
    }
}

/// What went wrong before a handler was reached.
pub async fn refused(e: poem::Error) -> Response {
    let status = e.status();
    if status.is_server_error() {
        tracing::error!(error = %e, "request failed");
        return Response::builder().status(status).content_type("application/json").body(json!({"status": status.as_u16(), "error": "Internal Server Error"}).to_string());
    }
    // Methods that a path does not know are as unknown as the path.
    let status = if status == StatusCode::METHOD_NOT_ALLOWED { StatusCode::NOT_FOUND } else { status };
    Response::builder().status(status).content_type("application/json").body(json!({"error": e.to_string()}).to_string())
}

/// The request's parameters: the query, then the body over it.
async fn params(req: &Request, body: &mut RequestBody) -> Result<Params> {
    let bad = |message: &str| poem::Error::from_string(message.to_owned(), StatusCode::BAD_REQUEST);
    let mut merged = query(req.uri().query().unwrap_or_default()).map_err(|e| bad(&e))?;
    if matches!(*req.method(), Method::GET | Method::HEAD) {
        return Ok(Params(merged));
    }
    let kind = req.content_type().unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("multipart/") {
        return Ok(Params(merged));
    }
    let bytes = body.take().unwrap_or_else(|_| Body::empty()).into_bytes_limit(LARGEST_BODY).await.map_err(|_| poem::Error::from_string("the body is too large", StatusCode::PAYLOAD_TOO_LARGE))?;
    if bytes.is_empty() {
        return Ok(Params(merged));
    }
    let sent = if kind.starts_with("application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(&bytes).map_err(|_| bad("the body is not UTF-8"))?;
        query(text).map_err(|e| bad(&e))?
    } else {
        match serde_json::from_slice::<Json>(&bytes) {
            Ok(Json::Object(object)) => object,
            Ok(other) => Map::from_iter([("_json".to_owned(), other)]),
            Err(e) => return Err(bad(&format!("the body is not JSON: {e}"))),
        }
    };
    if contains_nul(&Json::Object(sent.clone())) {
        return Err(bad("the body contains a NUL character"));
    }
    merged.extend(sent);
    Ok(Params(merged))
}

fn query(text: &str) -> std::result::Result<Map<String, Json>, String> {
    let decoded: Vec<u8> = url::form_urlencoded::parse(text.as_bytes()).flat_map(|(k, v)| [k.into_owned(), v.into_owned()]).flat_map(String::into_bytes).collect();
    if decoded.contains(&0) {
        return Err("the query contains a NUL character".to_owned());
    }
    // Invalid UTF-8 would have been replaced silently.
    if url::form_urlencoded::parse(text.as_bytes()).any(|(k, v)| k.contains('\u{fffd}') || v.contains('\u{fffd}')) {
        return Err("the query is not UTF-8".to_owned());
    }
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_qs::Config::new().max_depth(10).use_form_encoding(true).deserialize_str(text).map_err(|e| format!("the query cannot be read: {e}"))
}

fn contains_nul(value: &Json) -> bool {
    match value {
        Json::String(s) => s.contains('\0'),
        Json::Array(a) => a.iter().any(contains_nul),
        Json::Object(o) => o.iter().any(|(k, v)| k.contains('\0') || contains_nul(v)),
        _ => false,
    }
}

/// Who is signed in by session or by the remember-me cookie.
async fn signed_in(app: &App, req: &Request, shared: &SharedSession, now: chrono::NaiveDateTime) -> std::result::Result<Option<User>, ServiceError> {
    let by_session = shared.lock().session.user();
    if let Some((id, salt)) = by_session {
        let user: Option<User> = loomio_db::find::by_id(&app.db, id).await?;
        let expected = |u: &User| u.encrypted_password.as_deref().and_then(password::salt).unwrap_or_default().to_owned();
        if let Some(user) = user.filter(|u| u.deactivated_at.is_none() && expected(u) == salt) {
            return Ok(Some(user));
        }
    }
    let Some(remembered) = cookie(req, remember::COOKIE).and_then(|c| remember::Remembered::read(&c, &app.secrets, now)) else { return Ok(None) };
    let user: Option<User> = loomio_db::find::by_id(&app.db, remembered.user_id).await?;
    let Some(user) = user.filter(|u| u.deactivated_at.is_none() && remembered.is_of(u.remember_token.as_deref())) else { return Ok(None) };
    let salt = user.encrypted_password.as_deref().and_then(password::salt).map(ToOwned::to_owned);
    let mut state = shared.lock();
    state.session.sign_in(user.id, salt.as_deref(), &mut *app.rng());
    state.signed_in = Some(true);
    Ok(Some(user))
}

impl<'a> FromRequest<'a> for Visit {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let app = Arc::clone(req.data::<Arc<App>>().ok_or_else(|| poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR))?);
        let shared = req.extensions().get::<SharedSession>().cloned().unwrap_or_default();
        let params = params(req, body).await?;
        let now = app.now();
        shared.lock().sets_csrf = true;
        check_csrf(&app, req)?;
        let failed = |e: ServiceError| {
            tracing::error!(error = %e, "who is signed in could not be read");
            poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR)
        };
        let user = signed_in(&app, req, &shared, now).await.map_err(failed)?;
        let token = |key: &str| params.filled(key);
        let actor = Actor {
            id: user.as_ref().map_or(0, |u| u.id),
            verified: user.as_ref().is_some_and(|u| u.email_verified),
            site_admin: user.as_ref().is_some_and(|u| u.is_admin == Some(true)),
            // Tokens speak only for those who are not signed in.
            group_token: if user.is_some() { None } else { token("group_token").or_else(|| shared.lock().session.get("pending_group_token")) },
            membership_token: if user.is_some() { None } else { token("membership_token").or_else(|| shared.lock().session.get("pending_membership_token")) },
            discussion_reader_token: if user.is_some() { None } else { token("discussion_reader_token").or_else(|| shared.lock().session.get("pending_discussion_reader_token")) },
            site: crate::services::visit::site(&app.settings),
            now,
        };
        let locale = locale(req, &params, user.as_ref());
        let ip = req.remote_addr().as_socket_addr().map(|a| a.ip().to_string()).unwrap_or_default();
        let visit = Self { app, user: user.map(Arc::new), restricted: false, actor, params, session: shared, locale, now, ip };
        crate::services::invite::consume_pending(&visit).await.map_err(failed)
    }
}

fn check_csrf(app: &App, req: &Request) -> Result<()> {
    if app.settings.environment == Environment::Test || matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let path = req.original_uri().path();
    // Keys, not cookies, speak for these.
    if ["/api/b2", "/api/b3", "/api/hocuspocus", "/email_processor", "/direct_uploads"].iter().any(|p| path.starts_with(p)) {
        return Ok(());
    }
    let header = req.header(csrf::HEADER).map(percent_decoded);
    if csrf::agrees(cookie(req, csrf::COOKIE).as_deref(), header.as_deref()) {
        return Ok(());
    }
    Err(poem::Error::from_string("the request does not carry the token of a page of ours; please reload", StatusCode::UNPROCESSABLE_ENTITY))
}

fn locale(req: &Request, params: &Params, user: Option<&User>) -> String {
    let asked = params.filled("locale");
    let accepted = i18n::accepted(req.header(header::ACCEPT_LANGUAGE).unwrap_or_default());
    let wanted =
        asked.iter().map(String::as_str).chain(user.and_then(|u| u.selected_locale.as_deref())).chain(accepted.iter().map(String::as_str)).chain(user.and_then(|u| u.detected_locale.as_deref()));
    wanted.filter_map(i18n::supported).next().unwrap_or("en").to_owned()
}

/// The user with an unsubscribe token, for the few requests that may come by mail.
///
/// # Errors
/// When the token is unknown or the database fails.
pub async fn restricted(visit: &Visit) -> std::result::Result<Visit, ServiceError> {
    let Some(token) = visit.params.filled("unsubscribe_token") else { return Ok(visit.clone()) };
    let user = Find::<User>::new("users.unsubscribe_token = $1", vec![token.into()]).one(visit.db()).await?.ok_or_else(|| ServiceError::NotFound("Couldn't find User".to_owned()))?;
    let actor = Actor { id: user.id, verified: user.email_verified, site_admin: false, ..visit.actor.clone() };
    Ok(Visit { user: Some(Arc::new(user)), restricted: true, actor, ..visit.clone() })
}
