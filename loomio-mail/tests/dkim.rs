//! Signed mails, checked as a receiver checks them (RFC 6376), without our own code.

use base64::{Engine, prelude::BASE64_STANDARD};
use loomio_mail::{Attachment, Automation, Mailer, Message, Person, Thread, dkim::Signer};
use ring::{
    digest, signature,
    signature::{Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use std::path::Path;

const RSA: &str = include_str!("data/dkim/rsa.pem");
const RSA_PUBLIC: &[u8] = include_bytes!("data/dkim/rsa.pub.der");
const ED25519: &str = include_str!("data/dkim/ed25519.key");

fn message() -> Message {
    Message {
        key: "k1".to_owned(),
        to: Person::address("ben@example.com"),
        from: Person::named("Ána Alvarez (via Loomio)", "notifications@example.org"),
        reply_to: Some(Person::named("Riverside Housing Co-operative", "pt=c&pi=2&d=1&u=3&k=e8bac9530d@reply.example.org")),
        subject: "A roof, and what it costs – with so many words that the header must be folded somewhere in the middle".to_owned(),
        html: "<p>Grüße </p>\r\n\r\n".to_owned(),
        text: "Grüße  \n\n".to_owned(),
        attachments: vec![Attachment { filename: "meeting.ics".to_owned(), content_type: "text/calendar".to_owned(), bytes: b"BEGIN:VCALENDAR\r\n".to_vec() }],
        thread: Thread { message_id: "b@example.org".to_owned(), in_reply_to: Some("a@example.org".to_owned()), references: vec!["a@example.org".to_owned()] },
        unsubscribe: Some("https://example.org/u?t=1".to_owned()),
        automation: Automation::Notification,
    }
}

async fn sent(key: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let signer = Signer::new("mail", "Example.org", key).expect("a signer");
    assert_eq!(signer.record(), "mail._domainkey.example.org");
    Mailer::outbox(folder.path().to_owned()).signing(signer).send(&message()).await.expect("sent");
    std::fs::read(Path::new(folder.path()).join("k1.eml")).expect("a mail")
}

/// Runs of white space as one space, none at the end.
fn squeezed(text: &str) -> String {
    text.split([' ', '\t', '\r', '\n']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

fn relaxed_body(body: &str) -> String {
    let lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let leading = line.starts_with([' ', '\t']) && !squeezed(line).is_empty();
            format!("{}{}", if leading { " " } else { "" }, squeezed(line))
        })
        .collect();
    format!("{}\r\n", lines.join("\r\n").trim_end_matches("\r\n"))
}

/// Names and values, still folded.
fn headers(head: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n").filter(|l| !l.is_empty()) {
        match (line.starts_with([' ', '\t']), found.last_mut()) {
            (true, Some(last)) => last.1.push_str(&format!("\r\n{line}")),
            _ => {
                let (name, value) = line.split_once(':').expect("a header");
                found.push((name.to_lowercase(), value.to_owned()));
            }
        }
    }
    found
}

/// Checks a mail's signature by the public half of the key.
fn check(mail: &[u8], algorithm: &str, verify: impl Fn(&[u8], &[u8]) -> bool) -> Result<(), String> {
    let mail = String::from_utf8(mail.to_vec()).expect("text");
    let (head, body) = mail.split_once("\r\n\r\n").expect("head and body");
    let headers = headers(head);
    let stamp = &headers.iter().find(|(name, _)| name == "dkim-signature").ok_or("there is no signature")?.1;
    let tag = |name: &str| {
        let tags = stamp.split(';').map(|t| t.trim().split_once('=').unwrap_or_default());
        tags.filter(|(n, _)| *n == name).map(|(_, v)| v.split_whitespace().collect::<String>()).next().ok_or(format!("there is no {name}="))
    };
    assert_eq!((tag("a")?.as_str(), tag("d")?.as_str(), tag("s")?.as_str(), tag("c")?.as_str()), (algorithm, "example.org", "mail", "relaxed/relaxed"));
    let signed: Vec<String> = tag("h")?.to_lowercase().split(':').map(ToOwned::to_owned).collect();
    for must in ["from", "list-unsubscribe", "list-unsubscribe-post"] {
        assert!(signed.iter().any(|name| name == must), "{must} is not signed");
    }
    let hash = digest::digest(&digest::SHA256, relaxed_body(body).as_bytes());
    if tag("bh")? != BASE64_STANDARD.encode(hash) {
        return Err("the body was changed".to_owned());
    }
    let mut text = String::new();
    for name in &signed {
        if let Some((_, value)) = headers.iter().find(|(n, _)| n == name) {
            text.push_str(&format!("{name}:{}\r\n", squeezed(value)));
        }
    }
    let b = stamp.rfind("b=").expect("a signature") + 2;
    text.push_str(&format!("dkim-signature:{}", squeezed(&stamp[..b])));
    let signature = BASE64_STANDARD.decode(tag("b")?).expect("base64");
    // Ed25519 signs the hash, not the text (RFC 8463).
    if verify(text.as_bytes(), &signature) { Ok(()) } else { Err("the headers were changed".to_owned()) }
}

fn check_rsa(mail: &[u8]) -> Result<(), String> {
    check(mail, "rsa-sha256", |text, sig| UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, RSA_PUBLIC).verify(text, sig).is_ok())
}

#[tokio::test]
async fn a_signed_mail_is_proved_by_the_public_key() {
    let mail = sent(RSA).await;
    assert_eq!(check_rsa(&mail), Ok(()));
    let text = String::from_utf8(mail).expect("text");
    // Each can be changed on the way, and each change shows.
    for (from, to, told) in
        [("ben@example.com", "eve@example.com", "headers"), ("List-Unsubscribe: <https://example.org", "List-Unsubscribe: <https://evil.net", "headers"), ("QkVHSU46", "QkVHSU47", "body")]
    {
        assert!(text.contains(from), "{from} is not in {text}");
        assert_eq!(check_rsa(text.replacen(from, to, 1).as_bytes()), Err(format!("the {told} {} changed", if told == "body" { "was" } else { "were" })));
    }
}

#[tokio::test]
async fn a_short_key_signs_as_well() {
    let seed = BASE64_STANDARD.decode(ED25519.trim()).expect("a seed");
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a key");
    let verify = |text: &[u8], sig: &[u8]| UnparsedPublicKey::new(&signature::ED25519, pair.public_key().as_ref()).verify(digest::digest(&digest::SHA256, text).as_ref(), sig).is_ok();
    assert_eq!(check(&sent(ED25519).await, "ed25519-sha256", verify), Ok(()));
}

#[test]
fn a_key_that_cannot_be_used_is_told_in_words() {
    let told = |selector: &str, domain: &str, key: &str| Signer::new(selector, domain, key).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(told("mail", "example.org", "nonsense").contains("openssl genrsa"));
    assert!(told("mail", "example.org", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").contains("openssl genrsa"));
    assert_eq!(told("a b", "example.org", RSA), "\"a b\" cannot stand in the name of a DNS record");
    assert_eq!(told("mail", "", RSA), "\"\" cannot stand in the name of a DNS record");
}
