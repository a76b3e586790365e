//! Sends one mail that no event causes: a sign-in code, a reminder, a warning.

use super::Job;
use crate::{
    App,
    services::mail::{self, Mail},
};
use loomio_db::{DbError, Write};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Sends one mail to one person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendMail {
    /// Names this delivery, so that a second attempt is not a second mail.
    pub key: String,
    /// The mail.
    pub mail: Mail,
}

impl SendMail {
    /// Asks for a mail that is sent exactly when the write commits.
    ///
    /// # Errors
    /// When the job cannot be stored.
    pub async fn enqueue(w: &Write, mail: Mail) -> Result<(), DbError> {
        super::enqueue(w, &Self { key: mail::delivery_key(w), mail }).await
    }
}

impl Job for SendMail {
    const NAME: &'static str = "send_mail";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        mail::send(&app, &self.key, self.mail).await
    }
}
