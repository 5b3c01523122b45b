//! A salesperson in front of the form.

pub use crate::support::{Answer, Engine, TestApp};
pub use caas::kernel::ids::DealershipId;
pub use caas::sales::orders::Order;
pub use caas::sales::sale::{self, CustomerForm, SaleError, SaleField, SaleProblem, Seller};
pub use caas::sql;

use caas::accounts::{Invitation, Role, invite};
use caas::expediente::model::Actor;
use caas::kernel::ids::{PlanVersionId, VehicleId};
use caas::kernel::locale::Locale;
use caas::sales::{orders, plans};

/// The app with the demo's salesperson signed in.
pub struct Desk {
    pub app: TestApp,
    pub seller: Seller,
}

/// A customer's fields that are in order.
pub fn buyer(email: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("name", "Elena Prat"),
        ("email", email),
        ("phone", "+34 600 000 001"),
        ("language", "es"),
        ("country", "ES"),
        ("owner_kind", "INDIVIDUAL"),
        ("owner_name", ""),
        ("tax_id", "12345678z"),
        ("birth_date", "1988-09-02"),
        ("licence", ""),
    ]
}

/// The same with one field changed.
pub fn but<'a>(
    mut fields: Vec<(&'static str, &'a str)>,
    name: &'static str,
    value: &'a str,
) -> Vec<(&'static str, &'a str)> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    fields
}

pub const ADDRESS: [(&str, &str); 4] =
    [("mode", "HOME"), ("street", "Calle de Ferraz 40"), ("city", "Madrid"), ("postal_code", "28008")];

impl Desk {
    pub async fn open(engine: Engine) -> Desk {
        let mut app = TestApp::start(engine).await;
        let id = app.sign_in("dealer").await;
        let mut tx = app.caas().db.read().await.unwrap();
        let (dealership, _) =
            sql!(tx, one(DealershipId, String), "SELECT dealership_id, email FROM users WHERE id = $1", id).unwrap();
        drop(tx);
        Desk { app, seller: Seller { id, dealership } }
    }

    /// Sends a step and says where it led.
    pub async fn step(&mut self, endpoint: &str, id: &str, fields: &[(&str, &str)]) -> String {
        let mut all = vec![("id", id)];
        all.extend_from_slice(fields);
        let answer = self.app.post_form(&format!("/api/venta/{endpoint}"), &all).await.expect(303);
        answer.location().unwrap().to_owned()
    }

    /// Begins a sale to this address over the form. Returns its id.
    pub async fn begin(&mut self, email: &str) -> String {
        let location = self.step("cliente", "", &buyer(email)).await;
        let id = location.strip_prefix("/concesionario/ventas/").unwrap().strip_suffix("/coche").unwrap();
        id.to_owned()
    }

    /// A sale to this address with a car to be built, up to the plan of this code.
    pub async fn filled(&mut self, email: &str, plan: &str) -> String {
        let id = self.begin(email).await;
        let car = [("model", "ALCOR"), ("colour", "BLUE"), ("options[]", "TOW_BAR"), ("options[]", "GLASS_ROOF")];
        assert_eq!(self.step("coche", &id, &car).await, format!("/concesionario/ventas/{id}/entrega"));
        self.deliver_and_plan(&id, plan).await;
        id
    }

    /// A sale to this address of a car that stands in stock.
    pub async fn filled_from_stock(&mut self, email: &str, vin: &str) -> String {
        let id = self.begin(email).await;
        let vehicle = self.vehicle(vin).await.to_string();
        let car = [("source", "stock"), ("stock", vehicle.as_str())];
        assert_eq!(self.step("coche", &id, &car).await, format!("/concesionario/ventas/{id}/entrega"));
        self.deliver_and_plan(&id, "CONTADO-ES").await;
        id
    }

    async fn deliver_and_plan(&mut self, id: &str, plan: &str) {
        assert_eq!(self.step("entrega", id, &ADDRESS).await, format!("/concesionario/ventas/{id}/plan"));
        let version = self.version(plan).await.to_string();
        assert_eq!(
            self.step("plan", id, &[("version", &version)]).await,
            format!("/concesionario/ventas/{id}/resumen")
        );
    }

    /// The version of a plan that is sold today.
    pub async fn version(&self, code: &str) -> PlanVersionId {
        let mut tx = self.app.caas().db.read().await.unwrap();
        let all = plans::list(&mut tx).await.unwrap();
        let plan = all.iter().find(|plan| plan.code == code).unwrap();
        plans::latest(&mut tx, plan.id).await.unwrap().unwrap().id
    }

    pub async fn vehicle(&self, vin: &str) -> VehicleId {
        let mut tx = self.app.caas().db.read().await.unwrap();
        caas::vehicles::find_by_vin(&mut tx, vin).await.unwrap().unwrap()
    }

    pub async fn order(&self, id: &str) -> Order {
        orders::load(&mut self.app.caas().db.read().await.unwrap(), id.parse().unwrap()).await.unwrap()
    }

    pub async fn register(&self, id: &str) -> Result<sale::Registered, SaleError> {
        sale::register(self.app.caas(), self.seller, id.parse().unwrap()).await
    }

    /// How many rows a question counts.
    pub async fn count(&self, question: &'static str) -> i64 {
        let mut tx = self.app.caas().db.read().await.unwrap();
        sql!(tx, one(i64, i64), question).unwrap().0
    }

    /// Somebody who sells in Valencia is at the desk now.
    pub async fn becomes_valencian(&mut self) -> Seller {
        let caas = self.app.caas().clone();
        let mut tx = caas.db.begin().await.unwrap();
        let (dealership, _) =
            sql!(tx, one(DealershipId, String), "SELECT id, name FROM dealerships WHERE city = 'Valencia'").unwrap();
        let invitation = Invitation {
            name: "Vicent Soler".to_owned(),
            email: "vicent@demo.caas.example".to_owned(),
            phone: String::new(),
            country: "ES".to_owned(),
            locale: Locale::Es,
            role: Role::Dealer,
            dealership: Some(dealership),
        };
        let id = invite(&caas, &mut tx, Actor::SYSTEM, &invitation).await.unwrap();
        sql!(tx, execute "UPDATE users SET email_confirmed_at = created_at WHERE id = $1", id).unwrap();
        tx.commit().await.unwrap();
        let secret = self.app.app.sessions.begin(id, None, Some("test")).await.unwrap();
        self.app.cookies.insert("__Host-caas".to_owned(), secret);
        Seller { id, dealership }
    }
}

/// Fails when the page says this.
#[track_caller]
pub fn says_not(answer: &Answer, text: &str) {
    assert!(!answer.body.contains(text), "the page says `{text}`:\n{}", answer.body);
}
