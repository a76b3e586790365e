//! Makes the translations of a changed text anew.

use super::Job;
use crate::{App, services::translation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Makes them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retranslate {
    /// The kind of row, in the original's name (`Comment`).
    pub class: String,
    /// The row.
    pub id: i32,
}

impl Job for Retranslate {
    const NAME: &'static str = "retranslate";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        translation::retranslate(&app, &self.class, self.id).await
    }
}
