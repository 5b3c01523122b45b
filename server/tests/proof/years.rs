//! The checker names what is wrong with what happens over time: subscriptions, their invoices and debts, withdrawals,
//! maintenance and the owner of a car.

use super::cars::{Plant, each_is_named};
use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::catalogue::OfferKind;
use caas::kernel::locale::Locale;
use caas::sql;
use caas::subscriptions::model::{DebtState, InvoiceState, SubscriptionStatus};
use caas::subscriptions::repository::{self as subscriptions, Subscription};
use caas::subscriptions::{changes, debts, end, invoices};
use caas::withdrawal::model::Via;
use caas::withdrawal::service::{Declarant, withdraw};
use caas_sandbox::TestCard;
use chrono::TimeDelta;

/// One subscription paid and ended at once, a service withdrawn from, and a second subscription that is past due.
async fn past_due(engine: Engine) -> Scene {
    let mut scene = Scene::new(engine).await;
    scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
    scene.live(TimeDelta::days(34)).await;
    let s = newest(&scene).await;
    let shown = end::cost_of_ending_now(&s, scene.app.now()).amount;
    changes::cancel_now(&scene.caas(), scene.customer, s.id, shown).await.unwrap().unwrap();
    let seats = scene.order(SEATS).await;
    scene.live(TimeDelta::hours(2)).await;
    let who = Declarant { customer: scene.customer, via: Via::Expediente, locale: Locale::Es };
    withdraw(&scene.caas(), who, seats).await.unwrap().unwrap();
    scene.live(TimeDelta::days(1)).await;
    scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
    scene.live(TimeDelta::days(1)).await;
    scene.pays_with(TestCard::InsufficientFunds).await;
    scene.live(TimeDelta::days(31)).await;
    assert_eq!(newest(&scene).await.status, SubscriptionStatus::PastDue);
    scene
}

async fn newest(scene: &Scene) -> Subscription {
    subscriptions::list_of_customer(&mut scene.read().await, scene.customer, None, 1).await.unwrap().remove(0)
}

#[tokio::test]
async fn a_planted_violation_about_a_subscription_past_due_is_named() {
    let plants: &[Plant] = &[
        (
            3,
            "is not billed when its period is over",
            &["UPDATE subscriptions SET next_billing_at = created_at WHERE status = 'PAST_DUE'"],
        ),
        (
            3,
            "is past due and owes nothing, or has no calendar",
            &["UPDATE subscriptions SET dunning_ends_at = NULL WHERE status = 'PAST_DUE'"],
        ),
        (
            6,
            "is billed to somebody who has no longer the car",
            &[
                "UPDATE subscriptions SET customer_id = (SELECT id FROM users WHERE role = 'DEALER' ORDER BY id LIMIT 1)",
            ],
        ),
        (7, "has an unpaid invoice that nobody charges", &["DELETE FROM jobs WHERE kind = 'subscriptions.collect'"]),
        (9, "subscription", &["UPDATE subscriptions SET status = 'ACTIVE' WHERE status = 'PAST_DUE'"]),
        (
            10,
            "is without its message SUBSCRIPTION_CHARGE_FAILED by EMAIL",
            &["DELETE FROM notifications WHERE event = 'SUBSCRIPTION_CHARGE_FAILED' AND channel = 'EMAIL'"],
        ),
    ];
    for engine in Engine::all() {
        let scene = past_due(engine).await;
        each_is_named(&scene.caas(), plants).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_planted_violation_about_what_was_billed_is_named() {
    let plants: &[Plant] = &[
        (
            1,
            "although the vehicle never confirmed it",
            &["UPDATE service_activations SET final_result = 'MANUAL_ACTIVATION' WHERE offer_kind = 'SUBSCRIPTION'"],
        ),
        (1, "goes on although its service was switched off", &["UPDATE subscriptions SET status = 'ACTIVE'"]),
        (2, "keeps money that its receipt gives back", &["UPDATE payments SET refunded_cents = 0 WHERE state = 'REFUNDED'"]),
        (
            2,
            "is from a subscription that is still billed",
            &["UPDATE withdrawals SET service_activation_id = (SELECT service_activation_id FROM subscriptions WHERE end_reason = 'AT_ONCE')"],
        ),
        (
            2,
            "was blocked by maintenance",
            &["UPDATE service_activations SET last_failure = 'MAINTENANCE_OVERDUE' WHERE offer_kind = 'PERMANENT'"],
        ),
        (
            3,
            "bills days twice or never",
            &["UPDATE invoices SET period_start = '2020-01-01' WHERE kind = 'USED_DAYS' AND debt_id IS NULL"],
        ),
        (
            3,
            "does not bill the days used",
            &["UPDATE invoices SET gross_cents = gross_cents + 1, net_cents = net_cents + 1 WHERE kind = 'USED_DAYS'"],
        ),
        (3, "does not begin on the day", &["UPDATE subscriptions SET started_on = '2020-01-01'"]),
        (3, "has ended, but is to be billed again", &["UPDATE subscriptions SET next_billing_at = ended_at"]),
        (
            3,
            "counts as paid, but nobody paid it",
            &["UPDATE payments SET state = 'REJECTED' WHERE invoice_id IS NOT NULL AND state = 'CHARGED'"],
        ),
        (
            3,
            "was taken for one that is not to be paid",
            &["UPDATE invoices SET state = 'ISSUED' WHERE state = 'PAID'"],
        ),
        (3, "is not the sum of its unpaid invoices", &["UPDATE debts SET amount_cents = amount_cents + 1"]),
        (3, "is in debt and in no debt", &["UPDATE invoices SET debt_id = NULL WHERE state = 'IN_DEBT'"]),
        (3, "counts as paid and nobody paid it, or", &["UPDATE debts SET state = 'PAID'"]),
        (4, "was written off otherwise", &["UPDATE debts SET state = 'WRITTEN_OFF'"]),
        (
            4,
            "is not the sum of its lines",
            &["UPDATE invoice_lines SET net_cents = net_cents - 1, gross_cents = gross_cents - 1"],
        ),
        (4, "have a gap", &["UPDATE invoice_numbers SET last = last + 1"]),
        (4, "have a gap", &["UPDATE invoices SET seq = seq + 1000 WHERE seq = 1"]),
        (4, "stands otherwise in the books", &["UPDATE ledger_entries SET movement = 'OTHER' WHERE movement = 'INVOICE'"]),
        (4, "is cancelled without its credit note", &["UPDATE invoices SET state = 'CANCELLED' WHERE state = 'PAID'"]),
        (
            6,
            "is not its new owner's",
            &["INSERT INTO owner_changes (id, vehicle_id, from_customer, to_customer, started_by, state, code_hash, created_at,
                   expires_at, ended_at)
               SELECT id, id, customer_id, (SELECT id FROM users WHERE role = 'DEALER' ORDER BY id LIMIT 1), customer_id,
                      'ACCEPTED', '', updated_at, updated_at, updated_at FROM vehicles WHERE customer_id IS NOT NULL"],
        ),
        (
            6,
            "reaches a car that is somebody else's",
            &["INSERT INTO linked_apps (id, vehicle_id, user_id, name, linked_at)
               SELECT id, id, (SELECT id FROM users WHERE role = 'DEALER' ORDER BY id LIMIT 1), '', updated_at
               FROM vehicles WHERE customer_id IS NOT NULL"],
        ),
        (
            7,
            "is to be asked for, but nobody does",
            &["UPDATE payments SET state = 'PENDING' WHERE invoice_id IS NOT NULL AND state = 'CHARGED'"],
        ),
        (
            7,
            "has an unpaid invoice that nobody charges",
            &["UPDATE invoices SET state = 'ISSUED', debt_id = NULL WHERE state = 'IN_DEBT'"],
        ),
        (
            7,
            "is a delivered subscription that is never billed",
            &["UPDATE service_activations SET offer_kind = 'SUBSCRIPTION' WHERE offer_kind = 'PERMANENT'"],
        ),
        (
            7,
            "nobody switches its service off",
            &[
                "UPDATE service_activations SET current_state = 'ACTIVE' WHERE offer_kind = 'SUBSCRIPTION'",
                "UPDATE deactivations SET service_activation_id = (SELECT service_activation_id FROM service_activations WHERE offer_kind = 'PERMANENT')",
            ],
        ),
        (8, "came too late", &["UPDATE withdrawals SET window_ends_at = declared_at"]),
        (9, "subscription", &["DELETE FROM expediente_entries WHERE kind = 'SUBSCRIPTION_BEGUN'"]),
        (9, "invoice", &["DELETE FROM expediente_entries WHERE kind = 'INVOICE_CHANGED'"]),
        (9, "debt", &["UPDATE debts SET state = 'IN_COLLECTION'"]),
        (9, "warranty of", &["UPDATE vehicle_maintenance SET warranty = 'LOST'"]),
        (
            10,
            "is without its message SUBSCRIPTION_CANCELLED by EMAIL",
            &["DELETE FROM notifications WHERE event = 'SUBSCRIPTION_CANCELLED' AND channel = 'EMAIL'"],
        ),
        (
            10,
            "is without its message WITHDRAWAL_RECEIPT by EMAIL",
            &["DELETE FROM notifications WHERE event = 'WITHDRAWAL_RECEIPT' AND channel = 'EMAIL'"],
        ),
    ];
    for engine in Engine::all() {
        let mut scene = past_due(engine).await;
        scene.live(TimeDelta::days(8)).await;
        let mut tx = scene.read().await;
        let owed = debts::list_of_customer(&mut tx, scene.customer).await.unwrap();
        assert_eq!(owed.iter().map(|debt| debt.state).collect::<Vec<_>>(), [DebtState::Open]);
        let paid = invoices::list_of_customer(&mut tx, scene.customer, None, 10).await.unwrap();
        let paid = paid.iter().filter(|invoice| invoice.state == InvoiceState::Paid).count();
        assert_eq!(paid, 2, "the first period and the days used of the second");
        let (withdrawn, _) =
            sql!(tx, one(String, i64), "SELECT state, version FROM payments WHERE state = 'REFUNDED'").unwrap();
        assert_eq!(withdrawn, "REFUNDED");
        drop(tx);
        each_is_named(&scene.caas(), plants).await;
        scene.proven().await;
    }
}
