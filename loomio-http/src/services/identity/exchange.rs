//! Asking another site who it was that it sent: the code for a token, the token for
//! a profile. Neither is stored or logged.

use crate::outgoing;
use loomio_auth::identity::{Flow, Proved, Provider, oauth::Failed};
use oauth2::{HttpRequest, HttpResponse};
use url::Url;

/// The most bytes of an answer.
const LARGEST: usize = 1024 * 1024;

/// Why somebody's identity was not proved. The words hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum Unproved {
    /// The code was not exchanged.
    #[error(transparent)]
    Code(#[from] Failed),
    /// The profile did not come.
    #[error("the profile could not be fetched: {0}")]
    Unreachable(#[from] Unsent),
    /// The site does not show the profile.
    #[error("the site answers {0} to the question for the profile")]
    Status(u16),
    /// What came back is no profile.
    #[error("the profile lacks a number or an address, or cannot be read; see the settings that name its fields")]
    Unreadable,
}

impl Unproved {
    /// What the visitor is told (a key).
    pub fn words(&self) -> &'static str {
        match self {
            Self::Code(_) => "auth.identity_refused",
            _ => "auth.identity_without_profile",
        }
    }
}

/// A request that found no way.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// The address cannot be reached.
    #[error(transparent)]
    Refused(#[from] outgoing::Refused),
    /// Nobody answered in time.
    #[error("the site did not answer")]
    Silent,
    /// The answer is too long or breaks off.
    #[error("the answer is too long or breaks off")]
    Broken,
}

/// Carries a request to a site that the settings name, and its answer back.
async fn send(request: HttpRequest) -> Result<HttpResponse, Unsent> {
    let (client, _) = outgoing::client_for_configured(&request.uri().to_string()).await?;
    let request = reqwest::Request::try_from(request).map_err(|_| Unsent::Silent)?;
    let answer = client.execute(request).await.map_err(|_| Unsent::Silent)?;
    let status = answer.status();
    let body = outgoing::body(answer, LARGEST).await.ok_or(Unsent::Broken)?;
    // Its headers are left out: some sites send JSON under another name.
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = status;
    Ok(answer)
}

/// Who came back with a code, as the site itself tells it.
pub async fn prove(provider: &Provider, flow: &Flow, code: &str, redirect: &Url) -> Result<Proved, Unproved> {
    let token = provider.exchange(flow, code, redirect, send).await?;
    let (client, url) = outgoing::client_for_configured(provider.profile_url.as_str()).await.map_err(Unsent::from)?;
    // Nextcloud answers questions of programs only with this header; others ignore it.
    let asked = client.get(url).bearer_auth(token.secret()).header("accept", "application/json").header("ocs-apirequest", "true");
    let answer = asked.send().await.map_err(|_| Unsent::Silent)?;
    if !answer.status().is_success() {
        return Err(Unproved::Status(answer.status().as_u16()));
    }
    let body = outgoing::body(answer, LARGEST).await.ok_or(Unsent::Broken)?;
    serde_json::from_slice(&body).ok().and_then(|told| provider.proved(&told)).ok_or(Unproved::Unreadable)
}
