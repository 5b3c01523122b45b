//! Being forgotten: what stands in the way, the week to think again, and that nothing of the person is left anywhere.

use super::inventory::{tables, whole};
use crate::support::Engine;
use crate::support_desk::office::Office;
use crate::use_cases::scenario::{AUDIO, NAVIGATION, SEATS};
use caas::accounts::{self, AccountError, DEMO_PASSWORD, Profile, SignUp};
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::expediente::chain;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::rights::erasure::{COOLING_OFF, Planned, in_the_way, latest, plan, take_back};
use caas::rights::inventory::{Erased, TABLES};
use caas::rights::model::{ErasureState, Obstacle};
use caas::rights::rows;
use caas::support::Question;
use caas::{sql, support, ways_out};
use chrono::TimeDelta;

const EMAIL: &str = "cliente@demo.caas.example";
/// Words that stand nowhere else in the world.
const MARKERS: [&str; 5] = ["Zarzamora", "+34600999888", "quebrantahuesos", "lapislazuli", EMAIL];

async fn state(office: &Office) -> ErasureState {
    latest(&mut office.scene.read().await, office.scene.customer).await.unwrap().unwrap().state
}

/// Where a marker stands: table and column.
async fn found(office: &Office, marker: &str) -> Vec<String> {
    let mut tx = office.scene.read().await;
    let mut found = Vec::new();
    for table in tables(&mut tx).await {
        for row in whole(&mut tx, &table).await {
            for (column, value) in row {
                let text = value.to_string().to_lowercase();
                if text.contains(&marker.to_lowercase()) {
                    found.push(format!("{table}.{column}"));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A sale that was begun, with everything it kept about its buyer.
async fn sale(office: &Office) {
    let caas = office.scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    let (dealership, _) =
        sql!(&mut tx, one(uuid::Uuid, String), "SELECT id, name FROM dealerships ORDER BY id LIMIT 1").unwrap();
    let (id, now) = (caas.new_uuid(), caas.now());
    let owner = sqlx::types::Json(serde_json::json!({
        "kind": "INDIVIDUAL", "name": "Zarzamora Vega", "tax_id": "quebrantahuesos", "date_of_birth": "1990-01-01"}));
    let address = sqlx::types::Json(serde_json::json!({
        "street": "Calle lapislazuli 1", "city": "Madrid", "postal_code": "28013", "country": "ES"}));
    sql!(&mut tx, execute
        "INSERT INTO customer_orders (id, number, dealership_id, customer_id, status, is_over, address, owner, status_at, created_at, updated_at)
         VALUES ($1, 'V-2026-990001', $2, $3, 'DRAFT', $4, $5, $6, $7, $7, $7)",
        id, dealership, office.scene.customer, false, address, owner, now)
    .unwrap();
    sql!(&mut tx, execute
        "INSERT INTO order_documents (id, order_id, kind, state, name, media_type, size, content, uploaded_by, created_at)
         VALUES ($1, $2, 'DNI', 'PROVIDED', 'zarzamora.pdf', 'application/pdf', 11, $3, $4, $5)",
        caas.new_uuid(), id, b"lapislazuli".as_slice(), office.scene.customer, now)
    .unwrap();
    sql!(&mut tx, execute
        "INSERT INTO order_words (word, order_id, dealership_id) VALUES ('zarzamora', $1, $2)", id, dealership)
    .unwrap();
    // And one that was begun and never finished.
    let draft = sqlx::types::Json(serde_json::json!({"contact": {"name": "Zarzamora", "email": EMAIL}}));
    sql!(&mut tx, execute
        "INSERT INTO customer_orders (id, number, dealership_id, status, is_over, draft, status_at, created_at, updated_at)
         VALUES ($1, 'V-2026-990002', $2, 'DRAFT', $3, $4, $5, $5, $5)",
        caas.new_uuid(), dealership, false, draft, now)
    .unwrap();
    tx.commit().await.unwrap();
}

/// Fills the customer's life with markers, through the use cases as far as they go.
async fn mark(office: &mut Office) {
    let (caas, customer) = (office.scene.caas(), office.scene.customer);
    let profile = Profile {
        name: "Zarzamora Vega".to_owned(),
        phone: "+34600999888".to_owned(),
        time_zone: "Europe/Madrid".to_owned(),
    };
    accounts::change_profile(&caas, customer, &profile).await.unwrap();
    let id = office.scene.order(SEATS).await;
    office.scene.until(id, ActivationState::Active).await;
    // A case with technical data, solved by ordering again; and a question with an answer.
    let (failed, ticket) = office.fail(AUDIO).await;
    ways_out::dealership_appointment(&caas, &office.iker, ticket.id, "Que pase Zarzamora por el taller")
        .await
        .unwrap()
        .unwrap();
    let again = office.scene.order(AUDIO).await;
    office.scene.until(again, ActivationState::Active).await;
    assert_ne!(office.scene.state(failed).await, "ACTIVE");
    let question = Question {
        subject: "Pregunta de Zarzamora".to_owned(),
        text: "Mi NIF es quebrantahuesos".to_owned(),
        ..Question::default()
    };
    let number = support::open_question(&caas, customer, &question).await.unwrap().unwrap();
    let ticket = office.ticket(&number).await;
    office.answers(&office.iker, &ticket, "Hola, lapislazuli", caas::support::model::AfterReply::WaitForCustomer).await;
    let ticket = office.again(&ticket).await;
    support::note(&caas, &office.iker, ticket.id, "Zarzamora suena nerviosa").await.unwrap().unwrap();
    let vehicle = Some(office.scene.vehicle);
    ways_out::note_theft(&caas, &office.iker, customer, vehicle, "Zarzamora lo dejó en lapislazuli")
        .await
        .unwrap()
        .unwrap();
    let mut tx = caas.db.begin().await.unwrap();
    sql!(&mut tx, execute
        "INSERT INTO linked_apps (id, vehicle_id, user_id, name, linked_at) VALUES ($1, $2, $3, 'Móvil de Zarzamora', $4)",
        caas.new_uuid(), office.scene.vehicle, customer, caas.now())
    .unwrap();
    tx.commit().await.unwrap();
    sale(office).await;
    office.scene.run().await;
}

async fn settle(office: &mut Office) {
    office.scene.live(TimeDelta::minutes(30)).await;
    let open = in_the_way(&mut office.scene.read().await, office.scene.customer).await.unwrap();
    assert_eq!(open, Vec::new());
}

#[tokio::test]
async fn nothing_of_the_person_is_left_and_the_chain_still_verifies() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        mark(&mut office).await;
        settle(&mut office).await;
        // Whatever columns are declared as erased are, also those that this life did not fill.
        let mut tx = caas.db.begin().await.unwrap();
        for table in TABLES {
            if let Erased::Columns(columns) = table.erased {
                for (column, _) in columns.iter().filter(|(column, _)| {
                    ![
                        "status",
                        "unsubscribe_token",
                        "data",
                        "request",
                        "tracking",
                        "draft",
                        "address",
                        "owner",
                        "identity",
                        "reasons",
                    ]
                    .contains(column)
                }) {
                    let statement = format!(
                        "UPDATE {} SET {column} = 'quebrantahuesos' WHERE ({}) AND {column} IS NOT NULL",
                        table.name, table.whose
                    );
                    rows::change(&mut tx, statement, customer).await.unwrap();
                }
            }
        }
        tx.commit().await.unwrap();
        for marker in MARKERS {
            assert!(!found(&office, marker).await.is_empty(), "the world holds {marker}");
        }
        assert_eq!(plan(&caas, customer).await.unwrap(), Planned::Yes);
        office.scene.run().await;
        let before = chain::walk(&mut office.scene.read().await).await.unwrap();
        assert_eq!(before.broken, Vec::<String>::new());
        office.scene.pass(COOLING_OFF).await;
        assert_eq!(state(&office).await, ErasureState::Done);
        for marker in MARKERS {
            assert_eq!(found(&office, marker).await, Vec::<String>::new(), "{marker} is gone");
        }
        let after = chain::walk(&mut office.scene.read().await).await.unwrap();
        assert_eq!(after.broken, Vec::<String>::new());
        assert!(after.entries > before.entries, "no entry was taken away");
        let (owned, _) = sql!(
            &mut office.scene.read().await,
            one(i64, i64),
            "SELECT COUNT(*), COUNT(*) FROM vehicles WHERE customer_id = $1",
            customer
        )
        .unwrap();
        assert_eq!(owned, 0);
        assert!(office.scene.car_has(SEATS), "what is on stays on");
        office.scene.live(TimeDelta::days(2)).await;
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn nobody_gets_in_any_more_and_the_address_is_free() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        settle(&mut office).await;
        assert!(accounts::confirm_password(&caas, customer, "otra").await.is_err());
        accounts::confirm_password(&caas, customer, DEMO_PASSWORD).await.unwrap();
        plan(&caas, customer).await.unwrap();
        assert!(accounts::sign_in(&caas, EMAIL, DEMO_PASSWORD, None).await.is_ok(), "until then all is as it was");
        office.scene.pass(COOLING_OFF).await;
        let refused = accounts::sign_in(&caas, EMAIL, DEMO_PASSWORD, None).await;
        assert!(matches!(refused, Err(AccountError::WrongCredentials)));
        assert!(accounts::session_user(&caas, customer).await.unwrap().is_none());
        let form = SignUp {
            name: "Otra persona".to_owned(),
            email: EMAIL.to_owned(),
            country: "ES".to_owned(),
            password: "mi perro come peras".to_owned(),
            locale: Locale::Es,
        };
        accounts::sign_up(&caas, &form, None).await.unwrap();
        office.scene.run().await;
        let (id, _) = sql!(
            &mut office.scene.read().await,
            one(UserId, String),
            "SELECT id, name FROM users WHERE email_key = $1",
            EMAIL
        )
        .unwrap();
        assert_ne!(id, customer);
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn what_is_open_stands_in_the_way_and_is_named() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        settle(&mut office).await;
        let pending = office.scene.order(SEATS).await;
        let refused = plan(&caas, customer).await.unwrap();
        let Planned::InTheWay(open) = refused else { panic!("{refused:?}") };
        assert!(
            open.iter().any(|open| open.what == Obstacle::OpenPurchase && open.href.contains(&pending.to_string()))
        );
        office.scene.until(pending, ActivationState::Active).await;
        settle(&mut office).await;
        let month = office.scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        office.scene.until(month, ActivationState::Active).await;
        office.scene.run().await;
        let refused = plan(&caas, customer).await.unwrap();
        let Planned::InTheWay(open) = refused else { panic!("{refused:?}") };
        assert!(open.iter().any(|open| open.what == Obstacle::Subscription));
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn it_can_be_taken_back_for_a_week_and_stops_when_something_new_is_open() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        settle(&mut office).await;
        plan(&caas, customer).await.unwrap();
        assert_eq!(plan(&caas, customer).await.unwrap(), Planned::Yes, "asked twice, planned once");
        office.scene.pass(COOLING_OFF - TimeDelta::minutes(1)).await;
        assert!(take_back(&caas, customer).await.unwrap());
        assert!(!take_back(&caas, customer).await.unwrap());
        office.scene.pass(TimeDelta::hours(1)).await;
        assert_eq!(state(&office).await, ErasureState::TakenBack);
        plan(&caas, customer).await.unwrap();
        let month = office.scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        office.scene.until(month, ActivationState::Active).await;
        office.scene.pass(COOLING_OFF).await;
        assert_eq!(state(&office).await, ErasureState::Stopped);
        assert!(accounts::session_user(&caas, customer).await.unwrap().is_some());
        assert!(office.told("ERASURE_PLANNED").await.len() >= 2, "planned, and stopped");
        office.scene.proven().await;
    }
}

#[tokio::test]
async fn the_buyer_stands_on_invoices_until_the_law_lets_it_go() {
    for engine in Engine::all() {
        let mut office = Office::new(engine).await;
        let (caas, customer) = (office.scene.caas(), office.scene.customer);
        let month = office.scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        office.scene.until(month, ActivationState::Active).await;
        office.scene.live(TimeDelta::days(40)).await;
        let subscription = caas::subscriptions::repository::of_activation(&mut office.scene.read().await, month)
            .await
            .unwrap()
            .unwrap();
        caas::subscriptions::changes::cancel_at_period_end(&caas, customer, subscription.id).await.unwrap().unwrap();
        office.scene.live(TimeDelta::days(40)).await;
        settle(&mut office).await;
        plan(&caas, customer).await.unwrap();
        office.scene.pass(COOLING_OFF).await;
        assert_eq!(state(&office).await, ErasureState::Done);
        let named = async |office: &Office| {
            let (named, _) = sql!(
                &mut office.scene.read().await,
                one(i64, i64),
                "SELECT COUNT(*), COUNT(*) FROM invoices WHERE customer_id = $1 AND buyer_name <> ''",
                customer
            )
            .unwrap();
            named
        };
        assert!(named(&office).await >= 2, "the law wants the buyer named");
        office.scene.app.advance(TimeDelta::days(365 * 6));
        office.scene.run().await;
        assert!(named(&office).await >= 2, "six full calendar years after the year of the last");
        office.scene.app.advance(TimeDelta::days(400));
        office.scene.run().await;
        assert_eq!(named(&office).await, 0);
        office.scene.proven().await;
    }
}
