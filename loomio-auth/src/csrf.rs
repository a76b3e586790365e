//! Requests that change something must come from our own pages: the cookie
//! `csrftoken` and the header `X-CSRF-TOKEN` say the same.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;
use subtle::ConstantTimeEq;

/// The cookie's name.
pub const COOKIE: &str = "csrftoken";
/// The header's name.
pub const HEADER: &str = "x-csrf-token";

/// Whether cookie and header agree. Two that are absent do not: the original
/// takes that for agreement, which protects nobody.
#[must_use]
pub fn agrees(cookie: Option<&str>, header: Option<&str>) -> bool {
    match (cookie, header) {
        (Some(cookie), Some(header)) if !cookie.is_empty() => bool::from(cookie.as_bytes().ct_eq(header.as_bytes())),
        _ => false,
    }
}

/// A new token, in the length and alphabet of Rails'.
pub fn token(rng: &mut impl RngCore) -> String {
    let mut bytes = [0u8; 64];
    rng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_equal_tokens_agree() {
        assert!(agrees(Some("a"), Some("a")));
        assert!(!agrees(Some("a"), Some("b")));
        assert!(!agrees(None, None));
        assert!(!agrees(Some(""), Some("")));
        assert!(!agrees(Some("a"), None));
    }
}
