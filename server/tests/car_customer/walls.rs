//! Another's order does not exist, and each try is noted.

use super::scene::*;

#[tokio::test]
async fn another_customers_order_does_not_exist() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        let id = order.to_string();
        let form = scene.pay_form(order, "/senal").await;
        let parts = ["", "/senal", "/pago-final", "/documentos", "/recogida", "/vinculo"];
        scene.app.new_browser();
        scene.app.sign_in(OTHER_CUSTOMER).await;
        let before = scene.refusals().await;
        for part in parts {
            scene.page(order, part).await.expect(404);
        }
        scene.send_form("/api/pedidos/pagar", &form).await.expect(404);
        scene.app.post_form("/api/pedidos/confirmado", &[("order", &id), ("which", "FINAL")]).await.expect(404);
        scene
            .app
            .post_form("/api/pedidos/recogida", &[("order", &id), ("at", "2026-11-24T09:00:00Z")])
            .await
            .expect(404);
        scene.app.post_form("/api/pedidos/vinculo", &[("order", &id)]).await.expect(404);
        scene.app.post_form("/api/pedidos/titular", &[("order", &id), ("name", "X")]).await.expect(404);
        scene.app.post_form("/api/pedidos/entrega", &[("order", &id), ("way", "PICK_UP")]).await.expect(404);
        scene.app.call("/api/pedidos/historia", &[("id", &id)]).await.expect(404);
        scene.app.call("/api/pedidos/sello", &[("id", &id)]).await.expect(404);
        scene.app.get(&format!("/eventos?tema=order:{id}")).await.expect(404);
        assert!(scene.refusals().await >= before + 14, "each try is noted");
        let page = scene.app.get("/expediente").await.expect(200);
        says_not(&page, &id);

        for role in ["support", "dealer", "operations", "administrator"] {
            scene.app.new_browser();
            scene.app.sign_in(role).await;
            for part in parts {
                scene.page(order, part).await.expect(404);
            }
            scene.send_form("/api/pedidos/pagar", &form).await.expect(404);
        }
        scene.app.new_browser();
        for part in parts {
            let answer = scene.page(order, part).await.expect(303);
            assert!(answer.location().unwrap().starts_with("/entrar?siguiente="));
        }
        scene.app.call("/api/pedidos/historia", &[("id", &id)]).await.expect(401);
        assert_eq!(scene.payments(order).await, 0);
    }
}

#[tokio::test]
async fn islands_get_finished_words() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        let id = order.to_string();
        let story = scene.app.call("/api/pedidos/historia", &[("id", &id)]).await.expect(200);
        assert!(story.body.contains("Paga la señal de 3.000,00"), "{}", story.body);
        let one = scene.app.call("/api/pedidos/sello", &[("id", &id)]).await.expect(200).body;
        assert_eq!(scene.app.call("/api/pedidos/sello", &[("id", &id)]).await.expect(200).body, one);
        scene.step(order, caas::sales::model::OrderEvent::ReservationPaid).await;
        assert_ne!(scene.app.call("/api/pedidos/sello", &[("id", &id)]).await.expect(200).body, one);
    }
}
