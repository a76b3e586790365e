//! An identity that belongs to nobody yet and waits in the browser's session until
//! its owner signs in or registers there by other means, for at most an hour.
//!
//! The original joins it with whoever is signed in at the next request.
//!
//! Source: `consume_pending_identity` of `app/helpers/pending_actions_helper.rb`.

use super::super::{Done, Visit};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    find::Find,
    rows::{Identity, User},
};

/// The session's key for the number, the original's.
const ID: &str = "pending_identity_id";
/// The session's key for the moment until which it waits.
const UNTIL: &str = "pending_identity_until";
/// The session's key for its address, when the other site has verified it.
const EMAIL: &str = "pending_identity_email";

/// For how many seconds it waits: a mail with a code must arrive meanwhile.
const PATIENCE: i64 = 3600;

/// Has an identity wait in the browser's session.
pub fn keep(visit: &Visit, identity: &Identity, is_email_verified: bool) {
    let mut state = visit.session.lock();
    state.session.set_number(ID, identity.id.into());
    state.session.set_number(UNTIL, visit.now.and_utc().timestamp().saturating_add(PATIENCE));
    match identity.email.as_deref().filter(|_| is_email_verified) {
        Some(email) => state.session.set(EMAIL, email),
        None => state.session.remove(EMAIL),
    }
}

/// Nothing waits any more.
pub fn forget(visit: &Visit) {
    let mut state = visit.session.lock();
    for key in [ID, UNTIL, EMAIL] {
        state.session.remove(key);
    }
}

/// The number of the identity that waits.
fn id(visit: &Visit) -> Option<i32> {
    let state = visit.session.lock();
    let until = state.session.get_number(UNTIL)?;
    let id = state.session.get_number(ID).filter(|_| visit.now.and_utc().timestamp() <= until)?;
    i32::try_from(id).ok()
}

/// The identity that waits, unless it has found its owner meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn find(visit: &Visit) -> Done<Option<Identity>> {
    let Some(id) = id(visit) else { return Ok(None) };
    Ok(Find::<Identity>::new("omniauth_identities.id = $1 and omniauth_identities.user_id is null", vec![id.into()]).one(visit.db()).await?)
}

/// The address that the other site has verified.
///
/// # Errors
/// When the database refuses.
pub async fn proved_email(visit: &Visit) -> Done<Option<String>> {
    let email = visit.session.lock().session.get(EMAIL);
    Ok(find(visit).await?.and(email))
}

/// Joins what waits with whoever proves in this moment, in this browser, who they
/// are: it signs them in from now on.
///
/// # Errors
/// When the database refuses.
pub async fn join(visit: &Visit, w: &Write, permit: &Permit, user: &User) -> Done<()> {
    let Some(id) = id(visit) else { return Ok(()) };
    w.execute(permit, "update omniauth_identities set user_id = $2, updated_at = $3 where id = $1 and user_id is null", vec![id.into(), user.id.into(), visit.now.into()]).await?;
    Ok(())
}
