//! The transport company: the contract, as the sandbox plays it and as a company may answer.

use super::{PATIENCE, nobody, sandbox, system};
use crate::adapters::scripted::Scripted;
use caas::sales::delivery::port::{Transport as _, TransportError, TransportRequest};
use caas::sales::model::Address;
use caas_sandbox::{Fault, FaultRule};
use caas_server::adapters::HttpTransport;
use uuid::Uuid;

fn request() -> TransportRequest {
    TransportRequest {
        reference: "V-2026-000001".to_owned(),
        vin: "VSSZZZLN6TP000001".to_owned(),
        dealership: Uuid::from_u128(7).into(),
        name: "Lucía Ferrer".to_owned(),
        phone: "+34600000001".to_owned(),
        address: Address {
            street: "Calle Mayor 1".to_owned(),
            city: "Madrid".to_owned(),
            postal_code: "28013".to_owned(),
            country: "ES".to_owned(),
        },
    }
}

fn transport(url: &str) -> HttpTransport {
    HttpTransport::new(&system(url), PATIENCE).unwrap()
}

#[tokio::test]
async fn one_transport_in_the_end_whatever_is_lost_on_the_way() {
    let sandbox = sandbox().await;
    let transport = transport(&sandbox.transport_url);
    for fault in [Fault::Outage, Fault::Error, Fault::Hang, Fault::LostAnswer, Fault::LostAnswerHanging] {
        sandbox.handle.set_fault(FaultRule::transport(fault.clone()).times(1));
        assert!(transport.schedule(&request(), "key-1").await.unwrap_err().is_outage(), "{fault:?}");
    }
    let scheduled = transport.schedule(&request(), "key-1").await.unwrap();
    assert_eq!(scheduled.scheduled_for.to_rfc3339(), "2026-11-26T10:00:00+00:00");
    let known = sandbox.handle.deliveries();
    assert_eq!(known.len(), 1);
    assert_eq!((&known[0].delivery_id, known[0].phone.as_str()), (&scheduled.delivery_id, "+34600000001"));
    let error = transport.schedule(&TransportRequest { name: "Another".to_owned(), ..request() }, "key-1").await;
    assert!(matches!(error, Err(TransportError::Refused { code }) if code == "idempotency_mismatch"));
}

#[tokio::test]
async fn the_request_is_the_contracts_and_answers_are_read_strictly() {
    let server = Scripted::answering(201, r#"{"deliveryId": "d1", "scheduledFor": "2026-11-26T11:00:00+01:00"}"#).await;
    transport(&server.url).schedule(&request(), "key-1").await.unwrap();
    let seen = server.seen().remove(0);
    assert_eq!((seen.line.as_str(), &seen.headers["idempotency-key"]), ("POST /deliveries", &"key-1".parse().unwrap()));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&seen.body).unwrap(),
        serde_json::json!({
            "reference": "V-2026-000001", "vin": "VSSZZZLN6TP000001", "dealershipId": Uuid::from_u128(7).to_string(),
            "recipient": {
                "name": "Lucía Ferrer", "phone": "+34600000001",
                "address": {"street": "Calle Mayor 1", "city": "Madrid", "postalCode": "28013", "country": "ES"},
            },
        })
    );
    for (status, body) in [
        (201, "{}"),
        (201, r#"{"deliveryId": "d1", "scheduledFor": "2026-11-26"}"#),
        (201, r#"{"deliveryId": "", "scheduledFor": "2026-11-26T10:00:00Z"}"#),
        (500, "{}"),
    ] {
        let server = Scripted::answering(status, body).await;
        let error = transport(&server.url).schedule(&request(), "key-1").await.unwrap_err();
        assert!(matches!(error, TransportError::NoAnswer(_)), "{status} {body}: {error:?}");
        assert!(!error.to_string().contains("600000001"));
    }
    let server = Scripted::answering(422, r#"{"code": "invalid_request"}"#).await;
    let error = transport(&server.url).schedule(&request(), "key-1").await.unwrap_err();
    assert!(matches!(error, TransportError::Refused { .. }), "{error:?}");
    let error = transport(&nobody().await).schedule(&request(), "key-1").await.unwrap_err();
    assert!(matches!(error, TransportError::Unavailable(_)), "{error:?}");
}
