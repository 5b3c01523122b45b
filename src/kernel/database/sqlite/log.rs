//! The write-ahead log on the disk: one sync for all who have committed meanwhile.
//!
//! SQLite would sync at each commit, while it holds the only write lock. Here a commit writes to the log and gives the lock
//! on; then it waits until the log is synced up to its place, and one sync answers for everybody who waits. Nobody is
//! answered sooner. What others read meanwhile may be a sync ahead of the disk; whatever they commit on it comes later in
//! the log, so a power cut never keeps that and loses this.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The log of one database file.
pub(super) struct Log {
    path: PathBuf,
    file: OnceLock<File>,
    /// Commits that are in the log.
    written: AtomicU64,
    /// How many of them are on the disk. Held while it syncs.
    durable: tokio::sync::Mutex<u64>,
}

/// A commit's place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u64);

impl Log {
    pub(super) fn of(database: &Path) -> Log {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log {
            path: path.into(),
            file: OnceLock::new(),
            written: AtomicU64::new(0),
            durable: tokio::sync::Mutex::new(0),
        }
    }

    /// The place of a commit that has just been written. Asked while its write lock is held.
    pub(super) fn written(&self) -> Place {
        Place(self.written.fetch_add(1, Ordering::AcqRel) + 1)
    }

    /// Waits until a commit is on the disk.
    ///
    /// When the disk can't keep it the process ends: others may have read it already, and the kernel forgets what it could
    /// not write. Begun anew, the database is what the disk really holds. (PostgreSQL does the same, since 2018.)
    pub(super) async fn until_durable(&self, Place(mine): Place) {
        let mut durable = self.durable.lock().await;
        if *durable >= mine {
            return;
        }
        let written = self.written.load(Ordering::Acquire);
        // Right here, though it waits for the disk: other tasks go on in the runtime's other threads.
        if let Err(error) = self.sync() {
            tracing::error!(%error, log = %self.path.display(), "log_not_synced");
            std::process::abort();
        }
        *durable = written;
    }

    fn sync(&self) -> std::io::Result<()> {
        let file = match self.file.get() {
            Some(file) => file,
            None => {
                let opened = File::options().write(true).open(&self.path)?;
                self.file.get_or_init(|| opened)
            }
        };
        file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_sync_answers_for_all_who_have_written_by_then() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.db-wal"), b"frames").unwrap();
        let log = Log::of(&folder.path().join("a.db"));
        let (first, second) = (log.written(), log.written());
        assert!(first < second);
        log.until_durable(first).await;
        assert_eq!(*log.durable.lock().await, 2, "the second one was written, too");
        log.until_durable(second).await;
        log.until_durable(log.written()).await;
        assert_eq!(*log.durable.lock().await, 3);
    }
}
