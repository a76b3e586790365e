//! Uploaded files and where their bytes are kept: the rows of ActiveStorage, and its
//! disk service's folders (`ab/cd/abcd…`).
//!
//! Pictures of people and groups come through [`store`] and [`attach`]:
//!
//! ```text
//! let upload = visit.upload("file")?;
//! let blob = blob::store_picture(visit, &w, &permit, upload).await?;
//! blob::attach(&w, &permit, "User", user.id.into(), "uploaded_avatar", &blob).await?;
//! ```

mod place;
mod serving;

pub use place::{Store, StoreError};
pub use serving::{disposition, served_disposition, served_type};

use super::{Done, Faults, ServiceError, Visit};
use crate::App;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    rows::{StorageAttachment, StorageBlob},
};
use md5::{Digest, Md5};
use rand::RngCore;
use serde_json::json;

/// The most bytes of one uploaded file.
pub const LARGEST: i64 = 512 * 1024 * 1024;

/// The name of the service that keeps files, as its rows are marked.
#[must_use]
pub fn service_name(app: &App) -> &str {
    place::service(&app.settings)
}

/// A new key: 28 lower-case letters and digits.
pub fn new_key(rng: &mut impl RngCore) -> String {
    const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // 252 is the last whole multiple of 36 in a byte.
    std::iter::repeat_with(|| {
        let mut byte = [0u8; 1];
        rng.fill_bytes(&mut byte);
        byte[0]
    })
    .filter(|byte| *byte < 252)
    .take(28)
    .map(|byte| char::from(LETTERS[usize::from(byte % 36)]))
    .collect()
}

/// The check sum of a file: MD5 in base 64.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

/// The check sum of bytes that came in parts.
#[must_use]
pub fn encoded_sum(sum: Md5) -> String {
    STANDARD.encode(sum.finalize())
}

/// A file's name without folders or characters that names cannot have.
#[must_use]
pub fn sanitized(filename: &str) -> String {
    let name: String = filename.trim().chars().map(|c| if c.is_control() || "\u{202e}%$|:;/<>?*\"\t\r\n\\".contains(c) { '-' } else { c }).take(200).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}

/// A file sent with a form.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The form's field.
    pub field: String,
    /// The file's name.
    pub filename: String,
    /// The type it claims to be of.
    pub content_type: Option<String>,
    /// Its bytes.
    pub bytes: Bytes,
}

/// What is known of a file's content: a picture's size.
fn analysed(bytes: &[u8]) -> String {
    let size = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok().and_then(|r| r.into_dimensions().ok());
    match size {
        Some((width, height)) => json!({"identified": true, "width": width, "height": height, "analyzed": true}).to_string(),
        None => json!({"identified": true, "analyzed": true}).to_string(),
    }
}

/// Keeps bytes as a file and stores its row.
///
/// # Errors
/// When they cannot be kept or the database refuses.
pub async fn store(app: &App, w: &Write, permit: &Permit, filename: &str, content_type: &str, bytes: Bytes) -> Done<StorageBlob> {
    let key = new_key(&mut *w.rng());
    let row = StorageBlob {
        key: key.clone(),
        filename: sanitized(filename),
        content_type: Some(content_type.to_owned()),
        metadata: Some(analysed(&bytes)),
        byte_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        checksum: Some(checksum(&bytes)),
        service_name: service_name(app).to_owned(),
        ..StorageBlob::default()
    };
    app.files.put(&key, bytes).await.map_err(failed)?;
    Ok(w.insert(permit, row).await?)
}

/// A disk that fails is told to nobody but the log.
pub fn failed(e: StoreError) -> ServiceError {
    tracing::error!(error = %e, "a file could not be kept or read");
    ServiceError::Status(500, json!({"status": 500, "error": "Internal Server Error"}))
}

/// Keeps an uploaded picture. What it is, is read from its bytes, not from its name.
///
/// # Errors
/// When it is no picture that browsers show, or cannot be kept.
pub async fn store_picture(visit: &Visit, w: &Write, permit: &Permit, upload: &Upload) -> Done<StorageBlob> {
    let kind = infer::get(&upload.bytes).map(|k| k.mime_type()).filter(|k| matches!(*k, "image/png" | "image/jpeg" | "image/gif" | "image/webp"));
    let Some(kind) = kind else {
        let mut faults = Faults::default();
        faults.add(&upload.field, visit.text("activerecord.errors.messages.invalid"));
        return Err(ServiceError::Invalid(faults));
    };
    store(&visit.app, w, permit, &upload.filename, kind, upload.bytes.clone()).await
}

/// Makes a file the only one of its kind at a record. The earlier one's row stays
/// for the job that throws unattached files away.
///
/// # Errors
/// When the database refuses.
pub async fn attach(w: &Write, permit: &Permit, class: &str, id: i64, name: &str, blob: &StorageBlob) -> Done<()> {
    detach(w, permit, class, id, name).await?;
    w.insert(permit, StorageAttachment { name: name.to_owned(), record_type: class.to_owned(), record_id: id, blob_id: blob.id, ..StorageAttachment::default() }).await?;
    Ok(())
}

/// Takes the files of a kind away from a record.
///
/// # Errors
/// When the database refuses.
pub async fn detach(w: &Write, permit: &Permit, class: &str, id: i64, name: &str) -> Done<()> {
    w.execute(permit, "delete from active_storage_attachments where record_type = $1 and record_id = $2 and name = $3", vec![class.into(), id.into(), name.into()]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_leads_nowhere() {
        assert_eq!(super::sanitized("../../etc/passwd\n"), "..-..-etc-passwd");
    }
}
