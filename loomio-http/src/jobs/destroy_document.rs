//! Removes an export after a while.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Removes a document with its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DestroyDocument {
    /// The document.
    pub document_id: i32,
}

impl Job for DestroyDocument {
    const NAME: &'static str = "destroy_document";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::group::export::forget(&app, self.document_id).await
    }
}
