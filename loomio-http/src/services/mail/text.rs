//! Texts of people inside mails: absolute addresses, and nothing that a mail
//! program would not show.
//!
//! Source: `app/services/markdown_service.rb`.

use loomio_core::rich_text::{markdown, text};
use regex::Regex;
use std::sync::LazyLock;

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        // Fixed patterns; one that is wrong fails the tests of this file.
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
    };
}

pattern!(VIDEO, r#"(?s)<video\b[^>]*?\bsrc="([^"]*)"[^>]*>.*?</video>"#);
pattern!(AUDIO, r#"(?s)<audio\b[^>]*?\bsrc="([^"]*)"[^>]*>.*?</audio>"#);
pattern!(FRAME, r#"(?s)<iframe\b[^>]*?\bsrc="([^"]*)"[^>]*>.*?</iframe>"#);
pattern!(YOUTUBE, r"^(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+)");
pattern!(VIMEO, r"^(?:https?:)?//player\.vimeo\.com/video/(\d+)");
pattern!(TASK, r#"<li\b([^>]*\bdata-type="taskItem"[^>]*)>"#);
pattern!(DUE, r#"\bdata-due-on="([^"]+)""#);

/// Words that stand for what a mail cannot play.
#[derive(Debug, Clone)]
pub struct Words {
    /// The text of a link to a film.
    pub watch: String,
    /// The text of a link to a recording.
    pub listen: String,
}

/// A text as HTML; `md` is Markdown, everything else is HTML already made harmless
/// when it was stored.
#[must_use]
pub fn html(body: Option<&str>, format: &str, root: &str, words: &Words) -> String {
    let Some(body) = body else { return String::new() };
    let body = body.replace("](/rails/active_storage", &format!("]({root}/rails/active_storage")).replace("\"/rails/active_storage", &format!("\"{root}/rails/active_storage"));
    if format == "md" {
        return markdown::to_html(&body);
    }
    let with = |pattern: &Option<Regex>, text: String, make: &dyn Fn(&regex::Captures<'_>) -> String| match pattern {
        Some(pattern) => pattern.replace_all(&text, |c: &regex::Captures<'_>| make(c)).into_owned(),
        None => text,
    };
    let body = with(&VIDEO, body, &|c| format!("<p><a href=\"{}\">{}</a></p>", &c[1], words.watch));
    let body = with(&AUDIO, body, &|c| format!("<p><a href=\"{}\">{}</a></p>", &c[1], words.listen));
    let body = with(&FRAME, body, &|c| {
        let url = page_of_film(&c[1]);
        format!("<div><a href=\"{url}\">{url}</a></div>")
    });
    with(&TASK, body, &|c| {
        let done = c[1].contains("data-checked=\"true\"");
        let due = DUE.as_ref().and_then(|due| due.captures(&c[1])).map(|d| format!("({}) ", &d[1])).unwrap_or_default();
        format!("<li{}>{} {due}", &c[1], if done { "&#9745;" } else { "&#9744;" })
    })
}

/// The page on which an embedded film is watched.
fn page_of_film(src: &str) -> String {
    let id = |pattern: &Option<Regex>| pattern.as_ref().and_then(|p| p.captures(src)).map(|c| c[1].to_owned());
    if let Some(id) = id(&YOUTUBE) {
        return format!("http://www.youtube.com/watch?v={id}");
    }
    id(&VIMEO).map_or_else(|| src.to_owned(), |id| format!("http://vimeo.com/{id}"))
}

/// The bare words of a text with line breaks kept, ready to stand in a page.
#[must_use]
pub fn words_only(body: Option<&str>, format: &str) -> String {
    let Some(body) = body else { return String::new() };
    let words = text::visible(body, format);
    escaped(words.trim()).replace("\r\n", "\n").replace('\n', "<br>")
}

/// The first characters of the words of a text.
#[must_use]
pub fn beginning(body: Option<&str>, format: &str, most: usize) -> String {
    let words = text::visible(body.unwrap_or_default(), format);
    let words = words.trim();
    if words.chars().count() <= most { words.to_owned() } else { words.chars().take(most.saturating_sub(3)).chain("...".chars()).collect() }
}

/// A text made harmless inside HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A time or date as somebody likes to read it, in their time zone.
///
/// Source: `app/helpers/formatted_date_helper.rb`.
#[must_use]
pub fn time(at: chrono::NaiveDateTime, zone: &str, preference: Option<&str>) -> String {
    let zone: chrono_tz::Tz = zone.parse().unwrap_or(chrono_tz::UTC);
    let local = at.and_utc().with_timezone(&zone);
    let format = match preference {
        Some("iso") => "%Y-%m-%d %H:%M",
        Some("day_iso") => "%a %Y-%m-%d %H:%M",
        Some("abbr") => "%e %b %Y %l:%M%p",
        _ => "%a %e %b %Y %l:%M%p",
    };
    local.format(format).to_string().trim().to_owned()
}

/// An option that is a date or a time, as somebody likes to read it.
#[must_use]
pub fn date_option(name: &str, zone: &str, preference: Option<&str>) -> String {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(name) {
        return time(at.naive_utc(), zone, preference);
    }
    let Ok(day) = name.parse::<chrono::NaiveDate>() else { return name.to_owned() };
    let format = match preference {
        Some("iso") => "%Y-%m-%d",
        Some("day_iso") => "%a %Y-%m-%d",
        Some("abbr") => "%e %b %Y",
        _ => "%a %e %b %Y",
    };
    day.format(format).to_string().trim().to_owned()
}

/// A size in bytes as people say it.
#[must_use]
pub fn size(bytes: i64) -> String {
    let units = ["KB", "MB", "GB"];
    if bytes < 1024 {
        return format!("{bytes} Bytes");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, format: &str, expected: &str) {
        let words = Words { watch: "Watch".to_owned(), listen: "Listen".to_owned() };
        assert_eq!(html(Some(body), format, "https://x.org", &words), expected);
    }

    #[test]
    fn what_a_mail_cannot_show_becomes_a_link() {
        check("<video src=\"/rails/active_storage/a\" controls></video>", "html", "<p><a href=\"https://x.org/rails/active_storage/a\">Watch</a></p>");
        check("<iframe src=\"https://www.youtube.com/embed/abc\"></iframe>", "html", "<div><a href=\"http://www.youtube.com/watch?v=abc\">http://www.youtube.com/watch?v=abc</a></div>");
        check("<iframe src=\"https://other.org/f\"></iframe>", "html", "<div><a href=\"https://other.org/f\">https://other.org/f</a></div>");
        check("<audio src=\"https://a.org/s\"></audio>", "html", "<p><a href=\"https://a.org/s\">Listen</a></p>");
    }

    #[test]
    fn tasks_show_whether_they_are_done() {
        check("<li data-type=\"taskItem\" data-checked=\"true\"><p>Buy</p></li>", "html", "<li data-type=\"taskItem\" data-checked=\"true\">&#9745; <p>Buy</p></li>");
    }

    #[test]
    fn markdown_cannot_bring_html() {
        check("a <script>b</script> [f](/rails/active_storage/f)", "md", "<p>a <!-- raw HTML omitted -->b<!-- raw HTML omitted --> <a href=\"https://x.org/rails/active_storage/f\">f</a></p>\n");
    }

    #[test]
    fn times_are_told_as_people_like_them() {
        let at = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).and_then(|d| d.and_hms_opt(4, 5, 0)).unwrap_or_default();
        assert_eq!(time(at, "Pacific/Auckland", Some("iso")), "2026-11-24 17:05");
        assert_eq!(date_option("2026-12-01", "UTC", Some("day_iso")), "Tue 2026-12-01");
        assert_eq!(date_option("2026-12-01T10:00:00.000Z", "Europe/Paris", Some("iso")), "2026-12-01 11:00");
        assert_eq!(date_option("Tea", "UTC", None), "Tea");
    }
}
