//! `loomio jobs`: what is otherwise done by the clock, done now.

use loomio_http::{App, jobs::Worker, services::scheduled};
use std::{fmt::Write, sync::Arc};

/// The names of what is done by the clock, and when.
#[must_use]
pub fn list() -> String {
    let width = scheduled::TASKS.iter().map(|t| t.name.len()).max().unwrap_or(0);
    scheduled::TASKS.iter().fold("minute hour day month weekday (UTC)".to_owned(), |mut out, t| {
        // Writing into a string cannot fail.
        let _ = write!(out, "\n{:width$}  {}", t.name, t.when);
        out
    })
}

/// Does one thing that is otherwise done by the clock, together with the jobs it
/// asks for. A running server may do some of these jobs; each is done once.
///
/// # Errors
/// When there is no such task or it fails.
pub async fn run(app: &Arc<App>, worker: &Worker, name: &str) -> anyhow::Result<String> {
    let task = scheduled::task(name).ok_or_else(|| anyhow::anyhow!("there is no task \"{name}\"; there are:\n{}", list()))?;
    task.run(app).await?;
    worker.run_once().await?;
    Ok(format!("{name}: done"))
}
