//! Where mail goes: to an SMTP server, into a folder, or nowhere.

use std::path::PathBuf;

/// Sends mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    /// The folder into which mails are written, if they are.
    outbox: Option<PathBuf>,
}

impl Mailer {
    /// Writes every mail as one `.eml` file.
    #[must_use]
    pub fn outbox(folder: PathBuf) -> Self {
        Self { outbox: Some(folder) }
    }

    /// Where mails are written, if they are.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.outbox.as_deref()
    }
}
