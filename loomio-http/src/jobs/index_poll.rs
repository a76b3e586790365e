//! Makes a poll with its votes and outcomes findable as it is now.

use super::Job;
use crate::App;
use loomio_core::policy::Permit;
use loomio_db::search_document;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Writes the search documents of one poll anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndexPoll {
    /// The poll.
    pub poll_id: i32,
}

impl Job for IndexPoll {
    const NAME: &'static str = "index_poll";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        let w = super::begin(&app).await?;
        search_document::index_poll(&w, &Permit::system("write search documents anew"), self.poll_id).await?;
        Ok(w.commit().await?)
    }
}
