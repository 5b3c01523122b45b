//! The rulebook's §4: the gate before an order and before the first command, and the warranty. Every cell of the seed's
//! table, what VSS does not answer, and what changes in between.

use super::scenario::*;
use crate::support::Engine;
use caas::catalogue::OfferKind;
use caas::kernel::ids::ActivationId;
use caas::maintenance::Upkeep;
use caas::maintenance::model::{Standing, Warranty};
use caas::maintenance::warranty::history;
use caas::purchases::model::OrderRefusal;
use caas::purchases::service::Order;
use caas::sql;
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{Block, BlockName, Connectivity, Fault, FaultRule, Operation};
use chrono::{DateTime, TimeDelta, Utc};

/// Critical for safety; asks for 70 % of the powertrain.
const POWER: &str = "POWER_BOOST_120";
/// Not critical for safety; asks for 70 % of suspension and steering.
const COMFORT: &str = "SUSPENSION_COMFORT";
/// What it asks for.
const ASKED: BlockName = BlockName::Powertrain;

impl Scene {
    async fn upkeep(&self) -> Upkeep {
        Upkeep::of(&self.caas(), &mut self.read().await, self.vehicle, "Europe/Madrid").await.unwrap()
    }

    /// The block that POWER asks for, or another one.
    fn block(&self, name: BlockName, compliance: f64, overdue_days: Option<i64>) {
        let today = self.app.now().date_naive();
        let block = match overdue_days {
            Some(days) => Block::overdue_by(name, compliance, days, today),
            None => Block { compliance, ..Block::current(name) },
        };
        self.world().set_block(&self.vin, block);
    }

    fn all_current(&self) {
        self.world().set_maintenance(&self.vin, Some(BlockName::ALL.map(Block::current).to_vec()));
    }

    async fn try_order(&mut self, code: &str) -> Result<ActivationId, OrderRefusal> {
        let form = self.form(code, OfferKind::Permanent).await;
        self.place(&form).await.map(|placed| placed.activation)
    }

    fn asked(&self) -> usize {
        self.calls(Operation::MaintenanceStatus)
    }

    async fn entries(&self, kind: &str) -> Vec<serde_json::Value> {
        let mut tx = self.read().await;
        let rows =
            sql!(tx, all(String, i64), "SELECT data, seq FROM expediente_entries WHERE kind = $1 ORDER BY seq", kind)
                .unwrap();
        rows.into_iter().map(|(data, _)| serde_json::from_str(&data).unwrap()).collect()
    }

    async fn warranty(&self) -> Warranty {
        self.upkeep().await.warranty
    }

    async fn failures(&self, kind: &str) -> Vec<(String, String)> {
        let mut tx = self.read().await;
        sql!(tx, all(String, String), "SELECT category, resolution FROM failure_audit WHERE failure_type = $1", kind)
            .unwrap()
    }
}

#[tokio::test]
async fn nothing_is_asked_for_what_needs_no_maintenance() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.answers_at_once();
        scene.fault(FaultRule::vss(Fault::Outage));
        let before = scene.asked();
        let order = scene.order(SEATS).await;
        scene.run().await;
        assert_eq!((scene.state(order).await, scene.asked()), ("ACTIVE", before));
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_table_of_the_gate() {
    for engine in Engine::all() {
        // Compliance and days overdue of what POWER asks 70 % for; what comes of it.
        for (compliance, overdue, expected) in [
            (70.0, None, Ok("")),
            (70.0, Some(200), Ok("")),
            (69.9, None, Ok("MAINTENANCE_WARNED")),
            (40.0, Some(29), Ok("MAINTENANCE_WARNED")),
            (40.0, Some(30), Err(OrderRefusal::Maintenance)),
            (0.0, Some(400), Err(OrderRefusal::Maintenance)),
        ] {
            let mut scene = Scene::new(engine).await;
            scene.answers_at_once();
            scene.block(ASKED, compliance, overdue);
            // Not known yet: nothing is asked of anybody but VSS, and the page fills in.
            assert_eq!(scene.try_order(POWER).await, Err(OrderRefusal::MaintenanceUnknown));
            scene.run().await;
            assert_eq!(scene.asked(), 1);
            match expected {
                Ok(entry) => {
                    let order = scene.try_order(POWER).await.unwrap();
                    scene.run().await;
                    assert_eq!(scene.state(order).await, "ACTIVE", "{compliance} {overdue:?}");
                    assert_eq!(scene.entries("MAINTENANCE_WARNED").await.len(), usize::from(!entry.is_empty()));
                    assert_eq!(scene.asked(), 1, "the kept answer is used before the first command too");
                }
                Err(refusal) => {
                    for _ in 0..3 {
                        assert_eq!(scene.try_order(POWER).await, Err(refusal.clone()));
                    }
                    scene.run().await;
                    // Once a day, however often it is clicked.
                    assert_eq!(scene.entries("MAINTENANCE_BLOCKED").await.len(), 1);
                    let told = scene.said("BLOCKED_BY_MAINTENANCE").await;
                    let mail = told.iter().find(|one| one.channel == "EMAIL").unwrap();
                    for text in ["tren motriz", "70\u{a0}%", "No se te ha cobrado", "Madrid"] {
                        assert!(mail.text.contains(text), "{text} in {}", mail.text);
                    }
                    assert_eq!(told.iter().filter(|one| one.channel == "EMAIL").count(), 1);
                    assert_eq!(
                        scene.failures("MAINTENANCE_BLOCKED").await,
                        [("BUSINESS".into(), "ORDER_ENDED".into())]
                    );
                    // Nothing was asked of the bank or the car; what does not ask for that block is open.
                    assert!(scene.world().payments().is_empty());
                    assert_eq!(scene.commands(POWER), 0);
                    let order = scene.try_order(COMFORT).await.unwrap();
                    scene.run().await;
                    assert_eq!(scene.state(order).await, "ACTIVE");
                }
            }
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_new_car_without_history_is_not_overdue() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.answers_at_once();
        scene.world().set_maintenance(&scene.vin.clone(), None);
        scene.looked_at().await;
        let order = scene.try_order(POWER).await.unwrap();
        scene.run().await;
        assert_eq!((scene.state(order).await, scene.warranty().await), ("ACTIVE", Warranty::Valid));
        scene.proven().await;
    }
}

#[tokio::test]
async fn silence_after_three_tries_closes_what_is_critical_and_asks_for_the_rest() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.answers_at_once();
        let outage = scene.fault(FaultRule::vss(Fault::Outage));
        scene.looked_at().await;
        assert_eq!((scene.asked(), scene.upkeep().await.standing), (3, Standing::Silent));
        assert_eq!(scene.failures("VSS_SILENT").await, [("EXTERNAL_SYSTEM".into(), "OPEN".into())]);
        // Critical for safety: not for now. That is no message: nothing can be done about it.
        assert_eq!(scene.try_order(POWER).await, Err(OrderRefusal::Maintenance));
        assert_eq!(scene.entries("MAINTENANCE_BLOCKED").await[0]["reason"], "VSS_SILENT");
        assert!(scene.said("BLOCKED_BY_MAINTENANCE").await.is_empty());
        // Another: with an acknowledgement, which is kept word for word.
        assert_eq!(scene.try_order(COMFORT).await, Err(OrderRefusal::ConsentMissing));
        let form = Order { maintenance_risk: true, ..scene.form(COMFORT, OfferKind::Permanent).await };
        let order = scene.place(&form).await.unwrap().activation;
        scene.run().await;
        assert_eq!((scene.state(order).await, scene.asked()), ("ACTIVE", 3));
        let risks = scene.entries("MAINTENANCE_RISK").await;
        assert_eq!((risks.len(), &risks[0]["acknowledged"]), (1, &serde_json::json!(true)));
        let mut tx = scene.read().await;
        let kept =
            sql!(tx, all(String, String), "SELECT kind, text FROM consents WHERE kind = 'MAINTENANCE_RISK'").unwrap();
        assert!(kept.len() == 1 && kept[0].1.contains("no se ha podido comprobar"), "{kept:?}");
        drop(tx);
        // It answers again, minutes later: all is as if nothing had been.
        scene.world().clear_fault(outage);
        scene.pass(TimeDelta::minutes(5)).await;
        scene.looked_at().await;
        assert_eq!(scene.failures("VSS_SILENT").await[0].1, "DONE_AFTER_ALL");
        assert!(scene.try_order(POWER).await.is_ok());
        scene.proven().await;
    }
}

#[tokio::test]
async fn one_try_that_is_answered_is_enough() {
    for engine in Engine::all() {
        for failing in [1, 2] {
            let mut scene = Scene::new(engine).await;
            scene.fault(FaultRule::vss(Fault::Outage).times(failing));
            scene.looked_at().await;
            assert_eq!(scene.asked(), failing as usize + 1);
            assert!(matches!(scene.upkeep().await.standing, Standing::Known(_)));
            assert!(scene.failures("VSS_SILENT").await.is_empty());
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn a_kept_answer_counts_for_an_hour_even_while_vss_is_away() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.answers_at_once();
        scene.looked_at().await;
        scene.fault(FaultRule::vss(Fault::Outage));
        scene.pass(TimeDelta::minutes(59)).await;
        let order = scene.try_order(POWER).await.unwrap();
        scene.run().await;
        assert_eq!(scene.state(order).await, "ACTIVE");
        scene.pass(TimeDelta::minutes(2)).await;
        let other = scene.form("SUSPENSION_SPORT", OfferKind::Permanent).await;
        assert_eq!(scene.place(&other).await, Err(OrderRefusal::MaintenanceUnknown));
        scene.live(TimeDelta::seconds(8)).await;
        assert_eq!(scene.place(&other).await, Err(OrderRefusal::Maintenance));
        scene.proven().await;
    }
}

/// An order whose car is away for longer than the hour that an answer is kept.
async fn bought_then_away(scene: &mut Scene) -> ActivationId {
    scene.answers_at_once();
    scene.looked_at().await;
    scene.world().set_connectivity(&scene.vin.clone(), Connectivity::Offline);
    let order = scene.try_order(POWER).await.unwrap();
    scene.run().await;
    order
}

#[tokio::test]
async fn an_answer_that_changed_in_between_ends_the_order_without_a_charge() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_BACKOFF_LIST", "4000")]).await;
        let order = bought_then_away(&mut scene).await;
        assert_eq!(scene.state(order).await, "RETRY_SCHEDULED");
        scene.block(ASKED, 20.0, Some(60));
        scene.world().set_connectivity(&scene.vin.clone(), Connectivity::Online);
        let ended = scene.until(order, caas::activation::model::ActivationState::FailedNoCharge).await;
        scene.run().await;
        assert_eq!(
            (ended.final_result.as_deref(), ended.last_failure.as_deref()),
            (Some("FAILED_NO_CHARGE"), Some("MAINTENANCE_OVERDUE"))
        );
        assert_eq!((scene.commands(POWER), scene.asked()), (0, 2));
        assert_eq!(scene.money(order).await, "FAILED_NO_CHARGE/NONE");
        assert_eq!(scene.bank_status(order).await, PaymentStatus::Cancelled);
        assert!(scene.tickets(order).await.is_empty(), "there is nothing for support to repair");
        let told = scene.said("BLOCKED_BY_MAINTENANCE").await;
        assert!(
            told.iter().any(|one| one.channel == "EMAIL" && one.text.contains("tren motriz") && one.status == "SENT")
        );
        assert!(scene.said("OTA_FAILED").await.is_empty());
        assert_eq!(scene.failures("MAINTENANCE_BLOCKED").await, [("BUSINESS".into(), "ORDER_ENDED".into())]);
        // The warranty went with the same answer.
        assert_eq!(scene.warranty().await, Warranty::Lost);
        scene.proven().await;
    }
}

#[tokio::test]
async fn silence_before_the_first_command_holds_back_what_is_critical_until_the_deadline() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_OTA_BACKOFF_LIST", "4000")]).await;
        let order = bought_then_away(&mut scene).await;
        let outage = scene.fault(FaultRule::vss(Fault::Outage));
        scene.world().set_connectivity(&scene.vin.clone(), Connectivity::Online);
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!((scene.state(order).await, scene.commands(POWER)), ("RETRY_SCHEDULED", 0));
        // It answers again in time: delivered.
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::minutes(10)).await;
        assert_eq!(scene.state(order).await, "ACTIVE");
        scene.proven().await;

        let short = [("CAAS_OTA_BACKOFF_LIST", "4000"), ("CAAS_OTA_ACTIVATION_DEADLINE_HOURS", "2")];
        let mut scene = Scene::with(engine, &short).await;
        let order = bought_then_away(&mut scene).await;
        scene.fault(FaultRule::vss(Fault::Outage));
        scene.world().set_connectivity(&scene.vin.clone(), Connectivity::Online);
        let ended = scene.until(order, caas::activation::model::ActivationState::FailedNoCharge).await;
        scene.run().await;
        assert_eq!((ended.last_failure.as_deref(), scene.commands(POWER)), (Some("VSS_SILENT"), 0));
        assert_eq!(scene.money(order).await, "FAILED_NO_CHARGE/NONE");
        let told = scene.said("BLOCKED_BY_MAINTENANCE").await;
        assert!(told.iter().any(|one| one.channel == "EMAIL" && one.text.contains("No hemos podido comprobar")));
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_runs_and_what_was_sent_is_never_touched() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.answers_at_once();
        scene.looked_at().await;
        let order = scene.try_order(POWER).await.unwrap();
        scene.run().await;
        scene.block(ASKED, 5.0, Some(90));
        for _ in 0..3 {
            scene.live(TimeDelta::days(1)).await;
        }
        scene.looked_at().await;
        assert_eq!((scene.warranty().await, scene.state(order).await), (Warranty::Lost, "ACTIVE"));
        assert!(scene.car_has(POWER) && scene.deactivations(order).await.is_empty());
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_warranty_is_lost_and_back_and_lost_again_each_told_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.looked_at().await;
        let hour = TimeDelta::minutes(61);
        // Any block counts, whatever was bought; one day in the grace period changes nothing.
        for (days, warranty, changes) in
            [(Some(29), Warranty::Valid, 0), (Some(30), Warranty::Lost, 1), (Some(31), Warranty::Lost, 1)]
        {
            scene.block(BlockName::ClimateControl, 90.0, days);
            scene.pass(hour).await;
            scene.looked_at().await;
            assert_eq!((scene.warranty().await, scene.entries("WARRANTY_CHANGED").await.len()), (warranty, changes));
        }
        let mails = |said: Vec<Said>| said.into_iter().filter(|one| one.channel == "EMAIL").collect::<Vec<_>>();
        let lost = mails(scene.said("WARRANTY_LOST").await);
        assert_eq!(lost.len(), 1);
        for text in ["climatización", "Madrid", "Tus servicios siguen igual"] {
            assert!(lost[0].text.contains(text), "{text} in {}", lost[0].text);
        }
        // Half of it done does not bring it back.
        scene.block(BlockName::ClimateControl, 90.0, Some(5));
        scene.pass(hour).await;
        scene.looked_at().await;
        assert_eq!(scene.warranty().await, Warranty::Lost);
        scene.all_current();
        scene.pass(hour).await;
        scene.looked_at().await;
        assert_eq!((scene.warranty().await, mails(scene.said("WARRANTY_BACK").await).len()), (Warranty::Valid, 1));
        scene.block(BlockName::Brakes, 10.0, Some(100));
        scene.pass(hour).await;
        scene.looked_at().await;
        assert_eq!((scene.warranty().await, mails(scene.said("WARRANTY_LOST").await).len()), (Warranty::Lost, 2));
        let past = history(&mut scene.read().await, scene.vehicle, DateTime::<Utc>::UNIX_EPOCH, 10).await.unwrap();
        let words: Vec<_> = past.iter().map(|change| change.warranty.as_str()).collect();
        assert_eq!(words, ["LOST", "VALID", "LOST"]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_fleet_is_checked_once_a_day_each_car_at_its_minute_and_after_any_downtime() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let mut tx = scene.read().await;
        let (cars, _) = sql!(
            tx,
            one(i64, i64),
            "SELECT COUNT(*), CAST(0 AS BIGINT) FROM vehicles WHERE inventory_status = 'DELIVERED'"
        )
        .unwrap();
        drop(tx);
        // The first turn of every car comes within a day of its planning, then once a day.
        for _ in 0..3 * 144 {
            scene.app.advance(TimeDelta::minutes(10));
            scene.run().await;
        }
        let cars = usize::try_from(cars).unwrap();
        let asked = scene.asked();
        assert!((2 * cars..=3 * cars).contains(&asked), "{asked} questions for {cars} cars in three days");
        let times: std::collections::BTreeSet<_> = scene
            .world()
            .calls_seen()
            .into_iter()
            .filter(|call| call.operation == Operation::MaintenanceStatus)
            .map(|call| (call.path, call.at.format("%H:%M").to_string()))
            .collect();
        assert_eq!(times.len(), cars, "each car at its own time of day");
        // A week of downtime: each car once, not seven times, and the job twice at the same time changes nothing.
        scene.app.advance(TimeDelta::days(7));
        for _ in 0..3 {
            scene.run().await;
            scene.app.advance(TimeDelta::minutes(30));
        }
        scene.run().await;
        let after = scene.asked() - asked;
        assert!((cars..=cars + 2).contains(&after), "{after} questions for {cars} cars");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_check_that_finds_vss_silent_is_made_up_for() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.block(BlockName::Brakes, 10.0, Some(45));
        let outage = scene.fault(FaultRule::vss(Fault::Outage));
        for _ in 0..150 {
            scene.app.advance(TimeDelta::minutes(10));
            scene.run().await;
        }
        assert_eq!(scene.warranty().await, Warranty::Valid);
        scene.world().clear_fault(outage);
        for _ in 0..9 {
            scene.app.advance(TimeDelta::minutes(10));
            scene.run().await;
        }
        assert_eq!(scene.warranty().await, Warranty::Lost, "within the hour and not tomorrow");
        scene.proven().await;
    }
}

#[tokio::test]
async fn while_vss_is_given_a_rest_nobody_waits_for_three_tries() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.fault(FaultRule::vss(Fault::Outage));
        scene.looked_at().await;
        scene.pass(TimeDelta::minutes(5)).await;
        scene.looked_at().await;
        // Five failures in a row opened the breaker: the sixth try was not made.
        assert_eq!((scene.asked(), scene.upkeep().await.standing), (5, Standing::Silent));
        scene.proven().await;
    }
}
