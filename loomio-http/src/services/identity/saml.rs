//! Signing in by SAML: the other site's description, the question, the answer.
//!
//! The answer comes as a form that the other site's page posts. Browsers send no
//! cookie along with it (`SameSite=Lax`), so that who asked would not be known; the
//! form is therefore posted once more, by a page of ours.
//!
//! The original asks without remembering it, and takes any signed answer for anybody's.
//!
//! Source: `app/controllers/identities/saml_controller.rb`.

use super::{Done, Outcome, ServiceError, Visit, arrive, remember};
use crate::{App, outgoing};
use chrono::{NaiveDateTime, TimeDelta};
use loomio_auth::identity::{
    Flow, Kind,
    saml::{self, Provider, Unusable},
    saml_site::{Metadata, Site},
};
use loomio_db::sql;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The most bytes of a description.
const LARGEST: usize = 1024 * 1024;

/// How long a description is good for.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long it serves while the site does not answer.
const STALE: TimeDelta = TimeDelta::days(1);

const REFUSED: &str = "auth.identity_refused";

/// The site as it last described itself.
#[derive(Debug, Default)]
pub struct Known(Mutex<Option<(NaiveDateTime, Arc<Provider>)>>);

/// What becomes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is to be posted again, with the browser's cookie.
    Again,
    /// It is done.
    Done(Outcome),
}

/// Why the site cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// It does not describe itself.
    #[error("the metadata could not be fetched: {0}")]
    Unreachable(#[from] outgoing::Refused),
    /// What came is no description.
    #[error("the metadata could not be fetched: the site answers {0:?}")]
    Unread(Option<u16>),
    /// What it says of itself is of no use.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

fn configured(visit: &Visit) -> Done<Site> {
    super::saml_site(&visit.app.settings).ok().flatten().ok_or_else(ServiceError::not_found)
}

/// Reads what a site says of itself.
///
/// # Errors
/// When it cannot be fetched, or is of no use.
pub async fn read(site: &Site) -> Result<Provider, Unknown> {
    let xml = match &site.metadata {
        Metadata::Given(xml) => xml.clone(),
        Metadata::At(place) => {
            let (client, url) = outgoing::client_for_configured(place.as_str()).await?;
            let answer = client.get(url).send().await.map_err(|_| Unknown::Unread(None))?;
            let status = answer.status().as_u16();
            let body = if status == 200 { outgoing::body(answer, LARGEST).await } else { None };
            body.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Unknown::Unread(Some(status)))?
        }
    };
    Ok(Provider::new(site, &xml)?)
}

impl Known {
    /// The site, as it described itself within the hour, or within the day if it does
    /// not answer now.
    async fn provider(&self, app: &App, site: &Site) -> Result<Arc<Provider>, Unknown> {
        let now = app.now();
        let mut known = self.0.lock().await;
        let is_younger = |span: TimeDelta| known.as_ref().is_some_and(|(at, _)| (TimeDelta::zero()..span).contains(&(now - *at)));
        if let Some((_, provider)) = known.as_ref().filter(|_| is_younger(FRESH)) {
            return Ok(Arc::clone(provider));
        }
        match (read(site).await, known.as_ref().filter(|_| is_younger(STALE))) {
            (Ok(provider), _) => {
                let provider = Arc::new(provider);
                *known = Some((now, Arc::clone(&provider)));
                Ok(provider)
            }
            (Err(e), Some((_, provider))) => {
                tracing::warn!(error = %e, "the description of the SAML site is out of date");
                Ok(Arc::clone(provider))
            }
            (Err(e), None) => Err(e),
        }
    }
}

fn refused(e: &dyn std::error::Error) -> Outcome {
    super::refused(Kind::Saml, e, REFUSED)
}

/// Sets out. `is_from_here` says whether a page of ours was left for it.
///
/// # Errors
/// When there is no such site.
pub async fn begin(visit: &Visit, is_from_here: bool) -> Done<Outcome> {
    let provider = match visit.app.saml.provider(&visit.app, &configured(visit)?).await {
        Ok(provider) => provider,
        Err(e) => return Ok(refused(&e)),
    };
    let flow = Flow::begin(Kind::Saml, is_from_here, visit.now, &mut *visit.app.rng());
    let Some(door) = provider.door(&flow, visit.now) else { return Ok(Outcome::Refused(REFUSED)) };
    remember(visit, &flow);
    Ok(Outcome::To(door.into()))
}

/// Comes back with an answer.
///
/// # Errors
/// When there is no such site or the database refuses.
pub async fn finish(visit: &Visit) -> Done<Step> {
    let site = configured(visit)?;
    let Some(answer) = visit.params.filled("SAMLResponse") else { return Ok(Step::Done(Outcome::Refused(REFUSED))) };
    let state = visit.params.text("RelayState").unwrap_or_default();
    let flow = Flow::take(&mut visit.session.lock().session, Kind::Saml, &state, visit.now);
    let Some(flow) = flow else {
        if visit.params.filled("again").is_none() {
            return Ok(Step::Again);
        }
        // Begun at the other site: what it says is not believed, but it may be asked.
        let is_unasked = saml::is_unasked(&answer);
        return Ok(Step::Done(if is_unasked { begin(visit, false).await? } else { Outcome::Refused(REFUSED) }));
    };
    let provider = match visit.app.saml.provider(&visit.app, &site).await {
        Ok(provider) => provider,
        Err(e) => return Ok(Step::Done(refused(&e))),
    };
    let (now, asked) = (visit.now, flow.clone());
    let proved = match tokio::task::spawn_blocking(move || provider.proved(&answer, &asked, now)).await {
        Ok(Ok(proved)) => proved,
        Ok(Err(e)) => return Ok(Step::Done(refused(&e))),
        Err(e) => return Ok(Step::Done(refused(&e))),
    };
    if !is_first(visit, &proved).await? {
        return Ok(Step::Done(Outcome::Refused(REFUSED)));
    }
    arrive(visit, &proved.proved, &flow).await.map(Step::Done)
}

/// Notes an answer; whether it was not shown before.
async fn is_first(visit: &Visit, answer: &saml::Answer) -> Done<bool> {
    let noted = "insert into loomio.shown_answers (answer, until) values (encode(sha256(convert_to($1, 'UTF8')), 'hex'), $2) on conflict do nothing";
    Ok(sql::execute(visit.db(), noted, vec![answer.number.clone().into(), answer.until.into()]).await? == 1)
}

/// This server's description for the other site, as XML.
///
/// # Errors
/// When no other site is set up.
pub fn metadata(visit: &Visit) -> Done<String> {
    saml::metadata(&configured(visit)?).ok_or_else(ServiceError::not_found)
}
