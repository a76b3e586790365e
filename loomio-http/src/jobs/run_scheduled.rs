//! Does what the clock asks for.

use super::Job;
use crate::{App, services::scheduled};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Runs one task of the clock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunScheduled {
    /// The task's name.
    pub name: String,
}

impl RunScheduled {
    /// All tasks of the clock, as the worker's library reads them. A server that was
    /// away does what it missed within the last two hours (a day's task within a day).
    #[must_use]
    pub fn crontab() -> String {
        scheduled::TASKS
            .iter()
            .map(|t| {
                let fill = if t.when.starts_with("0 * ") { "2h" } else { "1d" };
                format!("{} {} ?id={}&fill={fill}&max=3 {{\"name\":\"{}\"}}\n", t.when, Self::NAME, t.name, t.name)
            })
            .collect()
    }
}

impl Job for RunScheduled {
    const NAME: &'static str = "run_scheduled";

    async fn run(self, app: Arc<App>) -> anyhow::Result<()> {
        match scheduled::task(&self.name) {
            Some(task) => task.run(&app).await,
            // An older server may have asked for what is no longer done.
            None => Ok(()),
        }
    }
}
