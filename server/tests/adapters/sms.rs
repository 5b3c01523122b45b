//! Text messages: the contract, as the sandbox plays it and as a provider may answer.

use super::{PATIENCE, nobody, sandbox, system};
use crate::adapters::scripted::Scripted;
use caas::notifications::port::{DeliveryError, SmsSender as _, TextMessage};
use caas_sandbox::{Fault, FaultRule};
use caas_server::adapters::HttpSmsSender;

fn message() -> TextMessage {
    TextMessage {
        to: "+34600000001".to_owned(),
        body: "CaaS: no se te ha cobrado. https://caas.example/x".to_owned(),
        idempotency_key: "notice-1".to_owned(),
    }
}

fn sender(url: &str) -> HttpSmsSender {
    HttpSmsSender::new(&system(url), PATIENCE).unwrap()
}

#[tokio::test]
async fn a_message_arrives_once_whatever_is_lost_on_the_way() {
    let sandbox = sandbox().await;
    let sender = sender(&sandbox.sms_url);
    for fault in [Fault::LostAnswer, Fault::LostAnswerHanging, Fault::Outage, Fault::Error, Fault::Hang] {
        sandbox.handle.set_fault(FaultRule::sms(fault.clone()).times(1));
        let error = sender.send(&message()).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Transient(_)), "{fault:?}: {error:?}");
    }
    for _ in 0..2 {
        sender.send(&message()).await.unwrap();
    }
    let arrived = sandbox.handle.text_messages();
    assert_eq!(arrived.len(), 1);
    assert_eq!((arrived[0].to.as_str(), arrived[0].idempotency_key.as_str()), ("+34600000001", "notice-1"));
    sender.send(&TextMessage { idempotency_key: "notice-2".to_owned(), ..message() }).await.unwrap();
    assert_eq!(sandbox.handle.text_messages().len(), 2);
}

#[tokio::test]
async fn what_can_never_arrive_is_not_tried_again() {
    let sandbox = sandbox().await;
    let sender = sender(&sandbox.sms_url);
    for bad in [
        TextMessage { to: "600000001".to_owned(), ..message() },
        TextMessage { to: "+0600000001".to_owned(), ..message() },
        TextMessage { body: "ñ".repeat(481), ..message() },
    ] {
        let error = sender.send(&bad).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Permanent(_)), "{error:?}");
    }
    // The same key with another text: our own mistake, which does not pass by itself.
    sender.send(&message()).await.unwrap();
    let error = sender.send(&TextMessage { body: "another".to_owned(), ..message() }).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Permanent(_)), "{error:?}");
    sender.send(&TextMessage { body: "ñ".repeat(480), idempotency_key: "long".to_owned(), ..message() }).await.unwrap();
}

#[tokio::test]
async fn the_request_is_the_contracts_and_answers_are_read_strictly() {
    let server = Scripted::answering(201, r#"{"messageId": "m1", "status": "DELIVERED", "more": 1}"#).await;
    sender(&server.url).send(&message()).await.unwrap();
    let seen = server.seen().remove(0);
    assert_eq!(seen.line, "POST /messages");
    assert_eq!(seen.headers["idempotency-key"], "notice-1");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&seen.body).unwrap(),
        serde_json::json!({ "to": message().to, "body": message().body })
    );
    for (status, body, passes) in [
        (201, "{}", true),
        (201, r#"{"messageId": "m1", "status": "LOST"}"#, true),
        (200, r#"{"messageId": "m1", "status": "ACCEPTED"}"#, true),
        (401, "{}", true),
        (429, "{}", true),
        (503, "", true),
        (422, r#"{"code": "invalid_number"}"#, false),
    ] {
        let server = Scripted::answering(status, body).await;
        let error = sender(&server.url).send(&message()).await.unwrap_err();
        assert_eq!(matches!(error, DeliveryError::Transient(_)), passes, "{status} {body}: {error:?}");
        assert!(!error.to_string().contains("600000001"));
    }
    let error = sender(&nobody().await).send(&message()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Transient(_)), "{error:?}");
}
