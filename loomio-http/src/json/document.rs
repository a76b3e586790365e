//! Documents (links and files of an older kind) and attached files.

use super::{
    comment, discussion, file, group, outcome, poll,
    render::{Node, Render, maybe_time, time},
    stance, user,
};
use crate::fields;
use loomio_db::rows::{Document, StorageAttachment, StorageBlob};
use serde_json::Value as Json;
use std::sync::Arc;

/// A document.
pub fn document(d: &Document, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let file = r.store.files.get(&("Document", "file", d.id.into())).and_then(|files| files.first().cloned());
    let path = file.as_ref().map(|blob| file::blob_path(blob, r.around.secrets));
    fields!(node;
        "id" => d.id,
        "title" => d.title,
        "icon" => d.icon,
        "color" => d.color,
        "url" => path.clone().or_else(|| d.url.clone()),
        "download_url" => path,
    );
    if d.doctype == "image" {
        fields!(node; "web_url" => d.web_url, "thumb_url" => d.thumb_url);
    }
    fields!(node;
        "model_id" => d.model_id,
        "model_type" => d.model_type,
        "created_at" => maybe_time(d.created_at),
        "group_id" => d.group_id,
    );
    let author = r.store.users.get(&d.author_id);
    r.one(&mut node, "author_id", "users", author, user::author);
    node
}

/// An attached file with what it is attached to. Who voted in an anonymous poll is
/// not told as the author of a vote's file.
pub fn attachment(a: &StorageAttachment, r: &mut Render<'_>) -> Node {
    let mut node = Node::new();
    let blob: Option<Arc<StorageBlob>> = r.store.blobs.get(&a.blob_id);
    let blob = blob.as_deref();
    let kind = blob.and_then(|b| b.content_type.clone());
    let icon = blob.map(|b| file::icon(kind.as_deref().unwrap_or(&b.filename)));
    fields!(node;
        "id" => a.id,
        "filename" => blob.map(|b| b.filename.clone()),
        "content_type" => kind,
        "byte_size" => blob.map(|b| b.byte_size),
        "icon" => icon,
        "preview_url" => blob.and_then(|b| file::representation_path(b, &file::Variation::preview(), r.around.secrets)),
        "download_url" => blob.map(|b| file::blob_path(b, r.around.secrets)),
        "created_at" => time(a.created_at),
        "record_type" => a.record_type,
        "record_id" => a.record_id,
    );
    node.insert("record".to_owned(), Json::Null);
    let id = i32::try_from(a.record_id).unwrap_or_default();
    let mut author = None;
    macro_rules! of {
        ($store:ident, $kind:literal, $root:literal, $json:path, |$row:ident| $author:expr) => {
            if let Some($row) = r.store.$store.get(&id) {
                r.any(&mut node, "record", $kind, $root, $row.as_ref(), $json);
                author = $author;
            }
        };
    }
    match a.record_type.as_str() {
        "Group" => of!(groups, "group", "groups", group::group, |g| g.creator_id),
        "Comment" => of!(comments, "comment", "comments", comment::comment, |c| c.user_id),
        "Discussion" => of!(discussions, "discussion", "discussions", discussion::discussion, |d| d.author_id),
        "Poll" => of!(polls, "poll", "polls", poll::poll, |p| Some(p.author_id)),
        "Outcome" => of!(outcomes, "outcome", "outcomes", outcome::outcome, |o| Some(o.author_id)),
        "Stance" => of!(stances, "stance", "stances", stance::stance, |s| {
            let open = r.store.polls.get(&s.poll_id).is_some_and(|p| !p.anonymous);
            s.participant_id.filter(|_| open)
        }),
        _ => {}
    }
    let author = author.and_then(|id| r.store.users.get(&id));
    r.one(&mut node, "author_id", "users", author, user::author);
    node
}

/// Kinds of documents by what is found in their type or address: (name, icon,
/// colour, endings, parts).
///
/// Source: `config/doctypes.yml`.
const KINDS: [(&str, &str, &str, &[&str], &[&str]); 14] = [
    ("youtube_video", "video", "#BB0000", &[], &["youtube.com/watch"]),
    ("image", "image", "#ABCABC", &["gif", "jpg", "jpeg", "png", "tiff", "svg"], &[]),
    ("pdf", "file-pdf-box", "#BB4444", &["pdf"], &[]),
    ("excel", "file-excel-box", "#44AA66", &["xls", "xlsx"], &[]),
    ("document", "file-word-box", "#4466AA", &["doc", "docx"], &[]),
    ("csv", "file-document", "#44AA66", &["csv"], &[]),
    ("video", "file-video", "#BB0000", &[], &[".mp4", "/mp4", ".mov", "/mov", ".m4a", "/m4a"]),
    ("text", "file-document", "#4466AA", &[], &[".txt", "/txt"]),
    ("google_doc", "text-box", "#4285F4", &[], &["docs.google.com/document"]),
    ("google_sheet", "google-spreadsheet", "#109D58", &[], &["docs.google.com/spreadsheet"]),
    ("google_drive", "google-drive", "#4466AA", &[], &["drive.google.com/"]),
    ("trello_board", "collage", "#026AA7", &[], &["trello.com/b/"]),
    ("trello_card", "cards", "#026AA7", &[], &["trello.com/c/"]),
    ("other", "file", "#CCCCCC", &[], &[""]),
];

/// The kind of a document: (name, icon, colour).
#[must_use]
pub fn kind(type_or_address: &str) -> (&'static str, &'static str, &'static str) {
    // Numbers behind a question mark come after an ending (`a.png?1400`).
    let mut bare = type_or_address;
    while let Some((before, _)) = bare.rsplit_once('?').filter(|(_, digits)| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())) {
        bare = before;
    }
    if let Some((_, after)) = type_or_address.split_once("github.com/")
        && after.contains("/pulls/")
        && !KINDS[..11].iter().any(|k| fits(k, bare, type_or_address))
    {
        return ("pull_request", "source-pull", "#444444");
    }
    KINDS.iter().find(|k| fits(k, bare, type_or_address)).map_or(("other", "file", "#CCCCCC"), |k| (k.0, k.1, k.2))
}

fn fits(kind: &(&str, &str, &str, &[&str], &[&str]), bare: &str, whole: &str) -> bool {
    let ends = |ending: &&str| bare.strip_suffix(*ending).is_some_and(|before| before.ends_with(['.', '/']));
    kind.3.iter().any(ends) || kind.4.iter().any(|part| whole.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_type_or_address() {
        for (given, name) in [
            ("https://example.org/quote.pdf", "pdf"),
            ("image/jpeg", "image"),
            ("https://example.org/a.png?1400", "image"),
            ("https://docs.google.com/spreadsheet/x", "google_sheet"),
            ("https://github.com/a/b/pulls/1", "pull_request"),
            ("application/msword", "other"),
            ("text/plain", "other"),
        ] {
            assert_eq!(kind(given).0, name, "{given}");
        }
    }
}
