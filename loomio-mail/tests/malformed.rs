//! Mails that were made to do harm, or were damaged on the way: they are refused or
//! trimmed, and nothing ever breaks.

use loomio_mail::inbound::{
    Incoming, auth, bounce,
    parse::{self, MOST_BYTES, MOST_CHARACTERS, MOST_FILES, Unreadable},
    route::{self, Site},
};

const MAIL: &str = "From: =?utf-8?Q?D=C3=A1n?= <dan@example.com>\r\nTo: d=1&u=4&k=05@reply.example.org\r\nSubject: Re: =?utf-8?B?R3LDvMOfZQ==?=\r\nAuthentication-Results: mx.example.org; dmarc=pass\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nJa=20\r\nOn Tue wrote:\r\n> old\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>Ja<blockquote type=cite>old</blockquote><table><tr><td>1\r\n--c--\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.c\r\nAction: failed\r\nStatus: 5.1.1\r\n--b\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n";

/// Everything that is done with a mail before anything is stored.
fn read(raw: &[u8]) {
    let Ok(mail) = parse::bytes(raw) else { return };
    let site =
        Site { reply_hosts: vec!["reply.example.org".to_owned()], own_hosts: vec!["reply.example.org".to_owned()], notifications: "n@example.org".to_owned(), complaints: "c@example.net".to_owned() };
    let _ = (mail.reply(), mail.body(), mail.subject(), route::intent(&mail, &site), bounce::report(&mail), bounce::deliveries(&mail), auth::results(&mail, &["mx.example.org".to_owned()]));
    for text in [&mail.text, &mail.html].into_iter().flatten() {
        assert!(!text.contains('\0') && text.chars().count() <= MOST_CHARACTERS);
    }
    assert!(mail.files.len() <= MOST_FILES);
    assert!(mail.files.iter().all(|f| !f.name.is_empty() && !f.name.contains(['/', '\\', '\0'])), "a file's name leads elsewhere");
}

/// Always the same numbers, so that what fails once fails again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % most.max(1)
    }
}

#[test]
fn damaged_mails_break_nothing() {
    read(MAIL.as_bytes());
    let mut numbers = Numbers(7);
    for _ in 0..3000 {
        let mut raw = MAIL.as_bytes().to_vec();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(raw.len());
            match numbers.below(4) {
                0 => raw[at] = u8::try_from(numbers.below(256)).unwrap_or(0),
                1 => raw.truncate(at.max(1)),
                2 => {
                    let end = (at + numbers.below(60)).min(raw.len());
                    let piece = raw[at..end].to_vec();
                    let to = numbers.below(raw.len());
                    raw.splice(to..to, piece);
                }
                _ => {
                    let end = (at + numbers.below(20)).min(raw.len());
                    raw.drain(at..end);
                    raw.push(b'\n');
                }
            }
        }
        read(&raw);
    }
}

#[test]
fn huge_mails_are_refused_or_trimmed() {
    assert_eq!(parse::bytes(&vec![b'a'; MOST_BYTES + 1]), Err(Unreadable::TooLarge));
    let with = |head: &str, body: &str| format!("From: a@example.com\r\nTo: d=1&u=4&k=05@reply.example.org\r\n{head}\r\n{body}");
    let many = (0..500).map(|n| format!("--b\r\nContent-Type: text/csv; name=../{n}.csv\r\nContent-Disposition: attachment\r\n\r\na\r\n")).collect::<String>();
    for raw in [
        with("Content-Type: text/plain\r\n", &"a".repeat(MOST_CHARACTERS + 1000)),
        with("Content-Type: text/html\r\n", &"<b>".repeat(400_000)),
        with("Content-Type: text/html\r\n", &"<p>a".repeat(30_000)),
        with("Content-Type: text/plain\r\n", &"> ".repeat(400_000)),
        with("Content-Type: text/plain\r\n", &"On a 1 wrote:\n".repeat(20_000)),
        with("Content-Type: text/plain\r\n", &"From: a\n\n\n".repeat(20_000)),
        with(&"X-A: b\r\n".repeat(50_000), "a"),
        with(&format!("X-A: {}\r\n", "b".repeat(3_000_000)), "a"),
        with("Content-Type: multipart/mixed; boundary=b\r\n", &many),
        with(&format!("Subject: {}\r\n", "=?utf-8?B?R3LDvMOfZQ==?= ".repeat(20_000)), "a"),
    ] {
        read(raw.as_bytes());
    }
}

#[test]
fn mails_inside_mails_have_an_end() {
    let mut raw = "From: a@example.com\r\n\r\ninnermost".to_owned();
    for _ in 0..3000 {
        raw = format!("Content-Type: message/rfc822\r\n\r\n{raw}");
    }
    read(format!("From: a@example.com\r\nTo: d=1&u=4&k=05@reply.example.org\r\n{raw}").as_bytes());
}

#[test]
fn a_hooks_json_may_be_anything() {
    for json in ["", "null", "[]", "{}", "{\"headers\": 1}", "{\"headers\": {\"from\": [], \"to\": {}}}", "{\"headers\": {}, \"attachments\": [1, {\"generatedFileName\": \"../../x\"}], \"text\": 5}"]
    {
        let read = parse::mailin(json, |_| Some("!!!".to_owned()));
        if let Ok(Incoming { files, .. }) = read {
            assert!(files.iter().all(|f| f.name == "x"), "{files:?}");
        }
    }
}
