//! `loomio serve` and `loomio demo`.

use crate::{control, demo, store};
use loomio_http::{Settings, jobs::Worker, server};
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Ends when the process is asked to stop.
async fn stop_asked() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Serves until told to stop; a demo is filled in and announced first.
///
/// # Errors
/// When something needed cannot be reached or the port is taken.
pub async fn serve(mut settings: Settings, is_demo: bool) -> anyhow::Result<()> {
    if is_demo {
        settings.demo_people = demo::people()?;
    }
    let address = format!("{}:{}", settings.bind, settings.port);
    let store = store::open(&settings).await?;
    let app = store.application(settings).await?;
    let worker = Arc::new(Worker::new(&app, store.is_embedded()).await?);
    let working = tokio::spawn({
        let worker = Arc::clone(&worker);
        async move { worker.run().await }
    });
    let commands = control::listen(&app, &worker)?;
    if is_demo {
        crate::print(&demo::prepare(&app).await?)?;
    }
    let door = match app.settings.var("INBOUND_SMTP_BIND") {
        Some(bind) => Some(loomio_http::services::received_email_store::listen(&app, bind).await?),
        None => None,
    };
    tracing::info!("Loomio {} is served at {}", loomio_http::App::VERSION, app.settings.root_url());
    let served = server::serve(&app, &address, stop_asked()).await;
    commands.abort();
    if let Some(door) = door {
        door.abort();
    }
    worker.stop();
    working.await??;
    store.close(app).await;
    Ok(served?)
}
