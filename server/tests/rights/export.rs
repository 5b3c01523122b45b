//! The copy of all personal data.

use crate::support::Engine;
use crate::support_desk::office::Office;
use crate::use_cases::scenario::{SEATS, Scene};
use caas::activation::model::ActivationState;
use caas::rights::export::{Asked, fetch, latest, request};
use caas::rights::model::ExportState;
use caas::support::Question;
use caas::{sql, support};
use chrono::TimeDelta;

/// The entry with this end of its name, out of a ZIP without compression.
pub fn unzipped(file: &[u8], name: &str) -> Vec<u8> {
    let mut at = 0;
    while file[at..at + 4] == *b"PK\x03\x04" {
        let number = |from: usize| u32::from_le_bytes(file[at + from..at + from + 4].try_into().unwrap()) as usize;
        let short = |from: usize| u16::from_le_bytes(file[at + from..at + from + 2].try_into().unwrap()) as usize;
        let (size, length) = (number(22), short(26));
        let start = at + 30 + length;
        if String::from_utf8_lossy(&file[at + 30..start]).ends_with(name) {
            return file[start..start + size].to_vec();
        }
        at = start + size;
    }
    panic!("no {name} in the file")
}

async fn ready(scene: &mut Scene) -> Vec<u8> {
    let caas = scene.caas();
    assert_eq!(request(&caas, scene.customer).await.unwrap(), Asked::Yes);
    scene.run().await;
    let copy = latest(&mut scene.read().await, scene.customer).await.unwrap().unwrap();
    assert_eq!(copy.state, ExportState::Ready);
    fetch(&caas, scene.customer, copy.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn it_holds_everything_and_no_secret() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let caas = office.scene.caas();
        let id = office.scene.order(SEATS).await;
        office.scene.until(id, ActivationState::Active).await;
        let customer = office.scene.customer;
        let question =
            Question { subject: "Mi duda azul".to_owned(), text: "¿Qué <b>hago?".to_owned(), ..Question::default() };
        let number = support::open_question(&caas, customer, &question).await.unwrap().unwrap();
        let ticket = office.ticket(&number).await;
        support::note(&caas, &office.iker, ticket.id, "Nota interna secreta").await.unwrap().unwrap();
        let (token, _) = sql!(
            &mut office.scene.read().await,
            one(String, i64),
            "SELECT token, exp_month FROM payment_methods WHERE customer_id = $1 AND token IS NOT NULL ORDER BY id LIMIT 1",
            customer
        )
        .unwrap();
        let file = ready(&mut office.scene).await;
        let json = String::from_utf8(unzipped(&file, "datos.json")).unwrap();
        let data: serde_json::Value = serde_json::from_str(&json).unwrap();
        let tables = &data["tables"];
        assert_eq!(data["account"], customer.to_string());
        assert_eq!(tables["users"][0]["email"], "cliente@demo.caas.example");
        assert!(
            tables["service_activations"]
                .as_array()
                .unwrap()
                .iter()
                .any(|a| a["service_activation_id"] == id.to_string())
        );
        assert!(tables["payments"].as_array().unwrap().iter().any(|p| p["state"] == "CHARGED"));
        assert!(tables["tickets"].as_array().unwrap().iter().any(|t| t["subject"] == "Mi duda azul"));
        let entry = &tables["expediente_entries"][0];
        assert_eq!(entry["hash"].as_str().unwrap().len(), 64);
        assert!(!json.contains("Nota interna secreta"), "what our people write to each other is theirs");
        assert!(!json.contains(&token) && !json.contains("password_hash"), "no secret");
        let page = String::from_utf8(unzipped(&file, "datos.html")).unwrap();
        assert!(page.contains("Mi duda azul") && page.contains("¿Qué &lt;b&gt;hago?"));
        assert!(String::from_utf8(unzipped(&file, "LEEME.txt")).unwrap().contains("service_activations"));
        assert!(office.told("EXPORT_READY").await.iter().any(|said| said.channel == "EMAIL"));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn it_is_its_owners_for_a_week_and_one_a_day() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        assert_eq!(request(&caas, customer).await.unwrap(), Asked::Yes);
        assert_eq!(request(&caas, customer).await.unwrap(), Asked::UnderWay);
        office.scene.run().await;
        assert!(matches!(request(&caas, customer).await.unwrap(), Asked::TooSoon { .. }));
        let copy = latest(&mut office.scene.read().await, customer).await.unwrap().unwrap();
        let stranger = office.other_customer().await;
        assert!(fetch(&caas, stranger, copy.id).await.unwrap().is_none());
        assert!(fetch(&caas, customer, copy.id).await.unwrap().is_some());
        office.scene.pass(TimeDelta::days(7)).await;
        assert!(fetch(&caas, customer, copy.id).await.unwrap().is_none());
        let (kept, _) = sql!(
            &mut office.scene.read().await,
            one(Option<Vec<u8>>, String),
            "SELECT content, state FROM data_exports WHERE id = $1 AND state = 'EXPIRED'",
            copy.id
        )
        .unwrap();
        assert!(kept.is_none(), "the content is thrown away");
        assert_eq!(request(&caas, customer).await.unwrap(), Asked::Yes);
        office.scene.proven().await;
    }
}
