//! Every rule on either side of its limit and of its window, over rows as they really are.
//!
//! Of each rule a sample is planted that lies exactly on the limit, then the least that goes beyond it. A millisecond before
//! the window is over all of it still counts, then nothing does.

use super::alerts::{calls, deliveries, failures, forget, measure, measured, state, value};
use crate::car_payments::scene::CarScene;
use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::kernel::ids::{ActivationId, PaymentId};
use caas::sales::payment::CarPayment;
use caas::sql;
use caas::watch::alerts::model::{AlertState, Measure, Rule};
use caas::watch::model::{CallEnd, Outside};
use chrono::TimeDelta;

/// Away from everything that has happened: further than any window.
const QUIET: TimeDelta = TimeDelta::days(8);

const QUARTER: TimeDelta = TimeDelta::minutes(15);

/// Real rows whose copies are planted: a service that was delivered, its payment, and the rest of a car that was paid.
struct Models {
    delivered: ActivationId,
    paid: PaymentId,
    rest: PaymentId,
}

/// Which of a rule's samples.
#[derive(Clone, Copy)]
enum Side {
    /// As much as is still allowed.
    OnTheLimit,
    /// The least on top of it that no longer is.
    Beyond,
}

/// Plants a sample; what the rule measures then.
async fn plant(scene: &Scene, models: &Models, rule: Rule, side: Side) -> Measure {
    use CallEnd::{Failed, TimedOut};
    use Side::{Beyond, OnTheLimit};
    let quick = TimeDelta::minutes(2);
    let like = models.delivered;
    match (rule, side) {
        (Rule::OtaFailures | Rule::Escalations, OnTheLimit) => {
            deliveries(scene, like, 19, 1, quick).await;
            failures(scene, "OTA_ACTIVATION_FAILED", 1, "OPEN").await;
            measure(1, 20)
        }
        (Rule::OtaFailures | Rule::Escalations, Beyond) => {
            failures(scene, "OTA_ACTIVATION_FAILED", 1, "OPEN").await;
            measure(2, 21)
        }
        (Rule::GatewayAvailability, OnTheLimit) => {
            calls(scene, Outside::Payments, 95, 5, Failed).await;
            measure(95, 100)
        }
        (Rule::GatewayAvailability, Beyond) => {
            calls(scene, Outside::Payments, 0, 1, Failed).await;
            measure(95, 101)
        }
        (Rule::FactoryTimeouts, OnTheLimit) => {
            calls(scene, Outside::Factory, 90, 10, TimedOut).await;
            measure(10, 100)
        }
        (Rule::FactoryTimeouts, Beyond) => {
            calls(scene, Outside::Factory, 0, 1, TimedOut).await;
            measure(11, 101)
        }
        (Rule::VssFailures, OnTheLimit) => {
            calls(scene, Outside::Vss, 80, 20, Failed).await;
            measure(20, 100)
        }
        (Rule::VssFailures, Beyond) => {
            calls(scene, Outside::Vss, 0, 1, Failed).await;
            measure(21, 101)
        }
        (Rule::NotificationFailures, OnTheLimit) => {
            messages(scene, "SENT", 49).await;
            messages(scene, "FAILED", 1).await;
            measure(1, 50)
        }
        (Rule::NotificationFailures, Beyond) => {
            messages(scene, "FAILED", 1).await;
            measure(2, 51)
        }
        (Rule::FinalPaymentFailures, OnTheLimit) => {
            rests_paid(scene, models.rest, 17).await;
            failures(scene, "FINAL_PAYMENT_FAILED", 3, "OPEN").await;
            measure(3, 20)
        }
        (Rule::FinalPaymentFailures, Beyond) => {
            failures(scene, "FINAL_PAYMENT_FAILED", 1, "OPEN").await;
            measure(4, 21)
        }
        (Rule::FirstAttemptSuccess, OnTheLimit) => {
            deliveries(scene, like, 19, 1, quick).await;
            deliveries(scene, like, 1, 2, quick).await;
            measure(19, 20)
        }
        (Rule::FirstAttemptSuccess, Beyond) => {
            deliveries(scene, like, 1, 2, quick).await;
            measure(19, 21)
        }
        (Rule::MeanAttempts, OnTheLimit) => {
            deliveries(scene, like, 20, 2, quick).await;
            measure(40, 20)
        }
        (Rule::MeanAttempts, Beyond) => {
            deliveries(scene, like, 1, 3, quick).await;
            measure(43, 21)
        }
        (Rule::TimeToActivation, OnTheLimit) => {
            deliveries(scene, like, 20, 1, QUARTER).await;
            measure(20 * QUARTER.num_milliseconds(), 20)
        }
        (Rule::TimeToActivation, Beyond) => {
            deliveries(scene, like, 1, 1, QUARTER + TimeDelta::milliseconds(1)).await;
            measure(21 * QUARTER.num_milliseconds() + 1, 21)
        }
        (Rule::NeverSucceeding, OnTheLimit) => {
            deliveries(scene, like, 99, 1, quick).await;
            failures(scene, "OTA_ACTIVATION_FAILED", 1, "PERMANENT_FAILURE").await;
            measure(1, 100)
        }
        (Rule::NeverSucceeding, Beyond) => {
            failures(scene, "OTA_ACTIVATION_FAILED", 1, "CLOSED_WITHOUT_CHARGE").await;
            measure(2, 101)
        }
        (Rule::FailedAfterSettlement, OnTheLimit) => {
            deliveries(scene, like, 199, 1, quick).await;
            refund(scene, models.paid).await;
            measure(1, 200)
        }
        (Rule::FailedAfterSettlement, Beyond) => {
            refund(scene, models.paid).await;
            measure(2, 201)
        }
    }
}

async fn messages(scene: &Scene, status: &str, count: usize) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    for _ in 0..count {
        let id = caas.new_uuid();
        sql!(&mut tx, execute
            "INSERT INTO notifications (id, user_id, event, channel, unique_key, locale, subject, body_text, body_html,
                secret, deadline_at, status, attempts, created_at)
             VALUES ($1, $2, 'SERVICE_ACTIVE', 'EMAIL', $3, 'es', '', '', '', $4, $5, $6, 1, $5)",
            id, scene.customer, format!("planted:{id}"), false, scene.app.now(), status)
        .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Copies of the rest of a car's price, taken and given back: of one order no two may stay taken.
async fn rests_paid(scene: &Scene, like: PaymentId, count: usize) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    for _ in 0..count {
        let id: PaymentId = caas.new_id();
        sql!(&mut tx, execute
            "INSERT INTO payments (id, customer_id, payment_method_id, payment_type, amount_cents, currency,
                vat_rate_basis_points, state, settlement, captured_cents, refunded_cents, captured_at, created_at, updated_at,
                order_id, form_key)
             SELECT $1, customer_id, payment_method_id, payment_type, amount_cents, currency, vat_rate_basis_points, 'REFUNDED',
                settlement, captured_cents, captured_cents, $2, $2, $2, order_id, $3 FROM payments WHERE id = $4",
            id, scene.app.now(), format!("planted:{id}"), like).unwrap();
    }
    tx.commit().await.unwrap();
}

async fn refund(scene: &Scene, of: PaymentId) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    let id = caas.new_uuid();
    sql!(&mut tx, execute
        "INSERT INTO payment_operations (id, payment_id, kind, amount_cents, idempotency_key, state, reason, requested_at)
         VALUES ($1, $2, 'REFUND', 1, $3, 'SUCCEEDED', 'NOT_DELIVERED', $4)",
        id, of, format!("planted:{id}"), scene.app.now()).unwrap();
    tx.commit().await.unwrap();
}

/// Far from everything before, at the beginning of a minute, by which calls are counted.
fn far_away(scene: &Scene) {
    scene.app.advance(QUIET);
    let into_the_minute = scene.app.now().timestamp_micros().rem_euclid(60_000_000);
    scene.app.advance(TimeDelta::microseconds(60_000_000 - into_the_minute));
}

#[tokio::test]
async fn every_rule_holds_on_its_limit_breaks_beyond_it_and_forgets_what_is_older_than_its_window() {
    let moment = TimeDelta::milliseconds(1);
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        let car = scene.awaiting_the_rest().await;
        let rest = scene.pays(car, CarPayment::Final).await.unwrap();
        let delivered = Scene::order(&mut scene, SEATS).await;
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(scene.state(delivered).await, "ACTIVE");
        let paid = Scene::payment(&scene, delivered).await.id;
        let models = Models { delivered, paid, rest };
        for &rule in Rule::ALL {
            far_away(&scene);
            assert_eq!(value(&scene, rule).await, measure(0, 0), "{rule}: something is in its window already");

            let on_it = plant(&scene, &models, rule, Side::OnTheLimit).await;
            assert_eq!(value(&scene, rule).await, on_it, "{rule}");
            assert!(on_it.whole >= rule.minimum(), "{rule}: the sample is too small to say anything");
            assert!(is_calm(state(&scene, rule).await), "{rule}: exactly on the limit is allowed");

            let beyond = plant(&scene, &models, rule, Side::Beyond).await;
            assert_eq!(value(&scene, rule).await, beyond, "{rule}");
            assert_eq!(state(&scene, rule).await, AlertState::Pending, "{rule}: the least beyond the limit is not");

            scene.app.advance(rule.window() - moment);
            assert_eq!(value(&scene, rule).await, beyond, "{rule}: its window ends too early");
            assert_eq!(state(&scene, rule).await, AlertState::Firing, "{rule}");
            scene.app.advance(moment);
            assert_eq!(value(&scene, rule).await, measure(0, 0), "{rule}: its window ends too late");
            assert!(is_calm(state(&scene, rule).await), "{rule}: nothing in the window breaks nothing");
            forget(&scene).await;
        }
        measured(&scene).await;
        scene.proven().await;
    }
}

fn is_calm(state: AlertState) -> bool {
    matches!(state, AlertState::Ok | AlertState::Resolved)
}
