//! A night in which very many subscriptions are due: from the run that bills them to the last charge, with a gateway that
//! answers at once, beside what the disk allows; the memory of this process, and what pages take meanwhile.

use crate::Result;
use crate::bulk;
use crate::disk::DiskMeter;
use crate::table::Table;
use crate::time::{millis, now, pause, percentile};
use crate::world::{Customer, Engine, Store, World};
use async_trait::async_trait;
use caas::kernel::FAR_FUTURE;
use caas::kernel::money::{Cents, Money};
use caas::payments::port::{
    GatewayError, GatewayPayment, GatewayRefund, GatewayStatus, PaymentGateway, PaymentRequest, ReportLine,
    SetupOutcome, SetupRequest, SetupSession,
};
use caas::sql;
use caas::subscriptions::billing::BillDue;
use chrono::{Datelike as _, Months, NaiveDate};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Subscriptions that are due.
const SUBSCRIPTIONS: u64 = 200_000;

/// How many a second they must be, so that all are done within half an hour.
const TARGET_RATE: f64 = 200_000.0 / 1_800.0;

/// What the process may have resident, in MiB.
const TARGET_MEMORY: f64 = 512.0;

/// What nearly every page may take meanwhile.
const TARGET_PAGE_MILLIS: f64 = 1_000.0;

/// The first word of the command line by which this program fills a database in a process of its own, so that the memory
/// needed for that is not counted.
pub const FILL: &str = "fill-subscriptions";

/// Fills the database that the words after [`FILL`] name.
pub async fn fill(words: &[String]) -> Result<()> {
    let [engine, url, count, today] = words else { return Err("engine, address, count and day are needed".into()) };
    let engine = Engine::all().into_iter().find(|known| known.is(engine)).ok_or("no such engine")?;
    let store = Store::at(engine, url)?;
    bulk::fill_subscriptions(&store, count.parse()?, &Month::ended(today.parse()?)).await
}

/// The period that all of them are billed for, as the database writes its days.
pub struct Month {
    /// Its first day.
    pub start: String,
    /// The first day after it.
    pub end: String,
    /// The day of the month it begins on.
    pub anchor: u32,
}

impl Month {
    fn ended(today: NaiveDate) -> Month {
        let start = today.checked_sub_months(Months::new(1)).unwrap_or(today);
        Month { start: start.to_string(), end: today.to_string(), anchor: today.day() }
    }
}

/// Measures one engine.
pub async fn measure(table: &mut Table, engine: Engine, quick: bool) -> Result<()> {
    let count = if quick { 5_000 } else { SUBSCRIPTIONS };
    let store = Store::new(engine, "billing").await?;
    // Migrates, and brings the catalogue.
    let world = World::start(&store).await?;
    let today = world.caas.now().date_naive().to_string();
    world.stop().await;
    let mut child = tokio::process::Command::new(std::env::current_exe()?);
    let filled = child.args([FILL, engine.name(), &store.url, &count.to_string(), &today]).status().await?;
    if !filled.success() {
        return Err("the database could not be filled".into());
    }
    let gateway = Arc::new(Instant::default());
    let world = Arc::new(World::start_with(&store, Some(gateway.clone())).await?);
    let customer = world.customers(1).await?.remove(0);
    forget_the_past()?;

    let begin = now();
    let disk = DiskMeter::start(&store.folder());
    let commits = world.caas.db.commits();
    let over = Arc::new(AtomicBool::new(false));
    let visitor = tokio::spawn(visit(world.clone(), customer, over.clone()));
    fall_due(&world).await?;
    let billed_after = until(&world, begin, count, Stage::Billed).await?;
    let charged_after = until(&world, begin, count, Stage::Charged).await?;
    let commits = world.caas.db.commits() - commits;
    over.store(true, Ordering::Relaxed);
    let rate = disk.rate()?;
    let pages = visitor.await??;
    let memory = most_memory()?;

    let name = engine.name();
    let number = f64::from(u32::try_from(count)?);
    table.at_least(
        format!("{name}: {count} subscriptions of one night, billed and charged"),
        number / charged_after.as_secs_f64(),
        TARGET_RATE,
        "/s",
    );
    table.says(
        format!("{name}: until all were billed, and charged"),
        format!("{:.1} and {:.1} s", billed_after.as_secs_f64(), charged_after.as_secs_f64()),
    );
    table
        .says(format!("{name}: commits a subscription"), format!("{:.2}", f64::from(u32::try_from(commits)?) / number));
    table.says(format!("{name}: fsync meanwhile"), format!("{rate:.0} /s"));
    table.at_most(format!("{name}: most memory of the process meanwhile"), memory, TARGET_MEMORY, "MiB");
    for (page, times) in pages {
        let p99 = millis(percentile(&times, 0.99));
        table.at_most(format!("{name}: {page} meanwhile, p99"), p99, TARGET_PAGE_MILLIS, "ms");
        table.says(format!("{name}: {page} meanwhile, median"), format!("{:.1} ms", millis(percentile(&times, 0.5))));
    }
    let (taken, wrong) = (gateway.taken.load(Ordering::Relaxed), wrong(&world, count).await?);
    let lost = wrong + i64::try_from(taken.abs_diff(count))?;
    table.judged(format!("{name}: invoices or charges lost or twice, of {count}"), "0", lost.to_string(), lost == 0);
    if let Ok(world) = Arc::try_unwrap(world) {
        world.stop().await;
    }
    Ok(())
}

/// All periods end now, and the run is told so.
async fn fall_due(world: &World) -> Result<()> {
    let mut tx = world.caas.db.begin().await?;
    sql!(&mut tx, execute "UPDATE subscriptions SET next_billing_at = $1", world.caas.now())?;
    tx.commit().await?;
    Ok(BillDue::soon(&world.caas).await?)
}

#[derive(Clone, Copy)]
enum Stage {
    Billed,
    Charged,
}

/// Waits until nothing is due any more, and returns when that was.
async fn until(world: &World, begin: std::time::Instant, count: u64, stage: Stage) -> Result<Duration> {
    let patience = Duration::from_secs(300) + Duration::from_millis(30) * u32::try_from(count)?;
    loop {
        let mut tx = world.caas.db.read().await?;
        let left = match stage {
            Stage::Billed => sql!(
                &mut tx,
                optional(i64, i64),
                "SELECT version, failures FROM subscriptions WHERE next_billing_at <= $1 LIMIT 1",
                world.caas.now()
            )?,
            Stage::Charged => {
                sql!(&mut tx, optional(i64, i64), "SELECT seq, version FROM invoices WHERE state = 'ISSUED' LIMIT 1")?
            }
        };
        drop(tx);
        if left.is_none() {
            return Ok(begin.elapsed());
        }
        if begin.elapsed() > patience {
            return Err("the night was too short".into());
        }
        pause(Duration::from_millis(200)).await;
    }
}

/// How many subscriptions have not exactly one paid invoice.
async fn wrong(world: &World, count: u64) -> Result<i64> {
    let mut tx = world.caas.db.read().await?;
    let (paid,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM invoices WHERE state = 'PAID'")?;
    let (all,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM invoices")?;
    let (billed,) = sql!(&mut tx, one(i64,), "SELECT COUNT(DISTINCT subscription_id) FROM invoices")?;
    let (charged,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM payments WHERE state = 'CHARGED'")?;
    let count = i64::try_from(count)?;
    Ok([paid, all, billed, charged].into_iter().map(|found| (found - count).abs()).max().unwrap_or_default())
}

/// Somebody looks at the catalogue and at their own pages, again and again.
async fn visit(
    world: Arc<World>,
    customer: Customer,
    over: Arc<AtomicBool>,
) -> Result<Vec<(&'static str, Vec<Duration>)>> {
    let mut pages = vec![("/catalogo", Vec::new()), ("/expediente", Vec::new())];
    while !over.load(Ordering::Relaxed) {
        for (page, times) in &mut pages {
            let begin = now();
            let (status, _) = world.get(page, Some(&customer.cookie)).await?;
            times.push(begin.elapsed());
            if status != 200 {
                return Err(format!("{page}: status {status}").into());
            }
        }
        pause(Duration::from_millis(100)).await;
    }
    Ok(pages)
}

/// What was resident before is not counted any more (proc(5), `clear_refs`).
fn forget_the_past() -> Result<()> {
    Ok(std::fs::write("/proc/self/clear_refs", "5")?)
}

/// The most memory this process has had resident since, in MiB.
fn most_memory() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
}

/// A gateway that takes every payment at once.
#[derive(Default)]
struct Instant {
    taken: AtomicU64,
}

fn not_asked_for<T>() -> std::result::Result<T, GatewayError> {
    Err(GatewayError::Refused { code: "not_found".to_owned() })
}

#[async_trait]
impl PaymentGateway for Instant {
    async fn create_setup_session(&self, _: &SetupRequest, _: &str) -> std::result::Result<SetupSession, GatewayError> {
        not_asked_for()
    }

    async fn setup_session(&self, _: &str) -> std::result::Result<SetupOutcome, GatewayError> {
        not_asked_for()
    }

    async fn initiate(&self, request: &PaymentRequest, _: &str) -> std::result::Result<GatewayPayment, GatewayError> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        Ok(GatewayPayment {
            payment_id: format!("pay_night_{number}"),
            status: GatewayStatus::Captured,
            amount: request.amount,
            captured: request.amount.cents,
            refunded: Cents::ZERO,
            capture_before: Some(FAR_FUTURE),
            decline_reason: None,
        })
    }

    async fn find_by_key(&self, _: &str) -> std::result::Result<Option<GatewayPayment>, GatewayError> {
        Ok(None)
    }

    async fn payment(&self, _: &str) -> std::result::Result<GatewayPayment, GatewayError> {
        not_asked_for()
    }

    async fn capture(&self, _: &str, _: Money, _: &str) -> std::result::Result<GatewayPayment, GatewayError> {
        not_asked_for()
    }

    async fn cancel(&self, _: &str, _: &str) -> std::result::Result<GatewayPayment, GatewayError> {
        not_asked_for()
    }

    async fn refund(&self, _: &str, _: Money, _: &str, _: &str) -> std::result::Result<GatewayRefund, GatewayError> {
        not_asked_for()
    }

    async fn settlement_report(&self, _: chrono::NaiveDate) -> std::result::Result<Vec<ReportLine>, GatewayError> {
        not_asked_for()
    }
}
