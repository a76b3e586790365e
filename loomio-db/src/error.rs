//! What can go wrong below the use cases: the driver, or data that contradicts itself.

/// A failure of the database or of what is stored in it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The driver or the server refused a statement.
    #[error("database: {0}")]
    Driver(#[from] sea_orm::DbErr),
    /// A row that must exist does not, or a value is outside its type.
    #[error("inconsistent data: {0}")]
    Inconsistent(String),
}

impl DbError {
    /// Whether a unique index refused the write.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Driver(e) if matches!(e.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }
}

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, DbError>;
