//! The verbs of the stories: a paid car, its papers, the messages of the body and of the driver.

use super::played::{Bodies, Lorries};
use crate::support::{Engine, TestApp};
use caas::expediente::model::EntryKind;
use caas::kernel::Timestamp;
use caas::kernel::database::Tx;
use caas::kernel::ids::{DealershipId, OrderId, PlanVersionId, UserId, VehicleId};
use caas::payments::methods;
use caas::sales::delivery::model::{ChecklistItem, IdentityPaper};
use caas::sales::delivery::port::{TransportEvent, TransportNotice};
use caas::sales::delivery::slots::PickUpRefusal;
use caas::sales::delivery::{self, Delivery, hand_over, pick_ups};
use caas::sales::documents;
use caas::sales::model::{Address, OrderEvent, Owner, OwnerKind};
use caas::sales::orders::{self, Cause, Order, apply};
use caas::sales::payment::{CarPayment, pay};
use caas::sales::registration::countries::{Provider, country};
use caas::sales::registration::{self, Registration};
use caas::sales::stock;
use caas::sales::who::Who;
use caas::support::model::NewAttachment;
use caas::{Caas, sql};
use chrono::TimeDelta;
use sqlx::types::Json;
use std::sync::Arc;

/// A customer, a dealership, and outside systems that do as they are told.
pub struct Scene {
    pub app: TestApp,
    pub caas: Caas,
    pub bodies: Arc<Bodies>,
    pub lorries: Arc<Lorries>,
    pub customer: UserId,
    pub dealership: DealershipId,
    /// A person of the dealership.
    pub dealer: Who,
    plan: PlanVersionId,
    cars: u32,
}

impl Scene {
    pub async fn new(engine: Engine) -> Scene {
        let mut app = TestApp::start(engine).await;
        let (bodies, lorries) = (Arc::new(Bodies::default()), Arc::new(Lorries::default()));
        app.put_in(|parts| {
            parts.registration = bodies.clone();
            parts.transport = lorries.clone();
        });
        let caas = app.caas().clone();
        let mut tx = caas.db.read().await.unwrap();
        let (customer, _) =
            sql!(tx, one(UserId, String), "SELECT id, name FROM users WHERE email_key = 'cliente@demo.caas.example'")
                .unwrap();
        let (dealer, dealership) = sql!(
            tx,
            one(UserId, DealershipId),
            "SELECT id, dealership_id FROM users WHERE role = 'DEALER' AND dealership_id IS NOT NULL ORDER BY id LIMIT 1"
        )
        .unwrap();
        drop(tx);
        // The usual hours, whatever the demo world has set.
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute "DELETE FROM pick_up_hours").unwrap();
        let (plan, version) = (caas.new_uuid(), caas.new_id::<PlanVersionId>());
        sql!(tx, execute
            "INSERT INTO plans (id, code, names, country, active, created_at, updated_at)
             VALUES ($1, 'PAPERS', $2, 'ES', $3, $4, $4)",
            plan, Json(serde_json::json!({ "es": "Prueba", "en": "Test" })), true, caas.now())
        .unwrap();
        sql!(tx, execute
            "INSERT INTO plan_versions (id, plan_id, version, price_list, currency, vat_rate_basis_points,
                                        reservation_basis_points, included_services, published_at)
             VALUES ($1, $2, 1, $3, 'EUR', 2100, 1000, $4, $5)",
            version, plan, Json(serde_json::json!({})), Json(serde_json::json!([])), caas.now())
        .unwrap();
        tx.commit().await.unwrap();
        let dealer = Who::staff(dealer, Some(dealership));
        let mut scene = Scene { app, caas, bodies, lorries, customer, dealership, dealer, plan: version, cars: 0 };
        scene.run().await;
        scene
    }

    pub fn buyer(&self) -> Who {
        Who::Customer(self.customer)
    }

    /// A sale of a car from stock whose final payment is asked for.
    pub async fn sale(&mut self, country_code: &str, mode: &str) -> OrderId {
        self.cars += 1;
        let (id, vehicle, now) = (self.caas.new_id::<OrderId>(), self.caas.new_id::<VehicleId>(), self.caas.now());
        let actor = self.dealer.actor();
        let mut tx = self.caas.db.begin().await.unwrap();
        sql!(tx, execute
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, dealership_id, assignment_status, inventory_status,
                                   stocked_at, created_at, updated_at)
             VALUES ($1, $2, 'LINCE', 'BLUE', '4.2.0', $3, 'SIN_ASIGNAR', 'DEALERSHIP_STOCK', $4, $4, $4)",
            vehicle, format!("VSSZZZLNCTR{:06}", 700 + self.cars), self.dealership, now).unwrap();
        assert!(stock::take(&self.caas, &mut tx, actor, self.dealership, vehicle, self.customer).await.unwrap());
        sql!(tx, execute
            "INSERT INTO customer_orders (id, number, dealership_id, created_by, customer_id, status, is_over, model_code, colour,
                                          options, from_stock, vehicle_id, country, delivery_mode, address, owner, total_cents,
                                          plan_version_id, reservation_cents, currency, registered_at, status_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, 'DRAFT', FALSE, 'LINCE', 'BLUE', $6, TRUE, $7, $8, $9, $10, $11, 3000000, $13, 300000,
                     'EUR', $12, $12, $12, $12)",
            id, format!("V-2026-8{:05}", self.cars), self.dealership, self.dealer.user(), self.customer,
            Json(Vec::<String>::new()), vehicle, country_code, mode, Json(address(country_code)), Json(owner(country_code)), now,
            self.plan)
        .unwrap();
        let mut order = orders::load(&mut tx, id).await.unwrap();
        apply(&self.caas, &mut tx, &mut order, OrderEvent::Registered, Cause::by(actor)).await.unwrap();
        tx.commit().await.unwrap();
        self.pays(id, CarPayment::Reservation).await;
        assert_eq!(self.status(id).await, "AWAITING_FINAL_PAYMENT");
        id
    }

    async fn pays(&mut self, id: OrderId, which: CarPayment) {
        let method = methods::list(&mut self.read().await, self.customer).await.unwrap()[0].id;
        let key = format!("{which}-{id}");
        pay(&self.caas, self.customer, id, which, method, &key).await.unwrap().unwrap();
        self.run().await;
    }

    /// The customer pays the rest.
    pub async fn pays_the_rest(&mut self, id: OrderId) {
        self.pays(id, CarPayment::Final).await;
    }

    /// The same, paid; its registration has begun.
    pub async fn paid(&mut self, country_code: &str, mode: &str) -> OrderId {
        let id = self.sale(country_code, mode).await;
        self.pays(id, CarPayment::Final).await;
        assert_eq!(self.status(id).await, "REGISTRATION");
        id
    }

    /// The same, with every paper there.
    pub async fn complete(&mut self, country_code: &str, mode: &str) -> OrderId {
        let id = self.paid(country_code, mode).await;
        self.bring_all(id).await;
        self.run().await;
        id
    }

    /// Everybody brings what is asked of them.
    pub async fn bring_all(&self, id: OrderId) {
        let order = self.order(id).await;
        let kind = documents::owner_kind(&order);
        for paper in country(order.country.as_deref().unwrap()).papers_of(kind) {
            let who = match paper.provider {
                Provider::Customer => self.buyer(),
                Provider::Dealership => self.dealer,
                Provider::Caas => continue,
            };
            self.bring(&who, id, paper.code).await;
        }
    }

    /// Somebody brings a paper.
    pub async fn bring(&self, who: &Who, id: OrderId, paper: &str) -> uuid::Uuid {
        let mut tx = self.begin().await;
        let taken = documents::upload(&self.caas, &mut tx, who, id, paper, &pdf()).await.unwrap();
        tx.commit().await.unwrap();
        taken.unwrap()
    }

    /// A car that is registered and waits for its customer.
    pub async fn ready(&mut self, mode: &str) -> OrderId {
        let id = self.complete("ES", mode).await;
        let wanted = if mode == "HOME" { "DELIVERY_SCHEDULED" } else { "READY_FOR_DELIVERY" };
        assert_eq!(self.status(id).await, wanted);
        id
    }

    /// Everything on the list is ticked off.
    pub async fn tick_all(&self, id: OrderId) {
        for item in ChecklistItem::ALL {
            self.tick(id, *item).await;
        }
    }

    pub async fn tick(&self, id: OrderId, item: ChecklistItem) {
        let mut tx = self.begin().await;
        hand_over::check(&self.caas, &mut tx, &self.dealer, id, item, true).await.unwrap().unwrap();
        tx.commit().await.unwrap();
    }

    /// The driver tells something, so many minutes after the test began. Says whether it could be used.
    pub async fn driver(&mut self, id: OrderId, event: TransportEvent, minute: i64) -> bool {
        let delivery_id = self.delivery(id).await.delivery_id.unwrap_or_else(|| "DEL-unknown".to_owned());
        let start: Timestamp = crate::support::START.parse().unwrap();
        let at = start + TimeDelta::minutes(minute);
        let notice = TransportNotice { delivery_id, event, note: Some("note".to_owned()), at };
        let mut tx = self.begin().await;
        let used = delivery::on_event(&self.caas, &mut tx, &notice).await.unwrap();
        tx.commit().await.unwrap();
        self.run().await;
        used
    }

    /// Who takes the car shows a passport.
    pub async fn shows_passport(&self, id: OrderId) {
        let mut tx = self.begin().await;
        let document = IdentityPaper::Passport;
        hand_over::identify(&self.caas, &mut tx, &self.dealer, id, document, "123a").await.unwrap().unwrap();
        tx.commit().await.unwrap();
    }

    /// The customer books a time.
    pub async fn books(&self, id: OrderId, at: Timestamp) -> Result<(), PickUpRefusal> {
        self.books_as(&self.buyer(), id, at).await
    }

    /// Somebody books a time.
    pub async fn books_as(&self, who: &Who, id: OrderId, at: Timestamp) -> Result<(), PickUpRefusal> {
        let mut tx = self.begin().await;
        let answer = pick_ups::book(&self.caas, &mut tx, who, id, at).await.unwrap();
        tx.commit().await.unwrap();
        answer.map(|_| ())
    }

    /// A driver of a transport that nobody knows.
    pub async fn unknown_driver(&self) -> bool {
        let at = self.app.now();
        let notice =
            TransportNotice { delivery_id: "DEL-nobody".to_owned(), event: TransportEvent::Delivered, note: None, at };
        let mut tx = self.begin().await;
        delivery::on_event(&self.caas, &mut tx, &notice).await.unwrap()
    }

    // ----- time

    pub async fn run(&mut self) {
        self.app.run_jobs().await;
    }

    pub async fn live(&mut self, by: TimeDelta) {
        self.app.live(by).await;
    }

    // ----- looking

    pub async fn read(&self) -> Tx {
        self.caas.db.read().await.unwrap()
    }

    pub async fn begin(&self) -> Tx {
        self.caas.db.begin().await.unwrap()
    }

    pub async fn order(&self, id: OrderId) -> Order {
        orders::load(&mut self.read().await, id).await.unwrap()
    }

    pub async fn status(&self, id: OrderId) -> &'static str {
        self.order(id).await.status.as_str()
    }

    pub async fn registration(&self, id: OrderId) -> Registration {
        registration::find(&mut self.read().await, id).await.unwrap().unwrap()
    }

    pub async fn delivery(&self, id: OrderId) -> Delivery {
        delivery::find(&mut self.read().await, id).await.unwrap().unwrap()
    }

    /// How a car stands: plate, assignment, inventory.
    pub async fn car(&self, vehicle: VehicleId) -> (Option<String>, String, String) {
        let mut tx = self.read().await;
        sql!(
            tx,
            one(Option<String>, String, String),
            "SELECT plate, assignment_status, inventory_status FROM vehicles WHERE id = $1",
            vehicle
        )
        .unwrap()
    }

    /// What the customer was told by mail about an order, in the order it was written: event, subject, text.
    pub async fn told(&self, id: OrderId) -> Vec<(String, String)> {
        let mut tx = self.read().await;
        let rows = sql!(
            tx,
            all(String, String, String),
            "SELECT event, subject, unique_key FROM notifications WHERE channel = 'IN_APP' AND user_id = $1
             AND event IN ('REGISTRATION_STEP', 'DELIVERY_STEP', 'DELIVERY_FAILED', 'ORDER_CANCELLED') ORDER BY id",
            self.customer
        )
        .unwrap();
        let about = id.to_string();
        rows.into_iter()
            .filter(|(_, _, key)| key.contains(&about))
            .map(|(event, subject, _)| (event, subject))
            .collect()
    }

    /// Whether the customer was told something whose subject says this.
    #[track_caller]
    pub fn says(told: &[(String, String)], event: &str, words: &str) {
        assert!(told.iter().any(|(e, subject)| e == event && subject.contains(words)), "{event} {words}: {told:?}");
    }

    /// The failures that were written down: kind, attempts, resolution.
    pub async fn failures(&self) -> Vec<(String, i64, String)> {
        let mut tx = self.read().await;
        sql!(
            tx,
            all(String, i64, String),
            "SELECT failure_type, attempts, resolution FROM failure_audit ORDER BY at, id"
        )
        .unwrap()
    }

    /// The states that the entries of one kind tell of an order, as a path.
    pub async fn path(&self, id: OrderId, kind: EntryKind) -> Vec<String> {
        let mut tx = self.read().await;
        let steps = sql!(
            tx,
            all(Option<String>, String),
            "SELECT before_state, after_state FROM expediente_entries
             WHERE subject_id = $1 AND kind = $2 AND after_state IS NOT NULL ORDER BY seq",
            id,
            kind.as_str()
        )
        .unwrap();
        for pair in steps.windows(2) {
            assert_eq!(Some(&pair[0].1), pair[1].0.as_ref(), "the entries are no path");
        }
        steps.into_iter().map(|(_, after)| after).collect()
    }

    /// Every story ends by proving the promises, and with no job dead.
    pub async fn proven(mut self) {
        self.run().await;
        let dead = caas::kernel::jobs::dead_jobs(&mut self.read().await, 50).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
        self.app.verify().await;
    }
}

/// A small PDF.
pub fn pdf() -> NewAttachment {
    NewAttachment { name: "papel.pdf".to_owned(), bytes: b"%PDF-1.7 something".to_vec() }
}

/// An owner whose data are right in this country.
pub fn owner(country_code: &str) -> Owner {
    let tax_id = match country_code {
        "ES" => "12345678Z",
        "FR" => "3023217600053",
        "GB" => "AB123456C",
        "DE" => "36574261809",
        _ => "123 456 789",
    };
    Owner {
        kind: OwnerKind::Individual,
        name: "Lucía Ortega".to_owned(),
        tax_id: tax_id.to_owned(),
        date_of_birth: Some("1985-03-02".to_owned()),
        driver_license: None,
        insurance: None,
    }
}

/// An address that is right in this country.
pub fn address(country_code: &str) -> Address {
    let (city, postal_code) = match country_code {
        "ES" => ("Madrid", "28013"),
        "FR" => ("Paris", "75001"),
        "GB" => ("London", "SW1A 1AA"),
        "DE" => ("Berlin", "10115"),
        _ => ("Lisboa", "1000-001"),
    };
    Address {
        street: "Calle Mayor, 1".to_owned(),
        city: city.to_owned(),
        postal_code: postal_code.to_owned(),
        country: country_code.to_owned(),
    }
}
