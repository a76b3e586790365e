//! Reports that a mail could not be delivered (RFC 3464), from any provider.

use super::{Incoming, address};

/// Somebody whom mail does not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The address.
    pub email: String,
    /// The enhanced status code, such as `5.1.1`.
    pub status: String,
    /// What the other server said.
    pub diagnostic: Option<String>,
}

impl Undelivered {
    /// Whether the address is dead, and not only busy or full.
    #[must_use]
    pub fn is_final(&self) -> bool {
        // A full mailbox (5.2.2) empties again; a refusal by policy (5.7.x) is about the mail.
        self.status.starts_with("5.1.") || self.status == "5.0.0" || self.status == "5.2.1" || self.status.starts_with("5.4.")
    }
}

/// The keys of our own deliveries in what a report sends back of the mail.
#[must_use]
pub fn deliveries(mail: &Incoming) -> Vec<String> {
    let name = format!("{}:", crate::message::DELIVERY.to_lowercase());
    let text = mail.text.iter().map(|t| t.as_bytes()).chain(mail.files.iter().map(|f| f.bytes.as_slice())).map(String::from_utf8_lossy);
    text.flat_map(|t| t.lines().filter(|l| l.to_lowercase().starts_with(&name)).filter_map(|l| l.split_once(':')).map(|(_, key)| key.trim().to_owned()).collect::<Vec<_>>()).collect()
}

/// Who was not reached, when a mail is such a report.
#[must_use]
pub fn report(mail: &Incoming) -> Vec<Undelivered> {
    let is_report = mail.header("content-type").is_some_and(|t| {
        let t = t.to_lowercase();
        t.starts_with("multipart/report") && t.contains("delivery-status")
    });
    if !is_report {
        return Vec::new();
    }
    let Some(part) = mail.files.iter().find(|f| f.content_type == "message/delivery-status") else { return Vec::new() };
    let text = String::from_utf8_lossy(&part.bytes).replace("\r\n", "\n");
    text.split("\n\n").filter_map(recipient).collect()
}

fn recipient(block: &str) -> Option<Undelivered> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (false, _, Some((name, value))) => fields.push((name.trim().to_lowercase(), value.trim().to_owned())),
            _ => {}
        }
    }
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    if !field("action")?.eq_ignore_ascii_case("failed") {
        return None;
    }
    let email = address::all(field("original-recipient").or_else(|| field("final-recipient"))?).pop()?;
    let status: String = field("status")?.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    Some(Undelivered { email: email.to_lowercase(), status, diagnostic: field("diagnostic-code").map(|d| d.chars().take(300).collect()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: &str) -> Vec<(String, String, bool)> {
        let raw = format!(
            "From: MAILER-DAEMON@mx.example.net\r\nTo: notifications@example.org\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; Gone@Example.com\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 no\r\n such user\r\n\r\nFinal-Recipient: rfc822; slow@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n--b--\r\n"
        );
        report(&super::super::parse::bytes(raw.as_bytes()).expect("a mail")).into_iter().map(|u| (u.email.clone(), u.diagnostic.clone().unwrap_or_default(), u.is_final())).collect()
    }

    #[test]
    fn only_dead_addresses_count() {
        assert_eq!(check("5.1.1"), [("gone@example.com".to_owned(), "smtp; 550 no such user".to_owned(), true)]);
        assert_eq!(check("5.2.2").first().map(|(_, _, dead)| *dead), Some(false));
    }
}
