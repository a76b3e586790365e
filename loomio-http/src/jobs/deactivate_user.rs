//! Closes an account: its owner leaves every group, but what they wrote stays.

use super::Job;
use crate::{App, services::closing};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Closes one account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeactivateUser {
    /// Whose account.
    pub user_id: i32,
    /// Who closes it.
    pub actor_id: i32,
}

impl Job for DeactivateUser {
    const NAME: &'static str = "deactivate_user";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        closing::deactivate(&app, self.user_id, self.actor_id).await
    }
}
