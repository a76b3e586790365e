//! `loomio import`: groups from a file.

use anyhow::Context;
use loomio_http::{App, services::group};
use std::{fmt::Write, path::Path, sync::Arc};

/// Imports a file and says what was in it.
///
/// # Errors
/// When it cannot be read or imported; nothing is stored then.
pub async fn import(app: &Arc<App>, file: &Path) -> anyhow::Result<String> {
    let text = tokio::fs::read_to_string(file).await.with_context(|| file.display().to_string())?;
    let imported = group::file::import(app, &text).await?;
    let mut out = String::from("imported");
    for (table, count) in &imported.rows {
        // Writing into a string cannot fail.
        let _ = write!(out, "\n{count:8} {}", table.replace('_', " "));
    }
    let _ = write!(out, "\n{:8} people who were here already", imported.known_people);
    let _ = write!(out, "\n{:8} rows left out, because what they belong to is not in the file", imported.left_out);
    let _ = write!(out, "\n{:8} files to be fetched by jobs", imported.files.len());
    Ok(out)
}
