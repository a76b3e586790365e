//! Closes a poll whose time is up.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Closes one poll.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseExpiredPoll {
    /// The poll.
    pub poll_id: i32,
}

impl Job for CloseExpiredPoll {
    const NAME: &'static str = "close_expired_poll";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::scheduled::close_expired(&app, self.poll_id).await
    }
}
