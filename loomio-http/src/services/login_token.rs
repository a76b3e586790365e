//! One-time links and codes for signing in.
//!
//! Source: `app/services/login_token_service.rb`, `app/models/login_token.rb`.

use super::{Done, ServiceError, Visit, account};
use crate::{jobs::send_mail::SendMail, json::params::BadParams, services::mail::Mail};
use loomio_auth::{login_code, token};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    find::{self, Find},
    rows::{LoginToken, User},
};
use serde_json::{Value as Json, json};
use subtle::ConstantTimeEq;

/// Mails a link and a code to whoever has an address.
///
/// # Errors
/// When nobody has it.
pub async fn create(visit: &Visit) -> Done {
    let email = visit.params.filled("email").ok_or_else(|| BadParams::Missing("email".to_owned()))?;
    let found = Find::<User>::new("users.email = $1::citext", vec![account::normal_address(&email).into()]).order("users.id").one(visit.db()).await?;
    let found = found.ok_or_else(|| ServiceError::NotFound("Couldn't find User with [WHERE \"users\".\"email\" = $1]".to_owned()))?;
    account::keep_detected_locale_of(visit, &found).await?;
    let w = visit.begin().await?;
    send(visit, &w, &found).await?;
    w.commit().await?;
    Ok(json!({"success": "ok"}))
}

/// Stores a token and asks for the mail with it. The token remembers the page from
/// which it was asked for, when that is one of ours.
///
/// # Errors
/// When the database refuses.
pub async fn send(visit: &Visit, w: &Write, user: &User) -> Done<LoginToken> {
    let redirect = visit.referrer.as_deref().and_then(|r| url::Url::parse(r).ok()).filter(|u| u.host_str() == Some(&visit.app.settings.canonical_host)).map(|u| u.path().to_owned());
    let row = LoginToken { redirect, ..new(w, user.id) };
    let row = w.insert(&Permit::system("a sign-in mail was asked for"), row).await?;
    SendMail::enqueue(w, Mail::Login { token_id: row.id }).await?;
    Ok(row)
}

/// A new token, not yet stored.
#[must_use]
pub fn new(w: &Write, user_id: i32) -> LoginToken {
    let mut rng = w.rng();
    LoginToken { user_id: Some(user_id), token: Some(token::secure(&mut *rng)), code: token::code(&mut *rng), ..LoginToken::default() }
}

/// Whether a token still signs in.
#[must_use]
pub fn is_usable(visit: &Visit, row: &LoginToken) -> bool {
    row.created_at.is_some_and(|made| login_code::is_usable(row.used, made, visit.now))
}

/// The token of a followed link that waits in the browser's session.
///
/// # Errors
/// When the database refuses.
pub async fn pending(visit: &Visit) -> Done<Option<LoginToken>> {
    let Some(token) = visit.session.lock().session.get("pending_login_token") else { return Ok(None) };
    Ok(Find::<LoginToken>::new("login_tokens.token = $1", vec![token.into()]).one(visit.db()).await?)
}

/// Whom a token signs in.
///
/// # Errors
/// When the database refuses.
pub async fn owner(visit: &Visit, row: &LoginToken) -> Done<Option<User>> {
    match row.user_id {
        Some(id) => Ok(find::by_id::<User>(visit.db(), id).await?),
        None => Ok(None),
    }
}

/// The usable token that somebody with an address was mailed with a code. All of
/// an address's tokens are looked at, each as long as any other.
///
/// # Errors
/// When the database refuses.
pub async fn by_code(visit: &Visit, email: &str, code: &Json) -> Done<Option<(LoginToken, User)>> {
    let Some(user) = Find::<User>::new("users.email = $1::citext", vec![account::normal_address(email).into()]).one(visit.db()).await? else { return Ok(None) };
    let given = crate::json::params::text(code).unwrap_or_default();
    let given = given.trim().as_bytes();
    let rows = Find::<LoginToken>::new("login_tokens.user_id = $1 and not login_tokens.used", vec![user.id.into()]).order("login_tokens.id desc").limit(50).all(visit.db()).await?;
    let found = rows.into_iter().rfind(|row| is_usable(visit, row) && bool::from(row.code.to_string().as_bytes().ct_eq(given)));
    Ok(found.map(|row| (row, user)))
}
