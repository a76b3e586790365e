//! The words of a text without its markup.

use super::markdown;

/// The words of an HTML fragment, entities resolved.
#[must_use]
pub fn of_html(html: &str) -> String {
    scraper::Html::parse_fragment(html).root_element().text().collect()
}

/// The words a reader sees, whatever the format.
#[must_use]
pub fn visible(body: &str, format: &str) -> String {
    if format == "html" { of_html(body) } else { of_html(&markdown::to_html(body)) }
}

/// The number at the start of a text, 0 without one.
#[must_use]
pub fn leading_number(text: &str) -> i64 {
    let text = text.trim_start();
    let end = text.char_indices().find(|(i, c)| !(c.is_ascii_digit() || (*i == 0 && *c == '-'))).map_or(text.len(), |(i, _)| i);
    text.get(..end).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Whether a text says nothing.
#[must_use]
pub fn is_blank(body: Option<&str>) -> bool {
    matches!(body, None | Some("" | "<p></p>"))
}
