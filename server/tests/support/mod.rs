//! The whole app in one process, for tests over HTTP.
//!
//! [`TestApp`] has its own database (SQLite in a temporary folder, or a new schema on the PostgreSQL that
//! `CAAS_TEST_POSTGRES_URL` names), the demo world, the sandbox behind real loopback ports, and a clock that stands still
//! until it is moved. Nothing runs by itself: [`TestApp::run_jobs`] runs the jobs that are due and hands the played
//! systems' webhooks over, again and again until nothing is left to do.
//!
//! ```ignore
//! for engine in Engine::all() {
//!     let mut app = TestApp::start(engine).await;
//!     app.sign_in("customer").await;
//!     let page = app.get("/expediente").await;
//!     assert_eq!(page.status, 200);
//!     let answer = app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await;
//!     assert_eq!(answer.location(), Some("/"));
//!     app.advance(TimeDelta::hours(1));
//!     app.run_jobs().await;
//! }
//! ```

pub mod balanced;

use self::balanced::Balanced;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use caas::accounts::{DEMO_ACCOUNTS, Role};
use caas::kernel::database::Tx;
use caas::kernel::ids::UserId;
use caas::kernel::jobs::run_due_jobs;
use caas::kernel::rng::{Rng as _, SeededRng, SystemRng};
use caas::sql;
use caas::watch::minute::WatchMinute;
use caas::{Caas, Parts};
use caas_sandbox::{Sandbox, SandboxClock};
use caas_server::application::Application;
use caas_server::config::{Config, Reader};
use caas_server::demo;
use caas_server::outside::SandboxOptions;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// When every test begins: a Monday morning in Madrid.
pub const START: &str = "2026-11-23T09:00:00Z";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A new schema on the server that `CAAS_TEST_POSTGRES_URL` names.
    Postgres,
}

impl Engine {
    /// Every engine that can be tested here.
    pub fn all() -> Vec<Engine> {
        let mut engines = vec![Engine::Sqlite];
        if postgres_url().is_some() {
            engines.push(Engine::Postgres);
        }
        engines
    }
}

fn postgres_url() -> Option<String> {
    std::env::var("CAAS_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// The app under test, and a browser with its cookies.
pub struct TestApp {
    /// The app.
    pub app: Application,
    /// The cookies a browser would send.
    pub cookies: BTreeMap<String, String>,
    /// Headers sent with every request, for example `accept-language`.
    pub headers: Vec<(&'static str, String)>,
    /// Where its data is.
    pub database_url: String,
    /// Looks at the books when the test is over; before the folder goes.
    pub books: Balanced,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status as a number.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are ASCII"))
    }

    /// Where the browser is sent.
    pub fn location(&self) -> Option<&str> {
        self.header("location")
    }

    /// Every `Set-Cookie`.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().expect("ASCII")).collect()
    }

    /// The answer, when it has this status; else the test fails and shows it.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Fails when the page does not say this.
    #[track_caller]
    pub fn says(&self, text: &str) {
        assert!(self.body.contains(text), "the page does not say `{text}`:\n{}", self.body);
    }
}

impl TestApp {
    /// The app with the demo world.
    pub async fn start(engine: Engine) -> TestApp {
        TestApp::start_with(engine, &[]).await
    }

    /// The same with some settings, such as `("CAAS_OTA_MAX_RETRY_ATTEMPTS", "2")`.
    pub async fn start_with(engine: Engine, settings: &[(&str, &str)]) -> TestApp {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let database_url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("caas.db").display()),
            Engine::Postgres => new_schema().await,
        };
        let mut values = vec![
            ("CAAS_ENV", "test"),
            ("DATABASE_URL", database_url.as_str()),
            ("CAAS_OTA_JITTER", "off"),
            ("CAAS_PUBLIC_URL", "http://localhost:3000"),
        ];
        values.extend_from_slice(settings);
        let config = Config::read(&mut Reader::of(values)).expect("the test's settings are valid");
        let start: DateTime<Utc> = START.parse().expect("a constant");
        let sandbox = SandboxOptions { clock: SandboxClock::manual(start), snapshot: None, webhooks_to: None };
        let app = Application::assemble(config, sandbox, Arc::new(SeededRng::new(next_number())))
            .await
            .expect("the app can be assembled");
        demo::seed_if_new(&app.caas, app.sandbox.as_ref().map(|s| &s.handle))
            .await
            .expect("the demo world can be made");
        let books = Balanced::when_over(&database_url);
        let test = TestApp { app, cookies: BTreeMap::new(), headers: Vec::new(), database_url, books, _folder: folder };
        // A test that lives through a month would measure the alerts at each of its steps.
        test.watch_from(start + TimeDelta::days(36_500)).await;
        test
    }

    /// From this moment on the rules of the alerts are measured, every minute in which jobs run. Without it they are not.
    pub async fn watch_from(&self, at: DateTime<Utc>) {
        WatchMinute::not_before(self.caas(), at).await.expect("the job can be planned");
    }

    /// The platform, for looking behind the pages.
    pub fn caas(&self) -> &Caas {
        &self.app.caas
    }

    /// Puts a part of the test's own in: jobs, and what is asked of [`TestApp::caas`], use it from now on. Pages do not.
    pub fn put_in(&mut self, part: impl FnOnce(&mut Parts)) {
        let mut parts = Parts::clone(&self.app.caas);
        part(&mut parts);
        self.app.caas = Caas::new(parts);
    }

    /// The played systems, for faults and for looking at what they saw.
    pub fn sandbox(&self) -> Sandbox {
        self.app.sandbox.as_ref().expect("every test has a sandbox").handle.clone()
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.caas.now()
    }

    /// Moves the clock of app and played systems forward. What falls due runs with the next [`TestApp::run_jobs`].
    pub fn advance(&self, by: TimeDelta) {
        self.sandbox().advance(by.to_std().expect("time goes forward"));
    }

    /// Runs everything that is due: jobs, and webhooks of the played systems, until nothing is left.
    pub async fn run_jobs(&mut self) {
        for _ in 0..100 {
            let jobs = run_due_jobs(&self.app.caas, &self.app.registry).await.expect("jobs can be run");
            let webhooks = self.deliver_webhooks().await;
            if jobs == 0 && webhooks == 0 {
                return;
            }
        }
        panic!("jobs and webhooks keep each other busy without end");
    }

    /// Lets time pass from one due moment to the next, as a running server would live through it.
    pub async fn live(&mut self, by: TimeDelta) {
        let end = self.now() + by;
        self.run_jobs().await;
        while let Some(next) = self.next_due().await.filter(|next| *next <= end) {
            self.advance((next - self.now()).max(TimeDelta::milliseconds(1)));
            self.run_jobs().await;
        }
        let rest = end - self.now();
        if rest > TimeDelta::zero() {
            self.advance(rest);
        }
        self.run_jobs().await;
    }

    /// When the next job, or the next deed of a played system, is due.
    pub async fn next_due(&self) -> Option<DateTime<Utc>> {
        let mut tx = self.app.caas.db.read().await.expect("the database is there");
        // Housekeeping, hour after hour, is no part of any story.
        let (job, _) = sql!(
            tx,
            one(Option<DateTime<Utc>>, i64),
            "SELECT MIN(due_at), COUNT(*) FROM jobs WHERE died_at IS NULL AND kind NOT IN ('web_sessions.remove_ended', 'verify.nightly', 'maintenance.fleet', 'watch.minute', 'finance.close_days', 'finance.reconcile', 'analysis.close_days')"
        )
        .expect("the jobs can be read");
        [job, self.sandbox().next_due()].into_iter().flatten().min()
    }

    /// Hands the webhooks that are due to the app, signed as the played systems sign them. Returns how many.
    pub async fn deliver_webhooks(&mut self) -> usize {
        let due = self.sandbox().take_due_webhooks(self.now());
        let count = due.len();
        for webhook in due {
            let request = self.signed(&webhook);
            self.send(request).await;
        }
        count
    }

    fn signed(&self, webhook: &caas_sandbox::world::outbox::OutgoingWebhook) -> Request<Body> {
        use caas_sandbox::{System, WebhookSecret};
        use caas_server::config::System as Configured;
        let system = match webhook.system {
            System::Gateway => Configured::Payments,
            System::Iot => Configured::Iot,
            System::Sms => Configured::Sms,
            System::Factory => Configured::Factory,
            System::RegistrationEs => Configured::RegistrationEs,
            System::RegistrationFr => Configured::RegistrationFr,
            System::RegistrationGb => Configured::RegistrationGb,
            System::RegistrationDe => Configured::RegistrationDe,
            System::Transport => Configured::Transport,
            System::Vss => Configured::Vss,
        };
        let secret = self.app.systems.get(system).webhook_secrets[0].clone();
        let secret = WebhookSecret::parse(secret.reveal()).expect("a valid secret");
        let body = webhook.body.to_string();
        Request::post(&webhook.path)
            .header("content-type", "application/json")
            .header("webhook-id", &webhook.webhook_id)
            .header("webhook-timestamp", self.now().timestamp().to_string())
            .header("webhook-signature", secret.sign(&webhook.webhook_id, self.now(), body.as_bytes()))
            .body(Body::from(body))
            .expect("a valid request")
    }

    /// Signs in the first demo account of a role: `customer`, `dealer`, `support`, `operations`, `administrator`; or
    /// the account with this address.
    pub async fn sign_in(&mut self, who: &str) -> UserId {
        let role: Option<Role> = who.to_uppercase().parse().ok();
        let account = DEMO_ACCOUNTS.iter().find(|account| account.email == who || Some(account.role) == role);
        let email = account.unwrap_or_else(|| panic!("no demo account for {who}")).email;
        let mut tx = self.app.caas.db.read().await.expect("the database is there");
        let (user,) =
            sql!(tx, one(UserId,), "SELECT id FROM users WHERE email_key = $1", email).expect("the account is there");
        drop(tx);
        let secret = self.app.sessions.begin(user, None, Some("test")).await.expect("a session can be begun");
        self.cookies.insert("__Host-caas".to_owned(), secret);
        user
    }

    /// Forgets the cookies, as another browser would.
    pub fn new_browser(&mut self) {
        self.cookies.clear();
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).header("accept", "text/html").body(Body::empty()).expect("a valid path")).await
    }

    /// Sends a form as a browser does, from a page of ours. Redirects are not followed.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = form(path, fields).header("sec-fetch-site", "same-origin");
        let body = encode(fields);
        self.send(request.body(Body::from(body)).expect("a valid path")).await
    }

    /// Sends a form and follows the redirect, as a browser shows it in the end.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post_form(path, fields).await;
        match answer.location().map(str::to_owned) {
            Some(location) => self.get(&location).await,
            None => answer,
        }
    }

    /// Calls a server function as an island does.
    pub async fn call(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(encode(fields))).expect("a valid path")).await
    }

    /// Sends any request; cookies are added and kept.
    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        if !self.cookies.is_empty() && request.method() != Method::TRACE {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().expect("cookies are ASCII"));
        }
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.parse().expect("headers are ASCII"));
        }
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, "localhost:3000".parse().expect("a constant"));
        }
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
        }
        let response = self.app.router.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 16 * 1024 * 1024).await.expect("bodies end");
        self.keep_cookies(&parts.headers);
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("cookies are ASCII");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie is name=value");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn form(path: &str, _fields: &[(&str, &str)]) -> axum::http::request::Builder {
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .header("origin", "http://localhost:3000")
}

fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Unlike in other apps of this process, so that ids and tokens differ.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

/// Lets a test falsify the books, which the database refuses. Who does not give the transaction up again says so to
/// [`Balanced::are_falsified`] as well.
pub async fn open_the_books(tx: &mut Tx) {
    if tx.is_postgres() {
        sql!(tx, execute "DROP TRIGGER ledger_entries_stay ON ledger_entries").expect("it is there");
    } else {
        sql!(tx, execute "DROP TRIGGER ledger_entries_stay").expect("it is there");
        sql!(tx, execute "DROP TRIGGER ledger_entries_stay_all").expect("it is there");
    }
}

/// A name that nothing else has on a server which all tests of a run share. Not by the process: numbers of processes come
/// again within a run, each connection to PostgreSQL takes one.
pub fn unlike_any_other(what: &str) -> String {
    let mut random = [0u8; 8];
    SystemRng.fill(&mut random);
    format!("{what}_{:016x}", u64::from_le_bytes(random))
}

/// A new, empty schema, and the address that leads to it.
async fn new_schema() -> String {
    let server = postgres_url().expect("only asked for when it is set");
    let name = unlike_any_other("test");
    let pool = sqlx::PgPool::connect(&server).await.expect("PostgreSQL is there");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}")))
        .execute(&pool)
        .await
        .expect("a schema can be made");
    pool.close().await;
    let separator = if server.contains('?') { '&' } else { '?' };
    format!("{server}{separator}options=-c%20search_path%3D{name}")
}

impl TestApp {
    /// Fails and lists them when a promise of the rulebook (§1) is broken: over the whole database, and over what the
    /// bank and the vehicles of the played world have seen of us.
    pub async fn verify(&self) {
        use caas_sandbox::world::gateway::model::PaymentType;
        use caas_sandbox::{Operation, World};
        let mut tx = self.app.caas.db.read().await.expect("the database is there");
        let mut broken = caas::verify::broken_promises(&mut tx).await.expect("the promises can be read");
        let calls = self.sandbox().look(|world: &World| world.calls().to_vec());
        for call in calls.iter().filter(|call| {
            use Operation as O;
            matches!(call.operation, O::InitiatePayment | O::CapturePayment | O::CancelPayment | O::RefundPayment)
        }) {
            let key = call.idempotency_key.clone().unwrap_or_default();
            let key = key.trim_end_matches("-refund").to_owned();
            let known = sql!(
                tx,
                optional(String,),
                "SELECT idempotency_key FROM payment_operations WHERE idempotency_key = $1",
                &key
            )
            .expect("operations can be read");
            if known.is_none() {
                broken.push(format!("promise 7: the bank was sent {} with a key nobody wrote down: {key}", call.path));
            }
        }
        let (sent,) = sql!(tx, one(i64,), "SELECT COUNT(*) FROM activation_attempts WHERE ota_command_sent")
            .expect("attempts can be read");
        let arrived = self.sandbox().commands().len();
        if i64::try_from(arrived).expect("few commands") > sent {
            broken.push(format!("promise 7: {arrived} commands reached vehicles, {sent} were written down"));
        }
        // A car is paid before it is handed over.
        let of_service = |payment: &caas_sandbox::world::gateway::model::Payment| {
            matches!(payment.payment_type, PaymentType::Service | PaymentType::Subscription)
        };
        let payments = self.sandbox().payments();
        for payment in payments.iter().filter(|payment| payment.net_cents() > 0 && of_service(payment)) {
            let confirmed = sql!(
                tx,
                optional(i64,),
                "SELECT CAST(1 AS BIGINT) FROM payments p
                 LEFT JOIN invoices i ON i.id = p.invoice_id OR i.debt_id = p.debt_id
                 LEFT JOIN subscriptions s ON s.id = i.subscription_id
                 JOIN delivery_confirmations c
                   ON c.id = p.confirmation_id OR c.service_activation_id = s.service_activation_id
                 WHERE p.gateway_payment_id = $1 AND c.confirmed_at <= $2 LIMIT 1",
                &payment.payment_id,
                payment.timestamp
            )
            .expect("payments can be read");
            if confirmed.is_none() {
                broken.push(format!("promise 1: the bank took {} before the vehicle confirmed", payment.payment_id));
            }
        }
        assert!(broken.is_empty(), "broken promises:\n{}", broken.join("\n"));
    }
}

impl TestApp {
    /// Sends one webhook as a played system would sign it.
    pub async fn deliver(&mut self, webhook: &caas_sandbox::world::outbox::OutgoingWebhook) -> Answer {
        let request = self.signed(webhook);
        self.send(request).await
    }
}
