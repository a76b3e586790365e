//! Makes a file of everything in a group.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Exports a group for somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportGroup {
    /// The group.
    pub group_id: i32,
    /// It and those of its subgroups that are told, too.
    pub group_ids: Vec<i32>,
    /// Who asked.
    pub actor_id: i32,
    /// As tables for people instead of JSON.
    pub csv: bool,
    /// Makes a second attempt do nothing.
    pub ticket: String,
}

impl Job for ExportGroup {
    const NAME: &'static str = "export_group";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::group::export::make(&app, &self).await
    }
}
