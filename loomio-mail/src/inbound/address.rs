//! Addresses inside headers, read as leniently as they are written.
//!
//! Source: `AppConfig::EMAIL_REGEX`.

fn is_separator(c: char) -> bool {
    c.is_whitespace() || ":,;[]'\"`<>".contains(c)
}

/// Every address in a text, in order, each once.
#[must_use]
pub fn all(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(is_separator) {
        let Some((local, host)) = word.split_once('@') else { continue };
        if !local.is_empty() && !host.is_empty() && !found.iter().any(|f| f == word) {
            found.push(word.to_owned());
        }
    }
    found
}

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
        assert_eq!(all("@ a@ @b"), [""; 0]);
    }
}
