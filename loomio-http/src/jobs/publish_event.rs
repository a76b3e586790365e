//! Tells the world of an event: live updates, notifications, mails, chat bots.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Publishes one event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublishEvent {
    /// The event.
    pub event_id: i32,
    /// Names this publication, so that a second attempt tells nobody twice.
    pub ticket: String,
}

impl Job for PublishEvent {
    const NAME: &'static str = "publish_event";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::publish::publish(&app, self.event_id, &self.ticket).await
    }
}
