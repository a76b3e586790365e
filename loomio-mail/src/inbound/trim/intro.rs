//! "On Tuesday Ana wrote:", in the languages of Loomio.
//!
//! The line may be wrapped. It must end where a quote begins and say when or from
//! which address; else it is somebody's sentence.

use super::bare;
use regex::Regex;
use std::sync::LazyLock;

/// First words and last words of such a line, in lower case.
const FORMS: &[&str] = &[
    r"on\b.+\b(wrote|said)\s*:",
    r"am\b.+\b(schrieb|hat)\b.*:",
    r"le\b.+\ba\s*écrit\s*:",
    r"el\b.+\bescribió\s*:",
    r"el\b.+\bva escriure\s*:",
    r"il\b.+\bha scritto\s*:",
    r"op\b.+\b(schreef\b.*|geschreven|het volgende)\s*:",
    r"em\b.+\bescreveu\s*:",
    r"a(s|os)?\b.+\bescreveu\s*:",
    r"(den|på|d\.)\s.+\bskrev\b.*:",
    r".+\bskrev (den|följande|:).*:?",
    r".+\bkirjoitti\b.*:",
    r"(w dniu|dnia|w)\s.+\b(napisał|napisała|napisał\(a\)|pisze)\b?.*:",
    r"dne\s.+\bnapsal(a|\(a\))?\b?.*:",
    r".+\bezt írta\b.*:",
    r"(în|pe|in)\s.+\ba scris\b.*:",
    r".+\b(писал|написал|пишет|писав|написав|пише)(а|\(а\)|ла)?\s*:?.*:",
    r"(dana|dne|u)\s.+\b(je|napisao|napisala|piše)\b.*:",
    r"στις\s.+\bέγραψε\b.*:",
    r".+\b(şunu|şöyle|şunları)? ?yazdı\s*:",
    r"ב.+\bכתב(ה|/ה)?\b.*:",
    r"\d{4}年.+[:：]",
    r".+(写道|寫道|書きました|のメッセージ)\s*[:：]",
    // Gmail leaves the verb out in some languages.
    r".*\d{4}.*<[^<>\s]+@[^<>\s]+>\s*[:：]",
    r".+<[^<>\s]+@[^<>\s]+>\s*(wrote|schrieb|escribió|escreveu|schreef|skrev|napisał(\(a\))?|napsala?)\s*:",
    // A day, a time, an address and a word or two: the same in any language.
    r"(.*\d{4}.*\d{1,2}[:.]\d{2}|.*\d{1,2}[:.]\d{2}.*\d{4}).*<[^<>\s]+@[^<>\s]+>\s*(\S+\s+)?\S+\s*[:：]",
];

static INTRO: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("(?is)^(?:{})$", FORMS.join("|"))).ok());
/// Longer ones are no introductions.
const MOST_LINES: usize = 4;
const MOST_CHARACTERS: usize = 400;

/// How many lines the introduction at the start takes; 0 when there is none.
pub(super) fn length(lines: &[&str]) -> usize {
    let Some(intro) = INTRO.as_ref() else { return 0 };
    if lines.first().is_none_or(|l| bare(l).is_empty()) {
        return 0;
    }
    let mut joined = String::new();
    for (n, line) in lines.iter().take(MOST_LINES).enumerate() {
        let line = bare(line);
        if line.is_empty() {
            return 0;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
        if joined.chars().count() > MOST_CHARACTERS {
            return 0;
        }
        if line.ends_with([':', '：']) && intro.is_match(&joined) && is_meant(&joined, lines.get(n + 1..).unwrap_or_default()) {
            return n + 1;
        }
    }
    0
}

/// Whether the words are about a mail: they tell a date or an address, or a quote
/// follows.
fn is_meant(joined: &str, after: &[&str]) -> bool {
    let next = after.iter().find(|l| !l.trim().is_empty());
    let tells = joined.contains(|c: char| c.is_ascii_digit()) || joined.contains('@');
    // One sentence after another is a text, whatever its words.
    let is_one = !joined.trim_end_matches(':').contains(". ") || joined.contains('<') || joined.contains(|c: char| c.is_ascii_digit());
    is_one && (tells || next.is_some_and(|l| l.trim_start().starts_with('>')))
}

pub(super) fn find(lines: &[&str]) -> Option<usize> {
    (0..lines.len()).find(|at| length(lines.get(*at..).unwrap_or_default()) > 0)
}
