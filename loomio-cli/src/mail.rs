//! Mail as an administrator meets it: where it goes.

use loomio_http::Settings;
use loomio_mail::{Encryption, Mailer, Server};

/// Sends through the mail server of the settings; without one, mails are written
/// into a folder where they can be read.
///
/// # Errors
/// When the server's name cannot be one.
pub fn mailer(settings: &Settings) -> anyhow::Result<Mailer> {
    match (&settings.mail_outbox, &settings.smtp) {
        (None, Some(smtp)) => Ok(Mailer::smtp(&Server {
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
        })?),
        (folder, _) => Ok(Mailer::outbox(folder.clone().unwrap_or_else(|| settings.data_dir.join("outbox")))),
    }
}
