//! Purchases from the click to the captured payment, for a minute, beside what the disk allows.

use crate::Result;
use crate::disk::DiskMeter;
use crate::table::Table;
use crate::time::{millis, now, pause, percentile};
use crate::world::{Customer, Engine, Store, Ware, World};
use caas::kernel::ids::ActivationId;
use caas::sql;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;

/// Orders on their way at the same time: as soon as one is paid its customer's neighbour clicks.
const IN_FLIGHT: usize = 48;

/// Customers, each with one car; a car takes one command at a time.
const CUSTOMERS: u32 = 3_000;

/// Between two looks at whose money has been taken.
const LOOK: Duration = Duration::from_millis(25);

/// Measures one engine.
pub async fn measure(table: &mut Table, engine: Engine, quick: bool) -> Result<()> {
    let store = Store::new(engine, "purchases").await?;
    let world = Arc::new(World::start(&store).await?);
    let shop = Arc::new(Shop {
        customers: world.customers(if quick { 300 } else { CUSTOMERS }).await?,
        wares: world.wares().await?,
        next: AtomicUsize::new(0),
    });
    let payments_before = world.sandbox.payments().len();
    let waiting = Arc::new(Waiting::default());
    let watcher = tokio::spawn(watch(world.clone(), waiting.clone()));

    let length = Duration::from_secs(if quick { 5 } else { 60 });
    let disk = DiskMeter::start(&store.folder());
    let (commits, begin) = (world.caas.db.commits(), now());
    let buyers: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let (world, shop, waiting) = (world.clone(), shop.clone(), waiting.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while begin.elapsed() < length
                    && let Some((customer, ware)) = shop.next()
                {
                    let clicked = now();
                    let activation = world.buy(customer, ware).await?;
                    waiting.until_charged(activation).await?;
                    times.push((begin.elapsed(), clicked.elapsed()));
                }
                Ok::<_, crate::Error>(times)
            })
        })
        .collect();
    pause(length).await;
    let commits = world.caas.db.commits() - commits;
    let rate = disk.rate()?;
    let mut times = Vec::new();
    for buyer in buyers {
        times.extend(buyer.await??);
    }
    watcher.abort();
    world.settled().await?;

    let in_time: Vec<Duration> = times.iter().filter(|(at, _)| *at <= length).map(|(_, took)| *took).collect();
    let captured = f64::from(u32::try_from(in_time.len())?);
    let (per_second, per_purchase) = (captured / length.as_secs_f64(), f64::from(u32::try_from(commits)?) / captured);
    let name = engine.name();
    table.at_least(
        format!("Purchases captured, {name}: half of what fsync allows"),
        per_second,
        0.5 * rate / per_purchase,
        "/s",
    );
    table.says(format!("{name}: commits a purchase"), format!("{per_purchase:.1}"));
    table.says(format!("{name}: fsync in the same minute"), format!("{rate:.0} /s"));
    table.says(
        format!("{name}: click to captured, median and p99"),
        format!("{:.0} and {:.0} ms", millis(percentile(&in_time, 0.5)), millis(percentile(&in_time, 0.99))),
    );
    let lost = lost(&world, times.len(), payments_before).await?;
    table.judged(format!("{name}: purchases lost of {}", times.len()), "0", lost.to_string(), lost == 0);
    if let Ok(world) = Arc::try_unwrap(world) {
        world.stop().await;
    }
    Ok(())
}

/// Who buys what next: all customers one service, then all the next one.
struct Shop {
    customers: Vec<Customer>,
    wares: Vec<Ware>,
    next: AtomicUsize,
}

impl Shop {
    fn next(&self) -> Option<(&Customer, Ware)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let ware = self.wares.get(number / self.customers.len())?;
        Some((&self.customers[number % self.customers.len()], *ware))
    }
}

/// Who waits for which order.
#[derive(Default)]
struct Waiting(Mutex<HashMap<ActivationId, oneshot::Sender<()>>>);

impl Waiting {
    /// The oldest and the newest.
    fn ends(&self) -> Result<Option<(ActivationId, ActivationId)>> {
        let orders = self.0.lock().map_err(|_| "poisoned")?;
        Ok(orders.keys().min().copied().zip(orders.keys().max().copied()))
    }

    async fn until_charged(&self, activation: ActivationId) -> Result<()> {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().map_err(|_| "poisoned")?.insert(activation, sender);
        Ok(receiver.await?)
    }
}

/// Looks whose money has been taken, all at once and a few dozen times a second: more questions would be the meter's load.
async fn watch(world: Arc<World>, waiting: Arc<Waiting>) -> Result<()> {
    loop {
        pause(LOOK).await;
        let Some((first, last)) = waiting.ends()? else { continue };
        for charged in world.charged_between(first, last).await? {
            if let Some(sender) = waiting.0.lock().map_err(|_| "poisoned")?.remove(&charged) {
                let _ = sender.send(());
            }
        }
    }
}

/// How many of the placed orders are not charged, active, captured in the gateway's books, and told about by mail.
async fn lost(world: &World, placed: usize, payments_before: usize) -> Result<i64> {
    let placed = i64::try_from(placed)?;
    let mut tx = world.caas.db.read().await?;
    let (charged,) = sql!(&mut tx, one (i64,),
        "SELECT COUNT(*) FROM payments p JOIN service_activations a ON a.service_activation_id = p.service_activation_id
         WHERE p.state = 'CHARGED' AND a.current_state = 'ACTIVE' AND p.captured_cents = a.amount_cents")?;
    let (mailed,) =
        sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM notifications WHERE channel = 'EMAIL' AND status = 'SENT'")?;
    drop(tx);
    let payments = world.sandbox.payments();
    let books = payments.iter().skip(payments_before).filter(|payment| payment.captured_amount == Some(payment.amount));
    let books = i64::try_from(books.count())?;
    let paid_once = i64::try_from(payments.len() - payments_before)?;
    Ok([charged, mailed, books, paid_once].into_iter().map(|count| (placed - count).abs()).max().unwrap_or(0))
}
