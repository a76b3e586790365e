//! Reading a mail: bytes as they travel, or the JSON of a `mailin` web hook.

use super::{File, Incoming};
use mail_parser::{MessageParser, MimeHeaders, PartType};
use serde_json::Value as Json;

/// The most bytes of a mail; more is refused before it is read.
pub const MOST_BYTES: usize = 30 * 1024 * 1024;
/// The most files taken from one mail; the rest is left out.
pub const MOST_FILES: usize = 50;
/// The most characters of a body; nobody reads more, and it may be an attack.
pub const MOST_CHARACTERS: usize = 1_000_000;

/// Why a mail cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is larger than anybody sends.
    #[error("the mail is larger than {MOST_BYTES} bytes")]
    TooLarge,
    /// It has no headers.
    #[error("this is not a mail")]
    NotMail,
    /// The hook's JSON is not what a hook sends.
    #[error("mailinMsg is not the JSON of a mail")]
    NotJson,
}

/// Only what text may hold, and not too much of it.
fn body(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(MOST_CHARACTERS).collect()
}

/// A file's name without folders or anything a disk would not take.
fn file_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    match name.trim() {
        "" | "." | ".." => "attachment".to_owned(),
        name => name.to_owned(),
    }
}

/// A mail as it travels (RFC 5322).
///
/// # Errors
/// When it is too large or no mail at all.
pub fn bytes(raw: &[u8]) -> Result<Incoming, Unreadable> {
    if raw.len() > MOST_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let message = MessageParser::default().parse(raw).ok_or(Unreadable::NotMail)?;
    let headers: Vec<(String, String)> = message.headers_raw().map(|(name, value)| (body(name.trim()), body(&unfolded(name, value, &message)))).collect();
    if headers.is_empty() {
        return Err(Unreadable::NotMail);
    }
    let text = message.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(body(text)),
        _ => None,
    });
    let html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(body(html)),
        _ => None,
    });
    let files = message
        .attachments()
        .filter(|part| !matches!(part.body, PartType::Multipart(_)))
        .take(MOST_FILES)
        .map(|part| {
            let kind = part.content_type().map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap_or("octet-stream"))).unwrap_or_else(|| "application/octet-stream".to_owned());
            File {
                name: file_name(part.attachment_name().or_else(|| part.content_id()).unwrap_or_default()),
                content_type: kind.to_lowercase(),
                bytes: part.contents().to_vec(),
                content_id: part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned()),
            }
        })
        .collect();
    Ok(Incoming { headers, text, html, files })
}

/// A header's value on one line, its encoded words decoded.
fn unfolded(name: &str, raw: &str, message: &mail_parser::Message<'_>) -> String {
    let plain = raw.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    if !plain.contains("=?") {
        return plain;
    }
    match message.header_as(name, mail_parser::HeaderForm::Text).pop() {
        Some(mail_parser::HeaderValue::Text(text)) => text.into_owned(),
        _ => plain,
    }
}

/// What a `mailin` hook posts: the mail as JSON, and its files as further fields of
/// the form, in base64, under the names the JSON gives them.
///
/// # Errors
/// When the JSON is not a mail.
pub fn mailin(json: &str, field: impl Fn(&str) -> Option<String>) -> Result<Incoming, Unreadable> {
    let told: Json = serde_json::from_str(json).map_err(|_| Unreadable::NotJson)?;
    let named = told.get("headers").and_then(Json::as_object).ok_or(Unreadable::NotJson)?;
    let headers = named
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                Json::String(text) => text.clone(),
                Json::Array(list) => list.last()?.as_str()?.to_owned(),
                Json::Null => return None,
                other => other.to_string(),
            };
            Some((body(name), body(&value)))
        })
        .collect();
    let part = |name: &str| told.get(name).and_then(Json::as_str).map(body);
    let none = Vec::new();
    let files = told
        .get("attachments")
        .and_then(Json::as_array)
        .unwrap_or(&none)
        .iter()
        .take(MOST_FILES)
        .filter_map(|file| {
            let name = file.get("generatedFileName")?.as_str()?;
            let bytes = decoded(&field(name)?);
            let text = |key: &str| file.get(key).and_then(Json::as_str).map(ToOwned::to_owned);
            Some(File {
                name: file_name(name),
                content_type: text("contentType").unwrap_or_else(|| "application/octet-stream".to_owned()),
                bytes,
                content_id: text("contentId").map(|id| id.trim_matches(['<', '>']).to_owned()),
            })
        })
        .collect();
    Ok(Incoming { headers, text: part("text"), html: part("html"), files })
}

/// Base64 as leniently as Ruby reads it: what is not of its alphabet is skipped.
fn decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap_or_default());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: =?utf-8?Q?D=C3=A1n?= <dan@example.com>\r\nTo: riverside@reply.example.org\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\nX-Long: one\r\n two\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n--b\r\nContent-Type: image/png; name=\"../../a.png\"\r\nContent-ID: <x@y>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n";

    #[test]
    fn a_mail_is_read_in_any_encoding() {
        let mail = bytes(MAIL.as_bytes()).expect("a mail");
        assert_eq!(mail.header("SUBJECT"), Some("Grüße"));
        assert_eq!(mail.header("from"), Some("Dán <dan@example.com>"));
        assert_eq!(mail.header("x-long"), Some("one two"));
        assert_eq!(mail.text.as_deref().map(str::trim), Some("Grüße"));
        assert_eq!(
            mail.files.iter().map(|f| (f.name.as_str(), f.content_type.as_str(), f.bytes.as_slice(), f.content_id.as_deref())).collect::<Vec<_>>(),
            [("a.png", "image/png", &[0u8, 1, 2][..], Some("x@y"))]
        );
    }

    #[test]
    fn what_is_no_mail_is_refused() {
        assert_eq!(bytes(b""), Err(Unreadable::NotMail));
        assert_eq!(bytes(&vec![b'a'; MOST_BYTES + 1]), Err(Unreadable::TooLarge));
        assert_eq!(mailin("[1]", |_| None), Err(Unreadable::NotJson));
    }

    #[test]
    fn malformed_mails_do_no_harm() {
        for raw in [
            "Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
            "a: b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n--x",
            "Subject: =?utf-8?B?!!!?=\r\n\r\n\u{0}",
            "From:\r\n\r\n",
        ] {
            let _ = bytes(raw.as_bytes());
        }
        let nested = (0..2000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect::<String>();
        let _ = bytes(nested.as_bytes());
    }

    #[test]
    fn a_hooks_files_are_fields_of_its_form() {
        let mail = mailin("{\"headers\":{\"from\":\"a@b.c\",\"n\":1,\"to\":[\"x\",\"y\"]},\"text\":\"t\\u0000\",\"attachments\":[{\"generatedFileName\":\"a.txt\",\"contentType\":\"text/plain\"},{\"generatedFileName\":\"gone\"}]}", |name| (name == "a.txt").then(|| "YW\nJj".to_owned())).expect("a mail");
        assert_eq!(mail.text.as_deref(), Some("t"));
        assert_eq!(mail.header("to"), Some("y"));
        assert_eq!(mail.files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())).collect::<Vec<_>>(), [("a.txt", &b"abc"[..])]);
    }
}
