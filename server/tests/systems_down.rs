//! The outside systems down one by one: no page waits for them, none fails, and each says what is known.

use crate::car_customer::scene::{From, Scene, To};
use crate::purchase_pages::scene::Scene as Customer;
use crate::support::{Answer, Engine, TestApp};
use caas::catalogue::{OfferKind, demo_service};
use caas::kernel::ids::OrderId;
use caas::kernel::jobs::run_due_jobs;
use caas::sales::model::OrderEvent;
use caas::sales::{delivery, factory, orders, registration};
use caas::vehicles::vehicles_of;
use caas_server::application::registry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A page that waits for the outside waits for a time-out of at least ten seconds. The promise is two; the rest is what a
/// busy machine may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// More pages than there are: following links must come to an end.
const ENOUGH: usize = 400;

/// How a system is down.
#[derive(Clone, Copy, Debug)]
enum Down {
    /// Nobody listens there.
    Refusing,
    /// It takes the call and never says anything.
    Silent,
}

/// An address that is down in this way, and what keeps it so.
async fn address(scheme: &str, down: Down) -> (String, JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    let keeper = tokio::spawn(async move {
        let mut callers = Vec::new();
        while let Down::Silent = down {
            callers.push(listener.accept().await.unwrap());
        }
    });
    (url, keeper)
}

/// What the app answers within the time that a person is made to wait.
async fn soon<T>(what: &str, answer: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("{what} waits for an outside system"))
}

#[tokio::test(flavor = "multi_thread")]
async fn bank() {
    for engine in Engine::all() {
        for down in [Down::Refusing, Down::Silent] {
            let (url, _keeper) = address("http", down).await;
            let mut app = app_with(engine, &[("CAAS_PAYMENTS_URL", &url), ("CAAS_PAYMENTS_TOKEN", "t")]).await;
            let order = order(&mut app).await;
            let _jobs = keep_running(&app);
            walk_everywhere(&mut app, &order).await;
            app.sign_in("customer").await;
            let page = soon(&order, app.get(&order)).await.expect(200);
            assert!(
                page.body.contains("No se te ha cobrado nada") || page.body.contains("no pagarás dos veces"),
                "{}",
                page.body
            );
            let answer =
                soon("a new way to pay", app.submit("/api/metodos-de-pago/nuevo", &[("back", "/cuenta")])).await;
            answer.expect(200).says("El banco no responde ahora. No se ha cobrado nada");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn api_iot() {
    for engine in Engine::all() {
        for down in [Down::Refusing, Down::Silent] {
            let (url, _keeper) = address("http", down).await;
            let mut app = app_with(engine, &[("CAAS_IOT_URL", &url), ("CAAS_IOT_TOKEN", "t")]).await;
            let order = order(&mut app).await;
            let _jobs = keep_running(&app);
            walk_everywhere(&mut app, &order).await;
            app.sign_in("customer").await;
            let page = soon(&order, app.get(&order)).await.expect(200);
            page.says("no cobrado");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_server() {
    for engine in Engine::all() {
        for down in [Down::Refusing, Down::Silent] {
            let (url, _keeper) = address("smtp", down).await;
            let mut app = app_with(engine, &[("CAAS_SMTP_URL", &url)]).await;
            let order = order(&mut app).await;
            let _jobs = keep_running(&app);
            walk_everywhere(&mut app, &order).await;
            app.new_browser();
            let stranger = [("email", "nueva@example.com"), ("back", "")];
            let answer = soon("a lost password", app.submit("/api/recuperar", &stranger)).await;
            answer.expect(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn factory_that_is_asked_for_a_car() {
    for engine in Engine::all() {
        for down in [Down::Refusing, Down::Silent] {
            let (url, _keeper) = address("http", down).await;
            let mut scene = sale_with(engine, &[("CAAS_FACTORY_URL", &url), ("CAAS_FACTORY_TOKEN", "t")]).await;
            let order = scene.sale(From::Factory, To::Door).await;
            scene.step(order, OrderEvent::ReservationPaid).await;
            let mut tx = scene.caas().db.begin().await.unwrap();
            let sold = orders::load(&mut tx, order).await.unwrap();
            factory::enqueue(&scene.caas(), &mut tx, &sold).await.unwrap();
            tx.commit().await.unwrap();
            walk_through_the_sale(&mut scene, order, "RESERVATION_PAID").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registration_body_that_is_given_papers() {
    for engine in Engine::all() {
        for down in [Down::Refusing, Down::Silent] {
            let (url, _keeper) = address("http", down).await;
            let settings = [("CAAS_REGISTRATION_ES_URL", url.as_str()), ("CAAS_REGISTRATION_ES_TOKEN", "t")];
            let mut scene = sale_with(engine, &settings).await;
            let order = paid_for(&mut scene).await;
            let mut tx = scene.caas().db.begin().await.unwrap();
            let mut sold = orders::load(&mut tx, order).await.unwrap();
            registration::begin(&scene.caas(), &mut tx, &mut sold).await.unwrap();
            tx.commit().await.unwrap();
            walk_through_the_sale(&mut scene, order, "REGISTRATION").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transport_company_that_is_to_fetch_a_car() {
    for engine in Engine::all() {
        for down in [Down::Refusing, Down::Silent] {
            let (url, _keeper) = address("http", down).await;
            let mut scene = sale_with(engine, &[("CAAS_TRANSPORT_URL", &url), ("CAAS_TRANSPORT_TOKEN", "t")]).await;
            let order = paid_for(&mut scene).await;
            scene.steps(order, &[OrderEvent::RegistrationStarted, OrderEvent::PlateAssigned]).await;
            let mut tx = scene.caas().db.begin().await.unwrap();
            let mut sold = orders::load(&mut tx, order).await.unwrap();
            delivery::begin(&scene.caas(), &mut tx, &mut sold).await.unwrap();
            tx.commit().await.unwrap();
            walk_through_the_sale(&mut scene, order, "READY_FOR_DELIVERY").await;
        }
    }
}

async fn sale_with(engine: Engine, settings: &[(&str, &str)]) -> Scene {
    Scene::of(Customer::on(app_with(engine, settings).await).await).await
}

/// A car from stock that is paid for.
async fn paid_for(scene: &mut Scene) -> OrderId {
    use OrderEvent as E;
    let order = scene.sale(From::Stock, To::Door).await;
    scene.steps(order, &[E::ReservationPaid, E::Arrived, E::FinalPaymentRequested, E::FinalPaymentReceived]).await;
    order
}

/// The sale waits for the system, every page is there, and nobody waits for it.
async fn walk_through_the_sale(scene: &mut Scene, order: OrderId, status: &str) {
    let jobs = keep_running(&scene.app);
    walk_everywhere(&mut scene.app, &format!("/expediente/pedidos/{order}")).await;
    drop(jobs);
    assert_eq!(scene.status(order).await, status);
}

async fn app_with(engine: Engine, settings: &[(&str, &str)]) -> TestApp {
    // One address asks for more pages here than a person would.
    let mut all = vec![("CAAS_RATE_PER_MINUTE", "100000")];
    all.extend_from_slice(settings);
    TestApp::start_with(engine, &all).await
}

/// What is due is tried again and again while people look at pages.
fn keep_running(app: &TestApp) -> Aborted {
    let (caas, registry) = (app.caas().clone(), registry());
    Aborted(tokio::spawn(async move {
        loop {
            let _ = run_due_jobs(&caas, &registry).await;
            tokio::task::yield_now().await;
        }
    }))
}

/// A task that ends with its owner.
struct Aborted(JoinHandle<()>);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The demo customer orders something. Returns the page of the order.
async fn order(app: &mut TestApp) -> String {
    let customer = app.sign_in("customer").await;
    let mut tx = app.caas().db.read().await.unwrap();
    let car = vehicles_of(&mut tx, customer).await.unwrap().into_iter().find(|car| car.model_code == "LINCE").unwrap();
    let service = demo_service(&mut tx, "SEAT_HEATING").await.unwrap();
    drop(tx);
    let offer = service.offers.iter().find(|offer| offer.kind == OfferKind::Permanent).unwrap().id;
    let page = soon("the order form", app.get(&format!("/comprar/{offer}?coche={}", car.id))).await.expect(200);
    let mut form = order_form(&page);
    form.insert("start_now".to_owned(), "true".to_owned());
    form.insert("withdrawal".to_owned(), "true".to_owned());
    let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    soon("the order", app.post_form("/api/comprar", &fields)).await.expect(303).location().unwrap().to_owned()
}

/// The fields that the page has filled in.
fn order_form(page: &Answer) -> BTreeMap<String, String> {
    let (_, form) = page.body.split_once("id=\"pedido\"").expect("there is an order form");
    let (form, _) = form.split_once("</form>").unwrap();
    let value = |tag: &str, name: &str| {
        tag.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap().replace("&amp;", "&")
    };
    let filled = |tag: &&str| tag.contains("type=\"hidden\"") || tag.contains(" checked");
    let tags = form.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap());
    tags.filter(filled).map(|tag| (value(tag, "name"), value(tag, "value"))).collect()
}

/// Every page that anybody can reach by following links.
async fn walk_everywhere(app: &mut TestApp, order: &str) {
    for who in [None, Some("customer"), Some("dealer"), Some("support"), Some("operations"), Some("administrator")] {
        app.new_browser();
        let mut next = vec!["/".to_owned(), "/catalogo".to_owned(), "/entrar".to_owned()];
        if let Some(who) = who {
            app.sign_in(who).await;
        }
        if who == Some("customer") {
            next.push(order.to_owned());
        }
        let mut seen: BTreeSet<String> = next.iter().map(|path| shape(path)).collect();
        while let Some(path) = next.pop() {
            let page = soon(&path, app.get(&path)).await;
            assert!(page.status < 400, "{path} as {who:?}: {}\n{}", page.status, page.body);
            // The played mailbox and telephone hold everybody's letters: what they lead to is not for everybody.
            let letters = path.starts_with("/sandbox/correo") || path.starts_with("/sandbox/movil");
            let fresh = links(&page).filter(|link| !letters || link.starts_with("/sandbox"));
            next.extend(fresh.filter(|link| seen.insert(shape(link))).collect::<Vec<_>>());
            assert!(seen.len() < ENOUGH, "links have no end: {seen:?}");
        }
        assert!(seen.len() > 4, "{who:?} found only {seen:?}");
    }
}

/// Where a page leads within the app.
fn links(page: &Answer) -> impl Iterator<Item = String> {
    let anchors = page.body.split("<a ").skip(1).filter_map(|tag| tag.split('>').next());
    let targets = anchors.filter_map(|tag| tag.split_once("href=\"")?.1.split('"').next());
    let own = targets.filter(|target| target.starts_with('/') && !target.starts_with("//"));
    own.map(|target| target.split('#').next().unwrap_or(target).replace("&amp;", "&"))
}

/// Addresses that differ only in an id, or in what is filtered, show the same page.
fn shape(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts = path.split('/').map(|part| if part.chars().any(|c| c.is_ascii_digit()) { "*" } else { part });
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    format!("{}?{}", parts.collect::<Vec<_>>().join("/"), names.collect::<Vec<_>>().join("&"))
}
