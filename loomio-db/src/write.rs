//! One write: a transaction together with the time and the randomness it may use.
//!
//! Rows change through here only, because a change is more than its row: the
//! version that the original's paper_trail keeps, `updated_at`, and the jobs that
//! must exist exactly when the change does.

use crate::{
    error::Result,
    record::{self, Changes, Record},
    rows::Version,
};
use chrono::NaiveDateTime;
use loomio_core::policy::Permit;
use rand::{RngCore, SeedableRng, rngs::StdRng};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use serde_json::{Map, Value as Json};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A transaction in progress; dropping it undoes everything.
pub struct Write {
    tx: DatabaseTransaction,
    now: NaiveDateTime,
    whodunnit: Option<i32>,
    rng: Mutex<StdRng>,
}

impl Write {
    /// Begins a write at `now` (UTC) by the user `whodunnit`; `seed` feeds every
    /// key and token made during it.
    ///
    /// # Errors
    /// When the database cannot begin a transaction.
    pub async fn begin(db: &DatabaseConnection, now: NaiveDateTime, whodunnit: Option<i32>, seed: [u8; 32]) -> Result<Self> {
        Ok(Self { tx: db.begin().await?, now, whodunnit, rng: Mutex::new(StdRng::from_seed(seed)) })
    }

    /// Makes everything visible at once, jobs included.
    ///
    /// # Errors
    /// When the database refuses the commit; nothing is stored then.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }

    /// Undoes everything, waiting until it is undone.
    ///
    /// # Errors
    /// When the connection is lost; the server then undoes it itself.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.tx.rollback().await?)
    }

    /// The connection to read and write through while the transaction lasts.
    #[must_use]
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// The time of this write, UTC, the same for everything in it.
    #[must_use]
    pub fn now(&self) -> NaiveDateTime {
        self.now
    }

    /// Who is written into `versions.whodunnit`.
    #[must_use]
    pub fn whodunnit(&self) -> Option<i32> {
        self.whodunnit
    }

    /// Says who acts, once that is known (a sign-in, a registration).
    pub fn set_whodunnit(&mut self, user_id: Option<i32>) {
        self.whodunnit = user_id;
    }

    /// The random source of this write. Do not hold it across an await.
    pub fn rng(&self) -> MutexGuard<'_, StdRng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A random number below `bound` (which must be at least 1).
    pub fn random_below(&self, bound: u32) -> u32 {
        self.rng().next_u32() % bound.max(1)
    }

    /// `length` characters, each drawn from `alphabet`.
    pub fn random_string(&self, alphabet: &[u8], length: usize) -> String {
        let mut rng = self.rng();
        (0..length).filter_map(|_| alphabet.get(rng.next_u32() as usize % alphabet.len().max(1)).map(|b| char::from(*b))).collect()
    }

    /// Stores a new row, with its version where the class keeps them.
    ///
    /// # Errors
    /// When the database refuses the row.
    pub async fn insert<R: Record>(&self, _permit: &Permit, mut row: R) -> Result<R> {
        row.touch(self.now, true);
        let stored = record::insert(&self.tx, row).await?;
        if !R::VERSIONED.is_empty() {
            let told = record::first_words(&stored);
            self.keep_version::<R>(stored.id(), "create", told).await?;
        }
        Ok(stored)
    }

    /// Stores a new row without a version, as the original's bulk imports do.
    ///
    /// # Errors
    /// When the database refuses the row.
    pub async fn import<R: Record>(&self, _permit: &Permit, mut row: R) -> Result<R> {
        row.touch(self.now, true);
        record::insert(&self.tx, row).await
    }

    /// Stores what changed between `before` and `after`, with `updated_at` and a
    /// version; a row that did not change is left alone.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn save<R: Record>(&self, _permit: &Permit, before: &R, mut after: R) -> Result<(R, Changes)> {
        let changes = record::changes(before, &after);
        if changes.0.is_empty() {
            return Ok((after, changes));
        }
        after.touch(self.now, false);
        let stored = record::update(&self.tx, before, after).await?;
        let told = changes.only(R::VERSIONED);
        if !told.is_empty() {
            self.keep_version::<R>(stored.id(), "update", told).await?;
        }
        Ok((stored, changes))
    }

    /// Stores what changed and nothing else: no `updated_at`, no version
    /// (the original's `update_columns`).
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn update_columns<R: Record>(&self, _permit: &Permit, before: &R, after: R) -> Result<R> {
        record::update(&self.tx, before, after).await
    }

    /// Removes a row, keeping a last version where the class keeps them. What
    /// depends on the row is the caller's to remove first.
    ///
    /// # Errors
    /// When the row is already gone or the database refuses.
    pub async fn destroy<R: Record>(&self, _permit: &Permit, row: &R) -> Result<()> {
        if !R::VERSIONED.is_empty() {
            self.keep_version::<R>(row.id(), "destroy", record::last_words(row)).await?;
        }
        record::delete(&self.tx, row).await
    }

    async fn keep_version<R: Record>(&self, id: i64, event: &str, told: Map<String, Json>) -> Result<()> {
        let item_id = i32::try_from(id).map_err(|_| crate::DbError::Inconsistent(format!("{} number {id} is too large for versions", R::TYPE)))?;
        record::insert(
            &self.tx,
            Version {
                item_type: R::TYPE.to_owned(),
                item_id,
                event: event.to_owned(),
                whodunnit: self.whodunnit,
                object_changes: Some(Json::Object(told)),
                created_at: Some(self.now),
                ..Version::default()
            },
        )
        .await?;
        Ok(())
    }

    /// Runs a hand-written statement and says how many rows it changed.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&self, _permit: &Permit, sql: &str, values: Vec<sea_orm::Value>) -> Result<u64> {
        crate::sql::execute(&self.tx, sql, values).await
    }

    /// Asks for a job that exists exactly when this write commits.
    ///
    /// # Errors
    /// When the job cannot be stored.
    pub async fn enqueue(&self, name: &str, payload: Json) -> Result<()> {
        crate::job::enqueue(&self.tx, name, payload).await
    }
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Write").field("now", &self.now).field("whodunnit", &self.whodunnit).finish_non_exhaustive()
    }
}

/// Whether a statement can run on this connection, in or out of a transaction.
pub trait Conn: ConnectionTrait {}
impl<T: ConnectionTrait> Conn for T {}
