//! What a request asks, as Rails sees it: one tree of query, body and path, in
//! which everything may also be text.

use serde_json::{Map, Value as Json};

/// Why a request's parameters are refused: answered with 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadParams {
    /// The object that must be there is not.
    #[error("param is missing or the value is empty or invalid: {0}")]
    Missing(String),
    /// The object has fields that nobody may set.
    #[error("found unpermitted parameter{}: {}", if .0.len() == 1 { "" } else { "s" }, .0.iter().map(|k| format!(":{k}")).collect::<Vec<_>>().join(", "))]
    Unpermitted(Vec<String>),
}

/// The parameters of one request.
#[derive(Debug, Clone, Default)]
pub struct Params(pub Map<String, Json>);

impl Params {
    /// The value of a parameter, unless it is null.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key).filter(|v| !v.is_null())
    }

    /// Whether a parameter was sent, even as null.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// A parameter as text; numbers and truth values are written out.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        text(self.get(key)?)
    }

    /// A parameter as text that says something.
    #[must_use]
    pub fn filled(&self, key: &str) -> Option<String> {
        self.text(key).filter(|t| !t.trim().is_empty())
    }

    /// A parameter as a number, as Ruby's `to_i` reads it (`"12x"` is 12).
    #[must_use]
    pub fn int(&self, key: &str) -> Option<i64> {
        int(self.get(key)?)
    }

    /// A parameter as a row number; what is no such number finds nothing.
    #[must_use]
    pub fn id(&self, key: &str) -> Option<i32> {
        self.int(key).and_then(|n| i32::try_from(n).ok())
    }

    /// A parameter as truth, as Rails casts it.
    #[must_use]
    pub fn truth(&self, key: &str) -> Option<bool> {
        truth(self.get(key)?)
    }

    /// Several row numbers: an array, or text such as `1x2x3` or `1,2,3`.
    #[must_use]
    pub fn ids(&self, key: &str) -> Vec<i32> {
        self.get(key).map(ids).unwrap_or_default()
    }

    /// Several texts: an array, or one text.
    #[must_use]
    pub fn texts(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Json::Array(items)) => items.iter().filter_map(text).collect(),
            Some(one) => text(one).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The object under `root`, which must be there and may hold only `permitted` fields.
    ///
    /// # Errors
    /// When it is missing or empty, or holds another field.
    pub fn require(&self, root: &str, permitted: &[&str]) -> Result<Params, BadParams> {
        let Some(Json::Object(object)) = self.get(root) else { return Err(BadParams::Missing(root.to_owned())) };
        if object.is_empty() {
            return Err(BadParams::Missing(root.to_owned()));
        }
        let foreign: Vec<String> = object.keys().filter(|k| !permitted.contains(&k.as_str())).cloned().collect();
        if foreign.is_empty() { Ok(Params(object.clone())) } else { Err(BadParams::Unpermitted(foreign)) }
    }
}

/// A value as text.
#[must_use]
pub fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(s) => Some(s.clone()),
        Json::Number(n) => Some(n.to_string()),
        Json::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// A value as a number, as Ruby's `to_i` reads it.
#[must_use]
pub fn int(value: &Json) -> Option<i64> {
    match value {
        Json::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)),
        Json::String(s) => {
            let s = s.trim_start();
            let end = s.char_indices().find(|(i, c)| !(c.is_ascii_digit() || (*i == 0 && matches!(c, '-' | '+')))).map_or(s.len(), |(i, _)| i);
            s.get(..end).and_then(|n| n.parse().ok())
        }
        _ => None,
    }
}

/// A value as a fraction.
#[must_use]
pub fn float(value: &Json) -> Option<f64> {
    match value {
        Json::Number(n) => n.as_f64(),
        Json::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

/// A value as truth, as Rails casts it: empty text is neither.
#[must_use]
pub fn truth(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(b) => Some(*b),
        Json::Number(n) => Some(n.as_i64() != Some(0)),
        Json::String(s) if s.is_empty() => None,
        Json::String(s) => Some(!matches!(s.as_str(), "0" | "f" | "F" | "false" | "FALSE" | "off" | "OFF")),
        _ => None,
    }
}

/// Row numbers in any of the forms the client sends.
#[must_use]
pub fn ids(value: &Json) -> Vec<i32> {
    let number = |v: &Json| int(v).and_then(|n| i32::try_from(n).ok());
    match value {
        Json::Array(items) => items.iter().filter_map(number).collect(),
        Json::String(s) => s.split(['x', ',', ' ']).filter_map(|part| number(&Json::String(part.to_owned()))).collect(),
        one => number(one).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn params(value: Json) -> Params {
        match value {
            Json::Object(map) => Params(map),
            _ => Params::default(),
        }
    }

    #[test]
    fn numbers_are_read_as_ruby_reads_them() {
        for (given, read) in [(json!("12"), Some(12)), (json!("12x3"), Some(12)), (json!("-4"), Some(-4)), (json!("x"), None), (json!(7), Some(7)), (json!(null), None)] {
            assert_eq!(int(&given), read, "{given}");
        }
    }

    #[test]
    fn ids_come_in_several_forms() {
        for given in [json!("1x2x3"), json!("1,2,3"), json!([1, "2", 3])] {
            assert_eq!(ids(&given), [1, 2, 3], "{given}");
        }
    }

    #[test]
    fn foreign_fields_are_named() {
        let p = params(json!({"comment": {"body": "x", "evil": 1}}));
        assert_eq!(p.require("comment", &["body"]).map(|_| ()), Err(BadParams::Unpermitted(vec!["evil".to_owned()])));
        assert_eq!(p.require("poll", &["title"]).map(|_| ()), Err(BadParams::Missing("poll".to_owned())));
        assert!(p.require("comment", &["body", "evil"]).is_ok());
    }
}
