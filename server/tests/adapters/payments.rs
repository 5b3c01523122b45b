//! The payment gateway's adapter.

use super::{PATIENCE, nobody, sandbox, system};
use crate::adapters::scripted::Scripted;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::model::{DeclineReason, MethodKind, ReportKind, ReportStatus};
use caas::payments::port::{
    GatewayError, GatewayStatus, PaymentGateway as _, PaymentRequest, PaymentType, SetupOutcome, SetupRequest,
};
use caas_sandbox::{Fault, FaultRule, Operation, Running, TestCard};
use caas_server::adapters::{HttpPaymentGateway, OutsideSystem};
use serde_json::json;

fn euros(cents: i64) -> Money {
    Money::new(Cents(cents), Currency::Eur)
}

fn request(token: &str) -> PaymentRequest {
    PaymentRequest {
        payment_type: PaymentType::Service,
        amount: euros(2990),
        manual_capture: true,
        customer_initiated: true,
        method_kind: MethodKind::Card,
        method_token: token.to_owned(),
        customer: UserId(uuid::Uuid::from_u128(7)),
        order_id: "order-1".to_owned(),
        description: "Calefacción de asientos".to_owned(),
        vin: Some("VSSZZZ5FZHR000001".to_owned()),
        service_code: Some("SEAT_HEATING".to_owned()),
    }
}

fn gateway(url: &str) -> HttpPaymentGateway {
    HttpPaymentGateway::new(&system(url), PATIENCE).unwrap()
}

fn token_of(sandbox: &Running, card: TestCard) -> String {
    sandbox.handle.add_payment_method("customer-1", card).token
}

#[tokio::test]
async fn a_hold_is_found_captured_and_given_back() {
    let sandbox = sandbox().await;
    let gateway = gateway(&sandbox.gateway_url);
    assert!(gateway.find_by_key("key-1").await.unwrap().is_none());

    let held = gateway.initiate(&request(&token_of(&sandbox, TestCard::GoodVisa)), "key-1").await.unwrap();
    assert_eq!((held.status, held.amount, held.captured), (GatewayStatus::Authorized, euros(2990), Cents::ZERO));
    assert!(held.capture_before.unwrap() > sandbox.handle.now());
    let found = gateway.find_by_key("key-1").await.unwrap().unwrap();
    assert_eq!(found.payment_id, held.payment_id);

    let captured = gateway.capture(&held.payment_id, euros(2990), "key-2").await.unwrap();
    assert_eq!((captured.status, captured.captured), (GatewayStatus::Captured, Cents(2990)));
    let refund = gateway.refund(&held.payment_id, euros(2990), "withdrawal", "key-3").await.unwrap();
    assert!(!refund.refund_id.is_empty());
    let after = gateway.payment(&held.payment_id).await.unwrap();
    assert_eq!((after.status, after.refunded), (GatewayStatus::Refunded, Cents(2990)));
}

#[tokio::test]
async fn a_hold_is_reversed() {
    let sandbox = sandbox().await;
    let gateway = gateway(&sandbox.gateway_url);
    let held = gateway.initiate(&request(&token_of(&sandbox, TestCard::GoodVisa)), "key-1").await.unwrap();
    assert_eq!(gateway.cancel(&held.payment_id, "key-2").await.unwrap().status, GatewayStatus::Cancelled);
}

#[tokio::test]
async fn a_hosted_page_is_opened_and_asked_about() {
    let sandbox = sandbox().await;
    let gateway = gateway(&sandbox.gateway_url);
    let customer = UserId(uuid::Uuid::from_u128(7));
    let wanted = SetupRequest { customer, return_url: "https://caas.example/cuenta".to_owned(), locale: Locale::Es };
    let session = gateway.create_setup_session(&wanted, "key-1").await.unwrap();
    assert!(session.url.starts_with(&sandbox.gateway_url), "{}", session.url);
    assert!(matches!(gateway.setup_session(&session.session_id).await.unwrap(), SetupOutcome::Open));
    assert!(matches!(gateway.setup_session("unknown").await.unwrap(), SetupOutcome::Abandoned));
}

#[tokio::test]
async fn a_completed_page_tells_the_payment_method() {
    let method =
        json!({"type": "CARD", "token": "tok_1", "brand": "Visa", "last4": "4242", "expMonth": 12, "expYear": 2030});
    let answer = json!({"sessionId": "s 1", "status": "COMPLETED", "paymentMethod": method, "later": "more"});
    let server = Scripted::answering(200, answer.to_string()).await;
    let SetupOutcome::Completed(method) = gateway(&server.url).setup_session("s 1").await.unwrap() else {
        panic!("not completed")
    };
    assert_eq!((method.kind, method.token.as_str(), method.exp_year), (MethodKind::Card, "tok_1", Some(2030)));
    assert_eq!(server.seen()[0].line, "GET /setup-sessions/s%201");
}

#[tokio::test]
async fn requests_are_written_as_the_contract_says() {
    let payment = json!({"paymentId": "pay_1", "status": "AUTHORIZED", "amount": {"value": "29.90", "currency": "EUR"},
                         "timestamp": "2026-11-23T09:00:00Z"});
    let server = Scripted::answering(201, payment.to_string()).await;
    gateway(&server.url).initiate(&request("tok_1"), "key-1").await.unwrap();
    gateway(&server.url).find_by_key("a&b c").await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /payments/initiate");
    assert_eq!(seen[0].headers["authorization"], "Bearer token-of-the-tests");
    assert_eq!(seen[0].headers["idempotency-key"], "key-1");
    assert_eq!(seen[0].headers["content-type"], "application/json");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&seen[0].body).unwrap(),
        json!({
            "paymentType": "SERVICE", "amount": {"value": "29.90", "currency": "EUR"}, "captureMode": "MANUAL",
            "initiator": "CUSTOMER", "paymentMethod": {"type": "CARD", "token": "tok_1"},
            "metadata": {"customerId": "00000000-0000-0000-0000-000000000007", "orderId": "order-1",
                         "description": "Calefacción de asientos", "vin": "VSSZZZ5FZHR000001", "serviceId": "SEAT_HEATING"}
        })
    );
    assert_eq!(seen[1].line, "GET /payments?idempotencyKey=a%26b+c");
    assert!(!seen[1].headers.contains_key("idempotency-key"));
}

#[tokio::test]
async fn a_bank_that_says_no_is_understood() {
    let sandbox = sandbox().await;
    let gateway = gateway(&sandbox.gateway_url);
    for (number, card, wanted) in [
        (1, TestCard::InsufficientFunds, DeclineReason::InsufficientFunds),
        (2, TestCard::Stolen, DeclineReason::StolenCard),
        (3, TestCard::NeedsAuthentication, DeclineReason::AuthenticationRequired),
    ] {
        let declined =
            gateway.initiate(&request(&token_of(&sandbox, card)), &format!("key-{number}")).await.unwrap_err();
        let GatewayError::Declined { payment_id, reason, authentication_url } = declined else {
            panic!("{declined:?}")
        };
        assert!(payment_id.is_some());
        assert_eq!(reason, wanted);
        assert_eq!(authentication_url.is_some(), wanted == DeclineReason::AuthenticationRequired);
    }
}

#[tokio::test]
async fn refusals_carry_the_code() {
    let sandbox = sandbox().await;
    let gateway = gateway(&sandbox.gateway_url);
    let token = token_of(&sandbox, TestCard::GoodVisa);
    let held = gateway.initiate(&request(&token), "key-1").await.unwrap();
    gateway.capture(&held.payment_id, euros(2990), "key-2").await.unwrap();
    let refused = |error: GatewayError| match error {
        GatewayError::Refused { code } => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(gateway.cancel(&held.payment_id, "key-3").await.unwrap_err()), "already_captured");
    assert_eq!(
        refused(gateway.refund(&held.payment_id, euros(9990), "r", "key-4").await.unwrap_err()),
        "amount_exceeds_captured"
    );
    let another = PaymentRequest { amount: euros(100), ..request(&token) };
    assert_eq!(refused(gateway.initiate(&another, "key-1").await.unwrap_err()), "idempotency_mismatch");
    assert_eq!(refused(gateway.payment("unknown").await.unwrap_err()), "not_found");
}

#[tokio::test]
async fn an_outage_is_told_from_a_lost_answer() {
    let sandbox = sandbox().await;
    let gateway = gateway(&sandbox.gateway_url);
    let token = token_of(&sandbox, TestCard::GoodVisa);
    let once = |fault| sandbox.handle.set_fault(FaultRule::gateway(fault).on(Operation::InitiatePayment).times(1));

    once(Fault::Outage);
    let error = gateway.initiate(&request(&token), "key-1").await.unwrap_err();
    assert!(matches!(error, GatewayError::Unavailable(_)) && error.is_outage(), "{error:?}");

    for (number, fault) in [Fault::Error, Fault::Hang].into_iter().enumerate() {
        once(fault);
        let error = gateway.initiate(&request(&token), &format!("key-2{number}")).await.unwrap_err();
        assert!(matches!(error, GatewayError::NoAnswer(_)) && error.is_outage(), "{error:?}");
    }
    for (number, fault) in [Fault::LostAnswer, Fault::LostAnswerHanging].into_iter().enumerate() {
        once(fault);
        let key = format!("key-3{number}");
        let error = gateway.initiate(&request(&token), &key).await.unwrap_err();
        assert!(matches!(error, GatewayError::NoAnswer(_)), "{error:?}");
        // It was executed: the key finds it, and sending it again gives the first answer.
        let found = gateway.find_by_key(&key).await.unwrap().unwrap();
        assert_eq!(gateway.initiate(&request(&token), &key).await.unwrap().payment_id, found.payment_id);
    }
}

#[tokio::test]
async fn nobody_there_and_a_wrong_token_mean_not_executed() {
    let error = gateway(&nobody().await).initiate(&request("tok"), "key-1").await.unwrap_err();
    assert!(matches!(error, GatewayError::Unavailable(_)), "{error:?}");
    let sandbox = sandbox().await;
    let stranger =
        OutsideSystem { url: sandbox.gateway_url.parse().unwrap(), token: "another".to_owned(), meter: None };
    let stranger = HttpPaymentGateway::new(&stranger, PATIENCE).unwrap();
    let error = stranger.initiate(&request("tok"), "key-1").await.unwrap_err();
    assert!(matches!(error, GatewayError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("another"));
}

#[tokio::test]
async fn every_status_is_mapped() {
    let problem = |code: &str| json!({"type": "about:blank", "title": "No", "code": code}).to_string();
    for (status, body, wanted) in [
        (402, problem("something_else"), "NoAnswer"),
        (402, "no".to_owned(), "NoAnswer"),
        (409, problem("hold_expired"), "Refused hold_expired"),
        (409, "<html>".to_owned(), "NoAnswer"),
        (422, problem("idempotency_mismatch"), "Refused idempotency_mismatch"),
        (422, String::new(), "Refused invalid_request"),
        (404, String::new(), "Refused not_found"),
        (401, String::new(), "Unavailable"),
        (429, String::new(), "Unavailable"),
        (503, String::new(), "Unavailable"),
        (500, String::new(), "NoAnswer"),
        (502, String::new(), "NoAnswer"),
        (302, String::new(), "NoAnswer"),
        (200, "{".to_owned(), "NoAnswer"),
    ] {
        let server = Scripted::answering(status, body).await;
        let error = gateway(&server.url).capture("pay_1", euros(2990), "key-1").await.unwrap_err();
        let told = match error {
            GatewayError::Refused { code } => format!("Refused {code}"),
            GatewayError::Unavailable(_) => "Unavailable".to_owned(),
            GatewayError::NoAnswer(_) => "NoAnswer".to_owned(),
            GatewayError::Declined { .. } => "Declined".to_owned(),
        };
        assert_eq!(told, wanted, "{status}");
        assert_eq!(server.seen().len(), 1, "nothing is sent twice");
    }
}

#[tokio::test]
async fn a_decline_without_a_known_reason_is_still_a_decline() {
    for reason in [json!(null), json!("NEW_REASON")] {
        let body = json!({"code": "declined", "paymentId": "pay_1", "declineReason": reason}).to_string();
        let server = Scripted::answering(402, body).await;
        let error = gateway(&server.url).initiate(&request("tok"), "key-1").await.unwrap_err();
        assert!(matches!(error, GatewayError::Declined { reason: DeclineReason::DoNotHonor, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn answers_that_do_not_fit_are_no_answers() {
    let good = json!({"paymentId": "pay_1", "status": "CAPTURED", "amount": {"value": "29.90", "currency": "EUR"},
                      "capturedAmount": {"value": "29.90", "currency": "EUR"}, "timestamp": "2026-11-23T09:00:00Z"});
    let server = Scripted::answering(200, good.to_string()).await;
    gateway(&server.url).capture("pay_1", euros(2990), "key-1").await.unwrap();
    for (pointer, bad) in [
        ("/paymentId", json!("pay_2")),
        ("/status", json!("DONE")),
        ("/amount/value", json!("29.9")),
        ("/amount/value", json!(29.9)),
        ("/amount/currency", json!("USD")),
        ("/amount/currency", json!("XYZ")),
        ("/capturedAmount/currency", json!("USD")),
        ("/timestamp", json!("yesterday")),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = bad;
        let server = Scripted::answering(200, body.to_string()).await;
        let error = gateway(&server.url).capture("pay_1", euros(2990), "key-1").await.unwrap_err();
        assert!(matches!(error, GatewayError::NoAnswer(_)), "{pointer}: {error:?}");
    }
    let mut large = good;
    large["padding"] = json!("x".repeat(1024 * 1024));
    let server = Scripted::answering(200, large.to_string()).await;
    let error = gateway(&server.url).capture("pay_1", euros(2990), "key-1").await.unwrap_err();
    assert!(matches!(error, GatewayError::NoAnswer(_)), "{error:?}");
}

#[tokio::test]
async fn a_days_report_tells_what_was_paid_out() {
    let sandbox = sandbox().await;
    let gateway = gateway(&sandbox.gateway_url);
    let held = gateway.initiate(&request(&token_of(&sandbox, TestCard::GoodVisa)), "key-1").await.unwrap();
    gateway.capture(&held.payment_id, euros(2990), "key-2").await.unwrap();
    let today = sandbox.handle.now().date_naive();
    assert!(gateway.settlement_report(today).await.unwrap().is_empty());
    assert!(sandbox.handle.settle_now(&held.payment_id));
    gateway.refund(&held.payment_id, euros(1000), "withdrawal", "key-3").await.unwrap();
    let lines = gateway.settlement_report(today).await.unwrap();
    let told: Vec<_> = lines.iter().map(|line| (line.kind, line.status, line.amount)).collect();
    assert_eq!(
        told,
        [
            (ReportKind::Capture, ReportStatus::Settled, euros(2990)),
            (ReportKind::Refund, ReportStatus::Settled, euros(1000)),
        ]
    );
    assert!(lines.iter().all(|line| line.gateway_payment_id == held.payment_id && line.bank_reference.is_some()));
    assert!(lines[0].fees.is_some_and(|fees| fees > Cents::ZERO) && lines[1].fees.is_none());
    assert!(gateway.settlement_report(today.succ_opt().unwrap()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_report_that_does_not_fit_is_none_and_a_long_one_is_read() {
    let good = json!({"date": "2026-11-23", "entries": [
        {"paymentId": "pay_1", "kind": "CAPTURE", "status": "SETTLED", "amount": {"value": "29.90", "currency": "EUR"},
         "fees": {"value": "0.67", "currency": "EUR"}, "bankTransactionId": "btx_1"}]});
    let day = "2026-11-23".parse().unwrap();
    let server = Scripted::answering(200, good.to_string()).await;
    assert_eq!(gateway(&server.url).settlement_report(day).await.unwrap().len(), 1);
    assert_eq!(server.seen()[0].line, "GET /settlements/2026-11-23");
    for (pointer, bad) in [
        ("/date", json!("2026-11-24")),
        ("/entries", json!({})),
        ("/entries/0/kind", json!("PAYOUT")),
        ("/entries/0/status", json!("PENDING")),
        ("/entries/0/amount/value", json!("-29.90")),
        ("/entries/0/amount/currency", json!("XYZ")),
        ("/entries/0/fees/currency", json!("USD")),
        ("/entries/0/fees/value", json!("0.6")),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = bad;
        let server = Scripted::answering(200, body.to_string()).await;
        let error = gateway(&server.url).settlement_report(day).await.unwrap_err();
        assert!(matches!(error, GatewayError::NoAnswer(_)), "{pointer}: {error:?}");
    }
    // Larger than any other answer may be.
    let mut long = good.clone();
    long["entries"] = vec![good["entries"][0].clone(); 10_000].into();
    assert!(long.to_string().len() > 1024 * 1024);
    let server = Scripted::answering(200, long.to_string()).await;
    assert_eq!(gateway(&server.url).settlement_report(day).await.unwrap().len(), 10_000);
}
