//! Pick-ups: free times by day, booked once, moved, and said where and what to bring.

use super::scene::*;
use caas::sales::model::OrderEvent as E;

/// A car at the dealership with its plate, waiting for its customer.
async fn ready(scene: &mut Scene, to: To) -> OrderId {
    let order = scene.sale(From::Stock, to).await;
    let all = [
        E::ReservationPaid,
        E::Arrived,
        E::FinalPaymentRequested,
        E::FinalPaymentReceived,
        E::RegistrationStarted,
        E::PlateAssigned,
    ];
    scene.steps(order, &all).await;
    order
}

/// The times of the page in their order.
fn times(page: &Answer) -> Vec<String> {
    page.body.split("name=\"at\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_time_is_booked_and_moved() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = ready(&mut scene, To::Dealership).await;
        scene.page(order, "").await.expect(200).says("Elige cuándo recoges tu coche");
        scene.app.get("/expediente").await.expect(200).says("Elige cuándo recoges tu coche");
        let page = scene.page(order, "/recogida").await.expect(200);
        page.says("martes, 24 de noviembre de 2026");
        page.says("Qué llevar");
        page.says("CaaS Madrid Castellana");
        let (free, id) = (times(&page), order.to_string());
        assert!(free.len() > 20);
        // No time chosen, and one that there is not.
        for at in ["", "2026-11-24T03:17:00Z"] {
            let answer = scene.app.post_form("/api/pedidos/recogida", &[("order", &id), ("at", at)]).await;
            follow(&mut scene.app, answer).await.expect(200).says("Elige una de las horas libres.");
        }
        let answer = scene.app.post_form("/api/pedidos/recogida", &[("order", &id), ("at", &free[20])]).await;
        let page = follow(&mut scene.app, answer).await.expect(200);
        page.says("Cita confirmada");
        page.says("Tu cita es el");
        page.says("Cambiar la cita");
        assert_eq!(scene.status(order).await, "DELIVERY_SCHEDULED");
        scene.page(order, "").await.expect(200).says("Recoges tu coche el");
        let answer = scene.app.post_form("/api/pedidos/recogida", &[("order", &id), ("at", &free[25])]).await;
        follow(&mut scene.app, answer).await.expect(200).says("Cita confirmada");
        let mut tx = scene.read().await;
        let all = sql!(
            &mut tx,
            all(String, String),
            "SELECT state, 'x' FROM pick_ups WHERE order_id = $1 ORDER BY created_at, state DESC",
            order
        )
        .unwrap();
        assert_eq!(all.iter().filter(|(state, _)| state == "BOOKED").count(), 1, "{all:?}");
        drop(tx);
        scene.page(order, "").await.expect(200).says("Se cambió la cita para recoger el coche");
    }
}

#[tokio::test]
async fn a_full_time_is_said_and_another_one_chosen() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let mut orders = Vec::new();
        for _ in 0..3 {
            orders.push(ready(&mut scene, To::Dealership).await);
        }
        let at = times(&scene.page(orders[0], "/recogida").await.expect(200))[3].clone();
        let mut said = Vec::new();
        for order in &orders {
            let id = order.to_string();
            let answer = scene.app.post_form("/api/pedidos/recogida", &[("order", &id), ("at", &at)]).await;
            let page = follow(&mut scene.app, answer).await.expect(200);
            said.push(page.body.contains("Cita confirmada"));
            if !page.body.contains("Cita confirmada") {
                page.says("No hemos podido reservar esa hora");
            }
        }
        assert_eq!(said, [true, true, false], "two cars at a time");
    }
}

#[tokio::test]
async fn who_gets_the_car_at_the_door_has_nothing_to_pick_up() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = ready(&mut scene, To::Door).await;
        scene.page(order, "").await.expect(200).says("estamos acordando el transporte");
        scene.page(order, "/recogida").await.expect(303);
        // Absent: the car is at the dealership, and the customer chooses.
        scene.steps(order, &[E::DeliveryScheduled, E::ReturnedToDealership]).await;
        let page = scene.page(order, "").await.expect(200);
        page.says("Tu coche te espera en el concesionario: elige cuándo recogerlo");
        page.says("No había nadie: volvió al concesionario");
        scene.page(order, "/recogida").await.expect(200).says("Horas libres");
    }
}

#[tokio::test]
async fn the_way_is_changed_on_the_order_until_the_transport_has_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Stock, To::Door).await;
        let id = order.to_string();
        let change = |way: &'static str| vec![("order", id.clone()), ("way", way.to_owned())];
        let send = async |scene: &mut Scene, form: Vec<(&'static str, String)>| {
            let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = scene.app.post_form("/api/pedidos/entrega", &fields).await;
            follow(&mut scene.app, answer).await.expect(200)
        };
        scene.page(order, "").await.expect(200).says("Prefiero recogerlo en el concesionario");
        let page = send(&mut scene, change("PICK_UP")).await;
        page.says("Lo recoges en el concesionario");
        page.says("Prefiero que me lo llevéis a casa");
        page.says("Elegiste recoger el coche en el concesionario");
        let page = send(&mut scene, change("HOME")).await;
        page.says("Te lo llevamos a casa");
        // Another's order does not exist, and a way that there is not neither.
        scene.app.post_form("/api/pedidos/entrega", &[("order", &id), ("way", "DRONE")]).await.expect(404);

        let steps = [
            E::ReservationPaid,
            E::Arrived,
            E::FinalPaymentRequested,
            E::FinalPaymentReceived,
            E::RegistrationStarted,
            E::PlateAssigned,
            E::DeliveryScheduled,
        ];
        scene.steps(order, &steps).await;
        let page = scene.page(order, "").await.expect(200);
        page.says("ya no se puede cambiar por recogerlo");
        says_not(&page, "Prefiero recogerlo");
        send(&mut scene, change("PICK_UP")).await.says("ya es tarde para eso");
    }
}
