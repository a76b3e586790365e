//! Markdown as pages and mails show it.

use comrak::Options;

/// HTML of a Markdown text; raw HTML inside it is left out.
#[must_use]
pub fn to_html(markdown: &str) -> String {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.render.hardbreaks = true;
    comrak::markdown_to_html(markdown, &options)
}
