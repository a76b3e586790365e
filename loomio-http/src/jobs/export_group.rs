//! Writes a group into a file and mails where it can be downloaded.

use super::Job;
use crate::App;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a group is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// All rows, one JSON object a line; can be imported.
    Json,
    /// Tables for people.
    Csv,
}

/// Writes a group into a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportGroup {
    /// Names this export, so that a second attempt is not a second mail.
    pub key: String,
    /// How it is written.
    pub form: Form,
    /// The group and the subgroups that go along.
    pub group_ids: Vec<i32>,
    /// The group.
    pub group_id: i32,
    /// Its name in the mail.
    pub group_name: String,
    /// Who asked for it.
    pub actor_id: i32,
}

impl Job for ExportGroup {
    const NAME: &'static str = "export_group";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        crate::services::group::file::write(&app, &self).await
    }
}
