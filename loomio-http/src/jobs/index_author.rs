//! Writes an author's search documents anew: their name is part of each.

use super::Job;
use crate::App;
use loomio_core::policy::Permit;
use loomio_db::search_document;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Indexes one author.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndexAuthor {
    /// The author.
    pub user_id: i32,
}

impl Job for IndexAuthor {
    const NAME: &'static str = "index_author";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        let w = super::begin(&app).await?;
        search_document::index_author(&w, &Permit::system("an author's name changed"), self.user_id).await?;
        Ok(w.commit().await?)
    }
}
