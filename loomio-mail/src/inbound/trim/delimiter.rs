//! The invisible marks at the top of each of our own mails (`REPLY_DELIMITER`).

/// Some programs swallow a few of the eight.
const ENOUGH: &str = "\u{feff}\u{feff}\u{feff}\u{feff}";

pub(super) fn find(lines: &[&str]) -> Option<usize> {
    lines.iter().position(|line| line.contains(ENOUGH))
}
