//! Closing and erasing accounts.
//!
//! Source: `app/workers/{deactivate,redact}_user_worker.rb`.

use super::{account, mail::Mail, membership::revoke};
use crate::{
    App,
    jobs::{self, index_author::IndexAuthor, send_mail::SendMail},
};
use chrono::NaiveDateTime;
use loomio_auth::token;
use loomio_core::policy::Permit;
use loomio_db::{Result, Write, counter, find, rows::User, search_document, sql};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Closes an account: its owner leaves every group, but what they wrote stays.
/// One that is closed already is left alone.
///
/// # Errors
/// When the database refuses.
pub async fn deactivate(app: &Arc<App>, user_id: i32, actor_id: i32) -> anyhow::Result<()> {
    let permit = Permit::system("an account is closed");
    let mut w = jobs::begin(app).await?;
    w.set_whodunnit(Some(actor_id));
    let Some(user) = find::by_id::<User>(w.conn(), user_id).await?.filter(|u| u.deactivated_at.is_none()) else { return Ok(w.rollback().await?) };
    leave_groups(&w, &permit, user_id, actor_id, w.now()).await?;
    let after = User { deactivated_at: Some(w.now()), deactivator_id: Some(actor_id), ..user.clone() };
    account::save(app, &w, &permit, &user, after).await?;
    w.execute(&permit, "delete from membership_requests where requestor_id = $1 and responded_at is null", vec![user_id.into()]).await?;
    search_document::index_author(&w, &permit, user_id).await?;
    Ok(w.commit().await?)
}

/// Opens a closed account again, with the memberships that ended with it.
///
/// # Errors
/// When the database refuses.
pub async fn reactivate(w: &Write, permit: &Permit, user: &User) -> Result<()> {
    w.execute(permit, "update memberships set revoked_at = null, revoker_id = null where user_id = $1 and revoked_at = $2::timestamp", vec![user.id.into(), user.deactivated_at.into()]).await?;
    let groups: Vec<i32> = sql::column(w.conn(), "select distinct group_id from memberships where user_id = $1 and group_id is not null", vec![user.id.into()]).await?;
    counter::groups(w, permit, &groups, &["memberships_count"]).await?;
    w.save(permit, user, User { deactivated_at: None, ..user.clone() }).await?;
    jobs::enqueue(w, &IndexAuthor { user_id: user.id }).await
}

/// Erases an account and, if asked, mails its owner that it is done. One that was
/// erased already is left alone.
///
/// # Errors
/// When the database refuses.
pub async fn redact(app: &Arc<App>, user_id: i32, actor_id: i32, tell: bool) -> anyhow::Result<()> {
    let permit = Permit::system("an account is erased");
    let w = jobs::begin(app).await?;
    let Some(erased) = erase(&w, &permit, user_id, actor_id).await? else { return Ok(w.rollback().await?) };
    if tell && let Some(email) = erased.email {
        SendMail::enqueue(&w, Mail::Redacted { email, locale: erased.selected_locale.or(erased.detected_locale) }).await?;
    }
    Ok(w.commit().await?)
}

/// Erases an account within a write: the row as it was, or nothing when there was
/// nothing left to erase.
///
/// # Errors
/// When the database refuses.
pub async fn erase(w: &Write, permit: &Permit, user_id: i32, actor_id: i32) -> anyhow::Result<Option<User>> {
    let Some(user) = find::by_id::<User>(w.conn(), user_id).await? else { return Ok(None) };
    let Some(email) = user.email.clone() else { return Ok(None) };
    let at = user.deactivated_at.unwrap_or(w.now());
    leave_groups(w, permit, user_id, actor_id, at).await?;
    let secret_token = token::secure(&mut *w.rng());
    w.execute(
        permit,
        "update users set is_admin = false, api_key = null, secret_token = $2, name = null, email = null, short_bio = '', username = null, experiences = '{}', avatar_kind = 'initials', avatar_initials = null, \
           country = null, region = null, city = null, location = '', email_newsletter = false, unlock_token = null, current_sign_in_ip = null, last_sign_in_ip = null, encrypted_password = null, \
           reset_password_token = null, reset_password_sent_at = null, unsubscribe_token = null, detected_locale = null, email_verified = false, legal_accepted_at = null, \
           email_sha256 = $3, deactivated_at = $4::timestamp, deactivator_id = $5 where id = $1",
        vec![user_id.into(), secret_token.into(), hex::encode(Sha256::digest(email.as_bytes())).into(), at.into(), actor_id.into()],
    )
    .await?;
    for statement in [
        "delete from versions where item_type = 'User' and item_id = $1",
        "delete from omniauth_identities where user_id = $1",
        "delete from membership_requests where requestor_id = $1 and responded_at is null",
        // Whoever still has a mail must not sign in by it.
        "update login_tokens set used = true where user_id = $1 and not used",
    ] {
        w.execute(permit, statement, vec![user_id.into()]).await?;
    }
    search_document::index_author(w, permit, user_id).await?;
    Ok(Some(user))
}

/// Somebody leaves all their groups.
async fn leave_groups(w: &Write, permit: &Permit, user_id: i32, actor_id: i32, at: NaiveDateTime) -> anyhow::Result<()> {
    let groups: Vec<i32> = sql::column(w.conn(), "select group_id from memberships where user_id = $1 and revoked_at is null and group_id is not null", vec![user_id.into()]).await?;
    Ok(revoke::in_groups(w, permit, &groups, user_id, actor_id, at).await?)
}
