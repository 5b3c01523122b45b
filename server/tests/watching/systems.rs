//! Outside systems: their calls are counted, people open and close their breakers.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::breaker::{self, BreakerState, System, standing};
use caas::sql;
use caas::watch::calls::{self, CallTally, forget_old};
use caas::watch::model::{CallEnd, Calls, Outside};
use caas_sandbox::{Fault, FaultRule, Operation};
use chrono::TimeDelta;
use std::time::Duration;

const WHY: &str = "Mantenimiento anunciado por el proveedor";

async fn seen(scene: &Scene, system: Outside) -> Calls {
    let from = scene.app.now() - TimeDelta::hours(1);
    calls::since(&mut scene.read().await, system, from).await.unwrap()
}

async fn flush(scene: &Scene) {
    scene.app.app.calls.flush(&scene.caas().db).await.unwrap();
}

async fn state(scene: &Scene, system: System) -> BreakerState {
    standing(&mut scene.read().await, system).await.unwrap().state
}

#[tokio::test]
async fn calls_are_counted_by_the_minute_and_every_process_adds_to_the_same_rows() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(seen(&scene, Outside::Iot).await, Calls::default(), "in memory until they are flushed");
        flush(&scene).await;
        let (iot, money) = (seen(&scene, Outside::Iot).await, seen(&scene, Outside::Payments).await);
        assert!(iot.calls >= 2 && iot.failures == 0, "a status and a command: {iot:?}");
        assert!(money.calls >= 2 && money.failures == 0, "a hold and a capture: {money:?}");
        let mut all = Calls::default();
        for &system in Outside::ALL.iter().filter(|system| **system != Outside::Mail) {
            all.add(seen(&scene, system).await);
        }
        assert_eq!(all.calls as usize, scene.world().calls_seen().len(), "each call that they have seen");
        flush(&scene).await;
        assert_eq!(seen(&scene, Outside::Iot).await, iot, "what is written is not written again");

        let other = CallTally::default();
        let now = scene.app.now();
        other.note(Outside::Iot, now, Duration::from_millis(250), CallEnd::TimedOut);
        other.note(Outside::Iot, now, Duration::from_millis(50), CallEnd::Failed);
        other.flush(&scene.caas().db).await.unwrap();
        let both = seen(&scene, Outside::Iot).await;
        assert_eq!((both.calls, both.failures, both.timeouts), (iot.calls + 2, 2, 1));
        assert_eq!(both.millis, iot.millis + 300);

        let fault = scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus));
        scene.order(AUDIO).await;
        scene.run().await;
        flush(&scene).await;
        assert_eq!(seen(&scene, Outside::Iot).await.failures, 3);
        scene.world().clear_fault(fault);
        scene.live(TimeDelta::minutes(10)).await;

        scene.app.advance(TimeDelta::days(36));
        let mut tx = scene.caas().db.begin().await.unwrap();
        forget_old(&mut tx, scene.app.now()).await.unwrap();
        let (left, _) = sql!(&mut tx, one(i64, i64), "SELECT COUNT(*), COUNT(*) FROM outside_minutes").unwrap();
        tx.commit().await.unwrap();
        assert_eq!(left, 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_breaker_opened_by_hand_stays_open_until_somebody_closes_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        scene.app.sign_in("operations").await;
        let path = "/operaciones/sistemas/IOT";
        let open = [("system", "IOT"), ("reason", WHY)];
        let page = scene.app.submit("/api/operaciones/sistemas/abrir", &open).await.expect(200);
        page.says("Abierto a mano");
        page.says(WHY);
        let again = scene.app.submit("/api/operaciones/sistemas/abrir", &open).await.expect(200);
        again.says("Ya estaba así");

        let calls = scene.calls(Operation::VehicleStatus);
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!(scene.calls(Operation::VehicleStatus), calls, "no probe either");
        let activation = scene.activation(id).await;
        assert_eq!((activation.state.as_str(), activation.total_attempts), ("ACTIVATION_QUEUED", 0));
        assert!(activation.delayed_since.is_some(), "the customer reads that it is delayed");

        // An answer to a call that was under way does not close it, a failure does not plan a probe.
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        assert!(!breaker::succeeded(&caas, &mut tx, System::Iot).await.unwrap());
        assert!(breaker::failed(&caas, &mut tx, System::Iot).await.unwrap());
        tx.commit().await.unwrap();
        let now = standing(&mut scene.read().await, System::Iot).await.unwrap();
        assert_eq!((now.state, now.probe_at), (BreakerState::Open, None));

        scene.app.get("/operaciones").await.expect(200).says("En descanso");
        let page = scene.app.get(path).await.expect(200);
        page.says("<dd>1</dd>");
        let none = scene.app.submit("/api/operaciones/sistemas/cerrar", &[("system", "IOT"), ("reason", " ")]).await;
        none.says("Escribe por qué");
        assert_eq!(state(&scene, System::Iot).await, BreakerState::Open);
        let close = [("system", "IOT"), ("reason", "El proveedor ha terminado")];
        let page = scene.app.submit("/api/operaciones/sistemas/cerrar", &close).await.expect(200);
        page.says("Las llamadas pasan");
        page.says("El proveedor ha terminado");
        scene.live(TimeDelta::minutes(2)).await;
        assert_eq!(scene.state(id).await, "ACTIVE");
        scene.app.get("/admin/auditoria").await.expect(200).says("Sistema externo abierto o cerrado");
        scene.proven().await;
    }
}

#[tokio::test]
async fn one_that_failures_have_opened_can_be_closed_or_kept_open_by_hand() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        let outage = scene.fault(FaultRule::gateway(Fault::Outage));
        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(30)).await;
        assert_ne!(state(&scene, System::Payments).await, BreakerState::Closed);
        scene.app.sign_in("operations").await;
        let fields = [("system", "PAYMENTS"), ("reason", WHY)];
        scene.app.submit("/api/operaciones/sistemas/abrir", &fields).await.expect(200).says("Abierto a mano");
        scene.world().clear_fault(outage);
        let calls = scene.world().calls_seen().len();
        scene.live(TimeDelta::minutes(30)).await;
        assert_eq!(scene.world().calls_seen().len(), calls);
        let page = scene.app.submit("/api/operaciones/sistemas/cerrar", &fields).await.expect(200);
        page.says("fallos seguidos");
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!((scene.state(id).await, state(&scene, System::Payments).await), ("ACTIVE", BreakerState::Closed));
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_pages_are_for_operations_alone() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.watch_from(scene.app.now()).await;
        let fields = [("system", "IOT"), ("reason", WHY)];
        for who in ["customer", "support", "administrator", "dealer"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            scene.app.get("/operaciones/sistemas/IOT").await.expect(404);
            scene.app.post_form("/api/operaciones/sistemas/abrir", &fields).await.expect(404);
            scene.app.post_form("/api/operaciones/sistemas/cerrar", &fields).await.expect(404);
        }
        assert_eq!(state(&scene, System::Iot).await, BreakerState::Closed);
        scene.app.new_browser();
        scene.app.sign_in("operations").await;
        for &system in Outside::ALL {
            let path = format!("/operaciones/sistemas/{system}");
            scene.app.get("/operaciones").await.says(&path);
            let page = scene.app.get(&path).await.expect(200);
            page.says("Disponibilidad");
            assert_eq!(page.body.contains("Abrir a mano"), system.breaker().is_some(), "{system}");
        }
        scene.app.get("/operaciones/sistemas/NADA").await.expect(404);
        for system in ["SMS", "NADA"] {
            let fields = [("system", system), ("reason", WHY)];
            scene.app.post_form("/api/operaciones/sistemas/abrir", &fields).await.expect(404);
        }
        scene
            .app
            .submit("/api/preferencias/idioma", &[("lang", "en"), ("back", "/operaciones/sistemas/VSS")])
            .await
            .says("Availability");
        scene.proven().await;
    }
}
