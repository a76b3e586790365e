//! Databases for tests: each test has one of its own, cloned from a template that
//! is made once and dropped when the test ends.

#![cfg_attr(not(test), expect(clippy::expect_used, reason = "a test ends where its database does"))]

use crate::{connect::connect, migration};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    sync::atomic::{AtomicU32, Ordering},
};

/// The server on which test databases are made.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
pub fn server() -> String {
    std::env::var("TEST_DATABASE_SERVER").unwrap_or_else(|_| "postgresql://postgres@127.0.0.1:5432".to_owned())
}

/// A database that lasts as long as its test.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    db: DatabaseConnection,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl TestDb {
    /// A fresh database with all tables and no rows, reached by one connection.
    ///
    /// # Panics
    /// When there is no server; tests cannot run without.
    pub async fn new() -> Self {
        let mut hasher = DefaultHasher::new();
        include_str!("../schema/loomio.sql").hash(&mut hasher);
        include_str!("migration.rs").hash(&mut hasher);
        include_str!("../schema/own.sql").hash(&mut hasher);
        let template = format!("loomio_template_{:x}", hasher.finish());
        let admin = connect(&format!("{}/postgres", server()), 1).await.expect("a PostgreSQL server for tests");
        admin.execute_unprepared("select pg_advisory_lock(74602831)").await.expect("a lock");
        let made: Option<bool> = crate::sql::scalar(&admin, "select exists(select 1 from pg_database where datname = $1)", vec![template.clone().into()]).await.expect("an answer");
        if made != Some(true) {
            let draft = format!("{template}_draft");
            admin.execute_unprepared(&format!("drop database if exists {draft}")).await.expect("no draft");
            admin.execute_unprepared(&format!("create database {draft}")).await.expect("a draft");
            let db = connect(&format!("{}/{draft}", server()), 1).await.expect("the draft");
            migration::prepare(&db).await.expect("the tables");
            db.close().await.expect("closed");
            admin.execute_unprepared(&format!("alter database {draft} rename to {template}")).await.expect("a template");
        }
        let name = format!("loomio_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        admin.execute_unprepared(&format!("drop database if exists {name} with (force)")).await.expect("no leftovers");
        admin.execute_unprepared(&format!("create database {name} template {template}")).await.expect("a database");
        admin.execute_unprepared("select pg_advisory_unlock(74602831)").await.expect("unlocked");
        admin.close().await.expect("closed");
        let db = connect(&format!("{}/{name}", server()), 1).await.expect("the database");
        Self { name, db }
    }

    /// The connection.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}", server(), self.name)
    }

    /// Runs a dump made by `pg_dump --data-only`.
    ///
    /// # Panics
    /// When `psql` is missing or refuses the dump.
    pub fn load(&self, dump: &str) {
        use std::io::Write;
        let mut child =
            std::process::Command::new("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-X", &self.url()]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().expect("psql");
        let text: String = dump.lines().filter(|l| !l.starts_with("\\restrict") && !l.starts_with("\\unrestrict") && !l.starts_with("SET transaction_timeout")).flat_map(|l| [l, "\n"]).collect();
        child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
        assert!(child.wait().expect("an end").success(), "the dump was refused");
    }

    /// Drops the database.
    ///
    /// # Panics
    /// When the server is gone.
    pub async fn done(self) {
        let Self { name, db } = self;
        db.close().await.expect("closed");
        let admin = connect(&format!("{}/postgres", server()), 1).await.expect("the server");
        admin.execute_unprepared(&format!("drop database if exists {name} with (force)")).await.expect("dropped");
        admin.close().await.expect("closed");
    }
}
