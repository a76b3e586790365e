//! Addresses inside headers, read as leniently as they are written.
//!
//! Source: `AppConfig::EMAIL_REGEX`.

pub use loomio_core::received_email::addresses as all;

/// The part after the `@`, in lower case.
#[must_use]
pub fn host(address: &str) -> String {
    address.split_once('@').map(|(_, host)| host.trim_end_matches('.').to_lowercase()).unwrap_or_default()
}

/// The part before the `@`.
#[must_use]
pub fn local(address: &str) -> &str {
    address.split_once('@').map_or(address, |(local, _)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_among_names() {
        assert_eq!(all("\"Diaz, Dan\" <dan@example.com>, d=1&u=4&k=05@Reply.example.org; nobody"), ["dan@example.com", "d=1&u=4&k=05@Reply.example.org"]);
        assert_eq!(host("d=1@Reply.Example.ORG"), "reply.example.org");
        assert!(all("@ a@ @b").is_empty());
    }
}
