//! What our own mail server found out about who really sent a mail (RFC 8601).

use super::{Incoming, address, route};

/// How far a sender is vouched for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vouched {
    /// The sender's domain lets this server send for it.
    pub spf: bool,
    /// The mail is signed by the sender's domain.
    pub dkim: bool,
    /// The sender's domain says that this mail is not from it.
    pub forged: bool,
}

/// Reads `Authentication-Results` of the servers named; what others claim counts
/// for nothing, since anybody can write such a header.
#[must_use]
pub fn results(mail: &Incoming, trusted: &[String]) -> Vouched {
    let mut vouched = Vouched::default();
    let domain = route::sender(mail).map(|s| address::host(&s)).unwrap_or_default();
    for (_, value) in mail.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authentication-results")) {
        let mut parts = value.split(';').map(str::trim);
        let server = parts.next().unwrap_or_default().split_whitespace().next().unwrap_or_default().to_lowercase();
        if !trusted.contains(&server) {
            continue;
        }
        for part in parts {
            let mut words = part.split_whitespace();
            let result = words.next().unwrap_or_default().to_lowercase();
            let speaks_for = |names: &[&str]| {
                words.clone().any(|word| {
                    let Some((name, value)) = word.split_once('=') else { return false };
                    let value = value.rsplit('@').next().unwrap_or_default().to_lowercase();
                    names.contains(&name.to_lowercase().as_str()) && !value.is_empty() && (domain == value || domain.ends_with(&format!(".{value}")))
                })
            };
            match result.as_str() {
                "spf=pass" => vouched.spf |= speaks_for(&["smtp.mailfrom", "smtp.helo"]),
                "dkim=pass" => vouched.dkim |= speaks_for(&["header.d", "header.i"]),
                "dmarc=fail" => vouched.forged = true,
                _ => {}
            }
        }
    }
    vouched
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Vouched) {
        let headers = vec![("From".to_owned(), "dan@mail.example.com".to_owned()), ("Authentication-Results".to_owned(), value.to_owned())];
        assert_eq!(results(&Incoming { headers, ..Incoming::default() }, &["mx.example.org".to_owned()]), expected, "{value}");
    }

    #[test]
    fn only_our_own_server_is_believed() {
        check("mx.example.org; spf=pass smtp.mailfrom=dan@example.com; dkim=pass header.d=example.com", Vouched { spf: true, dkim: true, forged: false });
        check("evil.net; spf=pass smtp.mailfrom=dan@example.com", Vouched::default());
        check("mx.example.org; dkim=pass header.d=evil.net; dmarc=fail", Vouched { spf: false, dkim: false, forged: true });
    }
}
