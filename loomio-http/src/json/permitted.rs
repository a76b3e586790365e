//! Which attributes people may send of each concept: the original's
//! `PermittedParams`. The client is told the same lists and sends nothing else.

use super::params::{BadParams, Params};
use serde_json::{Map, Value as Json};
use std::sync::LazyLock;

static LISTS: LazyLock<Map<String, Json>> = LazyLock::new(|| serde_json::from_str(include_str!("permitted.json")).unwrap_or_else(|e| unreachable!("the lists do not load: {e}")));

/// All lists, as the client is told them.
#[must_use]
pub fn lists() -> &'static Map<String, Json> {
    &LISTS
}

/// The attribute names of a concept; lists and objects are told as `{name: []}`.
pub fn names(concept: &str) -> impl Iterator<Item = &'static str> {
    LISTS.get(concept).and_then(Json::as_array).into_iter().flatten().flat_map(|item| -> Box<dyn Iterator<Item = &'static str>> {
        match item {
            Json::Object(nested) => Box::new(nested.keys().map(String::as_str)),
            other => Box::new(other.as_str().into_iter()),
        }
    })
}

impl Params {
    /// The attributes sent of a concept, such as `comment`.
    ///
    /// # Errors
    /// When they are missing, or one is not in the concept's list.
    pub fn of(&self, concept: &str) -> Result<Params, BadParams> {
        let names: Vec<&str> = names(concept).collect();
        self.require(concept, &names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_what_may_be_sent() {
        assert!(names("comment").any(|n| n == "body") && names("comment").any(|n| n == "files"));
        assert_eq!(names("moon").count(), 0);
    }
}
