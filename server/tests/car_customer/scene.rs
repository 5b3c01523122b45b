//! A signed-in customer with an order for a car, at the page of it.

pub use crate::purchase_pages::scene::OTHER_CUSTOMER;
use crate::purchase_pages::scene::Scene as Customer;
pub use crate::support::{Answer, Engine, TestApp};
use caas::Caas;
pub use caas::expediente::model::Actor;
use caas::kernel::database::Tx;
pub use caas::kernel::ids::{DealershipId, OrderId, UserId, VehicleId};
use caas::kernel::ids::{OfferId, PlanVersionId};
use caas::kernel::locale::Bilingual;
use caas::kernel::money::{Cents, Currency};
use caas::sales::model::{Address, OrderEvent, Owner, OwnerKind};
use caas::sales::orders::{self, Cause, Order};
use caas::sales::pricing::{Line, LineKind, Quote};
use caas::sales::stock;
pub use caas::sql;
pub use caas_sandbox::{Fault, FaultRule, TestCard};
pub use chrono::TimeDelta;
use sqlx::types::Json;
use std::ops::{Deref, DerefMut};

/// How the car is sold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum From {
    Factory,
    Stock,
}

/// How it comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum To {
    Door,
    Dealership,
}

pub struct Scene {
    customer: Customer,
    pub dealership: DealershipId,
    plan: PlanVersionId,
    count: u32,
}

impl Deref for Scene {
    type Target = Customer;
    fn deref(&self) -> &Customer {
        &self.customer
    }
}

impl DerefMut for Scene {
    fn deref_mut(&mut self) -> &mut Customer {
        &mut self.customer
    }
}

impl Scene {
    pub async fn new(engine: Engine) -> Scene {
        Scene::of(Customer::new(engine).await).await
    }

    /// With a customer of an app that was started in another way.
    pub async fn of(customer: Customer) -> Scene {
        let caas = customer.app.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let (dealership, _) = sql!(
            &mut tx,
            one(DealershipId, String),
            "SELECT dealership_id, name FROM users WHERE role = 'DEALER' AND dealership_id IS NOT NULL ORDER BY id LIMIT 1"
        )
        .unwrap();
        let plan = caas.new_uuid();
        sql!(&mut tx, execute
            "INSERT INTO plans (id, code, names, country, active, created_at, updated_at) VALUES ($1, $2, $3, 'ES', $4, $5, $5)",
            plan, format!("TEST-{plan}"), Json(serde_json::json!({"es": "Prueba", "en": "Test"})), true, caas.now()).unwrap();
        let version: PlanVersionId = caas.new_id();
        sql!(&mut tx, execute
            "INSERT INTO plan_versions (id, plan_id, version, price_list, currency, vat_rate_basis_points,
                                        reservation_basis_points, included_services, published_at)
             VALUES ($1, $2, 1, $3, 'EUR', 2100, 1000, $4, $5)",
            version, plan, Json(serde_json::json!({"models": {}, "options": [], "colours": []})), Json(serde_json::json!([])), caas.now()).unwrap();
        tx.commit().await.unwrap();
        Scene { customer, dealership, plan: version, count: 0 }
    }

    pub fn caas(&self) -> Caas {
        self.app.caas().clone()
    }

    pub async fn read(&self) -> Tx {
        self.app.caas().db.read().await.unwrap()
    }

    /// A registered sale that waits for its señal.
    pub async fn sale(&mut self, from: From, to: To) -> OrderId {
        self.count += 1;
        let caas = self.caas();
        let id: OrderId = caas.new_id();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute
            "INSERT INTO customer_orders (id, number, dealership_id, status, is_over, status_at, created_at, updated_at)
             VALUES ($1, $2, $3, 'DRAFT', $4, $5, $5, $5)",
            id, format!("V-2026-7{:05}", self.count), self.dealership, false, caas.now())
        .unwrap();
        let mut order = orders::load(&mut tx, id).await.unwrap();
        if from == From::Stock {
            let vehicle: VehicleId = caas.new_id();
            sql!(&mut tx, execute
                "INSERT INTO vehicles (id, vin, model_code, colour, firmware, dealership_id, assignment_status,
                                       inventory_status, stocked_at, created_at, updated_at)
                 VALUES ($1, $2, 'LINCE', 'BLUE', '4.10.2', $3, 'SIN_ASIGNAR', 'DEALERSHIP_STOCK', $4, $4, $4)",
                vehicle, format!("VSSZZZLNCCS{:06}", self.count), self.dealership, caas.now())
            .unwrap();
            let customer = self.customer.customer;
            assert!(stock::take(&caas, &mut tx, Actor::SYSTEM, self.dealership, vehicle, customer).await.unwrap());
            order.vehicle_id = Some(vehicle);
        }
        self.fill(&mut order, from, to);
        orders::apply(&caas, &mut tx, &mut order, OrderEvent::Registered, Cause::by(Actor::SYSTEM)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    fn fill(&self, order: &mut Order, from: From, to: To) {
        order.customer_id = Some(self.customer.customer);
        order.model_code = Some("LINCE".to_owned());
        order.colour = Some("BLUE".to_owned());
        order.options = Some(Json(vec!["TOW_BAR".to_owned()]));
        order.from_stock = from == From::Stock;
        order.country = Some("ES".to_owned());
        order.delivery_mode = Some(if to == To::Door { "HOME" } else { "PICK_UP" }.to_owned());
        order.address = Some(Json(Address {
            street: "Calle Mayor 1".to_owned(),
            city: "Madrid".to_owned(),
            postal_code: "28013".to_owned(),
            country: "ES".to_owned(),
        }));
        order.owner = Some(Json(Owner {
            kind: OwnerKind::Individual,
            name: "Lucía Ferrer".to_owned(),
            tax_id: "12345678Z".to_owned(),
            date_of_birth: Some("1990-01-01".to_owned()),
            driver_license: None,
            insurance: None,
        }));
        let quote = quote();
        order.plan_version_id = Some(self.plan);
        order.total_cents = Some(quote.total);
        order.reservation_cents = Some(quote.reservation);
        order.currency = Some("EUR".to_owned());
        order.quote = Some(Json(serde_json::to_value(quote).unwrap()));
        order.registered_at = Some(self.app.now());
    }

    /// A step that others bring about.
    pub async fn step(&self, order: OrderId, event: OrderEvent) {
        let caas = self.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let mut order = orders::load(&mut tx, order).await.unwrap();
        orders::apply(&caas, &mut tx, &mut order, event, Cause::by(Actor::SYSTEM)).await.unwrap();
        tx.commit().await.unwrap();
        self.app.advance(TimeDelta::minutes(1));
    }

    pub async fn steps(&self, order: OrderId, events: &[OrderEvent]) {
        for event in events {
            self.step(order, *event).await;
        }
    }

    pub async fn status(&self, order: OrderId) -> &'static str {
        orders::load(&mut self.read().await, order).await.unwrap().status.as_str()
    }

    /// A page of an order: "" for the order itself.
    pub async fn page(&mut self, order: OrderId, part: &str) -> Answer {
        self.app.get(&format!("/expediente/pedidos/{order}{part}")).await
    }

    /// The form that pays, as its page filled it in.
    pub async fn pay_form(&mut self, order: OrderId, part: &str) -> Vec<(String, String)> {
        let page = self.page(order, part).await.expect(200);
        form_fields(&page, "id=\"pago-coche\"")
    }

    /// Pays by the page with a card of this kind.
    pub async fn pays(&mut self, order: OrderId, part: &str, card: TestCard) -> Answer {
        let method = self.pays_with(card).await.to_string();
        let mut form = self.pay_form(order, part).await;
        form.retain(|(name, _)| name != "method");
        form.push(("method".to_owned(), method));
        self.send_form("/api/pedidos/pagar", &form).await
    }

    pub async fn send_form(&mut self, path: &str, form: &[(String, String)]) -> Answer {
        let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.app.post_form(path, &fields).await
    }

    /// A car from stock whose señal is paid: the rest is due.
    pub async fn awaiting_the_rest(&mut self) -> OrderId {
        let order = self.sale(From::Stock, To::Door).await;
        self.pays(order, "/senal", TestCard::GoodVisa).await.expect(303);
        self.app.run_jobs().await;
        assert_eq!(self.status(order).await, "AWAITING_FINAL_PAYMENT");
        order
    }

    /// How many payments of an order there are.
    pub async fn payments(&self, order: OrderId) -> usize {
        caas::payments::repository::of_order(&mut self.read().await, order).await.unwrap().len()
    }
}

/// 30.000,00 € with a towbar and heated seats included, 3.000,00 € of it as señal.
pub fn quote() -> Quote {
    let names = |es: &str, en: &str| Bilingual { es: es.to_owned(), en: en.to_owned() };
    let line = |kind, code: &str, names, cents, worth| Line {
        kind,
        code: code.to_owned(),
        names,
        amount: Cents(cents),
        worth,
    };
    let offer = OfferId(uuid::Uuid::nil()).to_string();
    Quote {
        plan: "TEST".to_owned(),
        plan_names: names("Prueba", "Test"),
        version: 3,
        lines: vec![
            line(LineKind::Base, "LINCE", names("Lince", "Lince"), 2_900_000, None),
            line(LineKind::Option, "TOW_BAR", names("Enganche", "Towbar"), 70_000, None),
            line(LineKind::Colour, "BLUE", names("Azul", "Blue"), 30_000, None),
            line(LineKind::Included, &offer, names("Asientos calefactados", "Heated seats"), 0, Some(Cents(9_900))),
        ],
        currency: Currency::Eur,
        net: Cents(2_479_339),
        vat: Cents(520_661),
        vat_rate_basis_points: 2100,
        total: Cents(3_000_000),
        reservation: Cents(300_000),
        reservation_basis_points: 1000,
        remainder: Cents(2_700_000),
    }
}

/// What the form after this mark sends when nothing is changed.
pub fn form_fields(page: &Answer, mark: &str) -> Vec<(String, String)> {
    let (_, form) = page.body.split_once(mark).unwrap_or_else(|| panic!("no {mark} in\n{}", page.body));
    let (form, _) = form.split_once("</form>").unwrap();
    let value = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {tag}"));
        rest.split('"').next().unwrap().replace("&amp;", "&")
    };
    form.split("<input")
        .skip(1)
        .map(|tag| tag.split('>').next().unwrap())
        .filter(|tag| tag.contains("type=\"hidden\"") || tag.contains(" checked"))
        .map(|tag| (value(tag, "name"), value(tag, "value")))
        .collect()
}

/// The page that a form led to.
pub async fn follow(app: &mut TestApp, answer: Answer) -> Answer {
    let location = answer.expect(303).location().unwrap().to_owned();
    app.get(&location).await
}

#[track_caller]
pub fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`:\n{}", page.body);
}

/// What stands on the page before a text.
#[track_caller]
pub fn before<'a>(page: &'a Answer, text: &str) -> &'a str {
    page.body.split_once(text).unwrap_or_else(|| panic!("no `{text}` in\n{}", page.body)).0
}
