//! What a database full of other people's cars costs: the same pages and purchases on an empty one and on a full one,
//! taken in turns, so that whatever else the machine does disturbs both.

use crate::Result;
use crate::bulk;
use crate::table::Table;
use crate::time::{median, millis, now, pause};
use crate::world::{Customer, Engine, Store, Ware, World};
use std::time::Duration;

/// How much longer it may take.
const FACTOR: f64 = 2.0;

const VEHICLES: u64 = 1_000_000;

/// Customers whose purchases are timed. The first one's pages are.
const CUSTOMERS: u32 = 8;

/// Measures one engine.
pub async fn measure(table: &mut Table, engine: Engine, quick: bool) -> Result<()> {
    let vehicles = if quick { 2_000 } else { VEHICLES };
    let (small, large) = (Store::new(engine, "empty").await?, Store::new(engine, "full").await?);
    // Migrates, and brings the catalogue.
    World::start(&large).await?.stop().await;
    let begin = now();
    bulk::fill(&large, vehicles).await?;
    println!("{}: filled in {} s", engine.name(), begin.elapsed().as_secs());
    let empty = Side::new(&small).await?;
    let full = Side::new(&large).await?;

    let (bought_empty, bought_full) =
        in_turns(empty.wares.len(), async |number| Ok((empty.purchase(number).await?, full.purchase(number).await?)))
            .await?;
    for (page, cookie) in [("/catalogo", false), ("/catalogo", true), ("/expediente", true)] {
        let rounds = if quick { 20 } else { 200 };
        let (on_empty, on_full) =
            in_turns(rounds, async |_| Ok((empty.page(page, cookie).await?, full.page(page, cookie).await?))).await?;
        let who = if cookie { "signed in" } else { "signed out" };
        compare(table, engine, &format!("{page}, {who}"), vehicles, (&on_empty, &on_full));
    }
    compare(table, engine, "purchase", vehicles, (&bought_empty, &bought_full));
    empty.world.stop().await;
    full.world.stop().await;
    Ok(())
}

async fn in_turns(
    rounds: usize,
    mut both: impl AsyncFnMut(usize) -> Result<(Duration, Duration)>,
) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let mut times = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let (empty, full) = both(round).await?;
        times.0.push(empty);
        times.1.push(full);
    }
    Ok(times)
}

fn compare(table: &mut Table, engine: Engine, what: &str, vehicles: u64, (empty, full): (&[Duration], &[Duration])) {
    let (empty, full) = (millis(median(empty)), millis(median(full)));
    table.judged(
        format!("{}, {vehicles} vehicles: {what}", engine.name()),
        format!("≤ {FACTOR:.0} × {empty:.2} ms"),
        format!("{full:.2} ms"),
        full <= FACTOR * empty,
    );
}

/// One of the two databases, with the same few customers.
struct Side {
    world: World,
    customers: Vec<Customer>,
    wares: Vec<Ware>,
}

impl Side {
    async fn new(store: &Store) -> Result<Side> {
        let world = World::start(store).await?;
        let customers = world.customers(CUSTOMERS).await?;
        let wares = world.wares().await?;
        Ok(Side { world, customers, wares })
    }

    /// From the click to the captured payment, nobody else buying. Every customer buys one thing after the other.
    async fn purchase(&self, round: usize) -> Result<Duration> {
        let ware = self.wares.get(round).ok_or("as many rounds as wares")?;
        let mut longest = Vec::new();
        for customer in &self.customers {
            let begin = now();
            let activation = self.world.buy(customer, *ware).await?;
            while !self.world.is_charged(activation).await? {
                pause(Duration::from_millis(1)).await;
            }
            longest.push(begin.elapsed());
        }
        Ok(median(&longest))
    }

    async fn page(&self, path: &str, signed_in: bool) -> Result<Duration> {
        let cookie = self.customers.first().map(|customer| customer.cookie.as_str()).filter(|_| signed_in);
        let begin = now();
        let (status, _) = self.world.get(path, cookie).await?;
        let took = begin.elapsed();
        if status == 200 { Ok(took) } else { Err(format!("{path}: status {status}").into()) }
    }
}
