//! Making an account.
//!
//! Source: `app/controllers/api/v1/registrations_controller.rb`,
//! `app/services/user_service.rb`.

use super::{
    Done, Faults, ServiceError, Visit,
    account::{self, Demands},
    boot, login_token, pending, sign_in,
};
use crate::json::params::Params;
use loomio_core::policy::Permit;
use loomio_db::{Write, find::Find, rows::User};
use serde_json::{Value as Json, json};

fn sent(visit: &Visit) -> Params {
    Params(visit.params.get("user").and_then(Json::as_object).cloned().unwrap_or_default())
}

/// Makes an account for an address. Whoever came by a link that was mailed to the
/// address is signed in; anybody else gets a mail that does.
///
/// # Errors
/// When the site is closed, the address is taken, or something is missing.
pub async fn create(visit: &Visit) -> Done {
    let sent = sent(visit);
    let email = account::normal_address(&sent.text("email").unwrap_or_default());
    if !visit.actor.site.creates_users && !pending::is_invited(visit, &email).await? {
        let mut faults = Faults::default();
        faults.add("email", visit.text("auth_form.invitation_required"));
        faults.add("name", visit.text("auth_form.invitation_required"));
        return Err(ServiceError::Invalid(faults));
    }
    let is_proved = !email.is_empty() && pending::proves(visit, &email).await?;
    let w = visit.begin().await?;
    let user = store(visit, &w, &sent, &email).await?;
    if !is_proved {
        login_token::send(visit, &w, &user).await?;
    }
    w.commit().await?;
    if !is_proved {
        account::keep_detected_locale_of(visit, &user).await?;
        return Ok(json!({"success": "ok", "signed_in": false}));
    }
    let user = sign_in::sign_in(visit, user, None, None).await?;
    visit.session.lock().session.set_flash("notice", &visit.text("devise.sessions.signed_in"));
    let mut out = boot::user_payload(visit, Some(&user), json!({}), json!({})).await?;
    crate::fields!(out; "success" => "ok", "signed_in" => true);
    Ok(Json::Object(out))
}

/// Stores what was sent with the unverified account of an address, making one
/// first when there is none; both are kept as versions.
async fn store(visit: &Visit, w: &Write, sent: &Params, email: &str) -> Done<User> {
    let permit = Permit::system("a registration");
    let known = Find::<User>::new("users.email = $1::citext", vec![email.into()]).one(w.conn()).await?;
    if known.as_ref().is_some_and(|u| u.email_verified) {
        let mut faults = Faults::default();
        faults.add("email", visit.text("auth_form.email_taken"));
        return Err(ServiceError::Invalid(faults));
    }
    let demands = Demands { signing_up: true, legal_accepted: sent.truth("legal_accepted") == Some(true), password: None };
    let fill = |user: &User| {
        let mut filled = user.clone();
        if sent.has("name") {
            filled.name = sent.text("name");
        }
        if let Some(wanted) = sent.truth("email_newsletter") {
            filled.email_newsletter = wanted;
        }
        if demands.legal_accepted {
            filled.legal_accepted_at = Some(visit.now);
        }
        filled
    };
    let blank = User { email: Some(email.to_owned()), ..User::default() };
    let checked = fill(known.as_ref().unwrap_or(&blank));
    account::check(visit, w.conn(), &checked, demands).await?.check()?;
    let before = match known {
        Some(known) => known,
        None => account::insert(&visit.app, w, &permit, blank).await?,
    };
    let after = fill(&before);
    Ok(account::save(&visit.app, w, &permit, &before, after).await?.0)
}
