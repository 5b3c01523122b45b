//! The control room of the demonstration over HTTP: there only with the sandbox, and every switch does what it says.

use crate::support::{Engine, TestApp};
use caas_sandbox::{BuildStatus, Call, DeclineReason, ErrorCode, Fault, FaultRule, Operation, Vin};
use chrono::TimeDelta;

const VIN: &str = "VSSZZZLNCTR000101";

fn vin() -> Vin {
    Vin::parse(VIN).expect("a constant")
}

fn rules(app: &TestApp) -> Vec<FaultRule> {
    app.sandbox().faults().into_iter().map(|active| active.rule).collect()
}

#[tokio::test]
async fn nobody_has_to_sign_in_and_a_situation_is_two_clicks_away() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/").await.says("href=\"/sandbox\"");
    let page = app.get("/sandbox").await.expect(200);
    for text in [
        "Todo normal",
        "Así está ahora",
        "Es la hora real.",
        VIN,
        "4821 MKD",
        "cliente@demo.caas.example",
        "Ninguno: todo funciona.",
    ] {
        page.says(text);
    }
    let all: [(&str, Vec<FaultRule>); 5] = [
        ("sin-conexion", vec![FaultRule::iot(Fault::Offline)]),
        ("modulo", vec![FaultRule::iot(Fault::Nack { code: ErrorCode::ModuleFault })]),
        ("iot-caida", vec![FaultRule::iot(Fault::Outage)]),
        ("tarjeta", vec![FaultRule::gateway(Fault::Decline { reason: DeclineReason::InsufficientFunds })]),
        ("normal", vec![]),
    ];
    for (name, wanted) in all {
        let page = app.submit("/sandbox/situacion", &[("situacion", name)]).await.expect(200);
        page.says("Compra un");
        page.says(&format!("value=\"{name}\" aria-pressed=\"true\""));
        assert_eq!(rules(&app), wanted, "{name}");
    }
    app.post_form("/sandbox/situacion", &[("situacion", "apocalipsis")]).await.expect(422);
    app.headers.push(("accept-language", "en".to_owned()));
    app.get("/sandbox").await.says("The car is offline");
}

#[tokio::test]
async fn faults_are_switched_on_and_off_by_form() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let press = [("de", VIN), ("fallo", "offline")];
    app.submit("/sandbox/fallos", &press).await.expect(200).says("API IoT · VSSZZZLNCTR000101: Sin conexión");
    assert_eq!(rules(&app), [FaultRule::vehicle(vin(), Fault::Offline)]);
    app.submit("/sandbox/fallos", &[("de", "banco"), ("fallo", "unsettled")])
        .await
        .says("Banco: Cobra, pero el dinero no llega");
    assert_eq!(rules(&app).len(), 2);
    app.submit("/sandbox/fallos", &press).await;
    assert_eq!(rules(&app).len(), 1, "pressed again it is off");
    app.submit("/sandbox/fallos", &[("de", "iot"), ("fallo", "outage")]).await;
    let id = app.sandbox().faults()[0].id.to_string();
    app.submit("/sandbox/fallos/quitar", &[("fallo", &id)]).await;
    assert_eq!(rules(&app), [FaultRule::iot(Fault::Outage)]);
    app.submit("/sandbox/fallos/quitar", &[("fallo", "todos")]).await.says("Ninguno: todo funciona.");
    assert_eq!(rules(&app), []);
    for nonsense in [[("de", "banco"), ("fallo", "offline")], [("de", "nadie"), ("fallo", "outage")]] {
        app.post_form("/sandbox/fallos", &nonsense).await.expect(422);
    }
}

#[tokio::test]
async fn the_clock_goes_forward_only_by_its_steps() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let start = app.now();
    app.submit("/sandbox/reloj", &[("minutos", "60")]).await.expect(200).says("23 nov 2026, 11:00");
    assert_eq!(app.now() - start, TimeDelta::hours(1));
    for nonsense in ["-60", "61", "", "999999999999999999999"] {
        app.post_form("/sandbox/reloj", &[("minutos", nonsense)]).await.expect(422);
    }
    assert_eq!(app.now() - start, TimeDelta::hours(1));
}

#[tokio::test]
async fn mails_are_read_as_text_and_only_our_own_links_lead_on() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/sandbox/correo").await.expect(200).says("El buzón está vacío");
    app.submit("/api/recuperar", &[("email", "cliente@demo.caas.example")]).await;
    app.run_jobs().await;
    app.sandbox().deliver_mail(caas_sandbox::Mail {
        to: "<script>alert(1)</script>".to_owned(),
        from: "x".to_owned(),
        subject: "<b>bold</b>".to_owned(),
        text: "Mira https://evil.example/x y javascript:alert(1)".to_owned(),
        html: Some("<script>alert(2)</script>".to_owned()),
        message_id: "<evil@x>".to_owned(),
        at: app.now(),
    });
    let list = app.get("/sandbox/correo").await.expect(200);
    list.says("&lt;b&gt;bold");
    list.says("id=%3Cevil%40x%3E");
    let evil = app.get("/sandbox/correo?id=%3Cevil%40x%3E").await.expect(200);
    for text in ["href=\"https://evil", "href=\"javascript", "<script>alert"] {
        assert!(!evil.body.contains(text), "{text}");
    }
    evil.says("https://evil.example/x");
    let ours = app.sandbox().mails().into_iter().find(|mail| mail.text.contains("token=")).unwrap();
    let id: String = url::form_urlencoded::byte_serialize(ours.message_id.as_bytes()).collect();
    app.get(&format!("/sandbox/correo?id={id}")).await.expect(200).says("<a href=\"/restablecer?token=");
    app.get("/sandbox/correo?id=nothing").await.expect(404);
}

#[tokio::test]
async fn the_books_and_the_log_are_shown() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/sandbox/banco").await.expect(200).says("El banco no ha visto ningún pago");
    app.get("/sandbox/ordenes").await.expect(200).says("Ningún coche ha recibido órdenes");
    app.post_form("/sandbox/banco/pago", &[("pago", "none"), ("accion", "liquidar")]).await.expect(303);
    app.post_form("/sandbox/banco/pago", &[("pago", "none"), ("accion", "robar")]).await.expect(422);
}

#[tokio::test]
async fn a_car_is_built_in_a_month_of_the_clock_or_step_by_step() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/sandbox/ventas").await.expect(200).says("Todavía no hay coches en camino");
    let body = serde_json::json!({
        "orderReference": "V-1", "model": "LINCE", "options": [], "dealershipId": "d",
        "customer": {"id": "c", "name": "Lucía", "country": "ES"},
    });
    for key in ["one", "two"] {
        app.sandbox().call(&Call::new(Operation::PlaceOrder, "").key(key).body(body.clone()));
    }
    let [one, two] = [0, 1].map(|index| app.sandbox().factory_orders()[index].order_id.clone());
    app.get("/sandbox/ventas").await.expect(200).says("Pedido aceptado");
    let step =
        |id: &str, step: &str| vec![("de", "fabrica".to_owned()), ("id", id.to_owned()), ("paso", step.to_owned())];
    for (id, what) in [(&one, "siguiente"), (&one, "anular"), (&one, "siguiente"), (&two, "calidad"), (&two, "retraso")]
    {
        let fields = step(id, what);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.submit("/sandbox/ventas/paso", &fields).await.expect(200);
    }
    app.get("/sandbox/ventas").await.expect(200).says("Anulado");
    app.submit("/sandbox/reloj", &[("minutos", "43200")]).await.expect(200).says("Deja pasar un mes");
    app.submit("/sandbox/reloj", &[("minutos", "10080")]).await.expect(200);
    assert_eq!(app.sandbox().factory_order(&two).unwrap().status, BuildStatus::ArrivedAtDealership);
    app.get("/sandbox/ventas").await.expect(200).says("En el concesionario");
    app.post_form("/sandbox/ventas/paso", &[("de", "fabrica"), ("id", &two), ("paso", "volar")]).await.expect(422);
}

#[tokio::test]
async fn situations_of_a_sale_are_a_click_away_too() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    for name in [
        "fabrica-caida",
        "fabrica-perdida",
        "fabrica-rechaza",
        "calidad",
        "falta-documento",
        "registro-caido",
        "ausente",
    ] {
        let page = app.submit("/sandbox/situacion", &[("situacion", name)]).await.expect(200);
        page.says(&format!("value=\"{name}\" aria-pressed=\"true\""));
        page.says("Ver los coches en camino");
        assert!(!rules(&app).is_empty());
    }
    app.submit("/sandbox/fallos", &[("de", "registro-GB"), ("fallo", "slow")])
        .await
        .says("DVLA (Reino Unido): Tarda 10 días más, si responde después");
}

#[tokio::test]
async fn another_site_can_not_play_with_it() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let request = axum::http::Request::post("/sandbox/situacion")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(axum::body::Body::from("situacion=modulo"))
        .unwrap();
    app.send(request).await.expect(403);
    assert_eq!(rules(&app), []);
}

#[tokio::test]
async fn in_production_there_is_no_such_page() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let mut settings = vec![
        ("CAAS_ENV".to_owned(), "production".to_owned()),
        ("CAAS_PUBLIC_URL".to_owned(), "https://caas.example".to_owned()),
        ("CAAS_SMTP_URL".to_owned(), "smtp://mail.example:25".to_owned()),
    ];
    for system in caas_server::config::System::ALL {
        let name = system.name();
        settings.push((format!("CAAS_{name}_URL"), "https://outside.example".to_owned()));
        settings.push((format!("CAAS_{name}_TOKEN"), "token".to_owned()));
        if system.calls_us() {
            settings.push((format!("CAAS_{name}_WEBHOOK_SECRET"), secret.to_owned()));
        }
    }
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut app = TestApp::start_with(Engine::Sqlite, &settings).await;
    assert!(app.app.sandbox.is_none());
    for path in ["/sandbox", "/sandbox/correo", "/sandbox/movil", "/sandbox/banco", "/sandbox/ordenes"] {
        app.get(path).await.expect(404);
    }
    for path in ["/sandbox/situacion", "/sandbox/fallos", "/sandbox/reloj"] {
        let answer = app.post_form(path, &[("situacion", "modulo")]).await;
        assert!(matches!(answer.status, 404 | 405), "{path}: {}", answer.status);
    }
    let start = app.get("/").await.expect(200);
    assert!(!start.body.contains("/sandbox"));
}
