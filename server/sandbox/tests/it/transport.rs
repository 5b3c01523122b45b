//! The transport company: to the door, or back to the dealership, and nowhere else.

use caas_sandbox::{Absence, Call, Fault, FaultRule, Operation, RoadEvent, Sandbox};
use serde_json::{Value, json};

use crate::support::*;

fn request() -> Value {
    json!({
        "reference": "V-1", "vin": "VSSZZZLN6TP000001", "dealershipId": "d-1",
        "recipient": {"name": "Lucía", "phone": "+34600000000", "address": {"street": "Mayor 1", "city": "Madrid"}},
    })
}

fn schedule(sandbox: &Sandbox, key: &str) -> caas_sandbox::Answer {
    ask(sandbox, &Call::new(Operation::ScheduleDelivery, "").key(key).body(request()))
}

fn events(sandbox: &Sandbox) -> Vec<String> {
    sandbox.advance(days(5));
    let due = sandbox.take_due_webhooks(sandbox.now());
    assert!(due.iter().all(|hook| hook.path == "/webhooks/delivery-status"));
    due.iter().map(|hook| hook.body["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_car_comes_to_the_door() {
    let sandbox = sandbox();
    let answer = schedule(&sandbox, "key-1");
    assert_eq!((answer.status, answer.body["scheduledFor"].as_str()), (201, Some("2026-03-04T10:00:00Z")));
    assert!(schedule(&sandbox, "key-1").hit);
    assert_eq!(sandbox.deliveries().len(), 1);
    assert_eq!(events(&sandbox), ["PICKED_UP", "DELIVERED"]);
}

#[test]
fn an_absent_customer_is_called_and_waited_for() {
    for (returned, end) in [(false, "DELIVERED"), (true, "RETURNED_TO_DEALERSHIP")] {
        let sandbox = sandbox();
        sandbox.set_fault(FaultRule::transport(Fault::CustomerAbsent { returned }).times(1));
        schedule(&sandbox, "key-1");
        assert_eq!(events(&sandbox), ["PICKED_UP", "CUSTOMER_ABSENT", "CUSTOMER_CALLED", "WAITING", end]);
        assert!(events(&sandbox).is_empty(), "nothing follows");
    }
}

#[test]
fn a_transport_is_hurried_by_hand() {
    let sandbox = sandbox();
    schedule(&sandbox, "key-1");
    let id = sandbox.deliveries()[0].delivery_id.clone();
    assert!(sandbox.set_absence(&id, Absence::ForGood));
    while sandbox.hurry_delivery(&id) {}
    assert_eq!(sandbox.deliveries()[0].last(), Some(RoadEvent::ReturnedToDealership));
    assert!(!sandbox.hurry_delivery("del_none"));
}

#[test]
fn what_does_not_fit_is_named() {
    let sandbox = sandbox();
    for (pointer, bad) in [
        ("/reference", json!(1)),
        ("/vin", json!([])),
        ("/dealershipId", Value::Null),
        ("/recipient/phone", json!(600)),
        ("/recipient/address", json!("Mayor 1")),
    ] {
        let mut body = request();
        *body.pointer_mut(pointer).unwrap() = bad;
        let answer = ask(&sandbox, &Call::new(Operation::ScheduleDelivery, "").key(pointer).body(body));
        assert_eq!(answer.body["field"], pointer[1..].replace('/', "."));
    }
    sandbox.set_fault(FaultRule::transport(Fault::Outage).times(1));
    assert_eq!(schedule(&sandbox, "key-1").status, 503);
    assert_eq!(schedule(&sandbox, "key-1").status, 201);
}
