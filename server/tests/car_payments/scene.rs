//! A customer, a dealership and orders for cars, up to the point where money is asked for.

use crate::support::Engine;
use crate::use_cases::scenario::Scene;
use caas::expediente::model::Actor;
use caas::kernel::ids::{DealershipId, OrderId, PaymentId, PlanVersionId, VehicleId};
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::methods;
use caas::payments::repository::{self as payments, Payment};
use caas::sales::model::{Address, OrderEvent, Owner, OwnerKind};
use caas::sales::orders::{self, Cause, Order};
use caas::sales::payment::{CarPayment, PayRefusal, pay};
use caas::sales::stock;
use caas::sql;
use caas_sandbox::world::gateway::model::Payment as BankPayment;
use sqlx::types::Json;
use std::ops::{Deref, DerefMut};

/// What the car costs, and its señal.
pub const TOTAL: i64 = 3_110_000;
pub const SEÑAL: i64 = 311_000;
pub const REST: i64 = TOTAL - SEÑAL;

pub struct CarScene {
    scene: Scene,
    pub dealership: DealershipId,
    pub plan: PlanVersionId,
    cars: u32,
}

impl Deref for CarScene {
    type Target = Scene;
    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl DerefMut for CarScene {
    fn deref_mut(&mut self) -> &mut Scene {
        &mut self.scene
    }
}

impl CarScene {
    pub async fn new(engine: Engine) -> CarScene {
        CarScene::with(engine, &[]).await
    }

    pub async fn with(engine: Engine, settings: &[(&str, &str)]) -> CarScene {
        let scene = Scene::with(engine, settings).await;
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let (dealership, _) =
            sql!(&mut tx, one(DealershipId, String), "SELECT id, name FROM dealerships ORDER BY id LIMIT 1").unwrap();
        let plan = caas.new_uuid();
        sql!(&mut tx, execute
            "INSERT INTO plans (id, code, names, country, active, created_at, updated_at) VALUES ($1, $2, $3, 'ES', $4, $5, $5)",
            plan, format!("TEST-{plan}"), Json(serde_json::json!({"es": "Prueba", "en": "Test"})), true, caas.now()).unwrap();
        let version: PlanVersionId = caas.new_id();
        sql!(&mut tx, execute
            "INSERT INTO plan_versions (id, plan_id, version, price_list, currency, vat_rate_basis_points,
                                        reservation_basis_points, included_services, published_at)
             VALUES ($1, $2, 1, $3, 'EUR', 2100, 1000, $4, $5)",
            version, plan, Json(serde_json::json!({})), Json(serde_json::json!([])), caas.now())
        .unwrap();
        tx.commit().await.unwrap();
        CarScene { scene, dealership, plan: version, cars: 0 }
    }

    /// A car in the dealership's stock.
    pub async fn car_in_stock(&mut self) -> VehicleId {
        self.cars += 1;
        let caas = self.caas();
        let id: VehicleId = caas.new_id();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, dealership_id, assignment_status, inventory_status,
                                   stocked_at, created_at, updated_at)
             VALUES ($1, $2, 'LINCE', 'BLUE', '4.10.2', $3, 'SIN_ASIGNAR', 'DEALERSHIP_STOCK', $4, $4, $4)",
            id, format!("VSSZZZLNCTS{:06}", self.cars), self.dealership, caas.now()).unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A sale for the customer, registered and waiting for its señal: of a car from stock, or one to be built.
    pub async fn sale(&mut self, from_stock: bool) -> OrderId {
        let vehicle = if from_stock { Some(self.car_in_stock().await) } else { None };
        self.sale_of(vehicle).await
    }

    pub async fn sale_of(&mut self, vehicle: Option<VehicleId>) -> OrderId {
        let caas = self.caas();
        let id: OrderId = caas.new_id();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute
            "INSERT INTO customer_orders (id, number, dealership_id, status, is_over, status_at, created_at, updated_at)
             VALUES ($1, $2, $3, 'DRAFT', $4, $5, $5, $5)",
            id, format!("T-{id}"), self.dealership, false, caas.now())
        .unwrap();
        let mut order = orders::load(&mut tx, id).await.unwrap();
        if let Some(vehicle) = vehicle {
            let taken =
                stock::take(&caas, &mut tx, Actor::SYSTEM, self.dealership, vehicle, self.customer).await.unwrap();
            assert!(taken, "the car is in stock");
        }
        order.customer_id = Some(self.customer);
        order.model_code = Some("LINCE".to_owned());
        order.colour = Some("BLUE".to_owned());
        order.options = Some(Json(Vec::new()));
        order.from_stock = vehicle.is_some();
        order.vehicle_id = vehicle;
        order.country = Some("ES".to_owned());
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
        order.plan_version_id = Some(self.plan);
        order.total_cents = Some(Cents(TOTAL));
        order.reservation_cents = Some(Cents(SEÑAL));
        order.currency = Some("EUR".to_owned());
        order.registered_at = Some(caas.now());
        orders::apply(&caas, &mut tx, &mut order, OrderEvent::Registered, Cause::by(Actor::SYSTEM)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A car from stock whose señal is paid: the rest is due.
    pub async fn awaiting_the_rest(&mut self) -> OrderId {
        let order = self.sale(true).await;
        self.pays(order, CarPayment::Reservation).await.unwrap();
        self.run().await;
        assert_eq!(self.status(order).await, "AWAITING_FINAL_PAYMENT");
        order
    }

    /// The customer clicks, with the preferred method and a new form.
    pub async fn pays(&mut self, order: OrderId, which: CarPayment) -> Result<PaymentId, PayRefusal> {
        self.cars += 1;
        let form = format!("form-{}", self.cars);
        self.pays_by_form(order, which, &form).await
    }

    pub async fn pays_by_form(&self, order: OrderId, which: CarPayment, form: &str) -> Result<PaymentId, PayRefusal> {
        let method = methods::list(&mut self.read().await, self.customer).await.unwrap()[0].id;
        pay(&self.caas(), self.customer, order, which, method, form).await.unwrap()
    }

    pub async fn order(&self, id: OrderId) -> Order {
        orders::load(&mut self.read().await, id).await.unwrap()
    }

    pub async fn status(&self, id: OrderId) -> &'static str {
        self.order(id).await.status.as_str()
    }

    pub async fn payment(&self, id: PaymentId) -> Payment {
        payments::load(&mut self.read().await, id).await.unwrap()
    }

    /// State of the money and what the bank says of it: "CHARGED/PENDING".
    pub async fn money(&self, id: PaymentId) -> String {
        let payment = self.payment(id).await;
        format!("{}/{}", payment.state, payment.settlement)
    }

    /// The bank's payments for an order, oldest first.
    pub fn at_bank(&self, order: OrderId) -> Vec<BankPayment> {
        let of = |payment: &BankPayment| {
            payment.metadata.get("orderId").and_then(|id| id.as_str()) == Some(&order.to_string())
        };
        self.world().payments().into_iter().filter(of).collect()
    }

    /// What the customer has really paid for an order.
    pub fn really_paid(&self, order: OrderId) -> i64 {
        self.at_bank(order).iter().map(|payment| i64::try_from(payment.net_cents()).unwrap()).sum()
    }

    /// Vehicle: assignment, inventory, owner, plate.
    pub async fn state_of(&self, id: VehicleId) -> (String, String, bool, Option<String>) {
        let mut tx = self.read().await;
        sql!(
            &mut tx,
            one(String, String, bool, Option<String>),
            "SELECT assignment_status, inventory_status, customer_id IS NOT NULL, plate FROM vehicles WHERE id = $1",
            id
        )
        .unwrap()
    }

    pub async fn stock_of_dealership(&self) -> i64 {
        let mut tx = self.read().await;
        let (count, _) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT COUNT(*), CAST(0 AS BIGINT) FROM vehicles WHERE dealership_id = $1 AND inventory_status = 'DEALERSHIP_STOCK'",
            self.dealership
        )
        .unwrap();
        count
    }

    /// Rows of the failure audit of this type: code and resolution.
    pub async fn audited(&self, kind: &str) -> Vec<(Option<String>, String)> {
        let mut tx = self.read().await;
        sql!(
            &mut tx,
            all(Option<String>, String),
            "SELECT code, resolution FROM failure_audit WHERE failure_type = $1 ORDER BY at",
            kind
        )
        .unwrap()
    }

    /// Credits less debits of an account: what the books keep.
    pub async fn kept(&self, account: &str) -> i64 {
        let mut tx = self.read().await;
        let (cents, _) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT CAST(COALESCE(SUM(credit_cents - debit_cents), 0) AS BIGINT), COUNT(*) FROM ledger_entries WHERE account = $1",
            account
        )
        .unwrap();
        cents
    }

    pub async fn factory_orders(&self) -> i64 {
        let mut tx = self.read().await;
        let (count, _) =
            sql!(&mut tx, one(i64, i64), "SELECT COUNT(*), CAST(0 AS BIGINT) FROM factory_orders").unwrap();
        count
    }

    /// The story ends here.
    pub async fn proven(self) {
        self.scene.proven().await;
    }
}

pub fn euros(cents: i64) -> Money {
    Money::new(Cents(cents), Currency::Eur)
}
