//! Groups as a file to take along, and back from one.
//!
//! Both take their time, so a job does them: it keeps the file for a week, as that
//! of a document, and mails where it is.
//!
//! Source: `app/services/group_export_service.rb`,
//! `app/workers/group_export{,_csv}_worker.rb`.

use crate::{
    App,
    jobs::{
        self,
        export_group::{ExportGroup, Form},
        fetch_file::FetchFile,
        remove_export::RemoveExport,
    },
    json::{document::kind, file::blob_path, params::Params},
    services::{
        Done, Visit, blob, export, locate,
        mail::{self, Mail},
        page,
    },
    settings::Environment,
};
use anyhow::Context;
use bytes::Bytes;
use loomio_core::{
    policy::{self, Permit},
    rich_text::slug,
};
use loomio_db::{
    Write, facts, find,
    find::Find,
    group_file::{export::Export, import},
    job,
    rows::{Document, Group, StorageAttachment, StorageBlob, User},
    sql,
};
use md5::{Digest, Md5};
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc};

/// How long an export can be downloaded.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::weeks(1);
/// Parts in which a file is passed on to where it is kept.
const PART: usize = 5 * 1024 * 1024;

async fn ask(visit: &Visit, id: &str, form: Form) -> Done {
    let found = locate::group(visit, id).await?;
    let w = visit.begin().await?;
    policy::authorize(&facts::group::load(w.conn(), &visit.actor, found.id).await?.unwrap_or_default(), "export")?;
    let group_name = match form {
        Form::Json => found.name.clone().unwrap_or_default(),
        Form::Csv => page::full_name(visit, &found).await?,
    };
    // Only what the visitor belongs to goes along.
    let mut group_ids: Vec<i32> = sql::column(
        w.conn(),
        "select g.id from groups g join memberships m on m.group_id = g.id where m.user_id = $1 and m.revoked_at is null and g.archived_at is null and g.parent_id = $2",
        vec![visit.actor.id.into(), found.id.into()],
    )
    .await?;
    group_ids.push(found.id);
    jobs::enqueue(&w, &ExportGroup { key: mail::delivery_key(&w), form, group_ids, group_id: found.id, group_name, actor_id: visit.actor.id }).await?;
    w.commit().await?;
    Ok(json!({"success": "ok"}))
}

/// Asks for everything of a group and of those of its subgroups that the visitor
/// belongs to, as JSON lines.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn export(visit: &Visit, id: &str) -> Done {
    ask(visit, id, Form::Json).await
}

/// Asks for the tables of a group as CSV.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn export_csv(visit: &Visit, id: &str) -> Done {
    ask(visit, id, Form::Csv).await
}

/// Writes the file, keeps it and mails its address.
///
/// # Errors
/// When the file cannot be kept, the database refuses or the mail may be sent later.
pub async fn write(app: &Arc<App>, asked: &ExportGroup) -> anyhow::Result<()> {
    let w = jobs::begin(app).await?;
    let permit = Permit::system("an administrator of the group asked for it");
    // All rows as they are at one moment.
    w.execute(&permit, "set transaction isolation level repeatable read", vec![]).await?;
    let Some(actor) = find::by_id::<User>(w.conn(), asked.actor_id).await? else { return Ok(w.rollback().await?) };
    let stored = match asked.form {
        Form::Json => json_lines(app, &w, &permit, asked).await?,
        Form::Csv => {
            let Some(group) = find::by_id::<Group>(w.conn(), asked.group_id).await? else { return Ok(w.rollback().await?) };
            // The tables are read on connections of their own.
            w.rollback().await?;
            let visit = Visit::without_browser(app, actor.clone(), Params::default());
            let csv = export::group_csv(&visit, &group).await?;
            let w = jobs::begin(app).await?;
            let name = slug::parameterize(&format!("{} CSV export {}", asked.group_name, app.now().format("%Y-%m-%dT%H:%M:%S+00:00")));
            let stored = blob::store(app, &w, &permit, &format!("{name}.csv"), "text/csv", csv.into()).await?;
            return tell(app, w, &permit, asked, &stored).await;
        }
    };
    tell(app, w, &permit, asked, &stored).await
}

/// Keeps the file as a document's and mails where it is.
async fn tell(app: &Arc<App>, w: Write, permit: &Permit, asked: &ExportGroup, stored: &StorageBlob) -> anyhow::Result<()> {
    if !job::first_time(&w, permit, &format!("export {}", asked.key)).await? {
        w.rollback().await?;
        app.files.delete(&stored.key).await?;
        return Ok(());
    }
    let (doctype, icon, color) = kind(stored.content_type.as_deref().unwrap_or_default());
    let document =
        Document { title: Some(stored.filename.clone()), doctype: doctype.to_owned(), icon: Some(icon.to_owned()), color: color.to_owned(), author_id: asked.actor_id, ..Document::default() };
    let document = w.insert(permit, document).await?;
    blob::attach(&w, permit, "Document", document.id.into(), "file", stored).await?;
    let removal = RemoveExport { document_id: document.id };
    jobs::enqueue_at(&w, &removal, w.now() + KEPT).await?;
    w.commit().await?;
    mail::send(app, &asked.key, Mail::GroupExportReady { user_id: asked.actor_id, group_name: asked.group_name.clone(), document_id: document.id }).await?;
    // Under test nothing waits.
    if app.settings.environment == Environment::Test {
        remove(app, document.id).await?;
    }
    Ok(())
}

/// Bytes on their way to where files are kept.
struct Sink {
    upload: Box<dyn object_store::MultipartUpload>,
    part: Vec<u8>,
    sum: Md5,
    length: i64,
}

impl Sink {
    async fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.sum.update(bytes);
        self.length += i64::try_from(bytes.len())?;
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART {
            self.upload.put_part(std::mem::take(&mut self.part).into()).await?;
        }
        Ok(())
    }

    /// The number of bytes and their check sum.
    async fn close(mut self) -> anyhow::Result<(i64, String)> {
        if !self.part.is_empty() {
            self.upload.put_part(self.part.into()).await?;
        }
        self.upload.complete().await?;
        Ok((self.length, blob::encoded_sum(self.sum)))
    }
}

async fn json_lines(app: &Arc<App>, w: &Write, permit: &Permit, asked: &ExportGroup) -> anyhow::Result<StorageBlob> {
    let key = blob::new_key(&mut *w.rng());
    let mut sink = Sink { upload: app.files.begin(&key).await?, part: Vec::new(), sum: Md5::new(), length: 0 };
    let mut lines = Export::begin(w.conn(), asked.group_ids.clone()).await?;
    while let Some(text) = lines.next(w.conn()).await? {
        sink.write(text.as_bytes()).await?;
    }
    for line in files(app, w, &lines).await? {
        sink.write(format!("{line}\n").as_bytes()).await?;
    }
    let (byte_size, checksum) = sink.close().await?;
    let filename = format!("{}_{}.json", w.now().format("%Y-%m-%d_%H-%M-%S"), slug::parameterize(&asked.group_name));
    let row = StorageBlob {
        key,
        filename: blob::sanitized(&filename),
        content_type: Some("application/json".to_owned()),
        metadata: Some(json!({"identified": true, "analyzed": true}).to_string()),
        byte_size,
        checksum: Some(checksum),
        service_name: blob::service_name(app).to_owned(),
        ..StorageBlob::default()
    };
    Ok(w.insert(permit, row).await?)
}

/// The files that belong to exported rows, as lines that say where each can be had.
async fn files(app: &Arc<App>, w: &Write, lines: &Export) -> anyhow::Result<Vec<Json>> {
    const HOLDERS: [(&str, &str, &[&str]); 6] = [
        ("User", "users", &["uploaded_avatar"]),
        ("Group", "groups", &["cover_photo", "logo", "files", "image_files"]),
        ("Comment", "comments", &["files", "image_files"]),
        ("Discussion", "discussions", &["files", "image_files"]),
        ("Poll", "polls", &["files", "image_files"]),
        ("Outcome", "outcomes", &["files", "image_files"]),
    ];
    let root = format!("https://{}", app.settings.canonical_host);
    let mut told = Vec::new();
    for (class, table, names) in HOLDERS {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let attached = Find::<StorageAttachment>::new(
            "active_storage_attachments.record_type = $1 and active_storage_attachments.record_id = any($2) and active_storage_attachments.name = any($3)",
            vec![class.into(), lines.numbers(table).into(), names.into()],
        )
        .order("active_storage_attachments.id")
        .all(w.conn())
        .await?;
        let ids: Vec<i64> = attached.iter().map(|a| a.blob_id).collect();
        let blobs: HashMap<i64, StorageBlob> = Find::<StorageBlob>::new("active_storage_blobs.id = any($1)", vec![ids.into()]).all(w.conn()).await?.into_iter().map(|b| (b.id, b)).collect();
        for a in attached {
            let Some(found) = blobs.get(&a.blob_id) else { continue };
            let path = blob_path(found, &app.secrets);
            told.push(json!({"table": "attachments", "record": {
                "id": a.id, "host": app.settings.canonical_host, "record_type": a.record_type, "record_id": a.record_id, "name": a.name,
                "filename": found.filename, "content_type": found.content_type, "path": path, "url": format!("{root}{path}"),
            }}));
        }
    }
    Ok(told)
}

/// Removes an export with its file.
///
/// # Errors
/// When the database or the file's keeper refuses.
pub async fn remove(app: &Arc<App>, document_id: i32) -> anyhow::Result<()> {
    let w = jobs::begin(app).await?;
    let permit = Permit::system("the week of an export is over");
    let Some(document) = find::by_id::<Document>(w.conn(), document_id).await? else { return Ok(w.rollback().await?) };
    let blobs = Find::<StorageBlob>::new(
        "active_storage_blobs.id in (select a.blob_id from active_storage_attachments a where a.record_type = 'Document' and a.record_id = $1 and a.name = 'file')",
        vec![i64::from(document.id).into()],
    )
    .all(w.conn())
    .await?;
    blob::detach(&w, &permit, "Document", document.id.into(), "file").await?;
    for row in &blobs {
        w.destroy(&permit, row).await?;
    }
    w.destroy(&permit, &document).await?;
    w.commit().await?;
    for row in blobs {
        app.files.delete(&row.key).await?;
    }
    Ok(())
}

/// Imports the text of an exported file, all of it or nothing. Its files are fetched
/// by jobs.
///
/// # Errors
/// When a line cannot be read or the database refuses a row.
pub async fn import(app: &Arc<App>, text: &str) -> anyhow::Result<import::Imported> {
    let w = jobs::begin(app).await?;
    let imported = import::import(&w, &Permit::system("whoever runs the site imports a file"), text).await?;
    for (file, record_id) in &imported.files {
        jobs::enqueue(&w, &FetchFile { file: file.clone(), record_id: *record_id }).await?;
    }
    w.commit().await?;
    Ok(imported)
}

/// Fetches one file of imported rows and attaches it.
///
/// # Errors
/// When it cannot be had now.
pub async fn fetch(app: &Arc<App>, file: &Json, record_id: i64) -> anyhow::Result<()> {
    let part = |name: &str| file.get(name).and_then(Json::as_str).map(ToOwned::to_owned).with_context(|| format!("the file has no {name}"));
    let (class, name, filename, path) = (part("record_type")?, part("name")?, part("filename")?, part("path")?);
    let signed = path.split('/').rev().nth(1).unwrap_or_default().to_owned();
    let (bytes, key) = match own(app, &signed).await? {
        Some(bytes) => (bytes, signed.clone()),
        None => (crate::outgoing::file(&app.settings, &part("url")?, usize::try_from(blob::LARGEST)?).await?.into(), signed.clone()),
    };
    let w = jobs::begin(app).await?;
    let permit = Permit::system("a file of imported rows");
    let content_type = part("content_type").unwrap_or_else(|_| "application/octet-stream".to_owned());
    let stored = blob::store(app, &w, &permit, &filename, &content_type, bytes).await?;
    if name == "files" || name == "image_files" {
        w.insert(&permit, StorageAttachment { name, record_type: class.clone(), record_id, blob_id: stored.id, ..StorageAttachment::default() }).await?;
        crate::services::attachment::file_came(app, &w, &permit, (&class, record_id), (&key, &app.secrets.blob_signed_id(stored.id))).await?;
    } else {
        blob::attach(&w, &permit, &class, record_id, &name, &stored).await?;
    }
    Ok(w.commit().await?)
}

/// The bytes of a file that this server keeps itself.
async fn own(app: &Arc<App>, signed: &str) -> anyhow::Result<Option<Bytes>> {
    let Some(id) = app.secrets.blob_id(signed, app.now()) else { return Ok(None) };
    let Some(row) = find::by_id::<StorageBlob>(&app.db, id).await? else { return Ok(None) };
    match app.files.get(&row.key, None).await {
        Ok(found) => Ok(Some(found.bytes().await?)),
        Err(e) if e.is_absence() => Ok(None),
        Err(e) => Err(e.into()),
    }
}
