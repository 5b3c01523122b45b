//! Commands: taken, confirmed, refused, repeated; and what the vehicle says of itself.

use caas_sandbox::world::iot::model::{AnswerMode, IotSettings};
use caas_sandbox::{Call, Connectivity, DrivingState, ErrorCode, Fault, FaultRule, Operation};
use serde_json::json;

use crate::support::*;

#[test]
fn the_car_confirms_three_seconds_later() {
    let sandbox = sandbox();
    let answer = ask(&sandbox, &activation("HEAT")).body;
    assert_eq!(answer["status"], "QUEUED");
    assert_eq!(service_in_car(&sandbox, "HEAT")["status"], "PENDING");
    assert!(sandbox.take_due_webhooks(start() + seconds(2)).is_empty());
    let told = sandbox.take_due_webhooks(start() + seconds(3));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, "/caas/webhooks/ota-status");
    assert_eq!(
        told[0].body,
        json!({"requestId": answer["requestId"], "vin": VIN, "status": "ACTIVATED", "timestamp": "2026-03-01T10:00:03Z"})
    );
    let service = service_in_car(&sandbox, "HEAT");
    assert_eq!(service["status"], "ACTIVE");
    assert_eq!(service["requestId"], answer["requestId"]);
}

#[test]
fn an_expired_service_stays_until_it_is_deactivated() {
    let sandbox = sandbox();
    ask(&sandbox, &activation("HEAT"));
    sandbox.advance(days(100));
    assert_eq!(service_in_car(&sandbox, "HEAT")["status"], "ACTIVE");
    ask(&sandbox, &deactivation("HEAT"));
    let told = sandbox.take_due_webhooks(sandbox.now() + seconds(3));
    assert_eq!(told[1].body["status"], "DEACTIVATED");
    assert!(service_in_car(&sandbox, "HEAT").is_null());
}

#[test]
fn immediate_mode_has_no_callback() {
    let sandbox = sandbox();
    sandbox.set_iot_settings(IotSettings { answer: AnswerMode::Immediate, ..IotSettings::default() });
    assert_eq!(ask(&sandbox, &activation("HEAT")).body["status"], "COMPLETED");
    sandbox.set_fault(FaultRule::iot(Fault::AsyncFailure { code: ErrorCode::ModuleFault }));
    let failed = ask(&sandbox, &activation("PARK")).body;
    assert_eq!((&failed["status"], &failed["errorCode"]), (&json!("FAILED"), &json!("MODULE_FAULT")));
    assert!(sandbox.take_due_webhooks(start() + days(1)).is_empty());
    assert_eq!(service_in_car(&sandbox, "PARK")["status"], "ERROR");
}

#[test]
fn a_repeated_command_is_a_second_command() {
    let sandbox = sandbox();
    let first = ask(&sandbox, &activation("HEAT")).body;
    let second = ask(&sandbox, &activation("HEAT")).body;
    assert_ne!(first["requestId"], second["requestId"]);
    assert_eq!(sandbox.command_count(&vin(), "HEAT"), 2);
    assert_eq!(sandbox.take_due_webhooks(start() + seconds(3)).len(), 2);
}

#[test]
fn vehicle_conditions_refuse_at_once() {
    let sandbox = sandbox();
    sandbox.set_connectivity(&vin(), Connectivity::Offline);
    assert_eq!(ask(&sandbox, &activation("HEAT")).code(), Some("VEHICLE_OFFLINE"));
    sandbox.set_connectivity(&vin(), Connectivity::Limited);
    sandbox.set_operation(&vin(), DrivingState::Driving);
    assert_eq!(ask(&sandbox, &activation("HEAT")).code(), Some("VEHICLE_DRIVING"));
    sandbox.set_operation(&vin(), DrivingState::PoweredOff);
    let refused = ask(&sandbox, &activation("HEAT"));
    assert_eq!((refused.status, refused.code()), (409, Some("VEHICLE_POWERED_OFF")));
    assert!(sandbox.take_due_webhooks(start() + days(1)).is_empty());
    assert!(service_in_car(&sandbox, "HEAT").is_null());
    assert_eq!(sandbox.command_count(&vin(), "HEAT"), 3);
}

#[test]
fn a_vehicle_that_goes_away_before_it_confirms_fails() {
    let sandbox = sandbox();
    ask(&sandbox, &activation("HEAT"));
    sandbox.set_connectivity(&vin(), Connectivity::Offline);
    let told = sandbox.take_due_webhooks(start() + seconds(3));
    assert_eq!(told[0].body["errorCode"], "VEHICLE_OFFLINE");
}

#[test]
fn the_base_platform_cannot_be_switched_off() {
    let sandbox = sandbox();
    assert_eq!(ask(&sandbox, &deactivation("BASE_PLATFORM")).code(), Some("CONFIG_CONFLICT"));
    assert_eq!(service_in_car(&sandbox, "BASE_PLATFORM")["status"], "ACTIVE");
}

#[test]
fn an_unknown_vin_is_404_unless_it_is_welcome() {
    let sandbox = sandbox();
    let other = "ZZZZZZ1JZXW000009";
    let call = Call::new(Operation::VehicleStatus, other);
    assert_eq!(ask(&sandbox, &call).status, 404);
    assert_eq!(ask(&sandbox, &Call::new(Operation::Diagnostics, "nonsense")).status, 404);
    sandbox.set_iot_settings(IotSettings { accept_unknown_vins: Some("ZZZ".to_owned()), ..IotSettings::default() });
    assert_eq!(ask(&sandbox, &call).status, 200);
    assert_eq!(ask(&sandbox, &Call::new(Operation::VehicleStatus, "YZZZZZ1JZXW000009")).status, 404);
}

#[test]
fn what_does_not_fit_is_no_command() {
    let sandbox = sandbox();
    let good = activation("HEAT").body.unwrap();
    let wrong = [
        ("/vin", json!("WVWZZZ1JZXW00000I"), "vin"),
        ("/configuration/featureFlags", json!([1]), "configuration.featureFlags"),
        ("/configuration/parameters", json!([]), "configuration.parameters"),
        ("/duration/type", json!("FOREVER"), "duration.type"),
        ("/duration/expiryDate", json!("2026-03-08 10:00:00Z"), "duration.expiryDate"),
    ];
    for (pointer, value, field) in wrong {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = ask(&sandbox, &Call::new(Operation::Activate, "").body(body));
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)));
    }
    assert!(sandbox.commands().is_empty());
}

#[test]
fn diagnostics_tell_what_happened() {
    let sandbox = sandbox();
    sandbox.set_fault(FaultRule::iot(Fault::AsyncFailure { code: ErrorCode::ModuleFault }));
    ask(&sandbox, &activation("HEAT"));
    sandbox.advance(seconds(5));
    let report = ask(&sandbox, &Call::new(Operation::Diagnostics, VIN)).body;
    assert_eq!(report["model"], "AURA");
    assert_eq!(report["modules"][2], json!({"name": "BODY_CONTROL", "status": "FAULT"}));
    assert!(report["log"].to_string().contains("failed: activate HEAT"));
}
