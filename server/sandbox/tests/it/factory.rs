//! The factory: one order for one key, a car built over some weeks, and everything that goes otherwise.

use std::collections::BTreeSet;

use caas_sandbox::{BuildStatus, Call, Fault, FaultRule, Operation, Sandbox, World};
use serde_json::{Value, json};

use crate::support::*;

fn order() -> Value {
    json!({
        "orderReference": "V-1", "model": "LINCE", "options": ["SUNROOF"], "colour": "BLUE",
        "customer": {"id": "c-1", "name": "Lucía", "country": "ES"}, "dealershipId": "d-1",
    })
}

fn place(sandbox: &Sandbox, key: &str) -> caas_sandbox::Answer {
    ask(sandbox, &Call::new(Operation::PlaceOrder, "").key(key).body(order()))
}

fn placed(sandbox: &Sandbox) -> String {
    let answer = place(sandbox, "key-1");
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["orderId"].as_str().unwrap().to_owned()
}

/// What CaaS is told until everything has happened, in the order it arrives: status and estimate.
fn told(sandbox: &Sandbox) -> Vec<(String, String)> {
    sandbox.advance(days(60));
    let due = sandbox.take_due_webhooks(sandbox.now());
    let text = |body: &Value, member: &str| body[member].as_str().unwrap_or_default().to_owned();
    due.iter().map(|hook| (text(&hook.body, "status"), text(&hook.body, "estimatedCompletionDate"))).collect()
}

fn statuses(sandbox: &Sandbox) -> Vec<String> {
    told(sandbox).into_iter().map(|(status, _)| status).collect()
}

#[test]
fn a_car_is_built_within_a_month_and_can_be_reached_once_it_arrives() {
    let sandbox = sandbox();
    let id = placed(&sandbox);
    assert_eq!(place(&sandbox, "key-1").body["estimatedDate"], "2026-03-25");
    sandbox.advance(days(6));
    let vin = sandbox.factory_order(&id).unwrap().vin.expect("it has its number once it is being built");
    assert!(sandbox.vehicle(&vin).is_none(), "not yet on the air");
    sandbox.advance(days(24));
    let due = sandbox.take_due_webhooks(sandbox.now());
    let statuses: Vec<&str> = due.iter().map(|hook| hook.body["status"].as_str().unwrap()).collect();
    assert_eq!(
        statuses,
        [
            "PRODUCTION_SCHEDULED",
            "PRODUCTION_IN_PROGRESS",
            "QUALITY_CONTROL",
            "READY_FOR_SHIPMENT",
            "IN_TRANSIT",
            "ARRIVED_AT_DEALERSHIP"
        ]
    );
    assert!(due.iter().all(|hook| hook.path == "/webhooks/order-status"));
    assert_eq!(due[0].body.get("vin"), None);
    assert!(due[1..].iter().all(|hook| hook.body["vin"] == json!(vin)));
    assert_eq!(due[4].body["shipment"]["expectedArrival"], "2026-03-25");
    let state = ask(&sandbox, &Call::new(Operation::GetOrder, &id)).body;
    assert_eq!(state["status"], "ARRIVED_AT_DEALERSHIP");
    assert_eq!(state["orderReference"], "V-1");
    let car = sandbox.vehicle(&vin).expect("on the air");
    assert_eq!((car.spec.model.as_str(), car.spec.firmware.as_str()), ("LINCE", "4.10.2"));
}

#[test]
fn one_key_is_one_order_and_another_body_is_refused() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::factory(Fault::LostAnswer).times(1));
    let lost = sandbox.call(&Call::new(Operation::PlaceOrder, "").key("key-1").body(order()));
    assert!(lost.seen().is_none());
    let again = place(&sandbox, "key-1");
    assert!(again.hit);
    assert_eq!(sandbox.factory_orders().len(), 1);
    let mut other = order();
    other["model"] = json!("ALCOR");
    let answer = ask(&sandbox, &Call::new(Operation::PlaceOrder, "").key("key-1").body(other));
    assert_eq!((answer.status, answer.code()), (422, Some("idempotency_mismatch")));
    assert_eq!(ask(&sandbox, &Call::new(Operation::PlaceOrder, "").body(order())).status, 422, "without a key");
}

#[test]
fn a_rejection_is_remembered_and_an_outage_is_not() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::factory(Fault::Outage).times(1));
    assert_eq!(place(&sandbox, "key-1").status, 503);
    sandbox.set_fault(FaultRule::factory(Fault::RejectOrder { reason: "not built".to_owned() }).times(1));
    for _ in 0..2 {
        let answer = place(&sandbox, "key-1");
        assert_eq!((answer.status, answer.code()), (422, Some("order_rejected")));
        assert_eq!(answer.body["reason"], "not built");
    }
    assert_eq!(place(&sandbox, "key-2").status, 201);
}

#[test]
fn quality_control_sends_a_car_back_once() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::factory(Fault::QualityFailure).times(1));
    placed(&sandbox);
    let told = told(&sandbox);
    let statuses: Vec<&str> = told.iter().map(|(status, _)| status.as_str()).collect();
    assert_eq!(
        statuses[1..5],
        ["PRODUCTION_IN_PROGRESS", "QUALITY_CONTROL", "PRODUCTION_IN_PROGRESS", "QUALITY_CONTROL"]
    );
    assert_eq!(told[2].1, "2026-03-25");
    assert_eq!(told[3].1, "2026-03-30", "five days later");
    assert_eq!(sandbox.factory_orders()[0].since.date_naive().to_string(), "2026-03-30", "as estimated");
}

#[test]
fn a_late_car_says_so_when_it_is_begun() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::factory(Fault::LateProduction { days: 5 }));
    placed(&sandbox);
    let told = told(&sandbox);
    assert_eq!([told[0].1.as_str(), told[1].1.as_str()], ["2026-03-25", "2026-03-30"]);
    assert_eq!(sandbox.factory_orders()[0].since.date_naive().to_string(), "2026-03-30");
}

#[test]
fn a_cancelled_order_ends_before_it_is_built() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::factory(Fault::CancelOrder));
    placed(&sandbox);
    assert_eq!(statuses(&sandbox), ["PRODUCTION_SCHEDULED", "CANCELLED"]);
}

#[test]
fn mixed_messages_all_arrive() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::factory(Fault::MixedCallbacks));
    sandbox.set_fault(FaultRule::factory(Fault::QualityFailure));
    placed(&sandbox);
    assert_eq!(
        statuses(&sandbox),
        [
            "PRODUCTION_IN_PROGRESS",
            "PRODUCTION_SCHEDULED",
            "PRODUCTION_IN_PROGRESS",
            "QUALITY_CONTROL",
            "READY_FOR_SHIPMENT",
            "QUALITY_CONTROL",
            "ARRIVED_AT_DEALERSHIP",
            "IN_TRANSIT"
        ]
    );
}

#[test]
fn an_early_message_comes_before_the_answer() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::factory(Fault::EarlyCallback));
    let outcome = sandbox.call(&Call::new(Operation::PlaceOrder, "").key("key-1").body(order()));
    assert!(outcome.webhooks_first);
    assert_eq!(outcome.answer.unwrap().body["status"], "ORDER_PLACED");
    assert_eq!(sandbox.take_due_webhooks(sandbox.now()).len(), 1);
    assert_eq!(statuses(&sandbox).len(), 5, "and it goes on");
}

#[test]
fn an_order_is_hurried_by_hand_and_its_course_changed() {
    let sandbox = sandbox();
    let id = placed(&sandbox);
    assert!(sandbox.hurry_production(&id));
    assert!(sandbox.change_production(&id, |fate| fate.quality_failure = true));
    for _ in 0..3 {
        assert!(sandbox.hurry_production(&id));
    }
    assert_eq!(sandbox.factory_order(&id).unwrap().status, BuildStatus::ProductionInProgress);
    for _ in 0..4 {
        assert!(sandbox.hurry_production(&id));
    }
    assert_eq!(sandbox.factory_order(&id).unwrap().status, BuildStatus::ArrivedAtDealership);
    assert!(!sandbox.hurry_production(&id), "nothing follows");
    assert!(!sandbox.hurry_production("fac_none"));
}

#[test]
fn no_two_cars_have_one_number_not_even_after_a_reset() {
    let sandbox = sandbox();
    let mut vins = BTreeSet::new();
    for round in 0..2 {
        for number in 0..20 {
            place(&sandbox, &format!("key-{round}-{number}"));
        }
        sandbox.advance(days(40));
        vins.extend(sandbox.factory_orders().into_iter().filter_map(|order| order.vin));
        sandbox.reset();
    }
    assert_eq!(vins.len(), 40);
}

#[test]
fn what_does_not_fit_is_named() {
    let sandbox = sandbox();
    for (pointer, bad) in [
        ("/orderReference", json!(1)),
        ("/model", Value::Null),
        ("/options", json!("SUNROOF")),
        ("/customer", json!([])),
        ("/customer/name", json!(7)),
        ("/customer/country", json!("ESP")),
        ("/dealershipId", json!({})),
        ("/colour", json!(3)),
    ] {
        let mut body = order();
        *body.pointer_mut(pointer).unwrap() = bad;
        let answer = ask(&sandbox, &Call::new(Operation::PlaceOrder, "").key(format!("key-{pointer}")).body(body));
        assert_eq!(answer.status, 422);
        assert_eq!(answer.body["field"], pointer[1..].replace('/', "."));
    }
    assert_eq!(ask(&sandbox, &Call::new(Operation::GetOrder, "fac_none")).status, 404);
    assert!(sandbox.factory_orders().is_empty());
}

#[test]
fn a_world_without_a_factory_in_its_snapshot_is_still_read() {
    let mut old = serde_json::to_value(World::new(1)).unwrap();
    let whole = old.as_object_mut().unwrap();
    for system in ["factory", "registration", "transport"] {
        assert!(whole.remove(system).is_some());
    }
    let world: World = serde_json::from_value(old).unwrap();
    assert!(world.factory().orders().is_empty());
}
