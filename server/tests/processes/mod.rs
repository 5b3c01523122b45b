//! Several processes on one PostgreSQL are one platform: what one of them knows, all know, and when one dies in the middle
//! of purchases, nobody notices.
//!
//! The real program runs three times behind a plain proxy; customers buy by forms, as without JavaScript.

mod browser;
mod fleet;
mod proxy;

use self::browser::{Browser, SESSION};
use self::fleet::{Customer, Fleet};
use crate::crash::process::{becomes, wait};
use crate::crash::template::{Past, Template};
use crate::purchase_pages::scene::{OTHER_CUSTOMER, SEATS, agree, fields};
use caas::accounts::DEMO_PASSWORD;
use caas::catalogue::{OfferKind, demo_service};
use caas::kernel::ids::{OfferId, UserId};
use caas::sql;
use caas_sandbox::world::iot::model::{CommandKind, CommandStatus};
use caas_sandbox::{Fault, FaultRule, Operation, Sandbox};
use futures::future::join_all;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How many people buy at the same time.
const CUSTOMERS: usize = 30;

/// Holds under way at the same time when one process dies. No process has more than four jobs of a kind at work, so that
/// all three are in the middle of some.
const UNDER_WAY: i64 = 9;

/// How long the bank takes for an answer.
const SLOW_BANK: Fault = Fault::Latency { millis: 900 };

/// How long all of it may take: longer than the lease of the dead process.
const PATIENCE: Duration = Duration::from_secs(50);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_are_one_and_the_death_of_one_is_not_noticed() {
    let Some(template) = Template::postgres(Past::Nothing).await else { return };
    let mut fleet = Fleet::start(&template).await;
    let customers = fleet.customers(CUSTOMERS).await;
    let offer = seats(&fleet).await;
    let mut browsers = join_all(customers.iter().map(async |customer| {
        let mut browser = fleet.browser();
        assert!(browser.sign_in(&customer.email, DEMO_PASSWORD).await);
        browser
    }))
    .await;

    // Everybody buys while the bank is slow, and one process dies in the middle of it.
    let sandbox = fleet.sandbox.handle.clone();
    sandbox.set_fault(FaultRule::gateway(SLOW_BANK));
    let heard = Arc::new(AtomicUsize::new(0));
    let page = tokio::spawn(stay_on_the_page(browsers[0].clone(), customers[0].id, heard.clone()));
    let buying: Vec<_> = browsers
        .drain(..)
        .zip(&customers)
        .map(|(browser, customer)| tokio::spawn(buy(browser, format!("/comprar/{offer}?coche={}", customer.car))))
        .collect();
    let all_at_work = becomes(PATIENCE, async || holds_under_way(&fleet).await >= UNDER_WAY).await;
    assert!(all_at_work, "the processes never shared the work: {}", fleet.log());
    fleet.kill(0);
    let heard_before = heard.load(Ordering::SeqCst);
    sandbox.clear_faults();

    // What one process knows, the others know, while they take over what the dead one was at.
    a_limit_counts_everywhere(&fleet).await;
    sessions_end_everywhere_and_streams_hear_of_changes_elsewhere(&fleet).await;

    let mut sent_again = 0;
    for bought in buying {
        let (browser, path) = bought.await.unwrap();
        sent_again += browser.sent_again;
        browsers.push(browser);
        assert!(path.starts_with("/expediente/activaciones/"), "{path}");
    }
    let all_over = becomes(PATIENCE, async || is_over(&fleet).await).await;
    assert!(all_over, "not all of it comes to its end: {:?} {}", states(&fleet).await, fleet.log());
    for browser in &mut browsers {
        let page = browser.get("/expediente").await.expect(200);
        page.says("Asientos calefactados");
    }
    page.abort();
    assert!(heard.load(Ordering::SeqCst) > heard_before, "the open page heard nothing more");
    println!("requests that were cut and sent again: {sent_again}");
    everything_happened_once(&fleet, &sandbox, &customers).await;
}

async fn seats(fleet: &Fleet) -> OfferId {
    let service = demo_service(&mut fleet.read().await, SEATS).await.unwrap();
    service.offers.iter().find(|offer| offer.kind == OfferKind::Temporary).unwrap().id
}

/// Fills the form in and sends it. Returns where the order is followed.
async fn buy(mut browser: Browser, path: String) -> (Browser, String) {
    let page = browser.get(&path).await.expect(200);
    let form = agree(fields(&page));
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.post("/api/comprar", &form).await.expect(303);
    let path = answer.location().unwrap().to_owned();
    browser.get(&path).await.expect(200);
    (browser, path)
}

/// A page that stays open, and counts what it hears: its stream is opened again when it is cut, as browsers do.
async fn stay_on_the_page(browser: Browser, user: UserId, heard: Arc<AtomicUsize>) {
    loop {
        if let Ok(mut stream) = browser.listen(&format!("user:{user}")).await {
            while let Ok(Some(chunk)) = stream.chunk().await {
                heard.fetch_add(String::from_utf8_lossy(&chunk).matches("event: changed").count(), Ordering::SeqCst);
            }
        }
        wait(Duration::from_millis(100)).await;
    }
}

async fn holds_under_way(fleet: &Fleet) -> i64 {
    let mut tx = fleet.read().await;
    let (count,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM jobs WHERE kind = 'purchases.authorise' AND leased_until IS NOT NULL"
    )
    .unwrap();
    count
}

/// How many orders stand how: activation, payment, count.
async fn states(fleet: &Fleet) -> Vec<(String, String, i64)> {
    let mut tx = fleet.read().await;
    sql!(
        tx,
        all(String, String, i64),
        "SELECT a.current_state, p.state, COUNT(*) FROM service_activations a JOIN payments p ON p.id = a.payment_id
         GROUP BY a.current_state, p.state ORDER BY a.current_state, p.state"
    )
    .unwrap()
}

async fn is_over(fleet: &Fleet) -> bool {
    let count = i64::try_from(CUSTOMERS).unwrap();
    let ends = vec![("ACTIVE".to_owned(), "CHARGED".to_owned(), count)];
    states(fleet).await == ends && fleet.sandbox.handle.waiting_webhooks().is_empty() && work_left(fleet).await == 0
}

/// Jobs that are due, or at work.
async fn work_left(fleet: &Fleet) -> i64 {
    let mut tx = fleet.read().await;
    let now = fleet.behind.caas.now();
    let (count,) = sql!(
        tx,
        one(i64,),
        "SELECT COUNT(*) FROM jobs WHERE died_at IS NULL AND (due_at <= $1 OR leased_until IS NOT NULL)
           AND kind NOT IN ('watch.minute', 'inbox.interpret_webhook')",
        now
    )
    .unwrap();
    count
}

/// Five wrong passwords at one process: the right one has to wait at the other.
async fn a_limit_counts_everywhere(fleet: &Fleet) {
    let mut guessing = Browser::at(fleet.doors[1]);
    for _ in 0..5 {
        assert!(!guessing.sign_in(OTHER_CUSTOMER, "not the password").await);
    }
    let mut elsewhere = Browser::at(fleet.doors[2]);
    assert!(!elsewhere.sign_in(OTHER_CUSTOMER, DEMO_PASSWORD).await, "the other process had not counted");
}

async fn sessions_end_everywhere_and_streams_hear_of_changes_elsewhere(fleet: &Fleet) {
    const LUCIA: &str = "cliente@demo.caas.example";
    let mut here = Browser::at(fleet.doors[1]);
    assert!(here.sign_in(LUCIA, DEMO_PASSWORD).await);
    let mut there = here.moved_to(fleet.doors[2]);
    there.get("/cuenta").await.expect(200);

    // A stream that is open at one process hears of what is committed by the other: the next sign-in, for example.
    let mut tx = fleet.read().await;
    let (lucia,) = sql!(tx, one(UserId,), "SELECT id FROM users WHERE email_key = $1", LUCIA).unwrap();
    drop(tx);
    let mut stream = there.listen(&format!("user:{lucia}")).await.unwrap();
    assert_eq!(stream.status(), 200);
    let mut telephone = Browser::at(fleet.doors[1]);
    assert!(telephone.sign_in(LUCIA, DEMO_PASSWORD).await);
    let told = async {
        let mut said = String::new();
        while !said.contains(&format!("data: user:{lucia}")) {
            let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
            said.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    tokio::time::timeout(Duration::from_secs(10), told).await.expect("the other process is told within moments");

    // Signed out everywhere at one process, signed out at the other.
    telephone.post("/api/cuenta/sesiones/cerrar-todas", &[]).await.expect(303);
    assert!(there.cookies.contains_key(SESSION));
    there.get("/cuenta").await.expect(303);
}

/// Both sides' books: one hold, one capture, one command for each order; and the promises hold.
async fn everything_happened_once(fleet: &Fleet, sandbox: &Sandbox, customers: &[Customer]) {
    let done = |operation: Operation| {
        let executed = |status: Option<u16>| status.is_some_and(|status| (200..300).contains(&status));
        let seen = sandbox.calls_seen();
        seen.iter().filter(|call| call.operation == operation && executed(call.status) && !call.hit).count()
    };
    assert_eq!(done(Operation::InitiatePayment), CUSTOMERS, "holds");
    assert_eq!(done(Operation::CapturePayment), CUSTOMERS, "captures");
    assert_eq!((done(Operation::CancelPayment), done(Operation::RefundPayment)), (0, 0), "reversals and refunds");
    let commands = sandbox.commands();
    for customer in customers {
        let own: Vec<_> = commands
            .iter()
            .filter(|command| command.vin == customer.vin && command.kind == CommandKind::Activate)
            .map(|command| command.status)
            .collect();
        let confirmed = own.iter().filter(|status| **status == CommandStatus::Completed).count();
        assert_eq!((confirmed, own.last()), (1, Some(&CommandStatus::Completed)), "{}: {own:?}", customer.vin);
    }
    let mut tx = fleet.read().await;
    let (orders, dead) = sql!(
        tx,
        one(i64, i64),
        "SELECT (SELECT COUNT(*) FROM service_activations), (SELECT COUNT(*) FROM jobs WHERE died_at IS NOT NULL)"
    )
    .unwrap();
    assert_eq!((usize::try_from(orders).unwrap(), dead), (CUSTOMERS, 0), "orders, dead jobs");
    assert_eq!(caas::verify::broken_promises(&mut tx).await.unwrap(), Vec::<String>::new());
}
