//! The registration bodies: the contract, as the sandbox plays it and as a body may answer.

use super::{PATIENCE, nobody, sandbox, system};
use crate::adapters::scripted::Scripted;
use caas::kernel::money::{Cents, Currency, Money};
use caas::sales::model::{Address, Insurance, Owner, OwnerKind};
use caas::sales::registration::port::{
    BodyVerdict, RegistrationBodies as _, RegistrationError, RegistrationRequest, VehicleData,
};
use caas_sandbox::{Country, Fault, FaultRule, Reason, Refusal, Verdict};
use caas_server::adapters::HttpRegistrationBodies;
use std::time::Duration;

fn request() -> RegistrationRequest {
    RegistrationRequest {
        reference: "V-2026-000001/1".to_owned(),
        vehicle: VehicleData {
            vin: "VSSZZZLN6TP000001".to_owned(),
            make: "CaaS".to_owned(),
            model: "Lince".to_owned(),
            year: 2026,
            engine_type: "ELECTRIC".to_owned(),
            emissions: 0.0,
            kw: 150.0,
            weight: 1820.0,
            colour: "BLUE".to_owned(),
        },
        owner: Owner {
            kind: OwnerKind::Individual,
            name: "Lucía Ferrer".to_owned(),
            tax_id: "12345678Z".to_owned(),
            date_of_birth: Some("1990-02-28".to_owned()),
            driver_license: None,
            insurance: Some(Insurance {
                provider: "Mutua".to_owned(),
                policy_number: "P-1".to_owned(),
                valid_from: "2026-12-01".to_owned(),
            }),
        },
        address: Address {
            street: "Calle Mayor 1".to_owned(),
            city: "Madrid".to_owned(),
            postal_code: "28013".to_owned(),
            country: "ES".to_owned(),
        },
        purchase_date: "2026-11-23".to_owned(),
        price: Money::new(Cents(3_999_000), Currency::Eur),
        dealership: "d-1".to_owned(),
        invoice: "F-1".to_owned(),
        documents: vec![("IDENTITY".to_owned(), "doc-1".to_owned())],
    }
}

/// Every country's body at this address.
fn bodies(url: &str) -> HttpRegistrationBodies {
    HttpRegistrationBodies::new(Country::ALL.map(|country| (country.code(), system(url))), PATIENCE).unwrap()
}

fn refusal(verdict: Verdict) -> Fault {
    let reason = Reason { field: "owner".to_owned(), code: "X".to_owned(), message: "why".to_owned() };
    Fault::RefusePapers { refusal: Refusal { verdict, reason } }
}

#[tokio::test]
async fn each_country_answers_in_its_way() {
    let sandbox = sandbox().await;
    let urls = sandbox.registration_urls.clone();
    let bodies = HttpRegistrationBodies::new(urls.iter().map(|(c, url)| (c.code(), system(url))), PATIENCE).unwrap();
    for (country, code) in [("ES", Country::ES), ("FR", Country::FR)] {
        for fault in [Fault::Outage, Fault::Error, Fault::Hang, Fault::LostAnswer, Fault::LostAnswerHanging] {
            sandbox.handle.set_fault(FaultRule::registration(code, fault.clone()).times(1));
            assert!(bodies.submit(country, &request(), "key-1").await.unwrap_err().is_outage(), "{fault:?}");
        }
        let answer = bodies.submit(country, &request(), "key-1").await.unwrap();
        assert_eq!(answer.verdict, BodyVerdict::Approved);
        assert_eq!(answer.registration_date.as_deref(), Some("2026-11-23"));
        assert!(answer.plate.is_some() && answer.registration_id.is_some());
    }
    assert_eq!(sandbox.handle.registrations().len(), 2, "one each, whatever was lost");

    let answer = bodies.submit("GB", &request(), "key-1").await.unwrap();
    assert_eq!((answer.verdict, &answer.plate), (BodyVerdict::UnderReview, &None));
    let id = answer.registration_id.unwrap();
    sandbox.handle.advance(Duration::from_secs(3 * 86_400));
    let later = bodies.registration("GB", &id).await.unwrap().unwrap();
    assert_eq!(later.verdict, BodyVerdict::Approved);
    assert!(later.plate.is_some());
    assert!(bodies.registration("GB", "reg_none").await.unwrap().is_none());

    assert!(!bodies.open_dossier("DE", &request(), "key-1").await.unwrap().is_empty());
    for country in ["DE", "PT"] {
        let error = bodies.submit(country, &request(), "key-2").await.unwrap_err();
        assert!(matches!(error, RegistrationError::NoApi), "{country}: {error:?}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_papers_is_an_answer_with_its_reasons() {
    let sandbox = sandbox().await;
    let url = &sandbox.registration_urls[&Country::ES];
    for (verdict, expected) in [
        (Verdict::AdditionalInfoRequired, BodyVerdict::AdditionalInfoRequired),
        (Verdict::Rejected, BodyVerdict::Rejected),
    ] {
        sandbox.handle.set_fault(FaultRule::registration(Country::ES, refusal(verdict)).times(1));
        let answer = bodies(url).submit("ES", &request(), &format!("{expected}")).await.unwrap();
        assert_eq!(answer.verdict, expected);
        assert_eq!((answer.reasons[0].field.as_str(), answer.reasons[0].message.as_str()), ("owner", "why"));
    }
}

#[tokio::test]
async fn the_request_is_the_contracts_and_answers_are_read_strictly() {
    let server =
        Scripted::answering(200, r#"{"registrationId": "r1", "status": "APPROVED", "plateNumber": "1"}"#).await;
    bodies(&server.url).submit("ES", &request(), "key-1").await.unwrap();
    let seen = server.seen().remove(0);
    assert_eq!(seen.line, "POST /registrations");
    assert_eq!(seen.headers["idempotency-key"], "key-1");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&seen.body).unwrap(),
        serde_json::json!({
            "reference": "V-2026-000001/1",
            "vehicle": {
                "vin": "VSSZZZLN6TP000001", "make": "CaaS", "model": "Lince", "year": 2026, "engineType": "ELECTRIC",
                "emissions": 0.0, "power": {"kw": 150.0, "hp": 204.0}, "weight": 1820.0, "color": "BLUE",
            },
            "owner": {
                "type": "INDIVIDUAL", "name": "Lucía Ferrer", "taxId": "12345678Z", "dateOfBirth": "1990-02-28",
                "address": {"street": "Calle Mayor 1", "city": "Madrid", "postalCode": "28013", "country": "ES"},
            },
            "purchase": {
                "date": "2026-11-23", "price": {"value": "39990.00", "currency": "EUR"}, "dealership": "d-1",
                "invoice": "F-1",
            },
            "insurance": {"provider": "Mutua", "policyNumber": "P-1", "validFrom": "2026-12-01"},
            "documents": [{"kind": "IDENTITY", "reference": "doc-1"}],
        })
    );
    for (status, body) in [
        (200, "{}"),
        (200, r#"{"registrationId": "r1", "status": "PLATE_ASSIGNED"}"#),
        (200, r#"{"registrationId": "", "status": "APPROVED"}"#),
        (202, r#"{"registrationId": "r1", "status": "UNDER_REVIEW", "registrationDate": "1/2/2026"}"#),
        (500, "{}"),
    ] {
        let server = Scripted::answering(status, body).await;
        let error = bodies(&server.url).submit("GB", &request(), "key-1").await.unwrap_err();
        assert!(matches!(error, RegistrationError::NoAnswer(_)), "{status} {body}: {error:?}");
    }
    for (status, code) in [(422, "invalid_request"), (422, "idempotency_mismatch"), (404, "not_found")] {
        let server = Scripted::answering(status, format!(r#"{{"code": "{code}"}}"#)).await;
        let error = bodies(&server.url).submit("ES", &request(), "key-1").await.unwrap_err();
        assert!(matches!(&error, RegistrationError::Refused { code: told } if told == code), "{error:?}");
        assert!(!error.to_string().contains("12345678Z"));
    }
    let server = Scripted::answering(200, r#"{"registrationId": "r1", "status": "UNDER_REVIEW"}"#).await;
    assert!(bodies(&server.url).registration("GB", "r2").await.is_err(), "an answer about another one");
    // Reasons are objects; what can't be read of them is left out.
    let body = r#"{"registrationId": "r1", "status": "REJECTED", "reasons": [{"code": 7, "message": "no"}, 3]}"#;
    let server = Scripted::answering(200, body).await;
    let told = bodies(&server.url).registration("GB", "r1").await.unwrap().unwrap();
    assert_eq!((told.reasons.len(), told.reasons[0].message.as_str()), (2, "no"));
    let error = bodies(&nobody().await).open_dossier("DE", &request(), "key-1").await.unwrap_err();
    assert!(matches!(error, RegistrationError::Unavailable(_)), "{error:?}");
}
