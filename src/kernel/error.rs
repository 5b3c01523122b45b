//! Why a use case could not be carried out for reasons that are not the caller's.

/// Something the caller can't mend: the database, a broken invariant. It is logged, never shown.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database refused or is away.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A newer version has taken away what this one needs.
    #[error("the database is for newer versions: they know migration {needed}, this one ends at {known}")]
    TooOld {
        /// The migration that a program must know.
        needed: i64,
        /// The newest that this one knows.
        known: i64,
    },
    /// A stored value is not what this version writes.
    #[error("stored data: {0}")]
    Stored(String),
    /// Somebody else changed the row since it was read. The work is tried again.
    #[error("{0} was changed by somebody else meanwhile")]
    Conflict(&'static str),
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::Stored(error.to_string())
    }
}

impl From<super::codes::UnknownCode> for Failure {
    fn from(error: super::codes::UnknownCode) -> Self {
        Failure::Stored(error.to_string())
    }
}

/// The result of reading and writing our own data.
pub type Result<T, E = Failure> = std::result::Result<T, E>;
