//! Faults set on purpose: what is executed, what is told, how often.

use caas_sandbox::faults::Loss;
use caas_sandbox::{DeclineReason, ErrorCode, Fault, FaultRule, Operation, TestCard, Vin};
use serde_json::json;

use crate::support::*;

#[test]
fn a_lost_answer_is_executed_once() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::gateway(Fault::LostAnswer).times(1));
    let body = payment_body(&sandbox, TestCard::GoodVisa);
    let call = caas_sandbox::Call::new(Operation::InitiatePayment, "").key("k").body(body);
    let lost = sandbox.call(&call);
    assert_eq!(lost.lost, Some(Loss::Dropped));
    assert!(lost.seen().is_none());
    let again = sandbox.call(&call);
    assert!(again.seen().unwrap().hit);
    assert_eq!(sandbox.payments().len(), 1);
    assert!(sandbox.faults().is_empty());
}

#[test]
fn an_outage_executes_nothing_and_is_not_remembered() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::gateway(Fault::Outage).times(1));
    let body = payment_body(&sandbox, TestCard::GoodVisa);
    assert_eq!(initiate(&sandbox, "k", body.clone()).status, 503);
    assert!(sandbox.payments().is_empty());
    let answer = initiate(&sandbox, "k", body);
    assert_eq!((answer.status, answer.hit), (201, false));
}

#[test]
fn errors_and_silence_execute_nothing() {
    let sandbox = sandbox();
    let error = sandbox.set_fault(FaultRule::iot(Fault::Error).on(Operation::Activate));
    assert_eq!(ask(&sandbox, &activation("HEAT")).status, 500);
    assert!(service_in_car(&sandbox, "HEAT").is_null(), "the status query is not concerned");
    assert!(sandbox.clear_fault(error));
    sandbox.set_fault(FaultRule::iot(Fault::Hang));
    assert!(sandbox.call(&activation("HEAT")).answer.is_none());
    assert!(sandbox.commands().is_empty());
    assert_eq!(sandbox.calls_seen().len(), 3);
}

#[test]
fn a_decline_by_fault_is_used_up_only_by_payments() {
    let sandbox = sandbox();
    let reason = DeclineReason::TryAgainLater;
    sandbox.set_fault(FaultRule::gateway(Fault::Decline { reason }).times(1));
    status_of(&sandbox, "pay_nobody");
    let body = payment_body(&sandbox, TestCard::GoodVisa);
    assert_eq!(initiate(&sandbox, "k1", body.clone()).body["declineReason"], "TRY_AGAIN_LATER");
    assert_eq!(initiate(&sandbox, "k2", body).status, 201);
}

#[test]
fn a_slow_authorisation_is_initiated_first() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::gateway(Fault::SlowAuthorisation { seconds: 30 }));
    let id = held(&sandbox, TestCard::GoodVisa);
    assert_eq!(status_of(&sandbox, &id), "INITIATED");
    assert_eq!(capture(&sandbox, &id, "c", "29.90").code(), Some("not_authorised"));
    sandbox.advance(seconds(30));
    assert_eq!(status_of(&sandbox, &id), "AUTHORIZED");
}

#[test]
fn settlement_faults_act_on_the_capture() {
    let sandbox = sandbox();
    let reason = "account closed".to_owned();
    sandbox.set_fault(FaultRule::gateway(Fault::SettlementFails { reason }).times(1));
    let id = held(&sandbox, TestCard::GoodVisa);
    capture(&sandbox, &id, "c", "29.90");
    let told = sandbox.take_due_webhooks(start() + days(2));
    assert_eq!(told[0].body["failureReason"], "account closed");
}

#[test]
fn faults_of_one_vehicle_leave_the_others_alone() {
    let sandbox = sandbox();
    let other = Vin::parse("WVWZZZ1JZXW000002").unwrap();
    sandbox.set_fault(FaultRule::vehicle(other, Fault::Nack { code: ErrorCode::ConfigConflict }));
    assert_eq!(ask(&sandbox, &activation("HEAT")).status, 200);
    sandbox.set_fault(FaultRule::vehicle(vin(), Fault::Nack { code: ErrorCode::VehicleBusy }).times(1));
    assert_eq!(ask(&sandbox, &activation("HEAT")).code(), Some("VEHICLE_BUSY"));
    assert_eq!(ask(&sandbox, &activation("HEAT")).status, 200);
}

#[test]
fn a_pretended_condition_shows_in_status_and_refuses() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::vehicle(vin(), Fault::Driving));
    let status = ask(&sandbox, &caas_sandbox::Call::new(Operation::VehicleStatus, VIN));
    assert_eq!(status.body["operation"], "DRIVING");
    assert_eq!(ask(&sandbox, &activation("HEAT")).code(), Some("VEHICLE_DRIVING"));
    sandbox.clear_faults();
    assert_eq!(ask(&sandbox, &activation("HEAT")).status, 200);
}

#[test]
fn callbacks_come_twice_late_early_or_never() {
    let twice = sandbox();
    twice.set_fault(FaultRule::iot(Fault::DuplicateCallback { same_id: false }));
    ask(&twice, &activation("HEAT"));
    let told = twice.take_due_webhooks(start() + seconds(3));
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].body, told[1].body);
    assert_ne!(told[0].webhook_id, told[1].webhook_id);

    let late = sandbox();
    late.set_fault(FaultRule::iot(Fault::LateCallback { seconds: 600 }));
    ask(&late, &activation("HEAT"));
    assert!(late.take_due_webhooks(start() + seconds(602)).is_empty());
    assert_eq!(service_in_car(&late, "HEAT")["status"], "ACTIVE", "only the news is late");
    let told = late.take_due_webhooks(start() + seconds(603));
    assert_eq!(told[0].body["timestamp"], "2026-03-01T10:00:03Z");

    let early = sandbox();
    early.set_fault(FaultRule::iot(Fault::EarlyCallback));
    let outcome = early.call(&activation("HEAT"));
    assert!(outcome.webhooks_first);
    assert_eq!(outcome.answer.unwrap().body["status"], "QUEUED");
    assert_eq!(early.take_due_webhooks(start()).len(), 1);

    let never = sandbox();
    never.set_fault(FaultRule::iot(Fault::NoCallback));
    ask(&never, &activation("HEAT"));
    assert!(never.take_due_webhooks(start() + days(1)).is_empty());
    assert_eq!(service_in_car(&never, "HEAT")["status"], "ACTIVE");
}

#[test]
fn rules_read_as_they_are_written() {
    let rule = json!({"system": "IOT", "vin": VIN, "operation": "ACTIVATE", "fault": {"kind": "NACK", "code": "MODULE_FAULT"}, "times": 2});
    let read: FaultRule = serde_json::from_value(rule.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), rule);
}
