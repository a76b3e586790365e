//! A signature that is the sender's name on a line of its own.

pub(super) fn find(lines: &[&str], name: &str) -> Option<usize> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    lines.iter().position(|line| line.trim().eq_ignore_ascii_case(name))
}
