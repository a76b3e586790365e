//! A mail before it is sent: who, what, and to which talk it belongs.

use lettre::{
    Address,
    message::{
        Attachment as Part, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address that no mail can have. Trying again cannot help.
    #[error("an address is not one: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// A mail that cannot be put together. Trying again cannot help.
    #[error("the mail cannot be composed: {0}")]
    Compose(String),
    /// The server refused it for good. Trying again cannot help.
    #[error("the mail server refused: {0}")]
    Refused(String),
    /// The server could not be reached or asked to wait.
    #[error("the mail server could not take it: {0}")]
    Busy(String),
    /// The outbox folder cannot be written.
    #[error("the outbox cannot be written: {0}")]
    Outbox(#[from] std::io::Error),
}

impl MailError {
    /// Whether trying again later can help.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Outbox(_))
    }
}

/// A person or a server as a mail names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name shown, if any.
    pub name: Option<String>,
    /// The address.
    pub email: String,
}

impl Person {
    /// An address alone.
    #[must_use]
    pub fn address(email: impl Into<String>) -> Self {
        Self { name: None, email: email.into() }
    }

    /// A name with its address. Line ends in the name become spaces, so that a name
    /// cannot add headers.
    #[must_use]
    pub fn named(name: &str, email: impl Into<String>) -> Self {
        let name = line(name);
        Self { name: (!name.is_empty()).then_some(name), email: email.into() }
    }

    /// A person as a header names them: `Ana <ana@example.com>`.
    #[must_use]
    pub fn parse(header: &str) -> Self {
        match header.trim().rsplit_once('<') {
            Some((name, rest)) => Self::named(name.trim().trim_matches('"'), rest.trim_end_matches('>').trim()),
            None => Self::address(header.trim()),
        }
    }

    fn mailbox(&self) -> Result<Mailbox, MailError> {
        // The library does not write a name with a line end: it panics.
        let name = self.name.as_deref().map(line).filter(|name| !name.is_empty());
        Ok(Mailbox::new(name, self.email.trim().parse::<Address>()?))
    }
}

/// A file that goes with a mail.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its name.
    pub filename: String,
    /// Its type, such as `text/calendar`.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The talk a mail belongs to, by which mail programs put mails together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// This mail's own id, without angle brackets.
    pub message_id: String,
    /// The mail it answers.
    pub in_reply_to: Option<String>,
    /// The mails above it, oldest first.
    pub references: Vec<String>,
}

/// What kind of mail it is, for those who answer or sort mail without reading it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Automation {
    /// Asked for by the person who gets it (a sign-in code).
    #[default]
    Requested,
    /// A notification: sent by itself to everybody it concerns.
    Notification,
    /// An answer made by itself, which must never be answered by itself.
    Reply,
    /// Passed on from somebody else.
    Forwarded,
}

/// A mail to one person.
#[derive(Debug, Clone)]
pub struct Message {
    /// Names this delivery: sent again after a crash, it is still one mail in the
    /// outbox. Letters, digits and dashes only.
    pub key: String,
    /// Who gets it.
    pub to: Person,
    /// Whom it comes from.
    pub from: Person,
    /// Where an answer goes, when not to the sender.
    pub reply_to: Option<Person>,
    /// The subject.
    pub subject: String,
    /// The page.
    pub html: String,
    /// The same in plain text.
    pub text: String,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
    /// Its place among other mails.
    pub thread: Thread,
    /// Where one click ends mails of this kind.
    pub unsubscribe: Option<String>,
    /// What kind of mail it is.
    pub automation: Automation,
}

/// The header with a delivery's key.
pub const DELIVERY: &str = "X-Loomio-Delivery";

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// One line without characters that mean something to mail servers.
fn line(text: &str) -> String {
    text.split(|c: char| c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

impl Message {
    /// The mail as it goes over the wire.
    ///
    /// # Errors
    /// When an address is not one or a part's type is unknown.
    pub fn compose(&self) -> Result<lettre::Message, MailError> {
        let mut builder = lettre::Message::builder().from(self.from.mailbox()?).to(self.to.mailbox()?).subject(line(&self.subject));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.mailbox()?);
        }
        builder = builder.message_id((!self.thread.message_id.is_empty()).then(|| format!("<{}>", self.thread.message_id)));
        if let Some(id) = &self.thread.in_reply_to {
            builder = builder.in_reply_to(format!("<{id}>"));
        }
        if !self.thread.references.is_empty() {
            builder = builder.references(self.thread.references.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join(" "));
        }
        if let Some(url) = &self.unsubscribe {
            builder = builder.raw_header(raw("List-Unsubscribe", format!("<{url}>"))).raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        if !self.key.is_empty() {
            // A report that the mail did not arrive shows by this that it is about a mail of ours.
            builder = builder.raw_header(raw(DELIVERY, line(&self.key)));
        }
        for (name, value) in self.automation.headers() {
            builder = builder.raw_header(raw(name, (*value).to_owned()));
        }
        let body = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        let composed = if self.attachments.is_empty() { builder.multipart(body) } else { builder.multipart(self.with_files(MultiPart::mixed().multipart(body))?) };
        composed.map_err(|e| MailError::Compose(e.to_string()))
    }

    fn with_files(&self, mut parts: MultiPart) -> Result<MultiPart, MailError> {
        for file in &self.attachments {
            let kind: ContentType = file.content_type.parse().map_err(|_| MailError::Compose(format!("{} is no content type", file.content_type)))?;
            // A calendar or text file must arrive byte for byte.
            let part: SinglePart = Part::new(line(&file.filename))
                .body(lettre::message::Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64).map_err(|_| MailError::Compose("base64 always fits".to_owned()))?, kind);
            parts = parts.singlepart(part);
        }
        Ok(parts)
    }
}

impl Automation {
    fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Requested => &[("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")],
            Self::Notification => &[("Precedence", "bulk"), ("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF")],
            Self::Reply => &[("Auto-Submitted", "auto-replied"), ("X-Precedence", "auto_reply"), ("X-Auto-Response-Suppress", "All")],
            Self::Forwarded => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            key: "k1".to_owned(),
            to: Person::address("ben@example.com"),
            from: Person::named("Ana Alvarez (via Loomio)", "notifications@example.org"),
            reply_to: Some(Person::named("Riverside Housing Co-operative", "pt=c&pi=2&d=1&u=3&k=e8bac9530d@reply.example.org")),
            subject: "Roof".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            text: "Hello".to_owned(),
            attachments: Vec::new(),
            thread: Thread { message_id: "b@example.org".to_owned(), in_reply_to: Some("a@example.org".to_owned()), references: vec!["a@example.org".to_owned()] },
            unsubscribe: Some("https://example.org/u?t=1".to_owned()),
            automation: Automation::Notification,
        }
    }

    fn wire(message: &Message) -> String {
        String::from_utf8(message.compose().expect("a mail").formatted()).expect("text")
    }

    #[test]
    fn headers_stand_where_mail_programs_look_for_them() {
        let wire = wire(&message());
        for header in [
            "From: =?utf-8?b?QW5hIEFsdmFyZXogKHZpYSBMb29taW8p?= <notifications@example.org>\r\n",
            "To: ben@example.com\r\n",
            "<pt=c&pi=2&d=1&u=3&k=e8bac9530d@reply.example.org>\r\n",
            "Message-ID: <b@example.org>\r\n",
            "In-Reply-To: <a@example.org>\r\n",
            "References: <a@example.org>\r\n",
            "List-Unsubscribe: <https://example.org/u?t=1>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Precedence: bulk\r\n",
        ] {
            assert!(wire.contains(header), "{header:?} is missing in {wire}");
        }
    }

    #[test]
    fn a_subject_or_name_cannot_add_headers() {
        let mut message = message();
        message.subject = "Roof\r\nBcc: all@example.com".to_owned();
        message.from = Person { name: Some("Eve\r\nBcc: all@example.com".to_owned()), email: "eve@example.com".to_owned() };
        assert!(!wire(&message).lines().any(|l| l.starts_with("Bcc:")));
    }

    #[test]
    fn an_impossible_address_is_refused_for_good() {
        let mut message = message();
        message.to = Person::address("nobody at all");
        assert_eq!(message.compose().err().map(|e| e.is_temporary()), Some(false));
    }
}
