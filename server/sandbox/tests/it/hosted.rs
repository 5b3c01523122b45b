//! The gateway's pages, as a browser without scripts uses them.

use caas_sandbox::{Call, Operation, Sandbox, SandboxClock, SandboxConfig, TestCard};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::json;

use crate::support::*;

async fn running() -> caas_sandbox::Running {
    let config = SandboxConfig { clock: SandboxClock::manual(start()), ..SandboxConfig::default() };
    Sandbox::start(config).await.unwrap()
}

fn browser() -> Client {
    Client::builder().redirect(Policy::none()).no_proxy().build().unwrap()
}

fn open_session(sandbox: &Sandbox, locale: &str) -> String {
    let body = json!({"customerId": "cust-1", "returnUrl": "https://caas.example/cuenta?tab=pago", "locale": locale});
    let call = Call::new(Operation::CreateSetupSession, "").key(format!("s-{}", sandbox.calls_seen().len())).body(body);
    ask(sandbox, &call).body["sessionId"].as_str().unwrap().to_owned()
}

async fn answer(url: &str, id: &str, form: &str) -> Response {
    browser()
        .post(format!("{url}/hosted/setup/{id}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .unwrap()
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

#[tokio::test]
async fn a_typed_number_counts_and_the_customer_returns() {
    let running = running().await;
    let sandbox = &running.handle;
    let id = open_session(sandbox, "es-ES");
    let page = browser().get(format!("{}/hosted/setup/{id}", running.gateway_url)).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' https://caas.example;"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(html.contains("<html lang=\"es\">") && html.contains("Añadir un método de pago"));
    assert!(!html.contains("style=") && !html.contains("<script"));

    let form = "card=STOLEN&number=5555+5555-5555+4444&action=complete";
    let back = answer(&running.gateway_url, &id, form).await;
    assert_eq!(back.status(), 303);
    assert_eq!(location(&back), format!("https://caas.example/cuenta?tab=pago&session={id}"));
    let outcome = ask(sandbox, &Call::new(Operation::GetSetupSession, &*id)).body;
    assert_eq!(outcome["status"], "COMPLETED");
    assert_eq!(outcome["paymentMethod"]["brand"], "Mastercard");
    assert_eq!(outcome["paymentMethod"]["last4"], "4444");
    assert_eq!(outcome["paymentMethod"]["expYear"], 2029);
    assert_eq!(answer(&running.gateway_url, &id, form).await.status(), 410);
    running.shutdown().await;
}

#[tokio::test]
async fn turning_back_abandons_and_a_wrong_number_is_said() {
    let running = running().await;
    let sandbox = &running.handle;
    let id = open_session(sandbox, "en-GB");
    let wrong = answer(&running.gateway_url, &id, "card=GOOD_VISA&number=%3Cb%3E1&action=complete").await;
    assert_eq!(wrong.status(), 422);
    let html = wrong.text().await.unwrap();
    assert!(html.contains("This number is no test card") && html.contains("&lt;b&gt;1"));
    let back = answer(&running.gateway_url, &id, "action=cancel").await;
    assert_eq!(back.status(), 303);
    let outcome = ask(sandbox, &Call::new(Operation::GetSetupSession, &*id)).body;
    assert_eq!(outcome, json!({"sessionId": id, "status": "ABANDONED"}));
    running.shutdown().await;
}

#[tokio::test]
async fn a_confirmation_leads_back_and_the_next_payment_passes() {
    let running = running().await;
    let sandbox = &running.handle;
    let id = open_session(sandbox, "es");
    answer(&running.gateway_url, &id, "card=NEEDS_AUTHENTICATION&action=complete").await;
    let token = ask(sandbox, &Call::new(Operation::GetSetupSession, &*id)).body["paymentMethod"]["token"].clone();
    let mut body = payment_body(sandbox, TestCard::GoodVisa);
    body["paymentMethod"]["token"] = token;
    let declined = initiate(sandbox, "k1", body.clone());
    let path = declined.body["authenticationUrl"].as_str().unwrap();
    let url = format!("{}{path}", running.gateway_url);
    let page = browser().get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("29.90 EUR") && page.contains("Volver a la aplicación"));
    let confirmed = browser().post(&url).send().await.unwrap();
    assert_eq!(confirmed.status(), 303);
    assert!(location(&confirmed).starts_with("https://caas.example/cuenta?tab=pago&session="));
    assert_eq!(initiate(sandbox, "k2", body).status, 201);
    let nobody = format!("{}/hosted/authenticate/pay_nobody", running.gateway_url);
    assert_eq!(browser().get(nobody).send().await.unwrap().status(), 404);
    running.shutdown().await;
}

#[test]
fn a_return_url_that_is_no_web_page_does_not_fit() {
    let sandbox = sandbox();
    for url in ["javascript:alert(1)", "/cuenta", ""] {
        let body = json!({"customerId": "c", "returnUrl": url});
        let call = Call::new(Operation::CreateSetupSession, "").key("k").body(body);
        assert_eq!(ask(&sandbox, &call).status, 422);
    }
}
