//! Where mail goes: to a mail server, or into a folder where it can be seen.

use crate::{
    dkim::Signer,
    message::{MailError, Message},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// How TLS is used with a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte (`smtps`).
    Implicit,
    /// By STARTTLS, which the server must offer.
    Required,
    /// By STARTTLS when the server offers it.
    Opportunistic,
}

/// A mail server and how to talk to it.
#[derive(Clone)]
pub struct Server {
    /// Its host name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How TLS is used.
    pub encryption: Encryption,
    /// Whether its certificate is checked.
    pub verify: bool,
    /// Name and password.
    pub credentials: Option<(String, String)>,
    /// The name we greet it with.
    pub hello: String,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({}:{})", self.host, self.port)
    }
}

#[derive(Debug, Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// Sends mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    way: Way,
    signer: Option<Arc<Signer>>,
}

impl Mailer {
    /// Writes every mail as one `.eml` file.
    #[must_use]
    pub fn outbox(folder: PathBuf) -> Self {
        Self { way: Way::Folder(folder), signer: None }
    }

    /// Sends through a mail server, keeping a few connections open.
    ///
    /// # Errors
    /// When the host name cannot be one.
    pub fn smtp(server: &Server) -> Result<Self, MailError> {
        let tls = TlsParameters::builder(server.host.clone()).dangerous_accept_invalid_certs(!server.verify).build().map_err(|e| MailError::Compose(e.to_string()))?;
        let tls = match server.encryption {
            Encryption::Implicit => Tls::Wrapper(tls),
            Encryption::Required => Tls::Required(tls),
            Encryption::Opportunistic => Tls::Opportunistic(tls),
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host).port(server.port).tls(tls).hello_name(ClientId::Domain(server.hello.clone())).timeout(Some(Duration::from_secs(30)));
        if let Some((name, password)) = &server.credentials {
            builder = builder.credentials(Credentials::new(name.clone(), password.clone()));
        }
        Ok(Self { way: Way::Smtp(builder.build()), signer: None })
    }

    /// The same, with every mail signed.
    #[must_use]
    pub fn signing(self, signer: Signer) -> Self {
        Self { signer: Some(Arc::new(signer)), ..self }
    }

    /// What signs the mails, if anything does.
    #[must_use]
    pub fn signer(&self) -> Option<&Signer> {
        self.signer.as_deref()
    }

    /// The folder into which mails are written, if they are.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.way {
            Way::Folder(folder) => Some(folder),
            Way::Smtp(_) => None,
        }
    }

    /// Whether the mail server answers. A folder always does when it can be made.
    ///
    /// # Errors
    /// What the server or the folder says.
    pub async fn check(&self) -> Result<(), MailError> {
        match &self.way {
            Way::Smtp(smtp) => match smtp.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err(MailError::Busy("the server answered, but not as a mail server does".to_owned())),
                Err(e) => Err(refusal(&e)),
            },
            Way::Folder(folder) => Ok(tokio::fs::create_dir_all(folder).await?),
        }
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// When it cannot be composed or was not taken; [`MailError::is_temporary`] says
    /// whether trying again can help.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        let mut composed = message.compose()?;
        if let Some(signer) = &self.signer {
            signer.sign(&mut composed);
        }
        match &self.way {
            Way::Smtp(smtp) => {
                smtp.send(composed).await.map_err(|e| refusal(&e))?;
            }
            Way::Folder(folder) => self.write(folder, &message.key, &composed.formatted()).await?,
        }
        Ok(())
    }

    async fn write(&self, folder: &Path, key: &str, bytes: &[u8]) -> Result<(), MailError> {
        tokio::fs::create_dir_all(folder).await?;
        // Whoever watches the folder must never see half a mail.
        let draft = folder.join(format!(".{key}.part"));
        tokio::fs::write(&draft, bytes).await?;
        tokio::fs::rename(&draft, folder.join(format!("{key}.eml"))).await?;
        Ok(())
    }
}

fn refusal(e: &lettre::transport::smtp::Error) -> MailError {
    use std::error::Error;
    let told = e.source().map_or_else(|| e.to_string(), |cause| format!("{e}: {cause}"));
    if e.is_permanent() { MailError::Refused(told) } else { MailError::Busy(told) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Automation, Person, Thread};

    #[tokio::test]
    async fn a_mail_sent_twice_is_still_one_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mailer = Mailer::outbox(folder.path().join("outbox"));
        let mut message = Message {
            key: String::new(),
            to: Person::address("ben@example.com"),
            from: Person::address("notifications@example.org"),
            reply_to: None,
            subject: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            text: "Hello".to_owned(),
            attachments: Vec::new(),
            thread: Thread::default(),
            unsubscribe: None,
            automation: Automation::Requested,
        };
        for key in ["a", "b", "b"] {
            message.key = key.to_owned();
            mailer.send(&message).await.expect("sent");
        }
        let names: Vec<String> = std::fs::read_dir(folder.path().join("outbox")).expect("the outbox").map(|f| f.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        assert_eq!(names.iter().filter(|n| n.ends_with(".eml")).count(), 2);
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_can_be_tried_again() {
        let server = Server { host: "127.0.0.1".to_owned(), port: 1, encryption: Encryption::Opportunistic, verify: true, credentials: None, hello: "example.org".to_owned() };
        let error = Mailer::smtp(&server).expect("a mailer").check().await.err();
        assert_eq!(error.map(|e| e.is_temporary()), Some(true));
    }
}
