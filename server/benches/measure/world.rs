//! The app in this process, with its job runner and the played systems behind loopback ports, as `caas serve` puts it
//! together; and customers who buy.

use crate::Result;
use crate::time::{now, pause};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use caas::catalogue::rules::{RunningPhase, RunningService, VehicleFacts, offer_availability};
use caas::catalogue::{Market, Offer, OfferKind};
use caas::kernel::ids::{ActivationId, OfferId, PaymentMethodId, UserId, VehicleId};
use caas::kernel::jobs::Runner;
use caas::kernel::money::Money;
use caas::kernel::rng::SystemRng;
use caas::maintenance::{Upkeep, ask};
use caas::payments::methods;
use caas::payments::model::MethodKind;
use caas::payments::port::{GatewayMethod, PaymentGateway};
use caas::sql;
use caas::vehicles::{self, NewVehicle};
use caas::{Caas, Parts};
use caas_app::web::Sessions;
use caas_sandbox::world::iot::model::AnswerMode;
use caas_sandbox::{Running, SandboxClock, TestCard, VehicleSpec, Vin};
use caas_server::application::Application;
use caas_server::config::{Config, Reader};
use caas_server::demo;
use caas_server::outside::SandboxOptions;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

const MODEL: &str = "LINCE";
const FIRMWARE: &str = "9.0.0";
const ZONE: &str = "Europe/Madrid";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A new schema on the server that `CAAS_TEST_POSTGRES_URL` names.
    Postgres,
}

impl Engine {
    /// Every engine there is here.
    pub fn all() -> Vec<Engine> {
        let mut engines = vec![Engine::Sqlite];
        if postgres_url().is_some() {
            engines.push(Engine::Postgres);
        }
        engines
    }

    /// Whether this word of the command line means it.
    pub fn is(self, word: &str) -> bool {
        self.name().eq_ignore_ascii_case(word)
    }

    /// As it is called in the table.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }
}

fn postgres_url() -> Option<String> {
    std::env::var("CAAS_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// An empty database. It goes with its folder; a schema goes with the server.
pub struct Store {
    /// Which kind.
    pub engine: Engine,
    /// Where it is.
    pub url: String,
    folder: TempDir,
}

impl Store {
    /// Makes one.
    pub async fn new(engine: Engine, name: &str) -> Result<Store> {
        let folder = tempfile::tempdir()?;
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("caas.db").display()),
            Engine::Postgres => {
                let server = postgres_url().ok_or("CAAS_TEST_POSTGRES_URL is not set")?;
                let schema = format!("bench_{}_{name}", std::process::id());
                let pool = sqlx::PgPool::connect(&server).await?;
                sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&pool).await?;
                pool.close().await;
                let separator = if server.contains('?') { '&' } else { '?' };
                format!("{server}{separator}options=-c%20search_path%3D{schema}")
            }
        };
        Ok(Store { engine, url, folder })
    }

    /// One that is there already.
    pub fn at(engine: Engine, url: &str) -> Result<Store> {
        Ok(Store { engine, url: url.to_owned(), folder: tempfile::tempdir()? })
    }

    /// The folder on the disk it writes to.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

/// The running app.
pub struct World {
    /// The platform.
    pub caas: Caas,
    /// The played systems.
    pub sandbox: caas_sandbox::Sandbox,
    router: Router,
    sessions: Arc<dyn Sessions>,
    running: Running,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Somebody who buys.
pub struct Customer {
    id: UserId,
    vehicle: VehicleId,
    method: PaymentMethodId,
    /// Signed in.
    pub cookie: String,
}

/// Something to buy.
#[derive(Clone, Copy)]
pub struct Ware {
    offer: OfferId,
    price: Money,
}

impl World {
    /// Starts the app on a database, with the demo world in it. Cars and bank answer at once.
    pub async fn start(store: &Store) -> Result<World> {
        World::start_with(store, None).await
    }

    /// The same; with a gateway, jobs ask that one for money.
    pub async fn start_with(store: &Store, gateway: Option<Arc<dyn PaymentGateway>>) -> Result<World> {
        let settings = [
            // As it is used: a test would not wait for the disk.
            ("CAAS_ENV", "development"),
            ("DATABASE_URL", store.url.as_str()),
            // Everybody clicks from one address here.
            ("CAAS_RATE_PER_MINUTE", "100000000"),
        ];
        let config = Config::read(&mut Reader::of(settings))?;
        let concurrency = config.job_concurrency;
        let sandbox = SandboxOptions { clock: SandboxClock::system(), snapshot: None, webhooks_to: None };
        let app = Application::assemble(config, sandbox, Arc::new(SystemRng)).await?;
        let running = app.sandbox.ok_or("the outside systems are played")?;
        let sandbox = running.handle.clone();
        let mut settings = sandbox.iot_settings();
        settings.answer = AnswerMode::Immediate;
        settings.activation_latency_ms = 0;
        sandbox.set_iot_settings(settings);
        demo::seed_if_new(&app.caas, Some(&sandbox)).await?;
        let caas = match gateway {
            Some(gateway) => Caas::new(Parts { gateway, ..Parts::clone(&app.caas) }),
            None => app.caas,
        };
        let (tasks, stop) = (TaskTracker::new(), app.stop);
        tasks.spawn(Runner::new(caas.clone(), app.registry, concurrency).run(stop.clone()));
        Ok(World { caas, sandbox, router: app.router, sessions: app.sessions, running, tasks, stop })
    }

    /// Ends everything.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.running.shutdown().await;
        self.caas.db.close().await;
    }

    /// Adds customers with a car and a card each.
    pub async fn customers(&self, count: u32) -> Result<Vec<Customer>> {
        let mut customers = Vec::new();
        let mut tx = self.caas.db.begin().await?;
        let created = self.caas.now();
        for number in 0..count {
            let id: UserId = self.caas.new_id();
            let email = format!("buyer{number}@example.com");
            sql!(&mut tx, execute
                "INSERT INTO users (id, email, email_key, name, role, locale, country, time_zone, email_confirmed_at, created_at, updated_at)
                 VALUES ($1, $2, $2, 'Buyer', 'CUSTOMER', 'es', 'ES', $4, $3, $3, $3)",
                id, &email, created, ZONE)?;
            let vin = format!("VSSZZZBUY{number:08}");
            let new = NewVehicle {
                vin: &vin,
                model_code: MODEL,
                colour: "BLUE",
                plate: None,
                firmware: FIRMWARE,
                customer: id,
                dealership: None,
            };
            let vehicle = vehicles::enter_delivered(&self.caas, &mut tx, &new).await?;
            let card = self.sandbox.add_payment_method(&id.to_string(), TestCard::GoodVisa);
            let card = GatewayMethod {
                kind: MethodKind::Card,
                token: card.token,
                brand: Some(card.brand),
                last4: Some(card.last4),
                exp_month: card.exp_month.map(i64::from),
                exp_year: card.exp_year.map(i64::from),
            };
            let method = methods::add(&self.caas, &mut tx, id, &card).await?;
            self.sandbox.add_vehicles(Some(VehicleSpec {
                vin: Vin::parse(&vin)?,
                model: MODEL.to_owned(),
                firmware: FIRMWARE.to_owned(),
                base_services: vec!["BASE_PLATFORM".to_owned()],
                known_services: None,
            }));
            customers.push(Customer { id, vehicle, method, cookie: String::new() });
        }
        tx.commit().await?;
        for customer in &mut customers {
            customer.cookie = format!("__Host-caas={}", self.sessions.begin(customer.id, None, None).await?);
            // Somebody who orders has looked at the offer, and the car's maintenance is known by then.
            let upkeep = Upkeep::of(&self.caas, &mut self.caas.db.read().await?, customer.vehicle, ZONE).await?;
            ask::soon(&self.caas, &upkeep).await?;
        }
        self.settled().await?;
        Ok(customers)
    }

    /// Waits until no job is due any more: the mails that follow a purchase.
    pub async fn settled(&self) -> Result<()> {
        let begin = now();
        loop {
            let mut tx = self.caas.db.read().await?;
            let (due,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM jobs WHERE due_at <= $1", self.caas.now())?;
            drop(tx);
            if due == 0 {
                return Ok(());
            }
            if begin.elapsed() > Duration::from_secs(60) {
                return Err(format!("{due} jobs are still due after a minute").into());
            }
            pause(Duration::from_millis(200)).await;
        }
    }

    /// The cookie of the demo world's support agent, signed in.
    pub async fn agent(&self) -> Result<String> {
        self.staff("SUPPORT").await
    }

    /// The cookie of the demo world's person of this role, signed in.
    pub async fn staff(&self, role: &str) -> Result<String> {
        let mut tx = self.caas.db.read().await?;
        let (id, _) =
            sql!(&mut tx, one(UserId, String), "SELECT id, role FROM users WHERE role = $1 ORDER BY id LIMIT 1", role)?;
        drop(tx);
        Ok(format!("__Host-caas={}", self.sessions.begin(id, None, None).await?))
    }

    /// What one car can have all at the same time, one offer of each service, paid when the car confirms.
    pub async fn wares(&self) -> Result<Vec<Ware>> {
        let catalogue = self.caas.catalogue().await?;
        let mut car = VehicleFacts {
            model: MODEL.to_owned(),
            firmware: FIRMWARE.to_owned(),
            market: Some(Market::Es),
            running: Vec::new(),
            has_open_debt: false,
        };
        let mut wares = Vec::new();
        for service in &catalogue.services {
            let sold = |offer: &&Offer| {
                offer.kind != OfferKind::Subscription && offer_availability(offer, service, &car).is_available()
            };
            let Some(offer) = service.offers.iter().find(sold) else { continue };
            let Some(price) = offer.price(Market::Es) else { continue };
            wares.push(Ware { offer: offer.id, price: price.amount });
            let running = RunningService {
                service_id: service.id,
                kind: offer.kind,
                phase: RunningPhase::Active,
                expires_at: None,
            };
            car.running.push(running);
        }
        if wares.is_empty() { Err("nothing can be bought".into()) } else { Ok(wares) }
    }

    /// A click on "buy": the form as the page posts it, through all middleware.
    pub async fn buy(&self, customer: &Customer, ware: Ware) -> Result<ActivationId> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("key", &self.caas.rng.token())
            .append_pair("offer", &ware.offer.to_string())
            .append_pair("vehicle", &customer.vehicle.to_string())
            .append_pair("price", &ware.price.cents.0.to_string())
            .append_pair("currency", ware.price.currency.as_str())
            .append_pair("method", &customer.method.to_string())
            .append_pair("start_now", "true")
            .append_pair("withdrawal", "true")
            .finish();
        let request = Request::post("/api/comprar")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &customer.cookie)
            .body(Body::from(form))?;
        let response = self.send(request).await?;
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        match location.and_then(|location| location.strip_prefix("/expediente/activaciones/")) {
            Some(id) => Ok(id.parse()?),
            None => Err(format!("an order was refused: {} {location:?}", response.status()).into()),
        }
    }

    /// The orders whose money has been taken, of all between these two. Named from both ends: of an open end PostgreSQL
    /// expects so many that it reads the whole table, a few dozen times a second, and that would be the meter's load.
    pub async fn charged_between(&self, first: ActivationId, last: ActivationId) -> Result<Vec<ActivationId>> {
        let mut tx = self.caas.db.read().await?;
        let rows = sql!(
            &mut tx,
            all(ActivationId,),
            "SELECT service_activation_id FROM payments
             WHERE service_activation_id >= $1 AND service_activation_id <= $2 AND state = 'CHARGED'",
            first,
            last
        )?;
        Ok(rows.into_iter().map(|(activation,)| activation).collect())
    }

    /// Whether the money of an order has been taken.
    pub async fn is_charged(&self, activation: ActivationId) -> Result<bool> {
        Ok(!self.charged_between(activation, activation).await?.is_empty())
    }

    /// Asks for a page, through all middleware. Returns status and length.
    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Result<(u16, usize)> {
        let mut request = Request::get(path);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self.send(request.body(Body::empty())?).await?;
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await?;
        Ok((status, body.len()))
    }

    async fn send(&self, mut request: Request<Body>) -> Result<Response> {
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:3000"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/html"));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
        Ok(self.router.clone().oneshot(request).await?)
    }
}
