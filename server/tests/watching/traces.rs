//! Traces: a played collector is told one for each purchase, and nobody waits for one that is away.

use crate::purchase_pages::scene::{Engine, Fault, FaultRule, OfferKind, SEATS, Scene, TestApp, TimeDelta, lince};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use caas::activation::port::IotApi;
use caas::kernel::spans::{Place, Span as Told, SpanKind as Kind, SpanSink as _, Spans};
use caas::sql;
use caas_sandbox::{ErrorCode, Operation};
use caas_server::adapters::{HttpIotApi, Meter, OutsideSystem};
use caas_server::config::{Config, Reader};
use caas_server::export::SpanExport;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message as _;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use uuid::Uuid;

/// A collector that keeps what it is told.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<Span>,
    resources: Vec<Resource>,
    keys: Vec<String>,
}

impl Collector {
    async fn start() -> (Collector, String) {
        let collector = Collector::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, address)
    }

    fn spans(&self) -> Vec<Span> {
        self.0.lock().unwrap().spans.clone()
    }

    /// The spans of one trace, in the order they began.
    fn trace(&self, of: Uuid) -> Vec<Span> {
        let mut spans = self.spans();
        spans.retain(|span| span.trace_id == of.as_bytes());
        spans.sort_by_key(|span| (span.start_time_unix_nano, span.end_time_unix_nano));
        spans
    }
}

async fn take(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let told = ExportTraceServiceRequest::decode(body).unwrap();
    let mut kept = collector.0.lock().unwrap();
    kept.keys.extend(headers.get("x-key").map(|key| key.to_str().unwrap().to_owned()));
    for by_resource in told.resource_spans {
        kept.resources.extend(by_resource.resource);
        kept.spans.extend(by_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
    }
    StatusCode::OK
}

/// An attribute as text.
fn attribute(span: &Span, name: &str) -> Option<String> {
    let value = span.attributes.iter().find(|attribute| attribute.key == name)?.value.as_ref()?.value.as_ref()?;
    Some(match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("{name}: {other:?}"),
    })
}

fn named<'a>(trace: &'a [Span], name: &str) -> Vec<&'a Span> {
    trace.iter().filter(|span| span.name == name).collect()
}

async fn with_collector(engine: Engine, address: &str) -> Scene {
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", address),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=of%20ours"),
        ("OTEL_SERVICE_NAME", "caas-test"),
    ];
    let mut app = TestApp::start_with(engine, &settings).await;
    app.run_jobs().await;
    Scene::on(app).await
}

async fn flush(scene: &Scene) {
    scene.app.app.traces.as_ref().unwrap().flush().await;
}

fn id_of(path: &str) -> Uuid {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

async fn state(scene: &Scene, id: Uuid) -> String {
    let mut tx = scene.app.caas().db.read().await.unwrap();
    sql!(tx, one(String,), "SELECT current_state FROM service_activations WHERE service_activation_id = $1", id)
        .unwrap()
        .0
}

/// Every span but the root has its parent in the same trace, and lies within what it is a part of unless that is the root.
#[track_caller]
fn hangs_together(trace: &[Span]) {
    let ids: BTreeSet<&[u8]> = trace.iter().map(|span| span.span_id.as_slice()).collect();
    assert_eq!(ids.len(), trace.len(), "each span has an id of its own");
    for span in trace {
        let is_root = span.parent_span_id.is_empty();
        assert!(is_root || ids.contains(span.parent_span_id.as_slice()), "{span:?} hangs in the air");
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
    }
    assert_eq!(trace.iter().filter(|span| span.parent_span_id.is_empty()).count(), 1, "one root");
}

#[tokio::test]
async fn a_purchase_is_one_trace_from_the_click_to_the_banks_word_days_later() {
    for engine in Engine::all() {
        let (collector, address) = Collector::start().await;
        let mut scene = with_collector(engine, &address).await;
        let busy = Fault::AsyncFailure { code: ErrorCode::VehicleBusy };
        scene.app.sandbox().set_fault(FaultRule::vehicle(lince(), busy).times(1));
        scene.app.sandbox().set_fault(FaultRule::gateway(Fault::Error).on(Operation::CapturePayment).times(1));
        let id = id_of(&scene.order(SEATS, OfferKind::Permanent).await);
        let clicked = scene.app.now();
        scene.app.live(TimeDelta::minutes(10)).await;
        assert_eq!(state(&scene, id).await, "ACTIVE");
        flush(&scene).await;

        let trace = collector.trace(id);
        hangs_together(&trace);
        let root = named(&trace, "purchase")[0];
        assert_eq!(root.span_id, id.as_bytes()[8..], "its id follows from the purchase's");
        assert_eq!(root.start_time_unix_nano, clicked.timestamp_millis() as u64 * 1_000_000);
        assert_eq!(attribute(root, "caas.outcome").as_deref(), Some("CHARGED"));
        let captured = named(&trace, "payments.capture").iter().map(|span| span.end_time_unix_nano).max();
        assert_eq!(Some(root.end_time_unix_nano), captured, "it ends when the money is taken");

        let click = named(&trace, "POST /api/comprar")[0];
        assert_eq!((click.kind(), &click.parent_span_id), (SpanKind::Server, &root.span_id));
        assert_eq!(attribute(click, "http.route").as_deref(), Some("/api/comprar"));
        assert_eq!(attribute(click, "http.response.status_code").as_deref(), Some("303"));

        let hold = named(&trace, "purchases.authorise")[0];
        assert_eq!((hold.kind(), &hold.parent_span_id), (SpanKind::Consumer, &root.span_id));
        let held = named(&trace, "payments.initiate")[0];
        assert_eq!((held.kind(), &held.parent_span_id), (SpanKind::Client, &hold.span_id));
        assert_eq!(attribute(held, "caas.system").as_deref(), Some("PAYMENTS"));
        assert_eq!(attribute(held, "http.response.status_code").as_deref(), Some("201"));

        let commands = named(&trace, "iot.activate");
        assert_eq!(commands.len(), 2, "the car was told twice");
        assert!(commands[1].start_time_unix_nano - commands[0].start_time_unix_nano >= 60_000_000_000);
        assert!(named(&trace, "activation.attempt").iter().all(|job| job.parent_span_id == root.span_id));
        let callbacks = named(&trace, "webhook");
        assert_eq!(callbacks.len(), 2, "one of the failure, one of the success");
        for callback in callbacks {
            assert_eq!(
                (callback.kind(), attribute(callback, "caas.sender").as_deref()),
                (SpanKind::Server, Some("IOT"))
            );
            let brought = collector.trace(Uuid::from_slice(&callback.links[0].trace_id).unwrap());
            let [request] = &brought[..] else { panic!("one request brought it: {brought:?}") };
            assert_eq!(
                (request.name.as_str(), &request.span_id),
                ("POST /caas/webhooks/ota-status", &callback.links[0].span_id)
            );
        }

        let calls: Vec<_> =
            named(&trace, "payments.capture").into_iter().filter(|span| span.kind() == SpanKind::Client).collect();
        let outcomes: Vec<_> = calls.iter().map(|call| attribute(call, "caas.outcome").unwrap()).collect();
        assert_eq!(outcomes, ["failed", "answered"]);
        assert_eq!(attribute(calls[0], "http.response.status_code").as_deref(), Some("500"));
        assert_eq!(calls[0].status.as_ref().unwrap().code, 2, "an error");
        let tries: Vec<_> = named(&trace, "payments.capture")
            .into_iter()
            .filter(|span| span.kind() == SpanKind::Consumer)
            .map(|span| (attribute(span, "caas.job.attempt").unwrap(), attribute(span, "caas.outcome").unwrap()))
            .collect();
        assert_eq!(tries, [("1".to_owned(), "failed".to_owned()), ("2".to_owned(), "done".to_owned())]);
        assert!(!named(&trace, "mail.send").is_empty(), "what the customer was told");

        // Days later, with nothing in memory: another exporter, another platform, the same trace.
        let pairs = [("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str())];
        let settings = Config::read(&mut Reader::of(pairs)).unwrap().traces.unwrap();
        let rng = scene.app.caas().rng.clone();
        let export = SpanExport::start(&settings, &*rng).unwrap();
        let before = trace.len();
        scene.app.put_in(|parts| parts.spans = Spans::to(export.clone()));
        scene.app.live(TimeDelta::days(3)).await;
        export.flush().await;
        flush(&scene).await;
        let trace = collector.trace(id);
        hangs_together(&trace);
        let word = trace.iter().find(|span| attribute(span, "caas.sender").as_deref() == Some("PAYMENTS"));
        assert!(trace.len() > before && word.is_some(), "the bank's word: {trace:?}");

        privacy(&scene, &collector).await;
        scene.app.verify().await;
    }
}

/// Nothing that was told names a person, a car, or how either is reached.
async fn privacy(scene: &Scene, collector: &Collector) {
    let mut tx = scene.app.caas().db.read().await.unwrap();
    let people = sql!(tx, all(String, String), "SELECT name, email FROM users").unwrap();
    let cars = sql!(tx, all(String, Option<String>), "SELECT vin, plate FROM vehicles").unwrap();
    let numbers =
        sql!(tx, all(String,), "SELECT DISTINCT address FROM notifications WHERE address IS NOT NULL").unwrap();
    let kept = collector.0.lock().unwrap();
    assert!(kept.keys.iter().all(|key| key == "of ours") && !kept.keys.is_empty());
    assert!(kept.spans.len() > 40);
    let service = format!("{:?}", kept.resources[0]);
    assert!(service.contains("caas-test"), "{service}");
    let told = format!("{:?}{:?}", kept.spans, kept.resources);
    let secrets = people.into_iter().flat_map(|(name, email)| [name, email]);
    let secrets = secrets.chain(cars.into_iter().flat_map(|(vin, plate)| [Some(vin), plate].into_iter().flatten()));
    for secret in secrets.chain(numbers.into_iter().map(|(number,)| number)).filter(|secret| !secret.is_empty()) {
        assert!(!told.contains(&secret), "a trace tells {secret}");
    }
}

#[tokio::test]
async fn without_the_setting_nothing_is_told_and_outside_systems_see_no_header() {
    let (collector, _) = Collector::start().await;
    let mut app = TestApp::start_with(Engine::Sqlite, &[]).await;
    app.run_jobs().await;
    let mut scene = Scene::on(app).await;
    let headers = listen_in_place_of_iot(&mut scene).await;
    scene.order(SEATS, OfferKind::Permanent).await;
    scene.app.live(TimeDelta::minutes(5)).await;
    assert!(scene.app.app.traces.is_none());
    assert!(collector.spans().is_empty());
    let headers = headers.lock().unwrap();
    assert!(!headers.is_empty() && headers.iter().all(Option::is_none), "{headers:?}");
}

#[tokio::test]
async fn outside_systems_are_told_where_in_the_trace_they_are_called() {
    for engine in Engine::all() {
        let (collector, address) = Collector::start().await;
        let mut scene = with_collector(engine, &address).await;
        let headers = listen_in_place_of_iot(&mut scene).await;
        let id = id_of(&scene.order(SEATS, OfferKind::Permanent).await);
        scene.app.live(TimeDelta::minutes(1)).await;
        flush(&scene).await;
        let trace = collector.trace(id);
        let calls: BTreeSet<String> = named(&trace, "iot.status")
            .iter()
            .map(|call| format!("00-{}-{}-01", id.simple(), hex::encode(&call.span_id)))
            .collect();
        let seen: BTreeSet<String> = headers.lock().unwrap().iter().flatten().cloned().collect();
        assert!(!seen.is_empty());
        assert_eq!(seen, calls, "W3C Trace Context: version, trace, the call's own span, sampled");
    }
}

type SeenHeaders = Arc<Mutex<Vec<Option<String>>>>;

/// An API IoT that is out of order and keeps the header `traceparent` of each call.
async fn listen_in_place_of_iot(scene: &mut Scene) -> SeenHeaders {
    let headers = SeenHeaders::default();
    let router = Router::new().route("/vehicles/{vin}/status", get(out_of_order)).with_state(headers.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let clock = scene.app.caas().clock.clone();
    let meter = Meter::new(caas::watch::model::Outside::Iot, scene.app.app.calls.clone(), clock);
    let system = OutsideSystem { url, token: "t".to_owned(), meter: Some(meter) };
    let patience = Duration::from_secs(10);
    let iot: Arc<dyn IotApi> = Arc::new(HttpIotApi::new(&system, patience, patience).unwrap());
    scene.app.put_in(|parts| parts.iot = iot);
    headers
}

async fn out_of_order(State(seen): State<SeenHeaders>, headers: HeaderMap) -> StatusCode {
    let header = headers.get("traceparent").map(|value| value.to_str().unwrap().to_owned());
    seen.lock().unwrap().push(header);
    StatusCode::SERVICE_UNAVAILABLE
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nobody_up_and_what_is_lost_is_counted() {
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let mut scene = with_collector(Engine::Sqlite, &nobody).await;
    let id = id_of(&scene.order(SEATS, OfferKind::Permanent).await);
    scene.app.live(TimeDelta::minutes(5)).await;
    assert_eq!(state(&scene, id).await, "ACTIVE");
    flush(&scene).await;
    assert!(lost(&mut scene, "not_taken").await > 20);
    assert_eq!(lost(&mut scene, "queue_full").await, 0);

    // More than the queue holds at once. The task that sends has no turn in between.
    let export = scene.app.app.traces.clone().unwrap();
    flush(&scene).await;
    let now = scene.app.now();
    for number in 0..20_000 {
        export.take(Told {
            place: Place { trace: 1, span: number + 1 },
            parent: None,
            kind: Kind::Internal,
            name: "many".to_owned(),
            began: now,
            ended: now,
            attributes: Vec::new(),
            links: Vec::new(),
            failure: None,
        });
    }
    let full = lost(&mut scene, "queue_full").await;
    assert!((10_000..20_000).contains(&full), "{full}");
    scene.app.verify().await;
}

/// Spans that were dropped for this reason, as `/metrics` tells.
async fn lost(scene: &mut Scene, reason: &str) -> u64 {
    let told = scene.app.get("/metrics").await.expect(200).body;
    let series = format!("caas_spans_dropped_total{{reason=\"{reason}\"}} ");
    told.lines().find_map(|line| line.strip_prefix(&series)).map_or(0, |count| count.parse().unwrap())
}
