//! Alerts: what each rule is measured by, and what becomes of one.

use crate::car_payments::scene::CarScene;
use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::kernel::jobs::{Job as _, Outcome, Run};
use caas::sales::payment::CarPayment;
use caas::sql;
use caas::watch::alerts::evaluate;
use caas::watch::alerts::model::{AlertState, Measure, Rule};
use caas::watch::alerts::store::{self, Alert, AlertStep};
use caas::watch::calls::CallTally;
use caas::watch::minute::WatchMinute;
use caas::watch::model::{CallEnd, Outside};
use chrono::TimeDelta;
use std::time::Duration;
use uuid::Uuid;

const TEAM: &[(&str, &str)] = &[
    ("CAAS_ALERT_MAIL_FINANCE", "money@caas.example,both@caas.example"),
    ("CAAS_ALERT_MAIL_IT_OPERATIONS", "both@caas.example"),
];

/// Measures every rule now.
pub(super) async fn measured(scene: &Scene) {
    evaluate(&scene.caas(), scene.app.now()).await.unwrap().commit().await.unwrap();
}

pub(super) async fn value(scene: &Scene, rule: Rule) -> Measure {
    measured(scene).await;
    store::rule(&mut scene.read().await, rule).await.unwrap().unwrap().measure()
}

pub(super) async fn state(scene: &Scene, rule: Rule) -> AlertState {
    store::rule(&mut scene.read().await, rule).await.unwrap().unwrap().state
}

async fn fired(scene: &Scene, rule: Rule) -> Vec<Alert> {
    store::alerts(&mut scene.read().await, Some(rule), 10).await.unwrap()
}

async fn steps(scene: &Scene, rule: Rule) -> Vec<AlertStep> {
    let mut steps = store::history(&mut scene.read().await, rule, 50).await.unwrap();
    steps.reverse();
    steps.into_iter().map(|step| step.step).collect()
}

/// Calls of this minute.
pub(super) async fn calls(scene: &Scene, system: Outside, good: usize, bad: usize, end: CallEnd) {
    let tally = CallTally::default();
    for _ in 0..good {
        tally.note(system, scene.app.now(), Duration::from_millis(20), CallEnd::Answered);
    }
    for _ in 0..bad {
        tally.note(system, scene.app.now(), Duration::from_millis(20), end);
    }
    tally.flush(&scene.caas().db).await.unwrap();
}

/// Subjects of the mails to an address, in their order.
fn mails(scene: &Scene, to: &str) -> Vec<String> {
    let newest_first = scene.world().mails();
    newest_first.into_iter().rev().filter(|mail| mail.to == to).map(|mail| mail.subject).collect()
}

pub(super) fn measure(part: i64, whole: i64) -> Measure {
    Measure { part, whole }
}

#[tokio::test]
async fn rules_about_outside_systems_count_calls_of_their_window() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        for (rule, system, end, seen) in [
            (Rule::GatewayAvailability, Outside::Payments, CallEnd::Failed, measure(95, 100)),
            (Rule::FactoryTimeouts, Outside::Factory, CallEnd::TimedOut, measure(5, 100)),
            (Rule::VssFailures, Outside::Vss, CallEnd::Failed, measure(5, 100)),
        ] {
            calls(&scene, system, 95, 5, end).await;
            assert_eq!(value(&scene, rule).await, seen, "{rule}");
            // The minute in which they ended is in the window as long as it began in it.
            scene.app.advance(rule.window() - TimeDelta::milliseconds(1));
            assert_eq!(value(&scene, rule).await.whole, 100, "{rule}");
            scene.app.advance(TimeDelta::milliseconds(1));
            assert_eq!(value(&scene, rule).await, measure(0, 0), "{rule}");
        }
        // A failure that is no time-out is none for the factory's rule.
        calls(&scene, Outside::Factory, 0, 3, CallEnd::Failed).await;
        assert_eq!(value(&scene, Rule::FactoryTimeouts).await, measure(0, 3));
        scene.run().await;
        scene.proven().await;
    }
}

/// Copies of a real delivery, of the same car but over, with these attempts and this time. Taken away with [`forget`].
pub(super) async fn deliveries(
    scene: &Scene,
    like: caas::kernel::ids::ActivationId,
    count: usize,
    attempts: i64,
    took: TimeDelta,
) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    let now = scene.app.now();
    for _ in 0..count {
        let (activation, confirmation) = (caas.new_uuid(), caas.new_uuid());
        sql!(&mut tx, execute
            "INSERT INTO service_activations (service_activation_id, customer_id, vehicle_id, service_id, offer_id, purchase_key,
                current_state, is_over, offer_kind, amount_cents, currency, vat_rate_basis_points, configuration, service_names,
                activation_queued_at, total_attempts, activated_at, final_result, created_at, updated_at)
             SELECT $1, customer_id, vehicle_id, service_id, offer_id, $2, current_state, TRUE, offer_kind, amount_cents, currency,
                vat_rate_basis_points, configuration, service_names, $3, $4, $5, 'ACTIVE', $3, $5
             FROM service_activations WHERE service_activation_id = $6",
            activation, format!("planted:{activation}"), now - took, attempts, now, like).unwrap();
        sql!(&mut tx, execute
            "INSERT INTO delivery_confirmations (id, service_activation_id, source, confirmed_at, evidence)
             SELECT $1, $2, source, $3, evidence FROM delivery_confirmations WHERE service_activation_id = $4",
            confirmation, activation, now, like)
        .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Failures as the failure audit keeps them.
pub(super) async fn failures(scene: &Scene, kind: &str, count: usize, resolution: &str) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    for _ in 0..count {
        let id = caas.new_uuid();
        sql!(&mut tx, execute
            "INSERT INTO failure_audit (id, reference, at, failure_type, category, component, code, attempts, resolution, impact_cents)
             VALUES ($1, $2, $3, $4, 'TECHNICAL', 'OTA_ENGINE', 'TIMEOUT', 5, $5, 0)",
            id, format!("planted:{id}"), scene.app.now(), kind, resolution).unwrap();
    }
    tx.commit().await.unwrap();
}

/// Takes away what was planted, so that the promises can be proven over what is real.
pub(super) async fn forget(scene: &Scene) {
    let mut tx = scene.caas().db.begin().await.unwrap();
    for query in [
        "DELETE FROM delivery_confirmations WHERE service_activation_id IN
            (SELECT service_activation_id FROM service_activations WHERE purchase_key LIKE 'planted:%')",
        "DELETE FROM service_activations WHERE purchase_key LIKE 'planted:%'",
        "DELETE FROM failure_audit WHERE reference LIKE 'planted:%'",
        "DELETE FROM payment_operations WHERE idempotency_key LIKE 'planted:%'",
        "DELETE FROM payments WHERE form_key LIKE 'planted:%'",
        "DELETE FROM notifications WHERE unique_key LIKE 'planted:%'",
    ] {
        sql!(&mut tx, execute query).unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn rules_about_activations_count_what_came_to_an_end_in_their_window() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        let like = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(scene.state(like).await, "ACTIVE");
        // Away from the real one.
        scene.pass(TimeDelta::days(8)).await;
        assert_eq!(value(&scene, Rule::MeanAttempts).await, measure(0, 0));

        deliveries(&scene, like, 18, 1, TimeDelta::minutes(2)).await;
        deliveries(&scene, like, 1, 3, TimeDelta::minutes(40)).await;
        failures(&scene, "OTA_ACTIVATION_FAILED", 1, "OPEN").await;
        failures(&scene, "PAYMENT_DECLINED", 3, "ORDER_ENDED").await;
        for (rule, seen) in [
            (Rule::OtaFailures, measure(1, 20)),
            (Rule::Escalations, measure(1, 20)),
            (Rule::FirstAttemptSuccess, measure(18, 20)),
            (Rule::MeanAttempts, measure(21, 19)),
            (Rule::TimeToActivation, measure((18 * 2 + 40) * 60_000, 19)),
            (Rule::NeverSucceeding, measure(0, 19)),
            (Rule::FailedAfterSettlement, measure(0, 19)),
        ] {
            assert_eq!(value(&scene, rule).await, seen, "{rule}");
        }
        failures(&scene, "OTA_ACTIVATION_FAILED", 1, "PERMANENT_FAILURE").await;
        failures(&scene, "OTA_ACTIVATION_FAILED", 1, "ACTIVATED_BY_HAND").await;
        assert_eq!(value(&scene, Rule::NeverSucceeding).await, measure(1, 20));
        let payment = scene.payment(like).await.id;
        let mut tx = scene.caas().db.begin().await.unwrap();
        for (key, reason) in [("planted:1", "NOT_DELIVERED"), ("planted:2", "WITHDRAWAL")] {
            sql!(&mut tx, execute
                "INSERT INTO payment_operations (id, payment_id, kind, amount_cents, idempotency_key, state, reason, requested_at)
                 VALUES ($1, $2, 'REFUND', 1, $3, 'SUCCEEDED', $4, $5)",
                scene.caas().new_uuid(), payment, key, reason, scene.app.now()).unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(value(&scene, Rule::FailedAfterSettlement).await, measure(1, 20));

        // Each window ends where it says: an hour, a day, a week.
        for (rule, still) in [
            (Rule::OtaFailures, measure(3, 22)),
            (Rule::FirstAttemptSuccess, measure(18, 22)),
            (Rule::NeverSucceeding, measure(1, 20)),
        ] {
            let gone = if rule == Rule::OtaFailures { TimeDelta::zero() } else { elapsed(rule) };
            scene.app.advance(rule.window() - gone - TimeDelta::milliseconds(1));
            assert_eq!(value(&scene, rule).await, still, "{rule}");
            scene.app.advance(TimeDelta::milliseconds(1));
            assert_eq!(value(&scene, rule).await, measure(0, 0), "{rule}");
        }
        forget(&scene).await;
        scene.run().await;
        scene.proven().await;
    }
}

/// What the test above has let pass before it comes to this rule.
fn elapsed(rule: Rule) -> TimeDelta {
    match rule {
        Rule::FirstAttemptSuccess => Rule::OtaFailures.window(),
        _ => Rule::FirstAttemptSuccess.window(),
    }
}

#[tokio::test]
async fn messages_that_wait_after_a_failed_try_count_and_messages_in_the_app_do_not() {
    for engine in Engine::all() {
        let scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        scene.app.advance(TimeDelta::hours(2));
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        for (channel, status, attempts, count) in [
            ("EMAIL", "SENT", 1, 48),
            ("EMAIL", "WAITING", 2, 1),
            ("SMS", "FAILED", 1, 1),
            ("EMAIL", "WAITING", 0, 5),
            ("IN_APP", "SENT", 0, 9),
            ("SMS", "SKIPPED", 0, 3),
        ] {
            for _ in 0..count {
                let id = caas.new_uuid();
                sql!(&mut tx, execute
                    "INSERT INTO notifications (id, user_id, event, channel, unique_key, locale, subject, body_text, body_html,
                        secret, deadline_at, status, attempts, created_at)
                     VALUES ($1, $2, 'SERVICE_ACTIVE', $3, $4, 'es', '', '', '', $5, $6, $7, $8, $9)",
                    id, scene.customer, channel, format!("planted:{id}"), false, scene.app.now() + TimeDelta::days(1), status,
                    i64::from(attempts), scene.app.now()).unwrap();
            }
        }
        tx.commit().await.unwrap();
        assert_eq!(value(&scene, Rule::NotificationFailures).await, measure(2, 50));
        scene.app.advance(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
        assert_eq!(value(&scene, Rule::NotificationFailures).await, measure(2, 50));
        scene.app.advance(TimeDelta::milliseconds(1));
        assert_eq!(value(&scene, Rule::NotificationFailures).await, measure(0, 0));
        forget(&scene).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn cars_lost_unpaid_count_against_cars_paid() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        let order = scene.awaiting_the_rest().await;
        scene.pays(order, CarPayment::Final).await.unwrap();
        scene.run().await;
        assert_eq!(value(&scene, Rule::FinalPaymentFailures).await, measure(0, 1));
        failures(&scene, "FINAL_PAYMENT_FAILED", 2, "OPEN").await;
        assert_eq!(value(&scene, Rule::FinalPaymentFailures).await, measure(2, 3));
        scene.app.advance(TimeDelta::days(1) - TimeDelta::milliseconds(1));
        assert_eq!(value(&scene, Rule::FinalPaymentFailures).await.part, 2);
        scene.app.advance(TimeDelta::milliseconds(1));
        assert_eq!(value(&scene, Rule::FinalPaymentFailures).await, measure(0, 0));
        forget(&scene).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_alert_is_pending_fires_is_mailed_once_and_is_resolved() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, TEAM).await;
        scene.app.watch_from(scene.app.now()).await;
        let rule = Rule::GatewayAvailability;
        calls(&scene, Outside::Payments, 95, 5, CallEnd::Failed).await;
        measured(&scene).await;
        assert_eq!(state(&scene, rule).await, AlertState::Ok, "exactly 95 % is not below 95 %");
        calls(&scene, Outside::Payments, 0, 1, CallEnd::Failed).await;
        measured(&scene).await;
        assert_eq!(state(&scene, rule).await, AlertState::Pending);
        scene.app.advance(TimeDelta::minutes(1));
        scene.run().await;
        assert!(fired(&scene, rule).await.is_empty(), "one bad minute wakes nobody");
        scene.app.advance(TimeDelta::minutes(1));
        // Two processes at the same moment.
        let caas = scene.caas();
        let run = Run { earlier_runs: 0, due_at: scene.app.now() };
        let minute = || async {
            match (WatchMinute {}).run(&caas, run).await.unwrap() {
                Outcome::AgainIn(_, tx) => tx.commit().await.unwrap(),
                _ => panic!("it always goes on"),
            }
        };
        // SQLite has one writer: there they come one after the other.
        if engine == Engine::Postgres {
            tokio::join!(minute(), minute());
        } else {
            minute().await;
            minute().await;
        }
        scene.run().await;
        let alerts = fired(&scene, rule).await;
        assert_eq!((alerts.len(), alerts[0].measure()), (1, measure(95, 101)));
        assert_eq!((alerts[0].causes.0.len(), alerts[0].causes.0[0].count, alerts[0].causes.0[0].of), (1, 6, 101));
        for to in ["money@caas.example", "both@caas.example"] {
            let subjects = mails(&scene, to);
            assert_eq!(subjects.len(), 1, "{to}: {subjects:?}");
            assert!(subjects[0].contains("CRITICAL") && subjects[0].contains("pasarela"), "{subjects:?}");
        }
        for _ in 0..5 {
            scene.pass(TimeDelta::minutes(1)).await;
        }
        assert_eq!(
            (fired(&scene, rule).await.len(), mails(&scene, "money@caas.example").len()),
            (1, 1),
            "it goes on, silently"
        );
        // A small sample resolves nothing, none at all does.
        scene.pass(TimeDelta::minutes(5)).await;
        calls(&scene, Outside::Payments, 1, 0, CallEnd::Failed).await;
        scene.pass(TimeDelta::minutes(4)).await;
        assert_eq!(value(&scene, rule).await, measure(1, 1));
        assert_eq!(state(&scene, rule).await, AlertState::Firing);
        scene.pass(TimeDelta::minutes(20)).await;
        assert_eq!(state(&scene, rule).await, AlertState::Resolved);
        assert!(fired(&scene, rule).await[0].resolved_at.is_some());
        let subjects = mails(&scene, "money@caas.example");
        assert_eq!(subjects.len(), 2);
        assert!(subjects[1].contains("RESOLVED"), "{subjects:?}");
        assert_eq!(steps(&scene, rule).await, [AlertStep::Pending, AlertStep::Firing, AlertStep::Resolved]);

        // It fires again as an alert of its own; what calms down before is none.
        calls(&scene, Outside::Payments, 0, 50, CallEnd::TimedOut).await;
        measured(&scene).await;
        calls(&scene, Outside::Payments, 2000, 0, CallEnd::Failed).await;
        scene.pass(TimeDelta::minutes(1)).await;
        assert_eq!((state(&scene, rule).await, fired(&scene, rule).await.len()), (AlertState::Ok, 1));
        calls(&scene, Outside::Payments, 0, 2000, CallEnd::Failed).await;
        for _ in 0..4 {
            scene.pass(TimeDelta::minutes(1)).await;
        }
        assert_eq!((state(&scene, rule).await, fired(&scene, rule).await.len()), (AlertState::Firing, 2));
        scene.proven().await;
    }
}

#[tokio::test]
async fn operations_acknowledge_and_silence_with_their_words() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, TEAM).await;
        scene.app.watch_from(scene.app.now()).await;
        let rule = Rule::GatewayAvailability;
        let path = format!("/operaciones/alertas/{rule}");
        scene.app.sign_in("operations").await;
        let nothing = scene.app.get("/operaciones/alertas").await.expect(200);
        nothing.says("Disponibilidad de la pasarela de pago");
        nothing.says("Nunca se ha disparado nada");
        scene.app.get("/operaciones").await.says("Alertas (0 disparadas)");
        for &rule in Rule::ALL {
            scene.app.get(&format!("/operaciones/alertas/{rule}")).await.expect(200).says("Qué hacer");
        }
        scene.app.get("/operaciones/alertas/NADA").await.expect(404);

        calls(&scene, Outside::Payments, 0, 30, CallEnd::Failed).await;
        for _ in 0..4 {
            scene.pass(TimeDelta::minutes(1)).await;
        }
        scene.app.get("/operaciones").await.says("Alertas (1 disparadas)");
        let page = scene.app.get(&path).await.expect(200);
        page.says("Disparada desde");
        page.says("30 de 30 llamadas");
        page.says("Nadie ha dicho que la atiende");
        let alert = fired(&scene, rule).await[0].id.to_string();
        let fields = [("rule", rule.as_str()), ("alert", alert.as_str()), ("note", "Hablo con el proveedor")];
        let page = scene.app.submit("/api/operaciones/alertas/atender", &fields).await.expect(200);
        page.says("Hablo con el proveedor");
        page.says("La atiende");
        scene
            .app
            .submit("/api/operaciones/alertas/atender", &fields)
            .await
            .expect(200)
            .says("Alguien ha sido más rápido");
        let other = Uuid::nil().to_string();
        let fields = [("rule", rule.as_str()), ("alert", other.as_str())];
        scene.app.submit("/api/operaciones/alertas/atender", &fields).await.says("Alguien ha sido más rápido");
        assert_eq!(mails(&scene, "money@caas.example").len(), 1);

        scene.app.advance(TimeDelta::milliseconds(1));
        let silent =
            |hours, reason| [("rule", Rule::GatewayAvailability.as_str()), ("hours", hours), ("reason", reason)];
        scene.app.submit("/api/operaciones/alertas/silenciar", &silent("4", "")).await.says("Escribe por qué");
        scene.app.submit("/api/operaciones/alertas/silenciar", &silent("5", "x")).await.says("Elige cuánto tiempo");
        let page =
            scene.app.submit("/api/operaciones/alertas/silenciar", &silent("4", "Corte anunciado")).await.expect(200);
        page.says("Sin correos hasta");
        page.says("Corte anunciado");
        scene.pass(TimeDelta::minutes(30)).await;
        assert_eq!(state(&scene, rule).await, AlertState::Resolved);
        assert_eq!(mails(&scene, "money@caas.example").len(), 1, "silenced: measured, not mailed");
        scene.app.advance(TimeDelta::milliseconds(1));
        let page = scene.app.submit("/api/operaciones/alertas/hablar", &[("rule", rule.as_str())]).await.expect(200);
        assert!(!page.body.contains("Sin correos hasta"));
        use AlertStep as S;
        let expected = [S::Pending, S::Firing, S::Acknowledged, S::Silenced, S::Resolved, S::Unsilenced];
        assert_eq!(steps(&scene, rule).await, expected);
        // A silence ends by itself.
        scene.app.submit("/api/operaciones/alertas/silenciar", &silent("1", "Otra vez")).await.expect(200);
        scene.pass(TimeDelta::hours(1)).await;
        calls(&scene, Outside::Payments, 0, 30, CallEnd::Failed).await;
        for _ in 0..4 {
            scene.pass(TimeDelta::minutes(1)).await;
        }
        assert_eq!(mails(&scene, "money@caas.example").len(), 2);
        scene.app.get("/admin/auditoria").await.says("Alerta atendida o silenciada");

        for who in ["customer", "support", "administrator", "dealer"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            scene.app.get("/operaciones/alertas").await.expect(404);
            scene.app.get(&path).await.expect(404);
            scene.app.post_form("/api/operaciones/alertas/silenciar", &silent("1", "x")).await.expect(404);
            scene.app.post_form("/api/operaciones/alertas/hablar", &[("rule", rule.as_str())]).await.expect(404);
            scene.app.post_form("/api/operaciones/alertas/atender", &fields).await.expect(404);
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_really_fails_raises_the_alert_with_its_cases() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        let like = scene.order(AUDIO).await;
        scene.live(TimeDelta::minutes(5)).await;
        scene.fault(caas_sandbox::FaultRule::iot(caas_sandbox::Fault::Nack {
            code: caas_sandbox::ErrorCode::ModuleFault,
        }));
        let failing = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(scene.state(failing).await, "AWAITING_SUPPORT_RESOLUTION");
        assert_eq!(value(&scene, Rule::OtaFailures).await, measure(1, 2), "the sample is too small");
        assert_eq!(state(&scene, Rule::OtaFailures).await, AlertState::Ok);
        deliveries(&scene, like, 18, 1, TimeDelta::minutes(1)).await;
        measured(&scene).await;
        assert_eq!(state(&scene, Rule::OtaFailures).await, AlertState::Ok, "exactly 5 %");
        failures(&scene, "OTA_ACTIVATION_FAILED", 1, "OPEN").await;
        for _ in 0..4 {
            scene.pass(TimeDelta::minutes(1)).await;
        }
        let alerts = fired(&scene, Rule::OtaFailures).await;
        assert_eq!(alerts.len(), 1);
        let codes: Vec<&str> = alerts[0].causes.0.iter().map(|cause| cause.code.as_str()).collect();
        assert_eq!(codes, ["TIMEOUT", "MODULE_FAULT"]);
        forget(&scene).await;
        scene.proven().await;
    }
}
