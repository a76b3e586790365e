//! Signing mails with the key of their domain (DKIM, RFC 6376), so that receivers can
//! tell them from forged ones.

use lettre::message::{
    dkim::{DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey},
    header::HeaderName,
};

/// What is signed. One-click unsubscribing counts only when its headers are
/// (RFC 8058, 4). Names that a mail does not have are signed as missing, so that
/// nobody can add them. (`Content-Type` belongs to the body here, and is not known when
/// the headers are signed.)
const SIGNED: [&str; 11] = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"];

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is not the text of a key.
    #[error("the key is neither an RSA key in PEM (\"BEGIN RSA PRIVATE KEY\", as `openssl genrsa -traditional 2048` makes it) nor 32 bytes in base64 for Ed25519")]
    Unreadable,
    /// Selector or domain are no parts of a name in DNS.
    #[error("\"{0}\" cannot stand in the name of a DNS record")]
    Name(String),
}

/// A domain's key and where its public half is published.
#[derive(Debug)]
pub struct Signer {
    config: DkimConfig,
    record: String,
}

fn dns_name(name: &str) -> Result<String, KeyError> {
    let fits = !name.is_empty() && name.len() <= 200 && name.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    if fits { Ok(name.to_lowercase()) } else { Err(KeyError::Name(name.to_owned())) }
}

impl Signer {
    /// Signs for `domain` with a private key whose public half stands in DNS at
    /// `SELECTOR._domainkey.DOMAIN`.
    ///
    /// # Errors
    /// When the key or a name cannot be used.
    pub fn new(selector: &str, domain: &str, key: &str) -> Result<Self, KeyError> {
        let (selector, domain) = (dns_name(selector)?, dns_name(domain)?);
        let algorithm = if key.contains("-----BEGIN") { DkimSigningAlgorithm::Rsa } else { DkimSigningAlgorithm::Ed25519 };
        let key = DkimSigningKey::new(key.trim(), algorithm).map_err(|_| KeyError::Unreadable)?;
        let headers = SIGNED.iter().map(|name| HeaderName::new_from_ascii_str(name)).collect();
        // Servers on the way fold headers and trim lines; relaxed signatures survive that.
        let relaxed = DkimCanonicalization { header: DkimCanonicalizationType::Relaxed, body: DkimCanonicalizationType::Relaxed };
        let record = format!("{selector}._domainkey.{domain}");
        Ok(Self { config: DkimConfig::new(selector, domain, key, headers, relaxed), record })
    }

    /// The name of the DNS record with the public half.
    #[must_use]
    pub fn record(&self) -> &str {
        &self.record
    }

    pub(crate) fn sign(&self, mail: &mut lettre::Message) {
        mail.sign(&self.config);
    }
}
