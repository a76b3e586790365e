//! Fetches one file that belongs to imported rows from where they were exported.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

/// Fetches a file and attaches it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchFile {
    /// What the imported file says of it.
    pub file: Json,
    /// The row it belongs to, by its new number.
    pub record_id: i64,
}

impl Job for FetchFile {
    const NAME: &'static str = "fetch_file";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::group::file::fetch(&app, &self.file, self.record_id).await
    }
}
