//! Sends the mail of an event to one of its recipients. Each recipient has a job
//! of their own, so that trying again reaches only who has not been reached.

use super::Job;
use crate::{App, services::mail};
use loomio_db::{DbError, Write};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Sends the mail of an event to one person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendEventMail {
    /// Names this delivery, so that a second attempt is not a second mail.
    pub key: String,
    /// The event.
    pub event_id: i32,
    /// Who gets it.
    pub recipient_id: i32,
}

impl SendEventMail {
    /// Asks for the mail of an event to each of its recipients.
    ///
    /// # Errors
    /// When a job cannot be stored.
    pub async fn enqueue(w: &Write, event_id: i32, recipient_ids: &[i32]) -> Result<(), DbError> {
        for recipient_id in recipient_ids {
            super::enqueue(w, &Self { key: mail::delivery_key(w), event_id, recipient_id: *recipient_id }).await?;
        }
        Ok(())
    }
}

impl Job for SendEventMail {
    const NAME: &'static str = "send_event_mail";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        mail::send_event(&app, &self.key, self.event_id, self.recipient_id).await
    }
}
