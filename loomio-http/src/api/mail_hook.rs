//! The doors through which mail comes in: a `mailin` web hook, and the relay
//! ingress of Rails. Neither has a session.
//!
//! Sources: `app/controllers/received_emails_controller.rb`, Rails'
//! `ActionMailbox::Ingresses::Relay`.

use crate::{App, services::received_email_store};
use base64::{Engine, prelude::BASE64_STANDARD};
use loomio_mail::inbound::parse::{self, Unreadable};
use poem::{
    Body, Request, Response, Result, Route,
    http::{StatusCode, header},
    web::Data,
};
use std::{collections::HashMap, sync::Arc};
use subtle::ConstantTimeEq;

/// The most bytes of a hook's form: a mail in base64, and a little around it.
const LARGEST_FORM: usize = parse::MOST_BYTES / 3 * 4 + 1024 * 1024;

/// The routes.
#[must_use]
pub fn routes() -> Vec<(&'static str, poem::RouteMethod)> {
    vec![("/email_processor", poem::post(mailin)), ("/rails/action_mailbox/relay/inbound_emails", poem::post(relay))]
}

/// Adds the routes to others.
#[must_use]
pub fn add(route: Route) -> Route {
    routes().into_iter().fold(route, |route, (path, endpoint)| route.at(path, endpoint))
}

fn plain(status: StatusCode, text: &str) -> Response {
    Response::builder().status(status).content_type("text/plain; charset=utf-8").body(text.to_owned())
}

fn same(given: &str, expected: &str) -> bool {
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// Whether a hook knows the secret that `INBOUND_EMAIL_SECRET` sets; without one,
/// everybody does.
fn knows_secret(app: &App, req: &Request, form: &HashMap<String, String>) -> bool {
    let Some(secret) = app.settings.var("INBOUND_EMAIL_SECRET") else { return true };
    let given = req.header("x-loomio-secret").map(ToOwned::to_owned).or_else(|| {
        let query = url::form_urlencoded::parse(req.uri().query().unwrap_or_default().as_bytes());
        query.into_iter().find(|(name, _)| name == "secret").map(|(_, value)| value.into_owned())
    });
    given.or_else(|| form.get("secret").cloned()).is_some_and(|given| same(&given, secret))
}

/// A form's fields, in whichever way it is sent.
async fn form(req: &Request, body: Body) -> Result<HashMap<String, String>, Response> {
    let kind = req.content_type().unwrap_or_default().to_ascii_lowercase();
    let too_large = || plain(StatusCode::PAYLOAD_TOO_LARGE, "the mail is too large");
    let bytes = body.into_bytes_limit(LARGEST_FORM).await.map_err(|_| too_large())?;
    if !kind.starts_with("multipart/") {
        return Ok(url::form_urlencoded::parse(&bytes).into_owned().collect());
    }
    let again = Request::builder().header(header::CONTENT_TYPE, req.content_type().unwrap_or_default()).body(bytes);
    let (again, mut body) = again.split();
    let malformed = |_| plain(StatusCode::BAD_REQUEST, "the form is malformed");
    let mut multipart = <poem::web::Multipart as poem::FromRequest>::from_request(&again, &mut body).await.map_err(malformed)?;
    let mut fields = HashMap::new();
    while let Some(field) = multipart.next_field().await.map_err(|_| plain(StatusCode::BAD_REQUEST, "the form is malformed"))? {
        let Some(name) = field.name().map(ToOwned::to_owned) else { continue };
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(|_| plain(StatusCode::BAD_REQUEST, "the form is malformed"))?;
        // Some senders attach files as they are; the rest of the way is the same.
        let text = match String::from_utf8(bytes) {
            Ok(text) if !is_file => text,
            Ok(text) => BASE64_STANDARD.encode(text),
            Err(e) => BASE64_STANDARD.encode(e.into_bytes()),
        };
        fields.insert(name, text);
    }
    Ok(fields)
}

fn unreadable(e: &Unreadable) -> Response {
    let status = if *e == Unreadable::TooLarge { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
    plain(status, &e.to_string())
}

async fn taken(app: &Arc<App>, read: Result<loomio_mail::inbound::Incoming, Unreadable>, done: StatusCode) -> Response {
    let mail = match read {
        Ok(mail) => mail,
        Err(e) => return unreadable(&e),
    };
    match received_email_store::take(app, &mail).await {
        Ok(()) => Response::builder().status(done).finish(),
        Err(e) => {
            tracing::error!(error = %e, "a mail could not be kept");
            // The sender keeps it and sends it again.
            plain(StatusCode::SERVICE_UNAVAILABLE, "try again later")
        }
    }
}

/// A mail from `mailin`.
#[poem::handler]
async fn mailin(app: Data<&Arc<App>>, req: &Request, body: Body) -> Response {
    let fields = match form(req, body).await {
        Ok(fields) => fields,
        Err(refusal) => return refusal,
    };
    if !knows_secret(app.0, req, &fields) {
        return plain(StatusCode::UNAUTHORIZED, "the secret is wrong");
    }
    let Some(json) = fields.get("mailinMsg") else { return plain(StatusCode::BAD_REQUEST, "mailinMsg is missing") };
    taken(app.0, parse::mailin(json, |name| fields.get(name).cloned()), StatusCode::OK).await
}

/// Whether a relay sends the name and password that Rails asks of it.
fn may_relay(app: &App, req: &Request) -> bool {
    let Some(password) = app.settings.var("RAILS_INBOUND_EMAIL_PASSWORD") else { return false };
    let given = req.header(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Basic ")).and_then(|v| BASE64_STANDARD.decode(v).ok()).and_then(|v| String::from_utf8(v).ok()).unwrap_or_default();
    same(&given, &format!("actionmailbox:{password}"))
}

/// A mail from a relay: the whole of it as it travels.
#[poem::handler]
async fn relay(app: Data<&Arc<App>>, req: &Request, body: Body) -> Response {
    if !may_relay(app.0, req) {
        return plain(StatusCode::UNAUTHORIZED, "HTTP Basic: Access denied.");
    }
    if !req.content_type().unwrap_or_default().to_ascii_lowercase().starts_with("message/rfc822") {
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a mail is sent as message/rfc822");
    }
    let Ok(bytes) = body.into_bytes_limit(parse::MOST_BYTES).await else { return unreadable(&Unreadable::TooLarge) };
    taken(app.0, parse::bytes(&bytes), StatusCode::NO_CONTENT).await
}
