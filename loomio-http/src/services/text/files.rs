//! The files attached to a text: which were sent, which stay, and how they are told.

use crate::{
    App,
    json::{
        file::{Variation, blob_path, icon, representation_path},
        params::{self, Params},
    },
    services::{Done, Faults, Visit},
};
use loomio_core::policy::Permit;
use loomio_db::{
    Write,
    find::Find,
    rows::{StorageAttachment, StorageBlob},
    sql,
};
use serde_json::{Value as Json, json};

/// What was sent about a text's files: the whole new list of a kind, or nothing.
#[derive(Debug, Clone, Default)]
pub struct Files {
    files: Option<Vec<i64>>,
    image_files: Option<Vec<i64>>,
}

impl Files {
    /// Nothing was sent; all files stay.
    pub const KEPT: Self = Self { files: None, image_files: None };

    /// Reads the signed names under `files` and `image_files`.
    ///
    /// # Errors
    /// When one was not signed by us.
    pub fn sent(visit: &Visit, sent: &Params) -> Done<Self> {
        let mut faults = Faults::default();
        let mut read = |key: &str| {
            let value = sent.get(key)?;
            let names = match value {
                Json::Array(items) => items.iter().filter_map(params::text).collect(),
                one => params::text(one).into_iter().collect::<Vec<_>>(),
            };
            let mut ids: Vec<i64> = Vec::new();
            for name in names.iter().filter(|n| !n.is_empty()) {
                match visit.app.secrets.blob_id(name, visit.now) {
                    Some(id) if ids.contains(&id) => {}
                    Some(id) => ids.push(id),
                    None => faults.add(key, visit.text("activerecord.errors.messages.invalid")),
                }
            }
            Some(ids)
        };
        let (files, image_files) = (read("files"), read("image_files"));
        faults.check()?;
        Ok(Self { files, image_files })
    }

    /// These uploaded files and no others.
    #[must_use]
    pub fn these(files: Vec<i64>) -> Self {
        Self { files: Some(files), image_files: None }
    }

    /// Whether the text has a file after this, as far as it was sent.
    #[must_use]
    pub fn any(&self) -> bool {
        self.files.as_ref().is_some_and(|f| !f.is_empty()) || self.image_files.as_ref().is_some_and(|f| !f.is_empty())
    }

    /// The files as the column `attachments` tells them.
    ///
    /// # Errors
    /// When one does not exist.
    pub(super) async fn attachments(&self, app: &App, w: &Write, class: &str, id: i64) -> Done<Json> {
        let blobs = match &self.files {
            Some(ids) if ids.is_empty() => Vec::new(),
            Some(ids) => {
                let found = Find::<StorageBlob>::new("active_storage_blobs.id = any($1)", vec![ids.clone().into()]).all(w.conn()).await?;
                ids.iter().filter_map(|id| found.iter().find(|b| b.id == *id).cloned()).collect()
            }
            None if id == 0 => Vec::new(),
            None => {
                Find::<StorageBlob>::new(
                    "active_storage_blobs.id in (select blob_id from active_storage_attachments where record_type = $1 and record_id = $2 and name = 'files')",
                    vec![class.into(), id.into()],
                )
                .order("active_storage_blobs.id")
                .all(w.conn())
                .await?
            }
        };
        if self.files.as_ref().is_some_and(|ids| ids.len() != blobs.len()) {
            let mut faults = Faults::default();
            faults.add("files", app.i18n.text("en", "activerecord.errors.messages.invalid", &[]));
            faults.check()?;
        }
        Ok(blobs.iter().map(|blob| described(app, blob)).collect())
    }

    /// Attaches what was sent and detaches what was not sent again. The files
    /// themselves stay: another text may show them.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn attach(&self, w: &Write, permit: &Permit, class: &str, id: i64) -> Done<()> {
        for (name, sent) in [("files", &self.files), ("image_files", &self.image_files)] {
            let Some(sent) = sent else { continue };
            w.execute(
                permit,
                "delete from active_storage_attachments where record_type = $1 and record_id = $2 and name = $3 and blob_id <> all($4)",
                vec![class.into(), id.into(), name.into(), sent.clone().into()],
            )
            .await?;
            let attached: Vec<i64> =
                sql::column(w.conn(), "select blob_id from active_storage_attachments where record_type = $1 and record_id = $2 and name = $3", vec![class.into(), id.into(), name.into()]).await?;
            let stored: Vec<i64> = sql::column(w.conn(), "select id from active_storage_blobs where id = any($1)", vec![sent.clone().into()]).await?;
            for blob_id in sent.iter().filter(|b| !attached.contains(b) && stored.contains(b)) {
                w.insert(permit, StorageAttachment { name: name.to_owned(), record_type: class.to_owned(), record_id: id, blob_id: *blob_id, ..StorageAttachment::default() }).await?;
            }
        }
        Ok(())
    }
}

/// One file as the column `attachments` tells it.
#[must_use]
pub fn described(app: &App, blob: &StorageBlob) -> Json {
    let mut told = json!({"id": blob.id, "filename": blob.filename, "content_type": blob.content_type, "byte_size": blob.byte_size});
    if let Json::Object(fields) = &mut told {
        if let Some(path) = representation_path(blob, &Variation::preview(), &app.secrets) {
            fields.insert("preview_url".to_owned(), json!(path));
        }
        fields.insert("download_url".to_owned(), json!(blob_path(blob, &app.secrets)));
        fields.insert("icon".to_owned(), json!(icon(blob.content_type.as_deref().unwrap_or(&blob.filename))));
        fields.insert("signed_id".to_owned(), json!(app.secrets.blob_signed_id(blob.id)));
    }
    told
}
