//! Who asks: by session or remembering cookie, in which language, from where.

use super::cookies::cookie;
use crate::{
    App, i18n,
    json::params::Params,
    limits,
    services::{ServiceError, visit::SharedSession},
};
use chrono::NaiveDateTime;
use loomio_auth::{password, remember};
use loomio_db::{find, rows::User};
use poem::{Request, http::header};
use std::net::IpAddr;
use subtle::ConstantTimeEq;

/// Who is signed in by session or by the remember-me cookie.
pub async fn signed_in(app: &App, req: &Request, shared: &SharedSession, now: NaiveDateTime) -> Result<Option<User>, ServiceError> {
    let by_session = shared.lock().session.user();
    if let Some((id, salt)) = by_session {
        let user: Option<User> = find::by_id(&app.db, id).await?;
        // A new password ends the sessions begun with the old one.
        let is_current = |u: &User| bool::from(u.encrypted_password.as_deref().and_then(password::salt).unwrap_or_default().as_bytes().ct_eq(salt.as_bytes()));
        if let Some(user) = user.filter(|u| u.deactivated_at.is_none() && is_current(u)) {
            shared.lock().signed_in = Some(true);
            return Ok(Some(user));
        }
    }
    let Some(remembered) = cookie(req, remember::COOKIE).and_then(|c| remember::Remembered::read(&c, &app.secrets, now)) else { return Ok(None) };
    let user: Option<User> = find::by_id(&app.db, remembered.user_id).await?;
    let Some(user) = user.filter(|u| u.deactivated_at.is_none() && remembered.is_of(u.remember_token.as_deref())) else { return Ok(None) };
    let salt = user.encrypted_password.as_deref().and_then(password::salt).map(ToOwned::to_owned);
    let mut state = shared.lock();
    state.session.sign_in(user.id, salt.as_deref(), &mut *app.rng());
    state.signed_in = Some(true);
    Ok(Some(user))
}

fn accepted(req: &Request) -> Vec<String> {
    i18n::accepted(req.header(header::ACCEPT_LANGUAGE).unwrap_or_default())
}

/// The language of the answer: as asked, as chosen, as the browser prefers, as it
/// preferred before.
pub fn locale(req: &Request, params: &Params, user: Option<&User>) -> String {
    let asked = params.filled("locale");
    let accepted = accepted(req);
    let wanted =
        asked.iter().map(String::as_str).chain(user.and_then(|u| u.selected_locale.as_deref())).chain(accepted.iter().map(String::as_str)).chain(user.and_then(|u| u.detected_locale.as_deref()));
    wanted.filter_map(i18n::supported).next().unwrap_or("en").to_owned()
}

/// The language the browser prefers, if it says any.
pub fn detected_locale(req: &Request) -> Option<String> {
    let accepted = accepted(req);
    (!accepted.is_empty()).then(|| accepted.iter().filter_map(|l| i18n::supported(l)).next().unwrap_or("en").to_owned())
}

/// Where a request comes from: the peer, or whoever a trusted proxy says it
/// forwards for.
pub fn address(app: &App, req: &Request) -> String {
    let Some(peer) = req.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip) else { return String::new() };
    let forwarded: Vec<IpAddr> = req.headers().get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).filter_map(|a| a.trim().parse().ok()).collect();
    limits::client_address(peer, &forwarded, &app.settings.trusted_proxies).to_string()
}
