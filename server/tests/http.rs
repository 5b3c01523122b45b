//! What every request passes: headers, cross-site refusal, limits, health, pages for what is not there.

use crate::support::{Engine, TestApp};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::TimeDelta;
use std::net::SocketAddr;

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_its_own_nonce() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let first = app.get("/").await.expect(200);
    let second = app.get("/nowhere").await.expect(404);
    for answer in [&first, &second] {
        let csp = answer.header("content-security-policy").unwrap();
        for part in
            ["default-src 'none'", "'strict-dynamic' 'wasm-unsafe-eval'", "base-uri 'none'", "frame-ancestors 'none'"]
        {
            assert!(csp.contains(part), "{csp}");
        }
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert!(answer.header("permissions-policy").unwrap().contains("camera=()"));
        assert!(answer.header("strict-transport-security").is_none(), "only in production");
        assert!(answer.header("x-request-id").is_some());
    }
    assert_ne!(first.header("content-security-policy"), second.header("content-security-policy"));
    let gateway =
        app.app.systems.get(caas_server::config::System::Payments).url.unwrap().origin().ascii_serialization();
    assert!(first.header("content-security-policy").unwrap().contains(&format!("form-action 'self' {gateway};")));
}

#[tokio::test]
async fn a_page_that_is_not_there_is_a_designed_404_in_the_right_language() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.headers.push(("accept-language", "en-GB".to_owned()));
    let page = app.get("/nowhere").await.expect(404);
    page.says("<html lang=\"en\"");
    page.says("There is nothing here");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    app.headers.clear();
    app.get("/nowhere").await.expect(404).says("Aquí no hay nada");
    app.get("/../../etc/passwd").await.expect(404);
    app.get("/api/nowhere").await.expect(404);
}

#[tokio::test]
async fn another_sites_form_is_refused() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let post = |name: &'static str, value: &'static str| {
        Request::post("/api/preferencias/idioma")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html")
            .header(name, value)
            .body(Body::from("lang=en&back=/"))
            .unwrap()
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let answer = app.send(post(name, value)).await.expect(403);
        assert!(answer.set_cookies().is_empty(), "{name}: {value}");
    }
    app.send(post("sec-fetch-site", "same-origin")).await.expect(303);
    app.send(post("origin", "http://localhost:3000")).await.expect(303);
}

#[tokio::test]
async fn language_and_colours_are_kept_and_never_lead_elsewhere() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let answer =
        app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/nowhere?a=b")]).await.expect(303);
    assert_eq!(answer.location(), Some("/nowhere?a=b"));
    assert!(answer.set_cookies()[0].contains("HttpOnly; Secure; SameSite=Lax"));
    app.get("/nowhere").await.says("There is nothing here");
    app.post_form("/api/preferencias/tema", &[("theme", "dark"), ("back", "/")]).await.expect(303);
    app.get("/").await.says("data-theme=\"dark\"");
    for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let answer = app.post_form("/api/preferencias/tema", &[("theme", "auto"), ("back", elsewhere)]).await;
        assert_eq!(answer.expect(303).location(), Some("/"), "{elsewhere}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    let large = "x".repeat(70_000);
    app.post_form("/api/preferencias/idioma", &[("lang", &large), ("back", "/")]).await.expect(413);
    // A body that is there but does not fit changes nothing either.
    app.post_form("/api/preferencias/idioma", &[("lang", "en")]).await.expect(422);
}

#[tokio::test]
async fn an_address_that_asks_too_often_has_to_wait() {
    let mut app = TestApp::start_with(Engine::Sqlite, &[("CAAS_RATE_PER_MINUTE", "5")]).await;
    const FORM: (&str, &[(&str, &str)]) = ("/api/preferencias/tema", &[("theme", "dark"), ("back", "/")]);
    for _ in 0..5 {
        app.post_form(FORM.0, FORM.1).await.expect(303);
    }
    let refused = app.post_form(FORM.0, FORM.1).await.expect(429);
    assert!(refused.header("retry-after").is_some());
    app.get("/").await.expect(200);
    let mut other = Request::post(FORM.0)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .body(Body::from("theme=dark&back=/"))
        .unwrap();
    other.extensions_mut().insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 1))));
    app.send(other).await.expect(303);
    app.advance(TimeDelta::seconds(30));
    app.post_form(FORM.0, FORM.1).await.expect(303);
}

#[tokio::test]
async fn health_says_what_is_missing() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    assert_eq!(app.get("/healthz").await.expect(200).body, "ok");
    app.get("/readyz").await.expect(503).says("job runner stopped");
    let pulse = app.app.runner.begin();
    assert_eq!(app.get("/readyz").await.expect(200).body, "ready");
    drop(pulse);
    app.get("/readyz").await.expect(503);
    app.app.stop.cancel();
    app.get("/readyz").await.expect(503).says("stopping");
}

#[tokio::test]
async fn metrics_name_routes_and_not_addresses() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/?token=hunter2").await.expect(200);
    app.get("/nowhere-at-all").await.expect(404);
    let metrics = app.get("/metrics").await.expect(200);
    metrics.says("caas_http_requests_total{");
    metrics.says("caas_http_request_duration_seconds_bucket{");
    assert!(!metrics.body.contains("nowhere-at-all") && !metrics.body.contains("hunter2"));
}

#[tokio::test]
async fn pages_of_signed_in_people_are_not_stored() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    assert_eq!(app.get("/").await.header("cache-control"), Some("private, no-cache"));
    app.sign_in("customer").await;
    assert_eq!(app.get("/").await.header("cache-control"), Some("no-store"));
}

/// Everything production asks for, at addresses where nobody is.
fn production() -> Vec<(String, String)> {
    let mut settings = vec![
        ("CAAS_ENV".to_owned(), "production".to_owned()),
        ("CAAS_PUBLIC_URL".to_owned(), "https://caas.example".to_owned()),
        ("CAAS_SMTP_URL".to_owned(), "smtp://mail.invalid:587".to_owned()),
    ];
    for system in caas_server::config::System::ALL {
        let name = system.name();
        settings.push((format!("CAAS_{name}_URL"), "https://outside.invalid".to_owned()));
        settings.push((format!("CAAS_{name}_TOKEN"), "t".to_owned()));
        if system.calls_us() {
            settings.push((format!("CAAS_{name}_WEBHOOK_SECRET"), "whsec_c2VjcmV0".to_owned()));
        }
    }
    settings
}

#[tokio::test]
async fn production_has_no_sandbox_and_insists_on_tls() {
    let settings = production();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut app = TestApp::start_with(Engine::Sqlite, &settings).await;
    assert!(app.app.sandbox.is_none());
    let page = app.get("/").await.expect(200);
    assert!(page.header("strict-transport-security").unwrap().starts_with("max-age="));
    assert!(!page.body.contains("sandbox-banner"));
    app.get("/metrics").await.expect(200);
    let mut stranger = Request::get("/metrics").body(Body::empty()).unwrap();
    stranger.extensions_mut().insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 1))));
    app.send(stranger).await.expect(404);
}
