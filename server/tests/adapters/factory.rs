//! The factory: the contract, as the sandbox plays it and as a factory may answer.

use super::{PATIENCE, nobody, sandbox, system};
use crate::adapters::scripted::Scripted;
use caas::sales::factory::port::{Factory as _, FactoryError, FactoryRequest, FactoryStatus};
use caas_sandbox::{Fault, FaultRule};
use caas_server::adapters::HttpFactory;
use std::time::Duration;
use uuid::Uuid;

fn request() -> FactoryRequest {
    let id = Uuid::from_u128(7);
    FactoryRequest {
        order: id.into(),
        model: "LINCE".to_owned(),
        options: vec!["SUNROOF".to_owned()],
        colour: "BLUE".to_owned(),
        customer: id.into(),
        customer_name: "Lucía Ferrer".to_owned(),
        country: "ES".to_owned(),
        dealership: id.into(),
    }
}

fn factory(url: &str) -> HttpFactory {
    HttpFactory::new(&system(url), PATIENCE).unwrap()
}

#[tokio::test]
async fn one_order_in_the_end_whatever_is_lost_on_the_way() {
    let sandbox = sandbox().await;
    let factory = factory(&sandbox.factory_url);
    for (fault, executed) in [
        (Fault::Outage, false),
        (Fault::Error, true),
        (Fault::Hang, true),
        (Fault::LostAnswer, true),
        (Fault::LostAnswerHanging, true),
    ] {
        sandbox.handle.set_fault(FaultRule::factory(fault.clone()).times(1));
        let error = factory.place(&request(), "key-1").await.unwrap_err();
        assert!(error.is_outage());
        assert_eq!(matches!(error, FactoryError::NoAnswer(_)), executed, "{fault:?}: {error:?}");
    }
    let placed = factory.place(&request(), "key-1").await.unwrap();
    assert_eq!(placed.status, FactoryStatus::OrderPlaced);
    assert_eq!(placed.estimated_date.as_deref(), Some("2026-12-17"));
    let orders = sandbox.handle.factory_orders();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].order_id, placed.factory_order_id);
    assert_eq!(orders[0].order_reference, Uuid::from_u128(7).to_string());

    sandbox.handle.advance(Duration::from_secs(30 * 86_400));
    let built = factory.order(&placed.factory_order_id).await.unwrap().unwrap();
    assert_eq!(built.status, FactoryStatus::ArrivedAtDealership);
    assert_eq!(built.vin, sandbox.handle.factory_orders()[0].vin.clone().map(String::from));
    assert!(factory.order("fac_none").await.unwrap().is_none());
}

#[tokio::test]
async fn a_rejection_tells_its_reason() {
    let sandbox = sandbox().await;
    let factory = factory(&sandbox.factory_url);
    sandbox.handle.set_fault(FaultRule::factory(Fault::RejectOrder { reason: "not built".to_owned() }));
    let error = factory.place(&request(), "key-1").await.unwrap_err();
    assert!(matches!(&error, FactoryError::Rejected { reason } if reason == "not built"), "{error:?}");
    assert!(!error.is_outage());
    let bad = FactoryRequest { country: "ESP".to_owned(), ..request() };
    let error = factory.place(&bad, "key-2").await.unwrap_err();
    assert!(matches!(&error, FactoryError::Refused { code } if code == "invalid_request"), "{error:?}");
}

#[tokio::test]
async fn the_request_is_the_contracts_and_answers_are_read_strictly() {
    let good = r#"{"orderId": "f1", "status": "ORDER_PLACED", "estimatedDate": "2026-12-17", "more": 1}"#;
    let server = Scripted::answering(201, good).await;
    factory(&server.url).place(&request(), "key-1").await.unwrap();
    let seen = server.seen().remove(0);
    assert_eq!(seen.line, "POST /orders");
    assert_eq!(seen.headers["idempotency-key"], "key-1");
    assert_eq!(seen.headers["authorization"], "Bearer token-of-the-tests");
    let id = Uuid::from_u128(7).to_string();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&seen.body).unwrap(),
        serde_json::json!({
            "orderReference": id, "model": "LINCE", "options": ["SUNROOF"], "colour": "BLUE",
            "customer": {"id": id, "name": "Lucía Ferrer", "country": "ES"}, "dealershipId": id,
        })
    );
    // Nobody knows whether it was executed: the same key is asked again.
    for (status, body) in [
        (201, "{}"),
        (201, r#"{"orderId": "f1", "status": "ORDER_PLACED"}"#),
        (201, r#"{"orderId": "", "status": "ORDER_PLACED", "estimatedDate": "2026-12-17"}"#),
        (201, r#"{"orderId": "f1", "status": "BUILT", "estimatedDate": "2026-12-17"}"#),
        (201, r#"{"orderId": "f1", "status": "ORDER_PLACED", "estimatedDate": "17/12/2026"}"#),
        (201, r#"{"orderId": "f1", "status": "ORDER_PLACED", "estimatedDate": "2026-02-30"}"#),
        (500, r#"{"code": "internal_error"}"#),
        (302, ""),
    ] {
        let server = Scripted::answering(status, body).await;
        let error = factory(&server.url).place(&request(), "key-1").await.unwrap_err();
        assert!(matches!(error, FactoryError::NoAnswer(_)), "{status} {body}: {error:?}");
    }
    for status in [401, 403, 429, 503] {
        let server = Scripted::answering(status, "{}").await;
        let error = factory(&server.url).place(&request(), "key-1").await.unwrap_err();
        assert!(matches!(error, FactoryError::Unavailable(_)), "{status}: {error:?}");
    }
    let error = factory(&nobody().await).place(&request(), "key-1").await.unwrap_err();
    assert!(matches!(error, FactoryError::Unavailable(_)), "{error:?}");
    let server = Scripted::answering(200, good).await;
    let error = factory(&server.url).order("f2").await.unwrap_err();
    assert!(matches!(error, FactoryError::NoAnswer(_)), "an answer about another order: {error:?}");
}
