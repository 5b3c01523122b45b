//! The desk's lists at 200,000 orders, 50,000 of them of one dealership.

use super::hall::{Hall, TOMAS};
use crate::support::Engine;
use caas::kernel::clock::{Clock as _, SystemClock};
use caas::kernel::database::Tx;
use caas::kernel::ids::{DealershipId, UserId};
use caas::sales::desk::{self, Column, Need, Scope, Shelf, StockFilter};
use caas::sql;
use chrono::TimeDelta;
use sqlx::AssertSqlSafe;

const ORDERS: u64 = 200_000;
/// What a list may take.
const LIMIT: TimeDelta = TimeDelta::milliseconds(20);

/// Of a hundred orders 80 are delivered, 4 came to nothing, and 16 are at every stage under way.
const STATUS: &str = "CASE WHEN n / 4 % 100 < 80 THEN 'DELIVERED' ELSE CASE n / 4 % 100
     WHEN 80 THEN 'AWAITING_RESERVATION' WHEN 81 THEN 'RESERVATION_PAID' WHEN 82 THEN 'ORDER_PLACED'
     WHEN 83 THEN 'PRODUCTION_SCHEDULED' WHEN 84 THEN 'PRODUCTION_IN_PROGRESS' WHEN 85 THEN 'QUALITY_CONTROL'
     WHEN 86 THEN 'READY_FOR_SHIPMENT' WHEN 87 THEN 'IN_TRANSIT' WHEN 88 THEN 'AWAITING_FINAL_PAYMENT'
     WHEN 89 THEN 'AWAITING_FINAL_PAYMENT' WHEN 90 THEN 'REGISTRATION' WHEN 91 THEN 'REGISTRATION'
     WHEN 92 THEN 'READY_FOR_DELIVERY' WHEN 93 THEN 'DELIVERY_SCHEDULED' WHEN 94 THEN 'RETURNED_TO_DEALERSHIP'
     WHEN 95 THEN 'ORDER_PLACED' WHEN 96 THEN 'CANCELLED_RESERVATION_FAILED' WHEN 97 THEN 'CANCELLED_FACTORY_REJECTED'
     WHEN 98 THEN 'CANCELLED_PAYMENT_FAILURE' ELSE 'CANCELLED_REGISTRATION' END END";

/// Writes so many sales of one customer, every fourth in one dealership. Papers wait in half of those under way.
async fn fill(tx: &mut Tx, engine: Engine, here: DealershipId, elsewhere: DealershipId, customer: UserId) {
    let postgres = engine == Engine::Postgres;
    let id = |table: u32| {
        if postgres {
            format!("('0190000000007000800{table}' || lpad(to_hex(n), 12, '0'))::uuid")
        } else {
            format!("unhex('0190000000007000800{table}' || printf('%012x', n))")
        }
    };
    let uuid = |id: uuid::Uuid| if postgres { format!("'{id}'::uuid") } else { format!("unhex('{}')", id.simple()) };
    let at = if postgres {
        "to_timestamp(1740000000 + n * 200)"
    } else {
        "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1740000000 + n * 200, 'unixepoch')"
    };
    let rows = if postgres {
        format!("(SELECT generate_series(0::bigint, {ORDERS} - 1) AS n) s")
    } else {
        format!(
            "(WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n + 1 < {ORDERS}) SELECT n FROM r) s"
        )
    };
    let vin = if postgres { "lpad(n::text, 8, '0')" } else { "printf('%08d', n)" };
    let content = if postgres { "'\\x25504446'::bytea" } else { "x'25504446'" };
    let customer = uuid(customer.0);
    let seat = format!("CASE WHEN n % 4 = 0 THEN {} ELSE {} END", uuid(here.0), uuid(elsewhere.0));
    let (order, car, paper) = (id(1), id(2), id(3));
    for statement in [
        format!(
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, customer_id, dealership_id, assignment_status,
                                   inventory_status, purchased_at, stocked_at, created_at, updated_at)
             SELECT {car}, 'VSSZZZBLS' || {vin}, CASE WHEN n % 3 = 0 THEN 'ALCOR' ELSE 'LINCE' END, 'BLUE', '4.10.2',
                    CASE WHEN n / 4 % 100 = 98 THEN NULL ELSE {customer} END, {seat},
                    CASE WHEN n / 4 % 100 = 98 THEN 'SIN_ASIGNAR' ELSE 'ASSIGNED_TO_CUSTOMER' END,
                    CASE WHEN n / 4 % 100 < 80 THEN 'DELIVERED' WHEN n / 4 % 100 = 98 THEN 'DEALERSHIP_STOCK'
                         ELSE 'AWAITING_DELIVERY' END,
                    {at}, {at}, {at}, {at} FROM {rows}"
        ),
        format!(
            "INSERT INTO customer_orders (id, number, dealership_id, customer_id, status, is_over, model_code, colour,
                                          from_stock, vehicle_id, country, delivery_mode, total_cents, reservation_cents,
                                          currency, registered_at, status_at, created_at, updated_at)
             SELECT {order}, 'B-' || n, {seat}, {customer}, {STATUS}, (n / 4 % 100 < 80 OR n / 4 % 100 >= 96), 'LINCE', 'BLUE',
                    (n % 2 = 0), CASE WHEN n / 4 % 100 = 98 THEN NULL ELSE {car} END, 'ES', 'PICK_UP', 3000000, 300000,
                    'EUR', {at}, {at}, {at}, {at} FROM {rows}"
        ),
        format!(
            "INSERT INTO order_documents (id, order_id, kind, state, name, media_type, size, content, uploaded_by, created_at)
             SELECT {paper}, {order}, 'IDENTITY', CASE WHEN n / 4 % 2 = 0 THEN 'PROVIDED' ELSE 'ACCEPTED' END, 'dni.pdf',
                    'application/pdf', 4, {content}, {customer}, {at} FROM {rows}"
        ),
        format!("INSERT INTO order_words (word, order_id, dealership_id) SELECT 'b' || n, {order}, {seat} FROM {rows}"),
        format!("INSERT INTO order_words (word, order_id, dealership_id) SELECT 'buyer', {order}, {seat} FROM {rows}"),
        "UPDATE customer_orders SET papers_to_see = TRUE
         WHERE id IN (SELECT order_id FROM order_documents WHERE state = 'PROVIDED')"
            .to_owned(),
        "ANALYZE".to_owned(),
    ] {
        sql!(tx, execute AssertSqlSafe(statement.clone())).unwrap();
    }
}

/// Prints how long each list takes. Measured, so it is run by hand on a quiet machine:
/// `cargo nextest run -p caas-server --run-ignored only two_hundred_thousand --no-capture`.
#[tokio::test]
#[ignore = "takes a minute; a measurement"]
async fn two_hundred_thousand_orders_are_quick() {
    let mut slow = Vec::new();
    for engine in Engine::all() {
        let hall = Hall::open(engine).await;
        let caas = hall.app.caas().clone();
        let mut tx = caas.db.begin().await.unwrap();
        fill(&mut tx, engine, hall.madrid, hall.valencia, hall.user(TOMAS).await).await;
        tx.commit().await.unwrap();
        let now = hall.app.now();
        let (until, month) = (now + TimeDelta::days(2), now - TimeDelta::days(400));
        let everything = StockFilter { shelf: Shelf::Delivered, model: None, colour: None, vin: None, after: None };
        for scope in [Scope::None, Some(hall.madrid)] {
            let who = if scope.is_some() { "a dealership's" } else { "all" };
            let mut lists: Vec<(String, List)> = vec![
                ("needs counted".to_owned(), List::NeedCounts),
                ("columns counted".to_owned(), List::ColumnCounts),
                ("shelves counted".to_owned(), List::ShelfCounts),
                ("colours".to_owned(), List::Colours),
                ("search for a word of all".to_owned(), List::Search("buyer")),
                ("search for a number".to_owned(), List::Search("B-100000")),
                ("cars of a model".to_owned(), List::Stock(StockFilter { model: Some("ALCOR"), ..everything })),
                ("cars of no model".to_owned(), List::Stock(StockFilter { model: Some("NADA"), ..everything })),
                ("cars of no colour".to_owned(), List::Stock(StockFilter { colour: Some("PINK"), ..everything })),
                (
                    "cars of a model and no colour".to_owned(),
                    List::Stock(StockFilter { model: Some("LINCE"), colour: Some("PINK"), ..everything }),
                ),
                ("cars by VIN".to_owned(), List::Stock(StockFilter { vin: Some("VSSZZZBLS00012"), ..everything })),
            ];
            lists.extend(Need::ALL.iter().map(|need| (format!("need {need}"), List::Need(*need))));
            lists.extend(Column::ALL.iter().map(|column| (format!("column {column}"), List::Column(*column))));
            lists.extend(
                Shelf::ALL
                    .iter()
                    .map(|shelf| (format!("{shelf}"), List::Stock(StockFilter { shelf: *shelf, ..everything }))),
            );
            for (name, list) in lists {
                let mut tx = caas.db.read().await.unwrap();
                // The quickest of a few: what else the machine does is no property of the list.
                let (mut took, mut lines) = (TimeDelta::MAX, 0);
                for _ in 0..7 {
                    let begun = SystemClock.now();
                    lines = list.read(&mut tx, scope, [now, until, month]).await;
                    took = took.min(SystemClock.now() - begun);
                }
                println!("{engine:?}, {who}: {name}: {:.1} ms, {lines} lines", took.as_seconds_f64() * 1000.0);
                if took > LIMIT {
                    slow.push(format!("{engine:?}, {who}: {name} {took}"));
                }
            }
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}

/// One of the desk's lists.
enum List {
    NeedCounts,
    ColumnCounts,
    ShelfCounts,
    Colours,
    Need(Need),
    Column(Column),
    Search(&'static str),
    Stock(StockFilter<'static>),
}

impl List {
    /// Reads its first page; how many lines it has.
    async fn read(&self, tx: &mut Tx, scope: Scope, [now, until, month]: [caas::kernel::Timestamp; 3]) -> usize {
        match self {
            List::NeedCounts => desk::need_counts(tx, scope, now, until).await.unwrap().len(),
            List::ColumnCounts => desk::column_counts(tx, scope, month).await.unwrap().len(),
            List::ShelfCounts => desk::shelf_counts(tx, scope).await.unwrap().len(),
            List::Colours => desk::colours(tx, scope).await.unwrap().len(),
            List::Need(need) => desk::need(tx, scope, *need, now, until, None, 26).await.unwrap().len(),
            List::Column(column) => desk::column(tx, scope, *column, month, None, 26).await.unwrap().len(),
            List::Search(text) => desk::search(tx, scope, text, None, 26).await.unwrap().len(),
            List::Stock(filter) => desk::stock(tx, scope, filter, 26).await.unwrap().len(),
        }
    }
}
