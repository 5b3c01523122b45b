//! The registration bodies: two answer at once, one later, one opens a dossier.

use caas_sandbox::{Call, Country, Fault, FaultRule, Operation, Reason, Refusal, Sandbox, Verdict};
use serde_json::{Value, json};

use crate::support::*;

fn papers() -> Value {
    json!({
        "reference": "V-1",
        "vehicle": {
            "vin": "VSSZZZLN6TP000001", "make": "Caas", "model": "Lince", "year": 2026, "engineType": "ELECTRIC",
            "emissions": 0, "power": {"kw": 150, "hp": 204}, "weight": 1820.5, "color": "BLUE",
        },
        "owner": {
            "type": "INDIVIDUAL", "name": "Lucía", "taxId": "12345678Z", "dateOfBirth": "1990-02-28",
            "address": {"street": "Mayor 1", "city": "Madrid", "postalCode": "28013", "country": "ES"},
        },
        "purchase": {
            "date": "2026-03-01", "price": {"value": "39990.00", "currency": "EUR"}, "dealership": "d-1", "invoice": "F-1",
        },
        "documents": [{"kind": "IDENTITY", "reference": "doc-1"}],
    })
}

fn submit(sandbox: &Sandbox, country: Country, key: &str) -> caas_sandbox::Answer {
    ask(sandbox, &Call::new(Operation::SubmitRegistration(country), "").key(key).body(papers()))
}

fn refusal(verdict: Verdict) -> Refusal {
    let reason = Reason { field: "documents".to_owned(), code: "MISSING".to_owned(), message: "No proof".to_owned() };
    Refusal { verdict, reason }
}

#[test]
fn spain_and_france_answer_at_once_and_never_give_a_plate_twice() {
    let sandbox = sandbox();
    let mut plates = Vec::new();
    for country in [Country::ES, Country::FR] {
        for number in 0..3 {
            let answer = submit(&sandbox, country, &format!("key-{number}"));
            assert_eq!((answer.status, answer.body["status"].as_str()), (200, Some("APPROVED")), "{answer:?}");
            assert_eq!(answer.body["registrationDate"], "2026-03-01");
            let id = answer.body["registrationId"].as_str().unwrap();
            assert_eq!(ask(&sandbox, &Call::new(Operation::GetRegistration(country), id)).body, answer.body);
            assert_eq!(
                ask(&sandbox, &Call::new(Operation::GetRegistration(Country::GB), id)).status,
                404,
                "not theirs"
            );
            plates.push(answer.body["plateNumber"].as_str().unwrap().to_owned());
        }
    }
    plates.sort();
    plates.dedup();
    assert_eq!(plates.len(), 6);
    assert!(submit(&sandbox, Country::ES, "key-1").hit, "one key, one registration, in each country");
    assert_eq!(sandbox.registrations().len(), 6);
    sandbox.advance(days(10));
    assert!(sandbox.take_due_webhooks(sandbox.now()).is_empty());
}

#[test]
fn a_refusal_at_once_is_a_problem_with_reasons_and_corrected_papers_pass() {
    let sandbox = sandbox();
    for (verdict, code) in
        [(Verdict::AdditionalInfoRequired, "ADDITIONAL_INFO_REQUIRED"), (Verdict::Rejected, "REJECTED")]
    {
        sandbox.set_fault(
            FaultRule::registration(Country::ES, Fault::RefusePapers { refusal: refusal(verdict) }).times(1),
        );
        let answer = submit(&sandbox, Country::ES, code);
        assert_eq!((answer.status, answer.code()), (422, Some(code)));
        assert_eq!(answer.body["reasons"], json!([{"field": "documents", "code": "MISSING", "message": "No proof"}]));
        assert_eq!(submit(&sandbox, Country::ES, code).status, 422, "remembered");
        assert_eq!(submit(&sandbox, Country::ES, &format!("{code}-2")).status, 200);
    }
}

#[test]
fn britain_decides_later_and_tells_or_is_asked() {
    let sandbox = sandbox();
    let answer = submit(&sandbox, Country::GB, "key-1");
    assert_eq!((answer.status, answer.body["status"].as_str()), (202, Some("UNDER_REVIEW")));
    let id = answer.body["registrationId"].as_str().unwrap().to_owned();
    sandbox.advance(days(2));
    let due = sandbox.take_due_webhooks(sandbox.now());
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].path, "/webhooks/registration-status");
    assert_eq!(due[0].body["status"], "APPROVED");
    assert!(due[0].body["plateNumber"].is_string() && due[0].body["timestamp"].is_string());
    let state = ask(&sandbox, &Call::new(Operation::GetRegistration(Country::GB), &id)).body;
    assert_eq!(state["plateNumber"], due[0].body["plateNumber"]);

    let rule = |fault| FaultRule::registration(Country::GB, fault).times(1);
    sandbox.set_fault(rule(Fault::SlowReview { seconds: 10 * 86_400 }));
    sandbox.set_fault(rule(Fault::RefusePapers { refusal: refusal(Verdict::AdditionalInfoRequired) }));
    submit(&sandbox, Country::GB, "key-2");
    sandbox.advance(days(11));
    assert!(sandbox.take_due_webhooks(sandbox.now()).is_empty());
    sandbox.advance(days(1));
    let due = sandbox.take_due_webhooks(sandbox.now());
    assert_eq!(due[0].body["status"], "ADDITIONAL_INFO_REQUIRED");
    assert_eq!(due[0].body["reasons"][0]["code"], "MISSING");
}

#[test]
fn a_review_is_decided_by_hand() {
    let sandbox = sandbox();
    submit(&sandbox, Country::GB, "key-1");
    let id = sandbox.registrations()[0].registration_id.clone();
    assert!(sandbox.decide_registration(&id, Some(refusal(Verdict::Rejected))));
    assert!(!sandbox.decide_registration(&id, None), "decided once");
    assert_eq!(sandbox.take_due_webhooks(sandbox.now())[0].body["status"], "REJECTED");
    sandbox.advance(days(5));
    assert!(sandbox.take_due_webhooks(sandbox.now()).is_empty());
}

#[test]
fn germany_opens_a_dossier_and_has_nothing_else() {
    let sandbox = sandbox();
    let open = Call::new(Operation::OpenDossier(Country::DE), "").key("key-1").body(papers());
    let answer = ask(&sandbox, &open);
    assert_eq!(answer.status, 201);
    assert!(answer.body["dossierId"].is_string());
    assert!(ask(&sandbox, &open).hit);
    assert_eq!(submit(&sandbox, Country::DE, "key-2").status, 404);
    let elsewhere = Call::new(Operation::OpenDossier(Country::ES), "").key("key-3").body(papers());
    assert_eq!(ask(&sandbox, &elsewhere).status, 404);
}

#[test]
fn what_does_not_fit_is_named() {
    let sandbox = sandbox();
    for (pointer, bad) in [
        ("/vehicle/vin", json!(1)),
        ("/vehicle/year", json!("2026")),
        ("/vehicle/engineType", json!("STEAM")),
        ("/vehicle/emissions", json!("none")),
        ("/vehicle/power/kw", json!("150")),
        ("/owner/type", json!("PERSON")),
        ("/owner/taxId", Value::Null),
        ("/owner/address/postalCode", json!(28013)),
        ("/owner/dateOfBirth", json!("28/02/1990")),
        ("/purchase/date", json!("2026-02-30")),
        ("/purchase/price", json!("39990.00")),
        ("/documents/0/kind", json!(1)),
    ] {
        let mut body = papers();
        *body.pointer_mut(pointer).unwrap() = bad;
        let call = Call::new(Operation::SubmitRegistration(Country::ES), "").key(pointer).body(body);
        let answer = ask(&sandbox, &call);
        assert_eq!((answer.status, answer.code()), (422, Some("invalid_request")));
        assert_eq!(answer.body["field"], pointer[1..].replace('/', "."));
    }
}
