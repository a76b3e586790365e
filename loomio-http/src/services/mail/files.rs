//! Files and link previews that go with a text.

use super::{reader::Reader, text};
use crate::json::file;
use loomio_db::{find::Find, rows::StorageBlob};
use serde_json::{Value as Json, json};

/// The files attached to something.
///
/// # Errors
/// When the database refuses.
pub async fn of(reader: &Reader, class: &str, id: i32) -> anyhow::Result<Vec<Json>> {
    let blobs = Find::<StorageBlob>::new(
        "active_storage_blobs.id in (select a.blob_id from active_storage_attachments a where a.record_type = $1 and a.record_id = $2 and a.name = 'files')",
        vec![class.into(), i64::from(id).into()],
    )
    .order("active_storage_blobs.id")
    .all(&reader.app.db)
    .await?;
    Ok(blobs
        .iter()
        .map(|blob| {
            json!({
                "name": blob.filename,
                "url": format!("{}{}", reader.links.root(), file::blob_path(blob, &reader.app.secrets)),
                "size": text::size(blob.byte_size),
            })
        })
        .collect())
}

/// The previews of links in a text, with web addresses only.
#[must_use]
pub fn previews(stored: &Json) -> Vec<Json> {
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    stored.as_array().map(|list| list.iter().filter(|p| p["url"].as_str().is_some_and(is_web)).cloned().collect()).unwrap_or_default()
}
