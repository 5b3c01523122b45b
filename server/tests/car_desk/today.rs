//! What needs somebody today: each reason appears when it should, and goes.

use super::hall::{BUILT, HOME, Hall, PICK_UP, post_paper, says_not};
use crate::support::Engine;
use caas::kernel::when::{day_there, start_of_day};
use caas::sales::delivery::model::ChecklistItem;
use caas::sales::model::OrderStatus;
use caas::sales::payment::CarPayment;
use caas::sql;
use caas_sandbox::{Fault, FaultRule};
use chrono::{Days, TimeDelta};

#[tokio::test]
async fn a_sale_from_the_unpaid_reservation_to_the_key() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.sale(hall.madrid, PICK_UP).await;
        let number = hall.order(id).await.number;
        assert!(hall.needs(id).await.is_empty(), "it has just been sold");
        hall.app.advance(TimeDelta::days(2) + TimeDelta::hours(1));
        hall.becomes("dealer").await;
        assert_eq!(hall.needs(id).await, ["senal"]);
        hall.page(id).await.says("El cliente tiene que pagar la señal");

        hall.pays(id, CarPayment::Reservation).await;
        assert_eq!(hall.needs(id).await, ["pago-final"]);
        let page = hall.page(id).await;
        page.says("El cliente tiene que hacer el pago final");
        page.says("Señal");
        page.says("Cobrado");
        // The dealership sees that it is paid, not with what.
        says_not(&page, "VISA");
        says_not(&page, "•••");

        hall.pays(id, CarPayment::Final).await;
        assert_eq!(hall.needs(id).await, ["papeles"]);
        let page = hall.page(id).await;
        page.says("Falta algo para matricular");
        page.says("Contrato de compra firmado");

        // A paper that is no PDF is refused beside its field; a good one is taken.
        let answer = post_paper(&mut hall.app, id, "PURCHASE_CONTRACT", b"hello").await.expect(303);
        let back = answer.location().unwrap().to_owned();
        hall.get(&back).await.says("Sube un archivo PDF, JPEG o PNG.");
        post_paper(&mut hall.app, id, "PURCHASE_CONTRACT", b"%PDF-1.7 contract").await.expect(303);
        hall.page(id).await.says("papel.pdf");
        assert_eq!(hall.needs(id).await, ["papeles", "documentos"]);
        hall.bring_all(id).await;
        assert_eq!(hall.order(id).await.status, OrderStatus::ReadyForDelivery);

        assert_eq!(hall.needs(id).await, ["sin-cita"]);
        let page = hall.hand_over(id).await;
        page.says("Todavía no hay cita.");
        let slot =
            page.body.split("name=\"at\" value=\"").nth(1).expect("a free time").split('"').next().unwrap().to_owned();
        hall.send("cita-recogida", id, &[("at", "2026-01-01T00:00:00Z")]).await.says("Elige una de las horas libres.");
        hall.send("cita-recogida", id, &[("at", &slot)]).await.says("Cambiar la cita");
        assert_eq!(hall.order(id).await.status, OrderStatus::DeliveryScheduled);
        assert_eq!(hall.needs(id).await, ["recogidas"]);
        let week = hall.get("/concesionario/agenda").await;
        week.says(&number);
        week.says("Lucía Ferrer");

        // Not before everything is in order, and it says what is missing.
        hall.send("entrega-completar", id, &[]).await.says("Todavía falta algo");
        for item in ChecklistItem::ALL {
            hall.send("entrega-comprobar", id, &[("item", item.as_str()), ("done", "true")]).await;
        }
        hall.send("entrega-identidad", id, &[("document", "IDENTITY_CARD"), ("last_four", "12345678Z")])
            .await
            .says("Escribe los cuatro últimos signos");
        hall.send("entrega-identidad", id, &[("document", "IDENTITY_CARD"), ("last_four", "678Z")]).await.says("678Z");
        let page = hall.hand_over(id).await;
        page.says("Todo está en orden");
        page.says("Entregar la llave");
        let page = hall.send("entrega-completar", id, &[]).await;
        page.says("Vale una sola vez");
        let code = page.body.split("<output>").nth(1).unwrap().split("</output>").next().unwrap().to_owned();
        assert_eq!(code.trim().len(), 8, "{code}");
        // Shown once.
        says_not(&hall.hand_over(id).await, &code);
        assert_eq!(hall.order(id).await.status, OrderStatus::Delivered);
        assert!(hall.needs(id).await.is_empty());
        hall.get("/concesionario/tablero?columna=entregados").await.says(&number);
        hall.page(id).await.says("La venta está terminada.");
        hall.app.run_jobs().await;
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn a_missed_appointment_asks_for_another_one() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(PICK_UP).await;
        hall.bring_all(id).await;
        let page = hall.hand_over(id).await;
        let slot = page.body.split("name=\"at\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        hall.send("cita-recogida", id, &[("at", &slot)]).await;
        // Too early to say that nobody came.
        hall.send("cita-perdida", id, &[]).await.says("No hay ninguna cita.");
        hall.app.advance(TimeDelta::hours(8));
        hall.becomes("dealer").await;
        hall.hand_over(id).await.says("No ha venido…");
        hall.send("cita-perdida", id, &[]).await.says("Todavía no hay cita.");
        assert_eq!(hall.order(id).await.status, OrderStatus::ReturnedToDealership);
        assert_eq!(hall.needs(id).await, ["sin-cita"]);
        hall.get("/concesionario/agenda").await.says("Esperan una cita");
        hall.app.run_jobs().await;
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn a_transport_is_prepared_the_day_before() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(HOME).await;
        hall.bring_all(id).await;
        assert_eq!(hall.order(id).await.status, OrderStatus::DeliveryScheduled);
        let tomorrow = start_of_day(day_there(hall.app.now(), "Europe/Madrid") + Days::new(1), "Europe/Madrid");
        for (at, needs) in [(tomorrow + TimeDelta::days(5), false), (tomorrow + TimeDelta::hours(11), true)] {
            let mut tx = hall.app.caas().db.begin().await.unwrap();
            sql!(tx, execute "UPDATE deliveries SET scheduled_for = $1 WHERE order_id = $2", at, id).unwrap();
            tx.commit().await.unwrap();
            let expected: &[&str] = if needs { &["transportes"] } else { &[] };
            assert_eq!(hall.needs(id).await, expected);
        }
        hall.page(id).await.says("Comprueba el coche antes de que salga el camión.");
        // The driver completes it at the door.
        says_not(&hall.hand_over(id).await, "Entregar la llave");
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn dealers_see_that_the_factory_is_away_and_go_on_selling() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        hall.app.sandbox().set_fault(FaultRule::factory(Fault::Outage));
        let id = hall.sale(hall.madrid, BUILT).await;
        hall.pays(id, CarPayment::Reservation).await;
        assert_eq!(hall.needs(id).await, ["fabrica"]);
        for _ in 0..8 {
            hall.app.advance(TimeDelta::hours(1));
            hall.app.run_jobs().await;
        }
        hall.becomes("dealer").await;
        let page = hall.get("/concesionario").await;
        page.says("Sigue vendiendo");
        page.says("Espera 1.");
        hall.page(id).await.says("La fábrica no responde ahora");
        hall.app.sandbox().clear_faults();
        for _ in 0..4 {
            hall.app.advance(TimeDelta::hours(1));
            hall.app.run_jobs().await;
        }
        hall.becomes("dealer").await;
        // The words of the island name the banner at all times; what it says stands there only while the factory is away.
        says_not(&hall.get("/concesionario").await, "Sigue vendiendo");
        assert!(hall.needs(id).await.is_empty());
        hall.app.verify().await;
    }
}
