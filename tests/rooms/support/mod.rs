//! A platform for tests of use cases: its own database on each engine, a clock that is moved by hand, mail that is kept.
//!
//! ```ignore
//! for_each_engine(async |world| { … world.caas … world.clock.advance(…) … world.run_jobs().await … }).await;
//! ```

mod outside;

use caas::kernel::Timestamp;
use caas::kernel::clock::ManualClock;
use caas::kernel::database::Database;
use caas::kernel::jobs::run_due_jobs;
use caas::kernel::rng::{Rng, SystemRng};
use caas::kernel::spans::Spans;
use caas::notifications::port::Email;
use caas::verify::unbalanced_books;
use caas::{Caas, Parts, Policies, job_registry};
use outside::{Mailbox, NoGateway, NoIot, NoSales, Phones};
use std::sync::Arc;

/// A platform and what a test does to it.
pub struct World {
    /// The platform.
    pub caas: Caas,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Mail.
    pub mailbox: Arc<Mailbox>,
    /// Telephones and browsers.
    pub phones: Arc<Phones>,
}

impl World {
    /// Runs all jobs that are due.
    pub async fn run_jobs(&self) {
        run_due_jobs(&self.caas, &job_registry()).await.expect("jobs run");
    }

    /// Runs all jobs and takes the mails out of the box.
    pub async fn mails(&self) -> Vec<Email> {
        self.run_jobs().await;
        self.mailbox.take()
    }
}

/// Runs a test on SQLite, and on PostgreSQL when `CAAS_TEST_POSTGRES_URL` says where one is. Afterwards the books balance.
pub async fn for_each_engine(test: impl AsyncFn(World)) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut urls = vec![format!("sqlite:{}", folder.path().join("caas.db").display())];
    if let Ok(server) = std::env::var("CAAS_TEST_POSTGRES_URL") {
        urls.push(fresh_database(&server).await);
    }
    for url in urls {
        let world = world(&url).await;
        let db = world.caas.db.clone();
        test(world).await;
        let wrong = unbalanced_books(&mut db.read().await.expect("the database is there")).await.expect("the books");
        assert!(wrong.is_empty(), "the books do not balance after the test:\n{}", wrong.join("\n"));
    }
}

async fn world(url: &str) -> World {
    let db = Database::connect_volatile(url).await.expect("a database");
    db.migrate().await.expect("the schema");
    let start: Timestamp = "2026-11-21T09:00:00Z".parse().expect("a moment");
    let clock = Arc::new(ManualClock::at(start));
    let mailbox = Arc::new(Mailbox::default());
    let phones = Arc::new(Phones::default());
    let caas = Caas::new(Parts {
        spans: Spans::default(),
        db,
        clock: clock.clone(),
        rng: Arc::new(SystemRng),
        policies: Policies::default(),
        public_url: "https://caas.example".to_owned(),
        gateway: Arc::new(NoGateway),
        iot: Arc::new(NoIot),
        factory: Arc::new(NoSales),
        registration: Arc::new(NoSales),
        transport: Arc::new(NoSales),
        vss: Arc::new(NoSales),
        mailer: mailbox.clone(),
        sms: phones.clone(),
        push: phones.clone(),
    });
    World { caas, clock, mailbox, phones }
}

/// Makes a database of its own for one test.
async fn fresh_database(server: &str) -> String {
    use sqlx::Connection as _;
    let mut number = [0u8; 8];
    SystemRng.fill(&mut number);
    let name = format!("caas_test_{:016x}", u64::from_le_bytes(number));
    let mut connection = sqlx::PgConnection::connect(server).await.expect("the test server");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("a new database");
    connection.close().await.expect("a clean end");
    let (base, _) = server.rsplit_once('/').expect("a database in the URL");
    format!("{base}/{name}")
}
