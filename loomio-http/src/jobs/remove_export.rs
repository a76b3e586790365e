//! Removes an exported file when its week is over.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Removes the document of an export with its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemoveExport {
    /// The document.
    pub document_id: i32,
}

impl Job for RemoveExport {
    const NAME: &'static str = "remove_export";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::group::file::remove(&app, self.document_id).await
    }
}
