//! Passwords as Devise keeps them: bcrypt, `$2a$`, no pepper.

use bcrypt::Version;

/// The cost of new hashes, as a power of two.
pub const COST: u32 = 10;
/// The fewest characters of a new password.
pub const SHORTEST: usize = 8;
/// The most characters of a new password.
pub const LONGEST: usize = 128;

/// Whether a password belongs to a hash. Takes as long as the hash costs; run it
/// where blocking is allowed. An empty or malformed hash matches nothing.
#[must_use]
pub fn verify(password: &str, hash: &str) -> bool {
    // Something is always hashed, so that time does not tell whether there is a password.
    const NOBODY: &str = "$2a$04$mAh9qxiulLDzMftzmdf/Q.6mYtkNGdSjissOcZq7ubifrEjtz/4Hm";
    let known = !hash.is_empty();
    let matches = bcrypt::verify(password, if known { hash } else { NOBODY }).unwrap_or(false);
    known && matches
}

/// The hash of a new password.
///
/// # Errors
/// When the cost is outside 4 to 31.
pub fn hash(password: &str, cost: u32) -> Result<String, bcrypt::BcryptError> {
    Ok(bcrypt::hash_with_result(password, cost)?.format_for_version(Version::TwoA))
}

/// The part of a hash that a session remembers: when the password changes, the
/// session ends.
#[must_use]
pub fn salt(hash: &str) -> Option<&str> {
    hash.get(..29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_devise_is_verified() {
        let hash = "$2a$04$mAh9qxiulLDzMftzmdf/Q.6mYtkNGdSjissOcZq7ubifrEjtz/4Hm";
        assert!(verify("contract-test-pass-1", hash));
        assert!(!verify("contract-test-pass-2", hash));
        assert!(!verify("", ""));
        assert!(!verify("x", "nonsense"));
        assert_eq!(salt(hash), Some("$2a$04$mAh9qxiulLDzMftzmdf/Q."));
    }

    #[test]
    fn a_new_hash_verifies() {
        let new = hash("correct horse", 4).unwrap_or_default();
        assert!(new.starts_with("$2a$04$") && verify("correct horse", &new));
    }
}
