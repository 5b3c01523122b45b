//! Report against books: what is planted is found exactly, also twice; what is only late is no alarm; nothing is booked
//! without a click, and a click stands in the audit log.

use super::forged::Forged;
use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::finance::reconciliation::ask_for;
use caas::finance::reconciliation::desk::{self, DiscrepancyFilter};
use caas::finance::reconciliation::model::{Class, Discrepancy, DiscrepancyState, FinanceRefusal, Resolution, Way};
use caas::kernel::Timestamp;
use caas::kernel::ids::{ActivationId, UserId};
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::model::{ReportKind, ReportStatus};
use caas::payments::port::ReportLine;
use caas::sql;
use caas_sandbox::{Fault, FaultRule, Operation, TestCard};
use chrono::{NaiveDate, TimeDelta};

/// What was taken on the first day is paid out on this one.
const PAYDAY: &str = "2026-11-25";

const LIGHTS: &str = "LIGHT_SIGNATURE";
const MASSAGE: &str = "SEAT_MASSAGE";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl Scene {
    /// Lives until this night's reconciliation is over.
    async fn night(&mut self, of: &str) {
        let at: Timestamp = format!("{of}T04:00:00Z").parse().unwrap();
        let by = at - self.app.now();
        self.live(by).await;
    }

    async fn operator(&mut self) -> UserId {
        self.app.sign_in("operations").await
    }

    /// Has a day compared by hand.
    async fn compare(&mut self, of: &str) {
        let by = self.operator().await;
        ask_for(self.app.caas(), by, day(of)).await.unwrap().unwrap();
        self.run().await;
    }

    async fn discrepancies(&self) -> Vec<Discrepancy> {
        desk::list(&mut self.read().await, &DiscrepancyFilter::default(), 100).await.unwrap()
    }

    /// What is open: day, class and payment, in the order of their classes.
    async fn open(&self) -> Vec<(String, Class, String)> {
        let filter = DiscrepancyFilter { state: Some(DiscrepancyState::Open), ..DiscrepancyFilter::default() };
        let found = desk::list(&mut self.read().await, &filter, 100).await.unwrap();
        let mut open: Vec<_> =
            found.into_iter().map(|one| (one.day.to_string(), one.class, one.gateway_payment_id)).collect();
        open.sort();
        open
    }

    async fn runs(&self) -> Vec<(String, String, i64)> {
        let runs = desk::runs(&mut self.read().await, 100).await.unwrap();
        let mut runs: Vec<_> =
            runs.into_iter().map(|run| (run.day.to_string(), run.state.to_string(), run.tries)).collect();
        runs.sort();
        runs
    }

    async fn at_gateway(&self, id: ActivationId) -> String {
        self.payment(id).await.gateway_payment_id.unwrap()
    }

    async fn audited(&self, kind: &str) -> i64 {
        let mut tx = self.read().await;
        let (count, _) = sql!(
            tx,
            one(i64, i64),
            "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE kind = $1 AND actor_kind = 'STAFF'",
            kind
        )
        .unwrap();
        count
    }

    /// Debits less credits of an account.
    async fn booked(&self, account: &str) -> i64 {
        let mut tx = self.read().await;
        let (cents, _) = sql!(
            tx,
            one(i64, i64),
            "SELECT CAST(COALESCE(SUM(debit_cents - credit_cents), 0) AS BIGINT), COUNT(*) FROM ledger_entries WHERE account = $1",
            account
        )
        .unwrap();
        cents
    }
}

/// A payment that nobody told us the end of: it is settled at the bank, and open here.
async fn untold(engine: Engine, card: TestCard) -> (Scene, ActivationId) {
    let mut scene = Scene::new(engine).await;
    scene.pays_with(card).await;
    scene.fault(FaultRule::gateway(Fault::NoCallback).on(Operation::CapturePayment));
    let id = scene.order(SEATS).await;
    scene.night("2026-11-26").await;
    assert_eq!(scene.money(id).await, "CHARGED/PENDING");
    (scene, id)
}

#[tokio::test]
async fn ordinary_nights_find_nothing() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.order(SEATS).await;
        scene.pays_with(TestCard::ChargedBack).await;
        scene.order(AUDIO).await;
        for night in 24..=30 {
            scene.night(&format!("2026-11-{night}")).await;
        }
        for night in 1..=14 {
            scene.night(&format!("2026-12-{night:02}")).await;
        }
        assert_eq!(scene.discrepancies().await.len(), 0);
        let runs = scene.runs().await;
        assert_eq!(runs.len(), 21, "{runs:?}");
        assert!(runs.iter().all(|(_, state, tries)| (state.as_str(), *tries) == ("DONE", 0)), "{runs:?}");
        let (lines, _) =
            sql!(scene.read().await, one(i64, i64), "SELECT COUNT(*), COUNT(*) FROM settlement_lines").unwrap();
        assert_eq!(lines, 3, "two payouts and a chargeback");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_planted_disagreement_of_every_class_is_found_exactly_and_again_the_same() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let amount = scene.order(SEATS).await;
        let unnamed = scene.order(AUDIO).await;
        scene.seconds(5).await;
        scene.fault(FaultRule::gateway(Fault::NoCallback).on(Operation::CapturePayment).times(1));
        let status = scene.order(LIGHTS).await;
        scene.seconds(5).await;
        scene.pays_with(TestCard::SettlementFails).await;
        let failed = scene.order(MASSAGE).await;
        scene.seconds(5).await;
        let [amount_id, unnamed_id, status_id, failed_id] = [
            scene.at_gateway(amount).await,
            scene.at_gateway(unnamed).await,
            scene.at_gateway(status).await,
            scene.at_gateway(failed).await,
        ];
        let (more, gone) = (amount_id.clone(), unnamed_id.clone());
        let forged = Forged::put_in(&mut scene.app, move |of, mut lines| {
            lines.retain(|line| line.gateway_payment_id != gone);
            for line in lines.iter_mut().filter(|line| line.gateway_payment_id == more) {
                line.amount.cents = line.amount.cents + Cents(1);
            }
            if of == day(PAYDAY) {
                lines.push(ReportLine {
                    gateway_payment_id: "pay_of_somebody".to_owned(),
                    kind: ReportKind::Capture,
                    status: ReportStatus::Settled,
                    amount: Money::new(Cents(1_000), Currency::Eur),
                    fees: None,
                    bank_reference: None,
                    failure_reason: None,
                });
            }
            Ok(lines)
        });
        for night in ["2026-11-24", "2026-11-25", "2026-11-26"] {
            scene.night(night).await;
        }
        // The payout of the unnamed one may still stand in the next day's report.
        let of_payday = |class, id: &str| (PAYDAY.to_owned(), class, id.to_owned());
        let mut expected = vec![
            of_payday(Class::MissingHere, "pay_of_somebody"),
            of_payday(Class::AmountDiffers, &amount_id),
            of_payday(Class::StatusDiffers, &status_id),
            of_payday(Class::SettlementFailed, &failed_id),
        ];
        expected.sort();
        assert_eq!(scene.open().await, expected);
        scene.night("2026-11-27").await;
        expected.push(of_payday(Class::MissingThere, &unnamed_id));
        expected.sort();
        assert_eq!(scene.open().await, expected);
        for class in Class::ALL {
            assert!(expected.iter().any(|(_, planted, _)| planted == class), "{class} is not planted");
        }
        let books = scene.booked("BANK").await;

        // Once more, and by hand: the same rows.
        let ids = |found: Vec<Discrepancy>| found.into_iter().map(|one| (one.id, one.found_at)).collect::<Vec<_>>();
        let before = ids(scene.discrepancies().await);
        scene.compare(PAYDAY).await;
        scene.compare(PAYDAY).await;
        scene.night("2026-11-28").await;
        assert_eq!(ids(scene.discrepancies().await), before);
        assert_eq!(scene.open().await, expected);
        assert_eq!(scene.audited("RECONCILIATION_ASKED").await, 2);
        assert_eq!(scene.booked("BANK").await, books, "comparing books nothing");

        // The gateway corrects its report: what agrees by then is resolved, and says that it was by itself.
        forged.tell_the_truth();
        scene.compare(PAYDAY).await;
        let left = scene.open().await;
        expected.retain(|(_, class, _)| matches!(class, Class::StatusDiffers | Class::SettlementFailed));
        assert_eq!(left, expected);
        for one in scene.discrepancies().await.iter().filter(|one| one.state == DiscrepancyState::Resolved) {
            assert_eq!(one.resolved_as(), Some(Resolution::Gone));
            let notes = desk::notes(&mut scene.read().await, one.id).await.unwrap();
            assert_eq!(notes.iter().map(|note| note.deed.as_str()).collect::<Vec<_>>(), ["GONE"]);
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_a_person_said_of_a_disagreement_stays() {
    for engine in Engine::all() {
        let (mut scene, _) = untold(engine, TestCard::GoodVisa).await;
        let by = scene.operator().await;
        let caas = scene.caas();
        let one = scene.discrepancies().await.remove(0);
        let nobody = UserId(uuid::Uuid::nil());
        assert_eq!(desk::assign(&caas, by, one.id, Some(nobody)).await.unwrap(), Err(FinanceRefusal::NoChoice));
        assert_eq!(desk::assign(&caas, by, one.id, Some(scene.customer)).await.unwrap(), Err(FinanceRefusal::NoChoice));
        desk::assign(&caas, by, one.id, Some(by)).await.unwrap().unwrap();
        scene.seconds(1).await;
        assert_eq!(desk::comment(&caas, by, one.id, " \n").await.unwrap(), Err(FinanceRefusal::NoWords));
        desk::comment(&caas, by, one.id, "El banco lo mira").await.unwrap().unwrap();
        scene.seconds(1).await;
        let long = "x".repeat(2_001);
        let accepted = Resolution::Accepted;
        assert_eq!(desk::resolve(&caas, by, one.id, accepted, &long).await.unwrap(), Err(FinanceRefusal::NoWords));
        let gone = Resolution::Gone;
        assert_eq!(desk::resolve(&caas, by, one.id, gone, "x").await.unwrap(), Err(FinanceRefusal::NoChoice));
        desk::resolve(&caas, by, one.id, accepted, "Céntimos").await.unwrap().unwrap();
        assert_eq!(desk::resolve(&caas, by, one.id, accepted, "x").await.unwrap(), Err(FinanceRefusal::NotThen));
        scene.seconds(60).await;
        scene.compare(PAYDAY).await;
        scene.night("2026-11-27").await;
        let after = scene.discrepancies().await.remove(0);
        assert_eq!((after.state, after.resolved_as()), (DiscrepancyState::Resolved, Some(accepted)));
        assert_eq!((after.agent_id, after.seen_at > one.seen_at), (Some(by), true));
        desk::reopen(&caas, by, one.id, "Hay más").await.unwrap().unwrap();
        let notes = desk::notes(&mut scene.read().await, one.id).await.unwrap();
        let said: Vec<_> = notes.iter().map(|note| (note.deed.as_str(), note.text.as_str())).collect();
        let name = after.agent_name.unwrap();
        assert_eq!(
            said,
            [
                ("ASSIGNED", name.as_str()),
                ("COMMENTED", "El banco lo mira"),
                ("RESOLVED", "Céntimos"),
                ("REOPENED", "Hay más")
            ]
        );
        assert_eq!(scene.audited("DISCREPANCY_CHANGED").await, 4);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_report_that_does_not_come_is_asked_for_again_and_then_shown_as_failed() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.order(SEATS).await;
        let fault = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::GetSettlements));
        scene.night("2026-11-24").await;
        assert_eq!(scene.runs().await, [("2026-11-23".to_owned(), "WAITING".to_owned(), 1)]);
        for _ in 0..5 {
            scene.pass(TimeDelta::minutes(30)).await;
        }
        assert_eq!(scene.runs().await, [("2026-11-23".to_owned(), "FAILED".to_owned(), 6)]);
        scene.pass(TimeDelta::hours(3)).await;
        assert_eq!(scene.calls(Operation::GetSettlements), 6);
        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones/finanzas/conciliacion").await.expect(200);
        page.says("Falló");
        page.says("la próxima noche se pide otra vez");
        scene.app.get("/operaciones/finanzas").await.expect(200).says("Informes que no llegaron este mes: 1.");
        scene.world().clear_fault(fault);
        scene.night("2026-11-25").await;
        let done = |day: &str| (day.to_owned(), "DONE".to_owned(), 0);
        assert_eq!(scene.runs().await, [done("2026-11-23"), done("2026-11-24")]);
        // Not there at four, there at half past.
        scene.fault(FaultRule::gateway(Fault::Error).on(Operation::GetSettlements).times(1));
        scene.night("2026-11-26").await;
        assert_eq!(scene.runs().await[2], ("2026-11-25".to_owned(), "WAITING".to_owned(), 1));
        scene.pass(TimeDelta::minutes(30)).await;
        assert_eq!(scene.runs().await[2], done("2026-11-25"));
        // A day that is not over, or never was, has no report.
        let by = scene.operator().await;
        for never in ["2026-11-26", "2026-11-27", "2020-01-01"] {
            assert_eq!(ask_for(scene.app.caas(), by, day(never)).await.unwrap(), Err(FinanceRefusal::Day), "{never}");
        }
        assert_eq!(scene.discrepancies().await.len(), 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn nights_that_nobody_lived_through_are_made_up_for() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.order(SEATS).await;
        scene.night("2026-11-24").await;
        // The machine slept. Its reports are there before the messages that waited for it.
        scene.app.advance(TimeDelta::days(4));
        scene.run().await;
        assert_eq!(scene.runs().await.len(), 5);
        scene.night("2026-11-29").await;
        assert_eq!(scene.runs().await.len(), 6);
        assert_eq!(scene.open().await, []);
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_only_late_is_no_alarm() {
    for engine in Engine::all() {
        // Settled in the last minute of a day by the gateway's books; told, and booked, in the next.
        let mut scene = Scene::new(engine).await;
        let midnight: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
        let mut settings = scene.world().gateway_settings();
        let wait = midnight - scene.app.now() - TimeDelta::seconds(60);
        settings.settlement_delay_seconds = u32::try_from(wait.num_seconds()).unwrap();
        scene.world().set_gateway_settings(settings);
        scene.fault(FaultRule::gateway(Fault::LateCallback { seconds: 600 }).on(Operation::CapturePayment));
        let id = scene.order(SEATS).await;
        for night in 24..=30 {
            scene.night(&format!("2026-11-{night}")).await;
        }
        assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
        let (lines, _) =
            sql!(scene.read().await, one(String, i64), "SELECT day, position FROM settlement_lines").unwrap();
        assert_eq!(lines, PAYDAY);
        assert_eq!(scene.discrepancies().await.len(), 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn captured_money_of_which_no_report_speaks_is_missing_there_after_a_week() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let mut settings = scene.world().gateway_settings();
        settings.settlement_delay_seconds = 90 * 86_400;
        scene.world().set_gateway_settings(settings);
        let id = scene.order(SEATS).await;
        for night in 24..=30 {
            scene.night(&format!("2026-11-{night}")).await;
        }
        assert_eq!(scene.open().await, []);
        scene.night("2026-12-01").await;
        let gateway = scene.at_gateway(id).await;
        assert_eq!(scene.open().await, [("2026-11-23".to_owned(), Class::MissingThere, gateway.clone())]);
        // It comes after all.
        assert!(scene.world().settle_now(&gateway));
        scene.night("2026-12-02").await;
        scene.night("2026-12-03").await;
        assert_eq!(scene.open().await, []);
        assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
        scene.proven().await;
    }
}

#[tokio::test]
async fn finance_takes_over_that_the_money_has_arrived() {
    for engine in Engine::all() {
        let (mut scene, id) = untold(engine, TestCard::GoodVisa).await;
        let price = scene.payment(id).await.amount_cents.0;
        let found = scene.discrepancies().await;
        assert_eq!(found.len(), 1);
        let by = scene.operator().await;
        let caas = scene.caas();
        assert_eq!(desk::apply(&caas, by, found[0].id).await.unwrap(), Ok(Way::Settled));
        assert_eq!(desk::apply(&caas, by, found[0].id).await.unwrap(), Err(FinanceRefusal::NotThen));
        assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
        let (bank, fees) = (scene.booked("BANK").await, scene.booked("FEES").await);
        assert!(bank + fees == price && fees > 0, "{bank} {fees}");
        assert_eq!(scene.audited("DISCREPANCY_CHANGED").await, 1);
        scene.compare(PAYDAY).await;
        scene.night("2026-11-27").await;
        assert_eq!(scene.open().await, []);
        assert_eq!(scene.discrepancies().await[0].resolved_as(), Some(Resolution::Applied));
        scene.proven().await;
    }
}

#[tokio::test]
async fn finance_takes_over_that_the_money_has_not_arrived_and_later_that_it_has() {
    for engine in Engine::all() {
        let (mut scene, id) = untold(engine, TestCard::SettlementFails).await;
        let price = scene.payment(id).await.amount_cents;
        let by = scene.operator().await;
        let caas = scene.caas();
        let one = scene.discrepancies().await.remove(0);
        assert_eq!((one.class, one.there_state.as_deref()), (Class::StatusDiffers, Some("FAILED")));
        assert_eq!(desk::apply(&caas, by, one.id).await.unwrap(), Ok(Way::Failed));
        assert_eq!(scene.money(id).await, "CHARGED/FAILED");
        scene.run().await;
        assert_eq!(scene.said("SETTLEMENT_FAILED").await.len(), 2);
        // From now on both say that it failed after delivery; after two weeks we bear the cost.
        scene.compare(PAYDAY).await;
        let gateway = scene.at_gateway(id).await;
        assert_eq!(scene.open().await, [(PAYDAY.to_owned(), Class::SettlementFailed, gateway.clone())]);
        scene.live(TimeDelta::days(15)).await;
        assert_eq!(scene.money(id).await, "CHARGED/ABSORBED");
        assert_eq!(scene.booked("ABSORBED_COST").await, price.0);
        // And then the money comes: a message that says so changes nothing, the report does not either, a click does.
        let told = gateway.clone();
        Forged::put_in(&mut scene.app, move |of, mut lines| {
            if of == day("2026-12-11") {
                lines.push(ReportLine {
                    gateway_payment_id: told.clone(),
                    kind: ReportKind::Capture,
                    status: ReportStatus::Settled,
                    amount: Money::new(price, Currency::Eur),
                    fees: Some(Cents(50)),
                    bank_reference: Some("btx_late".to_owned()),
                    failure_reason: None,
                });
            }
            Ok(lines)
        });
        scene.night("2026-12-12").await;
        assert_eq!(scene.money(id).await, "CHARGED/ABSORBED");
        assert_eq!(scene.open().await, [("2026-12-11".to_owned(), Class::StatusDiffers, gateway)]);
        let one = scene.discrepancies().await.remove(0);
        // Scenes keep the platform they were made with; the click is made with the one that has the forged reports.
        let caas = scene.caas();
        assert_eq!(desk::apply(&caas, by, one.id).await.unwrap(), Ok(Way::Recover));
        assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
        assert_eq!((scene.booked("ABSORBED_COST").await, scene.booked("FEES").await), (0, 50));
        assert_eq!(scene.booked("BANK").await, price.0 - 50);
        scene.compare("2026-12-11").await;
        assert_eq!(scene.open().await, []);
        scene.proven().await;
    }
}

#[tokio::test]
async fn finance_takes_over_a_chargeback_that_nobody_told() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.night("2026-11-26").await;
        let (gateway, price) = (scene.at_gateway(id).await, scene.payment(id).await.amount_cents);
        let told = gateway.clone();
        Forged::put_in(&mut scene.app, move |of, mut lines| {
            if of == day("2026-11-26") {
                lines.push(ReportLine {
                    gateway_payment_id: told.clone(),
                    kind: ReportKind::Chargeback,
                    status: ReportStatus::Settled,
                    amount: Money::new(price, Currency::Eur),
                    fees: None,
                    bank_reference: None,
                    failure_reason: Some("fraudulent".to_owned()),
                });
            }
            Ok(lines)
        });
        scene.night("2026-11-27").await;
        assert_eq!(scene.open().await, [("2026-11-26".to_owned(), Class::StatusDiffers, gateway)]);
        let one = scene.discrepancies().await.remove(0);
        let by = scene.operator().await;
        assert_eq!(desk::apply(&scene.caas(), by, one.id).await.unwrap(), Ok(Way::Chargeback));
        assert_eq!(scene.money(id).await, "CHARGED/CHARGED_BACK");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_pages_explain_and_take_what_people_decide() {
    for engine in Engine::all() {
        let (mut scene, id) = untold(engine, TestCard::GoodVisa).await;
        let one = scene.discrepancies().await.remove(0);
        let path = format!("/operaciones/finanzas/conciliacion/{}", one.id);
        scene.app.sign_in("operations").await;
        scene.app.get("/operaciones/finanzas").await.expect(200).says("Sin conciliar");
        let list = scene.app.get("/operaciones/finanzas/conciliacion").await.expect(200);
        list.says("Otro desenlace");
        list.says(&path);
        list.says("Comparado");
        let none = scene.app.get("/operaciones/finanzas/conciliacion?clase=MISSING_HERE").await.expect(200);
        none.says("Nada que no cuadre con este filtro");
        scene
            .app
            .get(&format!("/operaciones/finanzas/conciliacion?dia={PAYDAY}&estado=TODAS"))
            .await
            .expect(200)
            .says(&path);
        let file = scene.app.get("/operaciones/finanzas/conciliacion.csv").await.expect(200);
        file.says(&one.id.to_string());
        file.says(";STATUS_DIFFERS;CAPTURE;");

        let page = scene.app.get(&path).await.expect(200);
        page.says("está pendiente de liquidar; el informe del");
        page.says("Pedimos a la pasarela retener");
        page.says("Pedimos a la pasarela cobrar lo retenido");
        page.says("El informe del");
        page.says("Comisión:");
        page.says("Anotar que el dinero llegó");
        page.says("Nadie la ha tocado todavía.");
        page.says(&format!("/soporte/clientes/{}/expediente", scene.customer));
        let operator = scene.operator().await.to_string();
        let key = one.id.to_string();
        let page = scene
            .app
            .submit("/api/operaciones/conciliacion/asignar", &[("id", &key), ("agent", &operator)])
            .await
            .expect(200);
        page.says("Asignada ·");
        let wrong = scene.app.submit("/api/operaciones/conciliacion/asignar", &[("id", &key), ("agent", "x")]).await;
        wrong.expect(200).says("Elige una de la lista.");
        let empty = scene.app.submit("/api/operaciones/conciliacion/comentar", &[("id", &key), ("text", " ")]).await;
        empty.expect(200).says("Escribe unas palabras");
        let said = [("id", key.as_str()), ("text", "Llamado al banco <b>")];
        let page = scene.app.submit("/api/operaciones/conciliacion/comentar", &said).await.expect(200);
        page.says("Llamado al banco &lt;b&gt;");
        let form = [("id", key.as_str()), ("resolution", "GONE"), ("text", "x")];
        scene
            .app
            .submit("/api/operaciones/conciliacion/resolver", &form)
            .await
            .expect(200)
            .says("Elige una de la lista.");
        let form = [("id", key.as_str()), ("resolution", "EXPLAINED"), ("text", "Va con retraso")];
        let page = scene.app.submit("/api/operaciones/conciliacion/resolver", &form).await.expect(200);
        page.says("Explicada y en orden");
        let form = [("id", key.as_str()), ("text", "No era eso")];
        scene.app.submit("/api/operaciones/conciliacion/reabrir", &form).await.expect(200).says("Abierta otra vez");
        let page = scene.app.submit("/api/operaciones/conciliacion/aplicar", &[("id", &key)]).await.expect(200);
        page.says("Aplicado lo que dice el informe");
        assert_eq!(scene.money(id).await, "CHARGED/SETTLED");
        scene.app.submit("/api/operaciones/conciliacion/aplicar", &[("id", &key)]).await.expect(200);
        scene.app.get("/admin/auditoria").await;

        let page =
            scene.app.submit("/api/operaciones/conciliacion/comparar", &[("day", "2026-12-24")]).await.expect(200);
        page.says("Elige un día que ya haya terminado");
        let page = scene.app.submit("/api/operaciones/conciliacion/comparar", &[("day", PAYDAY)]).await.expect(200);
        page.says("se pide el informe de ese día");
        scene.run().await;

        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get("/operaciones/finanzas/conciliacion?estado=RESOLVED").await.expect(200).says("Outcome differs");
        scene.app.get(&path).await.expect(200).says("What it comes from");

        for who in ["customer", "support", "dealer"] {
            scene.app.sign_in(who).await;
            for hidden in ["/operaciones/finanzas/conciliacion", "/operaciones/finanzas/conciliacion.csv", &path] {
                scene.app.get(hidden).await.expect(404);
            }
            for deed in ["asignar", "comentar", "resolver", "reabrir", "aplicar", "comparar"] {
                let form = [("id", key.as_str()), ("text", "x"), ("day", PAYDAY)];
                scene.app.post_form(&format!("/api/operaciones/conciliacion/{deed}"), &form).await.expect(404);
            }
        }
        scene.app.sign_in("operations").await;
        scene.app.get("/operaciones/finanzas/conciliacion/nothing").await.expect(404);
        scene.proven().await;
    }
}
