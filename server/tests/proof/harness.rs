//! What is asserted after every test can fail: books that do not balance are noticed when a test lets go of its app.

use crate::support::{Engine, TestApp, open_the_books};
use crate::use_cases::scenario::*;
use caas::kernel::money::Cents;
use caas::sql;
use chrono::TimeDelta;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A movement as nobody should write it: what is debited, and what is credited, each in its currency.
type Movement<'a> = &'a [(i64, i64, &'a str)];

/// An app in which something was bought, and somebody has written this into the books, and kept it.
async fn with_books_of(engine: Engine, movements: &[Movement<'_>]) -> TestApp {
    let mut scene = Scene::new(engine).await;
    let order = scene.order(SEATS).await;
    scene.live(TimeDelta::minutes(5)).await;
    let payment = scene.payment(order).await.id;
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    for lines in movements {
        let movement = caas.new_uuid();
        for (debit, credit, currency) in *lines {
            sql!(tx, execute
                "INSERT INTO ledger_entries (id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, at)
                 VALUES ($1, $2, 'CHARGE', 'BANK', $3, $4, $5, $6, $7)",
                caas.new_uuid(), movement, Cents(*debit), Cents(*credit), *currency, payment, caas.now()).unwrap();
        }
    }
    tx.commit().await.unwrap();
    scene.app
}

/// What the end of a test says of its books; `None` when it is content.
fn said_at_the_end_of(app: TestApp) -> Option<String> {
    let caught = catch_unwind(AssertUnwindSafe(move || drop(app))).err()?;
    Some(caught.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[tokio::test]
async fn books_that_do_not_balance_fail_the_test_that_left_them() {
    for engine in Engine::all() {
        let balanced = with_books_of(engine, &[&[(100, 0, "EUR"), (0, 100, "EUR")]]).await;
        assert_eq!(said_at_the_end_of(balanced), None);

        let a_cent_short = with_books_of(engine, &[&[(100, 0, "EUR"), (0, 99, "EUR")]]).await;
        let said = said_at_the_end_of(a_cent_short).expect("a cent is noticed");
        assert!(said.contains("the ledger's EUR differ by 1 cents"), "{said}");

        let two_currencies = with_books_of(engine, &[&[(100, 0, "EUR"), (0, 100, "GBP")]]).await;
        let said = said_at_the_end_of(two_currencies).expect("currencies are not taken for each other");
        assert!(said.contains("EUR differ by 100 ") && said.contains("GBP differ by -100 "), "{said}");

        // The currency comes out even, no movement does.
        let crossed = with_books_of(engine, &[&[(100, 0, "EUR")], &[(0, 100, "EUR")]]).await;
        let said = said_at_the_end_of(crossed).expect("each movement is looked at");
        assert!(said.contains("promise 4: movement") && !said.contains("differ by"), "{said}");
    }
}

#[tokio::test]
async fn a_test_that_falsifies_the_books_gives_it_up_again_or_says_so() {
    for engine in Engine::all() {
        let kept = with_books_of(engine, &[&[(1, 0, "EUR")]]).await;
        kept.books.are_falsified();
        assert_eq!(said_at_the_end_of(kept), None);

        let given_up = with_books_of(engine, &[]).await;
        let mut tx = given_up.caas().db.begin().await.unwrap();
        open_the_books(&mut tx).await;
        let gone = sql!(tx, execute "DELETE FROM ledger_entries WHERE debit_cents > 0").unwrap();
        assert!(gone > 0);
        drop(tx);
        // The connection is given back before the next question on it is answered.
        given_up.verify().await;
        assert_eq!(said_at_the_end_of(given_up), None);
    }
}
