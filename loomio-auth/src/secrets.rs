//! The server's secrets and every key derived from them, derived once.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// Keys for cookies, signed ids and tokens.
///
/// Rails derives them from `SECRET_KEY_BASE` by PBKDF2-HMAC-SHA1 with 1,000 rounds;
/// Devise from `DEVISE_SECRET` with 65,536.
#[derive(Clone)]
pub struct Secrets {
    pub(crate) session: Vec<u8>,
    pub(crate) signed_cookie: Vec<u8>,
    pub(crate) storage: Vec<u8>,
    pub(crate) global_id: Vec<u8>,
    devise_reset: Vec<u8>,
    devise_unlock: Vec<u8>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

fn derive(secret: &str, salt: &str, rounds: u32, length: usize) -> Vec<u8> {
    let mut key = vec![0; length];
    pbkdf2::pbkdf2_hmac::<Sha1>(secret.as_bytes(), salt.as_bytes(), rounds, &mut key);
    key
}

impl Secrets {
    /// Derives every key; takes some milliseconds.
    #[must_use]
    pub fn new(secret_key_base: &str, devise_secret: &str) -> Self {
        let rails = |salt, length| derive(secret_key_base, salt, 1000, length);
        Self {
            session: rails("authenticated encrypted cookie", 32),
            signed_cookie: rails("signed cookie", 64),
            storage: rails("ActiveStorage", 64),
            global_id: rails("signed_global_ids", 64),
            devise_reset: derive(devise_secret, "Devise reset_password_token", 65_536, 64),
            devise_unlock: derive(devise_secret, "Devise unlock_token", 65_536, 64),
        }
    }

    /// How Devise stores a password reset token.
    #[must_use]
    pub fn devise_digest(&self, token: &str) -> String {
        hex::encode(hmac_sha256(&self.devise_reset, token.as_bytes()))
    }

    /// How Devise stores the token that unlocks an account.
    #[must_use]
    pub fn devise_unlock_digest(&self, token: &str) -> String {
        hex::encode(hmac_sha256(&self.devise_unlock, token.as_bytes()))
    }
}

pub(crate) fn hmac_sha1(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length.
    Hmac::<Sha1>::new_from_slice(key)
        .map(|mut m| {
            m.update(data);
            m.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

pub(crate) fn hmac_sha256(key: &[u8], data: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mut m| {
            m.update(data);
            m.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}
