//! Removes a group some time after it was archived.

use super::Job;
use crate::App;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Removes a group, unless it was brought back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DestroyGroup {
    /// The group.
    pub group_id: i32,
    /// Who archived it.
    pub actor_id: Option<i32>,
    /// When; a group that was brought back and archived anew for another reason stays.
    #[serde(default)]
    pub archived_at: Option<NaiveDateTime>,
}

impl Job for DestroyGroup {
    const NAME: &'static str = "destroy_group";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::group::destroy::destroy(&app, &self).await
    }
}
