//! Jobs: what is done after a request, at least once, tried again with growing
//! pauses, and visible as rows until it is done.
//!
//! A job is a struct whose fields are its payload. It is asked for inside the
//! writer's transaction ([`enqueue`]) and run by a worker in this process.

pub mod add_voters;
pub mod close_expired_poll;
pub mod destroy_group;
pub mod export_group;
pub mod fetch_file;
pub mod index_poll;
pub mod post_to_chatbot;
pub mod publish_event;
pub mod route_email;
pub mod run_scheduled;
pub mod deactivate_user;
pub mod index_author;
pub mod mark_summary_as_read;
pub mod merge_users;
pub mod redact_user;
pub mod remove_export;
pub mod retranslate;
pub mod send_event_mail;
pub mod send_mail;

use crate::{App, settings::Environment};
use graphile_worker::{IntoTaskHandlerResult, JobComplete, JobFail, TaskHandler, WorkerContext, WorkerOptions};
use loomio_db::{DbError, Write, job};
use rand::RngCore;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// Something to be done later.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + Clone + 'static {
    /// Its name in the table of jobs.
    const NAME: &'static str;

    /// Does it.
    fn run(self, app: Arc<App>) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Asks for a job that exists exactly when the write commits.
///
/// # Errors
/// When the job cannot be stored.
pub async fn enqueue<J: Job>(w: &Write, job: &J) -> Result<(), DbError> {
    let payload = serde_json::to_value(job).map_err(|e| DbError::Inconsistent(format!("job {} cannot be stored: {e}", J::NAME)))?;
    w.enqueue(J::NAME, payload).await
}

/// Asks for a job that is run at a certain time or soon after.
///
/// # Errors
/// When the job cannot be stored.
pub async fn enqueue_at<J: Job>(w: &Write, job: &J, at: chrono::NaiveDateTime) -> Result<(), DbError> {
    let payload = serde_json::to_value(job).map_err(|e| DbError::Inconsistent(format!("job {} cannot be stored: {e}", J::NAME)))?;
    job::enqueue_at(w.conn(), J::NAME, payload, at).await
}

/// Asks for a job that is run after all earlier ones of the same queue, never
/// beside them.
///
/// # Errors
/// When the job cannot be stored.
pub async fn enqueue_in_order<J: Job>(w: &Write, queue: &str, job: &J) -> Result<(), DbError> {
    let payload = serde_json::to_value(job).map_err(|e| DbError::Inconsistent(format!("job {} cannot be stored: {e}", J::NAME)))?;
    loomio_db::job::enqueue_in_order(w.conn(), queue, J::NAME, payload).await
}

/// Begins a write of a job, in nobody's name.
///
/// # Errors
/// When the database cannot begin a transaction.
pub async fn begin(app: &App) -> Result<Write, DbError> {
    let mut seed = [0u8; 32];
    app.rng().fill_bytes(&mut seed);
    Write::begin(&app.db, app.now(), None, seed).await
}

/// A job as the worker's library sees it.
#[derive(Serialize, Deserialize, Clone)]
#[serde(transparent, bound = "J: Job")]
struct Task<J: Job>(J);

#[derive(Clone)]
struct Shared(Arc<App>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl<J: Job> TaskHandler for Task<J> {
    const IDENTIFIER: &'static str = J::NAME;

    async fn run(self, ctx: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(shared) = ctx.get_ext::<Shared>() else { return Err("the worker has no application".to_owned()) };
        self.0.run(Arc::clone(&shared.0)).await.map_err(|e| {
            tracing::error!(error = format!("{e:#}"), job = J::NAME, "a job failed");
            format!("{e:#}")
        })
    }
}

/// How often a worker says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After how long a silent worker counts as dead and others take its jobs over.
const SILENCE: Duration = Duration::from_secs(120);

/// How long jobs that have begun may go on when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// The worker of this process.
///
/// The library starts at most as many jobs as it has places when it hears of new
/// ones, and then waits for the next second; jobs of one queue, of which only the
/// first may start, would follow each other at that pace. A job that ends therefore
/// makes this worker look for others until there are none.
pub struct Worker {
    worker: graphile_worker::Worker,
    ended: Arc<Notify>,
    stops: AtomicBool,
}

impl Worker {
    /// Makes a worker and, in a new database, the tables of jobs. `embedded` says
    /// that the database has a single connection, which no listener may keep.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn new(app: &Arc<App>, embedded: bool) -> anyhow::Result<Self> {
        // Under test nothing happens by itself.
        let clock = if app.settings.environment == Environment::Test { String::new() } else { run_scheduled::RunScheduled::crontab() };
        let ended = Arc::new(Notify::new());
        let (done, failed) = (Arc::clone(&ended), Arc::clone(&ended));
        let worker = WorkerOptions::default()
            .on(JobComplete, move |_| {
                done.notify_one();
                async {}
            })
            .on(JobFail, move |_| {
                failed.notify_one();
                async {}
            })
            .pg_pool(app.db.get_postgres_connection_pool().clone())
            .schema(job::SCHEMA)
            .concurrency(if embedded { 1 } else { 4 })
            .use_notification_delivery(!embedded)
            .poll_interval(Duration::from_millis(if embedded { 250 } else { 1000 }))
            .listen_os_shutdown_signals(false)
            // Jobs of a worker that was killed are taken over soon, not after hours.
            .heartbeat_interval(HEARTBEAT)
            .sweep_interval(HEARTBEAT * 2)
            .sweep_threshold(SILENCE)
            .recovery_delay(Duration::from_millis(100))
            .add_extension(Shared(Arc::clone(app)))
            .define_job::<Task<add_voters::AddVoters>>()
            .define_job::<Task<close_expired_poll::CloseExpiredPoll>>()
            .define_job::<Task<index_poll::IndexPoll>>()
            .define_job::<Task<post_to_chatbot::PostToChatbot>>()
            .define_job::<Task<publish_event::PublishEvent>>()
            .define_job::<Task<route_email::RouteEmail>>()
            .define_job::<Task<run_scheduled::RunScheduled>>()
            .define_job::<Task<deactivate_user::DeactivateUser>>()
            .define_job::<Task<index_author::IndexAuthor>>()
            .define_job::<Task<mark_summary_as_read::MarkSummaryAsRead>>()
            .define_job::<Task<merge_users::MergeUsers>>()
            .define_job::<Task<redact_user::RedactUser>>()
            .define_job::<Task<destroy_group::DestroyGroup>>()
            .define_job::<Task<export_group::ExportGroup>>()
            .define_job::<Task<fetch_file::FetchFile>>()
            .define_job::<Task<remove_export::RemoveExport>>()
            .define_job::<Task<retranslate::Retranslate>>()
            .define_job::<Task<send_event_mail::SendEventMail>>()
            .define_job::<Task<send_mail::SendMail>>()
            .with_cron(&*clock)?
            .init()
            .await?;
        loomio_db::migration::show_unfinished_jobs(&app.db).await?;
        Ok(Self { worker, ended, stops: AtomicBool::new(false) })
    }

    /// Runs jobs until told to stop.
    ///
    /// # Errors
    /// When the database is lost.
    pub async fn run(&self) -> anyhow::Result<()> {
        let mut worker = std::pin::pin!(self.worker.run());
        let mut rest = std::pin::pin!(self.work_off());
        let result = tokio::select! {
            result = &mut worker => result,
            () = &mut rest => worker.await,
        };
        self.stops.store(true, Ordering::Relaxed);
        self.ended.notify_one();
        if tokio::time::timeout(GRACE, rest).await.is_err() {
            tracing::warn!("a job was left behind; it will be run again");
        }
        result.map_err(|e| anyhow::anyhow!("{e:?}"))
    }

    /// Runs what waits whenever a job has ended.
    async fn work_off(&self) {
        loop {
            self.ended.notified().await;
            if self.stops.load(Ordering::Relaxed) {
                return;
            }
            if let Err(e) = self.worker.run_once().await {
                tracing::error!(error = ?e, "waiting jobs could not be run");
            }
        }
    }

    /// Runs the jobs there are and returns.
    ///
    /// # Errors
    /// When the database is lost.
    pub async fn run_once(&self) -> anyhow::Result<()> {
        self.worker.run_once().await.map_err(|e| anyhow::anyhow!("{e:?}"))
    }

    /// Asks the worker to stop.
    pub fn stop(&self) {
        self.worker.request_shutdown();
    }
}
