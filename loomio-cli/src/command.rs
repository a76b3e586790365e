//! Commands that need the application: carried out here when the database can be
//! shared, else by the server that holds the embedded one.

use crate::{control, groups, import, jobs, mail, people, sign_in, store};
use loomio_core::policy::Permit;
use loomio_http::{App, Settings, jobs::Worker};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, sync::Arc};

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// A one-time sign-in link.
    SignIn {
        /// Whose.
        email: String,
    },
    /// Something about mail.
    Mail(mail::MailCommand),
    /// Something about accounts.
    People(people::PeopleCommand),
    /// Something about groups.
    Groups(groups::GroupsCommand),
    /// To import groups from a file.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// To do now what is otherwise done by the clock.
    RunJob {
        /// Its name.
        name: String,
    },
}

/// Why commands may write: whoever can run them owns the database.
#[must_use]
pub fn permit() -> Permit {
    Permit::system("asked for on the command line")
}

/// Carries a request out and tells the result.
///
/// # Errors
/// When it cannot be carried out.
pub async fn carry_out(app: &Arc<App>, worker: &Worker, request: Request) -> anyhow::Result<String> {
    match request {
        Request::SignIn { email } => sign_in::link(app, &email).await,
        Request::Mail(command) => mail::carry_out(app, command).await,
        Request::People(command) => people::carry_out(app, worker, command).await,
        Request::Groups(command) => groups::carry_out(app, command).await,
        Request::Import { file } => import::import(app, &file).await,
        Request::RunJob { name } => jobs::run(app, worker, &name).await,
    }
}

/// Runs a request where it can be run.
///
/// # Errors
/// When neither a server nor the database can be reached, or it cannot be carried out.
pub async fn run(settings: Settings, request: Request) -> anyhow::Result<String> {
    if settings.database_url.is_none()
        && let Some(answer) = control::ask(&settings.data_dir, &request).await?
    {
        return Ok(answer);
    }
    let store = store::open(&settings).await?;
    let app = store.application(settings).await?;
    let result = async {
        // A new database has no tables for jobs before a worker has made them.
        let worker = Worker::new(&app, store.is_embedded()).await?;
        carry_out(&app, &worker, request).await
    }
    .await;
    store.close(app).await;
    result
}
