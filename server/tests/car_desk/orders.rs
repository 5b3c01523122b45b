//! What people of the dealership do on the page of an order.

use super::hall::{BUILT, HOME, Hall, PICK_UP, Sale, post_paper, says_not};
use crate::support::Engine;
use caas::sales::model::{DeliveryMode, OrderStatus};
use caas::sales::payment::CarPayment;
use caas::sql;

#[tokio::test]
async fn papers_are_accepted_or_refused_with_a_reason() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.sale(hall.madrid, PICK_UP).await;
        hall.pays(id, CarPayment::Reservation).await;
        post_paper(&mut hall.app, id, "PURCHASE_CONTRACT", b"%PDF-1.7 contract").await.expect(303);
        assert_eq!(hall.needs(id).await, ["documentos", "pago-final"]);
        let page = hall.page(id).await;
        let file = page.body.split("/documentos/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let answer = hall.get(&format!("/concesionario/pedidos/{id}/documentos/{file}")).await;
        assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
        assert_eq!(answer.body, "%PDF-1.7 contract");

        let fields = [("id", file.as_str()), ("kind", "PURCHASE_CONTRACT"), ("reason", " ")];
        hall.send("documento-rechazar", id, &fields).await.says("Explica en una o dos frases");
        let fields = [("id", file.as_str()), ("kind", "PURCHASE_CONTRACT"), ("reason", "Falta la firma")];
        hall.send("documento-rechazar", id, &fields).await.says("Falta la firma");
        assert_eq!(hall.needs(id).await, ["pago-final"]);

        post_paper(&mut hall.app, id, "PURCHASE_CONTRACT", b"%PDF-1.7 signed").await.expect(303);
        let page = hall.page(id).await;
        let file = page.body.split("/documentos/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        hall.send("documento-aceptar", id, &[("id", &file)]).await.says("Aceptado");
        assert_eq!(hall.needs(id).await, ["pago-final"]);
        hall.app.run_jobs().await;
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn a_paper_that_comes_early_is_to_be_looked_at_at_once() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.sale(hall.madrid, BUILT).await;
        post_paper(&mut hall.app, id, "PURCHASE_CONTRACT", b"%PDF-1.7 contract").await.expect(303);
        assert_eq!(hall.needs(id).await, ["documentos"], "before the señal");
        hall.pays(id, CarPayment::Reservation).await;
        assert_eq!(hall.order(id).await.status, OrderStatus::OrderPlaced);
        assert_eq!(hall.needs(id).await, ["documentos"], "while it is built");
        let page = hall.page(id).await;
        let file = page.body.split("/documentos/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        hall.send("documento-aceptar", id, &[("id", &file)]).await.says("Aceptado");
        assert!(hall.needs(id).await.is_empty());
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn where_no_body_answers_the_plate_is_typed_in() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(Sale { country: "PT", ..PICK_UP }).await;
        hall.bring_all(id).await;
        assert_eq!(hall.needs(id).await, ["matriculacion", "documentos"]);
        let page = hall.page(id).await;
        page.says("Hay que matricular a mano");
        page.says("/expediente-matriculacion");
        hall.send("matricula", id, &[("plate", "???")]).await.says("No tiene la forma de una matrícula");
        let page = hall.send("matricula", id, &[("plate", "AA-01-BB")]).await;
        page.says("Matriculado");
        assert_eq!(hall.order(id).await.status, OrderStatus::ReadyForDelivery);
        assert_eq!(hall.needs(id).await, ["sin-cita"]);
        hall.app.run_jobs().await;
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn wrong_details_are_put_right_field_by_field() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(HOME).await;
        let right = [
            ("name", "Lucía Ferrer Gil"),
            ("tax_id", "12345678Z"),
            ("date_of_birth", "1985-03-02"),
            ("driver_license", ""),
            ("street", "Calle Mayor, 2"),
            ("city", "Madrid"),
            ("postal_code", "28013"),
        ];
        let mut wrong = right;
        wrong[1].1 = "12345678A";
        wrong[6].1 = "99";
        let page = hall.send("matriculacion-corregir", id, &wrong).await;
        page.says("id=\"corregir-tax_id-error\"");
        page.says("id=\"corregir-postal_code-error\"");
        page.says("value=\"12345678A\"");
        hall.send("matriculacion-corregir", id, &right).await.says("Calle Mayor, 2");
        assert_eq!(hall.order(id).await.owner.unwrap().name, "Lucía Ferrer Gil");
        hall.send("matriculacion-presentar", id, &[]).await.says("Todavía falta algo");
        hall.app.run_jobs().await;
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn a_sale_that_cant_be_registered_is_given_up_on_purpose_only() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(PICK_UP).await;
        let page = hall.send("matriculacion-abandonar", id, &[]).await;
        page.says("id=\"f-sure-error\"");
        assert_eq!(hall.order(id).await.status, OrderStatus::Registration);
        let page = hall.send("matriculacion-abandonar", id, &[("sure", "true")]).await;
        page.says("Cancelado: no se pudo matricular");
        hall.app.run_jobs().await;
        assert_eq!(hall.order(id).await.status, OrderStatus::CancelledRegistration);
        hall.page(id).await.says("Devuelto");
        let number = hall.order(id).await.number;
        hall.get("/concesionario/tablero?columna=cancelados").await.says(&number);
        // The car can be sold at once, and shows nothing of who had it.
        let stock = hall.get("/concesionario/existencias").await;
        stock.says("VSSZZZLNCTR930001");
        says_not(&stock, "Lucía");
        says_not(&stock, &number);
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn every_new_date_is_shown_with_its_reason() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.sale(hall.madrid, BUILT).await;
        hall.pays(id, CarPayment::Reservation).await;
        let caas = hall.app.caas().clone();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute
            "INSERT INTO order_estimates (id, order_id, estimated, reason, told_by, at) VALUES ($1, $2, '2027-03-15', 'Falta un módulo', 'FACTORY', $3)",
            caas.new_uuid(), id, caas.now()).unwrap();
        tx.commit().await.unwrap();
        let page = hall.page(id).await;
        page.says("15 de marzo de 2027");
        page.says("Falta un módulo");
        page.says("La fábrica lo está haciendo");
    }
}

#[tokio::test]
async fn the_way_is_changed_at_the_desk_until_it_is_too_late() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(PICK_UP).await;
        hall.page(id).await.says("Cambiar a entrega a domicilio");
        let page = hall.send("entrega-forma", id, &[("way", "HOME")]).await;
        page.says("A domicilio");
        page.says("Cambiar a recogida aquí");
        assert_eq!(hall.order(id).await.delivery(), DeliveryMode::Home);
        hall.app
            .post_form("/api/concesionario/entrega-forma", &[("order", &id.to_string()), ("way", "DRONE")])
            .await
            .expect(404);
        // An administrator may as well.
        hall.becomes("administrator").await;
        hall.send("entrega-forma", id, &[("way", "PICK_UP")]).await.says("Recogida en el concesionario");
        hall.becomes("dealer").await;
        hall.bring_all(id).await;
        assert_eq!(hall.order(id).await.status, OrderStatus::ReadyForDelivery);
        says_not(&hall.page(id).await, "/api/concesionario/entrega-forma");
        hall.send("entrega-forma", id, &[("way", "HOME")]).await;
        assert_eq!(hall.order(id).await.delivery(), DeliveryMode::PickUp, "too late");
        hall.app.run_jobs().await;
        hall.app.verify().await;
    }
}
