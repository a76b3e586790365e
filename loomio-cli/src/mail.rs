//! Mail as an administrator meets it: where it goes, what became of it, and whom it
//! does not reach.

use crate::command::permit;
use anyhow::Context;
use clap::Subcommand;
use loomio_db::{find::Find, rows::ForwardEmailRule};
use loomio_http::{
    App, Settings, jobs,
    services::{account, mail::undeliverable},
};
use loomio_mail::{Automation, Encryption, Mailer, Message, Person, Server, Thread, dkim::Signer, inbound::parse};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What can be asked about mail.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailCommand {
    /// Sends a mail to an address and says what is wrong if it cannot.
    Test {
        /// The address.
        address: String,
    },
    /// Lists the mails in the outbox, the newest last.
    Outbox,
    /// Shows a mail of the outbox.
    Show {
        /// Its name, as listed, or `last`.
        name: String,
    },
    /// Lists what became of the latest mails.
    Log,
    /// Lists, sets or removes where mail to a name at the reply host is passed on.
    Forwards {
        /// A name, such as `hello` of `hello@reply.example.org`, and an address.
        #[arg(long, num_args = 2, value_names = ["NAME", "ADDRESS"], conflicts_with = "remove")]
        set: Option<Vec<String>>,
        /// A name that is no longer passed on.
        #[arg(long, value_name = "NAME")]
        remove: Option<String>,
    },
    /// Lists the addresses that mail does not reach, or sends to one again.
    Unreachable {
        /// An address to send to again.
        #[arg(long)]
        revive: Option<String>,
    },
}

/// Sends through the mail server of the settings; without one, mails are written
/// into a folder where they can be read.
///
/// # Errors
/// When the server's name cannot be one, or the key that signs cannot be used.
pub fn mailer(settings: &Settings) -> anyhow::Result<Mailer> {
    let mailer = match (&settings.mail_outbox, &settings.smtp) {
        (None, Some(smtp)) => Mailer::smtp(&Server {
            host: smtp.server.clone(),
            port: smtp.port,
            encryption: match (smtp.ssl, smtp.verify) {
                (true, _) => Encryption::Implicit,
                (false, true) => Encryption::Required,
                // As the original: who does not check certificates may also talk in the open.
                (false, false) => Encryption::Opportunistic,
            },
            verify: smtp.verify,
            credentials: smtp.credentials.clone(),
            hello: settings.smtp_domain.clone(),
        })?,
        (folder, _) => Mailer::outbox(folder.clone().unwrap_or_else(|| settings.data_dir.join("outbox"))),
    };
    Ok(match signer(settings)? {
        Some(signer) => mailer.signing(signer),
        None => mailer,
    })
}

/// What signs mails (`DKIM_SELECTOR`), if anything shall.
///
/// # Errors
/// When the key or a name cannot be used.
pub fn signer(settings: &Settings) -> anyhow::Result<Option<Signer>> {
    let Some(selector) = settings.var("DKIM_SELECTOR") else { return Ok(None) };
    let key = match (settings.var("DKIM_PRIVATE_KEY"), settings.var("DKIM_PRIVATE_KEY_FILE")) {
        // Some hosts pass line ends of a variable on as two characters.
        (Some(key), _) => key.replace("\\n", "\n"),
        (None, Some(file)) => std::fs::read_to_string(file).with_context(|| format!("DKIM_PRIVATE_KEY_FILE {file} cannot be read"))?,
        (None, None) => anyhow::bail!("DKIM_SELECTOR is set, but neither DKIM_PRIVATE_KEY nor DKIM_PRIVATE_KEY_FILE"),
    };
    let from = settings.notifications_email.rsplit('@').next().unwrap_or_default();
    let domain = settings.var("DKIM_DOMAIN").unwrap_or(from);
    Ok(Some(Signer::new(selector, domain, &key).context("mails cannot be signed")?))
}

/// Carries a command out and tells the result.
///
/// # Errors
/// When there is nothing to show, or the database or the mail server refuses.
pub async fn carry_out(app: &Arc<App>, command: MailCommand) -> anyhow::Result<String> {
    match command {
        MailCommand::Test { address } => test(app, &address).await,
        MailCommand::Outbox => outbox(app),
        MailCommand::Show { name } => show(app, &name),
        MailCommand::Log => log(app).await,
        MailCommand::Forwards { set, remove } => forwards(app, set.as_deref(), remove.as_deref()).await,
        MailCommand::Unreachable { revive } => unreachable(app, revive).await,
    }
}

async fn test(app: &Arc<App>, address: &str) -> anyhow::Result<String> {
    let site = &app.settings.site_name;
    let text = format!("This mail shows that {site} can send mail.\n");
    let message = Message {
        key: format!("test-{}", app.now().and_utc().timestamp_micros()),
        to: Person::address(address),
        from: Person::named(site, app.settings.notifications_email.clone()),
        reply_to: None,
        subject: format!("{site} can send mail"),
        html: format!("<p>{}</p>", text.trim()),
        text,
        attachments: Vec::new(),
        thread: Thread::default(),
        unsubscribe: None,
        automation: Automation::Requested,
    };
    if let Err(e) = app.mailer.check().await {
        anyhow::bail!("{}", advice(&app.settings, &e.to_string()));
    }
    app.mailer.send(&message).await.map_err(|e| anyhow::anyhow!("{}", advice(&app.settings, &e.to_string())))?;
    Ok(match app.mailer.folder() {
        Some(folder) => format!("No mail server is set (SMTP_SERVER), so the mail was written to {}.", folder.join(format!("{}.eml", message.key)).display()),
        None => format!(
            "The mail server took a mail to {address}. If it does not arrive, look into the junk folder, and whether {} may send through this server (SPF, DKIM).",
            app.settings.notifications_email
        ),
    })
}

/// What to do about what a mail server says.
fn advice(settings: &Settings, said: &str) -> String {
    let lower = said.to_lowercase();
    let hint = if lower.contains("dns") || lower.contains("lookup") || lower.contains("name or service") {
        "The server's name is not known: is SMTP_SERVER right?"
    } else if lower.contains("refused") && lower.contains("connection") || lower.contains("timed out") || lower.contains("timeout") {
        "Nobody answers there: are SMTP_SERVER and SMTP_PORT right, and may this machine reach them?"
    } else if lower.contains("certificate") || lower.contains("unknownissuer") {
        "The server's certificate cannot be trusted. If it is your own, SMTP_SSL_VERIFY_MODE=none skips the check."
    } else if lower.contains("starttls") || lower.contains("tls") {
        "The server does not speak TLS in this way: try SMTP_USE_SSL=1 (usually port 465) or leave it out (usually port 587)."
    } else if lower.contains("535") || lower.contains("auth") {
        "Name or password are wrong: look at SMTP_USERNAME and SMTP_PASSWORD."
    } else if lower.contains("550") || lower.contains("553") || lower.contains("relay") {
        "The server does not let us send this: may NOTIFICATIONS_EMAIL_ADDRESS send through it?"
    } else {
        "The server's own words are all there is to go by."
    };
    let server = settings.smtp.as_ref().map_or_else(String::new, |s| format!(" ({}:{})", s.server, s.port));
    format!("Mail cannot be sent{server}: {said}\n{hint}")
}

fn files(app: &App) -> anyhow::Result<Vec<PathBuf>> {
    let Some(folder) = app.mailer.folder() else { anyhow::bail!("mail is sent through a mail server; there is no outbox") };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "eml") {
            found.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn outbox(app: &App) -> anyhow::Result<String> {
    let files = files(app)?;
    if files.is_empty() {
        return Ok("The outbox is empty.".to_owned());
    }
    let mut out = String::new();
    for path in files {
        let Ok(mail) = parse::bytes(&std::fs::read(&path)?) else { continue };
        writeln!(out, "{}  {}  {}", stem(&path), mail.header("to").unwrap_or_default(), mail.header("subject").unwrap_or_default())?;
    }
    Ok(out.trim_end().to_owned())
}

fn show(app: &App, name: &str) -> anyhow::Result<String> {
    let files = files(app)?;
    let found = if name == "last" { files.last() } else { files.iter().find(|p| stem(p) == name) };
    let Some(path) = found else { anyhow::bail!("there is no mail named {name} in the outbox") };
    let mail = parse::bytes(&std::fs::read(path)?)?;
    let mut out = String::new();
    for header in ["from", "to", "reply-to", "subject"] {
        if let Some(value) = mail.header(header) {
            writeln!(out, "{header}: {value}")?;
        }
    }
    for file in &mail.files {
        writeln!(out, "file: {} ({})", file.name, file.content_type)?;
    }
    write!(out, "\n{}", mail.text.unwrap_or_default().trim_end())?;
    Ok(out)
}

#[derive(FromQueryResult)]
struct Delivery {
    mail: String,
    recipient: String,
    subject: String,
    attempted_at: chrono::NaiveDateTime,
    delivered_at: Option<chrono::NaiveDateTime>,
    attempts: i32,
    error: Option<String>,
}

async fn log(app: &Arc<App>) -> anyhow::Result<String> {
    let found: Vec<Delivery> =
        loomio_db::sql::rows(&app.db, "select mail, recipient, subject, attempted_at, delivered_at, attempts, error from loomio.deliveries order by attempted_at desc limit 100", vec![]).await?;
    if found.is_empty() {
        return Ok("No mail has been sent yet.".to_owned());
    }
    let mut out = String::new();
    for d in found.iter().rev() {
        let became = match (&d.delivered_at, &d.error) {
            (Some(_), _) => "sent".to_owned(),
            (None, error) => format!("not sent after {} attempts: {}", d.attempts, error.as_deref().unwrap_or("unknown")),
        };
        writeln!(out, "{}  {}  {}  {}  {became}", d.attempted_at.format("%Y-%m-%d %H:%M:%S"), d.mail, d.recipient, d.subject)?;
    }
    Ok(out.trim_end().to_owned())
}

async fn forwards(app: &Arc<App>, set: Option<&[String]>, remove: Option<&str>) -> anyhow::Result<String> {
    let rule = async |name: &str| Find::<ForwardEmailRule>::new("forward_email_rules.handle = $1::citext", vec![name.into()]).order("forward_email_rules.id").one(&app.db).await;
    let permit = permit();
    if let Some([name, address]) = set {
        anyhow::ensure!(!name.is_empty() && !name.contains('@'), "{name} is not the name before an @");
        anyhow::ensure!(account::is_address(address), "{address} is not an address");
        let before = rule(name).await?;
        let w = jobs::begin(app).await?;
        match before {
            Some(before) => w.save(&permit, &before, ForwardEmailRule { email: Some(address.clone()), ..before.clone() }).await.map(|_| ())?,
            None => w.insert(&permit, ForwardEmailRule { handle: name.clone(), email: Some(address.clone()), ..ForwardEmailRule::default() }).await.map(|_| ())?,
        }
        w.commit().await?;
        return Ok(format!("Mail to {name} is passed on to {address}."));
    }
    if let Some(name) = remove {
        let before = rule(name).await?.with_context(|| format!("mail to {name} is not passed on"))?;
        let w = jobs::begin(app).await?;
        w.destroy(&permit, &before).await?;
        w.commit().await?;
        return Ok(format!("Mail to {name} is no longer passed on."));
    }
    let found = Find::<ForwardEmailRule>::new("true", vec![]).order("forward_email_rules.handle").all(&app.db).await?;
    if found.is_empty() {
        return Ok("No mail is passed on.".to_owned());
    }
    Ok(found.iter().map(|rule| format!("{}  {}", rule.handle, rule.email.as_deref().unwrap_or_default())).collect::<Vec<_>>().join("\n"))
}

async fn unreachable(app: &Arc<App>, revive: Option<String>) -> anyhow::Result<String> {
    if let Some(email) = revive {
        anyhow::ensure!(undeliverable::revive(app, &email).await?, "mail to {email} was not stopped");
        return Ok(format!("Mail is sent to {email} again."));
    }
    let found = undeliverable::list(app).await?;
    if found.is_empty() {
        return Ok("Mail reaches everybody, as far as is known.".to_owned());
    }
    Ok(found.iter().map(|d| format!("{}  {}  {}  {}", d.reported_at.format("%Y-%m-%d"), d.email, d.status, d.diagnostic.as_deref().unwrap_or_default())).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_followed_by_what_to_do() {
        let settings = Settings::from_vars([("SMTP_SERVER".to_owned(), "mail.example.org".to_owned())]).expect("settings");
        for (said, hint) in
            [("Connection refused (os error 111)", "SMTP_PORT"), ("invalid peer certificate: UnknownIssuer", "SMTP_SSL_VERIFY_MODE"), ("535 5.7.8 Error: authentication failed", "SMTP_PASSWORD")]
        {
            assert!(advice(&settings, said).contains(hint), "{said}");
        }
    }
}
