//! Two dealerships, their customers and cars, and somebody at the desk.

use crate::support::{Answer, Engine, TestApp};
use caas::expediente::model::Actor;
use caas::kernel::ids::{DealershipId, OrderId, UserId, VehicleId};
use caas::payments::methods;
use caas::sales::documents::owner_kind;
use caas::sales::model::{Address, OrderEvent, OrderStatus, Owner, OwnerKind};
use caas::sales::orders::{self, Cause, Order, apply};
use caas::sales::payment::{CarPayment, pay};
use caas::sales::registration::countries::{Provider, country};
use caas::sales::stock;
use caas::sales::who::Who;
use caas::sales::{documents, words};
use caas::sql;
use caas::support::model::NewAttachment;
use sqlx::types::Json;

pub const LUCIA: &str = "cliente@demo.caas.example";
pub const TOMAS: &str = "cliente2@demo.caas.example";
pub const VALERIA: &str = "valeria@example.org";

/// A sale to be entered.
#[derive(Clone, Copy)]
pub struct Sale {
    pub customer: &'static str,
    pub owner: &'static str,
    pub country: &'static str,
    pub mode: &'static str,
    pub from_stock: bool,
}

/// Lucía takes a car from stock and comes for it.
pub const PICK_UP: Sale =
    Sale { customer: LUCIA, owner: "Lucía Ferrer", country: "ES", mode: "PICK_UP", from_stock: true };
/// The same, brought to the door.
pub const HOME: Sale = Sale { mode: "HOME", ..PICK_UP };
/// The same, to be built.
pub const BUILT: Sale = Sale { from_stock: false, ..PICK_UP };

/// Valeria, whom nobody in Madrid knows, has a car brought to her door.
pub const VALERIAS: Sale = Sale { customer: VALERIA, owner: "Valeria Puig", ..HOME };

/// Two dealerships; the demo dealer sits in one of them.
pub struct Hall {
    pub app: TestApp,
    pub madrid: DealershipId,
    pub valencia: DealershipId,
    dealer: UserId,
    cars: u32,
}

impl Hall {
    pub async fn open(engine: Engine) -> Hall {
        let mut app = TestApp::start(engine).await;
        app.run_jobs().await;
        let mut tx = app.caas().db.read().await.unwrap();
        let all = sql!(tx, all(DealershipId, String), "SELECT id, city FROM dealerships").unwrap();
        drop(tx);
        let at = |city: &str| all.iter().find(|(_, name)| name == city).unwrap().0;
        let (madrid, valencia) = (at("Madrid"), at("Valencia"));
        let (valeria, now) = (app.caas().new_id::<UserId>(), app.now());
        let mut tx = app.caas().db.begin().await.unwrap();
        sql!(tx, execute
            "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, email_confirmed_at, created_at, updated_at)
             VALUES ($1, $2, $2, 'Valeria Puig', 'CUSTOMER', 'es', 'ES', 'Europe/Madrid', $3, $3, $3)",
            valeria, VALERIA, now).unwrap();
        tx.commit().await.unwrap();
        let dealer = app.sign_in("dealer").await;
        Hall { app, madrid, valencia, dealer, cars: 0 }
    }

    /// The dealer moves to another dealership.
    pub async fn sits_in(&mut self, dealership: DealershipId) {
        let mut tx = self.app.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE users SET dealership_id = $1 WHERE id = $2", dealership, self.dealer).unwrap();
        tx.commit().await.unwrap();
        self.becomes("dealer").await;
    }

    pub async fn becomes(&mut self, who: &str) -> UserId {
        self.app.new_browser();
        self.app.sign_in(who).await
    }

    pub async fn user(&self, email: &str) -> UserId {
        let mut tx = self.app.caas().db.read().await.unwrap();
        sql!(tx, one(UserId, String), "SELECT id, name FROM users WHERE email_key = $1", email).unwrap().0
    }

    /// A car in a dealership's stock.
    pub async fn car(&mut self, dealership: DealershipId) -> (VehicleId, String) {
        self.cars += 1;
        let caas = self.app.caas().clone();
        let (id, vin) = (caas.new_id::<VehicleId>(), format!("VSSZZZLNCTR{:06}", 930_000 + self.cars));
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute
            "INSERT INTO vehicles (id, vin, model_code, colour, firmware, dealership_id, assignment_status, inventory_status,
                                   stocked_at, created_at, updated_at)
             VALUES ($1, $2, 'LINCE', 'BLUE', '4.2.0', $3, 'SIN_ASIGNAR', 'DEALERSHIP_STOCK', $4, $4, $4)",
            id, &vin, dealership, caas.now()).unwrap();
        tx.commit().await.unwrap();
        (id, vin)
    }

    /// A registered sale that waits for its señal.
    pub async fn sale(&mut self, dealership: DealershipId, sale: Sale) -> OrderId {
        let car = if sale.from_stock { Some(self.car(dealership).await.0) } else { None };
        let (caas, customer) = (self.app.caas().clone(), self.user(sale.customer).await);
        self.cars += 1;
        let (id, now, by) = (caas.new_id::<OrderId>(), caas.now(), Actor::staff(self.dealer.0));
        let mut tx = caas.db.begin().await.unwrap();
        if let Some(car) = car {
            assert!(stock::take(&caas, &mut tx, by, dealership, car, customer).await.unwrap());
        }
        let postal_code = if sale.country == "ES" { "28013" } else { "1000-001" };
        let address = Address {
            street: "Calle Mayor, 1".to_owned(),
            city: "Madrid".to_owned(),
            postal_code: postal_code.to_owned(),
            country: sale.country.to_owned(),
        };
        let tax_id = if sale.country == "ES" { "12345678Z" } else { "123 456 789" };
        let owner = Owner {
            kind: OwnerKind::Individual,
            name: sale.owner.to_owned(),
            tax_id: tax_id.to_owned(),
            date_of_birth: Some("1985-03-02".to_owned()),
            driver_license: None,
            insurance: None,
        };
        sql!(tx, execute
            "INSERT INTO customer_orders (id, number, dealership_id, created_by, customer_id, status, is_over, model_code, colour,
                                          options, from_stock, vehicle_id, country, delivery_mode, address, owner, total_cents,
                                          reservation_cents, currency, registered_at, status_at, created_at, updated_at,
                                          plan_version_id)
             VALUES ($1, $2, $3, $4, $5, 'DRAFT', FALSE, 'LINCE', 'BLUE', $6, $7, $8, $9, $10, $11, $12, 3000000, 300000,
                     'EUR', $13, $13, $13, $13,
                     (SELECT v.id FROM plan_versions v JOIN plans p ON p.id = v.plan_id WHERE p.country = 'ES' ORDER BY p.code LIMIT 1))",
            id, format!("V-2026-9{:05}", self.cars), dealership, self.dealer, customer, Json(Vec::<String>::new()),
            sale.from_stock, car, sale.country, sale.mode, Json(address), Json(owner), now).unwrap();
        let mut order = orders::load(&mut tx, id).await.unwrap();
        apply(&caas, &mut tx, &mut order, OrderEvent::Registered, Cause::by(by)).await.unwrap();
        words::keep(&mut tx, &order).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Lucía pays.
    pub async fn pays(&mut self, id: OrderId, which: CarPayment) {
        let (caas, customer) = (self.app.caas().clone(), self.user(LUCIA).await);
        let method = methods::list(&mut caas.db.read().await.unwrap(), customer).await.unwrap()[0].id;
        pay(&caas, customer, id, which, method, &format!("{which}-{id}")).await.unwrap().unwrap();
        self.app.run_jobs().await;
    }

    /// A sale that is paid in full; its registration waits for papers.
    pub async fn paid(&mut self, sale: Sale) -> OrderId {
        let id = self.sale(self.madrid, sale).await;
        self.pays(id, CarPayment::Reservation).await;
        self.pays(id, CarPayment::Final).await;
        assert_eq!(self.order(id).await.status, OrderStatus::Registration);
        id
    }

    /// Everybody brings the papers that are asked of them.
    pub async fn bring_all(&mut self, id: OrderId) {
        let (order, caas) = (self.order(id).await, self.app.caas().clone());
        let staff = Who::staff(self.dealer, Some(order.dealership_id));
        for paper in country(order.country.as_deref().unwrap()).papers_of(owner_kind(&order)) {
            let who = match paper.provider {
                Provider::Customer => Who::Customer(order.customer_id.unwrap()),
                Provider::Dealership => staff,
                Provider::Caas => continue,
            };
            let file = NewAttachment { name: "papel.pdf".to_owned(), bytes: b"%PDF-1.7 something".to_vec() };
            let mut tx = caas.db.begin().await.unwrap();
            documents::upload(&caas, &mut tx, &who, id, paper.code, &file).await.unwrap().unwrap();
            tx.commit().await.unwrap();
        }
        self.app.run_jobs().await;
    }

    pub async fn order(&self, id: OrderId) -> Order {
        orders::load(&mut self.app.caas().db.read().await.unwrap(), id).await.unwrap()
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.app.get(path).await.expect(200)
    }

    pub async fn page(&mut self, id: OrderId) -> Answer {
        self.get(&format!("/concesionario/pedidos/{id}")).await
    }

    pub async fn hand_over(&mut self, id: OrderId) -> Answer {
        self.get(&format!("/concesionario/pedidos/{id}/entrega")).await
    }

    /// Sends a form of the order and shows the page after it.
    pub async fn send(&mut self, form: &str, id: OrderId, fields: &[(&str, &str)]) -> Answer {
        let id = id.to_string();
        let mut all = vec![("order", id.as_str())];
        all.extend_from_slice(fields);
        self.app.submit(&format!("/api/concesionario/{form}"), &all).await.expect(200)
    }

    /// The reasons for which the desk shows this order today.
    pub async fn needs(&mut self, id: OrderId) -> Vec<String> {
        let number = self.order(id).await.number;
        let page = self.get("/concesionario").await.body;
        let panels = page.split("aria-labelledby=\"necesita-").skip(1);
        panels
            .filter(|panel| panel.split("</section>").next().unwrap().contains(&number))
            .map(|panel| panel.split('"').next().unwrap().to_owned())
            .collect()
    }
}

/// Fails when a page says this.
#[track_caller]
pub fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`:\n{}", page.body);
}

/// Sends a paper as a browser does.
pub async fn post_paper(app: &mut TestApp, order: OrderId, kind: &str, bytes: &[u8]) -> Answer {
    const EDGE: &str = "----edge7MA4YWxkTrZu0gW";
    let mut body = Vec::new();
    for (name, text) in [("order", order.to_string()), ("kind", kind.to_owned())] {
        body.extend_from_slice(
            format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").as_bytes(),
        );
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"papel.pdf\"\r\nContent-Type: application/octet-stream";
    body.extend_from_slice(format!("--{EDGE}\r\n{head}\r\n\r\n").as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
    let request = axum::http::Request::post("/api/concesionario/documento")
        .header("content-type", format!("multipart/form-data; boundary={EDGE}"))
        .header("accept", "text/html")
        .header("origin", "http://localhost:3000")
        .header("sec-fetch-site", "same-origin")
        .body(axum::body::Body::from(body))
        .unwrap();
    app.send(request).await
}
