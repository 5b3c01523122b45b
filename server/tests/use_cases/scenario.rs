//! The verbs of the stories: order, let time pass, take a car off the net, look into the bank's books.

use crate::support::{Engine, TestApp};
use caas::Caas;
use caas::activation::model::ActivationState;
use caas::activation::repository::{self as activations, Activation, Attempt};
use caas::catalogue::{Offer, OfferKind, Service};
use caas::kernel::database::Tx;
use caas::kernel::ids::{ActivationId, PaymentMethodId, UserId, VehicleId};
use caas::kernel::locale::Locale;
use caas::maintenance::{Upkeep, ask};
use caas::payments::methods;
use caas::payments::model::MethodKind;
use caas::payments::port::GatewayMethod;
use caas::payments::repository::{self as payments, Payment};
use caas::purchases::cancel::{Cancelled, cancel};
use caas::purchases::model::{OrderRefusal, Placed};
use caas::purchases::service::{Order, place};
use caas::sql;
use caas::support::Ticket;
use caas::vehicles;
use caas_sandbox::world::gateway::model::{Payment as BankPayment, PaymentStatus};
use caas_sandbox::world::iot::model::AnswerMode;
use caas_sandbox::world::outbox::OutgoingWebhook;
use caas_sandbox::{DrivingState, Fault, FaultRule, Operation, Sandbox, System, TestCard, Vin};
use chrono::TimeDelta;

/// Permanent and for a day or more, fits the demo customer's first car, needs no maintenance.
pub const SEATS: &str = "SEAT_HEATING";
/// Another one.
pub const AUDIO: &str = "AUDIO_STUDIO";
/// By subscription.
pub const NAVIGATION: &str = "NAV_LIVE";

/// A customer with a car and a card in a world of their own.
pub struct Scene {
    pub app: TestApp,
    pub customer: UserId,
    pub vehicle: VehicleId,
    pub vin: Vin,
    orders: u32,
}

/// A message as it was written.
pub struct Said {
    pub channel: String,
    pub subject: String,
    pub text: String,
    pub status: String,
}

impl Scene {
    pub async fn new(engine: Engine) -> Scene {
        Scene::with(engine, &[]).await
    }

    pub async fn with(engine: Engine, settings: &[(&str, &str)]) -> Scene {
        let app = TestApp::start_with(engine, settings).await;
        let mut tx = app.caas().db.read().await.unwrap();
        let (customer,) =
            sql!(tx, one(UserId,), "SELECT id FROM users WHERE email_key = 'cliente@demo.caas.example'").unwrap();
        let car = vehicles::vehicles_of(&mut tx, customer)
            .await
            .unwrap()
            .into_iter()
            .find(|v| v.model_code == "LINCE")
            .unwrap();
        drop(tx);
        let vin = Vin::parse(&car.vin).unwrap();
        let mut scene = Scene { app, customer, vehicle: car.id, vin, orders: 0 };
        scene.run().await;
        scene
    }

    /// The car answers at once instead of by callback.
    pub fn answers_at_once(&self) {
        let mut settings = self.world().iot_settings();
        settings.answer = AnswerMode::Immediate;
        self.world().set_iot_settings(settings);
    }

    pub fn world(&self) -> Sandbox {
        self.app.sandbox()
    }

    pub fn caas(&self) -> Caas {
        self.app.caas().clone()
    }

    pub async fn read(&self) -> Tx {
        self.app.caas().db.read().await.unwrap()
    }

    // ----- ordering

    /// Somebody looks at an offer: VSS is asked if nothing is known, and all of its tries are lived through.
    pub async fn looked_at(&mut self) {
        let upkeep = Upkeep::of(self.app.caas(), &mut self.read().await, self.vehicle, "Europe/Madrid").await.unwrap();
        ask::soon(self.app.caas(), &upkeep).await.unwrap();
        self.live(TimeDelta::seconds(8)).await;
    }

    pub async fn service(&self, code: &str) -> Service {
        caas::catalogue::repository::service_by_code(&mut self.read().await, code).await.unwrap().unwrap()
    }

    pub async fn offer(&self, code: &str, kind: OfferKind) -> Offer {
        self.service(code).await.offers.into_iter().find(|offer| offer.kind == kind).unwrap()
    }

    /// An order as the page would post it, with the customer's preferred method.
    pub async fn form(&mut self, code: &str, kind: OfferKind) -> Order {
        let offer = self.offer(code, kind).await;
        let method = methods::list(&mut self.read().await, self.customer).await.unwrap().first().map(|m| m.id);
        self.orders += 1;
        Order {
            customer: self.customer,
            vehicle: self.vehicle,
            offer: offer.id,
            method,
            shown_price: offer.price(caas::catalogue::Market::Es).unwrap().amount,
            purchase_key: format!("form-{}", self.orders),
            consents: true,
            maintenance_risk: false,
            locale: Locale::Es,
        }
    }

    pub async fn place(&self, order: &Order) -> Result<Placed, OrderRefusal> {
        place(self.app.caas(), order).await.unwrap()
    }

    /// Orders for ever; nothing has run yet.
    pub async fn order(&mut self, code: &str) -> ActivationId {
        self.order_kind(code, OfferKind::Permanent).await
    }

    pub async fn order_kind(&mut self, code: &str, kind: OfferKind) -> ActivationId {
        let form = self.form(code, kind).await;
        self.place(&form).await.unwrap().activation
    }

    pub async fn cancel(&self, id: ActivationId) -> Cancelled {
        cancel(self.app.caas(), self.customer, id).await.unwrap()
    }

    /// Another card, preferred from now on.
    pub async fn pays_with(&self, card: TestCard) -> PaymentMethodId {
        let method = self.world().add_payment_method(&self.customer.to_string(), card);
        let kind = if card == TestCard::BankTransfer { MethodKind::BankTransfer } else { MethodKind::Card };
        let new = GatewayMethod {
            kind,
            token: method.token,
            brand: Some(method.brand),
            last4: Some(method.last4),
            exp_month: method.exp_month.map(i64::from),
            exp_year: method.exp_year.map(i64::from),
        };
        let caas = self.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let id = methods::add(&caas, &mut tx, self.customer, &new).await.unwrap();
        tx.commit().await.unwrap();
        methods::make_default(&caas, self.customer, id).await.unwrap();
        id
    }

    // ----- time

    /// Runs what is due now.
    pub async fn run(&mut self) {
        self.app.run_jobs().await;
    }

    /// Runs what is due, lets time pass in one leap, and runs what has fallen due by then.
    pub async fn pass(&mut self, by: TimeDelta) {
        self.run().await;
        self.app.advance(by);
        self.run().await;
    }

    pub async fn seconds(&mut self, seconds: i64) {
        self.pass(TimeDelta::seconds(seconds)).await;
    }

    /// Lets time pass from one due moment to the next, as a running server would live through it.
    pub async fn live(&mut self, by: TimeDelta) {
        self.app.live(by).await;
    }

    /// Lives until the order is in this state, a day at most.
    pub async fn until(&mut self, id: ActivationId, state: ActivationState) -> Activation {
        let end = self.app.now() + TimeDelta::hours(25);
        self.run().await;
        loop {
            let activation = self.activation(id).await;
            if activation.state == state {
                return activation;
            }
            let next = self.app.next_due().await.filter(|next| *next <= end);
            let Some(next) = next else { panic!("still {} and not {state}", activation.state) };
            let wait = (next - self.app.now()).max(TimeDelta::milliseconds(1));
            self.pass(wait).await;
        }
    }

    // ----- looking

    pub async fn activation(&self, id: ActivationId) -> Activation {
        activations::load(&mut self.read().await, id).await.unwrap()
    }

    pub async fn state(&self, id: ActivationId) -> &'static str {
        self.activation(id).await.state.as_str()
    }

    pub async fn attempts(&self, id: ActivationId) -> Vec<Attempt> {
        activations::attempts_of(&mut self.read().await, id).await.unwrap()
    }

    pub async fn payment(&self, id: ActivationId) -> Payment {
        let payment = self.activation(id).await.payment_id.unwrap();
        payments::load(&mut self.read().await, payment).await.unwrap()
    }

    /// State of the money and what the bank says of it: "CHARGED/PENDING".
    pub async fn money(&self, id: ActivationId) -> String {
        let payment = self.payment(id).await;
        format!("{}/{}", payment.state, payment.settlement)
    }

    /// The bank's side of an order; the bank has exactly one payment for it.
    pub async fn at_bank(&self, id: ActivationId) -> BankPayment {
        let mut found: Vec<_> = self
            .world()
            .payments()
            .into_iter()
            .filter(|payment| payment.metadata.get("orderId").and_then(|v| v.as_str()) == Some(&id.to_string()))
            .collect();
        assert_eq!(found.len(), 1, "payments at the bank for one order");
        found.remove(0)
    }

    pub async fn bank_status(&self, id: ActivationId) -> PaymentStatus {
        self.at_bank(id).await.status
    }

    pub fn commands(&self, code: &str) -> usize {
        self.world().command_count(&self.vin, code)
    }

    pub fn car_has(&self, code: &str) -> bool {
        self.world().vehicle(&self.vin).unwrap().is_active(code)
    }

    /// Calls of this kind the played systems have seen.
    pub fn calls(&self, operation: Operation) -> usize {
        self.world().calls_seen().iter().filter(|call| call.operation == operation).count()
    }

    pub async fn said(&self, event: &str) -> Vec<Said> {
        let mut tx = self.read().await;
        let rows = sql!(
            tx,
            all(String, String, String, String),
            "SELECT channel, subject, body_text, status FROM notifications WHERE event = $1 ORDER BY channel",
            event
        )
        .unwrap();
        rows.into_iter().map(|(channel, subject, text, status)| Said { channel, subject, text, status }).collect()
    }

    pub async fn tickets(&self, id: ActivationId) -> Vec<Ticket> {
        caas::support::of_activation(&mut self.read().await, id).await.unwrap()
    }

    pub async fn package(&self, id: ActivationId) -> serde_json::Value {
        let ticket = self.tickets(id).await[0].id;
        caas::support::package_of(&mut self.read().await, ticket).await.unwrap().unwrap()
    }

    pub async fn notes(&self) -> Vec<String> {
        let mut tx = self.read().await;
        let rows = sql!(
            tx,
            all(String,),
            "SELECT code FROM ticket_messages WHERE kind = 'SYSTEM' ORDER BY created_at, seq, id"
        )
        .unwrap();
        rows.into_iter().map(|(code,)| code).collect()
    }

    pub async fn deactivations(&self, id: ActivationId) -> Vec<(String, String)> {
        let mut tx = self.read().await;
        sql!(
            tx,
            all(String, String),
            "SELECT reason, state FROM deactivations WHERE service_activation_id = $1 ORDER BY created_at",
            id
        )
        .unwrap()
    }

    pub async fn dead_jobs(&self) -> Vec<String> {
        let dead = caas::kernel::jobs::dead_jobs(&mut self.read().await, 50).await.unwrap();
        dead.into_iter().map(|job| format!("{}: {}", job.kind, job.last_error.unwrap_or_default())).collect()
    }

    // ----- mishaps

    pub fn fault(&self, rule: FaultRule) -> u64 {
        self.world().set_fault(rule)
    }

    pub fn car(&self, fault: Fault) -> u64 {
        self.fault(FaultRule::vehicle(self.vin.clone(), fault))
    }

    pub fn drives(&self) {
        self.world().set_operation(&self.vin, DrivingState::Driving);
    }

    /// Sends a webhook of API IoT as if it were played, with any request id.
    pub async fn ota_callback(&mut self, request_id: &str, status: &str) {
        let now = self.app.now();
        let body = serde_json::json!({
            "requestId": request_id, "vin": self.vin.to_string(), "status": status, "timestamp": now,
        });
        self.webhook(System::Iot, body).await;
    }

    /// Every story ends by proving the promises, and with no job dead.
    pub async fn proven(mut self) {
        self.run().await;
        assert_eq!(self.dead_jobs().await, Vec::<String>::new());
        self.app.verify().await;
    }

    /// Sends any webhook, signed by this system.
    pub async fn webhook(&mut self, system: System, body: serde_json::Value) {
        let now = self.app.now();
        self.orders += 1;
        let webhook = OutgoingWebhook {
            row: 0,
            webhook_id: format!("msg_by_hand_{}", self.orders),
            system,
            path: system.webhook_path().to_owned(),
            body,
            created: now,
            due: now,
            attempts: 0,
        };
        assert!(self.app.deliver(&webhook).await.status < 300);
        self.run().await;
    }
}
