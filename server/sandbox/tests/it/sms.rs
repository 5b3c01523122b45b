//! The provider of text messages, by its contract.

use caas_sandbox::{Call, Fault, FaultRule, Operation, Sandbox, SandboxClock, World};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::*;

fn sandbox() -> Sandbox {
    Sandbox::in_process(World::new(1), SandboxClock::manual(start()))
}

fn send(sandbox: &Sandbox, key: &str, body: &Value) -> (u16, Value, bool) {
    let answer = sandbox.call(&Call::new(Operation::SendMessage, "").key(key).body(body.clone())).answer.unwrap();
    (answer.status, answer.body, answer.hit)
}

#[test]
fn one_key_is_one_message() {
    let sandbox = sandbox();
    let body = json!({ "to": "+34600000001", "body": "Hola", "extra": true });
    let (status, first, hit) = send(&sandbox, "k", &body);
    assert_eq!((status, first["status"].as_str(), hit), (201, Some("ACCEPTED"), false));
    assert_eq!(send(&sandbox, "k", &body), (201, first.clone(), true));
    let (status, problem, _) = send(&sandbox, "k", &json!({ "to": "+34600000001", "body": "Adiós" }));
    assert_eq!((status, problem["code"].as_str()), (422, Some("idempotency_mismatch")));
    assert_eq!(sandbox.text_messages().len(), 1);
    assert_eq!(first["messageId"], sandbox.text_messages()[0].message_id.as_str());
    // After a day the key is forgotten.
    sandbox.advance(Duration::from_secs(24 * 3600));
    assert_eq!(send(&sandbox, "k", &body).0, 201);
    assert_eq!(sandbox.text_messages().len(), 2);
}

#[test]
fn what_the_contract_does_not_know_does_not_fit() {
    let sandbox = sandbox();
    for body in [
        json!({}),
        json!({ "to": "+34600000001" }),
        json!({ "to": "600000001", "body": "x" }),
        json!({ "to": "+0600000001", "body": "x" }),
        json!({ "to": "+12345678901234567", "body": "x" }),
        json!({ "to": "+34600000001", "body": 1 }),
        json!({ "to": "+34600000001", "body": "ñ".repeat(481) }),
    ] {
        assert_eq!(send(&sandbox, "k", &body).0, 422, "{body}");
    }
    let no_key = Call::new(Operation::SendMessage, "").body(json!({ "to": "+34600000001", "body": "x" }));
    assert_eq!(sandbox.call(&no_key).answer.unwrap().status, 422);
    assert_eq!(send(&sandbox, "k", &json!({ "to": "+34600000001", "body": "ñ".repeat(480) })).0, 201);
    assert_eq!(sandbox.text_messages().len(), 1);
}

#[test]
fn what_was_not_executed_is_not_remembered() {
    let sandbox = sandbox();
    let body = json!({ "to": "+34600000001", "body": "Hola" });
    sandbox.set_fault(FaultRule::sms(Fault::Outage).times(1));
    assert_eq!(send(&sandbox, "k", &body).0, 503);
    assert!(sandbox.text_messages().is_empty());
    assert!(!send(&sandbox, "k", &body).2);
    sandbox.reset();
    assert!(sandbox.text_messages().is_empty());
}
