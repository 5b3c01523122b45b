//! From invoice to payment: every invoice stands in one place, and the places add up to what was billed.

use crate::subscriptions::scene::{FIRST_END, Subscribed};
use crate::support::Engine;
use caas::finance::funnel::{Stage, StageSum, funnel};
use caas::kernel::locale::Locale;
use caas::kernel::money::Cents;
use caas::sql;
use caas::subscriptions::debts;
use caas_sandbox::TestCard;
use chrono::{NaiveDate, TimeDelta};

const TRY: TimeDelta = TimeDelta::hours(48);

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn all(scene: &Subscribed) -> Vec<StageSum> {
    funnel(&mut scene.read().await, day("2026-01-15"), day("2027-12-03")).await.unwrap()
}

async fn stages(scene: &Subscribed) -> Vec<(String, Stage, i64)> {
    all(scene).await.iter().map(|sum| (sum.month.format("%Y-%m").to_string(), sum.stage, sum.invoices)).collect()
}

/// The parts are what was billed.
async fn agrees(scene: &Subscribed) {
    let sums = all(scene).await;
    let (billed, count) = sql!(
        scene.read().await,
        one(Cents, i64),
        "SELECT CAST(COALESCE(SUM(gross_cents), 0) AS BIGINT), COUNT(*) FROM invoices WHERE kind <> 'CREDIT_NOTE'"
    )
    .unwrap();
    assert_eq!(sums.iter().map(|sum| sum.cents).fold(Cents::ZERO, |a, b| a + b), billed);
    assert_eq!(sums.iter().map(|sum| sum.invoices).sum::<i64>(), count);
}

#[tokio::test]
async fn an_invoice_goes_from_try_to_try_to_debt_and_its_end() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        assert_eq!(stages(&scene).await, []);
        // Paid at once, then after one refusal.
        scene.at(FIRST_END).await;
        assert_eq!(stages(&scene).await, [("2026-12".to_owned(), Stage::FirstTry, 1)]);
        let poor = scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at("2027-01-22T23:00:00Z").await;
        assert_eq!(stages(&scene).await[1..], [("2027-01".to_owned(), Stage::BeingTried, 1)]);
        agrees(&scene).await;
        assert_ne!(scene.pays_with(TestCard::GoodVisa).await, poor);
        scene.pass(TRY).await;
        assert_eq!(stages(&scene).await[1..], [("2027-01".to_owned(), Stage::Retry1, 1)]);
        // Then never.
        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at("2027-02-22T23:00:00Z").await;
        scene.pass(TRY).await;
        scene.pass(TRY).await;
        scene.pass(TRY).await;
        // The days used since the period's end are billed when it is given up.
        let debt = scene.debt().await.expect("the calendar is over");
        let after = stages(&scene).await;
        assert_eq!(after.iter().filter(|(_, stage, _)| *stage == Stage::Debt).map(|(.., n)| n).sum::<i64>(), 2);
        agrees(&scene).await;
        let by = scene.app.sign_in("operations").await;
        debts::hand_to_collection(&scene.caas(), by, debt.id).await.unwrap().unwrap();
        assert!(stages(&scene).await.iter().any(|(_, stage, _)| *stage == Stage::InCollection));
        debts::write_off(&scene.caas(), by, debt.id, "Ilocalizable").await.unwrap().unwrap();
        let after = all(&scene).await;
        let given_up = after.iter().filter(|sum| sum.stage == Stage::WrittenOff);
        assert_eq!(given_up.map(|sum| sum.cents).fold(Cents::ZERO, |a, b| a + b), debt.amount_cents);
        agrees(&scene).await;

        scene.app.get("/operaciones/finanzas").await.expect(200).says("/operaciones/finanzas/embudo");
        let page = scene.app.get("/operaciones/finanzas/embudo").await.expect(200);
        page.says("Cobrada al primer intento");
        page.says("Cobrada tras un reintento");
        page.says("Deuda condonada");
        page.says("<svg viewBox=\"0 0 480 220\"");
        page.says(&debt.amount().display(Locale::Es));
        let file = scene.app.get("/operaciones/finanzas/embudo.csv?meses=12").await.expect(200);
        let first = after.iter().find(|sum| sum.stage == Stage::FirstTry).unwrap();
        file.says(&format!("2026-12;EUR;FIRST_TRY;1;{}", first.amount().decimal()));
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get("/operaciones/finanzas/embudo?meses=3").await.expect(200).says("Debt written off");
        for who in ["customer", "support", "dealer", "administrator"] {
            scene.app.sign_in(who).await;
            for hidden in ["/operaciones/finanzas/embudo", "/operaciones/finanzas/embudo.csv"] {
                scene.app.get(hidden).await.expect(404);
            }
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_the_gateway_never_carried_out_is_no_try() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.at(FIRST_END).await;
        assert_eq!(stages(&scene).await, [("2026-12".to_owned(), Stage::FirstTry, 1)]);
        // An answer of "never made" beside it: the gateway's trouble is no refusal of the bank.
        let payment = scene.payments().await.remove(0);
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute
            "INSERT INTO payment_operations (id, payment_id, kind, amount_cents, idempotency_key, state, answer, reason, requested_at)
             VALUES ($1, $2, 'CHARGE', 1, $3, 'REFUSED', 'NEVER_MADE', 'SUBSCRIPTION', $4)",
            caas.new_uuid(), payment.id, caas.new_uuid().to_string(), caas.now()).unwrap();
        let seen = funnel(&mut tx, day("2026-12-01"), day("2026-12-31")).await.unwrap();
        assert_eq!(seen.iter().map(|sum| sum.stage).collect::<Vec<_>>(), [Stage::FirstTry]);
        sql!(&mut tx, execute "UPDATE payment_operations SET answer = 'DO_NOT_HONOR' WHERE answer = 'NEVER_MADE'")
            .unwrap();
        let seen = funnel(&mut tx, day("2026-12-01"), day("2026-12-31")).await.unwrap();
        assert_eq!(seen.iter().map(|sum| sum.stage).collect::<Vec<_>>(), [Stage::Retry1]);
        drop(tx);
        // Only what was issued in the months that are asked for is told.
        assert_eq!(funnel(&mut scene.read().await, day("2027-01-01"), day("2027-03-31")).await.unwrap(), []);
        scene.proven().await;
    }
}
