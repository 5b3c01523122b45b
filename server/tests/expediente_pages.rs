//! The expediente, the notices and the desks of staff over HTTP, without JavaScript.

use crate::support::{Answer, Engine, TestApp};
use caas::catalogue::{Market, OfferKind, demo_service};
use caas::kernel::ids::{UserId, VehicleId};
use caas::kernel::locale::Locale;
use caas::payments::methods;
use caas::purchases::service::{Order, place};
use caas::sql;
use caas::vehicles::vehicles_of;
use caas_sandbox::{DeclineReason, ErrorCode, Fault, FaultRule};
use chrono::TimeDelta;
use tower::ServiceExt as _;

const OTHER_CUSTOMER: &str = "cliente2@demo.caas.example";

#[track_caller]
fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`:\n{}", page.body);
}

fn count(page: &Answer, text: &str) -> usize {
    page.body.matches(text).count()
}

/// The customer's cars, the Lince first.
async fn cars(app: &TestApp, customer: UserId) -> Vec<VehicleId> {
    let mut cars = vehicles_of(&mut app.caas().db.read().await.unwrap(), customer).await.unwrap();
    cars.sort_by_key(|car| std::cmp::Reverse(car.model_code.clone()));
    cars.into_iter().map(|car| car.id).collect()
}

/// Orders a service for a car and returns the path of its page.
async fn order(app: &TestApp, customer: UserId, vehicle: VehicleId, code: &str, kind: OfferKind) -> String {
    let mut tx = app.caas().db.read().await.unwrap();
    let service = demo_service(&mut tx, code).await.unwrap();
    let offer = service.offers.iter().find(|offer| offer.kind == kind).unwrap();
    let method = methods::list(&mut tx, customer).await.unwrap().first().map(|method| method.id);
    drop(tx);
    let order = Order {
        customer,
        vehicle,
        offer: offer.id,
        method,
        shown_price: offer.price(Market::Es).unwrap().amount,
        purchase_key: app.caas().new_uuid().to_string(),
        consents: true,
        maintenance_risk: false,
        locale: Locale::Es,
    };
    let placed = place(app.caas(), &order).await.unwrap().unwrap();
    format!("/expediente/activaciones/{}", placed.activation)
}

/// Lets bank and car answer.
async fn soon(app: &mut TestApp) {
    for _ in 0..4 {
        app.advance(TimeDelta::seconds(5));
        app.run_jobs().await;
    }
}

async fn start(engine: Engine) -> (TestApp, UserId, Vec<VehicleId>) {
    let mut app = TestApp::start(engine).await;
    app.run_jobs().await;
    let customer = app.sign_in("customer").await;
    let cars = cars(&app, customer).await;
    (app, customer, cars)
}

#[tokio::test]
async fn a_delivered_service_stands_with_its_car_its_payment_and_its_story() {
    for engine in Engine::all() {
        let (mut app, customer, cars) = start(engine).await;
        let path = order(&app, customer, cars[0], "SEAT_HEATING", OfferKind::Permanent).await;
        soon(&mut app).await;
        let page = app.get("/expediente").await.expect(200);
        for text in ["4821 MKD", "7350 LZB", "Para siempre", "Cobrado", "Tu coche confirmó", "1 servicio activo"] {
            page.says(text);
        }
        page.says(&format!("href=\"{path}\""));
        says_not(&page, "Pendiente</h2>");
        // Several cars: the page of one is about that one alone.
        let one = app.get(&format!("/expediente?coche={}", cars[0])).await.expect(200);
        one.says("VSSZZZLNCTR000101");
        one.says("Tu coche confirmó");
        let other = app.get(&format!("/expediente?coche={}", cars[1])).await.expect(200);
        other.says("VSSZZZALCTR000202");
        says_not(&other, "Tu coche confirmó");
        other.says("Todavía no has activado nada");
        app.get("/expediente/pagos").await.expect(200).says("Cobrado");
        app.get("/expediente/servicios").await.expect(200).says("Para siempre");
        app.submit("/api/preferencias/idioma", &[("lang", "en"), ("back", "/expediente")])
            .await
            .says("Your car confirmed");
    }
}

#[tokio::test]
async fn what_failed_says_that_nothing_was_charged_and_what_needs_me_stands_on_top() {
    for engine in Engine::all() {
        let (mut app, customer, cars) = start(engine).await;
        app.sandbox().set_fault(FaultRule::iot(Fault::Nack { code: ErrorCode::ModuleFault }));
        order(&app, customer, cars[0], "SEAT_HEATING", OfferKind::Permanent).await;
        soon(&mut app).await;
        let page = app.get("/expediente").await.expect(200);
        for text in [
            "Pendiente</h2>",
            "lo está mirando nuestro equipo técnico",
            "Lo mira soporte",
            "No cobrado",
            "Retención anulada",
        ] {
            page.says(text);
        }
        page.says("Un módulo del coche ha informado de un fallo. No se te ha cobrado.");

        app.sandbox().set_faults(vec![FaultRule::gateway(Fault::Decline { reason: DeclineReason::InsufficientFunds })]);
        order(&app, customer, cars[1], "SEAT_HEATING", OfferKind::Permanent).await;
        soon(&mut app).await;
        let page = app.get("/expediente").await.expect(200);
        page.says("Pago rechazado");
        page.says("No hay saldo suficiente. No cobrado.");
        page.says("Terminados</h3>");
    }
}

#[tokio::test]
async fn a_failed_settlement_asks_for_another_method_and_the_service_stays() {
    for engine in Engine::all() {
        let (mut app, customer, cars) = start(engine).await;
        order(&app, customer, cars[0], "SEAT_HEATING", OfferKind::Permanent).await;
        soon(&mut app).await;
        let payment = app.sandbox().payments().remove(0);
        assert!(app.sandbox().fail_settlement(&payment.payment_id, "BANK_REJECTED"));
        soon(&mut app).await;
        let page = app.get("/expediente").await.expect(200);
        page.says("Tu banco no ha completado el pago");
        page.says("href=\"/cuenta/metodos-de-pago\"");
        page.says("El servicio sigue activo");
        assert_eq!(count(&page, "pill tone-done"), 1, "the service is active still");
    }
}

#[tokio::test]
async fn the_story_is_filtered_and_paged_by_key() {
    for engine in Engine::all() {
        let (mut app, customer, cars) = start(engine).await;
        // Whoever looks at the cars has their maintenance asked about.
        app.get("/expediente").await.expect(200);
        soon(&mut app).await;
        for code in ["SEAT_HEATING", "AUDIO_CONCERT", "LIGHT_SIGNATURE", "SEAT_MASSAGE", "NAV_LIVE", "SURROUND_VIEW"] {
            let mut tx = app.caas().db.read().await.unwrap();
            let service = demo_service(&mut tx, code).await.unwrap();
            drop(tx);
            let kind = service.offers.iter().map(|o| o.kind).find(|kind| *kind != OfferKind::Subscription).unwrap();
            order(&app, customer, cars[0], code, kind).await;
            soon(&mut app).await;
        }
        let first = app.get("/expediente").await.expect(200);
        let entries = |page: &Answer| {
            page.body
                .split("<li id=\"e")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
                .collect::<Vec<i64>>()
        };
        let newest = entries(&first);
        assert_eq!(newest.len(), 20);
        assert!(newest.windows(2).all(|pair| pair[0] > pair[1]), "{newest:?}");
        first.says(&format!("/expediente?antes={}#historia", newest[19]));
        let second = app.get(&format!("/expediente?antes={}", newest[19])).await.expect(200);
        let older = entries(&second);
        assert!(!older.is_empty() && older[0] < newest[19], "{older:?}");
        second.says("Lo más reciente");

        let payments = app.get("/expediente?tipo=PAYMENT").await.expect(200);
        payments.says("Tu banco retiene");
        says_not(&payments, "Pediste ");
        payments.says("href=\"/expediente#historia\" class=\"chip\"");
        // What makes no sense in the address is passed over.
        assert_eq!(entries(&app.get("/expediente?tipo=ACCESS&antes=x&coche=y").await.expect(200)), newest);

        let list = app.get("/expediente").await;
        list.says("Ver todos los pagos");
        let all = app.get("/expediente/pagos").await.expect(200);
        assert_eq!(count(&all, "<tr>"), 7, "a head and six payments");
    }
}

#[tokio::test]
async fn another_customers_things_never_appear() {
    for engine in Engine::all() {
        let (mut app, customer, cars) = start(engine).await;
        order(&app, customer, cars[0], "SEAT_HEATING", OfferKind::Permanent).await;
        soon(&mut app).await;
        app.new_browser();
        app.get("/expediente").await.expect(303);
        app.sign_in(OTHER_CUSTOMER).await;
        for path in ["/expediente", "/expediente/pagos", "/expediente/servicios", "/notificaciones"] {
            for query in [String::new(), format!("?coche={}", cars[0])] {
                let page = app.get(&format!("{path}{query}")).await.expect(200);
                for secret in
                    ["4821 MKD", "VSSZZZLNCTR000101", "Tu coche confirmó", "Cobrado", "/expediente/activaciones/"]
                {
                    says_not(&page, secret);
                }
            }
        }
        app.new_browser();
        app.sign_in("support").await;
        app.get("/expediente").await.expect(404);
    }
}

#[tokio::test]
async fn the_bell_counts_what_is_unread_until_all_is_read() {
    for engine in Engine::all() {
        let (mut app, customer, cars) = start(engine).await;
        let page = app.get("/notificaciones").await.expect(200);
        page.says("No hay avisos");
        order(&app, customer, cars[0], "SEAT_HEATING", OfferKind::Permanent).await;
        soon(&mut app).await;
        assert_eq!(app.call("/api/avisos/nuevos", &[]).await.expect(200).body, "1");
        let latest = app.call("/api/avisos/ultimos", &[]).await.expect(200);
        latest.says("\"unread\":1");
        latest.says("\"is_new\":true");
        latest.says("\"href\":\"/expediente/activaciones/");
        let page = app.get("/notificaciones").await.expect(200);
        page.says("1 sin leer");
        page.says("aria-label=\"Avisos, 1 sin leer\"");
        page.says("ya funciona en tu coche");
        page.says("Nuevo");
        let page = app.submit("/api/avisos/leidos", &[]).await.expect(200);
        page.says("Todo leído");
        says_not(&page, "Nuevo</span>");
        assert_eq!(app.call("/api/avisos/nuevos", &[]).await.expect(200).body, "0");

        let own = axum::http::Request::get(format!("/eventos?tema=bell:{customer}"))
            .header("cookie", format!("__Host-caas={}", app.cookies["__Host-caas"]))
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(app.app.router.clone().oneshot(own).await.unwrap().status(), 200, "one's own bell may be watched");

        app.new_browser();
        app.call("/api/avisos/ultimos", &[]).await.expect(401);
        let other = app.sign_in(OTHER_CUSTOMER).await;
        assert_ne!(other, customer);
        app.get(&format!("/eventos?tema=bell:{customer}")).await.expect(404);
        assert_eq!(app.call("/api/avisos/nuevos", &[]).await.expect(200).body, "0");
    }
}

#[tokio::test]
async fn notices_are_paged_by_key() {
    for engine in Engine::all() {
        let (mut app, customer, _) = start(engine).await;
        let caas = app.caas().clone();
        for number in 0..25 {
            app.advance(TimeDelta::seconds(1));
            let notice = caas::notifications::Notice {
                service: caas::kernel::locale::Bilingual {
                    es: format!("Servicio {number:02}"),
                    en: format!("Service {number:02}"),
                },
                vehicle: "Lince".to_owned(),
                ..caas::notifications::Notice::about(
                    customer,
                    caas::notifications::model::NoticeEvent::TicketSolved,
                    format!("k{number}"),
                    "/expediente",
                )
            };
            let mut tx = caas.db.begin().await.unwrap();
            caas::notifications::notify(&caas, &mut tx, &notice).await.unwrap();
            tx.commit().await.unwrap();
        }
        let page = app.get("/notificaciones").await.expect(200);
        page.says("Servicio 24");
        page.says("Servicio 05");
        says_not(&page, "Servicio 04");
        let (_, rest) = page.body.split_once("/notificaciones?antes=").expect("there is an earlier page");
        let key = rest.split('"').next().unwrap().to_owned();
        let page = app.get(&format!("/notificaciones?antes={key}")).await.expect(200);
        page.says("Servicio 04");
        page.says("Servicio 00");
        says_not(&page, "Servicio 05");
    }
}

#[tokio::test]
async fn each_desk_exists_for_its_role_alone_and_a_try_is_audited() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let desks = [
            ("/soporte", "support"),
            ("/operaciones", "operations"),
            ("/concesionario", "dealer"),
            ("/admin", "administrator"),
        ];
        for who in ["customer", "dealer", "support", "operations", "administrator"] {
            app.new_browser();
            app.sign_in(who).await;
            for (path, role) in desks {
                // An administrator sees the desks of all dealerships.
                let is_seen = role == who || (who == "administrator" && role == "dealer");
                app.get(path).await.expect(if is_seen { 200 } else { 404 });
            }
            app.get("/soporte/OTA-000001").await.expect(404);
            for form in ["repetir", "descartar"] {
                let path = format!("/api/operaciones/tareas/{form}");
                let answer = app.post_form(&path, &[("job", "0192f0c1-7c3a-7000-8000-000000000001")]).await;
                assert_eq!(answer.status, if who == "operations" { 303 } else { 404 }, "{who} {form}");
            }
        }
        app.new_browser();
        app.get("/soporte").await.expect(303);
        let mut tx = app.caas().db.read().await.unwrap();
        let (tries,) =
            sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'").unwrap();
        assert!(tries >= 4 * 3 + 4, "{tries} tries are on record");
    }
}

#[tokio::test]
async fn a_dealer_sees_the_cars_of_its_own_dealership_only() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let dealer = app.sign_in("dealer").await;
        let delivered = "/concesionario/existencias?estado=entregados";
        let page = app.get(delivered).await.expect(200);
        for text in ["VSSZZZLNCTR000101", "VSSZZZBRSTR000303", "Lucía Ferrer"] {
            page.says(text);
        }
        let other = app.caas().new_uuid();
        let mut tx = app.caas().db.begin().await.unwrap();
        sql!(tx, execute "INSERT INTO dealerships (id, name, city, country, created_at) VALUES ($1, 'Otro', 'Vigo', 'ES', $2)", other, app.now()).unwrap();
        sql!(tx, execute "UPDATE users SET dealership_id = $1 WHERE id = $2", other, dealer).unwrap();
        tx.commit().await.unwrap();
        let page = app.get(delivered).await.expect(200);
        says_not(&page, "VSSZZZ");
        says_not(&page, "Lucía");
        page.says("Todavía no hay coches");
    }
}

#[tokio::test]
async fn operations_run_or_drop_what_was_given_up_and_it_is_on_record() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let ids = [app.caas().new_uuid(), app.caas().new_uuid()];
        for id in ids {
            let mut tx = app.caas().db.begin().await.unwrap();
            sql!(tx, execute
                "INSERT INTO jobs (id, kind, payload, due_at, attempts, max_attempts, last_error, died_at, created_at)
                 VALUES ($1, 'test.nothing', $2, $3, 3, 3, 'it broke', $3, $3)",
                id, sqlx::types::Json(serde_json::json!({})), app.now())
            .unwrap();
            tx.commit().await.unwrap();
        }
        app.sign_in("operations").await;
        let page = app.get("/operaciones").await.expect(200);
        for text in ["test.nothing", "it broke", "API IoT", "Sin llamadas", "Todo mensaje encontró su dueño"] {
            page.says(text);
        }
        let [again, drop] = ids.map(|id| id.to_string());
        app.submit("/api/operaciones/tareas/repetir", &[("job", &again)]).await.expect(200);
        let page = app.submit("/api/operaciones/tareas/descartar", &[("job", &drop)]).await.expect(200);
        says_not(&page, "test.nothing");
        let mut tx = app.caas().db.read().await.unwrap();
        let (alive,) =
            sql!(tx, one(i64,), "SELECT COUNT(*) FROM jobs WHERE kind = 'test.nothing' AND died_at IS NULL").unwrap();
        let kinds =
            sql!(tx, all(String,), "SELECT kind FROM expediente_entries WHERE subject_kind = 'JOB' ORDER BY seq")
                .unwrap();
        std::mem::drop(tx);
        assert_eq!(alive, 1);
        assert_eq!(kinds, [("DEAD_JOB_REVIVED".to_owned(),), ("DEAD_JOB_DISCARDED".to_owned(),)]);
        app.post_form("/api/operaciones/tareas/repetir", &[("job", "no-id")]).await.expect(404);
    }
}

#[tokio::test]
async fn administrators_see_accounts_and_catalogue() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.sign_in("administrator").await;
        let page = app.get("/admin").await.expect(200);
        page.says("Clientes</p><p class=\"tile__value\">2</p>");
        page.says("SEAT_HEATING");
    }
}
