//! The order's page in each state, with its dates and the reasons of every change.

use super::scene::*;
use caas::sales::factory::estimates::{self, ToldBy};
use caas::sales::model::OrderEvent as E;
use caas::sales::orders;

#[tokio::test]
async fn the_journey_tells_each_step_and_every_change_of_the_date_with_its_reason() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        scene.steps(order, &[E::ReservationPaid, E::FactoryConfirmed]).await;
        estimate(&scene, order, "2027-01-20", estimates::FIRST).await;
        let page = scene.page(order, "").await.expect(200);
        page.says("La fábrica tiene tu pedido");
        page.says("Terminado, previsto: 20 de enero de 2027");
        scene.steps(order, &[E::ProductionScheduled, E::ProductionStarted, E::QualityControlStarted]).await;
        scene.page(order, "").await.expect(200).says("Tu coche está en control de calidad");
        scene.step(order, E::ProductionStarted).await;
        estimate(&scene, order, "2027-02-12", estimates::REWORK).await;
        estimate(&scene, order, "2027-02-15", "Paint shop closed").await;
        let page = scene.page(order, "").await.expect(200);
        for text in [
            "Tu coche se está fabricando",
            "Vuelve a producción: el control de calidad encontró algo y se corrige",
            "Nueva fecha prevista: 12 de febrero de 2027. El control de calidad devolvió el coche a producción.",
            "Nueva fecha prevista: 15 de febrero de 2027. Paint shop closed",
            "Terminado, previsto: 15 de febrero de 2027",
            "aria-current=\"step\"",
        ] {
            page.says(text);
        }
        scene.steps(order, &[E::QualityControlStarted, E::ReadyForShipment, E::Shipped]).await;
        let page = scene.page(order, "").await.expect(200);
        page.says("Tu coche va camino del concesionario");
        page.says("Salió de la fábrica");
        // Each step is told once in the story, in words.
        page.says("Tu coche volvió a producción");
        says_not(&page, "QUALITY_CONTROL");
        says_not(&page, "PRODUCTION_IN_PROGRESS");
    }
}

async fn estimate(scene: &Scene, order: OrderId, day: &str, reason: &str) {
    let caas = scene.caas();
    let mut tx = caas.db.begin().await.unwrap();
    let mut order = orders::load(&mut tx, order).await.unwrap();
    assert!(estimates::note(&caas, &mut tx, &mut order, day, reason, ToldBy::Factory).await.unwrap());
    orders::save(&caas, &mut tx, &mut order).await.unwrap();
    tx.commit().await.unwrap();
    scene.app.advance(TimeDelta::seconds(1));
}

#[tokio::test]
async fn the_page_shows_the_car_the_price_line_by_line_and_where_it_goes() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        let page = scene.page(order, "").await.expect(200);
        for text in [
            "Un Lince, Azul",
            "paint-blue",
            "Enganche",
            "700,00\u{a0}€",
            "incluido (vale 99,00\u{a0}€)",
            "30.000,00\u{a0}€",
            "IVA 21\u{a0}%",
            "5.206,61\u{a0}€",
            "Plan Prueba, versión 3: el precio acordado no cambia.",
            "V-2026-700001",
            "Te lo llevamos a casa",
            "Calle Mayor 1",
            "28013 Madrid",
        ] {
            page.says(text);
        }
        let stock = scene.sale(From::Stock, To::Dealership).await;
        let page = scene.page(stock, "").await.expect(200);
        page.says("Lo recoges en el concesionario");
        // A car from stock is built and there.
        says_not(&page, "Fábrica<");
        says_not(&page, "En camino<");
    }
}

#[tokio::test]
async fn what_an_order_needs_stands_first_among_the_cars_and_at_home() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        for page in ["/expediente", "/"] {
            let page = scene.app.get(page).await.expect(200);
            page.says("Paga la señal de 3.000,00\u{a0}€ para que encarguemos tu coche");
            page.says(&format!("/expediente/pedidos/{order}/senal"));
        }
        let page = scene.app.get("/expediente").await.expect(200);
        page.says("Coches pedidos");
        page.says("Falta la señal");
        page.says(&format!("href=\"/expediente/pedidos/{order}\""));
        scene.steps(order, &[E::ReservationPaid, E::FactoryConfirmed]).await;
        // What only informs is no need of anybody's.
        let page = scene.app.get("/expediente").await.expect(200);
        page.says("Pedido a la fábrica");
        let page = scene.app.get("/expediente?tipo=ORDER").await.expect(200);
        page.says("La fábrica confirmó el pedido");
        page.says("Ver el pedido");
        scene.app.get("/expediente/pagos").await.expect(200);
    }
}
