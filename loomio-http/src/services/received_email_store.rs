//! A mail that arrived, kept before anybody is told that it did: its row, its files
//! and the job that decides where it belongs are one transaction.
//!
//! Sources: `app/controllers/received_emails_controller.rb`, `app/mailboxes/`.

use super::Done;
use crate::{
    App,
    jobs::{self, route_email::RouteEmail},
    json::file,
    settings::Environment,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use loomio_core::policy::Permit;
use loomio_db::{
    DbError, Write, hstore,
    rows::{ReceivedEmail, StorageAttachment, StorageBlob},
    sql,
};
use loomio_mail::inbound::{
    File, Incoming, address,
    auth::{self, Vouched},
    bounce, receiver,
    route::{self, Intent, Site},
};
use md5::{Digest, Md5};
use std::{path::PathBuf, sync::Arc};

/// The addresses by which the site knows itself.
#[must_use]
pub fn site(app: &App) -> Site {
    let settings = &app.settings;
    let hosts = |names: &[Option<&str>]| names.iter().flatten().map(|h| h.to_lowercase()).collect::<Vec<_>>();
    let reply = settings.reply_hostname.as_deref();
    Site {
        reply_hosts: hosts(&[reply, settings.var("OLD_REPLY_HOSTNAME")]),
        own_hosts: hosts(&[reply, Some(&settings.canonical_host)]),
        notifications: settings.notifications_email.clone(),
        complaints: settings.var("COMPLAINTS_ADDRESS").unwrap_or("complaints@email-abuse.amazonses.com").to_owned(),
    }
}

/// What our own mail servers say of a mail's sender; nothing unless
/// `INBOUND_AUTH_SERVERS` names them.
#[must_use]
pub fn vouched(app: &App, mail: &Incoming) -> Vouched {
    auth::results(mail, &auth_servers(app))
}

/// The mail servers whose word counts.
#[must_use]
pub fn auth_servers(app: &App) -> Vec<String> {
    app.settings.var("INBOUND_AUTH_SERVERS").unwrap_or_default().split([',', ' ']).map(str::to_lowercase).filter(|s| !s.is_empty()).collect()
}

/// Takes a mail in. Once this returns, the mail is kept or was for nobody here.
///
/// # Errors
/// When it cannot be kept; it must be sent again then.
pub async fn take(app: &Arc<App>, mail: &Incoming) -> Done<()> {
    let undelivered = bounce::report(mail);
    if !undelivered.is_empty() {
        return note_undelivered(app, mail, &undelivered).await;
    }
    if matches!(route::intent(mail, &site(app)), Intent::NotOurs | Intent::Automatic) {
        return Ok(());
    }
    let permit = Permit::system("a mail arrived");
    let vouched = vouched(app, mail);
    let w = jobs::begin(app).await?;
    let row = ReceivedEmail { headers: headers(mail), body_text: mail.text.clone(), body_html: mail.html.clone(), spf_valid: vouched.spf, dkim_valid: vouched.dkim, ..ReceivedEmail::default() };
    let row = w.insert(&permit, row).await?;
    let mut page = mail.html.clone();
    for file in &mail.files {
        let blob = keep(app, &w, &permit, file).await?;
        w.insert(&permit, StorageAttachment { name: "attachments".to_owned(), record_type: "ReceivedEmail".to_owned(), record_id: row.id, blob_id: blob.id, ..StorageAttachment::default() }).await?;
        if let (Some(page), Some(id)) = (&mut page, &file.content_id) {
            *page = page.replace(&format!("cid:{id}"), &file::blob_path(&blob, &app.secrets));
        }
    }
    if page != row.body_html {
        w.update_columns(&permit, &row, ReceivedEmail { body_html: page, ..row.clone() }).await?;
    }
    jobs::enqueue(&w, &RouteEmail { id: row.id, forged: vouched.forged }).await?;
    Ok(w.commit().await?)
}

/// Our own mail server's way in.
struct Door(Arc<App>);

impl receiver::Keep for Door {
    fn is_ours(&self, address: &str) -> bool {
        let site = site(&self.0);
        address.eq_ignore_ascii_case(&site.notifications) || site.reply_hosts.contains(&address::host(address))
    }

    async fn keep(&self, mail: Incoming) -> bool {
        match take(&self.0, &mail).await {
            Ok(()) => true,
            Err(e) => {
                tracing::error!(error = %e, "a mail could not be kept");
                false
            }
        }
    }
}

/// Takes mail by SMTP at an address, such as `127.0.0.1:2525`, until aborted.
///
/// # Errors
/// When the address is taken.
pub async fn listen(app: &Arc<App>, address: &str) -> std::io::Result<tokio::task::JoinHandle<()>> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    tracing::info!(address, "mail is taken by SMTP");
    let (app, name) = (Arc::clone(app), app.settings.canonical_host.clone());
    Ok(tokio::spawn(async move {
        if let Err(e) = receiver::serve(listener, &name, Arc::new(Door(app))).await {
            tracing::error!(error = %e, "mail is no longer taken by SMTP");
        }
    }))
}

/// The headers as they are stored: of a name that stands twice, the last.
fn headers(mail: &Incoming) -> String {
    let mut once: Vec<(&str, &str)> = Vec::new();
    for (name, value) in &mail.headers {
        match once.iter_mut().find(|(known, _)| known == name) {
            Some(known) => known.1 = value,
            None => once.push((name, value)),
        }
    }
    hstore::text(once)
}

/// Where an uploaded file is kept, as ActiveStorage's disk service does.
#[must_use]
pub fn path(app: &App, key: &str) -> PathBuf {
    let part = |from: usize| key.get(from..from + 2).unwrap_or("__");
    app.settings.data_dir.join("storage").join(part(0)).join(part(2)).join(key)
}

/// Keeps a file. It is written before its row: a file without a row is litter, a row
/// without a file would be a loss.
async fn keep(app: &App, w: &Write, permit: &Permit, file: &File) -> Done<StorageBlob> {
    let key = w.random_string(b"abcdefghijklmnopqrstuvwxyz0123456789", 28);
    let path = path(app, &key);
    let written = async {
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        tokio::fs::write(&path, &file.bytes).await
    };
    written.await.map_err(|e| DbError::Inconsistent(format!("a received file cannot be kept: {e}")))?;
    let blob = StorageBlob {
        key,
        filename: file.name.clone(),
        content_type: Some(file.content_type.clone()),
        metadata: Some("{\"identified\":true,\"analyzed\":true}".to_owned()),
        byte_size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
        checksum: Some(BASE64_STANDARD.encode(Md5::digest(&file.bytes))),
        service_name: if app.settings.environment == Environment::Test { "test" } else { "local" }.to_owned(),
        ..StorageBlob::default()
    };
    Ok(w.insert(permit, blob).await?)
}

/// Stops mail to addresses that a report names as dead. The report must send back
/// the key of a mail that we did send there, so that nobody can silence others.
async fn note_undelivered(app: &Arc<App>, mail: &Incoming, undelivered: &[bounce::Undelivered]) -> Done<()> {
    let keys = bounce::deliveries(mail);
    for dead in undelivered.iter().filter(|u| u.is_final()) {
        let ours = sql::exists(&app.db, "select 1 from loomio.deliveries where key = any($1) and lower(recipient) = lower($2)", vec![keys.clone().into(), dead.email.clone().into()]).await?;
        if !ours {
            tracing::info!("a report about a mail that is not ours was ignored");
            continue;
        }
        tracing::warn!(status = dead.status, "mail to an address stops: it does not arrive");
        sql::execute(
            &app.db,
            "insert into loomio.undeliverable (email, status, diagnostic, reported_at) values ($1::citext, $2, $3, $4) \
             on conflict (email) do update set status = excluded.status, diagnostic = excluded.diagnostic, reported_at = excluded.reported_at",
            vec![dead.email.clone().into(), dead.status.clone().into(), dead.diagnostic.clone().into(), app.now().into()],
        )
        .await?;
    }
    Ok(())
}
