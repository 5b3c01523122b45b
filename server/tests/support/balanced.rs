//! After every test: for each currency, each movement and each closed day the debits equal the credits.
//!
//! Asserted when a test lets go of its world, on either engine, so that no test has to think of it. Tests that falsify the
//! books give their transaction up again; the few that keep it say [`Balanced::are_falsified`].

use caas::kernel::database::Database;
use caas::verify::unbalanced_books;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Longer than any look takes: a test that still holds a lock on the books fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks at the books of a database when it goes. Stands in its owner behind whatever still writes, and before the folder
/// that holds the database.
pub struct Balanced {
    database_url: String,
    falsified: AtomicBool,
}

impl Balanced {
    /// The books of this database are looked at in the end.
    pub fn when_over(database_url: &str) -> Balanced {
        Balanced { database_url: database_url.to_owned(), falsified: AtomicBool::new(false) }
    }

    /// The test has falsified these books on purpose and for good.
    pub fn are_falsified(&self) {
        self.falsified.store(true, Ordering::SeqCst);
    }
}

impl Drop for Balanced {
    fn drop(&mut self) {
        // A test that fails already has something else to say.
        if std::thread::panicking() || *self.falsified.get_mut() {
            return;
        }
        let url = std::mem::take(&mut self.database_url);
        // In a thread of its own: here a runtime waits that can't be waited for.
        let wrong = std::thread::spawn(move || look(&url)).join().expect("the books can be read");
        assert!(wrong.is_empty(), "the books do not balance after the test:\n{}", wrong.join("\n"));
    }
}

fn look(url: &str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let wrong = runtime.block_on(async {
        let look = async {
            let db = Database::connect_volatile(url).await.expect("the database is there");
            let mut tx = db.read().await.expect("it can be read");
            let wrong = unbalanced_books(&mut tx).await.expect("the books can be read");
            drop(tx);
            db.close().await;
            wrong
        };
        tokio::time::timeout(PATIENCE, look).await.expect("nobody holds a lock on the books any more")
    });
    runtime.shutdown_background();
    wrong
}
