//! A car carries a command to switch off out when the service has long been paid for again: it is put back.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::kernel::ids::ActivationId;
use caas::sql;
use caas_sandbox::world::iot::model::{AnswerMode, Command, CommandKind, CommandStatus};
use caas_sandbox::{ErrorCode, Fault, FaultRule, Operation};
use chrono::TimeDelta;

/// Cars say that they are at it, and take so many seconds.
fn cars_take(scene: &Scene, seconds: u32) {
    let mut settings = scene.world().iot_settings();
    settings.answer = AnswerMode::InProgress;
    settings.activation_latency_ms = seconds * 1_000;
    scene.world().set_iot_settings(settings);
}

async fn ordered_again(engine: Engine, kind: OfferKind) -> (Scene, ActivationId) {
    ordered_again_after(engine, kind, &[]).await
}

/// A first order that failed for good and was confirmed late; its first command to switch off lies in the car for three
/// hours, the second one is carried out; then the service is ordered again. Faults befall the first command.
async fn ordered_again_after(engine: Engine, kind: OfferKind, faults: &[Fault]) -> (Scene, ActivationId) {
    let mut scene = Scene::with(engine, &[("CAAS_OTA_MAX_RETRY_ATTEMPTS", "1")]).await;
    scene.fault(FaultRule::vehicle(scene.vin.clone(), Fault::LateCallback { seconds: 600 }).times(1));
    let first = scene.order(SEATS).await;
    scene.run().await;
    scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(1));
    scene.seconds(120).await;
    assert_eq!(scene.money(first).await, "FAILED_NO_CHARGE/NONE");
    cars_take(&scene, 10_800);
    for fault in faults {
        scene.fault(FaultRule::iot(fault.clone()).on(Operation::Deactivate).times(1));
    }
    scene.live(TimeDelta::minutes(30)).await;
    assert_eq!(scene.deactivations(first).await, [("COMPENSATION".to_owned(), "ESCALATED".to_owned())]);
    cars_take(&scene, 3);
    scene.live(TimeDelta::hours(1)).await;
    assert_eq!(scene.deactivations(first).await, [("COMPENSATION".to_owned(), "DONE".to_owned())]);
    assert!(!scene.car_has(SEATS));
    let second = scene.order_kind(SEATS, kind).await;
    scene.until(second, ActivationState::Active).await;
    assert_eq!(scene.money(second).await, "CHARGED/PENDING");
    (scene, second)
}

fn commands(scene: &Scene, kind: CommandKind) -> Vec<Command> {
    let all = scene.world().commands();
    all.into_iter().filter(|command| command.service_id == SEATS && command.kind == kind).collect()
}

/// What the failure audit says of restorations: code, tries, resolution.
async fn audited(scene: &Scene) -> Vec<(String, i64, String)> {
    let mut tx = scene.read().await;
    sql!(
        tx,
        all(String, i64, String),
        "SELECT code, attempts, resolution FROM failure_audit WHERE failure_type = 'RESTORE_FAILED' ORDER BY at, id"
    )
    .unwrap()
}

/// What the customer reads of it.
async fn read(scene: &Scene, id: ActivationId) -> Vec<String> {
    let mut tx = scene.read().await;
    let rows = sql!(
        tx,
        all(String,),
        "SELECT kind FROM expediente_entries
         WHERE subject_id = $1 AND visible AND kind IN ('SERVICE_INTERRUPTED', 'SERVICE_RESTORED') ORDER BY seq",
        id
    )
    .unwrap();
    rows.into_iter().map(|(kind,)| kind).collect()
}

#[tokio::test]
async fn what_a_stale_command_took_away_is_put_back_once() {
    for engine in Engine::all() {
        let (mut scene, id) = ordered_again(engine, OfferKind::Permanent).await;
        let paid = scene.activation(id).await;
        assert_eq!(commands(&scene, CommandKind::Activate).len(), 2);
        scene.live(TimeDelta::hours(3)).await;
        let off = commands(&scene, CommandKind::Deactivate);
        assert_eq!(off.len(), 2);
        assert!(off[0].at < paid.created_at && off[0].ended > paid.activated_at, "the story is the one that was found");
        assert!(scene.car_has(SEATS));
        let on = commands(&scene, CommandKind::Activate);
        assert_eq!((on.len(), on[2].status), (3, CommandStatus::Completed));
        assert_eq!(on[1].configuration, on[2].configuration);
        assert_eq!(read(&scene, id).await, ["SERVICE_INTERRUPTED", "SERVICE_RESTORED"]);
        // Told once more, it is still on: nothing is sent, nothing is said.
        scene.ota_callback(&off[0].request_id, "DEACTIVATED").await;
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!(commands(&scene, CommandKind::Activate).len(), 3);
        assert_eq!(read(&scene, id).await.len(), 2);
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
        assert_eq!((scene.calls(Operation::CapturePayment), scene.attempts(id).await.len()), (1, 1));
        assert_eq!(scene.activation(id).await.activated_at, paid.activated_at);
        // The car is free for other services.
        let audio = scene.order(AUDIO).await;
        scene.until(audio, ActivationState::Active).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_car_that_refuses_gets_a_case_and_is_tried_again_until_it_is_on_with_the_same_end() {
    for engine in Engine::all() {
        let (mut scene, id) = ordered_again(engine, OfferKind::Temporary).await;
        let end = scene.activation(id).await.expires_at;
        scene.fault(FaultRule::iot(Fault::Nack { code: ErrorCode::VehicleBusy }).on(Operation::Activate).times(3));
        scene.live(TimeDelta::hours(3)).await;
        assert!(!scene.car_has(SEATS));
        let cases: Vec<_> = scene.tickets(id).await.into_iter().map(|ticket| ticket.reason).collect();
        assert_eq!(cases, ["RESTORE_VEHICLE_BUSY"]);
        assert_eq!(audited(&scene).await, [("VEHICLE_BUSY".to_owned(), 1, "OPEN".to_owned())]);
        scene.live(TimeDelta::hours(3)).await;
        assert!(scene.car_has(SEATS));
        assert_eq!(scene.activation(id).await.expires_at, end);
        assert_eq!(commands(&scene, CommandKind::Activate).last().unwrap().expiry_date, end);
        assert_eq!(scene.tickets(id).await.len(), 1);
        assert_eq!(audited(&scene).await, [("VEHICLE_BUSY".to_owned(), 1, "DONE_AFTER_ALL".to_owned())]);
        assert_eq!(read(&scene, id).await, ["SERVICE_INTERRUPTED", "SERVICE_RESTORED"]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_after_and_not_sent_twice() {
    for engine in Engine::all() {
        let (mut scene, id) = ordered_again(engine, OfferKind::Permanent).await;
        scene.fault(FaultRule::iot(Fault::LostAnswer).on(Operation::Activate).times(1));
        scene.live(TimeDelta::hours(3)).await;
        assert!(scene.car_has(SEATS));
        assert_eq!(commands(&scene, CommandKind::Activate).len(), 3);
        assert_eq!(read(&scene, id).await, ["SERVICE_INTERRUPTED", "SERVICE_RESTORED"]);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_stale_command_whose_id_we_never_learnt_is_found_by_the_car() {
    for engine in Engine::all() {
        let (mut scene, id) = ordered_again_after(engine, OfferKind::Permanent, &[Fault::LostAnswer]).await;
        assert_eq!(commands(&scene, CommandKind::Activate).len(), 2);
        scene.live(TimeDelta::hours(3)).await;
        let (on, off) = (commands(&scene, CommandKind::Activate), commands(&scene, CommandKind::Deactivate));
        assert!(off[0].ended > scene.activation(id).await.activated_at, "the story is the one that was found");
        assert_eq!((on.len(), off.len(), scene.car_has(SEATS)), (3, 2, true));
        assert_eq!(read(&scene, id).await, ["SERVICE_INTERRUPTED", "SERVICE_RESTORED"]);
        assert_eq!(audited(&scene).await, []);
        // Told once more, it is still on.
        scene.ota_callback(&off[0].request_id, "DEACTIVATED").await;
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!((commands(&scene, CommandKind::Activate).len(), read(&scene, id).await.len()), (3, 2));
        assert_eq!((scene.state(id).await, scene.money(id).await.as_str()), ("ACTIVE", "CHARGED/PENDING"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn what_has_ended_meanwhile_is_not_switched_on_again() {
    for engine in Engine::all() {
        let (mut scene, id) = ordered_again(engine, OfferKind::Temporary).await;
        scene.fault(FaultRule::iot(Fault::Nack { code: ErrorCode::VehicleBusy }).on(Operation::Activate));
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!(read(&scene, id).await, ["SERVICE_INTERRUPTED"]);
        scene.pass(TimeDelta::days(31)).await;
        scene.world().clear_faults();
        let sent = commands(&scene, CommandKind::Activate).len();
        scene.live(TimeDelta::hours(3)).await;
        assert_eq!((scene.state(id).await, scene.car_has(SEATS)), ("EXPIRED", false));
        assert_eq!(audited(&scene).await, [("VEHICLE_BUSY".to_owned(), 1, "NO_LONGER_NEEDED".to_owned())]);
        assert_eq!(commands(&scene, CommandKind::Activate).len(), sent);
        scene.proven().await;
    }
}
