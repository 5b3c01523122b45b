//! Cars that are being sold, and where the process dies meanwhile.

use crate::crash::books::{done, mails, work_left};
use crate::crash::machine::{Life, Machine, PATIENCE};
use crate::crash::place::{PAY_FOR_CAR, pay_for_car};
use crate::crash::template::Template;
use caas::Caas;
use caas::kernel::ids::{DealershipId, OrderId, UserId};
use caas::kernel::jobs::run_due_jobs;
use caas::payments::methods;
use caas::payments::model::MethodKind;
use caas::payments::port::GatewayMethod;
use caas::sales::documents;
use caas::sales::model::OrderStatus;
use caas::sales::orders;
use caas::sales::payment::CarPayment;
use caas::sales::plans;
use caas::sales::registration::countries::{Provider, country};
use caas::sales::sale::{self, CarForm, CustomerForm, DeliveryForm, Seller};
use caas::sales::who::Who;
use caas::sql;
use caas::support::model::NewAttachment;
use caas_sandbox::world::gateway::model::PaymentStatus;
use caas_sandbox::{Operation, TestCard};
use caas_server::application::Application;

/// Has ordered a car that is to be built.
pub const TOMAS: &str = "cliente2@demo.caas.example";

/// Has bought one from stock.
pub const LUCIA: &str = "cliente@demo.caas.example";

/// How a sale goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Story {
    /// Tomás pays the señal; his car is ordered, built, and arrives.
    Built,
    /// Lucía pays the rest; her car is registered, and a lorry is found for it.
    Registered,
    /// Lucía's bank declines the rest: she loses the car.
    Lost,
}

/// A story and the place where the process dies in it.
pub const CASES: &[(Story, &str)] = &[
    (Story::Built, "car.payment.begun"),
    (Story::Built, "car.payment.written"),
    (Story::Built, "car.payment.answered"),
    (Story::Built, "car.payment.recorded"),
    (Story::Built, "factory.order.written"),
    (Story::Built, "factory.order.answered"),
    (Story::Built, "factory.order.recorded"),
    (Story::Built, "inbox.applied"),
    (Story::Registered, "car.payment.answered"),
    (Story::Registered, "registration.submission.answered"),
    (Story::Registered, "registration.submission.recorded"),
    (Story::Registered, "transport.request.answered"),
    (Story::Registered, "transport.request.recorded"),
    (Story::Lost, "car.payment.answered"),
    (Story::Lost, "car.payment.recorded"),
];

impl Story {
    pub const ALL: [Story; 3] = [Story::Built, Story::Registered, Story::Lost];

    fn customer(self) -> &'static str {
        if self == Story::Built { TOMAS } else { LUCIA }
    }

    /// What the customer clicks.
    fn pays(self) -> CarPayment {
        if self == Story::Built { CarPayment::Reservation } else { CarPayment::Final }
    }

    /// Where the order ends.
    fn end(self) -> OrderStatus {
        match self {
            Story::Built => OrderStatus::AwaitingFinalPayment,
            Story::Registered => OrderStatus::DeliveryScheduled,
            Story::Lost => OrderStatus::CancelledPaymentFailure,
        }
    }

    /// What must be true of the end even without a cut.
    pub fn check(self, books: &Books) {
        let made = match self {
            Story::Built => [1, 0, 0],
            Story::Registered => [0, 1, 1],
            Story::Lost => [0, 0, 0],
        };
        assert_eq!(books.made, made, "{self:?}: {books:#?}");
        // One of them is Lucía's señal.
        let charges = if self == Story::Lost { 1 } else { 2 };
        let taken = books.at_the_bank.iter().filter(|(_, net)| *net > 0).count();
        assert_eq!(taken, charges, "{self:?}: {books:#?}");
        assert!(books.broken_promises.is_empty() && books.dead_jobs == 0, "{self:?}: {books:#?}");
    }
}

/// Both sides' books after the end, without what a cut may change (ids, times, numbers of attempts).
#[derive(Debug, PartialEq, Eq)]
pub struct Books {
    order: String,
    /// Assignment, inventory, whether it has a customer, plate.
    car: Vec<(String, String, bool, Option<String>)>,
    /// Part, state, captured, refunded.
    payments: Vec<(String, String, i64, i64)>,
    /// Requests that move money: kind and state.
    operations: Vec<(String, String)>,
    /// Movement, account, debit, credit.
    ledger: Vec<(String, String, i64, i64)>,
    /// The gateway's payments: state, and what the customer really paid.
    at_the_bank: Vec<(PaymentStatus, u64)>,
    /// How often the gateway was brought to take money.
    charges: usize,
    /// Orders at the factory, registrations at the body, transports at the company.
    made: [usize; 3],
    /// Steps of order, registration, delivery, payments and car: kind, before, after.
    story: Vec<(String, Option<String>, Option<String>)>,
    /// Event, channel, status.
    notifications: Vec<(String, String, String)>,
    mails: usize,
    dead_jobs: usize,
    broken_promises: Vec<String>,
}

/// One sale in a world with a process that dies.
pub struct Sale {
    story: Story,
    machine: Machine,
    order: OrderId,
    paid: bool,
}

impl Sale {
    async fn build(template: &Template, story: Story) -> Sale {
        let machine = Machine::build(template).await;
        let order = order_of(&machine.app.caas, story.customer()).await;
        if story == Story::Lost {
            pays_with_a_bad_card(&machine).await;
        }
        Sale { story, machine, order, paid: false }
    }

    /// The story without a cut.
    pub async fn lived_through(template: &Template, story: Story) -> Books {
        let mut sale = Sale::build(template, story).await;
        sale.run_to_the_end(PATIENCE).await;
        sale.books().await
    }

    /// The story with one.
    pub async fn cut_short(template: &Template, story: Story, failpoint: &str) -> Books {
        let mut sale = Sale::build(template, story).await;
        if failpoint == "car.payment.begun" {
            // The customer saw no answer and presses the button again.
            sale.machine.click_and_die_at(PAY_FOR_CAR, failpoint).await;
        } else {
            sale.run_until_dead_at(failpoint).await;
        }
        sale.machine.end_leases().await;
        sale.run_to_the_end(PATIENCE).await;
        sale.books().await
    }

    async fn status(&self) -> OrderStatus {
        let mut tx = self.machine.app.caas.db.read().await.unwrap();
        orders::load(&mut tx, self.order).await.unwrap().status
    }

    async fn books(&self) -> Books {
        let Machine { app, sandbox, folder, .. } = &self.machine;
        let sandbox = &sandbox.handle;
        let mut tx = app.caas.db.read().await.unwrap();
        let tx = &mut tx;
        let order = orders::load(tx, self.order).await.unwrap();
        Books {
            order: order.status.to_string(),
            car: sql!(
                tx,
                all(String, String, bool, Option<String>),
                "SELECT assignment_status, inventory_status, customer_id IS NOT NULL, plate FROM vehicles ORDER BY vin"
            )
            .unwrap(),
            payments: sql!(
                tx,
                all(String, String, i64, i64),
                "SELECT payment_type, state, captured_cents, refunded_cents FROM payments ORDER BY 1, 2, 3"
            )
            .unwrap(),
            operations: sql!(
                tx,
                all(String, String),
                "SELECT kind, state FROM payment_operations ORDER BY kind, state"
            )
            .unwrap(),
            ledger: sql!(
                tx,
                all(String, String, i64, i64),
                "SELECT movement, account, debit_cents, credit_cents FROM ledger_entries ORDER BY 1, 2, 3, 4"
            )
            .unwrap(),
            at_the_bank: sandbox.payments().iter().map(|payment| (payment.status, payment.net_cents())).collect(),
            charges: done(sandbox, Operation::InitiatePayment),
            made: [sandbox.factory_orders().len(), sandbox.registrations().len(), sandbox.deliveries().len()],
            story: sql!(
                tx,
                all(String, Option<String>, Option<String>),
                "SELECT kind, before_state, after_state FROM expediente_entries
                 WHERE subject_kind IN ('ORDER', 'PAYMENT', 'VEHICLE') ORDER BY 1, 2, 3"
            )
            .unwrap(),
            notifications: sql!(
                tx,
                all(String, String, String),
                "SELECT event, channel, status FROM notifications ORDER BY 1, 2, 3"
            )
            .unwrap(),
            mails: mails(folder.path()),
            dead_jobs: caas::kernel::jobs::dead_jobs(tx, 50).await.unwrap().len(),
            broken_promises: caas::verify::broken_promises(tx).await.unwrap(),
        }
    }
}

impl Life for Sale {
    fn machine(&self) -> &Machine {
        &self.machine
    }

    fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The customer pays, and the factory builds a step further as soon as the last one has reached us.
    async fn move_on(&mut self) {
        if !self.paid {
            self.paid = true;
            pay_for_car(&self.machine.app.caas, self.order, self.story.pays()).await;
        }
        let sandbox = &self.machine.sandbox.handle;
        if let Some(built) = sandbox.factory_orders().first() {
            let status = serde_json::to_value(built.status).unwrap();
            if status == self.status().await.as_str() && sandbox.waiting_webhooks().is_empty() {
                sandbox.hurry_production(&built.order_id);
            }
        }
    }

    async fn is_over(&self) -> bool {
        self.status().await == self.story.end()
            && self.machine.sandbox.handle.waiting_webhooks().is_empty()
            && work_left(&self.machine.app.caas).await == 0
    }
}

/// The newest order of a customer that is not over.
pub async fn order_of(caas: &Caas, email: &str) -> OrderId {
    let mut tx = caas.db.read().await.unwrap();
    let (order, _) = sql!(
        &mut tx,
        one(OrderId, String),
        "SELECT o.id, o.number FROM customer_orders o JOIN users u ON u.id = o.customer_id
         WHERE u.email_key = $1 AND NOT o.is_over ORDER BY o.id DESC LIMIT 1",
        email
    )
    .unwrap();
    order
}

async fn pays_with_a_bad_card(machine: &Machine) {
    let caas = &machine.app.caas;
    let mut tx = caas.db.begin().await.unwrap();
    let (customer, _) =
        sql!(&mut tx, one(UserId, String), "SELECT id, name FROM users WHERE email_key = $1", LUCIA).unwrap();
    let method = machine.sandbox.handle.add_payment_method(&customer.to_string(), TestCard::DoNotHonor);
    let new = GatewayMethod {
        kind: MethodKind::Card,
        token: method.token,
        brand: Some(method.brand),
        last4: Some(method.last4),
        exp_month: None,
        exp_year: None,
    };
    let id = methods::add(caas, &mut tx, customer, &new).await.unwrap();
    tx.commit().await.unwrap();
    methods::make_default(caas, customer, id).await.unwrap();
}

/// Tomás's car is sold as the demo sells it. Lucía's comes from stock, its señal is paid, and its papers are there.
pub async fn sell_cars(app: &Application) {
    let caas = &app.caas;
    caas::sales::demo::begin_sales(caas).await.unwrap();
    let mut tx = caas.db.read().await.unwrap();
    let (dealer, dealership) = sql!(
        &mut tx,
        one(UserId, DealershipId),
        "SELECT id, dealership_id FROM users WHERE email_key = 'concesionario@demo.caas.example'"
    )
    .unwrap();
    let (stock, _) = sql!(
        &mut tx,
        one(uuid::Uuid, String),
        "SELECT id, vin FROM vehicles WHERE dealership_id = $1 AND inventory_status = 'DEALERSHIP_STOCK' ORDER BY vin LIMIT 1",
        dealership
    )
    .unwrap();
    let plan = plans::active(&mut tx, "ES").await.unwrap().remove(0).1.id;
    drop(tx);
    let seller = Seller { id: dealer, dealership };
    let text = str::to_owned;
    let customer = CustomerForm {
        name: text("Lucía Ferrer"),
        email: text(LUCIA),
        phone: text("+34600000002"),
        language: text("es"),
        country: text("ES"),
        owner_kind: text("INDIVIDUAL"),
        owner_name: String::new(),
        tax_id: text("12345678Z"),
        birth_date: text("1985-03-02"),
        licence: String::new(),
    };
    let order = sale::begin(caas, seller, &customer).await.unwrap();
    let car = CarForm { model: String::new(), colour: String::new(), options: Vec::new(), stock: stock.to_string() };
    sale::save_car(caas, seller, order, &car).await.unwrap();
    let delivery = DeliveryForm {
        mode: text("HOME"),
        street: text("Calle Mayor 1"),
        city: text("Madrid"),
        postal_code: text("28013"),
    };
    sale::save_delivery(caas, seller, order, &delivery).await.unwrap();
    sale::save_plan(caas, seller, order, plan).await.unwrap();
    let order = sale::register(caas, seller, order).await.unwrap().order;
    let staff = Who::staff(dealer, Some(dealership));
    for paper in country("ES").papers_of(documents::owner_kind(&order)) {
        let who = match paper.provider {
            Provider::Customer => Who::Customer(order.customer_id.unwrap()),
            Provider::Dealership => staff,
            Provider::Caas => continue,
        };
        let file = NewAttachment { name: text("papel.pdf"), bytes: b"%PDF-1.7 something".to_vec() };
        let mut tx = caas.db.begin().await.unwrap();
        documents::upload(caas, &mut tx, &who, order.id, paper.code, &file).await.unwrap().unwrap();
        tx.commit().await.unwrap();
    }
    pay_for_car(caas, order.id, CarPayment::Reservation).await;
    run_due_jobs(caas, &app.registry).await.unwrap();
}
