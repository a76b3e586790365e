//! Addresses of uploaded files, signed as ActiveStorage signs them, so that
//! addresses inside stored texts keep working whichever server made them.

use super::{render::Render, store::FileKey};
use alox_48::Value;
use loomio_auth::{Secrets, marshal};
use loomio_db::rows::StorageBlob;
use md5::{Digest, Md5};
use serde_json::{Value as Json, json};

/// How a picture is changed before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variation {
    /// The most pixels across.
    pub width: u32,
    /// The most pixels down.
    pub height: u32,
    /// The JPEG quality, 1 to 100.
    pub quality: u8,
}

impl Variation {
    /// Fits into a square.
    #[must_use]
    pub const fn square(size: u32, quality: u8) -> Self {
        Self { width: size, height: size, quality }
    }

    /// A group's cover.
    #[must_use]
    pub const fn cover() -> Self {
        Self { width: 2048, height: 512, quality: 85 }
    }

    /// The preview of an attached picture.
    #[must_use]
    pub const fn preview() -> Self {
        Self { width: 1280, height: 1280, quality: 85 }
    }

    /// The signed form inside addresses; the format comes first, as Rails merges it.
    #[must_use]
    pub fn key(&self, format: &str, secrets: &Secrets) -> String {
        let mut saver = alox_48::RbHash::new();
        saver.insert(marshal::symbol("quality"), Value::from(i32::from(self.quality)));
        saver.insert(marshal::symbol("strip"), Value::Bool(true));
        let size = |n: u32| Value::from(i32::try_from(n).unwrap_or(i32::MAX));
        let mut hash = alox_48::RbHash::new();
        hash.insert(marshal::symbol("format"), marshal::string(format));
        hash.insert(marshal::symbol("resize_to_limit"), Value::Array(vec![size(self.width), size(self.height)]));
        hash.insert(marshal::symbol("saver"), Value::Hash(saver));
        secrets.storage_sign(&Value::Hash(hash), "variation", None)
    }
}

/// The address of a changed picture; pictures only.
#[must_use]
pub fn representation_path(blob: &StorageBlob, variation: &Variation, secrets: &Secrets) -> Option<String> {
    let format = variant_format(blob)?;
    Some(format!("/rails/active_storage/representations/redirect/{}/{}/{}", secrets.blob_signed_id(blob.id), variation.key(&format, secrets), encoded(&blob.filename)))
}

/// The format of a changed picture: its own when every browser shows it (by the
/// name's ending, if that fits), otherwise PNG. `None` for what is no picture.
fn variant_format(blob: &StorageBlob) -> Option<String> {
    let kind = blob.content_type.as_deref()?;
    let usual = match kind {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "image/svg+xml" => return None,
        kind if kind.starts_with("image/") => return Some("png".to_owned()),
        _ => return None,
    };
    let ending = blob.filename.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let fits = mime_guess::from_ext(ending).iter_raw().any(|k| k == kind);
    Some(if fits { ending.to_owned() } else { usual.to_owned() })
}

/// The address of a file.
#[must_use]
pub fn blob_path(blob: &StorageBlob, secrets: &Secrets) -> String {
    format!("/rails/active_storage/blobs/redirect/{}/{}", secrets.blob_signed_id(blob.id), encoded(&blob.filename))
}

fn encoded(filename: &str) -> String {
    url::form_urlencoded::byte_serialize(filename.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The address of a record's picture, `null` without one.
pub fn representation(r: &mut Render<'_>, key: FileKey, variation: &Variation) -> Json {
    let blobs = r.store.files.get(&key);
    blobs.and_then(|b| b.first().and_then(|blob| representation_path(blob, variation, r.around.secrets))).map_or(Json::Null, |path| json!(path))
}

/// MD5 in hexadecimal digits, as avatar services want it.
#[must_use]
pub fn md5_hex(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

/// The icon of a file by its type or name.
#[must_use]
pub fn icon(name: &str) -> &'static str {
    super::document::kind(name).1
}
