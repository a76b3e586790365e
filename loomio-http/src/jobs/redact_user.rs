//! Erases an account: nothing is left that tells who it was.

use super::Job;
use crate::{App, services::closing};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Erases one account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RedactUser {
    /// Whose account.
    pub user_id: i32,
    /// Who erases it.
    pub actor_id: i32,
    /// Whether a last mail tells its owner.
    pub tell: bool,
}

impl Job for RedactUser {
    const NAME: &'static str = "redact_user";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        closing::redact(&app, self.user_id, self.actor_id, self.tell).await
    }
}
