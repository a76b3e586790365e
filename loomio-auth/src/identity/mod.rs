//! Identities at other sites: what those sites prove about somebody, and how they
//! are asked so that nobody else's answer is taken for theirs.
//!
//! Nothing here knows the network or the database: who calls brings the means to
//! send, the time and the randomness.
//!
//! Source: `app/controllers/identities/`, `app/extras/clients/`.

pub mod flow;
pub mod oauth;
pub mod profile;
#[cfg(feature = "saml")]
pub mod saml;
pub mod saml_site;

pub use flow::Flow;
pub use oauth::Provider;

/// The kinds of sites that identities come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any server of OAuth 2.0, described by settings.
    Oauth,
    /// A server of SAML 2.0.
    Saml,
    /// Google.
    Google,
    /// A Nextcloud server.
    Nextcloud,
}

impl Kind {
    /// All kinds, in the order in which sign-in forms show them.
    pub const ALL: [Self; 4] = [Self::Oauth, Self::Saml, Self::Google, Self::Nextcloud];

    /// The name in addresses and in `omniauth_identities.identity_type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Oauth => "oauth",
            Self::Saml => "saml",
            Self::Google => "google",
            Self::Nextcloud => "nextcloud",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a site has proved about somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The kind of site.
    pub kind: Kind,
    /// Who they are there; never changes.
    pub uid: String,
    /// Their address, as the site tells it.
    pub email: String,
    /// Whether the site vouches that the address is theirs.
    pub is_email_verified: bool,
    /// Their name.
    pub name: Option<String>,
    /// The address of their picture.
    pub logo: Option<String>,
}
