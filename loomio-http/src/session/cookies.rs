//! Cookies, as Rails writes them.

use crate::{App, services::visit::SharedSession, settings::Environment};
use chrono::{NaiveDateTime, TimeDelta};
use loomio_auth::{csrf, remember, session};
use poem::{
    Request,
    http::{HeaderMap, HeaderValue, header},
};

/// A cookie that was sent.
pub fn cookie(req: &Request, name: &str) -> Option<String> {
    req.headers().get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (n, v) = pair.trim().split_once('=')?;
        (n == name).then(|| percent_decoded(v))
    })
}

/// A cookie's value without its encoding.
pub fn percent_decoded(value: &str) -> String {
    // A cookie's plus sign is a plus sign, unlike a form's.
    url::form_urlencoded::parse(format!("v={}", value.replace('+', "%2B")).as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

fn percent_encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// A time as cookies name it.
fn http_date(time: NaiveDateTime) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What clears a cookie.
const CLEARED: &str = "path=/; max-age=0; expires=Thu, 01 Jan 1970 00:00:00 GMT";

/// Sends what a request changed, and what every answer carries.
pub fn send_cookies(app: &App, shared: &SharedSession, headers: &mut HeaderMap) {
    let secure = if app.settings.force_ssl { "; secure" } else { "" };
    let now = app.now();
    let mut send = |text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(header::SET_COOKIE, value);
        }
    };
    let state = shared.lock();
    match state.signed_in {
        Some(true) => send(format!("signed_in=1; path=/{secure}")),
        Some(false) => send(format!("signed_in=; {CLEARED}")),
        None => {}
    }
    match state.remember.as_deref() {
        Some("") => send(format!("{}=; {CLEARED}", remember::COOKIE)),
        Some(value) => send(format!("{}={}; path=/; expires={}; httponly; samesite=lax{secure}", remember::COOKIE, percent_encoded(value), http_date(now + remember::lifetime()))),
        None => {}
    }
    if let Some(token) = state.csrf_token.as_deref().filter(|_| app.settings.environment != Environment::Test) {
        // The value stays, so that requests under way at the same time agree.
        send(format!("{}={}; path=/; expires={}; samesite=lax{secure}", csrf::COOKIE, percent_encoded(token), http_date(now + TimeDelta::days(1))));
    }
    if state.session.is_changed()
        && let Some(value) = state.session.write(&app.secrets, &mut *app.rng())
    {
        send(format!("{}={}; path=/; httponly; samesite=lax{secure}", session::COOKIE, percent_encoded(&value)));
    }
}
