//! Orders that ended without a car stay readable: what happened, and what the payments prove of the money.

use super::scene::*;
use caas::sales::model::OrderEvent as E;
use caas::sales::{orders, payment};

#[tokio::test]
async fn a_car_that_is_not_built_gives_the_reservation_back() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        scene.pays(order, "/senal", TestCard::GoodVisa).await.expect(303);
        scene.app.run_jobs().await;
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let mut loaded = orders::load(&mut tx, order).await.unwrap();
        orders::apply(&caas, &mut tx, &mut loaded, E::FactoryRejected, orders::Cause::by(Actor::FACTORY))
            .await
            .unwrap();
        payment::refund_all(&caas, &mut tx, &loaded, "FACTORY_REJECTED").await.unwrap();
        tx.commit().await.unwrap();
        let page = scene.page(order, "").await.expect(200);
        page.says("se canceló porque el coche no se va a fabricar");
        page.says("Te estamos devolviendo 3.000,00\u{a0}€");
        scene.app.run_jobs().await;
        let page = scene.page(order, "").await.expect(200);
        page.says("Te hemos devuelto todo: 3.000,00\u{a0}€, al método con el que pagaste.");
        page.says("Devuelto");
        says_not(&page, "no se devuelve");
        let page = scene.app.get("/expediente").await.expect(200);
        page.says("Cancelado");
        let mut tx = scene.read().await;
        let (body, _) = sql!(
            &mut tx,
            one(String, String),
            "SELECT body_text, status FROM notifications WHERE event = 'REFUNDED' AND channel = 'EMAIL'"
        )
        .unwrap();
        assert!(body.contains("Hemos devuelto 3.000,00"), "{body}");
    }
}

#[tokio::test]
async fn the_date_that_passes_unpaid_costs_the_car_and_says_so() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        let form = scene.pay_form(order, "/pago-final").await;
        scene.app.advance(TimeDelta::days(7));
        scene.app.sign_in("customer").await;
        // Before the job has run: the page takes nothing more.
        let page = scene.page(order, "/pago-final").await.expect(200);
        page.says("El plazo para el pago final ha terminado");
        says_not(&page, "obligación de pago");
        let answer = scene.send_form("/api/pedidos/pagar", &form).await;
        follow(&mut scene.app, answer).await.expect(200).says("Ahora no hay nada que pagar");
        scene.app.run_jobs().await;
        let page = scene.page(order, "").await.expect(200);
        page.says("se canceló porque el pago final no se hizo");
        page.says("No se devuelve: el pago final no se hizo.");
        let mut tx = scene.read().await;
        let (body, _) = sql!(
            &mut tx,
            one(String, String),
            "SELECT body_text, status FROM notifications WHERE event = 'FINAL_PAYMENT_FAILED' AND channel = 'EMAIL'"
        )
        .unwrap();
        for text in [
            "El plazo para pagarlo ha terminado.",
            "De este pago no se te ha cobrado nada.",
            "La señal de 3.000,00\u{a0}€ que pagaste no se devuelve.",
        ] {
            assert!(body.contains(text), "{text} in {body}");
        }
        drop(tx);
        scene.app.verify().await;
    }
}
