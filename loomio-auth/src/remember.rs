//! The cookie that signs somebody in again: Devise's `remember_user_token`.

use crate::{marshal, secrets::Secrets};
use alox_48::Value;
use chrono::{NaiveDateTime, TimeDelta};
use subtle::ConstantTimeEq;

/// The cookie's name.
pub const COOKIE: &str = "remember_user_token";

/// For how long the cookie signs in.
#[must_use]
pub fn lifetime() -> TimeDelta {
    TimeDelta::days(14)
}

/// Whom a cookie remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The user.
    pub user_id: i64,
    /// The token that must still be the user's.
    token: String,
}

impl Remembered {
    /// Reads the cookie; one that is foreign, damaged or too old remembers nobody.
    #[must_use]
    pub fn read(cookie: &str, secrets: &Secrets, now: NaiveDateTime) -> Option<Self> {
        let Value::Array(parts) = secrets.cookie_verify(cookie, now)? else { return None };
        let Value::Array(ids) = parts.first()? else { return None };
        let made: f64 = marshal::text(parts.get(2)?)?.parse().ok()?;
        let age = now.and_utc().timestamp() as f64 - made;
        (age < lifetime().num_seconds() as f64).then_some(())?;
        Some(Self { user_id: marshal::number(ids.first()?)?, token: marshal::text(parts.get(1)?)? })
    }

    /// Whether the remembered token is still the user's.
    #[must_use]
    pub fn is_of(&self, users_token: Option<&str>) -> bool {
        users_token.is_some_and(|t| !t.is_empty() && bool::from(t.as_bytes().ct_eq(self.token.as_bytes())))
    }
}

/// The cookie that remembers a user.
#[must_use]
pub fn write(user_id: i32, token: &str, secrets: &Secrets, now: NaiveDateTime) -> String {
    let made = now.and_utc().timestamp_micros() as f64 / 1_000_000.0;
    let value = Value::Array(vec![Value::Array(vec![Value::from(user_id)]), marshal::string(token), marshal::string(&format!("{made}"))]);
    secrets.cookie_sign(&value, Some(now + lifetime()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn a_cookie_of_rails_is_read() {
        let v: serde_json::Value = serde_json::from_str(include_str!("../tests/data/vectors.json")).unwrap_or_default();
        let secrets = Secrets::new(v["secret_key_base"].as_str().unwrap_or_default(), "x");
        let made = DateTime::from_timestamp(1_763_900_100, 0).unwrap_or_default().naive_utc();
        let cookie = v["remember_user_token"]["cookie"].as_str().unwrap_or_default();
        let found = Remembered::read(cookie, &secrets, made);
        assert_eq!(found.as_ref().map(|r| r.user_id), Some(7));
        assert!(found.is_some_and(|r| r.is_of(Some("$2a$04$abcdefghijklmnopqrstuv")) && !r.is_of(Some("other")) && !r.is_of(None)));
        assert_eq!(Remembered::read(cookie, &secrets, made + TimeDelta::days(15)), None);
    }

    #[test]
    fn our_own_is_read() {
        let secrets = Secrets::new("a", "b");
        let now = DateTime::from_timestamp(1_763_900_100, 5_000_000).unwrap_or_default().naive_utc();
        let cookie = write(3, "tok", &secrets, now);
        assert!(Remembered::read(&cookie, &secrets, now).is_some_and(|r| r.user_id == 3 && r.is_of(Some("tok"))));
    }
}
