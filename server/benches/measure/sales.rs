//! A dealership's desk with 200,000 orders, 50,000 of them its own: desk, board, lists, search and one order, on the server
//! alone.

use crate::Result;
use crate::bulk;
use crate::table::Table;
use crate::time::{median, millis, now};
use crate::world::{Engine, Store, World};

const ORDERS: u64 = 200_000;

/// What a page of the intranet may take on the server.
const TARGET_MILLIS: f64 = 20.0;

/// Measures one engine.
pub async fn measure(table: &mut Table, engine: Engine, quick: bool) -> Result<()> {
    let orders = if quick { 4_000 } else { ORDERS };
    let store = Store::new(engine, "sales").await?;
    // Migrates, and brings the dealerships with their people.
    World::start(&store).await?.stop().await;
    bulk::fill_orders(&store, orders).await?;
    let world = World::start(&store).await?;
    let (dealer, administrator) = (world.staff("DEALER").await?, world.staff("ADMINISTRATOR").await?);
    let order = bulk::order_id(orders / 2);
    for (what, path, who) in [
        ("desk", "/concesionario".to_owned(), &dealer),
        ("desk of all dealerships", "/concesionario".to_owned(), &administrator),
        ("board", "/concesionario/tablero".to_owned(), &dealer),
        ("board of all dealerships", "/concesionario/tablero".to_owned(), &administrator),
        ("column", "/concesionario/tablero?columna=fabrica".to_owned(), &dealer),
        ("stock", "/concesionario/existencias".to_owned(), &dealer),
        ("cars delivered", "/concesionario/existencias?estado=entregados".to_owned(), &dealer),
        (
            "cars delivered of no such model",
            "/concesionario/existencias?estado=entregados&modelo=NADA".to_owned(),
            &administrator,
        ),
        (
            "cars delivered of no such colour",
            "/concesionario/existencias?estado=entregados&color=PINK".to_owned(),
            &administrator,
        ),
        ("search for a name", "/concesionario/tablero?texto=buyer".to_owned(), &dealer),
        ("search for a number", format!("/concesionario/tablero?texto=B-{}", orders / 2), &dealer),
        ("appointments", "/concesionario/agenda".to_owned(), &dealer),
        ("one order", format!("/concesionario/pedidos/{order}"), &administrator),
    ] {
        let mut times = Vec::new();
        for _ in 0..if quick { 10 } else { 100 } {
            let begin = now();
            let (status, _) = world.get(&path, Some(who)).await?;
            times.push(begin.elapsed());
            if status != 200 {
                return Err(format!("{path}: status {status}").into());
            }
        }
        let what = format!("{}, {orders} orders: {what}", engine.name());
        table.at_most(what, millis(median(&times)), TARGET_MILLIS, "ms");
    }
    world.stop().await;
    Ok(())
}
