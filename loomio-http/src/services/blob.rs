//! Uploaded files and where they are kept.

/// How a file is to be treated and called (`Content-Disposition`).
#[must_use]
pub fn disposition(kind: &str, filename: &str) -> String {
    let plain: String = filename.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\' | '%') { c } else { '?' }).collect();
    let mut encoded = String::new();
    for byte in filename.bytes() {
        // RFC 5987's characters stand for themselves.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) { encoded.push(char::from(byte)) } else { encoded.push_str(&format!("%{byte:02X}")) }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}
