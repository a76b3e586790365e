//! A site that is asked by OAuth 2.0: where it is asked, with what, and how its
//! answer is read. State and PKCE are always used; a site that knows neither
//! ignores PKCE and must return the state.
//!
//! Source: `app/controllers/identities/{base,google,nextcloud,oauth}_controller.rb`
//! and the clients of the same names.

use super::{
    Flow, Kind, Proved,
    profile::{self, Reading},
};
use oauth2::{
    AccessToken, AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenResponse, TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType},
    url::Url,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::time::Duration;

/// A site of this kind cannot be asked, for the settings describe it badly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misdescribed {
    /// A setting is missing.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// A setting is no address.
    #[error("{0} is not a web address")]
    NoAddress(&'static str),
    /// What a setting names could be changed on the way here.
    #[error("{0} is not an address that begins with https://")]
    Unsafe(&'static str),
}

/// Why a code was not exchanged. The words hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Nothing came back.
    #[error("the site did not answer")]
    Silent,
    /// The site does not want to; its word for why.
    #[error("the site refused the code: {0}")]
    Refused(String),
    /// What came back is no answer.
    #[error("the site's answer to the code cannot be read")]
    Unreadable,
}

/// What a site answers to a code. Only the token is read: some sites leave out
/// what the standard demands beside it, and the original does not ask for it.
#[derive(Debug, Deserialize, Serialize)]
struct Token {
    access_token: AccessToken,
}

impl TokenResponse for Token {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &BasicTokenType::Bearer
    }

    fn expires_in(&self) -> Option<Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

type Asking =
    Client<BasicErrorResponse, Token, BasicTokenIntrospectionResponse, StandardRevocableToken, BasicRevocationErrorResponse, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// A site that can be asked.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its kind.
    pub kind: Kind,
    /// Where it tells of the owner of a token.
    pub profile_url: Url,
    key: ClientId,
    secret: Option<ClientSecret>,
    auth_url: AuthUrl,
    token_url: TokenUrl,
    scope: Option<Scope>,
    reading: Reading,
}

fn address(name: &'static str, text: &str) -> Result<Url, Misdescribed> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()).ok_or(Misdescribed::NoAddress(name))
}

/// Whether a setting says yes.
pub(super) fn flag(value: Option<&str>) -> bool {
    value.is_some_and(|v| !matches!(v, "0" | "false" | "off" | "no"))
}

fn key_variable(kind: Kind) -> &'static str {
    match kind {
        Kind::Oauth => "OAUTH_APP_KEY",
        Kind::Saml => "SAML_APP_KEY",
        Kind::Google => "GOOGLE_APP_KEY",
        Kind::Nextcloud => "NEXTCLOUD_APP_KEY",
    }
}

impl Provider {
    /// The site of a kind as the settings describe it; `None` when they do not name
    /// a key for it, or when it is no site of OAuth.
    ///
    /// # Errors
    /// When they name a key, but not all that belongs to it.
    pub fn read<'v>(kind: Kind, var: impl Fn(&str) -> Option<&'v str>) -> Result<Option<Self>, Misdescribed> {
        let Some(key) = var(key_variable(kind)) else { return Ok(None) };
        let needed = |name: &'static str| var(name).ok_or(Misdescribed::Missing(name));
        let reading = |uid: &str, name: &str, email: &str, trusts_email| Reading { uid: uid.to_owned(), name: name.to_owned(), email: email.to_owned(), trusts_email };
        let (secret, auth_url, token_url, profile_url, scope, reading) = match kind {
            Kind::Saml => return Ok(None),
            Kind::Google => (
                "GOOGLE_APP_SECRET",
                address("GOOGLE_APP_KEY", "https://accounts.google.com/o/oauth2/v2/auth")?,
                address("GOOGLE_APP_KEY", "https://www.googleapis.com/oauth2/v4/token")?,
                address("GOOGLE_APP_KEY", "https://www.googleapis.com/oauth2/v2/userinfo")?,
                Some("email profile"),
                reading("id", "name", "email", false),
            ),
            Kind::Nextcloud => {
                let host = needed("NEXTCLOUD_HOST")?.trim_end_matches('/');
                let at = |path: &str| address("NEXTCLOUD_HOST", &format!("{host}/{path}"));
                (
                    "NEXTCLOUD_APP_SECRET",
                    at("index.php/apps/oauth2/authorize")?,
                    at("index.php/apps/oauth2/api/v1/token")?,
                    at("ocs/v2.php/cloud/user?format=json")?,
                    None,
                    reading("id", "displayname", "email", flag(var("NEXTCLOUD_TRUST_EMAIL"))),
                )
            }
            Kind::Oauth => (
                "OAUTH_APP_SECRET",
                address("OAUTH_AUTH_URL", needed("OAUTH_AUTH_URL")?)?,
                address("OAUTH_TOKEN_URL", needed("OAUTH_TOKEN_URL")?)?,
                address("OAUTH_PROFILE_URL", needed("OAUTH_PROFILE_URL")?)?,
                Some(needed("OAUTH_SCOPE")?),
                reading(needed("OAUTH_ATTR_UID")?, needed("OAUTH_ATTR_NAME")?, needed("OAUTH_ATTR_EMAIL")?, flag(var("OAUTH_TRUST_EMAIL"))),
            ),
        };
        Ok(Some(Self {
            kind,
            profile_url,
            key: ClientId::new(key.to_owned()),
            secret: var(secret).map(|s| ClientSecret::new(s.to_owned())),
            auth_url: AuthUrl::from_url(auth_url),
            token_url: TokenUrl::from_url(token_url),
            scope: scope.map(|s| Scope::new(s.to_owned())),
            reading,
        }))
    }

    /// The same site at another host, for tests of sites whose host is no setting.
    #[must_use]
    pub fn at(mut self, host: &Url) -> Self {
        let moved = |url: &Url| host.join(url.path()).unwrap_or_else(|_| host.clone());
        self.profile_url = moved(&self.profile_url);
        self.auth_url = AuthUrl::from_url(moved(self.auth_url.url()));
        self.token_url = TokenUrl::from_url(moved(self.token_url.url()));
        self
    }

    /// Whether addresses count as verified although the site does not say so.
    #[must_use]
    pub fn trusts_email(&self) -> bool {
        self.reading.trusts_email
    }

    fn asking(&self, redirect: &Url) -> Asking {
        let asking = Client::new(self.key.clone())
            .set_auth_uri(self.auth_url.clone())
            .set_token_uri(self.token_url.clone())
            .set_redirect_uri(RedirectUrl::from_url(redirect.clone()))
            // The original sends key and secret in the form, too.
            .set_auth_type(AuthType::RequestBody);
        match &self.secret {
            Some(secret) => asking.set_client_secret(secret.clone()),
            None => asking,
        }
    }

    /// Where a browser is sent to begin; it comes back to `redirect`.
    #[must_use]
    pub fn door(&self, flow: &Flow, redirect: &Url) -> Url {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(flow.verifier().to_owned()));
        let asking = self.asking(redirect);
        let state = flow.state().to_owned();
        asking.authorize_url(|| CsrfToken::new(state)).add_scopes(self.scope.clone()).set_pkce_challenge(challenge).url().0
    }

    /// Exchanges the code that a browser brought back for a token; `send` carries
    /// the request there and the answer back.
    ///
    /// # Errors
    /// When the site refuses or does not answer.
    pub async fn exchange<F, E>(&self, flow: &Flow, code: &str, redirect: &Url, send: impl Fn(HttpRequest) -> F + Send + Sync) -> Result<AccessToken, Failed>
    where
        F: Future<Output = Result<HttpResponse, E>> + Send + 'static,
        E: std::error::Error + Send + Sync + 'static,
    {
        let asking = self.asking(redirect);
        let request = asking.exchange_code(AuthorizationCode::new(code.to_owned())).set_pkce_verifier(PkceCodeVerifier::new(flow.verifier().to_owned()));
        match request.request_async(&send).await {
            Ok(token) => Ok(token.access_token),
            Err(RequestTokenError::Request(_)) => Err(Failed::Silent),
            Err(RequestTokenError::ServerResponse(answer)) => Err(Failed::Refused(answer.error().as_ref().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect())),
            Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => Err(Failed::Unreadable),
        }
    }

    /// What a profile proves; `None` when it is not one.
    #[must_use]
    pub fn proved(&self, profile: &Json) -> Option<Proved> {
        profile::read(self.kind, &self.reading, profile)
    }
}
