//! The servers: tokens, problems, lost answers, signed webhooks, restarts, control.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use caas_sandbox::start::Tokens;
use caas_sandbox::{
    Country, Fault, FaultRule, Running, Sandbox, SandboxClock, SandboxConfig, StartError, TestCard, VehicleSpec,
    WebhookSecret, WebhookTarget,
};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn config() -> SandboxConfig {
    SandboxConfig {
        clock: SandboxClock::manual(start()),
        tokens: Tokens {
            gateway: "bank-token".to_owned(),
            iot: "car-token".to_owned(),
            sms: "phone-token".to_owned(),
            factory: "factory-token".to_owned(),
            registration: [(Country::GB, "dvla-token".to_owned())].into(),
            transport: "lorry-token".to_owned(),
            vss: "lorry-token".to_owned(),
        },
        vehicles: vec![VehicleSpec::new(vin(), "AURA", "4.2.0")],
        accept_unknown_vins: false,
        ..SandboxConfig::default()
    }
}

async fn running() -> Running {
    Sandbox::start(config()).await.unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn pay(running: &Running, key: &str, body: &Value) -> reqwest::RequestBuilder {
    client()
        .post(format!("{}/payments/initiate", running.gateway_url))
        .bearer_auth("bank-token")
        .header("idempotency-key", key)
        .json(body)
}

#[tokio::test]
async fn nobody_enters_without_the_token() {
    let running = running().await;
    let url = format!("{}/vehicles/{VIN}/status", running.iot_url);
    for request in [client().get(&url), client().get(&url).bearer_auth("bank-token")] {
        let refused = request.send().await.unwrap();
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        assert_eq!(refused.json::<Value>().await.unwrap()["code"], "unauthorized");
    }
    let welcome = client().get(&url).bearer_auth("car-token").send().await.unwrap();
    assert_eq!(welcome.status(), 200);
    running.shutdown().await;
}

#[tokio::test]
async fn a_replay_carries_the_header_and_urls_are_whole() {
    let running = running().await;
    let body = payment_body(&running.handle, TestCard::NeedsAuthentication);
    let first = pay(&running, "k", &body).send().await.unwrap();
    assert_eq!(first.status(), 402);
    assert!(first.headers().get("idempotency-hit").is_none());
    let problem: Value = first.json().await.unwrap();
    let url = problem["authenticationUrl"].as_str().unwrap();
    assert!(url.starts_with(&running.gateway_url), "{url}");
    let again = pay(&running, "k", &body).send().await.unwrap();
    assert_eq!(again.headers()["idempotency-hit"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), problem);
    running.shutdown().await;
}

#[tokio::test]
async fn a_body_that_is_no_json_does_not_fit() {
    let running = running().await;
    let refused = client()
        .post(format!("{}/ota/activate", running.iot_url))
        .bearer_auth("car-token")
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 422);
    running.shutdown().await;
}

#[tokio::test]
async fn a_lost_answer_closes_the_connection_after_the_work_was_done() {
    let running = running().await;
    let sandbox = &running.handle;
    sandbox.set_fault(FaultRule::gateway(Fault::LostAnswer).times(1));
    let body = payment_body(sandbox, TestCard::GoodVisa);
    let error = pay(&running, "k", &body).send().await.unwrap_err();
    assert!(error.is_request(), "no header may arrive: {error:?}");
    assert_eq!(sandbox.payments().len(), 1);
    let again = pay(&running, "k", &body).send().await.unwrap();
    assert_eq!((again.status().as_u16(), sandbox.payments().len()), (201, 1));
    running.shutdown().await;
}

/// Webhooks received, with their headers; the first `refuse` are answered 500.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    refuse: usize,
}

impl Receiver {
    async fn listen(&self) -> WebhookTarget {
        async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
            let mut got = receiver.got.lock().unwrap();
            got.push((headers, body));
            if got.len() <= receiver.refuse { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
        }
        let router = Router::new().route("/caas/webhooks/ota-status", post(take)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        WebhookTarget {
            base_url: Some(url.parse().unwrap()),
            iot_secret: Some(WebhookSecret::parse(SECRET).unwrap()),
            ..WebhookTarget::default()
        }
    }
}

#[tokio::test]
async fn webhooks_are_signed_and_repeated_until_they_are_taken() {
    let receiver = Receiver { refuse: 1, ..Receiver::default() };
    let sandbox = sandbox();
    sandbox.set_webhook_target(receiver.listen().await);
    ask(&sandbox, &activation("HEAT"));
    sandbox.advance(seconds(3));
    assert_eq!(sandbox.deliver_due(sandbox.now()).await.failed, 1);
    assert_eq!(sandbox.deliver_due(sandbox.now()).await.failed, 0, "not before its time");
    sandbox.advance(seconds(5));
    assert_eq!(sandbox.deliver_due(sandbox.now()).await.accepted, 1);
    assert!(sandbox.waiting_webhooks().is_empty());

    let got = receiver.got.lock().unwrap();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].0["webhook-id"], got[1].0["webhook-id"]);
    for (headers, body) in got.iter() {
        let header = |name: &str| headers[name].to_str().unwrap();
        let signed = format!("{}.{}.", header("webhook-id"), header("webhook-timestamp"));
        let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(signed.as_bytes());
        mac.update(body);
        let expected = STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(header("webhook-signature"), format!("v1,{expected}"));
    }
    assert_eq!(got[1].0["webhook-timestamp"], "1772359208");
}

#[test]
fn the_signature_is_the_one_of_the_specification() {
    // Example of the Standard Webhooks reference libraries.
    let at = chrono::DateTime::from_timestamp(1_614_265_330, 0).unwrap();
    let signature =
        WebhookSecret::parse(SECRET).unwrap().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert!(WebhookSecret::parse("secret").is_err());
}

#[tokio::test]
async fn an_early_callback_arrives_before_the_answer() {
    let receiver = Receiver::default();
    let running = running().await;
    running.handle.set_webhook_target(receiver.listen().await);
    running.handle.set_fault(FaultRule::iot(Fault::EarlyCallback));
    let answer = client()
        .post(format!("{}/ota/activate", running.iot_url))
        .bearer_auth("car-token")
        .json(&activation("HEAT").body.unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(receiver.got.lock().unwrap().len(), 1);
    assert_eq!(answer.json::<Value>().await.unwrap()["status"], "QUEUED");
    running.shutdown().await;
}

#[tokio::test]
async fn a_restarted_sandbox_keeps_books_cars_and_what_is_to_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.json");
    let with_file = || SandboxConfig { snapshot_path: Some(path.clone()), ..config() };
    let first = Sandbox::start(with_file()).await.unwrap();
    let id = held(&first.handle, TestCard::GoodVisa);
    capture(&first.handle, &id, "c", "29.90");
    let request = ask(&first.handle, &activation("HEAT")).body["requestId"].clone();
    let before = (first.handle.payments(), first.handle.commands());
    // Not shut down: a killed process leaves the file as it was at its last answer.
    let second = Sandbox::start(with_file()).await.unwrap();
    let after = (second.handle.payments(), second.handle.commands());
    assert_eq!(json!([before.0, before.1]), json!([after.0, after.1]));
    assert!(capture(&second.handle, &id, "c", "29.90").hit);
    let told = second.handle.take_due_webhooks(start() + days(2));
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].body["requestId"], request);
    let new_ids = [held(&first.handle, TestCard::GoodVisa), held(&second.handle, TestCard::GoodVisa)];
    assert_ne!(new_ids[0], new_ids[1]);
    first.shutdown().await;
    second.shutdown().await;
}

#[tokio::test]
async fn only_loopback_is_served() {
    let addr: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let refused = Sandbox::start(SandboxConfig { control_addr: Some(addr), ..config() }).await;
    assert!(matches!(refused, Err(StartError::NotLoopback(_))));
}

#[tokio::test]
async fn control_moves_the_clock_cars_and_faults() {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let running = Sandbox::start(SandboxConfig { control_addr: Some(any), ..config() }).await.unwrap();
    let url = format!("{}/control", running.control_url.clone().unwrap());
    let rules = json!([{"system": "IOT", "fault": {"kind": "OUTAGE"}, "times": 1}]);
    let set = client().put(format!("{url}/faults")).json(&rules).send().await.unwrap();
    assert_eq!(set.json::<Value>().await.unwrap()[0]["id"], 1);
    assert_eq!(ask(&running.handle, &activation("HEAT")).status, 503);
    let clock = client().post(format!("{url}/clock/advance")).json(&json!({"seconds": 90})).send().await.unwrap();
    assert_eq!(clock.json::<Value>().await.unwrap()["now"], "2026-03-01T10:01:30Z");
    let patch =
        client().patch(format!("{url}/vehicles/{VIN}")).json(&json!({"operation": "DRIVING"})).send().await.unwrap();
    assert_eq!(patch.json::<Value>().await.unwrap()["operation"], "DRIVING");
    let mails = client().get(format!("{url}/mails")).send().await.unwrap();
    assert_eq!(mails.json::<Value>().await.unwrap(), json!([]));
    running.shutdown().await;
}
