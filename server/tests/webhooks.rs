//! What outside systems tell us: proved, understood, stored once, interpreted, on both engines.

use crate::support::balanced::Balanced;
use crate::support::unlike_any_other;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use caas::inbox::{InterpretWebhook, Interpretation, Sender, State, conclude, repository, service};
use caas::kernel::clock::{Clock as _, ManualClock};
use caas::kernel::database::Database;
use caas::kernel::jobs::{Outcome, Registry, run_due_jobs};
use caas::kernel::rng::SeededRng;
use caas::kernel::spans::Spans;
use caas::{Caas, Parts, Policies, sql};
use caas_sandbox::{
    Call, Country, ErrorCode, Fault, FaultRule, Operation, Sandbox, SandboxClock, TestCard, VehicleSpec, Vin,
    WebhookSecret as Signer, World,
};
use caas_server::adapters::{
    HttpFactory, HttpIotApi, HttpPaymentGateway, HttpRegistrationBodies, HttpSmsSender, HttpTransport, HttpVss,
    OutsideSystem, PushKey, PushSettings, SandboxMailer, WebPush,
};
use caas_server::webhooks::{self, SenderSecrets, WebhookSecret};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt as _;

const OTA: &str = "/caas/webhooks/ota-status";
const SETTLEMENT: &str = "/caas/webhooks/payment-settlement";
const IOT_SECRET: &str = "whsec_aW90LXNlY3JldC1vZi10aGUtdGVzdHM=";
const NEW_IOT_SECRET: &str = "whsec_bmV3LWlvdC1zZWNyZXQtb2YtdGhlLXRlc3Rz";
const GATEWAY_SECRET: &str = "whsec_Z2F0ZXdheS1zZWNyZXQtb2YtdGhlLXRlc3Rz";
const ORDER: &str = "/webhooks/order-status";
const REGISTRATION: &str = "/webhooks/registration-status";
const DELIVERY: &str = "/webhooks/delivery-status";
const FACTORY_SECRET: &str = "whsec_ZmFjdG9yeS1zZWNyZXQtb2YtdGhlLXRlc3Rz";
const SPANISH_SECRET: &str = "whsec_c3BhbmlzaC1zZWNyZXQtb2YtdGhlLXRlc3Rz";
const BRITISH_SECRET: &str = "whsec_YnJpdGlzaC1zZWNyZXQtb2YtdGhlLXRlc3Rz";
const TRANSPORT_SECRET: &str = "whsec_dHJhbnNwb3J0LXNlY3JldC1vZi10aGUtdGVzdHM=";

/// The endpoints on a database of their own, and a clock that stands still.
struct Inbox {
    caas: Caas,
    clock: Arc<ManualClock>,
    router: Router,
    _books: Balanced,
    _folder: TempDir,
}

/// A new database on each engine that can be tested here.
async fn each_engine() -> Vec<Inbox> {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("caas.db").display());
    let mut all = vec![Inbox::on(&file, folder).await];
    if let Ok(server) = std::env::var("CAAS_TEST_POSTGRES_URL")
        && !server.is_empty()
    {
        let name = unlike_any_other("webhooks");
        let pool = sqlx::PgPool::connect(&server).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
        pool.close().await;
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&name);
        all.push(Inbox::on(url.as_str(), tempfile::tempdir().unwrap()).await);
    }
    all
}

fn push(timeout: Duration) -> WebPush {
    let settings = PushSettings {
        key: PushKey::of(&[7; 32]).unwrap(),
        contact: "mailto:caas@example.com".to_owned(),
        local_addresses: true,
        timeout,
    };
    let clock = Arc::new(ManualClock::at("2026-11-23T09:00:00Z".parse().unwrap()));
    WebPush::new(settings, Arc::new(SeededRng::new(7)), clock).unwrap()
}

impl Inbox {
    async fn on(url: &str, folder: TempDir) -> Inbox {
        let db = Database::connect(url).await.unwrap();
        db.migrate().await.unwrap();
        let start: DateTime<Utc> = "2026-11-23T09:00:00.5Z".parse().unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let nowhere =
            OutsideSystem { url: "http://nobody.invalid".parse().unwrap(), token: String::new(), meter: None };
        let patience = Duration::from_millis(200);
        let sandbox = Sandbox::in_process(World::new(1), SandboxClock::manual(start));
        let caas = Caas::new(Parts {
            spans: Spans::default(),
            db,
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(7)),
            policies: Policies::default(),
            public_url: "http://localhost:3000".to_owned(),
            gateway: Arc::new(HttpPaymentGateway::new(&nowhere, patience).unwrap()),
            iot: Arc::new(HttpIotApi::new(&nowhere, patience, patience).unwrap()),
            factory: Arc::new(HttpFactory::new(&nowhere, patience).unwrap()),
            registration: Arc::new(HttpRegistrationBodies::new([("GB", nowhere.clone())], patience).unwrap()),
            transport: Arc::new(HttpTransport::new(&nowhere, patience).unwrap()),
            vss: Arc::new(HttpVss::new(&nowhere, patience).unwrap()),
            mailer: Arc::new(SandboxMailer::new(sandbox, "no-reply@caas.example")),
            sms: Arc::new(HttpSmsSender::new(&nowhere, patience).unwrap()),
            push: Arc::new(push(patience)),
        });
        let secrets = |text: &str| WebhookSecret::parse_list(text).unwrap();
        let router = webhooks::router(
            &caas,
            &[
                SenderSecrets { sender: Sender::Iot, secrets: secrets(&format!("{IOT_SECRET},{NEW_IOT_SECRET}")) },
                SenderSecrets { sender: Sender::Payments, secrets: secrets(GATEWAY_SECRET) },
                SenderSecrets { sender: Sender::Factory, secrets: secrets(FACTORY_SECRET) },
                // Two bodies of one endpoint, each with its own secret.
                SenderSecrets { sender: Sender::Registration, secrets: secrets(SPANISH_SECRET) },
                SenderSecrets { sender: Sender::Registration, secrets: secrets(BRITISH_SECRET) },
                SenderSecrets { sender: Sender::Transport, secrets: secrets(TRANSPORT_SECRET) },
            ],
        );
        Inbox { caas, clock, router, _books: Balanced::when_over(url), _folder: folder }
    }

    /// Sends a message with these headers; status and body of the answer.
    async fn send(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (u16, Value) {
        let mut request = Request::post(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        if status != 200 {
            assert_eq!(kind.as_deref(), Some("application/problem+json"));
        }
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Sends a message as its sender signs it.
    async fn signed(&self, path: &str, secret: &str, id: &str, body: &str) -> (u16, Value) {
        let now = self.clock.now();
        let signature = Signer::parse(secret).unwrap().sign(id, now, body.as_bytes());
        self.with_signature(path, id, now, &signature, body).await
    }

    async fn with_signature(
        &self,
        path: &str,
        id: &str,
        at: DateTime<Utc>,
        signature: &str,
        body: &str,
    ) -> (u16, Value) {
        let at = at.timestamp().to_string();
        let headers = [("webhook-id", id), ("webhook-timestamp", at.as_str()), ("webhook-signature", signature)];
        self.send(path, &headers, body.to_owned()).await
    }

    /// Messages, notes and jobs in the database.
    async fn stored(&self) -> (i64, i64, i64) {
        let mut tx = self.caas.db.read().await.unwrap();
        let (messages,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM webhook_inbox").unwrap();
        let (notes,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM webhook_notes").unwrap();
        let (jobs,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM jobs").unwrap();
        (messages, notes, jobs)
    }

    async fn row(&self, sender: Sender, id: &str) -> repository::InboxRow {
        let mut tx = self.caas.db.read().await.unwrap();
        repository::find(&mut tx, sender, id).await.unwrap().unwrap()
    }

    async fn run_jobs(&self) -> usize {
        run_due_jobs(&self.caas, &Registry::default().with::<InterpretWebhook>()).await.unwrap()
    }
}

fn ota() -> Value {
    json!({"requestId": "req_1", "vin": "VSSZZZ5FZHR000001", "status": "ACTIVATED", "timestamp": "2026-11-23T09:00:00Z"})
}

fn settlement() -> Value {
    json!({"paymentId": "pay_1", "status": "SETTLED", "settlementAmount": {"value": "29.90", "currency": "EUR"},
           "settlementDate": "2026-11-23T09:00:00Z", "metadata": {"bankTransactionId": "btx_1"}})
}

#[tokio::test]
async fn an_authentic_message_is_stored_with_its_job_and_answered_200() {
    for inbox in each_engine().await {
        let body = ota().to_string();
        assert_eq!(inbox.signed(OTA, IOT_SECRET, "msg_1", &body).await.0, 200);
        assert_eq!(inbox.signed(SETTLEMENT, GATEWAY_SECRET, "msg_1", &settlement().to_string()).await.0, 200);
        assert_eq!(inbox.stored().await, (2, 0, 2));
        let row = inbox.row(Sender::Iot, "msg_1").await;
        assert_eq!((row.body, row.state.as_str(), row.attempts), (body, "RECEIVED", 0));
        assert_eq!(row.received_at, inbox.clock.now());
    }
}

#[tokio::test]
async fn who_does_not_prove_it_is_refused() {
    for inbox in each_engine().await {
        let body = ota().to_string();
        let now = inbox.clock.now();
        let good = Signer::parse(IOT_SECRET).unwrap().sign("msg_1", now, body.as_bytes());
        let at = now.timestamp().to_string();
        let all = [("webhook-id", "msg_1"), ("webhook-timestamp", at.as_str()), ("webhook-signature", good.as_str())];
        for missing in 0..all.len() {
            let mut headers = all.to_vec();
            headers.remove(missing);
            assert_eq!(inbox.send(OTA, &headers, body.clone()).await.0, 401);
        }
        // Another body, another id, another sender's secret, another version, no base64, no number.
        assert_eq!(inbox.with_signature(OTA, "msg_1", now, &good, &body.replace("req_1", "req_2")).await.0, 401);
        assert_eq!(inbox.with_signature(OTA, "msg_2", now, &good, &body).await.0, 401);
        assert_eq!(inbox.signed(OTA, GATEWAY_SECRET, "msg_1", &body).await.0, 401);
        assert_eq!(inbox.with_signature(OTA, "msg_1", now, &good.replace("v1,", "v1a,"), &body).await.0, 401);
        assert_eq!(inbox.with_signature(OTA, "msg_1", now, "v1,***", &body).await.0, 401);
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", "now"), ("webhook-signature", good.as_str())];
        assert_eq!(inbox.send(OTA, &headers, body.clone()).await.0, 401);
        // The signature comes before what the body says.
        assert_eq!(inbox.with_signature(OTA, "msg_1", now, &good, "not json").await.0, 401);
        assert_eq!(inbox.stored().await, (0, 0, 0));
    }
}

#[tokio::test]
async fn times_may_be_300_seconds_off_either_way() {
    for inbox in each_engine().await {
        let body = ota().to_string();
        for (number, (seconds, status)) in [(-301, 401), (-300, 200), (300, 200), (301, 401)].into_iter().enumerate() {
            let at = inbox.clock.now() + TimeDelta::seconds(seconds);
            let id = format!("msg_{number}");
            let signature = Signer::parse(IOT_SECRET).unwrap().sign(&id, at, body.as_bytes());
            assert_eq!(inbox.with_signature(OTA, &id, at, &signature, &body).await.0, status, "{seconds} s");
        }
        assert_eq!(inbox.stored().await, (2, 0, 2));
    }
}

#[tokio::test]
async fn two_secrets_and_several_signatures_are_good_during_a_rotation() {
    for inbox in each_engine().await {
        let body = ota().to_string();
        assert_eq!(inbox.signed(OTA, IOT_SECRET, "msg_old", &body).await.0, 200);
        assert_eq!(inbox.signed(OTA, NEW_IOT_SECRET, "msg_new", &body).await.0, 200);
        let now = inbox.clock.now();
        let sign = |secret: &str| Signer::parse(secret).unwrap().sign("msg_both", now, body.as_bytes());
        let both = format!("v2,AAAA {} {}", sign(GATEWAY_SECRET), sign(NEW_IOT_SECRET));
        assert_eq!(inbox.with_signature(OTA, "msg_both", now, &both, &body).await.0, 200);
        assert_eq!(inbox.stored().await.0, 3);
    }
}

#[tokio::test]
async fn what_is_too_large_no_json_or_does_not_fit_changes_nothing() {
    for inbox in each_engine().await {
        let (status, problem) = inbox.signed(OTA, IOT_SECRET, "msg_1", "{\"requestId\":").await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("not_json")));

        let (status, problem) = inbox.signed(OTA, IOT_SECRET, "msg_2", &json!([1]).to_string()).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some("body")));
        for (path, secret, mut body, pointer, bad) in [
            (OTA, IOT_SECRET, ota(), "/vin", json!("VSSZZZ5FZHR00000O")),
            (OTA, IOT_SECRET, ota(), "/status", json!("DONE")),
            (OTA, IOT_SECRET, ota(), "/timestamp", json!("2026-11-23 09:00")),
            (SETTLEMENT, GATEWAY_SECRET, settlement(), "/settlementAmount/value", json!("29,90")),
            (SETTLEMENT, GATEWAY_SECRET, settlement(), "/settlementDate", json!("2026-11-23")),
        ] {
            *body.pointer_mut(pointer).unwrap() = bad;
            let (status, problem) = inbox.signed(path, secret, "msg_3", &body.to_string()).await;
            assert_eq!((status, problem["field"].as_str()), (422, Some(pointer[1..].replace('/', ".").as_str())));
        }

        // Exactly 64 KiB is read; a byte more is not, whoever sent it.
        let mut body = ota();
        body["padding"] = json!("");
        let room = 64 * 1024 - body.to_string().len();
        body["padding"] = json!("x".repeat(room + 1));
        let (status, problem) = inbox.signed(OTA, IOT_SECRET, "msg_4", &body.to_string()).await;
        assert_eq!((status, problem["code"].as_str()), (413, Some("too_large")));
        assert_eq!(inbox.send(OTA, &[], vec![b' '; 2 * 1024 * 1024]).await.0, 413);
        assert_eq!(inbox.stored().await, (0, 0, 0));

        body["padding"] = json!("x".repeat(room));
        assert_eq!(inbox.signed(OTA, IOT_SECRET, "msg_4", &body.to_string()).await.0, 200);
    }
}

#[tokio::test]
async fn a_message_has_one_effect_however_often_it_comes() {
    for inbox in each_engine().await {
        let body = ota().to_string();
        for _ in 0..3 {
            assert_eq!(inbox.signed(OTA, IOT_SECRET, "msg_1", &body).await.0, 200);
        }
        // The same value in other words.
        assert_eq!(inbox.signed(OTA, IOT_SECRET, "msg_1", &format!(" {body} ")).await.0, 200);
        assert_eq!(inbox.stored().await, (1, 0, 1));
        let same = || inbox.signed(OTA, IOT_SECRET, "msg_2", &body);
        let statuses = futures::future::join_all((0..4).map(|_| same())).await;
        assert!(statuses.iter().all(|(status, _)| *status == 200));
        assert_eq!(inbox.stored().await, (2, 0, 2));
    }
}

#[tokio::test]
async fn a_known_id_with_another_body_is_noted_and_has_no_effect() {
    for inbox in each_engine().await {
        let first = ota().to_string();
        let other = first.replace("ACTIVATED", "FAILED");
        assert_eq!(inbox.signed(OTA, IOT_SECRET, "msg_1", &first).await.0, 200);
        for _ in 0..2 {
            assert_eq!(inbox.signed(OTA, IOT_SECRET, "msg_1", &other).await.0, 200);
        }
        assert_eq!(inbox.stored().await, (1, 1, 1));
        assert_eq!(inbox.row(Sender::Iot, "msg_1").await.body, first);
        let mut tx = inbox.caas.db.read().await.unwrap();
        let notes = repository::notes(&mut tx, 10).await.unwrap();
        assert_eq!((notes[0].webhook_id.as_str(), notes[0].body.as_str()), ("msg_1", other.as_str()));
    }
}

#[tokio::test]
async fn what_concerns_nothing_known_is_tried_for_three_days_and_then_shown() {
    for inbox in each_engine().await {
        inbox.signed(OTA, IOT_SECRET, "msg_1", &ota().to_string()).await;
        assert_eq!(inbox.run_jobs().await, 1);
        assert_eq!(inbox.row(Sender::Iot, "msg_1").await.attempts, 1);
        assert_eq!(inbox.run_jobs().await, 0, "not again before its time");
        inbox.clock.advance(TimeDelta::seconds(1));
        assert_eq!(inbox.run_jobs().await, 1);
        for _ in 0..71 {
            inbox.clock.advance(TimeDelta::hours(1));
            inbox.run_jobs().await;
        }
        assert_eq!(inbox.row(Sender::Iot, "msg_1").await.state, "RECEIVED");
        inbox.clock.advance(TimeDelta::hours(1));
        inbox.run_jobs().await;
        let row = inbox.row(Sender::Iot, "msg_1").await;
        assert_eq!(row.state, "UNMATCHED");
        assert!(row.attempts > 40, "{}", row.attempts);
        assert_eq!(inbox.stored().await, (1, 0, 0));

        let mut tx = inbox.caas.db.read().await.unwrap();
        assert_eq!(repository::unmatched(&mut tx, 10).await.unwrap()[0].id, row.id);
        drop(tx);
        assert!(service::try_again(&inbox.caas, row.id).await.unwrap());
        assert!(!service::try_again(&inbox.caas, row.id).await.unwrap());
        assert_eq!(inbox.run_jobs().await, 1);
        assert_eq!(inbox.row(Sender::Iot, "msg_1").await.state, "UNMATCHED");
    }
}

#[tokio::test]
async fn an_effect_is_committed_with_the_messages_new_state_and_only_once() {
    for inbox in each_engine().await {
        inbox.signed(SETTLEMENT, GATEWAY_SECRET, "msg_1", &settlement().to_string()).await;
        let row = inbox.row(Sender::Payments, "msg_1").await;
        let run = async |effect: &str| {
            let mut tx = inbox.caas.db.begin().await.unwrap();
            sql!(tx, execute "UPDATE webhook_inbox SET webhook_id = $1 WHERE id = $2", effect, row.id).unwrap();
            match conclude(&inbox.caas, &row, Interpretation::Applied(tx)).await.unwrap() {
                Outcome::DoneIn(tx) => {
                    tx.commit().await.unwrap();
                    true
                }
                Outcome::Done => false,
                _ => panic!("it is over"),
            }
        };
        assert!(run("first").await);
        assert!(!run("second").await, "a second run has no effect");
        let row = inbox.row(Sender::Payments, "first").await;
        assert_eq!((row.state.as_str(), row.processed_at), (State::Processed.as_str(), Some(inbox.clock.now())));
        // Its job finds nothing left to do.
        assert_eq!(inbox.run_jobs().await, 1);
        assert_eq!(inbox.stored().await, (1, 0, 0));
    }
}

/// The played systems are written by others from the same contract: what they send is taken.
#[tokio::test]
async fn what_the_played_systems_send_is_taken() {
    for inbox in each_engine().await {
        let now = inbox.clock.now();
        let sandbox = Sandbox::in_process(World::new(1), SandboxClock::manual(now));
        let vin = Vin::parse("VSSZZZ5FZHR000001").unwrap();
        sandbox.add_vehicles([VehicleSpec::new(vin.clone(), "LINCE", "4.2.0")]);
        sandbox.set_fault(FaultRule::vehicle(vin, Fault::AsyncFailure { code: ErrorCode::ModuleFault }).times(1));
        let command = json!({"vin": "VSSZZZ5FZHR000001", "serviceId": "SEAT_HEATING", "duration": {"type": "PERMANENT"},
                             "configuration": {"featureFlags": [], "parameters": {}}});
        for _ in 0..2 {
            let outcome = sandbox.call(&Call::new(Operation::Activate, "").body(command.clone()));
            assert_eq!(outcome.seen().unwrap().status, 200);
            sandbox.advance(Duration::from_secs(10));
        }
        let pay = |card, key: &str| {
            let token = sandbox.add_payment_method("customer-1", card).token;
            let body = json!({"paymentType": "SERVICE", "amount": {"value": "29.90", "currency": "EUR"},
                              "captureMode": "AUTOMATIC", "initiator": "CUSTOMER",
                              "paymentMethod": {"type": "CARD", "token": token},
                              "metadata": {"customerId": "c", "orderId": "o", "description": "d"}});
            let outcome = sandbox.call(&Call::new(Operation::InitiatePayment, "").key(key).body(body));
            outcome.seen().unwrap().body["paymentId"].as_str().unwrap().to_owned()
        };
        let good = pay(TestCard::GoodVisa, "key-1");
        assert!(sandbox.settle_now(&good));
        assert!(sandbox.charge_back(&good, "fraud"));
        assert!(sandbox.fail_settlement(&pay(TestCard::GoodVisa, "key-2"), "account closed"));

        let told = sandbox.take_due_webhooks(sandbox.now());
        assert_eq!(told.len(), 5);
        for webhook in &told {
            let secret = if webhook.path == OTA { IOT_SECRET } else { GATEWAY_SECRET };
            let answer = inbox.signed(&webhook.path, secret, &webhook.webhook_id, &webhook.body.to_string()).await;
            assert_eq!(answer.0, 200, "{}: {}", webhook.body, answer.1);
        }
        assert_eq!(inbox.stored().await, (5, 0, 5));
    }
}

/// What the factory, the registration bodies and the transport company of the sandbox send, each with its secret.
#[tokio::test]
async fn what_the_played_systems_of_a_sale_send_is_taken() {
    for inbox in each_engine().await {
        let now = inbox.clock.now();
        let sandbox = Sandbox::in_process(World::new(1), SandboxClock::manual(now));
        sandbox.set_fault(FaultRule::factory(Fault::QualityFailure));
        sandbox.set_fault(FaultRule::factory(Fault::MixedCallbacks));
        let address = json!({"street": "Mayor 1", "city": "Madrid", "postalCode": "28013", "country": "ES"});
        let order = json!({"orderReference": "V-1", "model": "LINCE", "options": [], "dealershipId": "d",
                           "customer": {"id": "c", "name": "Lucía", "country": "ES"}});
        let papers = json!({"reference": "V-1", "documents": [],
            "vehicle": {"vin": "VSSZZZLN6TP000001", "make": "CaaS", "model": "Lince", "year": 2026, "color": "BLUE",
                        "engineType": "ELECTRIC", "emissions": 0, "power": {}, "weight": 1800},
            "owner": {"type": "INDIVIDUAL", "name": "Lucía", "taxId": "1", "address": address},
            "purchase": {"date": "2026-11-23", "price": {}, "dealership": "d", "invoice": "f"}});
        let transport = json!({"reference": "V-1", "vin": "VSSZZZLN6TP000001", "dealershipId": "d",
                               "recipient": {"name": "Lucía", "phone": "+34600000001", "address": address}});
        for (fault, key) in [(None, "key-1"), (Some(Fault::CustomerAbsent { returned: true }), "key-2")] {
            if let Some(fault) = fault {
                sandbox.set_fault(FaultRule::transport(fault));
            }
            for (operation, body) in [
                (Operation::PlaceOrder, &order),
                (Operation::SubmitRegistration(Country::GB), &papers),
                (Operation::ScheduleDelivery, &transport),
            ] {
                let outcome = sandbox.call(&Call::new(operation, "").key(key).body(body.clone()));
                let status = outcome.seen().unwrap().status;
                assert!(matches!(status, 201 | 202), "{operation:?}: {status}");
            }
        }
        sandbox.advance(Duration::from_secs(40 * 86_400));
        let told = sandbox.take_due_webhooks(sandbox.now());
        assert_eq!(told.len(), 2 * 8 + 2 + 2 + 5);
        for webhook in &told {
            let secret = match webhook.path.as_str() {
                ORDER => FACTORY_SECRET,
                REGISTRATION => BRITISH_SECRET,
                _ => TRANSPORT_SECRET,
            };
            let answer = inbox.signed(&webhook.path, secret, &webhook.webhook_id, &webhook.body.to_string()).await;
            assert_eq!(answer.0, 200, "{}: {}", webhook.body, answer.1);
        }
        inbox.run_jobs().await;
        for webhook in &told {
            let sender = match webhook.path.as_str() {
                ORDER => Sender::Factory,
                REGISTRATION => Sender::Registration,
                _ => Sender::Transport,
            };
            let row = inbox.row(sender, &webhook.webhook_id).await;
            assert_eq!(
                (row.state.as_str(), row.attempts),
                ("RECEIVED", 1),
                "kept: nothing known carries its reference"
            );
        }
    }
}

#[tokio::test]
async fn the_registration_bodies_share_an_endpoint_and_nobody_else_signs_there() {
    for inbox in each_engine().await {
        let body = json!({"registrationId": "reg_1", "status": "UNDER_REVIEW", "timestamp": "2026-11-23T09:00:00Z"});
        for (id, secret, status) in [
            ("msg_1", SPANISH_SECRET, 200),
            ("msg_2", BRITISH_SECRET, 200),
            ("msg_3", FACTORY_SECRET, 401),
            ("msg_4", GATEWAY_SECRET, 401),
        ] {
            assert_eq!(inbox.signed(REGISTRATION, secret, id, &body.to_string()).await.0, status, "{id}");
        }
        for (path, secret, body, field) in [
            (
                ORDER,
                FACTORY_SECRET,
                json!({"orderId": "f", "status": "ORDER_PLACED", "timestamp": "2026-11-23T09:00:00Z"}),
                "status",
            ),
            (ORDER, FACTORY_SECRET, json!({"status": "IN_TRANSIT", "timestamp": "2026-11-23T09:00:00Z"}), "orderId"),
            (REGISTRATION, SPANISH_SECRET, json!({"registrationId": "r", "status": "APPROVED"}), "timestamp"),
            (
                DELIVERY,
                TRANSPORT_SECRET,
                json!({"deliveryId": "d", "event": "LOST", "timestamp": "2026-11-23T09:00:00Z"}),
                "event",
            ),
        ] {
            let (status, problem) = inbox.signed(path, secret, "msg_5", &body.to_string()).await;
            assert_eq!((status, problem["field"].as_str()), (422, Some(field)), "{body}");
        }
        assert_eq!(inbox.stored().await.0, 2);
    }
}
