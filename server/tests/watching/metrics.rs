//! The files for Prometheus and Grafana name only what `/metrics` tells, and `/metrics` tells of nobody.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::watch::calls::CallTally;
use caas_sandbox::{Fault, FaultRule, Operation};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::path::Path;

/// A file of the repository.
fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// The metrics of ours that a text names. A histogram's series count as the histogram.
fn named(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_lowercase() || c == '_';
    text.split(|c| !part(c))
        .filter(|word| word.starts_with("caas_"))
        .map(|word| {
            let ends = ["_bucket", "_count", "_sum"];
            ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word).to_owned()
        })
        .collect()
}

#[tokio::test]
async fn every_metric_of_the_files_exists_and_none_names_a_person_or_a_car() {
    // One recorder a process: one test, one engine is enough to make every kind of number.
    let engine = Engine::Sqlite;
    let mut scene = Scene::new(engine).await;
    scene.app.watch_from(scene.app.now()).await;
    scene.order(AUDIO).await;
    scene.live(TimeDelta::minutes(5)).await;
    scene.fault(FaultRule::iot(Fault::Error).on(Operation::VehicleStatus).times(30));
    scene.order(SEATS).await;
    scene.live(TimeDelta::hours(2)).await;
    // A job that fails: the database refuses its payload.
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    caas::sql!(&mut tx, execute
        "INSERT INTO jobs (id, kind, payload, due_at, max_attempts, created_at) VALUES ($1, 'payments.capture', $2, $3, 1, $3)",
        caas.new_uuid(), sqlx::types::Json(serde_json::json!({})), caas.now()).unwrap();
    tx.commit().await.unwrap();
    scene.run().await;
    CallTally::default().flush(&caas.db).await.unwrap();
    scene.app.get("/operaciones").await;
    let told = scene.app.get("/metrics").await.expect(200).body;
    let known: BTreeSet<String> = told
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    for path in ["ops/prometheus/alerts.yml", "ops/grafana/caas.json"] {
        let named = named(&file(path));
        assert!(named.len() >= 8, "{path} names {named:?}");
        let missing: Vec<_> = named.difference(&known).collect();
        assert!(missing.is_empty(), "{path} names what /metrics does not tell: {missing:?}");
    }
    for name in known.iter().filter(|name| name.starts_with("caas_")) {
        let kind = told.lines().find(|line| line.starts_with(&format!("# TYPE {name} "))).unwrap();
        assert_eq!(kind.ends_with(" counter"), name.ends_with("_total"), "{kind}");
    }
    for secret in [scene.vin.as_str(), "demo.caas.example", &scene.customer.to_string()] {
        assert!(!told.contains(secret), "/metrics tells {secret}");
    }
}

#[test]
fn the_dashboard_is_json_with_a_query_in_each_panel() {
    let board: serde_json::Value = serde_json::from_str(&file("ops/grafana/caas.json")).unwrap();
    let panels = board["panels"].as_array().unwrap();
    assert!(panels.len() >= 12);
    for panel in panels {
        assert!(panel["targets"][0]["expr"].as_str().unwrap().contains("caas_"), "{panel}");
        assert!(!panel["title"].as_str().unwrap().is_empty());
    }
}
