//! `loomio serve`.

use loomio_http::{App, Settings, app, jobs::Worker, live::Live};
use loomio_mail::Mailer;
use std::sync::Arc;

/// Puts the application together on a database.
///
/// # Errors
/// When the database or Redis cannot be reached.
pub async fn application(settings: Settings) -> anyhow::Result<Arc<App>> {
    let url = settings.database_url.clone().ok_or_else(|| anyhow::anyhow!("DATABASE_URL is not set"))?;
    let db = loomio_db::connect::connect(&url, settings.database_pool).await?;
    loomio_db::migration::prepare(&db).await?;
    let live = match &settings.redis_url {
        Some(url) => Live::through_redis(url).await?,
        None => Live::in_memory(),
    };
    let mailer = Mailer::outbox(settings.mail_outbox.clone().unwrap_or_else(|| settings.data_dir.join("outbox")));
    let mut seed = [0u8; 32];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut seed);
    Ok(Arc::new(App::new(db, settings, live, mailer, Arc::new(|| chrono::Utc::now().naive_utc()), seed)))
}

/// Serves until told to stop.
///
/// # Errors
/// When something needed cannot be reached or the port is taken.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    let address = format!("{}:{}", settings.bind, settings.port);
    let app = application(settings).await?;
    let worker = Arc::new(Worker::new(&app, false).await?);
    let working = tokio::spawn({
        let worker = Arc::clone(&worker);
        async move { worker.run().await }
    });
    tracing::info!("listening on {}", app.settings.root_url());
    app::serve(&app, &address, async {
        let _ = tokio::signal::ctrl_c().await;
    })
    .await?;
    worker.stop();
    working.await?
}
