//! Where a mail belongs, by its addresses alone.
//!
//! Source: `app/services/received_email_service.rb`, `app/models/received_email.rb`.

use super::{Incoming, address};
use crate::message::DELIVERY;

/// The addresses by which a site knows itself.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// The domains of reply addresses, in lower case.
    pub reply_hosts: Vec<String>,
    /// The site's own domains, in lower case, from which nobody writes.
    pub own_hosts: Vec<String>,
    /// The address that our mails come from.
    pub notifications: String,
    /// The address from which complaints come.
    pub complaints: String,
}

/// What is answered besides a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// `Comment`, `Poll`, `Stance` or `Outcome`.
    pub class: &'static str,
    /// Its number.
    pub id: i32,
}

/// Where a mail belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// To somebody else.
    NotOurs,
    /// To nobody: a program sent it.
    Automatic,
    /// To nobody: it does not say who sent it.
    Anonymous,
    /// To the address that our mails come from, which nobody reads.
    ToNotifications,
    /// A complaint of a mail provider's customer, about whom mail is to stop.
    Complaint(String),
    /// Sent by ourselves.
    OwnHost,
    /// An answer to a thread.
    Reply {
        /// The thread.
        discussion_id: i32,
        /// What in it is answered.
        answered: Option<Answered>,
        /// Who writes.
        user_id: i32,
        /// Their secret key.
        key: String,
    },
    /// A new thread, sent to somebody's own address of a group.
    OwnThread {
        /// The group.
        handle: String,
        /// Who writes.
        user_id: i32,
        /// Their secret key.
        key: String,
    },
    /// To a name of ours: a forwarded one or a group's.
    Named(String),
}

/// Beginnings of the subjects of automatic answers, in lower case.
const AUTOMATIC: [&str; 13] = [
    "auto:",
    "automatic reply",
    "autosvar",
    "automatisk svar",
    "automatisch antwoord",
    "abwesenheitsnotiz",
    "risposta non al computer",
    "auto response",
    "respuesta automática",
    "fuori sede",
    "out of office",
    "frånvaro",
    "réponse automatique",
];

/// More hops than a mail makes that does not go in circles (RFC 5321, 6.3).
const MOST_HOPS: usize = 100;

/// Whether a mail goes in circles: it is one of ours that comes back through a list
/// or a forwarded address, or it has been everywhere.
fn is_circling(mail: &Incoming) -> bool {
    mail.header(DELIVERY).is_some() || mail.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("received")).count() > MOST_HOPS
}

/// Whether a program may answer a mail: neither another program nor a mailing list
/// is ever answered (RFC 3834).
#[must_use]
pub fn may_be_answered(mail: &Incoming) -> bool {
    let is_bulk = mail.header("precedence").is_some_and(|p| matches!(p.trim().to_lowercase().as_str(), "bulk" | "list" | "junk"));
    let is_submitted = mail.header("auto-submitted").is_some_and(|s| !s.trim().to_lowercase().starts_with("no"));
    let is_list = ["list-id", "list-unsubscribe", "feedback-id"].iter().any(|name| mail.header(name).is_some());
    let has_no_way_back = mail.header("return-path").is_some_and(|p| p.trim() == "<>");
    let is_daemon = sender(mail).is_some_and(|s| matches!(address::local(&s).to_lowercase().as_str(), "mailer-daemon" | "postmaster" | "noreply" | "no-reply" | "donotreply"));
    !(is_bulk || is_submitted || is_list || has_no_way_back || is_daemon)
}

/// Whether a program answered by itself, or a mail goes in circles.
#[must_use]
pub fn is_automatic(mail: &Incoming) -> bool {
    let submitted = mail.header("auto-submitted").unwrap_or("no");
    let subject = mail.subject().to_lowercase();
    is_circling(mail)
        || mail.header("x-autorespond").is_some()
        || mail.header("x-autoreply").is_some()
        || mail.header("x-precedence") == Some("auto_reply")
        || submitted.trim_start().to_lowercase().starts_with("auto-replied")
        || AUTOMATIC.iter().any(|start| subject.starts_with(start))
}

/// The addresses a mail was sent to.
fn recipients(mail: &Incoming) -> Vec<String> {
    address::all(mail.header("to").unwrap_or_default())
}

/// The first address of ours among those a mail was sent to.
#[must_use]
pub fn route_address(mail: &Incoming, site: &Site) -> Option<String> {
    recipients(mail).into_iter().find(|a| site.reply_hosts.contains(&address::host(a)))
}

/// Who sent a mail.
#[must_use]
pub fn sender(mail: &Incoming) -> Option<String> {
    address::all(mail.header("from").unwrap_or_default()).into_iter().next()
}

/// The values of `a=1&b=2`.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    text.split('&').filter_map(|pair| pair.split_once('=')).collect()
}

fn value<'v>(pairs: &[(&str, &'v str)], name: &str) -> Option<&'v str> {
    pairs.iter().rev().find(|(n, _)| *n == name).map(|(_, v)| *v).filter(|v| !v.is_empty())
}

/// What the part before the `@` asks for.
fn asked(local: &str) -> Intent {
    let named = || Intent::Named(local.to_owned());
    let given = pairs(local.rsplit_once('+').map_or(local, |(_, rest)| rest));
    let (Some(user), Some(key)) = (value(&given, "u"), value(&given, "k")) else { return named() };
    // A number that cannot be one belongs to nobody.
    let number = |text: &str| text.parse().unwrap_or(0);
    let (user_id, key) = (number(user), key.to_owned());
    if let Some(discussion) = value(&given, "d") {
        let class = match value(&given, "pt") {
            Some("p") => Some("Poll"),
            Some("c") => Some("Comment"),
            Some("s") => Some("Stance"),
            Some("o") => Some("Outcome"),
            _ => None,
        };
        let answered = match (class, value(&given, "pi"), value(&given, "c")) {
            (Some(class), Some(id), _) => Some(Answered { class, id: number(id) }),
            // Mails sent years ago name a comment in their own way.
            (None, _, Some(id)) => Some(Answered { class: "Comment", id: number(id) }),
            _ => None,
        };
        return Intent::Reply { discussion_id: number(discussion), answered, user_id, key };
    }
    match local.split_once('+') {
        Some((handle, _)) if !handle.is_empty() => Intent::OwnThread { handle: handle.to_owned(), user_id, key },
        _ => named(),
    }
}

/// Where a mail belongs. Complaints are told by who sent them and what they enclose.
#[must_use]
pub fn intent(mail: &Incoming, site: &Site) -> Intent {
    let to_notifications = recipients(mail).iter().any(|a| a.eq_ignore_ascii_case(&site.notifications));
    let route = route_address(mail, site);
    if route.is_none() && !to_notifications {
        return Intent::NotOurs;
    }
    if is_automatic(mail) {
        return Intent::Automatic;
    }
    let Some(sender) = sender(mail) else { return Intent::Anonymous };
    if to_notifications {
        return Intent::ToNotifications;
    }
    if sender == site.complaints {
        let enclosed = mail.files.first().map(|f| String::from_utf8_lossy(&f.bytes).into_owned()).unwrap_or_default();
        if let Some(about) = address::all(&enclosed).into_iter().find(|a| !a.eq_ignore_ascii_case(&site.notifications)) {
            return Intent::Complaint(about);
        }
    }
    if site.own_hosts.contains(&address::host(&sender)) {
        return Intent::OwnHost;
    }
    route.map_or(Intent::NotOurs, |address| asked(address::local(&address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &str)], expected: Intent) {
        let site = Site {
            reply_hosts: vec!["reply.example.org".to_owned()],
            own_hosts: vec!["reply.example.org".to_owned(), "talk.example.org".to_owned()],
            notifications: "notifications@example.org".to_owned(),
            complaints: "complaints@email-abuse.amazonses.com".to_owned(),
        };
        let files = vec![super::super::File { name: "arf".to_owned(), content_type: "text/plain".to_owned(), bytes: b"Original-Rcpt-To: dan@example.com\n".to_vec(), content_id: None }];
        let mail = Incoming { headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(), files, ..Incoming::default() };
        assert_eq!(intent(&mail, &site), expected, "{headers:?}");
    }

    fn sent(to: &str, expected: Intent) {
        check(&[("From", "Dan Diaz <dan@example.com>"), ("To", to)], expected);
    }

    #[test]
    fn addresses_tell_what_is_asked() {
        let key = || "05".to_owned();
        sent("d=1&u=4&k=05@REPLY.example.org", Intent::Reply { discussion_id: 1, answered: None, user_id: 4, key: key() });
        sent("x <pt=s&pi=3&d=1&u=4&k=05@reply.example.org>", Intent::Reply { discussion_id: 1, answered: Some(Answered { class: "Stance", id: 3 }), user_id: 4, key: key() });
        sent("c=9&d=1&u=4&k=05@reply.example.org", Intent::Reply { discussion_id: 1, answered: Some(Answered { class: "Comment", id: 9 }), user_id: 4, key: key() });
        sent("d=999999999999&u=4&k=05@reply.example.org", Intent::Reply { discussion_id: 0, answered: None, user_id: 4, key: key() });
        sent("riverside+u=4&k=05@reply.example.org", Intent::OwnThread { handle: "riverside".to_owned(), user_id: 4, key: key() });
        sent("riverside@reply.example.org", Intent::Named("riverside".to_owned()));
        sent("else@example.net, riverside@reply.example.org", Intent::Named("riverside".to_owned()));
        sent("riverside@example.net", Intent::NotOurs);
        sent("Notifications@example.org, riverside@reply.example.org", Intent::ToNotifications);
    }

    #[test]
    fn neither_programs_nor_lists_are_answered() {
        let answered = |from: &str, name: &str, value: &str| {
            let headers = vec![("From".to_owned(), from.to_owned()), (name.to_owned(), value.to_owned())];
            may_be_answered(&Incoming { headers, ..Incoming::default() })
        };
        assert!(answered("dan@example.com", "Auto-Submitted", "no"));
        for (name, value) in [("Auto-Submitted", "auto-generated"), ("Precedence", "list"), ("List-Id", "<x.example.com>"), ("Return-Path", "<>")] {
            assert!(!answered("dan@example.com", name, value), "{name}");
        }
        assert!(!answered("MAILER-DAEMON@example.com", "Subject", "Undelivered"));
    }

    #[test]
    fn programs_get_no_answer() {
        let to = ("to", "riverside@reply.example.org");
        let from = ("from", "dan@example.com");
        check(&[from, to, ("X-Autorespond", "yes")], Intent::Automatic);
        check(&[from, to, ("Auto-Submitted", "auto-replied (vacation)")], Intent::Automatic);
        check(&[from, to, ("Subject", "Re: Out of Office: x")], Intent::Automatic);
        check(&[from, to, ("X-Loomio-Delivery", "k1")], Intent::Automatic);
        let circling: Vec<(&str, &str)> = [from, to].into_iter().chain(std::iter::repeat_n(("Received", "from a by b"), MOST_HOPS + 1)).collect();
        check(&circling, Intent::Automatic);
        check(&[to], Intent::Anonymous);
        check(&[("from", "x@talk.example.org"), to], Intent::OwnHost);
        check(&[("from", "complaints@email-abuse.amazonses.com"), to], Intent::Complaint("dan@example.com".to_owned()));
    }
}
