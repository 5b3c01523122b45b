//! The one-time code: only after the hand-over, shown once.

use super::scene::*;
use caas::sales::model::OrderEvent as E;

#[tokio::test]
async fn the_code_comes_with_the_hand_over_and_is_shown_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Stock, To::Dealership).await;
        let id = order.to_string();
        let page = scene.page(order, "/vinculo").await.expect(200);
        page.says("Aún no: el código llega con la entrega");
        says_not(&page, "/api/pedidos/vinculo");
        let answer = scene.app.post_form("/api/pedidos/vinculo", &[("order", &id)]).await;
        follow(&mut scene.app, answer).await.expect(200).says("Aún no");
        let all = [
            E::ReservationPaid,
            E::Arrived,
            E::FinalPaymentRequested,
            E::FinalPaymentReceived,
            E::RegistrationStarted,
            E::PlateAssigned,
            E::HandedOver,
        ];
        scene.steps(order, &all).await;
        scene.page(order, "").await.expect(200).says("Vincular el móvil");

        let page = scene.page(order, "/vinculo").await.expect(200);
        page.says("Todavía no hay ninguno.");
        let answer = scene.app.post_form("/api/pedidos/vinculo", &[("order", &id)]).await;
        let page = follow(&mut scene.app, answer).await.expect(200);
        page.says("Tu código");
        page.says("Vale una sola vez");
        let shown = page.body.split_once("link-code__code").unwrap().1.split_once("aria-hidden=\"true\">").unwrap().1;
        let code = shown.split('<').next().unwrap().to_owned();
        assert_eq!(code.len(), 9, "{code}");
        // A reload does not show it again.
        let page = scene.page(order, "/vinculo").await.expect(200);
        says_not(&page, &code);
        page.says("Hay un código sin usar");
        let caas = scene.caas();
        let customer = scene.customer;
        let mut tx = caas.db.begin().await.unwrap();
        caas::sales::delivery::link_codes::link(&caas, &mut tx, customer, &code, "Móvil de Lucía")
            .await
            .unwrap()
            .unwrap();
        tx.commit().await.unwrap();
        let page = scene.page(order, "/vinculo").await.expect(200);
        page.says("Móvil de Lucía");
        says_not(&page, "Hay un código sin usar");
    }
}
