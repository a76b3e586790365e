//! Who is addressed in a text.

use regex::Regex;
use std::sync::LazyLock;

/// Someone addressed in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    /// By number.
    Id(i32),
    /// By name: a person's or a group's.
    Name(String),
}

static SCREEN_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.-])(?:RT|rt|Rt|rT):?)[@＠]([a-zA-Z0-9_]{1,20})").unwrap_or_else(|e| unreachable!("a fixed pattern: {e}")));

/// Everyone addressed, in the order of the text.
#[must_use]
pub fn mentions(body: &str, format: &str) -> Vec<Mention> {
    if format == "md" {
        return screen_names(body).into_iter().map(Mention::Name).collect();
    }
    let Ok(selector) = scraper::Selector::parse("span[data-mention-id]") else { return Vec::new() };
    scraper::Html::parse_fragment(body)
        .select(&selector)
        .filter_map(|e| e.value().attr("data-mention-id"))
        .map(|who| match who.parse::<i32>() {
            Ok(id) if id.to_string() == who => Mention::Id(id),
            _ => Mention::Name(who.to_owned()),
        })
        .collect()
}

/// The names addressed in a text, without the author's own in Markdown.
#[must_use]
pub fn usernames(body: &str, format: &str, author: Option<&str>) -> Vec<String> {
    mentions(body, format)
        .into_iter()
        .filter_map(|m| match m {
            Mention::Name(name) if format != "md" || Some(name.as_str()) != author => Some(name),
            _ => None,
        })
        .collect()
}

/// The numbers addressed in a text; Markdown has none.
#[must_use]
pub fn user_ids(body: &str, format: &str) -> Vec<i32> {
    mentions(body, format)
        .into_iter()
        .filter_map(|m| match m {
            Mention::Id(id) => Some(id),
            Mention::Name(_) => None,
        })
        .collect()
}

fn screen_names(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for c in SCREEN_NAME.captures_iter(text) {
        let Some(name) = c.get(1) else { continue };
        // `@a@b` is an address and `@a://` the start of one, not a name.
        let rest = &text[name.end()..];
        let next = rest.chars().next();
        if next.is_some_and(|n| matches!(n, '@' | '＠') || (n.is_alphabetic() && !n.is_ascii())) || rest.starts_with("://") {
            continue;
        }
        if !found.iter().any(|f| f == name.as_str()) {
            found.push(name.as_str().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_markdown() {
        assert_eq!(usernames("hi @ana, mail me@ben.org and @cat @ana", "md", None), ["ana", "cat"]);
        assert_eq!(usernames("hi @ana", "md", Some("ana")), Vec::<String>::new());
    }

    #[test]
    fn names_and_numbers_in_html() {
        let body = "<p><span data-mention-id=\"12\">@A</span> <span data-mention-id=\"ben\">@B</span></p>";
        assert_eq!(mentions(body, "html"), [Mention::Id(12), Mention::Name("ben".to_owned())]);
    }
}
