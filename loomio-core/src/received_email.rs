//! What the headers of a received mail say: who sent it, to whom, about what.
//!
//! Source: `app/models/received_email.rb`.

use regex::Regex;
use std::sync::LazyLock;

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"[^\s:,;\[\]'"`<>]+?@[^\s:,;\[\]'"`<>]+"#).ok());
static ANSWERS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)^( *(re|fwd?)(:| ) *)+").ok());

/// The mail addresses in a text, each once.
#[must_use]
pub fn addresses(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for found in ADDRESS.iter().flat_map(|a| a.find_iter(text)) {
        if !out.iter().any(|known| known == found.as_str()) {
            out.push(found.as_str().to_owned());
        }
    }
    out
}

/// Headers by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// A header, whatever the case of its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The addresses it was sent to.
    #[must_use]
    pub fn recipients(&self) -> Vec<String> {
        addresses(self.get("to").unwrap_or_default())
    }

    /// The address it came from.
    #[must_use]
    pub fn sender_email(&self) -> Option<String> {
        addresses(self.get("from").unwrap_or_default()).into_iter().next()
    }

    /// The name it came from, without its quotes.
    #[must_use]
    pub fn sender_name(&self) -> Option<String> {
        let from = self.get("from")?.trim();
        let name = from.split('<').next().unwrap_or_default().trim().replace('"', "");
        (!name.is_empty() && name != from).then_some(name)
    }

    /// The sender as a mail program shows them: `"Name" <address>`.
    #[must_use]
    pub fn sender_name_and_email(&self) -> Option<String> {
        let email = self.sender_email()?;
        Some(self.sender_name().map_or_else(|| email.clone(), |name| format!("\"{name}\" <{email}>")))
    }

    /// What it is about, without `Re:` and `Fwd:`.
    #[must_use]
    pub fn subject(&self) -> String {
        let subject = self.get("subject").unwrap_or_default();
        ANSWERS.as_ref().map_or_else(|| subject.to_owned(), |a| a.replace(subject, "").into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(from: &str, subject: &str) -> Headers {
        Headers(vec![("From".to_owned(), from.to_owned()), ("subject".to_owned(), subject.to_owned())])
    }

    #[test]
    fn senders_have_names_and_addresses() {
        for (from, name, email) in [
            ("Dan Diaz <dan@example.com>", Some("Dan Diaz"), Some("dan@example.com")),
            ("\"Diaz, Dan\" <dan@example.com>", Some("Diaz, Dan"), Some("dan@example.com")),
            ("dan@example.com", None, Some("dan@example.com")),
            ("<dan@example.com>", None, Some("dan@example.com")),
            ("", None, None),
        ] {
            let found = headers(from, "");
            assert_eq!((found.sender_name().as_deref(), found.sender_email().as_deref()), (name, email), "{from}");
        }
    }

    #[test]
    fn subjects_lose_what_mail_programs_add() {
        for (given, left) in [("Re: Fwd: Roof", "Roof"), ("FW: re Roof", "Roof"), ("Report", "Report"), ("Roof re: rain", "Roof re: rain")] {
            assert_eq!(headers("", given).subject(), left, "{given}");
        }
    }
}
