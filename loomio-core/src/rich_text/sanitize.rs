//! The form in which a text is stored: only harmless HTML, links that give
//! nothing away, headings that can be linked to.

use super::{slug, text};
use ammonia::Builder;
use regex::{Captures, Regex};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

const TAGS: [&str; 34] = [
    "strong",
    "em",
    "b",
    "i",
    "p",
    "s",
    "code",
    "pre",
    "big",
    "div",
    "small",
    "hr",
    "br",
    "span",
    "mark",
    "h1",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "abbr",
    "a",
    "img",
    "video",
    "audio",
    "blockquote",
    "table",
    "thead",
    "th",
    "tr",
    "td",
    "iframe",
    "u",
];
const ATTRIBUTES: [&str; 22] = [
    "href",
    "src",
    "alt",
    "title",
    "data-type",
    "data-iframe-container",
    "data-done",
    "data-mention-id",
    "poster",
    "controls",
    "data-author-id",
    "data-uid",
    "data-checked",
    "data-due-on",
    "data-color",
    "data-remind",
    "width",
    "height",
    "target",
    "colspan",
    "rowspan",
    "data-text-align",
];

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().collect())
        .generic_attributes(ATTRIBUTES.into_iter().collect())
        .tag_attributes(HashMap::new())
        // What stood inside a forbidden tag stays as plain text, as it always has.
        .clean_content_tags(HashSet::new())
        .url_schemes(["http", "https", "mailto", "ftp", "tel", "sms", "callto", "xmpp", "irc", "news", "feed", "webcal"].into_iter().collect())
        .link_rel(None)
        .strip_comments(true);
    builder
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|e| unreachable!("a fixed pattern: {e}"))
}

static PARAGRAPH: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?s)(<p(?: [\w:-]+="[^"]*")*>)(.*?)</p>"#));
static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r#"<a((?: [\w:-]+="[^"]*")*)>"#));
static HEADING: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?s)<(h[1-6])((?: [\w:-]+="[^"]*")*)>(.*?)</h[1-6]>"#));
static TASK: LazyLock<Regex> = LazyLock::new(|| regex(r#"<li((?: [\w:-]+="[^"]*")*)>"#));
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| regex(r#" ([\w:-]+)="([^"]*)""#));
static QUOTE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^[ \t\r\f\v]*\\*&gt; "));

/// The stored form of a text.
///
/// `format` is `html` or `md`; `canonical_host` is the server's own name, whose
/// links keep their window; `random` gives a new number (below 100,000,000) to
/// every task that has the same number as an earlier one.
///
/// Saving what is stored changes nothing:
///
/// ```
/// use loomio_core::rich_text::on_save;
/// let stored = on_save("<h2>Plan B</h2><script>x</script>", "html", "example.org", &mut || 7);
/// assert_eq!(stored, "<h2 id=\"plan-b\">Plan B</h2>x");
/// assert_eq!(on_save(&stored, "html", "example.org", &mut || 7), stored);
/// ```
pub fn on_save(body: &str, format: &str, canonical_host: &str, random: &mut dyn FnMut() -> u32) -> String {
    let clean = SANITIZER.clean(body).to_string();
    let clean = PARAGRAPH.replace_all(&clean, |c: &Captures<'_>| {
        let inner = text::of_html(&c[2]);
        if !inner.is_empty() && inner.chars().all(char::is_whitespace) { format!("{}</p>", &c[1]) } else { c[0].to_owned() }
    });
    let own = format!("https://{canonical_host}");
    let clean = LINK.replace_all(&clean, |c: &Captures<'_>| link(&c[1], &own));
    let clean = HEADING.replace_all(&clean, |c: &Captures<'_>| {
        let head: String = text::of_html(&c[3]).chars().take(60).collect();
        format!("<{}{}>{}</{}>", &c[1], with(&c[2], "id", &slug::parameterize(head.trim())), &c[3], &c[1])
    });
    let mut numbers = HashSet::new();
    let clean = TASK.replace_all(&clean, |c: &Captures<'_>| {
        if value(&c[1], "data-type").as_deref() != Some("taskItem") {
            return c[0].to_owned();
        }
        let uid = value(&c[1], "data-uid").unwrap_or_default();
        if numbers.insert(text::leading_number(&uid)) {
            return c[0].to_owned();
        }
        let fresh = i64::from(random() % 100_000_000);
        numbers.insert(fresh);
        format!("<li{}>", with(&c[1], "data-uid", &fresh.to_string()))
    });
    if format == "md" { QUOTE.replace_all(&clean, "> ").into_owned() } else { clean.into_owned() }
}

fn link(attributes: &str, own: &str) -> String {
    if value(attributes, "href").is_some_and(|href| href.starts_with(own)) {
        return format!("<a{}>", without(&without(attributes, "rel"), "target"));
    }
    let attributes = with(attributes, "rel", "nofollow ugc noreferrer noopener");
    format!("<a{}>", with(&attributes, "target", "_blank"))
}

/// An attribute's value, entities and all.
fn value(attributes: &str, name: &str) -> Option<String> {
    ATTRIBUTE.captures_iter(attributes).find(|c| &c[1] == name).map(|c| c[2].to_owned())
}

/// The attributes with one set: in its place, or at the end.
fn with(attributes: &str, name: &str, new: &str) -> String {
    if value(attributes, name).is_none() {
        return format!("{attributes} {name}=\"{new}\"");
    }
    ATTRIBUTE.replace_all(attributes, |c: &Captures<'_>| if &c[1] == name { format!(" {name}=\"{new}\"") } else { c[0].to_owned() }).into_owned()
}

fn without(attributes: &str, name: &str) -> String {
    ATTRIBUTE.replace_all(attributes, |c: &Captures<'_>| if &c[1] == name { String::new() } else { c[0].to_owned() }).into_owned()
}

/// The text with one task ticked or unticked.
#[must_use]
pub fn with_task_done(body: &str, uid: i64, done: bool) -> String {
    TASK.replace_all(body, |c: &Captures<'_>| {
        if value(&c[1], "data-uid").is_some_and(|u| text::leading_number(&u) == uid) { format!("<li{}>", with(&c[1], "data-checked", if done { "true" } else { "false" })) } else { c[0].to_owned() }
    })
    .into_owned()
}

/// Whether a text has a heading that makes its event stand out in the thread.
#[must_use]
pub fn has_heading(body: &str, format: &str) -> bool {
    format == "html" && HEADING.captures_iter(body).any(|c| matches!(&c[1], "h1" | "h2" | "h3"))
}

/// The previews of links as they are stored: values without tags, cut to 480 characters.
#[must_use]
pub fn link_previews(previews: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    static PLAIN: LazyLock<Builder<'static>> = LazyLock::new(Builder::empty);
    let Json::Array(items) = previews else { return Json::Array(Vec::new()) };
    let short = |value: &Json| -> Json {
        let given: Cow<'_, str> = match value {
            Json::String(s) => Cow::Borrowed(s),
            Json::Null => Cow::Borrowed(""),
            other => Cow::Owned(other.to_string()),
        };
        let clean = PLAIN.clean(&given).to_string();
        if clean.chars().count() <= 480 { Json::String(clean) } else { Json::String(clean.chars().take(477).collect::<String>() + "...") }
    };
    Json::Array(
        items
            .iter()
            .map(|item| match item {
                Json::Object(fields) => Json::Object(fields.iter().map(|(k, v)| (k.clone(), short(v))).collect()),
                other => short(other),
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(given: &str, format: &str, stored: &str) {
        assert_eq!(on_save(given, format, "localhost", &mut || 5), stored, "{given}");
        assert_eq!(on_save(stored, format, "localhost", &mut || 5), stored, "saving again: {given}");
    }

    #[test]
    fn harmless_html_stays() {
        check("<p>I got <em>two</em> quotes.</p>", "html", "<p>I got <em>two</em> quotes.</p>");
        check("<p> </p><p>&nbsp;</p>", "html", "<p></p><p></p>");
        check("<a href=\"https://localhost/d/1\" target=\"_blank\">here</a>", "html", "<a href=\"https://localhost/d/1\">here</a>");
        check("<h2>Plan</h2><script>alert(1)</script>", "html", "<h2 id=\"plan\">Plan</h2>alert(1)");
    }

    #[test]
    fn a_link_gives_nothing_away() {
        let given = "<p>roof <a href=\"javascript:alert(1)\" onclick=\"x()\">me</a> <img src=x onerror=alert(1)></p>";
        let stored = on_save(given, "html", "localhost", &mut || 5);
        assert_eq!(stored, "<p>roof <a rel=\"nofollow ugc noreferrer noopener\" target=\"_blank\">me</a> <img src=\"x\"></p>");
        // `rel` is not among what may be written, so it is put last when it is put again.
        let again = on_save(&stored, "html", "localhost", &mut || 5);
        assert_eq!(again, "<p>roof <a target=\"_blank\" rel=\"nofollow ugc noreferrer noopener\">me</a> <img src=\"x\"></p>");
        assert_eq!(on_save(&again, "html", "localhost", &mut || 5), again);
    }

    #[test]
    fn markdown_quotes_stay_quotes() {
        check("> so it is\n\nyes & no", "md", "> so it is\n\nyes &amp; no");
    }

    #[test]
    fn tasks_have_numbers_of_their_own() {
        let twice = "<li data-type=\"taskItem\" data-uid=\"7\">a</li><li data-type=\"taskItem\" data-uid=\"7\">b</li>";
        assert_eq!(on_save(twice, "html", "x", &mut || 5), "<li data-type=\"taskItem\" data-uid=\"7\">a</li><li data-type=\"taskItem\" data-uid=\"5\">b</li>");
    }

    #[test]
    fn a_deep_nest_is_survived() {
        let nest = "<b>".repeat(20_000);
        let _ = on_save(&nest, "html", "x", &mut || 1);
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(text in "(<|>|a|script|img| |=|\"|'|on|href|src|javascript:|p|h2|&|;|/){0,40}") {
            let stored = on_save(&text, "html", "x", &mut || 1);
            prop_assert!(!stored.contains("<script"));
            let _ = on_save(&stored, "html", "x", &mut || 1);
        }
    }
}
