//! Gives new members of a group a vote in its open polls.

use super::Job;
use crate::{App, services::poll::voters};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Gives the members of one group their votes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddVoters {
    /// The group.
    pub group_id: i32,
}

impl Job for AddVoters {
    const NAME: &'static str = "add_voters";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        voters::add_to_polls_of_group(&app, self.group_id).await
    }
}
