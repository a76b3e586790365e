//! Comparing a recorded JSON value with ours. Only what cannot be equal is let pass:
//! random values, times within two minutes, signatures, and words of the original.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use regex::Regex;
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// One difference: where, what was recorded, what we have.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The place, such as `.events{12}.position`.
    pub path: String,
    /// What was recorded.
    pub expected: Json,
    /// What we have.
    pub actual: Json,
}

impl Difference {
    /// A difference.
    pub fn new(path: impl Into<String>, expected: impl Into<Json>, actual: impl Into<Json>) -> Self {
        Self { path: path.into(), expected: expected.into(), actual: actual.into() }
    }

    /// The place without numbers, as `unstable` lists it.
    pub fn general(&self) -> String {
        static NUMBERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{[^}]*\}|\[\d+\]"));
        NUMBERS.replace_all(&self.path, "[]").into_owned()
    }
}

/// Values that are random by design.
const RANDOM: [&str; 14] = [
    "channel_token",
    "token",
    "secret_token",
    "email_api_key",
    "unsubscribe_token",
    "release",
    "code",
    "remember_token",
    "reset_password_token",
    "checksum",
    "message_checksum",
    "flash",
    "version",
    "sign_in_count",
];

/// Lists whose order the original leaves to the database.
const UNORDERED: [&str; 7] = ["voter_ids", "poll_option_ids", "poll_option_names", "tag_ids", "receipts", "stance_ids", "recipient_user_ids"];

/// How far a time may be off, in seconds.
const TOLERANCE: i64 = 120;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

static SIGNED: LazyLock<Regex> = LazyLock::new(|| pattern(r#"/rails/active_storage/(blobs|representations|disk)/(redirect/|proxy/)?[^"\s?]*?([^/"\s?]+)(\?[^"\s]*)?$"#));
static SCRUBBED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^Text [0-9a-f]{8}$"));
static ISO: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$"));

/// Whether a text is a time.
pub fn is_time(text: &str) -> bool {
    ISO.is_match(text)
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.replace(' ', "T");
    if let Ok(zoned) = DateTime::parse_from_rfc3339(&text).or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z")) {
        return Some(zoned.to_utc());
    }
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|t| t.and_utc())
}

/// A link without what is random in it.
pub fn plain_link(link: &str) -> String {
    static TOKENS: LazyLock<Regex> = LazyLock::new(|| pattern(r"([?&])((?:\w*token|code|k)=)[^&]+"));
    static INVITATIONS: LazyLock<Regex> = LazyLock::new(|| pattern(r"/(invitations|login_tokens|login_token)/[^/?]+"));
    static KEYS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^/([dpg])/[A-Za-z0-9]{8}([/?]|$)"));
    static FILES: LazyLock<Regex> = LazyLock::new(|| pattern(r"/(blobs|representations|disk)/.*"));
    let link = link.replace("&amp;", "&");
    let link = TOKENS.replace_all(&link, "$1$2*");
    let link = INVITATIONS.replace_all(&link, "/$1/*");
    let link = KEYS.replace(&link, "/$1/*$2");
    let link = FILES.replace(&link, "/$1/*");
    match link.split_once('?') {
        Some((path, query)) => {
            let mut parts: Vec<&str> = query.split('&').collect();
            parts.sort_unstable();
            format!("{path}?{}", parts.join("&"))
        }
        None => link.into_owned(),
    }
}

/// How values are compared.
#[derive(Debug, Clone, Default)]
pub struct Compare {
    /// How much younger we are than the recording.
    pub shift: TimeDelta,
    /// The collection whose order counts.
    pub root: Option<String>,
    /// Whether keys of new records are random.
    pub new_keys: bool,
    /// When it was recorded.
    pub at: Option<DateTime<Utc>>,
    /// The time now.
    pub now: DateTime<Utc>,
}

impl Compare {
    /// The differences between two values.
    pub fn run(&self, expected: &Json, actual: &Json) -> Vec<Difference> {
        let mut out = Vec::new();
        self.value(expected, actual, "", &mut out);
        out
    }

    /// The differences between two values at a place.
    pub fn value(&self, expected: &Json, actual: &Json, path: &str, out: &mut Vec<Difference>) {
        let key = key_of(path);
        if path.contains('.') && self.is_random(key, path) {
            if expected.is_null() != actual.is_null() && !["flash", "version", "release"].contains(&key) {
                out.push(Difference::new(path, expected.clone(), actual.clone()));
            }
            return;
        }
        let same = match (expected, actual) {
            (Json::Object(e), Json::Object(a)) => return self.objects(e, a, path, out),
            (Json::Array(e), Json::Array(a)) => return self.lists(e, a, path, key, out),
            (Json::Number(e), Json::Number(a)) => {
                let (e, a) = (e.as_f64().unwrap_or_default(), a.as_f64().unwrap_or_default());
                (e - a).abs() <= 1e-6 * e.abs().max(1.0)
            }
            (Json::String(e), Json::String(a)) => self.texts(e, a, key),
            (e, a) => e == a,
        };
        if !same {
            out.push(Difference::new(if path.is_empty() { "$" } else { path }, expected.clone(), actual.clone()));
        }
    }

    fn is_random(&self, key: &str, path: &str) -> bool {
        static NUMBERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[\d+\]"));
        if RANDOM.contains(&key) || (self.new_keys && key == "key") {
            return true;
        }
        let plain = NUMBERS.replace_all(path, "");
        plain.ends_with("object_changes.key") || plain.ends_with("object_changes.token")
    }

    fn objects(&self, e: &Map<String, Json>, a: &Map<String, Json>, path: &str, out: &mut Vec<Difference>) {
        for (name, value) in e {
            let place = format!("{path}.{name}");
            match a.get(name) {
                Some(ours) => self.value(value, ours, &place, out),
                None => out.push(Difference::new(place, value.clone(), "<missing>")),
            }
        }
        for (name, value) in a.iter().filter(|(name, _)| !e.contains_key(*name)) {
            out.push(Difference::new(format!("{path}.{name}"), "<absent>", value.clone()));
        }
    }

    fn lists(&self, e: &[Json], a: &[Json], path: &str, key: &str, out: &mut Vec<Difference>) {
        let top = path.matches('.').count() == 1;
        let unordered = UNORDERED.contains(&key) || (!e.is_empty() && path.is_empty() && e.iter().all(|x| x.is_object() && x.get("id").is_none()));
        let (mut e, mut a): (Vec<&Json>, Vec<&Json>) = (e.iter().collect(), a.iter().collect());
        if unordered && e.len() == a.len() {
            e.sort_by_key(|x| sorting(x));
            a.sort_by_key(|x| sorting(x));
        }
        let records = |list: &[&Json]| list.iter().all(|x| x.get("id").is_some());
        if !e.is_empty() && records(&e) && records(&a) {
            return self.records(&e, &a, path, !top || self.root.as_ref().is_some_and(|root| path == format!(".{root}")), out);
        }
        if e.len() != a.len() {
            let list = |list: &[&Json]| Json::Array(list.iter().map(|x| (*x).clone()).collect());
            out.push(Difference::new(if path.is_empty() { "$" } else { path }, list(&e), list(&a)));
            return;
        }
        for (i, (x, y)) in e.iter().zip(&a).enumerate() {
            self.value(x, y, &format!("{path}[{i}]"), out);
        }
    }

    fn records(&self, e: &[&Json], a: &[&Json], path: &str, ordered: bool, out: &mut Vec<Difference>) {
        let ids = |list: &[&Json]| list.iter().map(|x| x["id"].clone()).collect::<Vec<_>>();
        let sorted = |list: &[&Json]| {
            let mut ids: Vec<String> = list.iter().map(|x| x["id"].to_string()).collect();
            ids.sort();
            ids
        };
        if ordered && ids(e) != ids(a) && sorted(e) == sorted(a) {
            out.push(Difference::new(format!("{path}#order"), ids(e), ids(a)));
        }
        let by_id = |list: &[&Json]| list.iter().map(|x| (label(&x["id"]), (*x).clone())).collect::<BTreeMap<String, Json>>();
        let (e, a) = (by_id(e), by_id(a));
        for (id, record) in &e {
            let place = format!("{path}{{{id}}}");
            match a.get(id) {
                Some(ours) => self.value(record, ours, &place, out),
                None => out.push(Difference::new(place, "<record>", "<missing>")),
            }
        }
        for id in a.keys().filter(|id| !e.contains_key(*id)) {
            out.push(Difference::new(format!("{path}{{{id}}}"), "<absent>", "<record>"));
        }
    }

    fn texts(&self, e: &str, a: &str, key: &str) -> bool {
        // A day by itself moves with the clock as times do; the hour is unknown.
        let day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        if let (Some(was), Some(is)) = (day(e), day(a)) {
            return is == was || (is - was - self.shift).abs() < TimeDelta::days(1);
        }
        if e == a || (SCRUBBED.is_match(e) && !a.is_empty()) || (key == "root_url" && !a.is_empty()) {
            return true;
        }
        if is_time(e)
            && is_time(a)
            && let (Some(e), Some(a)) = (time(e), time(a))
        {
            let near = |one: TimeDelta| one.abs() <= TimeDelta::seconds(TOLERANCE);
            // A time set while asking is the time of asking, then and now.
            let just_made = self.at.is_some_and(|at| e > at + TimeDelta::seconds(20) && e < at + TimeDelta::hours(3));
            if near(a - e - self.shift) || (just_made && near(self.now - a)) {
                return true;
            }
        }
        if self.new_keys && e.contains('/') && plain_link(e) == plain_link(a) {
            return true;
        }
        match (SIGNED.captures(e), SIGNED.captures(a)) {
            (Some(e), Some(a)) => e.get(1).map(|m| m.as_str()) == a.get(1).map(|m| m.as_str()) && e.get(3).map(|m| m.as_str()) == a.get(3).map(|m| m.as_str()),
            _ => false,
        }
    }
}

/// The last name in a place, without the number of an element or record.
fn key_of(path: &str) -> &str {
    let last = path.rsplit('.').next().unwrap_or_default();
    if let Some((name, _)) = last.split_once('{') {
        return name;
    }
    match last.rsplit_once('[') {
        Some((name, number)) if number.ends_with(']') => name,
        _ => last,
    }
}

fn label(id: &Json) -> String {
    id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned)
}

/// A value as text with sorted names, times left out: what lists without order are
/// sorted by.
fn sorting(value: &Json) -> String {
    let without_times = match value {
        Json::Object(o) => Json::Object(o.iter().filter(|(_, v)| !v.as_str().is_some_and(is_time)).map(|(k, v)| (k.clone(), v.clone())).collect()),
        other => other.clone(),
    };
    sorted_text(&without_times)
}

/// A value as text with sorted names.
pub fn sorted_text(value: &Json) -> String {
    match value {
        Json::Object(o) => {
            let sorted: BTreeMap<&String, String> = o.iter().map(|(k, v)| (k, sorted_text(v))).collect();
            format!("{{{}}}", sorted.iter().map(|(k, v)| format!("{}: {v}", json!(k))).collect::<Vec<_>>().join(", "))
        }
        Json::Array(a) => format!("[{}]", a.iter().map(sorted_text).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[test]
fn what_cannot_be_equal_is_let_pass_and_nothing_else() {
    let compare = Compare { shift: TimeDelta::hours(1), root: Some("events".to_owned()), ..Compare::default() };
    let check = |e: Json, a: Json, expected: &[&str]| {
        let found: Vec<String> = compare.run(&e, &a).into_iter().map(|d| d.path).collect();
        assert_eq!(found, expected, "{e} against {a}");
    };
    check(json!({"a": {"token": "x"}}), json!({"a": {"token": "y"}}), &[]);
    check(json!({"a": {"token": "x"}}), json!({"a": {"token": null}}), &[".a.token"]);
    check(json!({"a": "Text 0123abcd"}), json!({"a": "Welcome"}), &[]);
    check(json!({"a": "Text 0123abcd"}), json!({"a": ""}), &[".a"]);
    check(json!({"at": "2026-11-24T04:00:00.000Z"}), json!({"at": "2026-11-24T05:01:59.000Z"}), &[]);
    check(json!({"at": "2026-11-24T04:00:00.000Z"}), json!({"at": "2026-11-24T05:02:01.000Z"}), &[".at"]);
    check(json!({"events": [{"id": 1}, {"id": 2}]}), json!({"events": [{"id": 2}, {"id": 1}]}), &[".events#order"]);
    check(json!({"users": [{"id": 1}, {"id": 2}]}), json!({"users": [{"id": 2}, {"id": 1}]}), &[]);
    check(json!({"users": [{"id": 1, "n": null}]}), json!({"users": [{"id": 1}]}), &[".users{1}.n"]);
    check(json!({"users": [{"id": 1}]}), json!({"users": [{"id": 1}, {"id": 3}]}), &[".users{3}"]);
    check(json!({"voter_ids": [1, 2]}), json!({"voter_ids": [2, 1]}), &[]);
    check(json!({"n": 1}), json!({"n": true}), &[".n"]);
    check(json!({"n": 1}), json!({"n": 1.0}), &[]);
    check(json!({"u": "/rails/active_storage/blobs/redirect/aa--bb/cat.png"}), json!({"u": "/rails/active_storage/blobs/redirect/cc--dd/cat.png"}), &[]);
    check(json!({"u": "/rails/active_storage/blobs/redirect/aa--bb/cat.png"}), json!({"u": "/rails/active_storage/blobs/redirect/cc--dd/dog.png"}), &[".u"]);
    assert_eq!(plain_link("/p/abcdEFGH?utm=1&k=2"), "/p/*?k=*&utm=1");
}
