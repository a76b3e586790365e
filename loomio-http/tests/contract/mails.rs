//! Comparing mails: who gets one, from whom, where a reply goes, which links and
//! files are in it. Words are not compared.

use crate::compare::{Difference, plain_link};
use mail_parser::{Address, MessageParser, MimeHeaders};
use regex::Regex;
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::LazyLock};

/// A mail as the recording tells it.
pub fn read(bytes: &[u8]) -> Json {
    static LINKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"href="([^"]+)""#).expect("a pattern"));
    static HOST: LazyLock<Regex> = LazyLock::new(|| Regex::new("^https?://[^/]+").expect("a pattern"));
    let mail = MessageParser::default().parse(bytes).expect("a mail");
    let html = mail.body_html(0).unwrap_or_default();
    let links: BTreeSet<String> = LINKS.captures_iter(&html).map(|found| HOST.replace(&found[1], "").into_owned()).collect();
    let mut types = BTreeSet::new();
    for part in &mail.parts {
        if let Some(kind) = part.content_type() {
            types.insert(format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_lowercase());
        }
    }
    let attachments: Vec<&str> = mail.attachments().filter_map(|part| part.attachment_name()).collect();
    json!({"to": people(mail.to()), "from": people(mail.from()), "reply_to": people(mail.reply_to()), "subject": mail.subject(), "types": types, "links": links, "attachments": attachments})
}

/// People as a header names them, each `Name <address>` or an address alone.
fn people(address: Option<&Address<'_>>) -> Option<String> {
    let people: Vec<String> = address?
        .iter()
        .map(|person| {
            let address = person.address().unwrap_or_default();
            match person.name() {
                // A name with anything but words in it stands in quotes.
                Some(name) if name.chars().any(|c| "()<>@,;:\\\".[]".contains(c)) => format!("\"{}\" <{address}>", name.replace('"', "\\\"")),
                Some(name) => format!("{name} <{address}>"),
                None => address.to_owned(),
            }
        })
        .collect();
    Some(people.join(", "))
}

/// What of a mail is compared.
fn shape(mail: &Json) -> Json {
    static REPLY_KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new("k=[^@]+@").expect("a pattern"));
    static PICTURES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\.(png|css|svg|ico|jpg)($|[?])").expect("a pattern"));
    let texts = |name: &str| mail[name].as_array().into_iter().flatten().filter_map(Json::as_str).collect::<BTreeSet<&str>>();
    let links: BTreeSet<String> = texts("links").into_iter().filter(|link| !PICTURES.is_match(link)).map(plain_link).collect();
    json!({
        "to": mail["to"], "from": mail["from"],
        "reply_to": mail["reply_to"].as_str().map(|reply| REPLY_KEY.replace(reply, "k=*@")),
        "links": links, "attachments": texts("attachments"),
        "html": texts("types").contains("text/html"), "text": texts("types").contains("text/plain"),
    })
}

/// The differences between recorded mails and ours.
pub fn compare(expected: &[Json], actual: &[Json]) -> Vec<Difference> {
    let shapes = |mails: &[Json]| {
        let mut shapes: Vec<Json> = mails.iter().map(shape).collect();
        shapes.sort_by_cached_key(|mail| json!([mail["to"], mail["reply_to"], mail["links"]]).to_string());
        shapes
    };
    let (e, a) = (shapes(expected), shapes(actual));
    let to = |mails: &[Json]| mails.iter().map(|mail| mail["to"].clone()).collect::<Vec<Json>>();
    if to(&e) != to(&a) {
        return vec![Difference::new("mails.to", to(&e), to(&a))];
    }
    let mut out = Vec::new();
    for (x, y) in e.iter().zip(&a) {
        for (name, value) in x.as_object().into_iter().flatten() {
            // A text beside the original's bare HTML is welcome.
            if value != &y[name] && !(name == "text" && y[name] == json!(true)) {
                out.push(Difference::new(format!("mails.{name}"), value.clone(), y[name].clone()));
            }
        }
    }
    out
}
