//! Where the bytes of uploaded files are: a folder as ActiveStorage's disk service has
//! it, or a bucket.

use crate::{Settings, settings::Environment};
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, aws::AmazonS3Builder, gcp::GoogleCloudStorageBuilder, local::LocalFileSystem, path::Path as StorePath};
use std::{path::Path, sync::Arc};

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

/// The service of the settings; a bucket at Amazon is used whenever there is one.
pub(super) fn service(settings: &Settings) -> &str {
    match (settings.environment, settings.var("AWS_BUCKET")) {
        (Environment::Test, _) => "test",
        (_, Some(_)) => "amazon",
        (_, None) => settings.var("ACTIVE_STORAGE_SERVICE").unwrap_or("local"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
