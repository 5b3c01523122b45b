//! Start page, catalogue and service pages over HTTP: for visitors, for a customer with cars, in both languages.

use crate::support::{Answer, Engine, TestApp};
use caas::catalogue::{Market, Service, demo_service};
use caas::kernel::ids::{UserId, VehicleId};
use caas::sql;
use caas::vehicles::{NewVehicle, enter_delivered};

async fn start() -> TestApp {
    TestApp::start(Engine::Sqlite).await
}

fn count(page: &Answer, text: &str) -> usize {
    page.body.matches(text).count()
}

/// Services shown.
fn cards(page: &Answer) -> usize {
    count(page, "<li class=\"service\">")
}

#[track_caller]
fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`");
}

async fn service(app: &TestApp, code: &str) -> Service {
    let mut tx = app.caas().db.read().await.unwrap();
    demo_service(&mut tx, code).await.unwrap()
}

async fn give_car(app: &TestApp, customer: UserId, model_code: &str, firmware: &str, vin: &str) -> VehicleId {
    let mut tx = app.caas().db.begin().await.unwrap();
    let vehicle =
        NewVehicle { vin, model_code, colour: "SILVER", plate: Some("1234 LMN"), firmware, customer, dealership: None };
    let id = enter_delivered(app.caas(), &mut tx, &vehicle).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// A customer without any cars but these.
async fn customer_with(app: &mut TestApp, cars: &[(&str, &str)]) -> Vec<VehicleId> {
    let someone = app.sign_in("support").await;
    let customer = app.sign_in("customer").await;
    let mut tx = app.caas().db.begin().await.unwrap();
    sql!(tx, execute "UPDATE vehicles SET customer_id = $1 WHERE customer_id = $2", someone, customer).unwrap();
    tx.commit().await.unwrap();
    let mut ids = Vec::new();
    for (n, (model, firmware)) in cars.iter().enumerate() {
        ids.push(give_car(app, customer, model, firmware, &format!("VSSZZZKLZRR0001{n:02}")).await);
    }
    ids
}

#[tokio::test]
async fn the_start_page_says_the_promise_and_shows_three_services() {
    let mut app = start().await;
    let page = app.get("/").await.expect(200);
    page.says("<h1>Tu coche ya sabe hacer más</h1>");
    page.says("Solo pagas lo que tu coche ha confirmado");
    page.says("href=\"/catalogo\"");
    assert_eq!(cards(&page), 3);
    app.headers.push(("accept-language", "en".to_owned()));
    let page = app.get("/").await.expect(200);
    page.says("<html lang=\"en\"");
    page.says("You only pay for what your car has confirmed");
}

#[tokio::test]
async fn the_catalogue_shows_every_service_and_every_offer() {
    let mut app = start().await;
    let page = app.get("/catalogo").await.expect(200);
    assert_eq!(cards(&page), 24);
    let catalogue = app.caas().catalogue().await.unwrap();
    let offers: usize = catalogue.sold().map(|service| service.offers_in(Market::Es).count()).sum();
    assert_eq!(offers, 60);
    assert_eq!(count(&page, "</b></li>"), 60);
    page.says("24 servicios");
    page.says("desde 0,17\u{a0}€ al día");
    page.says("<meta name=\"description\"");
    assert_eq!(count(&page, "<h1"), 1);
    for service in catalogue.sold() {
        page.says(&format!("href=\"/catalogo/{}\"", service.slug));
        page.says(&service.name.es);
    }
}

#[tokio::test]
async fn the_catalogue_is_searched_and_filtered_by_its_address() {
    let mut app = start().await;
    let page = app.get("/catalogo?texto=SUSPENSION+deportiva").await.expect(200);
    assert_eq!(cards(&page), 1);
    page.says("1 servicio");
    page.says("Suspensión deportiva");
    page.says("value=\"SUSPENSION deportiva\"");

    let page = app.get("/catalogo?categoria=PARKING&oferta=SUBSCRIPTION").await.expect(200);
    assert_eq!(cards(&page), 1);
    page.says("Aparcamiento asistido");
    page.says("href=\"/catalogo?oferta=SUBSCRIPTION\"");
    page.says("href=\"/catalogo?categoria=PARKING\"");

    let page = app.get("/catalogo?coche=BRISA").await.expect(200);
    page.says("Modo circuito");
    says_not(&page, "Modo todoterreno");
    page.says("href=\"/catalogo/modo-circuito?coche=BRISA\"");
}

#[tokio::test]
async fn nothing_found_and_nonsense_are_no_errors() {
    let mut app = start().await;
    let page = app.get("/catalogo?texto=zeppelin").await.expect(200);
    assert_eq!(cards(&page), 0);
    page.says("Nada coincide con lo que buscas");
    let page = app.get("/catalogo?categoria=NO&oferta=%00&coche=%F0%9F%9A%97&disponible=si&pais=XX").await.expect(200);
    assert_eq!(cards(&page), 24);
    let attack = app.get("/catalogo?texto=%3Cscript%3Ealert(1)%3C/script%3E%22").await.expect(200);
    says_not(&attack, "<script>alert");
    let long = format!("/catalogo?texto={}", "a".repeat(3000));
    app.get(&long).await.expect(200).says(&"a".repeat(80));
}

#[tokio::test]
async fn a_visitor_may_look_at_another_countrys_prices() {
    let mut app = start().await;
    let page = app.get("/catalogo?pais=GB").await.expect(200);
    page.says("£");
    says_not(&page, "\u{a0}€");
    page.says("/catalogo/potencia-mas-50?pais=GB");
    let page = app.get("/catalogo/piloto-de-autopista?pais=US").await.expect(200);
    page.says("Este servicio no se vende en tu país.");
}

#[tokio::test]
async fn a_service_tells_all_there_is_to_know_to_a_visitor() {
    let mut app = start().await;
    let page = app.get("/catalogo/suspension-deportiva").await.expect(200);
    page.says("<title>Suspensión deportiva · CaaS</title>");
    page.says("<h1>Suspensión deportiva</h1>");
    page.says("El coche se inclina menos");
    page.says("Ruedas de 19 pulgadas o más");
    page.says("suspensión y dirección (80 % o más)");
    page.says("Software del coche 4.2.0 o posterior");
    page.says("href=\"/catalogo/suspension-confort\"");
    page.says("39,90\u{a0}€");
    page.says("1,33\u{a0}€ al día");
    page.says("Si algo falla, no pagas nada");
    page.says("href=\"/entrar?siguiente=%2Fcatalogo%2Fsuspension-deportiva\"");
    says_not(&page, "/comprar/");
    app.headers.push(("accept-language", "en".to_owned()));
    let page = app.get("/catalogo/suspension-deportiva").await.expect(200);
    page.says("<h1>Sport suspension</h1>");
    page.says("If anything fails, you pay nothing");
}

#[tokio::test]
async fn every_service_has_its_page_in_both_languages() {
    let mut app = start().await;
    let catalogue = app.caas().catalogue().await.unwrap();
    for language in ["es", "en"] {
        app.headers = vec![("accept-language", language.to_owned())];
        for service in catalogue.sold() {
            let page = app.get(&format!("/catalogo/{}", service.slug)).await.expect(200);
            page.says(&format!("<html lang=\"{language}\""));
            assert_eq!(count(&page, "<li class=\"offer\">"), service.offers_in(Market::Es).count(), "{}", service.slug);
            assert_eq!(count(&page, "<h1"), 1, "{}", service.slug);
        }
    }
}

#[tokio::test]
async fn an_unknown_service_is_not_there() {
    let mut app = start().await;
    for slug in ["no-hay", "Suspension-Deportiva", "%3Cb%3E", "suspension-deportiva%00"] {
        app.get(&format!("/catalogo/{slug}")).await.expect(404).says("Aquí no hay nada");
    }
}

#[tokio::test]
async fn a_customer_gets_a_way_to_buy_for_the_own_car() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let cars = customer_with(&mut app, &[("LINCE", "5.3.0")]).await;
        let sport = service(&app, "SUSPENSION_SPORT").await;
        let page = app.get("/catalogo/suspension-deportiva").await.expect(200);
        page.says("Lince · 1234 LMN");
        for offer in &sport.offers {
            page.says(&format!("href=\"/comprar/{}?coche={}\"", offer.id, cars[0]));
        }
        says_not(&page, "/entrar?siguiente=");
    }
}

#[tokio::test]
async fn what_does_not_fit_says_exactly_why() {
    let mut app = start().await;
    let cars = customer_with(&mut app, &[("LINCE", "4.1.9"), ("TAJO", "5.3.0")]).await;
    let page = app.get(&format!("/catalogo/suspension-deportiva?coche={}", cars[0])).await.expect(200);
    page.says("Necesita la versión 4.2.0 del software y tu coche tiene la 4.1.9.");
    says_not(&page, "/comprar/");
    let page = app.get(&format!("/catalogo/suspension-deportiva?coche={}", cars[1])).await.expect(200);
    page.says("No encaja con el modelo de tu coche.");
    says_not(&page, "/comprar/");
    // Both cars can be chosen, and the chosen one is.
    page.says(&format!("?coche={}#ofertas\" aria-current=\"true\"", cars[1]));

    let all = app.get(&format!("/catalogo?coche={}", cars[1])).await.expect(200);
    assert!(cards(&all) < 24);
}

#[tokio::test]
async fn only_what_is_available_can_be_asked_for() {
    let mut app = start().await;
    let cars = customer_with(&mut app, &[("LINCE", "4.1.0")]).await;
    let all = cards(&app.get(&format!("/catalogo?coche={}", cars[0])).await.expect(200));
    let page = app.get(&format!("/catalogo?coche={}&disponible=si", cars[0])).await.expect(200);
    assert!(cards(&page) > 0 && cards(&page) < all, "{} of {all}", cards(&page));
    says_not(&page, "Software antiguo");
    page.says("Disponible ahora");
}

#[tokio::test]
async fn another_customers_car_is_as_good_as_none() {
    let mut app = start().await;
    let other = customer_with(&mut app, &[("TAJO", "5.3.0")]).await;
    let someone = app.sign_in("support").await;
    let mut tx = app.caas().db.begin().await.unwrap();
    sql!(tx, execute "UPDATE vehicles SET customer_id = $1 WHERE id = $2", someone, other[0]).unwrap();
    tx.commit().await.unwrap();
    app.sign_in("customer").await;
    let page = app.get(&format!("/catalogo/modo-todoterreno?coche={}", other[0])).await.expect(200);
    says_not(&page, "/comprar/");
    let page = app.get(&format!("/catalogo?coche={}", other[0])).await.expect(200);
    assert_eq!(cards(&page), 24);
}

#[tokio::test]
async fn search_engines_find_both_languages() {
    let mut app = start().await;
    for path in ["/", "/catalogo", "/catalogo/luz-de-bienvenida"] {
        let page = app.get(&format!("{path}?lang=en")).await.expect(200);
        page.says("<html lang=\"en\"");
        page.says(&format!("<link rel=\"canonical\" href=\"http://localhost:3000{path}?lang=en\">"));
        page.says(&format!("<link rel=\"alternate\" hreflang=\"es\" href=\"http://localhost:3000{path}?lang=es\">"));
        page.says(&format!("<link rel=\"alternate\" hreflang=\"x-default\" href=\"http://localhost:3000{path}\">"));
    }
    app.cookies.insert("lang".to_owned(), "es".to_owned());
    app.get("/?lang=en").await.expect(200).says("<html lang=\"es\"");
}
