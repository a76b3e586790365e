//! The settings of a site that is asked by SAML 2.0.
//!
//! Source: `saml_settings` of `app/controllers/identities/saml_controller.rb`.

use super::oauth::{Misdescribed, flag};
use oauth2::url::{Host, Url};

/// Where a site's description is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metadata {
    /// In the settings, as XML.
    Given(String),
    /// There, as XML.
    At(Url),
}

/// A site as the settings describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// How this server names itself.
    pub issuer: String,
    /// Where this server is answered.
    pub answers_to: Url,
    /// What the other site says of itself.
    pub metadata: Metadata,
    /// Whether its addresses count as verified.
    pub trusts_email: bool,
}

impl Site {
    /// The site of the settings; `None` when they do not name a key for it. `root` is
    /// this server's own address, such as `https://loomio.example.org`.
    ///
    /// # Errors
    /// When they name a key, but not all that belongs to it.
    pub fn read<'v>(root: &str, var: impl Fn(&str) -> Option<&'v str>) -> Result<Option<Self>, Misdescribed> {
        if var("SAML_APP_KEY").is_none() {
            return Ok(None);
        }
        let metadata = match (var("SAML_IDP_METADATA"), var("SAML_IDP_METADATA_URL")) {
            (Some(xml), _) => Metadata::Given(xml.to_owned()),
            (None, Some(place)) => Metadata::At(Url::parse(place).ok().filter(is_safe).ok_or(Misdescribed::Unsafe("SAML_IDP_METADATA_URL"))?),
            (None, None) => return Err(Misdescribed::Missing("SAML_IDP_METADATA_URL")),
        };
        let answers_to = Url::parse(&format!("{root}/saml/oauth")).map_err(|_| Misdescribed::NoAddress("CANONICAL_HOST"))?;
        let issuer = var("SAML_ISSUER").map_or_else(|| format!("{root}/saml/metadata"), ToOwned::to_owned);
        Ok(Some(Self { issuer, answers_to, metadata, trusts_email: flag(var("SAML_TRUST_EMAIL")) }))
    }
}

/// Whether nobody on the way can change what is read there: whose signatures are
/// believed depends on it.
fn is_safe(place: &Url) -> bool {
    let is_here = match place.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return false,
    };
    place.scheme() == "https" || (place.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&'static str, &'static str)]) -> Result<Option<Site>, Misdescribed> {
        Site::read("https://loomio.example.org", |name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| *v))
    }

    #[test]
    fn a_site_is_there_when_it_is_described() {
        assert_eq!(read(&[("SAML_IDP_METADATA", "<x/>")]), Ok(None), "without a key");
        assert_eq!(read(&[("SAML_APP_KEY", "1")]), Err(Misdescribed::Missing("SAML_IDP_METADATA_URL")));
        let site = read(&[("SAML_APP_KEY", "1"), ("SAML_IDP_METADATA", "<x/>")]).unwrap_or_default();
        let (issuer, answers_to) = ("https://loomio.example.org/saml/metadata".to_owned(), "https://loomio.example.org/saml/oauth");
        assert_eq!(site.map(|s| (s.issuer, s.answers_to.to_string(), s.trusts_email)), Some((issuer, answers_to.to_owned(), false)));
        let named = read(&[("SAML_APP_KEY", "1"), ("SAML_IDP_METADATA", "<x/>"), ("SAML_ISSUER", "ours"), ("SAML_TRUST_EMAIL", "1")]).unwrap_or_default();
        assert_eq!(named.map(|s| (s.issuer, s.trusts_email)), Some(("ours".to_owned(), true)));
    }

    #[test]
    fn whose_signatures_are_believed_is_not_read_over_an_open_line() {
        for (place, is_accepted) in [
            ("https://idp.example.org/metadata", true),
            ("http://127.0.0.1:8080/metadata", true),
            ("http://[::1]/metadata", true),
            ("http://localhost/metadata", true),
            ("http://idp.example.org/metadata", false),
            ("http://127.0.0.1.example.org/metadata", false),
            ("file:///etc/metadata", false),
            ("metadata", false),
        ] {
            let found = read(&[("SAML_APP_KEY", "1"), ("SAML_IDP_METADATA_URL", place)]);
            assert_eq!(found.is_ok(), is_accepted, "{place}");
        }
    }
}
