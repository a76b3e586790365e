//! What somebody wrote, without what they answer and without their signature.
//!
//! Each file knows one way in which mail programs begin what they quote; the
//! earliest beginning is where the answer ends. The rules are stricter than the
//! original's: a beginning must look like one as a whole, because a sentence with
//! "from:" in it is a sentence (`ReceivedEmailService.reply_split_points`).

mod banner;
mod date_line;
mod delimiter;
mod header_block;
mod intro;
mod name_line;
mod sent_from;
mod signature;
mod tail;

/// Finds the first line of what is quoted. Empty lines count.
type Matcher = fn(&[&str]) -> Option<usize>;

const MATCHERS: [Matcher; 7] = [banner::find, header_block::find, intro::find, date_line::find, delimiter::find, signature::find, sent_from::find];

/// What was written in answer. `sender` is the name in the mail's From header, with
/// which many signatures begin.
#[must_use]
pub fn reply(text: &str, sender: Option<&str>) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().collect();
    let own = upper(&lines, sender);
    if !own.is_empty() {
        return own;
    }
    // Some write below what they answer, or between its lines.
    match intro::find(&lines) {
        Some(at) => below(lines.get(at..).unwrap_or_default(), sender),
        None => String::new(),
    }
}

/// The answer above everything quoted.
fn upper(lines: &[&str], sender: Option<&str>) -> String {
    let mut kept = lines;
    loop {
        let found = MATCHERS.iter().filter_map(|find| find(kept)).chain(sender.and_then(|name| name_line::find(kept, name))).min();
        match found {
            Some(at) => kept = kept.get(..at).unwrap_or_default(),
            None => break,
        }
    }
    tail::without(kept).join("\n").trim().to_owned()
}

/// An answer below a quote or between its lines: everything after the quote's first
/// line, if any of it is new.
fn below(quote: &[&str], sender: Option<&str>) -> String {
    let after = quote.get(intro::length(quote)..).unwrap_or_default();
    let is_quoted = |line: &&str| line.trim_start().starts_with('>');
    let is_new = |line: &&str| !line.trim().is_empty() && !is_quoted(line);
    let starts_quoted = after.iter().find(|l| !l.trim().is_empty()).is_some_and(is_quoted);
    if starts_quoted && after.iter().any(is_new) { upper(after, sender) } else { String::new() }
}

/// Whether a character only says in which direction others are written.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A line without the marks of a quote before it and without bold around it.
fn bare(line: &str) -> &str {
    line.trim_start_matches(|c: char| c.is_whitespace() || c == '>' || c == '*' || is_direction(c)).trim_end_matches(|c: char| c.is_whitespace() || c == '*' || is_direction(c))
}
