//! A quote at the very end that nothing introduces.

/// The lines without quoted ones at their end, unless there is nothing else.
pub(super) fn without<'l>(lines: &'l [&'l str]) -> &'l [&'l str] {
    let is_quoted = |line: &&str| line.trim_start().starts_with('>');
    let written = lines.iter().rposition(|line| !line.trim().is_empty() && !is_quoted(line));
    let answers_between = lines.get(..=written.unwrap_or(0)).is_some_and(|own| own.iter().any(is_quoted));
    match written {
        // Who answers between the lines may leave the last one unanswered.
        Some(at) if !answers_between => lines.get(..=at).unwrap_or(lines),
        _ => lines,
    }
}
