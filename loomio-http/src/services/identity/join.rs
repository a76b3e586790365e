//! Whose account a proved identity belongs to, and making one for who is new.
//!
//! Source: `app/services/identity_service.rb`.

use super::super::{
    Done, Visit,
    account::{self, Demands},
};
use loomio_auth::identity::{Flow, Proved};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    find::{self, Find},
    rows::{Identity, User},
};

/// What became of a proved identity.
#[derive(Debug)]
pub enum Joined {
    /// It belongs to an account.
    With(Box<User>),
    /// It is stored and belongs to nobody yet.
    WithNobody(Box<Identity>),
    /// Nothing was stored; why (a key).
    Not(&'static str),
}

/// Finds the account of an identity. An identity that is known signs in whatever
/// its address is now. One that is not known is joined with the account of its
/// address, or a new one, only if the site has verified the address and nobody is
/// signed in; otherwise it waits.
pub async fn join(visit: &Visit, proved: &Proved, flow: &Flow) -> Done<Joined> {
    let permit = Permit::system("somebody came back from another site");
    let w = visit.begin().await?;
    // Two that come back at once make one row.
    w.execute(&permit, "select pg_advisory_xact_lock(hashtext('identity'), hashtext($1))", vec![format!("{} {}", proved.kind.name(), proved.uid).into()]).await?;
    let known = Find::<Identity>::new("omniauth_identities.identity_type = $1 and omniauth_identities.uid = $2", vec![proved.kind.name().into(), proved.uid.clone().into()]).one(w.conn()).await?;
    let found = match known {
        Some(row) => known_before(visit, &w, &permit, proved, row).await?,
        None => new(visit, &w, &permit, proved).await?,
    };
    match found {
        // Another site's page may have sent the browser on this way; what it would
        // leave here could be joined with an account against the owner's will.
        Joined::WithNobody(_) if !flow.is_from_here => Ok(Joined::Not("auth.identity_begin_here")),
        Joined::Not(words) => Ok(Joined::Not(words)),
        found => {
            w.commit().await?;
            Ok(found)
        }
    }
}

/// What is stored of an identity. The site's tokens are not kept.
fn filled(proved: &Proved, row: Identity) -> Identity {
    Identity {
        identity_type: Some(proved.kind.name().to_owned()),
        uid: Some(proved.uid.clone()),
        email: Some(account::normal_address(&proved.email)),
        name: proved.name.clone().or(row.name),
        logo: proved.logo.clone().or(row.logo),
        access_token: Some(String::new()),
        ..row
    }
}

async fn known_before(visit: &Visit, w: &Write, permit: &Permit, proved: &Proved, row: Identity) -> Done<Joined> {
    let (row, _) = w.save(permit, &row, filled(proved, row.clone())).await?;
    let owner: Option<User> = match row.user_id {
        Some(id) => find::by_id(w.conn(), id).await?,
        None => None,
    };
    let Some(owner) = owner else { return Ok(Joined::WithNobody(Box::new(row))) };
    active(visit, w, permit, proved, owner).await
}

async fn new(visit: &Visit, w: &Write, permit: &Permit, proved: &Proved) -> Done<Joined> {
    let row = filled(proved, Identity::default());
    if visit.actor.is_logged_in() || !proved.is_email_verified {
        return Ok(Joined::WithNobody(Box::new(w.insert(permit, row).await?)));
    }
    let email = account::normal_address(&proved.email);
    let owner = match Find::<User>::new("users.email = $1::citext", vec![email.clone().into()]).order("users.id").one(w.conn()).await? {
        Some(owner) => owner,
        None => {
            let blank = User { name: proved.name.clone(), email: Some(email), email_verified: true, ..User::default() };
            if account::check(visit, w.conn(), &blank, Demands::default()).await?.check().is_err() {
                return Ok(Joined::Not("auth.identity_not_accepted"));
            }
            account::insert(&visit.app, w, permit, blank).await?
        }
    };
    w.insert(permit, Identity { user_id: Some(owner.id), ..row }).await?;
    active(visit, w, permit, proved, owner).await
}

/// Signs in by an account that is not closed. Where the site is to decide how
/// people are called (`LOOMIO_SSO_FORCE_USER_ATTRS`), name and verified address
/// are taken from it first.
async fn active(visit: &Visit, w: &Write, permit: &Permit, proved: &Proved, owner: User) -> Done<Joined> {
    if owner.deactivated_at.is_some() {
        return Ok(Joined::Not("devise.failure.inactive"));
    }
    if visit.app.settings.var("LOOMIO_SSO_FORCE_USER_ATTRS").is_none() {
        return Ok(Joined::With(Box::new(owner)));
    }
    let mut after = owner.clone();
    after.name = proved.name.clone().or(after.name);
    if proved.is_email_verified {
        after.email = Some(account::normal_address(&proved.email));
    }
    if account::check(visit, w.conn(), &after, Demands::default()).await?.check().is_err() {
        tracing::warn!(user_id = owner.id, "name or address of an identity cannot be this person's here and were not taken over");
        return Ok(Joined::With(Box::new(owner)));
    }
    let (stored, _) = account::save(&visit.app, w, permit, &owner, after).await?;
    Ok(Joined::With(Box::new(stored)))
}
