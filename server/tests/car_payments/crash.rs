//! The process dies at each named instant of a car's payment and is started again: it is paid once, and the order goes on as
//! without the cut. Here a process is this thread, and its death a panic that unwinds the job.

use super::scene::*;
use crate::support::Engine;
use caas::kernel::failpoint;
use caas::kernel::jobs::release_leases;
use caas::sales::payment::{CarPayment, PayRefusal};
use caas_sandbox::{Operation, TestCard};
use chrono::TimeDelta;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;

/// What is compared: the order, the customer's money, our books, the money's story.
async fn books(scene: &CarScene, order: caas::kernel::ids::OrderId) -> (String, i64, i64, Vec<String>, usize) {
    let mut tx = scene.read().await;
    let story = caas::sql!(
        &mut tx,
        all(String, Option<String>),
        "SELECT kind, after_state FROM expediente_entries WHERE subject_kind = 'PAYMENT' ORDER BY seq"
    )
    .unwrap();
    drop(tx);
    let story = story.into_iter().map(|(kind, after)| format!("{kind} {}", after.unwrap_or_default())).collect();
    let kept = scene.kept("REVENUE").await + scene.kept("VAT_PAYABLE").await;
    let told = scene.said("FINAL_PAYMENT_FAILED").await.len();
    (scene.status(order).await.to_owned(), scene.really_paid(order), kept, story, told)
}

async fn lived(
    engine: Engine,
    card: TestCard,
    dies_at: Option<&'static str>,
) -> (String, i64, i64, Vec<String>, usize) {
    let mut scene = CarScene::new(engine).await;
    let order = scene.awaiting_the_rest().await;
    scene.pays_with(card).await;
    if let Some(name) = dies_at {
        let mut died = false;
        failpoint::crash_when(Some(Box::new(move |at| {
            let now = at == name && !died;
            died |= now;
            now
        })));
        let cut = async {
            scene.pays_by_form(order, CarPayment::Final, "form").await.unwrap();
            scene.run().await;
        };
        let caught = AssertUnwindSafe(cut).catch_unwind().await;
        failpoint::crash_when(None);
        assert!(caught.is_err_and(|caught| failpoint::is_crash(&*caught)), "it never died at {name}");
        release_leases(&scene.caas()).await.unwrap();
    }
    // The customer saw no answer and presses the button again.
    let again = scene.pays_by_form(order, CarPayment::Final, "form").await;
    assert!(matches!(again, Ok(_) | Err(PayRefusal::NotDue)), "{again:?}");
    scene.live(TimeDelta::minutes(5)).await;
    let done = scene.calls(Operation::InitiatePayment);
    assert!(done <= 3, "the bank was asked {done} times");
    let books = books(&scene, order).await;
    scene.proven().await;
    books
}

#[tokio::test]
async fn killed_at_every_instant_of_a_payment_it_ends_as_without() {
    let instants: Vec<_> = failpoint::ALL.iter().copied().filter(|name| name.starts_with("car.payment.")).collect();
    assert_eq!(instants.len(), 4);
    for engine in Engine::all() {
        for card in [TestCard::GoodVisa, TestCard::DoNotHonor] {
            let whole = lived(engine, card, None).await;
            let (paid, status) = match card {
                TestCard::GoodVisa => (TOTAL, "REGISTRATION"),
                _ => (SEÑAL, "CANCELLED_PAYMENT_FAILURE"),
            };
            assert!(whole.1 == paid && (whole.0 == status || card == TestCard::GoodVisa), "{whole:?}");
            for name in &instants {
                assert_eq!(lived(engine, card, Some(name)).await, whole, "{card:?}, killed at {name}");
            }
        }
    }
}
