//! A socket in the data folder by which commands reach the running server: the
//! embedded database has a single connection, and the server holds it.
//!
//! Only the folder's owner can open it. One line of JSON asks, one answers.

use crate::command::{self, Request};
use loomio_http::{App, jobs::Worker};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done(String),
    Failed(String),
}

fn socket(data_dir: &Path) -> anyhow::Result<PathBuf> {
    Ok(crate::store::run_dir(data_dir)?.join("control.sock"))
}

/// Answers requests until the task is dropped.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(app: &Arc<App>, worker: &Arc<Worker>) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    let path = socket(&app.settings.data_dir)?;
    // Whoever held it before is gone: the folder's database is ours.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)?;
    let (app, worker) = (Arc::clone(app), Arc::clone(worker));
    Ok(tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (app, worker) = (Arc::clone(&app), Arc::clone(&worker));
            tokio::spawn(async move {
                if let Err(e) = answer(&app, &worker, stream).await {
                    tracing::warn!(error = format!("{e:#}"), "a command could not be answered");
                }
            });
        }
    }))
}

async fn answer(app: &Arc<App>, worker: &Worker, stream: UnixStream) -> anyhow::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).await?;
    let answer = match command::carry_out(app, worker, serde_json::from_str::<Request>(&line)?).await {
        Ok(text) => Answer::Done(text),
        Err(e) => Answer::Failed(format!("{e:#}")),
    };
    writer.write_all(format!("{}\n", serde_json::to_string(&answer)?).as_bytes()).await?;
    Ok(())
}

/// Asks the running server, if there is one.
///
/// # Errors
/// When it refuses or is lost while answering.
pub async fn ask(data_dir: &Path, request: &Request) -> anyhow::Result<Option<String>> {
    let path = socket(data_dir)?;
    let Ok(stream) = UnixStream::connect(&path).await else { return Ok(None) };
    let (reader, mut writer) = stream.into_split();
    writer.write_all(format!("{}\n", serde_json::to_string(request)?).as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).await?;
    match serde_json::from_str(&line)? {
        Answer::Done(text) => Ok(Some(text)),
        Answer::Failed(why) => anyhow::bail!(why),
    }
}
