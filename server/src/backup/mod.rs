//! A copy of the whole database in one file, made while the app goes on, and the way back.
//!
//! A file that carries its final name is whole: it is written beside, looked over, brought to the disk, and only then
//! renamed. It holds everything that customers have entrusted to us, so that nobody but its owner may read it. The sandbox's
//! world is no part of it: only a demo has one.

mod postgres;
mod sqlite;

use caas::kernel::database::Database;
use caas::kernel::error::Failure;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Nothing is ever written over.
    #[error("{} is there already: nothing was written", .0.display())]
    Exists(PathBuf),
    /// The file is none of ours, is damaged, or belongs to the other engine.
    #[error("{}: {why}", .file.display())]
    NoBackup {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What is restored goes into an empty database only.
    #[error("the database that DATABASE_URL names is not empty: nothing was restored")]
    NotEmpty,
    /// A program of PostgreSQL's that does the work is missing, or says no.
    #[error("{program}: {said}")]
    Program {
        /// Its name.
        program: &'static str,
        /// Its last words.
        said: String,
    },
    /// A file can't be read or written.
    #[error("{}: {error}", .file.display())]
    File {
        /// Which file or folder.
        file: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The database refused.
    #[error(transparent)]
    Database(#[from] Failure),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> BackupError {
        BackupError::Database(error.into())
    }
}

/// Writes all that the database holds at one moment into a new file, while others go on writing. Returns its size in bytes.
///
/// A SQLite database becomes a SQLite file; of PostgreSQL `pg_dump` makes an archive in its own format.
pub async fn backup(database_url: &str, file: &Path) -> Result<u64, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let draft = Draft::beside(file)?;
    if database_url.starts_with("sqlite:") {
        sqlite::copy(database_url, &draft.path).await?;
    } else {
        postgres::dump(database_url, &draft.path).await?;
    }
    draft.becomes(file)
}

/// Fills an empty database from a backup, and brings its schema up to this version's.
pub async fn restore(database_url: &str, file: &Path) -> Result<(), BackupError> {
    if database_url.starts_with("sqlite:") {
        sqlite::restore(database_url, file).await?;
    } else {
        postgres::restore(database_url, file).await?;
    }
    let db = Database::connect(database_url).await?;
    let migrated = db.migrate().await;
    db.close().await;
    Ok(migrated?)
}

/// A file on its way. It disappears again unless it [becomes](Draft::becomes) what it was meant to be.
struct Draft {
    path: PathBuf,
}

impl Draft {
    /// A new, empty file for nobody's eyes but the owner's, in the folder of the one it may become.
    fn beside(file: &Path) -> Result<Draft, BackupError> {
        let mut name = file.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match made {
            Ok(_) => Ok(Draft { path }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BackupError::Exists(path)),
            Err(error) => Err(BackupError::File { file: path, error }),
        }
    }

    /// Brings it to the disk and gives it its name. Returns its size in bytes.
    fn becomes(self, file: &Path) -> Result<u64, BackupError> {
        let written = || {
            let draft = File::open(&self.path)?;
            draft.sync_all()?;
            std::fs::rename(&self.path, file)?;
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(draft.metadata()?.len())
        };
        written().map_err(|error| BackupError::File { file: file.to_owned(), error })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already when it has been given its name.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Refuses a file that does not begin as an engine's backups do.
fn refuse_unless_begins(file: &Path, with: &[u8], what: &str) -> Result<(), BackupError> {
    use std::io::Read as _;
    let mut begin = Vec::new();
    File::open(file)
        .and_then(|file| file.take(with.len() as u64).read_to_end(&mut begin))
        .map_err(|error| BackupError::File { file: file.to_owned(), error })?;
    if begin == with {
        Ok(())
    } else {
        Err(BackupError::NoBackup { file: file.to_owned(), why: format!("this is not {what}") })
    }
}
