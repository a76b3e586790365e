//! Marks as read what a summary mail was about.

use super::Job;
use crate::{App, services::email_action};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Marks what happened between two times as read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MarkSummaryAsRead {
    /// Who read the summary.
    pub user_id: i32,
    /// Where it began, in seconds since 1970.
    pub start: i64,
    /// Where it ended, likewise.
    pub finish: i64,
}

impl Job for MarkSummaryAsRead {
    const NAME: &'static str = "mark_summary_as_read";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        email_action::mark_summary(&app, self.user_id, self.start, self.finish).await
    }
}
