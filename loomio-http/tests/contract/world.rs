//! The application under test, on a database of its own, and what can be seen of it
//! from outside: its rows, its mails, its live messages.

use crate::{mails, state::Shape};
use futures_util::FutureExt;
use loomio_db::testing::TestDb;
use loomio_http::{
    App, Settings,
    jobs::Worker,
    live::{Listener, Live},
};
use loomio_mail::Mailer;
use poem::{EndpointExt, Response, endpoint::BoxEndpoint};
use serde_json::{Map, Value as Json, json};
use sqlx::PgPool;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The settings the original ran with while it was recorded.
const SETTINGS: [(&str, &str); 8] = [
    ("LOOMIO_ENV", "test"),
    ("CANONICAL_HOST", "localhost"),
    ("REPLY_HOSTNAME", "reply.example.org"),
    ("SMTP_DOMAIN", "example.org"),
    ("SUPPORT_EMAIL", "contact@example.org"),
    ("RATE_LIMITS", "off"),
    ("SECRET_KEY_BASE", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
    ("DEVISE_SECRET", "fedcba9876543210fedcba9876543210fedcba98"),
];

/// Rows by table and number.
pub type Snapshot = BTreeMap<String, Map<String, Json>>;

/// The application and its surroundings.
pub struct World {
    db: TestDb,
    worker: Worker,
    app: Arc<App>,
    folder: tempfile::TempDir,
    listening: Option<Listener>,
    /// The routes.
    pub endpoint: Arc<BoxEndpoint<'static, Response>>,
    /// The tables.
    pub shape: Shape,
}

impl World {
    /// A fresh one.
    pub async fn new() -> Self {
        Self::counting(None).await
    }

    /// A fresh one in which the questions to the database are counted.
    pub async fn counting(count: Option<Arc<AtomicUsize>>) -> Self {
        Self::set_up(&[], count).await
    }

    /// One with other settings than the recorded ones.
    pub async fn set_up(other: &[(&str, &str)], count: Option<Arc<AtomicUsize>>) -> Self {
        let db = TestDb::new().await;
        let mut conn = db.db().clone();
        if let Some(count) = count {
            conn.set_metric_callback(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
            });
        }
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data").to_string_lossy().into_owned();
        let recorded = SETTINGS.iter().filter(|(name, _)| other.iter().all(|(n, _)| n != name)).chain(other);
        let vars = recorded.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain([("DATA_DIR".to_owned(), data)]);
        let settings = Settings::from_vars(vars).expect("settings");
        let clock = Arc::new(|| chrono::Utc::now().naive_utc());
        let app = Arc::new(App::new(conn, settings, Live::in_memory(), Mailer::outbox(folder.path().join("outbox")), clock, [7; 32]));
        let worker = Worker::new(&app, true).await.expect("a worker");
        let endpoint = Arc::new(loomio_http::server::routes(&app).map_to_response().boxed());
        let shape = Shape::of(db.db().get_postgres_connection_pool()).await;
        Self { db, worker, app, folder, listening: None, endpoint, shape }
    }

    /// The application.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The one connection.
    pub fn pool(&self) -> &PgPool {
        self.db.db().get_postgres_connection_pool()
    }

    /// Does all jobs that are due, and those that come of them.
    pub async fn settle(&self) {
        for _ in 0..50 {
            let due: i64 = sqlx::query_scalar("select count(*) from loomio.unfinished_jobs").fetch_one(self.pool()).await.expect("the jobs");
            if due == 0 {
                return;
            }
            self.worker.run_once().await.expect("the worker");
        }
        panic!("the jobs come to no end");
    }

    /// Every row.
    pub async fn snapshot(&self) -> Snapshot {
        let parts: Vec<String> = self
            .shape
            .compared
            .iter()
            .map(|(table, order)| format!("select '{table}' as name, (select json_agg(row_to_json(x))::text from (select * from public.\"{table}\" order by {order}) x) as rows"))
            .collect();
        let tables: Vec<(String, Option<String>)> = sqlx::query_as(sqlx::AssertSqlSafe(parts.join(" union all "))).fetch_all(self.pool()).await.expect("the rows");
        tables
            .into_iter()
            .map(|(table, rows)| {
                let rows: Vec<Json> = rows.map(|rows| serde_json::from_str(&rows).expect("rows")).unwrap_or_default();
                let keyed = rows.into_iter().map(|row| (key(&table, &row), row)).collect();
                (table, keyed)
            })
            .collect()
    }

    /// Forgets what was sent and listens to everybody there is or may soon be.
    pub async fn listen(&mut self) {
        self.mails();
        let (users, groups): (i32, i32) =
            sqlx::query_as("select coalesce((select max(id) from users), 0), coalesce((select max(id) from groups), 0)").fetch_one(self.pool()).await.expect("the numbers");
        let streams = (1..=users + 20).map(|id| format!("user_{id}")).chain((1..=groups + 20).map(|id| format!("group_{id}"))).chain(["notice".to_owned()]);
        let mut listener = self.app.live.listener();
        for stream in streams {
            listener.join(&stream).await;
        }
        self.listening = Some(listener);
    }

    /// What was sent to browsers since.
    pub fn live(&mut self) -> Vec<Json> {
        let mut heard = Vec::new();
        if let Some(mut listener) = self.listening.take() {
            // Within one process a message has arrived when it is sent.
            while let Some(Some(message)) = listener.next().now_or_never() {
                let told: Json = serde_json::from_str(&message.text).expect("a message");
                let records = told.get("records").unwrap_or(&told).clone();
                heard.push(json!({"stream": *message.stream, "records": records}));
            }
        }
        heard
    }

    /// What was mailed since.
    pub fn mails(&self) -> Vec<Json> {
        let outbox: PathBuf = self.folder.path().join("outbox");
        let Ok(entries) = std::fs::read_dir(&outbox) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
        paths.sort();
        paths
            .into_iter()
            .map(|path| {
                let bytes = std::fs::read(&path).expect("a mail");
                std::fs::remove_file(&path).expect("removed");
                mails::read(&bytes)
            })
            .collect()
    }

    /// Takes everything down.
    pub async fn done(self) {
        drop((self.worker, self.endpoint, self.app));
        self.db.done().await;
    }
}

/// What a row is known by.
fn key(table: &str, row: &Json) -> String {
    match (table, row.get("id")) {
        ("partition_sequences", Some(id)) => format!("{}:{id}", row["key"].as_str().unwrap_or_default()),
        (_, Some(id)) => id.to_string(),
        (_, None) => row.to_string(),
    }
}
