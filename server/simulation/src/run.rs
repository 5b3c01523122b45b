//! One simulated life, from the first customer to the judgement.

use crate::books::Books;
use crate::dice::Dice;
use crate::finance::Finance;
use crate::mishaps::Mishaps;
use crate::oracle;
use crate::outside::{Outside, Platform};
use crate::people::People;
use crate::settings::{A_CAR, REST, Settings};
use crate::store::Store;
use crate::story::Story;
use crate::trade::Trade;
use caas::kernel::Timestamp;
use caas::kernel::clock::{Clock as _, ManualClock};
use caas::kernel::database::Database;
use caas::kernel::error::Failure;
use caas::kernel::failpoint::{Crash, crash_when, is_crash};
use caas::kernel::jobs;
use caas::kernel::rng::{Rng, SeededRng};
use caas::kernel::spans::Spans;
use caas::maintenance::fleet::CheckFleet;
use caas::subscriptions::billing::BillDue;
use caas::{Caas, Parts, Policies, job_registry};
use caas_sandbox::World;
use chrono::TimeDelta;
use futures::FutureExt as _;
use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// When every life begins: a Monday morning in Madrid.
pub const START: Timestamp = match chrono::DateTime::from_timestamp(1_767_600_000, 0) {
    Some(start) => start,
    None => chrono::DateTime::UNIX_EPOCH,
};

/// How often the process dies at an instant at which it can.
const DEATHS: f64 = 0.001;

/// Why a life could not be lived to its end. That is no judgement.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// Our own side failed in a way that is no part of the world.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The temporary folder.
    #[error("temporary folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The server for new schemas.
    #[error("PostgreSQL: {0}")]
    Server(#[from] sqlx::Error),
    /// No server for new schemas.
    #[error("--engine postgres needs CAAS_TEST_POSTGRES_URL or DATABASE_URL")]
    NoPostgres,
}

/// A life and its judgement.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The hash of the log: the same for the same settings.
    pub hash: String,
    /// Lines of the log.
    pub lines: u64,
    /// Orders that were taken.
    pub orders: usize,
    /// Cars that were sold.
    pub cars: usize,
    /// Calls that the platform made.
    pub calls: u64,
    /// Webhooks that it took.
    pub webhooks: u64,
    /// Mails that arrived.
    pub mails: usize,
    /// Cars that changed hands.
    pub handed_over: usize,
    /// Deaths of the process.
    pub deaths: usize,
    /// What the oracle found to be wrong, seen from outside.
    pub violations: Vec<String>,
    /// What `caas verify` found in the database: a second opinion.
    pub second_opinion: Vec<String>,
    /// Lines of the gateway's reports that got lost.
    pub lost_lines: usize,
    /// Days at whose end the books were compared with the gateway's.
    pub days: u32,
    /// Where they differed although nothing was under way, and what reconciliation named or missed: another one.
    pub books: Vec<String>,
    /// The log, when it was kept.
    pub log: Vec<String>,
}

impl Report {
    /// Whether every promise was kept.
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty() && self.second_opinion.is_empty() && self.books.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "log {}: {} orders, {} cars sold, {} passed on, {} calls, {} webhooks, {} mails, {} days' books, {} deaths",
            self.hash,
            self.orders,
            self.cars,
            self.handed_over,
            self.calls,
            self.webhooks,
            self.mails,
            self.days,
            self.deaths
        )
    }
}

/// While one job waits for an outside system others run inside its call, one in the other: more than a thread's usual 2 MiB.
const STACK: usize = 32 << 20;

/// Lives one life on a thread of its own, which is the platform's process.
pub fn run_on_own_thread(settings: &Settings) -> Result<Report, SimulationError> {
    std::thread::scope(|scope| {
        let life = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(run(settings))
        })?;
        life.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

async fn run(settings: &Settings) -> Result<Report, SimulationError> {
    let store = Store::open(settings.engine).await?;
    let life = Life::begin(settings, store.db.clone()).await;
    let report = match life {
        Ok(mut life) => life.live(settings).await,
        Err(error) => Err(error),
    };
    crash_when(None);
    store.close().await?;
    report
}

/// The platform with these ways out.
pub fn platform(db: Database, clock: Arc<ManualClock>, rng: Arc<dyn Rng>, outside: Arc<Outside>) -> Caas {
    Caas::new(Parts {
        spans: Spans::default(),
        db,
        clock,
        rng,
        policies: Policies { jitter: true, ..Policies::default() },
        public_url: "https://caas.example".to_owned(),
        gateway: outside.clone(),
        iot: outside.clone(),
        factory: outside.clone(),
        registration: outside.clone(),
        transport: outside.clone(),
        vss: outside.clone(),
        mailer: outside.clone(),
        sms: outside.clone(),
        push: outside,
    })
}

struct Life {
    db: Database,
    clock: Arc<ManualClock>,
    rng: Arc<dyn Rng>,
    outside: Arc<Outside>,
    platform: Platform,
    people: People,
    trade: Trade,
    finance: Finance,
    books: Books,
    /// When the day is over.
    midnight: Timestamp,
    dice: Dice,
    may_die: Arc<AtomicBool>,
    deaths: Vec<Timestamp>,
}

impl Life {
    async fn begin(settings: &Settings, db: Database) -> Result<Life, SimulationError> {
        let clock = Arc::new(ManualClock::at(START));
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(settings.seed));
        let mishaps = Mishaps::new(settings.seed, settings.faults);
        let outside = Arc::new(Outside::new(clock.clone(), World::new(1), mishaps, Story::new(settings.log)));
        let caas = platform(db.clone(), clock.clone(), rng.clone(), outside.clone());
        let platform = Platform { caas, registry: job_registry() };
        outside.connect(platform.clone());
        let people = People::settle(settings, &platform.caas, &outside).await?;
        let trade = Trade::open(settings, &platform.caas).await?;
        let finance = Finance::open(settings, &platform.caas).await?;
        let books = Books::new(START, settings.reads_reports());
        BillDue::plan(&platform.caas).await?;
        if settings.checks_the_fleet() {
            CheckFleet::plan(&platform.caas).await?;
        }
        let may_die = Arc::new(AtomicBool::new(true));
        let (mortal, fate, faults) = (may_die.clone(), Dice::new(settings.seed, 3), settings.faults);
        crash_when(Some(Box::new(move |_| mortal.load(Ordering::Relaxed) && fate.says(DEATHS * faults))));
        let dice = Dice::new(settings.seed, 4);
        let midnight = midnight_after(START);
        let deaths = Vec::new();
        Ok(Life { db, clock, rng, outside, platform, people, trade, finance, books, midnight, dice, may_die, deaths })
    }

    async fn live(&mut self, settings: &Settings) -> Result<Report, SimulationError> {
        let retired = START + TimeDelta::days(i64::from(settings.days));
        // A car takes weeks: the last ones are sold so early that all of them have come to an end when it is judged.
        self.live_until((retired - A_CAR).max(START)).await?;
        self.trade.close();
        self.live_until(retired).await?;
        let now = self.clock.now();
        self.outside.seen().mishaps.end(now);
        self.may_die.store(false, Ordering::Relaxed);
        self.people.stop_buying(&self.outside);
        self.live_until(now + REST).await?;
        self.judge(settings).await
    }

    /// From one due thing to the next.
    async fn live_until(&mut self, end: Timestamp) -> Result<(), SimulationError> {
        loop {
            while self.survive_a_step().await? {}
            let job = jobs::next_due(&self.platform.caas).await?;
            let world = self.outside.seen().world.next_due();
            let people = [self.people.next_due(), self.trade.next_due(), self.finance.next_due()];
            let next = [job, world].into_iter().chain(people).flatten().min();
            self.end_days_before(next.unwrap_or(end).min(end)).await?;
            let now = self.clock.now();
            match next {
                Some(next) if next <= end => self.clock.set(next.max(now + TimeDelta::microseconds(1))),
                _ => {
                    self.clock.set(end.max(now));
                    return Ok(());
                }
            }
        }
    }

    /// Nothing is due any more before this moment: days that are over by then are compared.
    async fn end_days_before(&mut self, next: Timestamp) -> Result<(), SimulationError> {
        while self.midnight < next {
            self.clock.set(self.midnight.max(self.clock.now()));
            self.books.end_of_day(&self.platform.caas, &self.outside).await?;
            self.midnight += TimeDelta::days(1);
        }
        Ok(())
    }

    /// One thing that is due now, whichever; `false` when nothing is. When the process dies of it, a new one starts.
    async fn survive_a_step(&mut self) -> Result<bool, SimulationError> {
        match AssertUnwindSafe(self.step()).catch_unwind().await {
            Ok(done) => done,
            Err(caught) if is_crash(&*caught) => {
                let at = caught.downcast_ref::<Crash>().map_or("", |crash| crash.at);
                self.outside.tell(format_args!("the process died {at}"));
                self.restart().await?;
                Ok(true)
            }
            Err(caught) => resume_unwind(caught),
        }
    }

    async fn step(&mut self) -> Result<bool, SimulationError> {
        let now = self.clock.now();
        let mut turns = [Turn::Person, Turn::Dealership, Turn::Finance, Turn::Webhook, Turn::Job];
        self.dice.shuffle(&mut turns);
        for turn in turns {
            match turn {
                Turn::Person if self.people.next_due().is_some_and(|due| due <= now) => {
                    self.people.act(&self.platform.caas, &self.outside).await?;
                    return Ok(true);
                }
                Turn::Dealership if self.trade.next_due().is_some_and(|due| due <= now) => {
                    self.trade.act(&self.platform.caas, &self.outside).await?;
                    return Ok(true);
                }
                Turn::Finance if self.finance.next_due().is_some_and(|due| due <= now) => {
                    self.finance.act(&self.platform.caas, &self.outside).await?;
                    return Ok(true);
                }
                Turn::Webhook if self.outside.hand_over(&self.platform.caas).await? > 0 => return Ok(true),
                Turn::Job => {
                    if let Some(kind) = jobs::run_next_job(&self.platform.caas, &self.platform.registry).await? {
                        self.outside.tell(format_args!("job {kind}"));
                        return Ok(true);
                    }
                }
                Turn::Person | Turn::Dealership | Turn::Finance | Turn::Webhook => {}
            }
        }
        Ok(false)
    }

    /// Whatever was in memory is gone, what was leased is free, and some time has passed.
    async fn restart(&mut self) -> Result<(), SimulationError> {
        self.deaths.push(self.clock.now());
        self.may_die.store(false, Ordering::Relaxed);
        self.clock.advance(self.dice.seconds(1, 300));
        let caas = platform(self.db.clone(), self.clock.clone(), self.rng.clone(), self.outside.clone());
        self.platform = Platform { caas, registry: job_registry() };
        self.outside.connect(self.platform.clone());
        jobs::release_leases(&self.platform.caas).await?;
        self.may_die.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn judge(&mut self, settings: &Settings) -> Result<Report, SimulationError> {
        let now = self.clock.now();
        self.books.judge_reconciliation(&self.platform.caas, &self.outside).await?;
        let second_opinion = {
            let mut tx = self.platform.caas.db.read().await?;
            let mut found = caas::verify::broken_promises(&mut tx).await?;
            let dead = jobs::dead_jobs(&mut tx, 100).await?;
            found.extend(
                dead.iter()
                    .map(|job| format!("job {} is dead: {}", job.kind, job.last_error.as_deref().unwrap_or("?"))),
            );
            found
        };
        let subscribed = self.people.subscribed(&self.platform.caas).await?;
        let cars = self.people.car_pages(&self.platform.caas).await?;
        let copies = self.people.copies(&self.platform.caas).await?;
        let seen = self.outside.seen();
        let evidence = oracle::Evidence {
            now,
            world: &seen.world,
            moves: &seen.moves,
            letters: &seen.letters,
            orders: self.people.ordered(),
            subscribed: &subscribed,
            sold: self.trade.sold(),
            asked: &seen.asked,
            cars: &cars,
            handed_over: self.people.handed_over(),
            copies: &copies,
            deaths: &self.deaths,
            checks_the_fleet: settings.checks_the_fleet(),
        };
        let mut violations = self.people.complaints().to_vec();
        violations.extend(oracle::judge(&evidence));
        Ok(Report {
            hash: seen.story.hash(),
            lines: seen.story.lines(),
            orders: evidence.orders.len(),
            cars: evidence.sold.len(),
            calls: seen.calls,
            webhooks: seen.webhooks,
            mails: seen.letters.len(),
            handed_over: evidence.handed_over.len(),
            deaths: self.deaths.len(),
            violations,
            second_opinion,
            lost_lines: seen.lost_lines.values().filter(|lost| **lost).count(),
            days: self.books.days(),
            books: self.books.wrong().to_vec(),
            log: seen.story.kept().to_vec(),
        })
    }
}

/// When the day is over, in UTC, as finance's days are.
fn midnight_after(now: Timestamp) -> Timestamp {
    caas::finance::ends(now.date_naive())
}

#[derive(Clone, Copy)]
enum Turn {
    Person,
    Dealership,
    Finance,
    Webhook,
    Job,
}
