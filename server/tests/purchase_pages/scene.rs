//! A signed-in customer before the pages, and a browser without scripts.

pub use crate::support::{Answer, Engine, TestApp};
pub use caas::catalogue::{Market, OfferKind, Service, demo_service};
pub use caas::kernel::ids::{OfferId, PaymentMethodId, UserId, VehicleId};
pub use caas::payments::methods;
pub use caas::payments::model::MethodKind;
pub use caas::payments::port::GatewayMethod;
pub use caas::sql;
pub use caas::vehicles::vehicles_of;
pub use caas_sandbox::{Connectivity, Fault, FaultRule, TestCard, Vin};
pub use caas_server::demo::DEMO_CARS;
pub use chrono::TimeDelta;

pub const SEATS: &str = "SEAT_HEATING";
pub const AUDIO: &str = "AUDIO_CONCERT";
pub const NAVIGATION: &str = "NAV_LIVE";
pub const OTHER_CUSTOMER: &str = "cliente2@demo.caas.example";

/// A signed-in customer before an offer for the first car.
pub struct Scene {
    pub app: TestApp,
    pub customer: UserId,
    pub lince: VehicleId,
    pub alcor: VehicleId,
}

/// The fields of an order form, as the page filled them in.
pub type Form = Vec<(String, String)>;

impl Scene {
    pub async fn new(engine: Engine) -> Scene {
        let mut app = TestApp::start(engine).await;
        app.run_jobs().await;
        Scene::on(app).await
    }

    /// In an app that was started in another way.
    pub async fn on(mut app: TestApp) -> Scene {
        let customer = app.sign_in("customer").await;
        let cars = vehicles_of(&mut app.caas().db.read().await.unwrap(), customer).await.unwrap();
        // Whoever looks at the cars has their maintenance asked about.
        app.get("/expediente").await.expect(200);
        app.run_jobs().await;
        let car = |model: &str| cars.iter().find(|car| car.model_code == model).unwrap().id;
        Scene { customer, lince: car("LINCE"), alcor: car("ALCOR"), app }
    }

    pub async fn service(&self, code: &str) -> Service {
        demo_service(&mut self.app.caas().db.read().await.unwrap(), code).await.unwrap()
    }

    pub async fn offer(&self, code: &str, kind: OfferKind) -> OfferId {
        self.service(code).await.offers.iter().find(|offer| offer.kind == kind).unwrap().id
    }

    pub async fn path(&self, code: &str, kind: OfferKind) -> String {
        format!("/comprar/{}?coche={}", self.offer(code, kind).await, self.lince)
    }

    /// Opens the page and fills the form in as somebody does who agrees to everything.
    pub async fn form(&mut self, code: &str, kind: OfferKind) -> Form {
        let path = self.path(code, kind).await;
        let page = self.app.get(&path).await.expect(200);
        agree(fields(&page))
    }

    pub async fn send(&mut self, form: &Form) -> Answer {
        post(&mut self.app, "/api/comprar", form).await
    }

    /// Orders with everything agreed to. Returns the path of the order; nothing has run yet.
    pub async fn order(&mut self, code: &str, kind: OfferKind) -> String {
        let form = self.form(code, kind).await;
        let answer = self.send(&form).await.expect(303);
        let path = answer.location().unwrap().to_owned();
        assert!(path.starts_with("/expediente/activaciones/"), "{path}");
        path
    }

    pub async fn orders(&self) -> i64 {
        let mut tx = self.app.caas().db.read().await.unwrap();
        sql!(tx, one(i64,), "SELECT COUNT(*) FROM service_activations WHERE customer_id = $1", self.customer).unwrap().0
    }

    pub async fn refusals(&self) -> i64 {
        let mut tx = self.app.caas().db.read().await.unwrap();
        sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'").unwrap().0
    }

    /// A card of this kind, preferred from now on.
    pub async fn pays_with(&self, card: TestCard) -> PaymentMethodId {
        let method = self.app.sandbox().add_payment_method(&self.customer.to_string(), card);
        let new = GatewayMethod {
            kind: MethodKind::Card,
            token: method.token,
            brand: Some(method.brand),
            last4: Some(method.last4),
            exp_month: method.exp_month.map(i64::from),
            exp_year: method.exp_year.map(i64::from),
        };
        let caas = self.app.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let id = methods::add(caas, &mut tx, self.customer, &new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn method(&self, customer: UserId) -> PaymentMethodId {
        methods::list(&mut self.app.caas().db.read().await.unwrap(), customer).await.unwrap()[0].id
    }

    /// Lets the car answer: callbacks come within seconds.
    pub async fn soon(&mut self) {
        for _ in 0..4 {
            self.app.advance(TimeDelta::seconds(5));
            self.app.run_jobs().await;
        }
    }
}

pub fn lince() -> Vin {
    Vin::parse(DEMO_CARS[0].vin).unwrap()
}

/// The hidden fields of the order and the chosen way to pay.
pub fn fields(page: &Answer) -> Form {
    let (_, form) = page.body.split_once("id=\"pedido\"").expect("there is an order form");
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

pub fn agree(mut form: Form) -> Form {
    form.retain(|(name, _)| name != "start_now" && name != "withdrawal");
    form.push(("start_now".into(), "true".into()));
    form.push(("withdrawal".into(), "true".into()));
    form
}

pub fn with(form: &Form, name: &str, value: &str) -> Form {
    form.iter().map(|(n, v)| (n.clone(), if n == name { value.to_owned() } else { v.clone() })).collect()
}

pub fn without(form: &Form, name: &str) -> Form {
    form.iter().filter(|(n, _)| n != name).cloned().collect()
}

pub async fn post(app: &mut TestApp, path: &str, form: &Form) -> Answer {
    let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    app.post_form(path, &fields).await
}

pub async fn follow(app: &mut TestApp, answer: Answer) -> Answer {
    let location = answer.expect(303).location().unwrap().to_owned();
    app.get(&location).await.expect(200)
}

pub fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[track_caller]
pub fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`:\n{}", page.body);
}

impl Scene {
    /// More calls to API IoT, so that its breaker has something to count.
    pub async fn order_something_else(&mut self) {
        for code in [AUDIO, "SURROUND_VIEW", "LIGHT_SIGNATURE", "SEAT_MASSAGE"] {
            let path = self.path(code, OfferKind::Temporary).await;
            let page = self.app.get(&path).await.expect(200);
            if page.body.contains("id=\"pedido\"") {
                self.send(&agree(fields(&page))).await.expect(303);
            }
        }
    }
}
