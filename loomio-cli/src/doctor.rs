//! `loomio doctor`: what is missing or wrong, in plain words.

use anyhow::Context;
use loomio_auth::identity::{Kind, saml_site::Site};
use loomio_db::{migration::KNOWN_VERSIONS, sql};
use loomio_http::{Settings, i18n::I18n, services::identity, settings::Environment};
use sea_orm::DatabaseConnection;
use std::{fmt, path::Path, time::Duration};

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Good,
    Hint,
    Wrong,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Report(Vec<(Grade, String)>);

impl Report {
    fn good(&mut self, text: impl Into<String>) {
        self.0.push((Grade::Good, text.into()));
    }

    fn hint(&mut self, text: impl Into<String>) {
        self.0.push((Grade::Hint, text.into()));
    }

    fn wrong(&mut self, text: impl Into<String>) {
        self.0.push((Grade::Wrong, text.into()));
    }

    /// Whether nothing is wrong; hints do no harm.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.0.iter().all(|(grade, _)| *grade != Grade::Wrong)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (grade, text)) in self.0.iter().enumerate() {
            let word = match grade {
                Grade::Good => "good ",
                Grade::Hint => "hint ",
                Grade::Wrong => "WRONG",
            };
            write!(f, "{}{word}  {text}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// Looks at everything that the settings name.
pub async fn examine(settings: &Settings) -> Report {
    let mut report = Report::default();
    secrets(settings, &mut report);
    folders(settings, &mut report);
    database(settings, &mut report).await;
    if let Some(url) = &settings.redis_url {
        match tokio::time::timeout(Duration::from_secs(5), loomio_http::live::Live::through_redis(url)).await {
            Ok(Ok(_)) => report.good("Redis answers"),
            Ok(Err(e)) => report.wrong(format!("Redis does not answer: {e}")),
            Err(_) => report.wrong("Redis does not answer within five seconds"),
        }
    } else {
        report.good("live updates stay in this process, since REDIS_URL is not set");
    }
    mail(settings, &mut report).await;
    identities(settings, &mut report).await;
    if let Err(e) = tokio::net::TcpListener::bind((settings.bind.as_str(), settings.port)).await {
        report.hint(format!("port {} of {} is taken ({e}); perhaps Loomio runs already", settings.port, settings.bind));
    }
    report
}

/// The texts that the languages of a folder do not have: one line for each language,
/// then its keys.
///
/// # Errors
/// When the folder cannot be read.
pub fn locales(folder: &Path) -> anyhow::Result<String> {
    let missing = I18n::missing(folder).with_context(|| folder.display().to_string())?;
    anyhow::ensure!(!missing.is_empty(), "{} has no language that can be chosen", folder.display());
    let lines = missing.iter().flat_map(|(locale, keys)| std::iter::once(format!("{locale}: {} texts are missing", keys.len())).chain(keys.iter().map(|key| format!("  {key}"))));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn secrets(settings: &Settings, report: &mut Report) {
    let production = settings.environment == Environment::Production;
    match (settings.secret_key_base.is_empty(), production && settings.database_url.is_some()) {
        (false, _) => report.good("SECRET_KEY_BASE is set"),
        (true, true) => report.wrong("SECRET_KEY_BASE is not set: take it from the Rails server, so that people stay signed in and old links work"),
        (true, false) => report.hint("SECRET_KEY_BASE is not set: one is made and kept in the data folder"),
    }
    if production && settings.canonical_host == "localhost" {
        report.wrong("CANONICAL_HOST is not set: links in mails would lead to localhost");
    }
    if !settings.rate_limits && production {
        report.wrong("RATE_LIMITS is off: passwords and codes can be guessed");
    }
}

fn folders(settings: &Settings, report: &mut Report) {
    match settings.var("LOCALES_DIR").map(|folder| (folder, I18n::missing(Path::new(folder)))) {
        None => report.hint("LOCALES_DIR is not set: everybody reads English; the original's folder config/locales can be named"),
        Some((folder, Ok(languages))) => report.good(format!("{folder} has {} languages", languages.len())),
        Some((folder, Err(e))) => report.wrong(format!("LOCALES_DIR {folder} cannot be read: {e}")),
    }
    match loomio_http::services::blob::Store::from_settings(settings) {
        Ok(_) => report.good("the place for uploaded files is described"),
        Err(e) => report.wrong(format!("uploaded files cannot be kept: {e:#}")),
    }
    match crate::store::run_dir(&settings.data_dir) {
        Ok(_) => report.good(format!("the data folder {} can be written", settings.data_dir.display())),
        Err(e) => report.wrong(format!("the data folder {} (DATA_DIR) cannot be used: {e}", settings.data_dir.display())),
    }
    if loomio_http::services::translation::is_available(settings) {
        report.good("texts can be translated (TRANSLATE_CREDENTIALS)");
    } else {
        report.hint("TRANSLATE_CREDENTIALS is not set: texts are not translated");
    }
    match &settings.client_dir {
        None => report.hint("CLIENT_DIR is not set: there are no pages but a start page; build the original's client (vue/, `npm run build`) and name its folder"),
        Some(folder) if loomio_http::pages::Client::open(folder).is_some() => report.good("the client's folder has its page"),
        Some(folder) => report.wrong(format!("CLIENT_DIR {} has no index.html", folder.display())),
    }
}

/// The sites by which people sign in.
async fn identities(settings: &Settings, report: &mut Report) {
    for kind in Kind::ALL {
        let name = kind.name();
        match identity::provider(settings, kind) {
            Ok(None) => {}
            Ok(Some(site)) if site.trusts_email() => report.good(format!("people sign in by {name}, and its addresses are believed")),
            Ok(Some(_)) => report.good(format!("people sign in by {name}; addresses that it does not call verified are confirmed by mail")),
            Err(e) => report.wrong(format!("people cannot sign in by {name}: {e}")),
        }
    }
    saml(settings, report).await;
    if settings.var("SSL_VERIFY_FALSE").or(settings.var("SSL_VERIFY_PEER_FALSE")).is_some() {
        report.hint("SSL_VERIFY_FALSE is not read: certificates are always checked; add your own authority to those of the system");
    }
}

/// The site by which people sign in with SAML.
async fn saml(settings: &Settings, report: &mut Report) {
    match identity::saml_site(settings) {
        Ok(None) => {}
        Err(e) => report.wrong(format!("people cannot sign in by saml: {e}")),
        Ok(Some(site)) => described(&site, report).await,
    }
}

#[cfg(feature = "saml")]
async fn described(site: &Site, report: &mut Report) {
    match identity::saml::read(site).await {
        Ok(_) if site.trusts_email => report.good("people sign in by saml, and its addresses are believed"),
        Ok(_) => report.good("people sign in by saml; addresses of people who are new are confirmed by mail unless SAML_TRUST_EMAIL is set"),
        Err(e) => report.wrong(format!("people cannot sign in by saml: {e}")),
    }
}

#[cfg(not(feature = "saml"))]
async fn described(_: &Site, report: &mut Report) {
    report.wrong("SAML_APP_KEY is set, but this program was built without SAML (`--features saml`): people who signed in by it sign in by a code in a mail");
}

async fn database(settings: &Settings, report: &mut Report) {
    let Some(url) = &settings.database_url else {
        report.good("the embedded database is used, since DATABASE_URL is not set");
        return;
    };
    match tokio::time::timeout(Duration::from_secs(10), loomio_db::connect::connect(url, 1)).await {
        Ok(Ok(db)) => tables(&db, report).await,
        Ok(Err(e)) => report.wrong(format!("the database (DATABASE_URL) does not answer: {e}")),
        Err(_) => report.wrong("the database (DATABASE_URL) does not answer within ten seconds"),
    }
}

async fn tables(db: &DatabaseConnection, report: &mut Report) {
    let version = sql::scalar::<String>(db, "select current_setting('server_version')", vec![]).await.ok().flatten().unwrap_or_default();
    report.good(format!("PostgreSQL {version} answers"));
    let major: i32 = version.split('.').next().and_then(|v| v.parse().ok()).unwrap_or(0);
    if !(15..=17).contains(&major) {
        report.hint("PostgreSQL 15, 16 and 17 are the versions this is tested with");
    }
    match sql::scalar::<Option<String>>(db, "select max(version) from public.schema_migrations", vec![]).await {
        Err(_) => report.hint("the database has no tables yet: `loomio serve` makes them"),
        Ok(found) => {
            let found = found.flatten().unwrap_or_else(|| "none".to_owned());
            match KNOWN_VERSIONS.iter().find(|(known, _)| *known == found) {
                Some((_, name)) => report.good(format!("its tables are those of Loomio {name}")),
                None => report.wrong(format!("its tables are at Rails migration {found}, which belongs to no version known here")),
            }
        }
    }
    if let Ok(Some(dead)) = sql::scalar::<i64>(db, "select count(*) from loomio.undeliverable", vec![]).await
        && dead > 0
    {
        report.hint(format!("mail does not reach {dead} addresses: see `loomio mail unreachable`"));
    }
    if let Ok(Some(stuck)) = sql::scalar::<i64>(db, "select count(*) from loomio._private_jobs where attempts >= max_attempts", vec![]).await {
        if stuck > 0 {
            report.wrong(format!("{stuck} jobs were given up after many tries: see loomio._private_jobs"));
        } else {
            report.good("no job was given up");
        }
    }
}

async fn mail(settings: &Settings, report: &mut Report) {
    match crate::mail::signer(settings) {
        Ok(None) => report.hint("DKIM_SELECTOR is not set: mails are not signed here; perhaps the mail server signs them"),
        Ok(Some(signer)) => report.good(format!("mails are signed; the public key belongs into the DNS record {}", signer.record())),
        Err(e) => report.wrong(format!("{e:#}")),
    }
    match (&settings.mail_outbox, &settings.smtp) {
        (Some(folder), _) => report.hint(format!("mails are written to {} (MAIL_OUTBOX) and not sent", folder.display())),
        (None, None) => report.hint("SMTP_SERVER is not set: mails are kept in the data folder and not sent"),
        (None, Some(smtp)) => match tokio::time::timeout(Duration::from_secs(10), tokio::net::TcpStream::connect((smtp.server.as_str(), smtp.port))).await {
            Ok(Ok(_)) => report.good(format!("the mail server {}:{} can be reached", smtp.server, smtp.port)),
            Ok(Err(e)) => report.wrong(format!("the mail server {}:{} cannot be reached: {e}", smtp.server, smtp.port)),
            Err(_) => report.wrong(format!("the mail server {}:{} does not answer within ten seconds", smtp.server, smtp.port)),
        },
    }
}
