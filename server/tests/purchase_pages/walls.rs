//! What is another's does not exist.

use crate::purchase_pages::scene::*;

#[tokio::test]
async fn what_is_anothers_does_not_exist() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sandbox().set_connectivity(&lince(), Connectivity::Offline);
        let order = scene.order(SEATS, OfferKind::Permanent).await;
        scene.app.run_jobs().await;
        let path = scene.path("SURROUND_VIEW", OfferKind::Permanent).await;
        let form = agree(fields(&scene.app.get(&path).await.expect(200)));
        let method = scene.method(scene.customer).await.to_string();
        let bank = scene.app.post_form("/api/metodos-de-pago/nuevo", &[("back", "/cuenta")]).await.expect(303);
        let session = bank.location().unwrap().rsplit('/').next().unwrap().to_owned();
        let id = id_of(&order).to_owned();

        scene.app.new_browser();
        scene.app.sign_in(OTHER_CUSTOMER).await;
        let before = scene.refusals().await;
        scene.app.get(&order).await.expect(404);
        scene.app.get(&path).await.expect(404);
        scene.send(&form).await.expect(404);
        scene.app.post_form("/api/activacion/cancelar", &[("id", &id)]).await.expect(404);
        scene.app.post_form("/api/activacion/confirmado", &[("id", &id)]).await.expect(404);
        scene.app.call("/api/activacion/historia", &[("id", &id)]).await.expect(404);
        scene.app.post_form("/api/metodos-de-pago/preferido", &[("id", &method)]).await.expect(404);
        scene.app.post_form("/api/metodos-de-pago/quitar", &[("id", &method)]).await.expect(404);
        scene.app.get(&format!("/cuenta/metodos-de-pago/vuelta?session={session}")).await.expect(404);
        assert_eq!(scene.refusals().await - before, 9, "each try is noted");
        // Another's card in one's own order: there is no such way to pay.
        let own_car =
            vehicles_of(&mut scene.app.caas().db.read().await.unwrap(), scene.app.sign_in(OTHER_CUSTOMER).await)
                .await
                .unwrap()[0]
                .id;
        // Looking at one's cars has the workshops asked about them.
        scene.app.get("/expediente").await.expect(200);
        scene.app.run_jobs().await;
        let answer = scene.send(&with(&form, "vehicle", &own_car.to_string())).await;
        follow(&mut scene.app, answer).await.says("el método que habías elegido ya no está");
        let page = scene.app.get("/cuenta/metodos-de-pago").await.expect(200);
        assert!(!page.body.contains(&method));

        // Staff do not buy, and nobody does without signing in.
        for role in ["support", "dealer", "operations", "administrator"] {
            scene.app.new_browser();
            scene.app.sign_in(role).await;
            scene.app.get(&path).await.expect(404);
            scene.app.get(&order).await.expect(404);
            scene.app.get("/cuenta/metodos-de-pago").await.expect(404);
            scene.send(&form).await.expect(404);
        }
        scene.app.new_browser();
        for page in [&path, &order] {
            let answer = scene.app.get(page).await.expect(303);
            assert!(answer.location().unwrap().starts_with("/entrar?siguiente="));
        }
        scene.app.call("/api/activacion/historia", &[("id", &id)]).await.expect(401);
        assert_eq!(scene.orders().await, 1);
    }
}
