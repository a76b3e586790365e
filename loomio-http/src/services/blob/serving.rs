//! How a file is handed out: its name in headers, and what is only ever kept, not shown.

use loomio_db::rows::StorageBlob;

/// How a file is to be treated and called (`Content-Disposition`).
#[must_use]
pub fn disposition(kind: &str, filename: &str) -> String {
    let plain: String = filename.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\' | '%') { c } else { '?' }).collect();
    let mut encoded = String::new();
    for byte in filename.bytes() {
        // RFC 5987's characters stand for themselves.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// Types that could act in the name of the site and are never shown by it.
const BINARY: [&str; 11] = [
    "text/html",
    "image/svg+xml",
    "application/postscript",
    "application/x-shockwave-flash",
    "text/xml",
    "application/xml",
    "application/xhtml+xml",
    "application/mathml+xml",
    "text/cache-manifest",
    "text/javascript",
    "application/javascript",
];
/// Types that a browser may show in its window.
const INLINE: [&str; 10] = ["audio/webm", "video/webm", "image/png", "image/gif", "image/jpeg", "image/tiff", "image/vnd.adobe.photoshop", "image/vnd.microsoft.icon", "application/pdf", "image/webp"];

/// The type under which a file is served.
#[must_use]
pub fn served_type(blob: &StorageBlob) -> &str {
    let kind = blob.content_type.as_deref().filter(|k| !k.is_empty() && k.bytes().all(|b| b.is_ascii_graphic())).unwrap_or("application/octet-stream");
    let bare = kind.split(';').next().unwrap_or(kind);
    if BINARY.iter().any(|b| b.eq_ignore_ascii_case(bare)) { "application/octet-stream" } else { kind }
}

/// Whether a file is shown or kept, given what was asked for.
#[must_use]
pub fn served_disposition(blob: &StorageBlob, asked: Option<&str>) -> &'static str {
    let shown = blob.content_type.as_deref().is_some_and(|kind| INLINE.contains(&kind));
    if shown && asked != Some("attachment") { "inline" } else { "attachment" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_in_headers() {
        assert_eq!(disposition("inline", "a.png"), "inline; filename=\"a.png\"; filename*=UTF-8''a.png");
        assert_eq!(disposition("attachment", "Übung \"1\".pdf"), "attachment; filename=\"?bung ?1?.pdf\"; filename*=UTF-8''%C3%9Cbung%20%221%22.pdf");
    }

    #[test]
    fn what_could_act_is_never_shown() {
        let check = |kind: Option<&str>, served: &str, treated: &str| {
            let blob = StorageBlob { content_type: kind.map(ToOwned::to_owned), ..StorageBlob::default() };
            assert_eq!((served_type(&blob), served_disposition(&blob, None)), (served, treated), "{kind:?}");
        };
        check(Some("image/png"), "image/png", "inline");
        check(Some("text/plain"), "text/plain", "attachment");
        check(Some("image/svg+xml"), "application/octet-stream", "attachment");
        check(Some("Text/HTML; charset=utf-8"), "application/octet-stream", "attachment");
        check(Some("x\r\nSet-Cookie: a"), "application/octet-stream", "attachment");
        check(None, "application/octet-stream", "attachment");
    }
}
