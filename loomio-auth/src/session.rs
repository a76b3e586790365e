//! The session cookie `_loomio`, read and written exactly as Rails does, so that
//! whoever is signed in on one server is signed in on the other.
//!
//! AES-256-GCM over a Marshal hash; what we do not know in it is kept.

use crate::{marshal, secrets::Secrets};
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use alox_48::{RbHash, Value};
use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngCore;

/// The cookie's name.
pub const COOKIE: &str = "_loomio";

/// Cookies longer than this are not looked at.
const LONGEST: usize = 8192;

const FLASH_KEY: &str = "flash";
const USER_KEY: &str = "warden.user.user.key";

/// What a browser carries between requests.
#[derive(Debug, Clone, Default)]
pub struct Session {
    entries: Vec<(String, Value)>,
    changed: bool,
}

impl Session {
    /// Reads the cookie; a foreign, damaged or oversized one is an empty session.
    #[must_use]
    pub fn read(cookie: &str, secrets: &Secrets) -> Self {
        decrypt(cookie, &secrets.session).and_then(|bytes| marshal::read(&bytes)).map(|v| Self::from_value(&v)).unwrap_or_default()
    }

    fn from_value(value: &Value) -> Self {
        let Value::Hash(hash) = value else { return Self::default() };
        Self { entries: hash.iter().filter_map(|(k, v)| Some((marshal::text(k)?, v.clone()))).collect(), changed: false }
    }

    /// The cookie's value; `rng` makes its nonce.
    #[must_use]
    pub fn write(&self, secrets: &Secrets, rng: &mut impl RngCore) -> Option<String> {
        let hash: alox_48::RbHash = self.entries.iter().map(|(k, v)| (marshal::string(k), v.clone())).collect();
        let mut nonce = [0u8; 12];
        rng.fill_bytes(&mut nonce);
        encrypt(&marshal::write(&Value::Hash(hash))?, &secrets.session, nonce)
    }

    /// Whether the cookie must be sent again.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    fn put(&mut self, key: &str, value: Value) {
        self.changed = true;
        match self.entries.iter_mut().find(|(k, _)| k == key) {
            Some((_, v)) => *v = value,
            None => self.entries.push((key.to_owned(), value)),
        }
    }

    /// A text kept under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        self.value(key).and_then(marshal::text)
    }

    /// A number kept under a key.
    #[must_use]
    pub fn get_number(&self, key: &str) -> Option<i64> {
        self.value(key).and_then(marshal::number)
    }

    /// Keeps a text.
    pub fn set(&mut self, key: &str, text: &str) {
        self.put(key, marshal::string(text));
    }

    /// Keeps a number.
    pub fn set_number(&mut self, key: &str, number: i64) {
        self.put(key, Value::from(number));
    }

    /// Forgets what is kept under a key.
    pub fn remove(&mut self, key: &str) {
        let before = self.entries.len();
        self.entries.retain(|(k, _)| k != key);
        self.changed |= self.entries.len() != before;
    }

    /// Who is signed in, and the part of their password hash that was true then.
    #[must_use]
    pub fn user(&self) -> Option<(i64, String)> {
        let Value::Array(parts) = self.value(USER_KEY)? else { return None };
        let Value::Array(ids) = parts.first()? else { return None };
        Some((marshal::number(ids.first()?)?, parts.get(1).and_then(marshal::text).unwrap_or_default()))
    }

    /// Signs somebody in; `salt` is [`crate::password::salt`] of their hash. A new
    /// session number is drawn so that a session planted before is worthless.
    pub fn sign_in(&mut self, user_id: i32, salt: Option<&str>, rng: &mut impl RngCore) {
        let mut id = [0u8; 16];
        rng.fill_bytes(&mut id);
        self.set("session_id", &hex::encode(id));
        self.remove("_csrf_token");
        let salt = salt.map_or(Value::Nil, marshal::string);
        self.put(USER_KEY, Value::Array(vec![Value::Array(vec![Value::from(user_id)]), salt]));
    }

    /// Leaves a message for the next page, as Rails' flash keeps it.
    pub fn set_flash(&mut self, kind: &str, text: &str) {
        let flashes: RbHash = [(marshal::string(kind), marshal::string(text))].into_iter().collect();
        let flash: RbHash = [(marshal::string("discard"), Value::Array(Vec::new())), (marshal::string("flashes"), Value::Hash(flashes))].into_iter().collect();
        self.put(FLASH_KEY, Value::Hash(flash));
    }

    /// The messages left for this page, by kind; they are shown once.
    pub fn take_flash(&mut self) -> Vec<(String, String)> {
        let Some(Value::Hash(flash)) = self.value(FLASH_KEY) else { return Vec::new() };
        let flashes = flash.iter().find(|(k, _)| marshal::text(k).as_deref() == Some("flashes")).map(|(_, v)| v.clone());
        self.remove(FLASH_KEY);
        let Some(Value::Hash(flashes)) = flashes else { return Vec::new() };
        flashes.iter().filter_map(|(k, v)| Some((marshal::text(k)?, marshal::text(v)?))).collect()
    }

    /// Signs out: everything is forgotten.
    pub fn sign_out(&mut self) {
        self.entries.clear();
        self.changed = true;
    }
}

fn decrypt(cookie: &str, key: &[u8]) -> Option<Vec<u8>> {
    if cookie.len() > LONGEST {
        return None;
    }
    let mut parts = cookie.split("--").map(|p| STANDARD.decode(p).ok());
    let (Some(Some(mut data)), Some(Some(nonce)), Some(Some(tag)), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return None };
    if nonce.len() != 12 || tag.len() != 16 {
        return None;
    }
    data.extend(tag);
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    cipher.decrypt(nonce.as_slice().try_into().ok()?, Payload { msg: &data, aad: b"" }).ok()
}

fn encrypt(plain: &[u8], key: &[u8], nonce: [u8; 12]) -> Option<String> {
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let sealed = cipher.encrypt((&nonce).into(), plain).ok()?;
    let (data, tag) = sealed.split_at_checked(sealed.len().checked_sub(16)?)?;
    Some(format!("{}--{}--{}", STANDARD.encode(data), STANDARD.encode(nonce), STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};
    use serde_json::Value as Json;

    fn vectors() -> Json {
        serde_json::from_str(include_str!("../tests/data/vectors.json")).unwrap_or_default()
    }

    #[test]
    fn a_cookie_of_rails_is_read_and_kept_whole() {
        let v = vectors();
        let secrets = Secrets::new(v["secret_key_base"].as_str().unwrap_or_default(), "x");
        let mut session = Session::read(v["session_cookie"]["cookie"].as_str().unwrap_or_default(), &secrets);
        assert_eq!(session.user(), Some((7, "$2a$04$abcdefghijklmnopqrstuv".to_owned())));
        assert_eq!(session.get("pending_membership_token").as_deref(), Some("tok123"));
        session.set("pending_group_token", "abc");
        let mut rng = StdRng::seed_from_u64(1);
        let again = Session::read(&session.write(&secrets, &mut rng).unwrap_or_default(), &secrets);
        assert_eq!(again.user(), session.user());
        assert_eq!(again.get("pending_group_token").as_deref(), Some("abc"));
        assert!(again.value("flash").is_some(), "what we do not know is kept");
    }

    proptest::proptest! {
        #[test]
        fn any_cookie_is_survived(text in ".*") {
            let secrets = Secrets::new("x", "y");
            proptest::prop_assert_eq!(Session::read(&text, &secrets).user(), None);
        }
    }
}
