//! The verbs of the stories: a paid order, a factory with moods, its messages in any order.

use crate::support::{Engine, TestApp};
use async_trait::async_trait;
use caas::expediente::model::Actor;
use caas::kernel::Timestamp;
use caas::kernel::database::Tx;
use caas::kernel::ids::{DealershipId, OrderId, UserId};
use caas::kernel::jobs::run_next_job;
use caas::payments::methods;
use caas::sales::factory::port::{
    Factory, FactoryError, FactoryNotice, FactoryOrder, FactoryRequest, FactoryStatus, Shipment,
};
use caas::sales::factory::queue::{FactoryPlacing, of_order};
use caas::sales::factory::{enqueue, on_status};
use caas::sales::model::{OrderEvent, OrderStatus};
use caas::sales::orders::{self, Cause, Order, apply};
use caas::sales::payment::{CarPayment, pay};
use caas::{Caas, sql};
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How the played factory takes orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mood {
    Answers,
    /// Nothing was executed.
    Away,
    /// The order is made, its answer lost.
    AnswerLost,
    /// No answer, and nothing made.
    Silent,
    /// It does not build that.
    Rejects,
    /// It does not understand the request.
    Refuses,
}

/// A factory in memory: the same key is the same order.
pub struct PlayedFactory {
    mood: Mutex<Mood>,
    calls: Mutex<Vec<(OrderId, String)>>,
    made: Mutex<HashMap<String, FactoryOrder>>,
}

impl PlayedFactory {
    fn new() -> Arc<PlayedFactory> {
        Arc::new(PlayedFactory { mood: Mutex::new(Mood::Answers), calls: Mutex::default(), made: Mutex::default() })
    }

    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Orders and keys of every request, in order.
    pub fn calls(&self) -> Vec<(OrderId, String)> {
        self.calls.lock().unwrap().clone()
    }

    /// How many orders there are.
    pub fn orders(&self) -> usize {
        self.made.lock().unwrap().len()
    }

    /// Forgets what its keys were: a day has passed.
    pub fn forgets_keys(&self) {
        let mut made = self.made.lock().unwrap();
        let orders: Vec<FactoryOrder> = made.drain().map(|(_, order)| order).collect();
        for order in orders {
            made.insert(format!("forgotten {}", order.factory_order_id), order);
        }
    }
}

#[async_trait]
impl Factory for PlayedFactory {
    async fn place(&self, order: &FactoryRequest, key: &str) -> Result<FactoryOrder, FactoryError> {
        self.calls.lock().unwrap().push((order.order, key.to_owned()));
        let mood = self.mood.lock().unwrap().clone();
        match mood {
            Mood::Away => return Err(FactoryError::Unavailable("answered 503".to_owned())),
            Mood::Silent => return Err(FactoryError::NoAnswer("timed out".to_owned())),
            Mood::Rejects => return Err(FactoryError::Rejected { reason: "Colour discontinued".to_owned() }),
            Mood::Refuses => return Err(FactoryError::Refused { code: "idempotency_mismatch".to_owned() }),
            Mood::Answers | Mood::AnswerLost => {}
        }
        let mut made = self.made.lock().unwrap();
        let number = made.len() + 1;
        let answer = made.entry(key.to_owned()).or_insert_with(|| FactoryOrder {
            factory_order_id: format!("FO-{number}-{}", order.order),
            status: FactoryStatus::OrderPlaced,
            estimated_date: Some("2027-03-01".to_owned()),
            vin: None,
        });
        match mood {
            Mood::AnswerLost => Err(FactoryError::NoAnswer("connection lost".to_owned())),
            _ => Ok(answer.clone()),
        }
    }

    async fn order(&self, _: &str) -> Result<Option<FactoryOrder>, FactoryError> {
        Ok(None)
    }
}

/// A customer of the demo dealership, and a factory that does as it is told.
pub struct Scene {
    pub app: TestApp,
    pub caas: Caas,
    pub factory: Arc<PlayedFactory>,
    pub customer: UserId,
    pub dealership: DealershipId,
    orders: u32,
}

impl Scene {
    /// With the sandbox's factory behind HTTP, and its webhooks.
    pub async fn with_sandbox(engine: Engine) -> Scene {
        Scene::begin(TestApp::start(engine).await, PlayedFactory::new()).await
    }

    pub async fn new(engine: Engine) -> Scene {
        let (mut app, factory) = (TestApp::start(engine).await, PlayedFactory::new());
        app.put_in(|parts| parts.factory = factory.clone());
        Scene::begin(app, factory).await
    }

    async fn begin(app: TestApp, factory: Arc<PlayedFactory>) -> Scene {
        let caas = app.caas().clone();
        let mut tx = caas.db.read().await.unwrap();
        let (customer, _) =
            sql!(tx, one(UserId, String), "SELECT id, name FROM users WHERE email_key = 'cliente@demo.caas.example'")
                .unwrap();
        let (dealership, _) = sql!(
            tx,
            one(DealershipId, String),
            "SELECT dealership_id, name FROM users WHERE role = 'DEALER' AND dealership_id IS NOT NULL ORDER BY id LIMIT 1"
        )
        .unwrap();
        drop(tx);
        let mut scene = Scene { app, caas, factory, customer, dealership, orders: 0 };
        scene.run().await;
        scene
    }

    /// A sale whose reservation is paid; it waits for the factory.
    pub async fn paid_order(&mut self) -> OrderId {
        self.orders += 1;
        let (id, now) = (self.caas.new_id::<OrderId>(), self.caas.now());
        let mut tx = self.caas.db.begin().await.unwrap();
        sql!(tx, execute
            "INSERT INTO customer_orders (id, number, dealership_id, customer_id, status, is_over, model_code, colour, options,
                                          country, delivery_mode, total_cents, reservation_cents, currency, status_at,
                                          created_at, updated_at, plan_version_id)
             VALUES ($1, $2, $3, $4, 'DRAFT', FALSE, 'LINCE', 'BLUE', $5, 'ES', 'HOME', 3000000, 300000, 'EUR', $6, $6, $6,
                     (SELECT v.id FROM plan_versions v JOIN plans p ON p.id = v.plan_id WHERE p.country = 'ES' ORDER BY p.code LIMIT 1))",
            id, format!("V-2026-9{:05}", self.orders), self.dealership, self.customer,
            sqlx::types::Json(vec!["TOW_BAR"]), now)
        .unwrap();
        let mut order = orders::load(&mut tx, id).await.unwrap();
        apply(&self.caas, &mut tx, &mut order, OrderEvent::Registered, Cause::by(Actor::SYSTEM)).await.unwrap();
        tx.commit().await.unwrap();
        let method = methods::list(&mut self.read().await, self.customer).await.unwrap()[0].id;
        let key = id.to_string();
        pay(&self.caas, self.customer, id, CarPayment::Reservation, method, &key).await.unwrap().unwrap();
        // The factory is not asked yet.
        while self.status(id).await == "AWAITING_RESERVATION" {
            run_next_job(&self.caas, &self.app.app.registry).await.unwrap().expect("the payment is at work");
        }
        let mut tx = self.caas.db.begin().await.unwrap();
        enqueue(&self.caas, &mut tx, &order).await.unwrap();
        tx.commit().await.unwrap();
        // The queue is by time of joining.
        self.app.advance(TimeDelta::milliseconds(10));
        id
    }

    /// An order that the factory has.
    pub async fn placed_order(&mut self) -> OrderId {
        let id = self.paid_order().await;
        self.run().await;
        assert_eq!(self.order(id).await.status, OrderStatus::OrderPlaced);
        // What is said next is said later.
        self.app.advance(TimeDelta::seconds(1));
        id
    }

    pub async fn read(&self) -> Tx {
        self.caas.db.read().await.unwrap()
    }

    pub async fn order(&self, id: OrderId) -> Order {
        orders::load(&mut self.read().await, id).await.unwrap()
    }

    pub async fn status(&self, id: OrderId) -> &'static str {
        self.order(id).await.status.as_str()
    }

    pub async fn placing(&self, id: OrderId) -> FactoryPlacing {
        of_order(&mut self.read().await, id).await.unwrap().unwrap()
    }

    // ----- time

    /// Runs what is due now.
    pub async fn run(&mut self) {
        self.app.run_jobs().await;
    }

    /// Lets time pass from one due moment to the next.
    pub async fn live(&mut self, by: TimeDelta) {
        self.app.live(by).await;
    }

    // ----- the factory's messages

    /// A message about an order, so many minutes after the test began by the factory's clock.
    pub async fn notice(&self, id: OrderId, status: FactoryStatus, minute: i64) -> FactoryNotice {
        let start: Timestamp = crate::support::START.parse().unwrap();
        FactoryNotice {
            factory_order_id: self.placing(id).await.factory_order_id.unwrap_or_else(|| "FO-unknown".to_owned()),
            status,
            description: None,
            at: start + TimeDelta::minutes(minute),
            vin: None,
            estimated_date: None,
            shipment: None,
        }
    }

    /// Whether the message could be used.
    pub async fn hears(&self, notice: &FactoryNotice) -> bool {
        let mut tx = self.caas.db.begin().await.unwrap();
        let used = on_status(&self.caas, &mut tx, notice).await.unwrap();
        if used {
            tx.commit().await.unwrap();
        }
        used
    }

    /// The whole of a manufacture with one rework, each message as the factory would send it.
    pub async fn story(&self, id: OrderId, vin: &str) -> Vec<FactoryNotice> {
        use FactoryStatus as F;
        let steps = [
            F::ProductionScheduled,
            F::ProductionInProgress,
            F::QualityControl,
            F::ProductionInProgress,
            F::QualityControl,
            F::ReadyForShipment,
            F::InTransit,
            F::ArrivedAtDealership,
        ];
        let mut story = Vec::new();
        for (minute, status) in (0i64..).zip(steps) {
            let mut notice = self.notice(id, status, minute).await;
            notice.vin = (minute > 0).then(|| vin.to_owned());
            if minute == 3 {
                notice.estimated_date = Some("2027-03-15".to_owned());
                notice.description = Some("Paint defect".to_owned());
            }
            if status == F::InTransit {
                notice.shipment = Some(Shipment {
                    carrier: Some("Transfesa".to_owned()),
                    tracking_number: Some("TR-1".to_owned()),
                    expected_arrival: Some("2027-03-20".to_owned()),
                });
            }
            story.push(notice);
        }
        story
    }

    // ----- looking

    /// What the customer was told, in the order it was written: subjects of the messages inside the product.
    pub async fn told(&self) -> Vec<String> {
        let mut tx = self.read().await;
        let rows = sql!(
            tx,
            all(String, String),
            "SELECT event, subject FROM notifications WHERE channel = 'IN_APP' AND user_id = $1 AND event IN
             ('ORDER_PLACED', 'MANUFACTURING_STEP', 'SHIPPING_STEP', 'ARRIVED', 'ORDER_CANCELLED') ORDER BY id",
            self.customer
        )
        .unwrap();
        rows.into_iter().map(|(event, subject)| format!("{event}: {subject}")).collect()
    }

    /// The dates that were told, and why each changed.
    pub async fn estimates(&self, id: OrderId) -> Vec<(String, String)> {
        let mut tx = self.read().await;
        sql!(
            tx,
            all(String, String),
            "SELECT estimated, reason FROM order_estimates WHERE order_id = $1 ORDER BY at, id",
            id
        )
        .unwrap()
    }

    /// How a VIN stands: assignment, inventory, and whether it has a customer.
    pub async fn car(&self, vin: &str) -> (String, String, bool) {
        let mut tx = self.read().await;
        let (assignment, inventory, customer) = sql!(
            tx,
            one(String, String, Option<UserId>),
            "SELECT assignment_status, inventory_status, customer_id FROM vehicles WHERE vin = $1",
            vin
        )
        .unwrap();
        (assignment, inventory, customer.is_some())
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

    /// Every story ends by proving the promises, and with no job dead.
    pub async fn proven(mut self) {
        self.run().await;
        let dead = caas::kernel::jobs::dead_jobs(&mut self.read().await, 50).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
        self.app.verify().await;
    }
}

/// A VIN that no other order of a test has.
pub fn vin(number: u32) -> String {
    format!("VSSZZZLNCVR{number:06}")
}
