//! SQLite: the copy is a database itself.

use super::{BackupError, Draft, refuse_unless_begins};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// How every SQLite file begins (<https://www.sqlite.org/fileformat2.html#magic_header_string>).
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Copies the state of one moment: `VACUUM INTO` reads in one transaction, which keeps nobody from writing.
pub(super) async fn copy(database_url: &str, to: &Path) -> Result<(), BackupError> {
    let mut from = SqliteConnectOptions::from_str(database_url)?.create_if_missing(false).connect().await?;
    sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy()).execute(&mut from).await?;
    from.close().await?;
    refuse_unsound(to).await
}

/// Puts a copy where the database is to be.
pub(super) async fn restore(database_url: &str, file: &Path) -> Result<(), BackupError> {
    refuse_unless_begins(file, MAGIC, "a backup of a SQLite database")?;
    let path = SqliteConnectOptions::from_str(database_url)?.get_filename().to_owned();
    let log = |end: &str| PathBuf::from(format!("{}{end}", path.display()));
    if path.exists() || log("-wal").exists() {
        return Err(BackupError::NotEmpty);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| BackupError::File { file: folder.to_owned(), error })?;
    }
    let draft = Draft::beside(&path)?;
    let copied = std::fs::File::open(file).and_then(|mut from| {
        let mut to = std::fs::OpenOptions::new().write(true).open(&draft.path)?;
        std::io::copy(&mut from, &mut to)
    });
    copied.map_err(|error| BackupError::File { file: file.to_owned(), error })?;
    refuse_unsound(&draft.path).await.map_err(|error| match error {
        BackupError::NoBackup { why, .. } => BackupError::NoBackup { file: file.to_owned(), why },
        other => other,
    })?;
    draft.becomes(&path)?;
    Ok(())
}

/// Refuses a file with damaged pages, and one that is not a database of CaaS.
async fn refuse_unsound(file: &Path) -> Result<(), BackupError> {
    let mut conn = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
    let said = findings(&mut conn).await;
    conn.close().await?;
    match said {
        Ok(None) => Ok(()),
        Ok(Some(problem)) => Err(BackupError::NoBackup { file: file.to_owned(), why: problem }),
        Err(error) => Err(BackupError::NoBackup { file: file.to_owned(), why: error.to_string() }),
    }
}

async fn findings(conn: &mut SqliteConnection) -> sqlx::Result<Option<String>> {
    let said: String = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut *conn).await?.try_get(0)?;
    if said != "ok" {
        return Ok(Some(format!("it is damaged: {said}")));
    }
    let ours: bool = sqlx::query("SELECT COUNT(*) > 0 FROM sqlite_schema WHERE name = 'expediente_entries'")
        .fetch_one(conn)
        .await?
        .try_get(0)?;
    Ok((!ours).then(|| "it holds another program's data".to_owned()))
}
