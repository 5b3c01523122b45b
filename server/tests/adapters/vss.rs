//! The maintenance history: the contract, as the sandbox plays it and as the workshops may answer.

use super::{PATIENCE, nobody, sandbox, system};
use crate::adapters::scripted::Scripted;
use caas::catalogue::Block as Functional;
use caas::maintenance::port::{Vss as _, VssAnswer, VssError};
use caas_sandbox::{Block, BlockName, Fault, FaultRule, Vin};
use caas_server::adapters::{HttpVss, OutsideSystem};

const VIN: &str = "VSSZZZLN6TP000001";

fn vss(url: &str) -> HttpVss {
    HttpVss::new(&system(url), PATIENCE).unwrap()
}

#[tokio::test]
async fn a_history_is_read_as_it_stands_and_a_new_car_has_none() {
    let sandbox = sandbox().await;
    let vss = vss(&sandbox.vss_url);
    assert_eq!(vss.maintenance_status(VIN).await.unwrap(), VssAnswer::NoHistory);
    let today = sandbox.handle.now().date_naive();
    let vin = Vin::parse(VIN).unwrap();
    sandbox.handle.set_block(&vin, Block::overdue_by(BlockName::Brakes, 62.5, 10, today));
    let VssAnswer::History { as_of, blocks } = vss.maintenance_status(VIN).await.unwrap() else { panic!("a history") };
    assert_eq!((as_of, blocks.len()), (sandbox.handle.now(), 6));
    let brakes = blocks.iter().find(|block| block.name == Functional::Brakes).unwrap();
    assert_eq!((brakes.compliance, brakes.overdue_since.unwrap().to_string().as_str()), (62.5, "2026-11-13"));
    assert_eq!(
        (brakes.outstanding[0].code.as_str(), brakes.outstanding[0].due_date),
        ("BRK-30", brakes.overdue_since.unwrap())
    );
    assert!(blocks.iter().filter(|block| block.name != Functional::Brakes).all(|block| block.overdue_since.is_none()));
}

#[tokio::test]
async fn whatever_fails_there_it_is_away_for_us() {
    let sandbox = sandbox().await;
    let vss = vss(&sandbox.vss_url);
    for fault in [Fault::Outage, Fault::Error, Fault::Hang] {
        sandbox.handle.set_fault(FaultRule::vss(fault.clone()).times(1));
        let error = vss.maintenance_status(VIN).await.unwrap_err();
        assert!(matches!(error, VssError::Unavailable(_)) && error.is_outage(), "{fault:?}: {error:?}");
    }
    let lost = FaultRule::vss(Fault::LostAnswer).on(caas_sandbox::Operation::MaintenanceStatus).times(1);
    sandbox.handle.set_fault(lost);
    assert!(matches!(vss.maintenance_status(VIN).await.unwrap_err(), VssError::Unavailable(_)));
    // It reads only, and answers again.
    assert_eq!(vss.maintenance_status(VIN).await.unwrap(), VssAnswer::NoHistory);
    let stranger = OutsideSystem { url: sandbox.vss_url.parse().unwrap(), token: "another".to_owned(), meter: None };
    let error = HttpVss::new(&stranger, PATIENCE).unwrap().maintenance_status(VIN).await.unwrap_err();
    assert!(matches!(error, VssError::Unavailable(_)), "{error:?}");
    let error = super::vss::vss(&nobody().await).maintenance_status(VIN).await.unwrap_err();
    assert!(matches!(error, VssError::Unavailable(_)), "{error:?}");
    // A VIN that is none is our mistake, and says nothing about VSS.
    let error = vss.maintenance_status("NO-VIN").await.unwrap_err();
    assert!(matches!(&error, VssError::Refused { .. }) && !error.is_outage(), "{error:?}");
}

#[tokio::test]
async fn answers_are_read_strictly_and_what_is_not_named_is_passed_over() {
    let answer = |rest: &str| format!(r#"{{"vin": "{VIN}", "asOf": "2026-11-23T09:00:00Z", {rest}}}"#);
    for good in [
        r#""blocks": []"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 0}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 100, "overdueSince": null, "outstanding": [], "colour": "red"}], "more": 1"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 79.99, "overdueSince": "2026-02-28"}]"#,
    ] {
        let server = Scripted::answering(200, answer(good)).await;
        assert!(matches!(vss(&server.url).maintenance_status(VIN).await, Ok(VssAnswer::History { .. })), "{good}");
        let seen = server.seen().remove(0);
        assert_eq!(seen.line, format!("GET /vehicles/{VIN}/maintenance-status"));
        assert_eq!(seen.headers["authorization"], format!("Bearer {}", super::TOKEN));
    }
    for bad in [
        r#""blocks": null"#,
        r#""blocks": [{"name": "ENGINE", "compliance": 90}]"#,
        r#""blocks": [{"name": "BRAKES"}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": "90"}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 100.5}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": -1}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 90, "overdueSince": "2026-02-30"}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 90, "overdueSince": "28/02/2026"}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 90, "outstanding": [{"code": "B", "description": "x"}]}]"#,
        r#""blocks": [{"name": "BRAKES", "compliance": 90, "outstanding": [{"code": "B", "description": "x", "dueDate": "soon"}]}]"#,
    ] {
        let server = Scripted::answering(200, answer(bad)).await;
        let error = vss(&server.url).maintenance_status(VIN).await.unwrap_err();
        assert!(matches!(error, VssError::Unreadable(_)), "{bad}: {error:?}");
    }
    for (status, body) in [
        (200, "no json"),
        (200, r#"{"vin": "VSSZZZLN6TP000002", "asOf": "2026-11-23T09:00:00Z", "blocks": []}"#),
        (200, r#"{"vin": "VSSZZZLN6TP000001", "asOf": "2026-11-23", "blocks": []}"#),
        (204, ""),
        (302, ""),
    ] {
        let server = Scripted::answering(status, body).await;
        let error = vss(&server.url).maintenance_status(VIN).await.unwrap_err();
        assert!(matches!(error, VssError::Unreadable(_)), "{status} {body}: {error:?}");
    }
    for status in [401, 429, 500, 503] {
        let server = Scripted::answering(status, "{}").await;
        assert!(
            matches!(vss(&server.url).maintenance_status(VIN).await.unwrap_err(), VssError::Unavailable(_)),
            "{status}"
        );
    }
    let server = Scripted::answering(422, r#"{"code": "invalid_request"}"#).await;
    let error = vss(&server.url).maintenance_status(VIN).await.unwrap_err();
    assert_eq!(error, VssError::Refused { code: "invalid_request".to_owned() });
}
