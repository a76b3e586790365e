//! Signing in by password, code or followed link, and signing out.
//!
//! Unlike the original, a code or link works once and for a day, belongs to one
//! address, and an address may be given few wrong codes.
//!
//! Source: `app/controllers/api/v1/sessions_controller.rb` and Devise's trackable,
//! lockable and rememberable.

use super::{Done, ServiceError, Visit, account, boot, identity, login_token, mail::Mail, pending};
use crate::jobs::send_mail::SendMail;
use loomio_auth::{password, remember, token};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    find::Find,
    rows::{LoginToken, User},
    sql,
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// For how long an account stays locked after too many wrong passwords.
const LOCKED_HOURS: i64 = 6;

/// Signs in.
///
/// # Errors
/// When password or code is wrong, or the account is locked or closed.
pub async fn create(visit: &Visit) -> Done {
    let given = visit.params.get("user").and_then(Json::as_object).cloned().unwrap_or_default();
    let proved = prove(visit, &given).await?;
    // A followed link is tried once.
    visit.session.lock().session.remove("pending_login_token");
    let Some((user, by)) = proved.filter(|(u, _)| u.deactivated_at.is_none()) else {
        return Err(refused(visit, &given).await?);
    };
    let name = given.get("name").and_then(Json::as_str).map(ToOwned::to_owned);
    let signed_in = sign_in(visit, user, by.as_ref(), name).await?;
    visit.session.lock().session.set_flash("notice", &visit.text("devise.sessions.signed_in"));
    Ok(Json::Object(boot::user_payload(visit, Some(&signed_in), json!({}), json!({})).await?))
}

fn text<'g>(given: &'g Map<String, Json>, key: &str) -> Option<&'g str> {
    given.get(key).and_then(Json::as_str)
}

/// Who proves to be whom: the user, and the token that proved it.
async fn prove(visit: &Visit, given: &Map<String, Json>) -> Done<Option<(User, Option<LoginToken>)>> {
    if let Some(row) = login_token::pending(visit).await?.filter(|row| login_token::is_usable(visit, row)) {
        return Ok(login_token::owner(visit, &row).await?.map(|user| (user, Some(row))));
    }
    let email = text(given, "email").unwrap_or_default();
    if let Some(code) = given.get("code").filter(|c| !c.is_null()) {
        if !visit.app.limits.may_try_code(email) {
            return Ok(None);
        }
        return Ok(login_token::by_code(visit, email, code).await?.map(|(row, user)| (user, Some(row))));
    }
    Ok(by_password(visit, email, text(given, "password").unwrap_or_default()).await?.map(|user| (user, None)))
}

/// Whose password it is. Wrong ones are counted, and too many lock the account.
async fn by_password(visit: &Visit, email: &str, secret: &str) -> Done<Option<User>> {
    let found = Find::<User>::new("users.email = $1::citext and users.email_verified", vec![account::normal_address(email).into()]).one(visit.db()).await?;
    let hash = found.as_ref().and_then(|u| u.encrypted_password.clone()).unwrap_or_default();
    let secret = secret.to_owned();
    let right = tokio::task::spawn_blocking(move || password::verify(&secret, &hash)).await.unwrap_or(false);
    let Some(found) = found else { return Ok(None) };
    if right && !is_locked(visit, &found) {
        return Ok(Some(found));
    }
    count_failure(visit, &found).await?;
    Ok(None)
}

fn is_locked(visit: &Visit, user: &User) -> bool {
    user.locked_at.is_some_and(|at| visit.now < at + chrono::TimeDelta::hours(LOCKED_HOURS))
}

async fn count_failure(visit: &Visit, user: &User) -> Done<()> {
    let most: i32 = visit.app.settings.var("MAX_LOGIN_ATTEMPTS").and_then(|n| n.parse().ok()).unwrap_or(20);
    let lock_is_over = user.locked_at.is_some() && !is_locked(visit, user);
    let w = visit.begin().await?;
    // In one statement, so that attempts made at the same time all count.
    w.execute(
        &Permit::system("a wrong password"),
        "update users set failed_attempts = (case when $2 then 0 else failed_attempts end) + 1, \
           locked_at = case when (case when $2 then 0 else failed_attempts end) + 1 >= $3 then coalesce(case when $2 then null else locked_at end, $4::timestamp) else case when $2 then null else locked_at end end \
         where id = $1",
        vec![user.id.into(), lock_is_over.into(), most.into(), visit.now.into()],
    )
    .await?;
    tell_if_locked(visit, &w, user).await?;
    w.commit().await?;
    Ok(())
}

/// Mails the way to unlock an account to its owner when it has just been locked.
async fn tell_if_locked(visit: &Visit, w: &Write, user: &User) -> Done<()> {
    let just_now = sql::exists(w.conn(), "select 1 from users where id = $1 and locked_at = $2::timestamp", vec![user.id.into(), visit.now.into()]).await?;
    if !just_now {
        return Ok(());
    }
    let secret = token::friendly(&mut *w.rng());
    let digest = visit.app.secrets.devise_unlock_digest(&secret);
    w.execute(&Permit::system("an account was locked"), "update users set unlock_token = $2 where id = $1", vec![user.id.into(), digest.into()]).await?;
    Ok(SendMail::enqueue(w, Mail::Unlock { user_id: user.id, token: secret }).await?)
}

/// Unlocks the account whose mail is shown; nothing happens when it is not locked.
///
/// Source: Devise's `UnlocksController#show`.
///
/// # Errors
/// When nobody's mail said so.
pub async fn unlock(visit: &Visit) -> Done<()> {
    let given = visit.params.filled("unlock_token").ok_or_else(ServiceError::not_found)?;
    let w = visit.begin().await?;
    let unlocked = w
        .execute(
            &Permit::system("a mail unlocks an account"),
            "update users set locked_at = null, failed_attempts = 0, unlock_token = null where unlock_token = $1",
            vec![visit.app.secrets.devise_unlock_digest(&given).into()],
        )
        .await?;
    w.commit().await?;
    if unlocked == 1 { Ok(()) } else { Err(ServiceError::not_found()) }
}

async fn refused(visit: &Visit, given: &Map<String, Json>) -> Done<ServiceError> {
    let email = account::normal_address(text(given, "email").unwrap_or_default());
    let asked = text(given, "password").is_some_and(|p| !p.is_empty());
    let locked = asked && sql::exists(visit.db(), "select 1 from users where email = $1::citext and locked_at is not null", vec![email.into()]).await?;
    let why = if locked { "auth_form.account_locked" } else { "auth_form.invalid_password" };
    Ok(ServiceError::Status(401, json!({"errors": {"password": [why]}})))
}

/// Makes the browser's session somebody's: their row notes it, a proof is spent,
/// their address counts as verified, and what waited in the session is theirs.
///
/// # Errors
/// When the database refuses or the token was spent meanwhile.
pub async fn sign_in(visit: &Visit, user: User, by: Option<&LoginToken>, name: Option<String>) -> Done<User> {
    let permit = Permit::system("somebody proved who they are");
    let mut w = visit.begin().await?;
    w.set_whodunnit(Some(user.id));
    if let Some(row) = by {
        // Two requests may bring the same token; it works for one of them.
        if w.execute(&permit, "update login_tokens set used = true, updated_at = $2 where id = $1 and not used", vec![row.id.into(), visit.now.into()]).await? == 0 {
            return Err(ServiceError::Status(401, json!({"errors": {"password": ["auth_form.invalid_password"]}})));
        }
    }
    let mut after = user.clone();
    after.last_sign_in_at = user.current_sign_in_at.or(Some(visit.now));
    after.last_sign_in_ip = user.current_sign_in_ip.clone().or_else(|| address(visit));
    after.current_sign_in_at = Some(visit.now);
    after.current_sign_in_ip = address(visit);
    after.sign_in_count = Some(user.sign_in_count.unwrap_or_default().saturating_add(1));
    after.failed_attempts = 0;
    after.locked_at = None;
    after.unlock_token = None;
    after.email_verified = true;
    after.remember_created_at = user.remember_created_at.or(Some(visit.now));
    if after.remember_token.is_none() {
        after.remember_token = Some(token::friendly(&mut *w.rng()));
    }
    if let Some(name) = name.filter(|n| !n.trim().is_empty() && n.chars().count() <= 100) {
        after.name = Some(name);
    }
    let (stored, _) = account::save(&visit.app, &w, &permit, &user, after).await?;
    identity::waiting::join(visit, &w, &permit, &stored).await?;
    w.commit().await?;
    remember(visit, &stored);
    let now_signed_in = visit.signed_in_as(&stored);
    account::keep_detected_locale(&now_signed_in).await?;
    pending::consume(&now_signed_in).await?;
    Ok(stored)
}

fn address(visit: &Visit) -> Option<String> {
    Some(visit.ip.clone()).filter(|ip| !ip.is_empty())
}

/// Sets the cookies that make a session somebody's.
pub fn remember(visit: &Visit, user: &User) {
    let salt = user.encrypted_password.as_deref().and_then(password::salt).map(ToOwned::to_owned);
    let cookie = user.remember_token.as_deref().map(|token| remember::write(user.id, token, &visit.app.secrets, visit.now));
    let mut state = visit.session.lock();
    state.session.sign_in(user.id, salt.as_deref(), &mut *visit.app.rng());
    state.signed_in = Some(true);
    state.remember = cookie;
}

/// Signs out, everywhere: no cookie that was remembered signs in again.
///
/// # Errors
/// When the database refuses.
pub async fn destroy(visit: &Visit) -> Done {
    if let Some(user) = visit.user.as_ref().filter(|_| visit.actor.is_logged_in()) {
        let w = visit.begin().await?;
        let secret_token = token::uuid(&mut *w.rng());
        forget(&w, user, secret_token).await?;
        w.commit().await?;
    }
    let mut state = visit.session.lock();
    state.session.sign_out();
    state.session.set_flash("notice", &visit.text("devise.sessions.signed_out"));
    state.signed_in = Some(false);
    state.remember = Some(String::new());
    Ok(json!({"success": "ok"}))
}

async fn forget(w: &Write, user: &Arc<User>, secret_token: String) -> Done<()> {
    let after = User { secret_token, remember_token: None, remember_created_at: None, ..user.as_ref().clone() };
    w.update_columns(&Permit::system("somebody signed out"), user.as_ref(), after).await?;
    Ok(())
}
