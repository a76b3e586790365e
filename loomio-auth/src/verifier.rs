//! Signed values: ActiveSupport's MessageVerifier, as ActiveStorage, signed
//! cookies and global ids use it.

use crate::{marshal, secrets, secrets::Secrets};
use alox_48::Value;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use chrono::{DateTime, NaiveDateTime, SecondsFormat};
use serde_json::{Value as Json, json};
use subtle::ConstantTimeEq;

fn is_signed(key: &[u8], data: &str, signature: &str) -> bool {
    let Ok(given) = hex::decode(signature) else { return false };
    let (old, new) = (secrets::hmac_sha1(key, data.as_bytes()), secrets::hmac_sha256(key, data.as_bytes()));
    bool::from(given.ct_eq(&old) | given.ct_eq(&new))
}

/// The signed form of a Marshal value: an envelope with purpose and expiry.
fn generate(key: &[u8], value: &Value, purpose: Option<&str>, expires_at: Option<NaiveDateTime>) -> String {
    let message = STANDARD.encode(marshal::write(value).unwrap_or_default());
    let expires = expires_at.map(|t| t.and_utc().to_rfc3339_opts(SecondsFormat::Millis, true));
    let envelope = json!({"_rails": {"message": message, "exp": expires, "pur": purpose}});
    let data = STANDARD.encode(envelope.to_string());
    let signature = hex::encode(secrets::hmac_sha1(key, data.as_bytes()));
    format!("{data}--{signature}")
}

/// The value that was signed, if the signature, the purpose and the time are right.
fn verify(key: &[u8], message: &str, purpose: Option<&str>, now: NaiveDateTime) -> Option<Value> {
    let (data, signature) = message.rsplit_once("--")?;
    if !is_signed(key, data, signature) {
        return None;
    }
    let bytes = STANDARD.decode(data).or_else(|_| URL_SAFE.decode(data)).ok()?;
    let envelope = serde_json::from_slice::<Json>(&bytes).ok().and_then(|v| v.get("_rails").cloned());
    let Some(envelope) = envelope else {
        // Values signed without a purpose have no envelope.
        return if purpose.is_none() { marshal::read(&bytes) } else { None };
    };
    if envelope.get("pur").and_then(Json::as_str) != purpose {
        return None;
    }
    if let Some(expires) = envelope.get("exp").and_then(Json::as_str)
        && DateTime::parse_from_rfc3339(expires).ok()?.naive_utc() <= now
    {
        return None;
    }
    marshal::read(&STANDARD.decode(envelope.get("message")?.as_str()?).ok()?)
}

impl Secrets {
    /// The public name of an uploaded file (`ActiveStorage::Blob#signed_id`).
    #[must_use]
    pub fn blob_signed_id(&self, blob_id: i64) -> String {
        generate(&self.storage, &Value::from(blob_id), Some("blob_id"), None)
    }

    /// The file behind a public name.
    #[must_use]
    pub fn blob_id(&self, signed_id: &str, now: NaiveDateTime) -> Option<i64> {
        marshal::number(&verify(&self.storage, signed_id, Some("blob_id"), now)?)
    }

    /// A signed value of ActiveStorage for some purpose: `variation`, `blob_key`, `blob_token`.
    #[must_use]
    pub fn storage_sign(&self, value: &Value, purpose: &str, expires_at: Option<NaiveDateTime>) -> String {
        generate(&self.storage, value, Some(purpose), expires_at)
    }

    /// The value that ActiveStorage signed for some purpose.
    #[must_use]
    pub fn storage_verify(&self, message: &str, purpose: &str, now: NaiveDateTime) -> Option<Value> {
        verify(&self.storage, message, Some(purpose), now)
    }

    /// The value of a signed cookie.
    #[must_use]
    pub fn cookie_sign(&self, value: &Value, expires_at: Option<NaiveDateTime>) -> String {
        generate(&self.signed_cookie, value, None, expires_at)
    }

    /// What a signed cookie says.
    #[must_use]
    pub fn cookie_verify(&self, cookie: &str, now: NaiveDateTime) -> Option<Value> {
        verify(&self.signed_cookie, cookie, None, now)
    }

    /// A global id, such as `gid://loomio/User/7`, signed for some purpose.
    #[must_use]
    pub fn global_id_sign(&self, global_id: &str, purpose: &str) -> String {
        generate(&self.global_id, &marshal::string(global_id), Some(purpose), None)
    }

    /// The global id behind a signed one, such as `gid://loomio/User/7`.
    #[must_use]
    pub fn global_id(&self, signed: &str, now: NaiveDateTime) -> Option<String> {
        marshal::text(&verify(&self.global_id, signed, Some("default"), now)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn vectors() -> Json {
        serde_json::from_str(include_str!("../tests/data/vectors.json")).unwrap_or_default()
    }

    fn secrets() -> Secrets {
        let v = vectors();
        Secrets::new(v["secret_key_base"].as_str().unwrap_or_default(), v["devise_secret"].as_str().unwrap_or_default())
    }

    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, 24).and_then(|d| d.and_hms_opt(0, 0, 0)).unwrap_or_default()
    }

    #[test]
    fn file_names_are_those_of_rails() {
        let s = secrets();
        for (id, signed) in vectors()["blob_signed_ids"].as_object().into_iter().flatten() {
            let id: i64 = id.parse().unwrap_or_default();
            assert_eq!(Json::String(s.blob_signed_id(id)), *signed);
            assert_eq!(s.blob_id(signed.as_str().unwrap_or_default(), now()), Some(id));
        }
    }

    #[test]
    fn an_expired_or_foreign_name_finds_nothing() {
        let s = secrets();
        let v = vectors();
        let expiring = v["blob_signed_id_expiring"]["value"].as_str().unwrap_or_default();
        assert_eq!(s.blob_id(expiring, now()), Some(1));
        assert_eq!(s.blob_id(expiring, now() + chrono::TimeDelta::days(2000)), None);
        assert_eq!(s.blob_id(&format!("{expiring}0"), now()), None);
        assert!(s.storage_verify(expiring, "variation", now()).is_none());
        for v in v["variations"].as_array().into_iter().flatten() {
            assert!(s.storage_verify(v["key"].as_str().unwrap_or_default(), "variation", now()).is_some());
        }
        assert!(s.storage_verify(v["disk_key"].as_str().unwrap_or_default(), "blob_key", now()).is_some());
        assert!(s.storage_verify(v["disk_upload_token"].as_str().unwrap_or_default(), "blob_token", now()).is_some());
    }

    #[test]
    fn cookies_and_global_ids_are_read() {
        let (s, v) = (secrets(), vectors());
        assert_eq!(s.cookie_verify(v["signed_cookie"]["cookie"].as_str().unwrap_or_default(), now()).and_then(|c| marshal::text(&c)).as_deref(), Some("hello"));
        assert_eq!(s.global_id(v["global_id_signed"]["sgid"].as_str().unwrap_or_default(), now()).as_deref(), Some("gid://loomio/User/7?expires_in"));
        assert_eq!(Json::String(s.devise_digest("rawtoken")), v["devise_digest"]["digest"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in ".*") {
            let s = Secrets::new("x", "y");
            proptest::prop_assert_eq!(s.blob_id(&text, now()), None);
        }
    }
}
