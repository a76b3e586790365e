//! The line of two dashes with which signatures begin (RFC 3676), or of two
//! underscores.

pub(super) fn find(lines: &[&str]) -> Option<usize> {
    lines.iter().position(|line| matches!(line.trim(), "--" | "__" | "—" | "\\--" | "\\_\\_"))
}
