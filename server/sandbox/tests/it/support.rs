//! A sandbox at a fixed time and short words for the calls.

use std::time::Duration;

use caas_sandbox::{Answer, Call, Operation, Sandbox, SandboxClock, TestCard, VehicleSpec, Vin, World};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub const VIN: &str = "WVWZZZ1JZXW000001";

pub fn start() -> DateTime<Utc> {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

pub fn sandbox() -> Sandbox {
    let sandbox = Sandbox::in_process(World::new(7), SandboxClock::manual(start()));
    sandbox.add_vehicles([VehicleSpec::new(vin(), "AURA", "4.2.0")]);
    sandbox
}

pub fn vin() -> Vin {
    Vin::parse(VIN).unwrap()
}

pub fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn euros(value: &str) -> Value {
    json!({"value": value, "currency": "EUR"})
}

pub fn token(sandbox: &Sandbox, card: TestCard) -> String {
    sandbox.add_payment_method("cust-1", card).token
}

pub fn payment_body(sandbox: &Sandbox, card: TestCard) -> Value {
    let kind = card.method_type();
    json!({
        "paymentType": "SERVICE",
        "amount": euros("29.90"),
        "captureMode": "MANUAL",
        "initiator": "CUSTOMER",
        "paymentMethod": {"type": kind, "token": token(sandbox, card)},
        "metadata": {"customerId": "cust-1", "orderId": "o-1", "description": "Heated seats"},
    })
}

pub fn ask(sandbox: &Sandbox, call: &Call) -> Answer {
    sandbox.call(call).answer.unwrap()
}

pub fn initiate(sandbox: &Sandbox, key: &str, body: Value) -> Answer {
    ask(sandbox, &Call::new(Operation::InitiatePayment, "").key(key).body(body))
}

/// A hold of 29.90 on a card; its id.
pub fn held(sandbox: &Sandbox, card: TestCard) -> String {
    let key = format!("hold-{}", sandbox.payments().len());
    let answer = initiate(sandbox, &key, payment_body(sandbox, card));
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["paymentId"].as_str().unwrap().to_owned()
}

pub fn capture(sandbox: &Sandbox, id: &str, key: &str, value: &str) -> Answer {
    let body = json!({"amount": euros(value)});
    ask(sandbox, &Call::new(Operation::CapturePayment, id).key(key).body(body))
}

pub fn cancel(sandbox: &Sandbox, id: &str, key: &str) -> Answer {
    ask(sandbox, &Call::new(Operation::CancelPayment, id).key(key).body(json!({})))
}

pub fn refund(sandbox: &Sandbox, id: &str, key: &str, value: &str) -> Answer {
    let body = json!({"amount": euros(value), "reason": "withdrawal"});
    ask(sandbox, &Call::new(Operation::RefundPayment, id).key(key).body(body))
}

pub fn status_of(sandbox: &Sandbox, id: &str) -> Value {
    ask(sandbox, &Call::new(Operation::GetPayment, id)).body["status"].clone()
}

pub fn activation(service: &str) -> Call {
    Call::new(Operation::Activate, "").body(json!({
        "vin": VIN,
        "serviceId": service,
        "configuration": {"featureFlags": ["HEAT"], "parameters": {"level": 3}},
        "duration": {"type": "TEMPORARY", "expiryDate": "2026-03-08T10:00:00Z"},
    }))
}

pub fn deactivation(service: &str) -> Call {
    Call::new(Operation::Deactivate, "").body(json!({"vin": VIN, "serviceId": service}))
}

pub fn service_in_car(sandbox: &Sandbox, service: &str) -> Value {
    let status = ask(sandbox, &Call::new(Operation::VehicleStatus, VIN)).body;
    status["activeServices"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["serviceId"] == service)
        .cloned()
        .unwrap_or(Value::Null)
}
