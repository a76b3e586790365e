//! A mail that arrived, kept before anybody is told that it did: its row, its files
//! and the job that decides where it belongs are one transaction.
//!
//! Sources: `app/controllers/received_emails_controller.rb`, `app/mailboxes/`.

use super::{Done, blob, mail::undeliverable};
use crate::{
    App,
    jobs::{self, route_email::RouteEmail},
    json::file,
};
use loomio_core::policy::Permit;
use loomio_db::{
    hstore,
    rows::{ReceivedEmail, StorageAttachment},
};
use loomio_mail::inbound::{
    Incoming, address,
    auth::{self, Vouched},
    bounce, receiver,
    route::{self, Intent, Site},
};
use std::sync::Arc;

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
        return Ok(undeliverable::note(app, &bounce::deliveries(mail), &undelivered).await?);
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
        // The file is written before its row: a file without a row is litter, a row
        // without a file would be a loss.
        let blob = blob::store(app, &w, &permit, &file.name, &file.content_type, file.bytes.clone().into()).await?;
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
