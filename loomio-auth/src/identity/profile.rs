//! Reading what a site tells of somebody: each kind in its own form, and nothing
//! that is not what it should be.
//!
//! Source: `fetch_identity_params` of `app/extras/clients/{google,oauth,nextcloud}.rb`.

use super::{Kind, Proved};
use serde_json::Value as Json;

/// The most characters of what is stored.
const LONGEST: usize = 255;
/// The most characters of an address or a person's name here.
const LONGEST_EMAIL: usize = 200;
const LONGEST_NAME: usize = 100;
/// The most characters of a picture's address.
const LONGEST_LOGO: usize = 2000;

/// Where a profile says what, and whether its address is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Who somebody is there.
    pub uid: String,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Whether an address counts as verified although the site does not say so.
    pub trusts_email: bool,
}

/// What a profile proves; `None` without a number or an address.
#[must_use]
pub fn read(kind: Kind, reading: &Reading, told: &Json) -> Option<Proved> {
    let told = match kind {
        Kind::Nextcloud => told.get("ocs")?.get("data")?,
        _ => told,
    };
    // A site that says no is believed, whatever the settings say.
    let claim = ["email_verified", "verified_email"].iter().find_map(|key| truth(told.get(*key)?));
    let proved = person(kind, text(told.get(&reading.uid))?, text(told.get(&reading.email))?, claim.unwrap_or(reading.trusts_email), text(told.get(&reading.name)))?;
    let logo = text(told.get("picture")).filter(|l| kind == Kind::Google && l.starts_with("https://") && l.len() <= LONGEST_LOGO);
    Some(Proved { logo, ..proved })
}

/// Somebody, unless number or address are longer than what is stored.
#[must_use]
pub fn person(kind: Kind, uid: String, email: String, is_email_verified: bool, name: Option<String>) -> Option<Proved> {
    let fits = uid.chars().count() <= LONGEST && email.chars().count() <= LONGEST_EMAIL;
    fits.then(|| Proved { kind, uid, email, is_email_verified, name: name.map(|name| name.chars().take(LONGEST_NAME).collect()), logo: None })
}

/// A text or number as text that says something and can be stored.
fn text(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(s) => storable(s),
        Json::Number(n) => storable(&n.to_string()),
        _ => None,
    }
}

/// What is said, when it says something and can be stored.
#[must_use]
pub fn storable(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// What is said to be so or not so; some sites say it as text.
fn truth(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(b) => Some(*b),
        // What is no clear yes is a no.
        Json::Null => None,
        Json::String(s) => Some(s == "true"),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(kind: Kind, trusts_email: bool, told: &Json, expected: Option<(&str, &str, bool, Option<&str>)>) {
        let reading = Reading { uid: "id".to_owned(), name: "name".to_owned(), email: "email".to_owned(), trusts_email };
        let found = read(kind, &reading, told);
        let found = found.as_ref().map(|p| (p.uid.as_str(), p.email.as_str(), p.is_email_verified, p.name.as_deref()));
        assert_eq!(found, expected, "{told}");
    }

    #[test]
    fn each_kind_is_read_in_its_form() {
        check(Kind::Google, false, &json!({"id": "7", "email": "a@b.co", "verified_email": true, "name": "Ana"}), Some(("7", "a@b.co", true, Some("Ana"))));
        check(Kind::Oauth, false, &json!({"id": 7, "email": " a@b.co "}), Some(("7", "a@b.co", false, None)));
        check(Kind::Nextcloud, true, &json!({"ocs": {"data": {"id": "ana", "email": "a@b.co"}}}), Some(("ana", "a@b.co", true, None)));
    }

    #[test]
    fn an_address_is_believed_only_where_the_site_or_the_settings_say_so() {
        for (trusts, claim, believed) in [
            (false, json!(null), false),
            (true, json!(null), true),
            (true, json!(false), false),
            (true, json!("false"), false),
            (false, json!(true), true),
            (false, json!("true"), true),
            (true, json!(1), false),
        ] {
            check(Kind::Oauth, trusts, &json!({"id": "7", "email": "a@b.co", "email_verified": claim}), Some(("7", "a@b.co", believed, None)));
        }
    }

    #[test]
    fn what_cannot_be_a_profile_proves_nothing() {
        for told in [
            json!(null),
            json!([]),
            json!({}),
            json!({"id": "7"}),
            json!({"email": "a@b.co"}),
            json!({"id": "", "email": "a@b.co"}),
            json!({"id": {"a": 1}, "email": "a@b.co"}),
            json!({"id": "7\u{0}", "email": "a@b.co"}),
            json!({"id": "7".repeat(256), "email": "a@b.co"}),
            json!({"id": "7", "email": "a".repeat(201)}),
            json!({"id": true, "email": "a@b.co"}),
        ] {
            check(Kind::Oauth, true, &told, None);
        }
        check(Kind::Nextcloud, true, &json!({"ocs": {"data": []}}), None);
    }
}
