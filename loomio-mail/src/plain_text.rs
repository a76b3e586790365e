//! A page as plain text: layout taken apart, addresses behind what links to them.

use crate::message::MailError;
use html2text::render::TextDecorator;
use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

static RULE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)<hr\b[^>]*>").ok());

/// The width of a line in characters, as mail has had it since terminals. An address
/// that is longer stays whole: broken, it leads nowhere.
const WIDTH: usize = 76;
/// What the layout is given instead: it would break long addresses, too.
const WIDE: usize = 50_000;

#[derive(Debug, Clone, Default)]
struct Links(Vec<String>);

impl TextDecorator for Links {
    type Annotation = ();

    fn decorate_link_start(&mut self, url: &str) -> (String, ()) {
        self.0.push(url.to_owned());
        (String::new(), ())
    }
    fn decorate_link_end(&mut self) -> String {
        self.0.pop().map(|url| format!(" <{url}>")).unwrap_or_default()
    }
    fn decorate_em_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_em_end(&self) -> String {
        String::new()
    }
    fn decorate_strong_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strong_end(&self) -> String {
        String::new()
    }
    fn decorate_strikeout_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }
    fn decorate_code_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_code_end(&self) -> String {
        String::new()
    }
    fn decorate_preformat_first(&self) {}
    fn decorate_preformat_cont(&self) {}
    fn decorate_image(&mut self, _src: &str, title: &str) -> (String, ()) {
        (title.to_owned(), ())
    }
    fn header_prefix(&self, _level: usize) -> String {
        String::new()
    }
    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }
    fn unordered_item_prefix(&self) -> String {
        "- ".to_owned()
    }
    fn ordered_item_prefix(&self, i: i64) -> String {
        format!("{i}. ")
    }
    fn make_subblock_decorator(&self) -> Self {
        Self::default()
    }
}

/// The page as plain text.
///
/// # Errors
/// When the page cannot be read as HTML.
pub fn of(page: &str) -> Result<String, MailError> {
    // A rule would be drawn as wide as the layout is.
    let page = RULE.as_ref().map_or(Cow::Borrowed(page), |rule| rule.replace_all(page, "<p>* * *</p>"));
    let text = html2text::config::with_decorator(Links::default()).raw_mode(true).no_link_wrapping().string_from_read(page.as_bytes(), WIDE).map_err(|e| MailError::Compose(e.to_string()))?;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        wrap(&unrepeated(line.trim_end()), &mut lines);
    }
    lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    Ok(lines.join("\n").trim_matches('\n').to_owned() + "\n")
}

/// Breaks a line between words. What goes on below a quote or an item stands below
/// its words.
fn wrap(line: &str, lines: &mut Vec<String>) {
    if line.chars().count() <= WIDTH {
        lines.push(line.to_owned());
        return;
    }
    let start = line.find(|c: char| !matches!(c, ' ' | '>')).unwrap_or(0);
    let (quote, rest) = line.split_at(start);
    let mark = rest.split_once(' ').map(|(mark, _)| mark).filter(|mark| *mark == "-" || mark.strip_suffix('.').is_some_and(|n| n.len() < 4 && n.bytes().all(|b| b.is_ascii_digit())));
    let below = format!("{quote}{}", " ".repeat(mark.map_or(0, |mark| mark.len() + 1)));
    let mut now = quote.to_owned();
    let mut is_empty = true;
    for word in rest.split(' ') {
        if !is_empty && now.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut now, below.clone()).trim_end().to_owned());
            is_empty = true;
        }
        if !is_empty {
            now.push(' ');
        }
        now.push_str(word);
        is_empty = false;
    }
    lines.push(now.trim_end().to_owned());
}

/// A line whose bare address is not followed by the same address again.
fn unrepeated(line: &str) -> String {
    match line.rsplit_once(" <") {
        Some((before, url)) if url.strip_suffix('>').is_some_and(|url| before.ends_with(url)) => before.to_owned(),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_show_where_they_lead() {
        let page = "<html><head><style>p { color: red }</style></head><body><h1><a href=\"https://x.org/d/1\">Roof</a></h1><p>One</p><p>https<b>!</b></p><ul><li>Two</li></ul><p><a href=\"https://x.org\">https://x.org</a></p></body></html>";
        assert_eq!(of(page).expect("text"), "Roof <https://x.org/d/1>\n\nOne\n\nhttps!\n- Two\n\nhttps://x.org\n");
    }
    /// Each line of the text, and the words in their order.
    fn check(page: &str, expected: &[&str]) {
        assert_eq!(of(page).expect("text").lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn long_addresses_stay_whole() {
        let url = format!("https://talk.example.org/d/XqH8ic2N/fix-the-roof/10?stance_token={}&utm_medium=email", "x".repeat(80));
        let before = "Please say what you think of the roof before the end of the week, here:";
        let html = url.replace('&', "&amp;");
        check(&format!("<p>{before} <a href=\"{html}\">the roof</a>, thanks</p>"), &[&format!("{before} the"), "roof", &format!("<{url}>,"), "thanks"]);
        check(&format!("<p><a href=\"{html}\">{html}</a></p>"), &[&url]);
        check(&format!("<p>{html} and so on</p>"), &[&url, "and so on"]);
    }

    #[test]
    fn what_goes_on_stands_below_its_words() {
        let long = ["word"; 20].join(" ");
        check(
            &format!("<blockquote>{long}</blockquote><ul><li>{long}</li></ul>"),
            &[
                "> word word word word word word word word word word word word word word word",
                "> word word word word word",
                "- word word word word word word word word word word word word word word word",
                "  word word word word word",
            ],
        );
        check("<p>One</p><hr style=\"a\"><p>Two</p>", &["One", "", "* * *", "", "Two"]);
    }
}
