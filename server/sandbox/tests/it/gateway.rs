//! Payments: every refusal, every decline, holds, refunds, settlement, memory.

use caas_sandbox::{Call, Operation, Sandbox, TestCard};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_hold_is_captured_once() {
    let sandbox = sandbox();
    let id = held(&sandbox, TestCard::GoodVisa);
    assert_eq!(capture(&sandbox, &id, "c1", "29.91").code(), Some("amount_exceeds_hold"));
    let captured = capture(&sandbox, &id, "c2", "20.00");
    assert_eq!(captured.body["status"], "CAPTURED");
    assert_eq!(captured.body["capturedAmount"], euros("20.00"));
    assert_eq!(captured.body["settlement"], "PENDING");
    assert_eq!(capture(&sandbox, &id, "c3", "1.00").code(), Some("already_captured"));
    assert_eq!(cancel(&sandbox, &id, "x1").code(), Some("already_captured"));
}

#[test]
fn a_cancelled_hold_refuses_everything() {
    let sandbox = sandbox();
    let id = held(&sandbox, TestCard::GoodMastercard);
    assert_eq!(refund(&sandbox, &id, "r0", "1.00").code(), Some("not_captured"));
    assert_eq!(cancel(&sandbox, &id, "x1").body["status"], "CANCELLED");
    assert_eq!(cancel(&sandbox, &id, "x2").code(), Some("already_cancelled"));
    assert_eq!(capture(&sandbox, &id, "c1", "29.90").code(), Some("already_cancelled"));
    assert_eq!(refund(&sandbox, &id, "r1", "1.00").code(), Some("not_captured"));
}

#[test]
fn holds_lapse_at_capture_before_and_not_earlier() {
    let sandbox = sandbox();
    let id = held(&sandbox, TestCard::GoodVisa);
    let mut merchant = payment_body(&sandbox, TestCard::GoodVisa);
    merchant["initiator"] = json!("MERCHANT");
    let merchant = initiate(&sandbox, "m", merchant).body;
    assert_eq!(merchant["captureBefore"], "2026-03-06T04:00:00Z");
    sandbox.clock().set(start() + chrono::TimeDelta::days(7) - chrono::TimeDelta::microseconds(1));
    assert_eq!(status_of(&sandbox, &id), "AUTHORIZED");
    assert_eq!(status_of(&sandbox, merchant["paymentId"].as_str().unwrap()), "EXPIRED");
    sandbox.clock().set(start() + chrono::TimeDelta::days(7));
    assert_eq!(capture(&sandbox, &id, "c", "29.90").code(), Some("hold_expired"));
    assert_eq!(cancel(&sandbox, &id, "x").code(), Some("hold_expired"));
    assert_eq!(status_of(&sandbox, &id), "EXPIRED");
}

#[test]
fn a_transfer_is_processing_and_then_authorised() {
    let sandbox = sandbox();
    let id = held(&sandbox, TestCard::BankTransfer);
    assert_eq!(status_of(&sandbox, &id), "PROCESSING");
    assert_eq!(capture(&sandbox, &id, "c", "29.90").code(), Some("payment_processing"));
    assert_eq!(cancel(&sandbox, &id, "x").code(), Some("payment_processing"));
    sandbox.advance(seconds(60));
    assert_eq!(status_of(&sandbox, &id), "AUTHORIZED");
    assert!(sandbox.take_due_webhooks(sandbox.now()).is_empty(), "the gateway tells nothing by itself");
    // The refused capture was not executed, so its key is free.
    assert_eq!(capture(&sandbox, &id, "c", "29.90").status, 200);
    assert_eq!(refund(&sandbox, &id, "r", "29.90").body["status"], "PENDING");
}

#[test]
fn cards_decline_as_they_promise() {
    let expected = [
        (TestCard::InsufficientFunds, "INSUFFICIENT_FUNDS"),
        (TestCard::DoNotHonor, "DO_NOT_HONOR"),
        (TestCard::TryAgainLater, "TRY_AGAIN_LATER"),
        (TestCard::Expired, "EXPIRED_CARD"),
        (TestCard::Stolen, "STOLEN_CARD"),
    ];
    for (card, reason) in expected {
        let sandbox = sandbox();
        let answer = initiate(&sandbox, "k", payment_body(&sandbox, card));
        assert_eq!((answer.status, answer.code()), (402, Some("declined")));
        assert_eq!(answer.body["declineReason"], reason);
        assert!(answer.body.get("authenticationUrl").is_none());
        let id = answer.body["paymentId"].as_str().unwrap();
        assert_eq!(status_of(&sandbox, id), "DECLINED");
        assert_eq!(capture(&sandbox, id, "c", "29.90").code(), Some("not_authorised"));
        assert_eq!(cancel(&sandbox, id, "x").code(), Some("not_authorised"));
    }
}

#[test]
fn an_unknown_token_or_the_wrong_kind_is_an_invalid_method() {
    let sandbox = sandbox();
    let mut unknown = payment_body(&sandbox, TestCard::GoodVisa);
    unknown["paymentMethod"]["token"] = json!("pm_nobody");
    assert_eq!(initiate(&sandbox, "a", unknown).body["declineReason"], "INVALID_METHOD");
    let mut kind = payment_body(&sandbox, TestCard::GoodVisa);
    kind["paymentMethod"]["type"] = json!("BANK_TRANSFER");
    assert_eq!(initiate(&sandbox, "b", kind).body["declineReason"], "INVALID_METHOD");
}

#[test]
fn a_confirmation_lets_exactly_one_payment_pass() {
    let sandbox = sandbox();
    let body = payment_body(&sandbox, TestCard::NeedsAuthentication);
    let first = initiate(&sandbox, "k1", body.clone());
    let id = first.body["paymentId"].as_str().unwrap().to_owned();
    assert_eq!(first.body["authenticationUrl"], format!("/hosted/authenticate/{id}"));
    sandbox.change(|world, _| world.gateway_mut().confirm_authentication(&id)).unwrap();
    assert!(initiate(&sandbox, "k1", body.clone()).hit, "the old key still says declined");
    assert_eq!(initiate(&sandbox, "k2", body.clone()).status, 201);
    assert_eq!(initiate(&sandbox, "k3", body).status, 402);
}

#[test]
fn the_same_request_is_answered_from_memory_for_a_day() {
    let sandbox = sandbox();
    let body = payment_body(&sandbox, TestCard::GoodVisa);
    let first = initiate(&sandbox, "k", body.clone());
    // The JSON value counts, not its text.
    let reordered: Value = serde_json::from_str(&serde_json::to_string_pretty(&body).unwrap()).unwrap();
    let again = initiate(&sandbox, "k", reordered);
    assert!(again.hit && !first.hit);
    assert_eq!(again.body, first.body);
    assert_eq!(sandbox.payments().len(), 1);

    let mut other = body.clone();
    other["amount"]["value"] = json!("30.00");
    assert_eq!(initiate(&sandbox, "k", other).code(), Some("idempotency_mismatch"));
    let id = first.body["paymentId"].as_str().unwrap();
    assert_eq!(cancel(&sandbox, id, "k").code(), Some("idempotency_mismatch"));

    sandbox.advance(days(1));
    assert!(!initiate(&sandbox, "k", body).hit);
    assert_eq!(sandbox.payments().len(), 2);
}

#[test]
fn declines_are_remembered() {
    let sandbox = sandbox();
    let body = payment_body(&sandbox, TestCard::DoNotHonor);
    let first = initiate(&sandbox, "k", body.clone());
    let again = initiate(&sandbox, "k", body);
    assert_eq!((again.status, again.hit), (402, true));
    assert_eq!(again.body, first.body);
}

#[test]
fn payments_are_found_by_their_key() {
    let sandbox = sandbox();
    initiate(&sandbox, "k", payment_body(&sandbox, TestCard::Stolen));
    let found = ask(&sandbox, &Call::new(Operation::FindPayment, "k"));
    assert_eq!(found.body["declineReason"], "STOLEN_CARD");
    let missing = ask(&sandbox, &Call::new(Operation::FindPayment, "other"));
    assert_eq!(missing.status, 404);
}

#[test]
fn refunds_add_up_to_what_was_captured_and_no_more() {
    let sandbox = sandbox();
    let id = held(&sandbox, TestCard::GoodVisa);
    capture(&sandbox, &id, "c", "20.00");
    assert_eq!(refund(&sandbox, &id, "r1", "5.50").body["status"], "REFUNDED");
    assert_eq!(status_of(&sandbox, &id), "PARTIALLY_REFUNDED");
    assert_eq!(refund(&sandbox, &id, "r2", "14.51").code(), Some("amount_exceeds_captured"));
    assert_eq!(refund(&sandbox, &id, "r3", "14.50").status, 200);
    assert_eq!(status_of(&sandbox, &id), "REFUNDED");
    assert_eq!(refund(&sandbox, &id, "r4", "0.01").code(), Some("amount_exceeds_captured"));
    assert_eq!(sandbox.payment(&id).unwrap().net_cents(), 0);
    assert_eq!(report(&sandbox, "2026-03-01").as_array().unwrap().len(), 2);
}

fn report(sandbox: &Sandbox, day: &str) -> Value {
    let answer = ask(sandbox, &Call::new(Operation::GetSettlements, day));
    assert_eq!(answer.status, 200);
    answer.body["entries"].clone()
}

#[test]
fn captured_money_settles_after_two_days() {
    let sandbox = sandbox();
    let id = held(&sandbox, TestCard::GoodVisa);
    capture(&sandbox, &id, "c", "29.90");
    assert!(sandbox.take_due_webhooks(start() + days(1)).is_empty());
    let told = sandbox.take_due_webhooks(start() + days(2));
    assert_eq!(told.len(), 1);
    let body = &told[0].body;
    assert_eq!(body["status"], "SETTLED");
    assert_eq!(body["settlementAmount"], euros("29.90"));
    assert_eq!(body["settlementDate"], "2026-03-03T10:00:00Z");
    assert_eq!(body["metadata"]["fees"], euros("0.67"));
    let lines = report(&sandbox, "2026-03-03");
    assert_eq!(lines[0]["kind"], "CAPTURE");
    assert_eq!(lines[0]["bankTransactionId"], body["metadata"]["bankTransactionId"]);
    assert!(lines[0].get("at").is_none());
    assert_eq!(report(&sandbox, "2026-03-02"), json!([]));
}

#[test]
fn settlement_fails_or_is_charged_back_by_card() {
    let sandbox = sandbox();
    let failing = held(&sandbox, TestCard::SettlementFails);
    let disputed = held(&sandbox, TestCard::ChargedBack);
    capture(&sandbox, &failing, "c1", "29.90");
    capture(&sandbox, &disputed, "c2", "29.90");
    let told: Vec<_> = sandbox
        .take_due_webhooks(start() + days(30))
        .into_iter()
        .map(|webhook| (webhook.body["paymentId"].clone(), webhook.body["status"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!(failing), json!("FAILED")),
            (json!(disputed), json!("SETTLED")),
            (json!(disputed), json!("CHARGEBACK")),
        ]
    );
    assert_eq!(report(&sandbox, "2026-03-03")[0]["status"], "FAILED");
    assert_eq!(report(&sandbox, "2026-03-13")[0]["kind"], "CHARGEBACK");
}

#[test]
fn automatic_capture_takes_the_money_at_once() {
    let sandbox = sandbox();
    let mut body = payment_body(&sandbox, TestCard::GoodVisa);
    body["captureMode"] = json!("AUTOMATIC");
    let answer = initiate(&sandbox, "k", body).body;
    assert_eq!((&answer["status"], &answer["settlement"]), (&json!("CAPTURED"), &json!("PENDING")));
    assert!(answer.get("captureBefore").is_none());
}

#[test]
fn what_does_not_fit_is_refused_with_the_field_named() {
    let sandbox = sandbox();
    let good = payment_body(&sandbox, TestCard::GoodVisa);
    let wrong: [(&str, Value, &str); 8] = [
        ("/paymentType", json!("GIFT"), "paymentType"),
        ("/amount/value", json!("29.9"), "amount.value"),
        ("/amount/value", json!(29.9), "amount.value"),
        ("/amount/value", json!("-1.00"), "amount.value"),
        ("/amount/currency", json!("CHF"), "amount.currency"),
        ("/captureMode", json!("manual"), "captureMode"),
        ("/paymentMethod/token", json!(null), "paymentMethod.token"),
        ("/metadata/orderId", json!(7), "metadata.orderId"),
    ];
    for (pointer, value, field) in wrong {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = initiate(&sandbox, "k", body);
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)));
    }
    let no_key = Call::new(Operation::InitiatePayment, "").body(good.clone());
    assert_eq!(ask(&sandbox, &no_key).body["field"], "Idempotency-Key");
    assert_eq!(initiate(&sandbox, &"k".repeat(256), good.clone()).status, 422);
    let mut more = good;
    more["unknownMember"] = json!({"ignored": true});
    assert_eq!(initiate(&sandbox, "k", more).status, 201);
    let day = Call::new(Operation::GetSettlements, "2026-02-30");
    assert_eq!(ask(&sandbox, &day).status, 422);
    assert_eq!(capture(&sandbox, "pay_nobody", "c", "1.00").status, 404);
}

#[test]
fn another_currency_does_not_fit() {
    let sandbox = sandbox();
    let id = held(&sandbox, TestCard::GoodVisa);
    let body = json!({"amount": {"value": "1.00", "currency": "GBP"}});
    let call = Call::new(Operation::CapturePayment, &*id).key("c").body(body);
    assert_eq!(ask(&sandbox, &call).status, 422);
}
