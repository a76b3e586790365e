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

use super::{Done, Faults, ServiceError, Visit};
use crate::{App, Settings, settings::Environment};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    rows::{StorageAttachment, StorageBlob},
};
use md5::{Digest, Md5};
use object_store::{ObjectStore, ObjectStoreExt, aws::AmazonS3Builder, gcp::GoogleCloudStorageBuilder, local::LocalFileSystem, path::Path as StorePath};
use rand::RngCore;
use serde_json::json;
use std::{path::Path, sync::Arc};

/// The most bytes of one uploaded file.
pub const LARGEST: i64 = 512 * 1024 * 1024;

/// Where files are kept.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// Whether keys stand side by side, as in a bucket, not in folders.
    flat: bool,
}

/// A file that is not there, or a disk that does not answer.
#[derive(Debug, thiserror::Error)]
#[error("the file cannot be read or written: {0}")]
pub struct StoreError(#[from] object_store::Error);

impl StoreError {
    /// Whether the file is simply not there.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        matches!(self.0, object_store::Error::NotFound { .. })
    }
}

impl Store {
    /// Files in a folder, which is made when it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { objects: Arc::new(LocalFileSystem::new_with_prefix(folder).map_err(std::io::Error::other)?), flat: false })
    }

    /// Where the settings say that files are kept: in a folder or in a bucket, by the
    /// original's variables (`config/storage.yml`).
    ///
    /// # Errors
    /// When the folder cannot be made or the bucket is not described.
    pub fn from_settings(settings: &Settings) -> anyhow::Result<Self> {
        let var = |name: &str| settings.var(name).unwrap_or_default();
        let s3 = |endpoint: &str, key: &str, secret: &str, region: &str, bucket: &str| -> anyhow::Result<Self> {
            anyhow::ensure!(settings.var(bucket).is_some(), "{bucket} names no bucket");
            let mut builder =
                AmazonS3Builder::new().with_bucket_name(var(bucket)).with_access_key_id(var(key)).with_secret_access_key(var(secret)).with_region(settings.var(region).unwrap_or("us-east-1"));
            if let Some(endpoint) = settings.var(endpoint) {
                // Every server that speaks S3 understands the bucket as part of the path.
                builder = builder.with_endpoint(endpoint).with_virtual_hosted_style_request(false).with_allow_http(endpoint.starts_with("http://"));
            }
            Ok(Self { objects: Arc::new(builder.build()?), flat: true })
        };
        match service(settings) {
            "amazon" => s3("", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_BUCKET"),
            "digitalocean" => s3("DO_ENDPOINT", "DO_ACCESS_KEY_ID", "DO_SECRET_ACCESS_KEY", "", "DO_BUCKET"),
            "s3_compatible" => s3("STORAGE_ENDPOINT", "STORAGE_ACCESS_KEY_ID", "STORAGE_SECRET_ACCESS_KEY", "STORAGE_REGION", "STORAGE_BUCKET_NAME"),
            "google" => {
                anyhow::ensure!(settings.var("GCS_BUCKET").is_some(), "GCS_BUCKET names no bucket");
                let credentials = var("GCS_CREDENTIALS");
                let builder = GoogleCloudStorageBuilder::new().with_bucket_name(var("GCS_BUCKET"));
                let builder = if credentials.starts_with('{') { builder.with_service_account_key(credentials) } else { builder.with_service_account_path(credentials) };
                Ok(Self { objects: Arc::new(builder.build()?), flat: true })
            }
            "local" | "test" => Ok(Self::folder(&settings.var("STORAGE_DIR").map_or_else(|| settings.data_dir.join("storage"), Into::into))?),
            other => anyhow::bail!("ACTIVE_STORAGE_SERVICE is \"{other}\", but must be local, amazon, digitalocean, s3_compatible or google"),
        }
    }

    /// Files in memory, for tests and for servers without a disk.
    #[must_use]
    pub fn memory() -> Self {
        Self { objects: Arc::new(object_store::memory::InMemory::new()), flat: false }
    }

    /// The place of a key: on disk, two folders stand before it.
    fn place(&self, key: &str) -> StorePath {
        if self.flat {
            return StorePath::from(key);
        }
        let part = |from: usize| key.get(from..from + 2).unwrap_or_default();
        StorePath::from(format!("{}/{}/{key}", part(0), part(2)))
    }

    /// Keeps bytes under a key.
    ///
    /// # Errors
    /// When they cannot be kept.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.objects.put(&self.place(key), bytes.into()).await?;
        Ok(())
    }

    /// The bytes under a key, or a part of them, with the file's size and time.
    ///
    /// # Errors
    /// When there are none.
    pub async fn get(&self, key: &str, range: Option<std::ops::Range<u64>>) -> Result<object_store::GetResult, StoreError> {
        let options = object_store::GetOptions { range: range.map(object_store::GetRange::Bounded), ..object_store::GetOptions::default() };
        Ok(self.objects.get_opts(&self.place(key), options).await?)
    }

    /// All bytes under a key.
    ///
    /// # Errors
    /// When there are none.
    pub async fn bytes(&self, key: &str) -> Result<Bytes, StoreError> {
        Ok(self.get(key, None).await?.bytes().await?)
    }

    /// The size and time of a file.
    ///
    /// # Errors
    /// When there is none.
    pub async fn about(&self, key: &str) -> Result<object_store::ObjectMeta, StoreError> {
        Ok(self.objects.head(&self.place(key)).await?)
    }

    /// A file in the making; its bytes appear under the key when it is completed.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub async fn begin(&self, key: &str) -> Result<Box<dyn object_store::MultipartUpload>, StoreError> {
        Ok(self.objects.put_multipart(&self.place(key)).await?)
    }

    /// Removes a file; one that is not there counts as removed.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.objects.delete(&self.place(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}

/// The name of the service that keeps files, as its rows are marked.
#[must_use]
pub fn service_name(app: &App) -> &str {
    service(&app.settings)
}

/// The service of the settings; a bucket at Amazon is used whenever there is one.
fn service(settings: &Settings) -> &str {
    match (settings.environment, settings.var("AWS_BUCKET")) {
        (Environment::Test, _) => "test",
        (_, Some(_)) => "amazon",
        (_, None) => settings.var("ACTIVE_STORAGE_SERVICE").unwrap_or("local"),
    }
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
        assert_eq!(sanitized("../../etc/passwd\n"), "..-..-etc-passwd");
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

    #[test]
    fn buckets_are_described_by_the_originals_variables() {
        let check = |vars: &[(&str, &str)], name: &str, flat: Option<bool>| {
            let settings = Settings::from_vars(vars.iter().chain(&[("LOOMIO_ENV", "production")]).map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))).expect("settings");
            assert_eq!(service(&settings), name);
            let store = Store::from_settings(&settings);
            assert_eq!(store.as_ref().ok().map(|s| s.flat), flat, "{vars:?} {:?}", store.err());
        };
        let folder = tempfile::tempdir().expect("a folder");
        check(&[("STORAGE_DIR", folder.path().to_str().expect("a path"))], "local", Some(false));
        check(&[("AWS_BUCKET", "files"), ("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "eu-west-1")], "amazon", Some(true));
        check(
            &[("ACTIVE_STORAGE_SERVICE", "digitalocean"), ("DO_ENDPOINT", "https://ams3.digitaloceanspaces.com"), ("DO_BUCKET", "files"), ("DO_ACCESS_KEY_ID", "k"), ("DO_SECRET_ACCESS_KEY", "s")],
            "digitalocean",
            Some(true),
        );
        check(
            &[
                ("ACTIVE_STORAGE_SERVICE", "s3_compatible"),
                ("STORAGE_ENDPOINT", "http://minio:9000"),
                ("STORAGE_BUCKET_NAME", "files"),
                ("STORAGE_ACCESS_KEY_ID", "k"),
                ("STORAGE_SECRET_ACCESS_KEY", "s"),
            ],
            "s3_compatible",
            Some(true),
        );
        check(&[("ACTIVE_STORAGE_SERVICE", "s3_compatible")], "s3_compatible", None);
        check(&[("ACTIVE_STORAGE_SERVICE", "tape")], "tape", None);
    }

    #[test]
    fn keys_stand_side_by_side_in_a_bucket() {
        let bucket = Store { flat: true, ..Store::memory() };
        assert_eq!((bucket.place("abcd1234").to_string(), Store::memory().place("abcd1234").to_string()), ("abcd1234".to_owned(), "ab/cd/abcd1234".to_owned()));
    }

    #[tokio::test]
    async fn files_lie_where_the_disk_service_puts_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::folder(folder.path()).expect("a store");
        store.put("abcd1234", Bytes::from_static(b"hello")).await.expect("kept");
        assert_eq!(std::fs::read(folder.path().join("ab/cd/abcd1234")).expect("a file"), b"hello");
        assert!(store.get("nothing1", None).await.is_err_and(|e| e.is_absence()));
    }
}
