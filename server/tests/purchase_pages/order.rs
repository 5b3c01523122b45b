//! The order form: what it shows, what it keeps, and that it buys once.

use crate::purchase_pages::scene::*;

#[tokio::test]
async fn from_the_offer_to_the_cars_word_without_javascript() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let service = scene.app.get("/catalogo/asientos-calefactados").await.expect(200);
        let path = scene.path(SEATS, OfferKind::Temporary).await;
        service.says(&path.replace('&', "&amp;"));
        let page = scene.app.get(&path).await.expect(200);
        page.says("Asientos calefactados");
        page.says("30 días");
        page.says("9,90\u{a0}€");
        page.says("IVA del 21\u{a0}% incluido");
        page.says("Visa ···· 4242");
        page.says(">Pedido con obligación de pago</button>");
        page.says("antes de que termine el plazo de desistimiento de 14 días");
        page.says("conservo el derecho de desistimiento");
        assert_eq!(page.body.matches("type=\"checkbox\"").count(), 2);
        assert!(!fields(&page).iter().any(|(name, _)| name == "start_now"), "nothing is agreed to beforehand");

        let answer = scene.send(&agree(fields(&page))).await.expect(303);
        let path = answer.location().unwrap().to_owned();
        let page = scene.app.get(&path).await.expect(200);
        page.says("Pidiendo la retención a tu banco…");
        page.says("No se te ha cobrado nada. Estamos pidiendo a tu banco que retenga 9,90\u{a0}€.");
        assert_eq!(page.header("refresh"), Some(format!("5; url={path}").as_str()));

        scene.app.run_jobs().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Activando… intento 1 de 5");
        page.says("Retenidos 9,90\u{a0}€ hasta el 30 de noviembre de 2026, no cobrados.");
        page.says("En tu Visa ···· 4242");
        page.says("La orden está enviada.");

        scene.soon().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Activo hasta el 23 de diciembre de 2026");
        page.says("Intento 1 de 5: tu coche lo ha confirmado");
        page.says("Cobrados 9,90\u{a0}€");
        page.says("<strong class=\"verdict__amount\">9,90\u{a0}€</strong>");
        assert_eq!(page.header("refresh"), None, "nothing is awaited any more");
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn the_same_form_and_two_tabs_buy_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        let other_tab = scene.form(SEATS, OfferKind::Temporary).await;
        let first = scene.send(&form).await.expect(303).location().unwrap().to_owned();
        let again = scene.send(&form).await;
        assert_eq!(again.location(), Some(first.as_str()));
        follow(&mut scene.app, again).await.says("Ya lo habías pedido: es un solo pedido");
        let other = scene.send(&other_tab).await;
        assert_eq!(other.location(), Some(first.as_str()));
        assert_eq!(scene.orders().await, 1);
        scene.soon().await;
        let late = scene.send(&form).await;
        assert_eq!(late.location(), Some(first.as_str()), "also after it was delivered");
        assert_eq!(scene.app.sandbox().payments().len(), 1);
        scene.app.verify().await;
    }
}

/// As another process notes a change of the catalogue: this one hears nothing of it, and has its own copy still.
async fn changed_elsewhere(tx: &mut caas::kernel::database::Tx) {
    sql!(tx, execute "UPDATE catalogue_revision SET revision = revision + 1").unwrap();
}

#[tokio::test]
async fn another_price_is_agreed_to_anew() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.get("/catalogo/asientos-calefactados").await.expect(200).says("249,00");
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        let offer = scene.offer(SEATS, OfferKind::Permanent).await;
        let mut tx = scene.app.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE offer_prices SET amount_cents = 19900 WHERE offer_id = $1 AND country = $2", offer, Market::Es.as_str())
            .unwrap();
        changed_elsewhere(&mut tx).await;
        tx.commit().await.unwrap();
        let answer = scene.send(&form).await;
        let page = follow(&mut scene.app, answer).await;
        page.says("El precio ha cambiado: ahora son 199,00\u{a0}€");
        page.says("Te habíamos enseñado 249,00\u{a0}€.");
        page.says("No se ha pedido ni cobrado nada.");
        assert_eq!(scene.orders().await, 0);
        let fresh = fields(&page);
        assert!(!fresh.iter().any(|(name, _)| name == "start_now"), "a new price asks for a new consent");
        scene.send(&agree(fresh)).await.expect(303);
        assert_eq!(scene.orders().await, 1);
    }
}

#[tokio::test]
async fn a_missing_consent_is_told_at_its_box_and_the_rest_is_kept() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let second = scene.pays_with(TestCard::GoodMastercard).await;
        let first = scene.method(scene.customer).await;
        assert_eq!(first, second, "the newest is proposed first");
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        let visa = {
            let own = methods::list(&mut scene.app.caas().db.read().await.unwrap(), scene.customer).await.unwrap();
            own.iter().find(|method| method.id != second).unwrap().id.to_string()
        };
        let form = without(&with(&form, "method", &visa), "withdrawal");
        let answer = scene.send(&form).await;
        let page = follow(&mut scene.app, answer).await;
        page.says("id=\"f-withdrawal-error\"");
        page.says("Marca esta casilla para pedirlo ahora.");
        says_not(&page, "id=\"f-start_now-error\"");
        let kept = fields(&page);
        assert!(kept.contains(&("start_now".into(), "true".into())));
        assert!(kept.contains(&("method".into(), visa)));
        assert_eq!(scene.orders().await, 0);
    }
}

#[tokio::test]
async fn a_subscription_says_what_a_month_costs_and_holds_nothing() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let path = scene.path(NAVIGATION, OfferKind::Subscription).await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Se cobran 9,90\u{a0}€ al terminar cada mes");
        page.says("Hoy no se cobra ni se retiene nada.");
        says_not(&page, "Tu banco retiene");
        let order = scene.send(&agree(fields(&page))).await.expect(303).location().unwrap().to_owned();
        scene.soon().await;
        let page = scene.app.get(&order).await.expect(200);
        page.says("Activo: tu coche lo ha confirmado");
        page.says("9,90\u{a0}€ al mes, que se cobran al terminar cada mes. Hoy no se cobra nada.");
        assert!(scene.app.sandbox().payments().is_empty());
    }
}

#[tokio::test]
async fn a_short_service_asks_for_the_other_consent() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let path = scene.path(AUDIO, OfferKind::Temporary).await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("dura 14 días o menos");
        says_not(&page, "conservo el derecho de desistimiento");
        let order = scene.order(AUDIO, OfferKind::Temporary).await;
        let mut tx = scene.app.caas().db.read().await.unwrap();
        let kept = sql!(tx, all(String,), "SELECT text FROM consents ORDER BY kind").unwrap();
        assert_eq!(kept.len(), 2);
        for (text,) in kept {
            page.says(&text);
        }
        drop(tx);
        scene.app.get(&order).await.expect(200);
    }
}

#[tokio::test]
async fn what_cannot_be_bought_says_why_instead_of_asking() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.order(SEATS, OfferKind::Permanent).await;
        let path = scene.path(SEATS, OfferKind::Temporary).await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Ya lo has pedido y va de camino al coche.");
        page.says(&format!("href=\"{order}\""));
        says_not(&page, "id=\"pedido\"");
        // The other car can have it.
        let offer = scene.offer(SEATS, OfferKind::Temporary).await;
        let page = scene.app.get(&format!("/comprar/{offer}?coche={}", scene.alcor)).await.expect(200);
        page.says("id=\"pedido\"");
        page.says("Alcor · 7350 LZB");
        // Where no car is named, the one that can have it stands in.
        scene.app.get(&format!("/comprar/{offer}")).await.expect(200).says(&scene.alcor.to_string());

        scene.soon().await;
        scene.app.get(&path).await.expect(200).says("Tu coche lo tiene para siempre.");
        let off_road = scene.path("OFFROAD_MODE", OfferKind::Permanent).await;
        scene.app.get(&off_road).await.expect(200).says("No encaja con el modelo de tu coche.");
    }
}

#[tokio::test]
async fn what_stopped_being_available_is_refused_with_the_reason() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        let mut tx = scene.app.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE services SET status = 'RETIRED' WHERE code = $1", SEATS).unwrap();
        changed_elsewhere(&mut tx).await;
        tx.commit().await.unwrap();
        let answer = scene.send(&form).await;
        let page = follow(&mut scene.app, answer).await;
        page.says("Ya no se vende.");
        page.says("Ver el servicio y sus ofertas");
        assert_eq!(scene.orders().await, 0);
    }
}

#[tokio::test]
async fn a_form_that_is_not_ours_orders_nothing() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        for broken in [
            with(&form, "key", ""),
            with(&form, "key", &"x".repeat(5000)),
            with(&form, "price", "nada"),
            with(&form, "currency", "XXX"),
            without(&form, "key"),
        ] {
            let answer = scene.send(&broken).await;
            follow(&mut scene.app, answer).await.says("Algo ha cambiado desde que abriste la página.");
        }
        let cheap = with(&form, "price", "1");
        let answer = scene.send(&cheap).await;
        follow(&mut scene.app, answer).await.says("El precio ha cambiado: ahora son 249,00\u{a0}€");
        scene.send(&with(&form, "offer", "nada")).await.expect(404);
        scene.send(&with(&form, "vehicle", &uuid::Uuid::nil().to_string())).await.expect(404);
        assert_eq!(scene.orders().await, 0);
    }
}
