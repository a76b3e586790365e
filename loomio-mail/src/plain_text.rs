//! A page as plain text: layout taken apart, addresses behind what links to them.

use crate::message::MailError;
use html2text::render::TextDecorator;

/// The width of a line, as mail has had it since terminals.
const WIDTH: usize = 76;

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
    let text = html2text::config::with_decorator(Links::default()).raw_mode(true).no_link_wrapping().string_from_read(page.as_bytes(), WIDTH).map_err(|e| MailError::Compose(e.to_string()))?;
    let mut lines: Vec<String> = text.lines().map(|line| unrepeated(line.trim_end())).collect();
    lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    Ok(lines.join("\n").trim_matches('\n').to_owned() + "\n")
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
}
