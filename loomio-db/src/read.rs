//! Many questions over one connection.
//!
//! A pool asks a connection whether it is still alive each time one is given back,
//! so that whoever takes one for every question goes to the database twice for each.
//! A [`Read`] takes a connection with the first question and keeps it.

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionTrait, entity::prelude::async_trait};
use tokio::sync::Mutex;

/// A connection for questions, taken when the first is asked and given back by
/// dropping this. Each question sees what was committed
/// before it.
///
/// It changes nothing: statements that return no rows are refused, and whatever
/// else was done is undone. A [`Write`](crate::Write) changes things.
#[derive(Debug)]
pub struct Read {
    db: DatabaseConnection,
    held: Mutex<Option<DatabaseTransaction>>,
}

impl Read {
    /// Nothing is taken yet.
    #[must_use]
    pub fn new(db: &DatabaseConnection) -> Self {
        Self { db: db.clone(), held: Mutex::new(None) }
    }

    fn refuse<T>() -> Result<T, DbErr> {
        Err(DbErr::Custom("this connection is for reading: begin a write".to_owned()))
    }
}

/// Runs one question on the connection that is held, after taking one if none is.
macro_rules! ask {
    ($read:ident, $question:ident($statement:ident)) => {{
        let mut held = $read.held.lock().await;
        let conn = match held.take() {
            Some(conn) => conn,
            None => $read.db.begin().await?,
        };
        let answer = conn.$question($statement).await;
        // After a refusal PostgreSQL answers nothing more in this transaction.
        if answer.is_ok() {
            *held = Some(conn);
        }
        answer
    }};
}

#[async_trait::async_trait]
impl ConnectionTrait for Read {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, _statement: Statement) -> Result<ExecResult, DbErr> {
        Self::refuse()
    }

    async fn execute_unprepared(&self, _sql: &str) -> Result<ExecResult, DbErr> {
        Self::refuse()
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        ask!(self, query_one_raw(statement))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        ask!(self, query_all_raw(statement))
    }
}
