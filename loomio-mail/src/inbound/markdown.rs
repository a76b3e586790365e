//! A mail's page as Markdown, so that an answer can be read and edited like any
//! other comment.

use htmd::{
    Element, HtmlToMarkdown,
    element_handler::Handlers,
    options::{BulletListMarker, Options},
};

/// Deeper pages than this were made to do harm; their words are kept without markup.
const DEEPEST: usize = 200;

/// Classes and ids by which mail programs mark what they quote or sign.
const QUOTED: [&str; 12] = [
    "gmail_quote",
    "gmail_quote_container",
    "gmail_attr",
    "gmail_signature",
    "gmail_extra",
    "yahoo_quoted",
    "protonmail_quote",
    "moz-cite-prefix",
    "moz-signature",
    "divRplyFwdMsg",
    "appendonsend",
    "OLK_SRC_BODY_SECTION",
];

fn is_quoted(element: &Element<'_>) -> bool {
    element.attrs.iter().any(|attr| {
        let name = attr.name.local.to_string();
        match name.as_str() {
            "class" | "id" => attr.value.split_whitespace().any(|word| QUOTED.contains(&word)),
            "type" => element.tag == "blockquote" && attr.value.eq_ignore_ascii_case("cite"),
            _ => false,
        }
    })
}

fn options() -> Options {
    Options { bullet_list_marker: BulletListMarker::Dash, ul_bullet_spacing: 1, ol_number_spacing: 1, ..Options::default() }
}

fn finished(markdown: String) -> String {
    let ruled: Vec<String> = markdown.lines().map(ruled).collect();
    let mut text = ruled.join("\n").replace('\u{a0}', " ");
    // Three empty lines say no more than one.
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text.trim().to_owned()
}

/// The rule below a table's head, in the three dashes that every reader of Markdown knows.
fn ruled(line: &str) -> String {
    let is_rule = line.starts_with("| -") && line.chars().all(|c| matches!(c, '|' | '-' | ' '));
    if is_rule { line.split('|').map(|cell| if cell.trim().is_empty() { "" } else { " --- " }).collect::<Vec<_>>().join("|") } else { line.to_owned() }
}

/// How deep the tags of a page nest, at most.
fn depth(page: &str) -> usize {
    let (mut now, mut most) = (0usize, 0usize);
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let void = ["br", "img", "hr", "meta", "link", "input", "!"].iter().any(|v| rest.get(..v.len()).is_some_and(|s| s.eq_ignore_ascii_case(v)));
        if rest.starts_with('/') {
            now = now.saturating_sub(1);
        } else if !void && rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            now += 1;
            most = most.max(now);
        }
    }
    most
}

fn words(page: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in page.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The whole page.
#[must_use]
pub fn of(page: &str) -> String {
    if depth(page) > DEEPEST {
        return words(page);
    }
    let converter = HtmlToMarkdown::builder().skip_tags(vec!["head", "script", "style", "title"]).options(options()).build();
    converter.convert(page).map_or_else(|_| words(page), finished)
}

/// The page without what its mail program quoted.
#[must_use]
pub fn without_quotes(page: &str) -> String {
    if depth(page) > DEEPEST {
        return words(page);
    }
    let converter = HtmlToMarkdown::builder()
        .skip_tags(vec!["head", "script", "style", "title"])
        .options(options())
        .add_handler(vec!["div", "blockquote", "p", "span"], |handlers: &dyn Handlers, element: Element<'_>| if is_quoted(&element) { Some(String::new().into()) } else { handlers.fallback(element) })
        .build();
    converter.convert(page).map_or_else(|_| words(page), finished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_become_markdown() {
        let page = "<html><head><title>x</title></head><body><p>Hello <b>bold</b> and <a href=\"https://example.com/x\">link</a></p><ul><li>one</li><li>two</li></ul></body></html>";
        assert_eq!(of(page), "Hello **bold** and [link](https://example.com/x)\n\n- one\n- two");
        assert_eq!(of("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><p>&nbsp;after</p>"), "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n after");
    }

    #[test]
    fn quotes_are_left_out() {
        assert_eq!(without_quotes("<div>Yes.</div><div class=\"gmail_quote\"><div>On Monday Loomio wrote:</div><blockquote>old</blockquote></div>"), "Yes.");
        assert_eq!(without_quotes("<p>Yes.</p><blockquote type=\"cite\">old</blockquote><blockquote>mine</blockquote>"), "Yes.\n\n> mine");
    }

    #[test]
    fn a_page_without_a_bottom_is_only_words() {
        let deep = format!("{}x{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
        assert_eq!(of(&deep), "x");
    }
}
