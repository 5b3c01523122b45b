//! API IoT's adapter.

use super::{PATIENCE, nobody, sandbox, system};
use crate::adapters::scripted::Scripted;
use caas::activation::model::ErrorCode;
use caas::activation::port::{
    ActivateCommand, CommandAnswer, CommandDuration, CommandStatus, Connectivity, InstalledStatus, IotApi as _,
    IotError,
};
use caas_sandbox::world::iot::model::{AnswerMode, IotSettings};
use caas_sandbox::{Fault, FaultRule, Operation, Running, VehicleSpec, Vin};
use caas_server::adapters::{HttpIotApi, OutsideSystem};
use serde_json::json;
use std::time::Duration;

const VIN: &str = "VSSZZZ5FZHR000001";

fn iot(url: &str) -> HttpIotApi {
    HttpIotApi::new(&system(url), PATIENCE, PATIENCE).unwrap()
}

async fn with_vehicle() -> Running {
    let sandbox = sandbox().await;
    sandbox.handle.add_vehicles([VehicleSpec::new(Vin::parse(VIN).unwrap(), "LINCE", "4.2.0")]);
    sandbox
}

fn command(duration: CommandDuration) -> ActivateCommand {
    ActivateCommand {
        vin: VIN.to_owned(),
        service_code: "SEAT_HEATING".to_owned(),
        feature_flags: vec!["seat.heat".to_owned()],
        parameters: json!({"level": 3}).as_object().unwrap().clone(),
        duration,
    }
}

#[tokio::test]
async fn a_service_is_switched_on_and_off() {
    let sandbox = with_vehicle().await;
    let iot = iot(&sandbox.iot_url);
    let answer = iot.activate(&command(CommandDuration::Permanent)).await.unwrap();
    assert_eq!((answer.status, answer.error_code), (CommandStatus::Queued, None));
    sandbox.handle.advance(Duration::from_secs(10));
    let status = iot.vehicle_status(VIN).await.unwrap();
    assert_eq!(status.connectivity, Connectivity::Online);
    let installed = status.services.iter().find(|service| service.service_code == "SEAT_HEATING").unwrap();
    assert_eq!(installed.status, InstalledStatus::Active);
    assert_eq!(installed.request_id, Some(answer.request_id));

    iot.deactivate(VIN, "SEAT_HEATING").await.unwrap();
    sandbox.handle.advance(Duration::from_secs(10));
    let status = iot.vehicle_status(VIN).await.unwrap();
    assert!(!status.services.iter().any(|s| s.service_code == "SEAT_HEATING" && s.status == InstalledStatus::Active));
    let diagnostics = iot.diagnostics(VIN).await.unwrap();
    assert_eq!(diagnostics["vin"], VIN);
    assert!(diagnostics["network"]["latencyMs"].is_number());
}

#[tokio::test]
async fn an_end_that_is_known_at_once_is_told() {
    let sandbox = with_vehicle().await;
    sandbox.handle.set_iot_settings(IotSettings { answer: AnswerMode::Immediate, ..sandbox.handle.iot_settings() });
    let iot = iot(&sandbox.iot_url);
    let answer = iot.activate(&command(CommandDuration::Subscription)).await.unwrap();
    assert_eq!(answer.status, CommandStatus::Completed);
    sandbox.handle.set_fault(FaultRule::iot(Fault::AsyncFailure { code: caas_sandbox::ErrorCode::ModuleFault }));
    let answer = iot.deactivate(VIN, "SEAT_HEATING").await.unwrap();
    assert_eq!((answer.status, answer.error_code), (CommandStatus::Failed, Some(ErrorCode::ModuleFault)));
}

#[tokio::test]
async fn commands_are_written_as_the_contract_says() {
    let told = json!({"requestId": "r1", "status": "IN_PROGRESS", "timestamp": "2026-11-23T10:00:00+01:00"});
    let server = Scripted::answering(200, told.to_string()).await;
    let iot = iot(&server.url);
    let until = "2026-12-01T00:00:00Z".parse().unwrap();
    for duration in [CommandDuration::Temporary(until), CommandDuration::Permanent, CommandDuration::Subscription] {
        let answer = iot.activate(&command(duration)).await.unwrap();
        let wanted = CommandAnswer { request_id: "r1".to_owned(), status: CommandStatus::InProgress, error_code: None };
        assert_eq!(answer, wanted);
    }
    iot.deactivate(VIN, "SEAT_HEATING").await.unwrap();
    let seen = server.seen();
    let body = |index: usize| serde_json::from_str::<serde_json::Value>(&seen[index].body).unwrap();
    assert_eq!(seen[0].line, "POST /ota/activate");
    assert_eq!(seen[0].headers["authorization"], "Bearer token-of-the-tests");
    assert_eq!(
        body(0),
        json!({"vin": VIN, "serviceId": "SEAT_HEATING",
               "configuration": {"featureFlags": ["seat.heat"], "parameters": {"level": 3}},
               "duration": {"type": "TEMPORARY", "expiryDate": "2026-12-01T00:00:00Z"}})
    );
    assert_eq!(body(1)["duration"], json!({"type": "PERMANENT"}));
    assert_eq!(body(2)["duration"], json!({"type": "SUBSCRIPTION", "autoRenewal": true}));
    assert_eq!(seen[3].line, "POST /ota/deactivate");
    assert_eq!(body(3), json!({"vin": VIN, "serviceId": "SEAT_HEATING"}));
}

#[tokio::test]
async fn a_vehicle_that_refuses_says_why() {
    let sandbox = with_vehicle().await;
    let iot = iot(&sandbox.iot_url);
    sandbox.handle.set_fault(FaultRule::iot(Fault::Offline));
    let error = iot.activate(&command(CommandDuration::Permanent)).await.unwrap_err();
    assert!(matches!(error, IotError::Nack { code: ErrorCode::VehicleOffline, .. }) && !error.is_outage(), "{error:?}");
    let error = iot.vehicle_status("VSSZZZ5FZHR000009").await.unwrap_err();
    assert!(matches!(error, IotError::UnknownVehicle), "{error:?}");
}

#[tokio::test]
async fn an_outage_is_told_from_a_lost_answer() {
    let sandbox = with_vehicle().await;
    let iot = iot(&sandbox.iot_url);
    let once = |fault| sandbox.handle.set_fault(FaultRule::iot(fault).on(Operation::Activate).times(1));
    for fault in [Fault::Outage, Fault::Error] {
        once(fault);
        let error = iot.activate(&command(CommandDuration::Permanent)).await.unwrap_err();
        assert!(matches!(error, IotError::Unavailable(_)) && error.is_outage(), "{error:?}");
    }
    assert_eq!(sandbox.handle.command_count(&Vin::parse(VIN).unwrap(), "SEAT_HEATING"), 0);
    once(Fault::Hang);
    let error = iot.activate(&command(CommandDuration::Permanent)).await.unwrap_err();
    assert!(matches!(error, IotError::NoAnswer(_)), "{error:?}");
    once(Fault::LostAnswer);
    let error = iot.activate(&command(CommandDuration::Permanent)).await.unwrap_err();
    assert!(matches!(error, IotError::NoAnswer(_)) && error.is_outage(), "{error:?}");
    // It was executed, and once only.
    assert_eq!(sandbox.handle.command_count(&Vin::parse(VIN).unwrap(), "SEAT_HEATING"), 1);
}

#[tokio::test]
async fn nobody_there_and_a_wrong_token_mean_not_executed() {
    let error = iot(&nobody().await).deactivate(VIN, "SEAT_HEATING").await.unwrap_err();
    assert!(matches!(error, IotError::Unavailable(_)), "{error:?}");
    let sandbox = with_vehicle().await;
    let stranger = OutsideSystem { url: sandbox.iot_url.parse().unwrap(), token: "another".to_owned(), meter: None };
    let stranger = HttpIotApi::new(&stranger, PATIENCE, PATIENCE).unwrap();
    let error = stranger.vehicle_status(VIN).await.unwrap_err();
    assert!(matches!(error, IotError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn every_status_is_mapped() {
    let problem = |code: &str| json!({"type": "about:blank", "title": "No", "code": code}).to_string();
    let mut cases = vec![
        (409, problem("SOMETHING_NEW"), "Invalid".to_owned()),
        (409, "<html>".to_owned(), "NoAnswer".to_owned()),
        (404, String::new(), "UnknownVehicle".to_owned()),
        (422, problem("invalid_request"), "Invalid".to_owned()),
        (401, String::new(), "Unavailable".to_owned()),
        (500, String::new(), "Unavailable".to_owned()),
        (503, String::new(), "Unavailable".to_owned()),
        (504, String::new(), "NoAnswer".to_owned()),
        (302, String::new(), "NoAnswer".to_owned()),
        (200, "{}".to_owned(), "NoAnswer".to_owned()),
        (
            200,
            json!({"requestId": "r", "status": "DONE", "timestamp": "2026-11-23T09:00:00Z"}).to_string(),
            "NoAnswer".to_owned(),
        ),
    ];
    cases.extend(ErrorCode::ALL.iter().map(|code| (409, problem(code.as_str()), format!("Nack {code}"))));
    for (status, body, wanted) in cases {
        let server = Scripted::answering(status, body).await;
        let told = match iot(&server.url).deactivate(VIN, "SEAT_HEATING").await.unwrap_err() {
            IotError::Nack { code, .. } => format!("Nack {code}"),
            IotError::UnknownVehicle => "UnknownVehicle".to_owned(),
            IotError::Invalid(_) => "Invalid".to_owned(),
            IotError::Unavailable(_) => "Unavailable".to_owned(),
            IotError::NoAnswer(_) => "NoAnswer".to_owned(),
        };
        assert_eq!(told, wanted, "{status}");
        assert_eq!(server.seen().len(), 1, "nothing is sent twice");
    }
}

#[tokio::test]
async fn a_status_must_be_of_the_vehicle_asked_for_and_fit() {
    let good = json!({"vin": VIN, "connectivity": "LIMITED", "operation": "PARKED", "lastSeen": "2026-11-23T09:00:00Z",
                      "activeServices": [], "diagnostics": {"networkSignalStrength": 40}});
    let server = Scripted::answering(200, good.to_string()).await;
    let status = iot(&server.url).vehicle_status(VIN).await.unwrap();
    assert_eq!((status.connectivity, status.signal_strength), (Connectivity::Limited, Some(40)));
    for (pointer, bad) in [
        ("/vin", json!("VSSZZZ5FZHR000002")),
        ("/connectivity", json!("MAYBE")),
        ("/lastSeen", json!("2026-11-23")),
        ("/activeServices", json!(null)),
        ("/diagnostics/networkSignalStrength", json!(101)),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = bad;
        let server = Scripted::answering(200, body.to_string()).await;
        let error = iot(&server.url).vehicle_status(VIN).await.unwrap_err();
        assert!(matches!(error, IotError::NoAnswer(_)), "{pointer}: {error:?}");
    }
}

#[tokio::test]
async fn what_stands_in_a_path_is_encoded() {
    let server = Scripted::answering(404, "").await;
    let error = iot(&server.url).vehicle_status("A/../B?c").await.unwrap_err();
    assert!(matches!(error, IotError::UnknownVehicle), "{error:?}");
    assert_eq!(server.seen()[0].line, "GET /vehicles/A%2F..%2FB%3Fc/status");
}
