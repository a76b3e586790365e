//! Uploading files and finding them again by signed addresses, as ActiveStorage does.
//!
//! An upload has two steps: [`direct_upload`] stores the row of a file that is still
//! to come and signs the address to which its bytes may be sent; whoever sends them
//! needs nothing but that address. Reading is alike: a lasting signed name leads to
//! an address that holds for five minutes.

use super::{Done, ServiceError, Visit, blob};
use crate::{
    App,
    json::{
        file::{Variation, blob_path, representation_path},
        params::{BadParams, Params},
    },
};
use alox_48::{RbHash, Value};
use bytes::Bytes;
use chrono::{NaiveDateTime, TimeDelta};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, codecs::jpeg::JpegEncoder, imageops::FilterType};
use loomio_auth::marshal;
use loomio_core::policy::Permit;
use loomio_db::{find, record::rails_time, rows::StorageBlob};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// How long a signed address of bytes holds.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);

fn symbols(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut hash = RbHash::new();
    for (name, value) in entries {
        hash.insert(marshal::symbol(name), value);
    }
    Value::Hash(hash)
}

fn entry<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Hash(hash) = value else { return None };
    hash.iter().find(|(key, _)| marshal::text(key).as_deref() == Some(name)).map(|(_, value)| value)
}

fn entry_text(value: &Value, name: &str) -> Option<String> {
    entry(value, name).and_then(marshal::text)
}

/// Begins an upload. `root` starts the address for the bytes; `links` says whether
/// the file's own addresses are told, too.
///
/// Only those who are signed in may upload; the original lets everybody.
///
/// # Errors
/// When nobody is signed in or the file is not described.
pub async fn direct_upload(visit: &Visit, root: &str, links: bool) -> Done {
    visit.signed_in()?;
    let described = visit.params.get("blob").and_then(Json::as_object).cloned().map(Params).ok_or_else(|| BadParams::Missing("blob".to_owned()))?;
    let missing = |name: &str| BadParams::Missing(name.to_owned());
    let filename = described.filled("filename").ok_or_else(|| missing("filename"))?;
    let byte_size = described.int("byte_size").filter(|n| (0..=blob::LARGEST).contains(n)).ok_or_else(|| missing("byte_size"))?;
    let checksum = described.filled("checksum").filter(|c| c.len() <= 64).ok_or_else(|| missing("checksum"))?;
    let content_type = described.filled("content_type").filter(|t| t.len() <= 200);
    let metadata = described.get("metadata").filter(|m| m.is_object()).cloned().unwrap_or_else(|| json!({}));
    let w = visit.begin().await?;
    let row = StorageBlob {
        key: blob::new_key(&mut *w.rng()),
        filename: blob::sanitized(&filename),
        content_type: content_type.clone(),
        metadata: Some(metadata.to_string()),
        byte_size,
        checksum: Some(checksum),
        service_name: blob::service_name(&visit.app).to_owned(),
        ..StorageBlob::default()
    };
    let row = w.insert(&Permit::system("an upload of somebody signed in"), row).await?;
    w.commit().await?;
    let mut told = json!({
        "id": row.id,
        "key": row.key,
        "filename": row.filename,
        "content_type": row.content_type,
        "metadata": metadata,
        "byte_size": row.byte_size,
        "checksum": row.checksum,
        "created_at": rails_time(row.created_at),
        "service_name": row.service_name,
        "attachable_sgid": visit.app.secrets.global_id_sign(&format!("gid://loomio/ActiveStorage::Blob/{}?expires_in", row.id), "attachable"),
        "signed_id": visit.app.secrets.blob_signed_id(row.id),
        "direct_upload": {"url": format!("{root}/rails/active_storage/disk/{}", upload_token(&visit.app, &row, visit.now)), "headers": {"Content-Type": row.content_type}},
    });
    if let (true, Some(fields)) = (links, told.as_object_mut()) {
        fields.insert("download_url".to_owned(), json!(blob_path(&row, &visit.app.secrets)));
        if let Some(path) = representation_path(&row, &Variation::preview(), &visit.app.secrets) {
            fields.insert("preview_url".to_owned(), json!(path));
        }
    }
    Ok(told)
}

fn upload_token(app: &App, row: &StorageBlob, now: NaiveDateTime) -> String {
    let token = symbols([
        ("key", marshal::string(&row.key)),
        ("content_type", row.content_type.as_deref().map_or(Value::Nil, marshal::string)),
        ("content_length", Value::from(row.byte_size)),
        ("checksum", row.checksum.as_deref().map_or(Value::Nil, marshal::string)),
        ("service_name", marshal::symbol(&row.service_name)),
    ]);
    app.secrets.storage_sign(&token, "blob_token", Some(now + LIFETIME))
}

/// What an upload's address promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// The key.
    pub key: String,
    /// The type.
    pub content_type: Option<String>,
    /// The number of bytes.
    pub length: u64,
    /// Their check sum.
    pub checksum: Option<String>,
}

/// Reads an upload's address.
#[must_use]
pub fn promised(app: &App, token: &str) -> Option<Promised> {
    let value = app.secrets.storage_verify(token, "blob_token", app.now())?;
    Some(Promised {
        key: entry_text(&value, "key").filter(|key| is_key(key))?,
        content_type: entry_text(&value, "content_type"),
        length: u64::try_from(marshal::number(entry(&value, "content_length")?)?).ok()?,
        checksum: entry_text(&value, "checksum"),
    })
}

/// Keys name files; nothing but letters, digits and single slashes may stand in one.
fn is_key(key: &str) -> bool {
    key.len() >= 4 && key.split('/').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')))
}

/// Bytes to be served, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The key of the bytes.
    pub key: String,
    /// `Content-Disposition`.
    pub disposition: String,
    /// `Content-Type`.
    pub content_type: String,
}

impl Served {
    /// The address, which holds for five minutes.
    #[must_use]
    pub fn path(&self, app: &App, filename: &str) -> String {
        let value = symbols([
            ("key", marshal::string(&self.key)),
            ("disposition", marshal::string(&self.disposition)),
            ("content_type", marshal::string(&self.content_type)),
            ("service_name", marshal::symbol(blob::service_name(app))),
        ]);
        let encoded: String = url::form_urlencoded::byte_serialize(filename.as_bytes()).collect::<String>().replace('+', "%20");
        format!("/rails/active_storage/disk/{}/{encoded}", app.secrets.storage_sign(&value, "blob_key", Some(app.now() + LIFETIME)))
    }

    /// What an address of bytes leads to.
    #[must_use]
    pub fn of_address(app: &App, encoded: &str) -> Option<Self> {
        let value = app.secrets.storage_verify(encoded, "blob_key", app.now())?;
        Some(Self {
            key: entry_text(&value, "key").filter(|key| is_key(key))?,
            disposition: entry_text(&value, "disposition").unwrap_or_else(|| "attachment".to_owned()),
            content_type: entry_text(&value, "content_type").unwrap_or_else(|| "application/octet-stream".to_owned()),
        })
    }

    /// A whole file.
    #[must_use]
    pub fn of_blob(row: &StorageBlob, asked: Option<&str>) -> Self {
        Self { key: row.key.clone(), disposition: blob::disposition(blob::served_disposition(row, asked), &row.filename), content_type: blob::served_type(row).to_owned() }
    }
}

/// The file behind a lasting signed name.
///
/// # Errors
/// When there is none.
pub async fn named(app: &App, signed_id: &str) -> Done<StorageBlob> {
    let id = app.secrets.blob_id(signed_id, app.now()).ok_or_else(ServiceError::not_found)?;
    find::by_id(&app.db, id).await?.ok_or_else(ServiceError::not_found)
}

/// How a picture is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    width: Option<u32>,
    height: Option<u32>,
    fills: bool,
    format: ImageFormat,
    quality: u8,
}

fn change(variation: &Value, row: &StorageBlob) -> Option<Change> {
    let (size, fills) = ["resize_to_limit", "resize_to_fit", "resize_to_fill", "resize_and_pad"].into_iter().find_map(|name| Some((entry(variation, name)?, name == "resize_to_fill")))?;
    let Value::Array(size) = size else { return None };
    let side = |at: usize| size.get(at).and_then(marshal::number).and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=4096).contains(n));
    let wanted = entry_text(variation, "format").or_else(|| row.content_type.clone()).unwrap_or_default();
    let format = match wanted.rsplit('/').next().unwrap_or_default() {
        "jpg" | "jpeg" => ImageFormat::Jpeg,
        "gif" => ImageFormat::Gif,
        "webp" => ImageFormat::WebP,
        _ => ImageFormat::Png,
    };
    let quality = entry(variation, "saver").and_then(|saver| entry(saver, "quality")).and_then(marshal::number).and_then(|q| u8::try_from(q).ok()).unwrap_or(80).clamp(1, 100);
    Some(Change { width: side(0), height: side(1), fills, format, quality })
}

/// The largest picture that is opened: 12,000 pixels on a side, half a gigabyte.
fn limits() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(12_000);
    limits.max_image_height = Some(12_000);
    limits.max_alloc = Some(512 * 1024 * 1024);
    limits
}

fn changed(bytes: &[u8], change: Change) -> image::ImageResult<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    reader.limits(limits());
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let (width, height) = (change.width.unwrap_or(u32::MAX), change.height.unwrap_or(u32::MAX));
    if change.fills {
        picture = picture.resize_to_fill(width.min(4096), height.min(4096), FilterType::Lanczos3);
    } else if picture.width() > width || picture.height() > height {
        picture = picture.resize(width, height, FilterType::Lanczos3);
    }
    let mut out = Cursor::new(Vec::new());
    match change.format {
        ImageFormat::Jpeg => picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, change.quality))?,
        ImageFormat::Gif => picture.to_rgba8().write_to(&mut out, ImageFormat::Gif)?,
        format => picture.to_rgba8().write_to(&mut out, format)?,
    }
    Ok(out.into_inner())
}

/// Changing pictures is heavy work: two at a time.
static WORKERS: Semaphore = Semaphore::const_new(2);

/// A changed picture, made at its first use and kept.
///
/// # Errors
/// When there is no such file, the change was not signed by us, or it is no picture.
pub async fn representation(app: &App, signed_id: &str, variation_key: &str, asked: Option<&str>) -> Done<(Served, String)> {
    let variation = app.secrets.storage_verify(variation_key, "variation", app.now()).ok_or_else(ServiceError::not_found)?;
    let row = named(app, signed_id).await?;
    let change = change(&variation, &row).filter(|_| row.content_type.as_deref().is_some_and(|k| k.starts_with("image/"))).ok_or_else(ServiceError::not_found)?;
    let key = format!("variants/{}/{}", row.key, hex::encode(Sha256::digest(variation_key.as_bytes())));
    match app.files.about(&key).await {
        Ok(_) => {}
        Err(e) if e.is_absence() => make(app, &row, &key, change).await?,
        Err(e) => return Err(blob::failed(e)),
    }
    let stem = row.filename.rsplit_once('.').map_or(row.filename.as_str(), |(stem, _)| stem);
    let filename = format!("{stem}.{}", change.format.extensions_str().first().copied().unwrap_or("png"));
    let kind = if asked == Some("attachment") { "attachment" } else { "inline" };
    Ok((Served { key, disposition: blob::disposition(kind, &filename), content_type: change.format.to_mime_type().to_owned() }, filename))
}

async fn make(app: &App, row: &StorageBlob, key: &str, change: Change) -> Done<()> {
    let read = async {
        let found = app.files.get(&row.key, None).await?;
        Ok::<Bytes, blob::StoreError>(found.bytes().await?)
    };
    let bytes = match read.await {
        Ok(bytes) => bytes,
        Err(e) if e.is_absence() => return Err(ServiceError::not_found()),
        Err(e) => return Err(blob::failed(e)),
    };
    let _turn = WORKERS.acquire().await.map_err(|_| ServiceError::not_found())?;
    let made = tokio::task::spawn_blocking(move || changed(&bytes, change)).await;
    let Ok(Ok(made)) = made else {
        tracing::warn!(blob = row.id, "a picture cannot be read");
        return Err(ServiceError::not_found());
    };
    app.files.put(key, made.into()).await.map_err(blob::failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image::RgbaImage::from_pixel(width, height, image::Rgba([9, 99, 199, 255])).write_to(&mut out, ImageFormat::Png).expect("a picture");
        out.into_inner()
    }

    #[test]
    fn pictures_shrink_and_never_grow() {
        let check = |change: Change, size: (u32, u32)| {
            let made = changed(&picture(400, 200), change).expect("a picture");
            let made = image::load_from_memory(&made).expect("a picture");
            assert_eq!((made.width(), made.height()), size, "{change:?}");
        };
        let limit = Change { width: Some(100), height: Some(100), fills: false, format: ImageFormat::Png, quality: 80 };
        check(limit, (100, 50));
        check(Change { width: Some(1000), height: None, ..limit }, (400, 200));
        check(Change { fills: true, format: ImageFormat::Jpeg, ..limit }, (100, 100));
        assert!(changed(b"<html>", limit).is_err());
    }

    #[test]
    fn keys_stay_in_their_folder() {
        for (key, good) in [("r0vnk2hrb0e3awx0tyom0nr5aisd", true), ("variants/abc1/f00d", true), ("../../etc/passwd", false), ("ab//cd", false), ("/etc", false), ("", false)] {
            assert_eq!(is_key(key), good, "{key}");
        }
    }
}
