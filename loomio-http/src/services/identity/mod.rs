//! Signing in by an identity at another site: the way there, the way back, and
//! parting with an identity.
//!
//! The original takes any answer for anybody's. Here only the browser that set out
//! comes back, and an identity is joined with an account that exists only by the
//! account's owner: by an address that the other site has verified, or by signing in.
//!
//! Source: `app/controllers/identities/base_controller.rb`, `app/services/identity_service.rb`.

mod exchange;
mod join;
#[cfg(feature = "saml")]
pub mod saml;
pub mod waiting;

use super::{Done, ServiceError, Visit, link, sign_in};
use crate::{Settings, settings::Environment};
use join::Joined;
use loomio_auth::identity::{Flow, Kind, Proved, Provider, oauth::Misdescribed, saml_site::Site};
use loomio_core::policy;
use loomio_db::{facts, find::Find, rows::Identity};
use serde_json::{Value as Json, json};
use url::Url;

/// Where to, when nobody says.
const DASHBOARD: &str = "/dashboard";

/// The longest address to return to that a cookie is burdened with.
const LONGEST_PLACE: usize = 1500;

/// What a browser that came back is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// To go on there.
    To(String),
    /// That it was not let in, in these words (a key).
    Refused(&'static str),
}

/// The site of a kind, when the settings describe one.
///
/// # Errors
/// When they describe it badly.
pub fn provider(settings: &Settings, kind: Kind) -> Result<Option<Provider>, Misdescribed> {
    let found = Provider::read(kind, |name| settings.var(name))?;
    // The host of this one is no setting; tests have one of their own.
    let elsewhere = settings.var("GOOGLE_TEST_HOST").filter(|_| settings.environment == Environment::Test && kind == Kind::Google).and_then(|host| Url::parse(host).ok());
    Ok(match (found, elsewhere) {
        (Some(found), Some(host)) => Some(found.at(&host)),
        (found, _) => found,
    })
}

/// The site that is asked by SAML, when the settings describe one.
///
/// # Errors
/// When they describe it badly.
pub fn saml_site(settings: &Settings) -> Result<Option<Site>, Misdescribed> {
    Site::read(&settings.root_url(), |name| settings.var(name))
}

/// The sites that the sign-in form offers.
#[must_use]
pub fn offered(settings: &Settings) -> Json {
    let is_served = |kind: &Kind| match kind {
        Kind::Saml => cfg!(feature = "saml") && matches!(saml_site(settings), Ok(Some(_))),
        _ => matches!(provider(settings, *kind), Ok(Some(_))),
    };
    Kind::ALL.into_iter().filter(is_served).map(|kind| json!({"name": kind.name(), "href": format!("/{}/oauth", kind.name())})).collect()
}

fn configured(visit: &Visit, kind: Kind) -> Done<Provider> {
    provider(&visit.app.settings, kind).ok().flatten().ok_or_else(ServiceError::not_found)
}

/// Where a site sends browsers back to.
fn redirect(settings: &Settings, kind: Kind) -> Done<Url> {
    Url::parse(&format!("{}/{}/authorize", settings.root_url(), kind.name())).map_err(|_| ServiceError::not_found())
}

/// Sets out: the address to send the browser to. `is_from_here` says whether a page
/// of ours was left for it.
///
/// # Errors
/// When there is no such site.
pub async fn begin(visit: &Visit, kind: Kind, is_from_here: bool) -> Done<String> {
    let provider = configured(visit, kind)?;
    let redirect = redirect(&visit.app.settings, kind)?;
    let flow = Flow::begin(kind, is_from_here, visit.now, &mut *visit.app.rng());
    remember(visit, &flow);
    Ok(provider.door(&flow, &redirect).into())
}

/// Notes in the browser's session that it set out, and where it wants to return to.
fn remember(visit: &Visit, flow: &Flow) {
    let wanted = visit.params.filled("back_to").or_else(|| visit.referrer.clone());
    let place = wanted.and_then(|wanted| link::own_place(&visit.app.settings, &wanted)).filter(|place| place.len() <= LONGEST_PLACE);
    let mut state = visit.session.lock();
    flow.keep(&mut state.session);
    match place {
        Some(place) => state.session.set("back_to", &place),
        None => state.session.remove("back_to"),
    }
}

/// Where the browser wanted to return to; told once. What the original remembered
/// may be anywhere.
fn place(visit: &Visit) -> String {
    let mut state = visit.session.lock();
    let wanted = state.session.get("back_to");
    state.session.remove("back_to");
    wanted.and_then(|wanted| link::own_place(&visit.app.settings, &wanted)).unwrap_or_else(|| DASHBOARD.to_owned())
}

/// Comes back from a site.
///
/// # Errors
/// When there is no such site or the database refuses.
pub async fn finish(visit: &Visit, kind: Kind) -> Done<Outcome> {
    let provider = configured(visit, kind)?;
    let state = visit.params.text("state").unwrap_or_default();
    let flow = Flow::take(&mut visit.session.lock().session, kind, &state, visit.now);
    if visit.params.filled("error").is_some() {
        let to = if flow.is_some() { place(visit) } else { DASHBOARD.to_owned() };
        visit.session.lock().session.set_flash("error", &visit.text("auth.oauth_cancelled"));
        return Ok(Outcome::To(to));
    }
    let (Some(flow), Some(code)) = (flow, visit.params.filled("code")) else { return Ok(Outcome::Refused("auth.identity_refused")) };
    match exchange::prove(&provider, &flow, &code, &redirect(&visit.app.settings, kind)?).await {
        Ok(proved) => arrive(visit, &proved, &flow).await,
        Err(e) => Ok(refused(kind, &e, e.words())),
    }
}

/// Tells the log why nobody was signed in, and the visitor no more than these words (a key).
fn refused(kind: Kind, e: &dyn std::error::Error, words: &'static str) -> Outcome {
    tracing::warn!(provider = kind.name(), error = %e, "nobody was signed in by an identity elsewhere");
    Outcome::Refused(words)
}

/// Signs in whoever is proved to be there, or has them wait until they sign in by
/// themselves.
async fn arrive(visit: &Visit, proved: &Proved, flow: &Flow) -> Done<Outcome> {
    waiting::forget(visit);
    let flash = |kind: &str, key: &str| visit.session.lock().session.set_flash(kind, &visit.text(key));
    match join::join(visit, proved, flow).await? {
        Joined::With(user) => {
            sign_in::sign_in(visit, *user, None, None).await?;
            flash("notice", "devise.sessions.signed_in");
            Ok(Outcome::To(place(visit)))
        }
        Joined::WithNobody(identity) => {
            let to = place(visit);
            sign_in::destroy(visit).await?;
            waiting::keep(visit, &identity, proved.is_email_verified);
            flash("notice", "auth.switching_accounts");
            Ok(Outcome::To(to))
        }
        Joined::Not(words) => {
            flash("error", words);
            Ok(Outcome::To(DASHBOARD.to_owned()))
        }
    }
}

/// Parts with the own identity of a kind: it signs nobody in any more.
///
/// # Errors
/// When there is none or nobody is signed in.
pub async fn destroy(visit: &Visit, kind: Kind) -> Done {
    let own = visit.signed_in()?.id;
    let w = visit.begin().await?;
    let found =
        Find::<Identity>::new("omniauth_identities.user_id = $1 and omniauth_identities.identity_type = $2", vec![own.into(), kind.name().into()]).order("omniauth_identities.id").one(w.conn());
    let found = found.await?.ok_or_else(ServiceError::not_found)?;
    let permit = policy::authorize(&facts::identity::load(&visit.actor, &found), "destroy")?;
    w.destroy(&permit, &found).await?;
    w.commit().await?;
    Ok(super::visit::success())
}
