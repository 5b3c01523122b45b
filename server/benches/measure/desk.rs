//! The support console with a hundred thousand cases: work list, search and one case, on the server alone.

use crate::Result;
use crate::bulk;
use crate::table::Table;
use crate::time::{median, millis, now};
use crate::world::{Engine, Store, World};

const CASES: u64 = 100_000;

/// What a page of the console may take on the server.
const TARGET_MILLIS: f64 = 20.0;

/// Measures one engine.
pub async fn measure(table: &mut Table, engine: Engine, quick: bool) -> Result<()> {
    let cases = if quick { 1_000 } else { CASES };
    let store = Store::new(engine, "desk").await?;
    // Migrates, and brings the catalogue.
    World::start(&store).await?.stop().await;
    bulk::fill(&store, cases / 2).await?;
    bulk::fill_cases(&store, cases).await?;
    let world = World::start(&store).await?;
    let agent = world.agent().await?;
    for (what, path) in [
        ("work list", "/soporte".to_owned()),
        ("work list, overdue", "/soporte?lista=vencidos".to_owned()),
        ("search for a customer", "/soporte?texto=customer".to_owned()),
        ("one case", format!("/soporte/OTA-{:06}", 500_000 + cases / 2)),
    ] {
        let mut times = Vec::new();
        for _ in 0..if quick { 10 } else { 100 } {
            let begin = now();
            let (status, _) = world.get(&path, Some(&agent)).await?;
            times.push(begin.elapsed());
            if status != 200 {
                return Err(format!("{path}: status {status}").into());
            }
        }
        let what = format!("{}, {cases} cases: {what}", engine.name());
        table.at_most(what, millis(median(&times)), TARGET_MILLIS, "ms");
    }
    world.stop().await;
    Ok(())
}
