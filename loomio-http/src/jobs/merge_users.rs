//! Makes one account of two.

use super::Job;
use crate::{App, services::merge};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Moves everything of one account to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MergeUsers {
    /// The account that goes.
    pub source_id: i32,
    /// The account that stays.
    pub target_id: i32,
}

impl Job for MergeUsers {
    const NAME: &'static str = "merge_users";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        merge::carry_out(&app, self.source_id, self.target_id).await
    }
}
