//! Mail that comes in: from bytes or a web hook's JSON to what somebody wants to
//! say and where it belongs. Nobody has vouched for any of it.

pub mod address;
pub mod auth;
pub mod bounce;
pub mod markdown;
pub mod parse;
pub mod receiver;
pub mod route;
pub mod trim;

use loomio_core::received_email::Headers;

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, without folders.
    pub name: String,
    /// What its sender calls it, such as `image/png`.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// By which the page shows it in place, without angle brackets.
    pub content_id: Option<String>,
}

/// A mail as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Incoming {
    /// Its headers, in order, as they were sent.
    pub headers: Vec<(String, String)>,
    /// Its plain text.
    pub text: Option<String>,
    /// Its page.
    pub html: Option<String>,
    /// Its files.
    pub files: Vec<File>,
}

impl Incoming {
    /// The last header of a name, in whatever case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The headers as the rest of Loomio reads them.
    #[must_use]
    pub fn told(&self) -> Headers {
        Headers(self.headers.clone())
    }

    /// The page, unless it says nothing.
    #[must_use]
    pub fn page(&self) -> Option<&str> {
        self.html.as_deref().filter(|h| !h.trim().is_empty())
    }

    /// What was written in answer, as Markdown, without what it answers.
    #[must_use]
    pub fn reply(&self) -> String {
        let sender = self.told().sender_name();
        match self.page() {
            Some(page) => {
                let trimmed = trim::reply(&markdown::without_quotes(page), sender.as_deref());
                // Answers between the lines stand inside the quote.
                if trimmed.is_empty() { trim::reply(&markdown::of(page), sender.as_deref()) } else { trimmed }
            }
            None => trim::reply(self.text.as_deref().unwrap_or_default(), sender.as_deref()),
        }
    }

    /// The whole body and its format, `html` or `md`.
    #[must_use]
    pub fn body(&self) -> (String, &'static str) {
        match self.page() {
            Some(page) => (page.to_owned(), "html"),
            None => (self.text.clone().unwrap_or_default(), "md"),
        }
    }

    /// The subject without `Re:` and `Fwd:`.
    #[must_use]
    pub fn subject(&self) -> String {
        self.told().subject()
    }
}
