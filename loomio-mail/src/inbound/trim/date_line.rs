//! "2026-11-24 9:12 GMT+01:00 Ana <ana@example.com>", as Gmail once began a quote.

use regex::Regex;
use std::sync::LazyLock;

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[>\s]*\d{4}[-/]\d{1,2}[-/]\d{1,2}\s.*\s<[^<>\s]+@[^<>\s]+>?:?\s*$").ok());

pub(super) fn find(lines: &[&str]) -> Option<usize> {
    let date = DATE.as_ref()?;
    lines.iter().position(|line| date.is_match(line))
}
