//! Following an order: what the page says at each step, and when it refreshes.

use crate::purchase_pages::scene::*;

#[tokio::test]
async fn a_browser_with_scripts_is_never_told_to_refresh() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        // With the address: who stands at a fragment of the page would otherwise stay there.
        let refresh = format!("5; url={path}");
        assert_eq!(scene.app.get(&path).await.expect(200).header("refresh"), Some(refresh.as_str()));
        scene.app.cookies.insert("js".into(), "1".into());
        let page = scene.app.get(&path).await.expect(200);
        assert_eq!(page.header("refresh"), None);
        page.says("<leptos-island");
        page.says("document.cookie='js=1;");
    }
}

#[tokio::test]
async fn a_declined_card_costs_nothing_and_can_be_tried_again() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::InsufficientFunds).await;
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        scene.soon().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Tu banco no ha aceptado el pago");
        page.says("No hay saldo suficiente.");
        page.says("No se te ha cobrado nada: tu banco no ha aceptado la retención.");
        page.says("<strong class=\"verdict__amount\">0,00\u{a0}€</strong>");
        let again = scene.path(SEATS, OfferKind::Permanent).await;
        page.says(&format!("href=\"{}\"", again.replace('&', "&amp;")));
        assert_eq!(page.header("refresh"), None);
        scene.app.get(&again).await.expect(200).says("Pedido con obligación de pago");
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn while_the_car_is_offline_the_page_says_why_and_when_it_goes_on() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sandbox().set_connectivity(&lince(), Connectivity::Offline);
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        scene.app.run_jobs().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Lo intentaremos de nuevo: intento 2 de 5");
        page.says("El coche no tenía conexión. No se le envió ninguna orden.");
        page.says("Siguiente intento 2 de 5");
        page.says("a las 10:01");
        page.says("ring__text\">1:00<");
        page.says("Ayuda dejar el coche donde tenga cobertura.");
        page.says("hoy, 10:00");
        scene.app.advance(TimeDelta::seconds(18));
        scene.app.get(&path).await.expect(200).says("ring__text\">0:42<");

        let told = scene.app.call("/api/activacion/historia", &[("id", id_of(&path))]).await.expect(200);
        told.says("\"seconds_left\":42");
        told.says("\"seconds_in_all\":60");

        // To the end: a person has it, and nothing was charged.
        for minutes in [1, 2, 4, 8] {
            scene.app.advance(TimeDelta::minutes(minutes));
            scene.app.run_jobs().await;
        }
        let page = scene.app.get(&path).await.expect(200);
        page.says("No se ha podido activar: lo mira una persona");
        page.says("OTA-000001");
        page.says("No se te ha cobrado nada: la retención está anulada.");
        page.says("<strong class=\"verdict__amount\">0,00\u{a0}€</strong>");
        assert_eq!(page.header("refresh"), None);
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn an_order_is_cancelled_between_two_attempts() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let path = scene.order(AUDIO, OfferKind::Temporary).await;
        scene.app.run_jobs().await;
        // The car is being told.
        let page = scene.app.submit("/api/activacion/cancelar", &[("id", id_of(&path))]).await.expect(200);
        page.says("Anotado: lo cancelamos en cuanto contesten el banco o el coche.");
        says_not(&page, "¿Cancelar el pedido?");
        scene.soon().await;
        let page = scene.app.submit("/api/activacion/cancelar", &[("id", id_of(&path))]).await.expect(200);
        page.says("Ya no se puede cancelar: el pedido está entregado o terminado.");

        scene.app.sandbox().set_connectivity(&lince(), Connectivity::Offline);
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        scene.app.run_jobs().await;
        // The question stands on a page that does not load itself anew.
        let page = scene.app.get(&path).await.expect(200);
        page.says(&format!("href=\"{path}?cancelar=si\""));
        assert!(page.header("refresh").is_some());
        let page = scene.app.get(&format!("{path}?cancelar=si")).await.expect(200);
        page.says("¿Cancelar el pedido?");
        assert_eq!(page.header("refresh"), None);
        let page = scene.app.submit("/api/activacion/cancelar", &[("id", id_of(&path))]).await.expect(200);
        page.says("Pedido cancelado");
        page.says("No se te ha cobrado nada: la retención de 249,00\u{a0}€ se está anulando.");
        scene.app.run_jobs().await;
        scene.app.get(&path).await.expect(200).says("No se te ha cobrado nada: la retención está anulada.");
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn a_bank_that_does_not_answer_is_told_as_it_is() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sandbox().set_fault(FaultRule::gateway(Fault::LostAnswer).times(1));
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        scene.app.run_jobs().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("El banco no ha contestado; lo estamos comprobando, no pagarás dos veces.");
        scene.soon().await;
        scene.app.get(&path).await.expect(200).says("Activo: tu coche lo ha confirmado");
        assert_eq!(scene.app.sandbox().payments().len(), 1);
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn a_resting_api_iot_reads_as_delayed() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sandbox().set_fault(FaultRule::iot(Fault::Outage));
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        let mut delayed = None;
        for _ in 0..30 {
            scene.app.run_jobs().await;
            let page = scene.app.get(&path).await.expect(200);
            if page.body.contains("Retrasado") {
                delayed = Some(page);
                break;
            }
            scene.order_something_else().await;
            scene.app.advance(TimeDelta::seconds(30));
        }
        let page = delayed.expect("the breaker opens");
        page.says("Retrasado: el sistema que habla con los coches está en pausa");
        page.says("no gasta ningún intento");
        page.says("Retenidos 249,00\u{a0}€");
    }
}

#[tokio::test]
async fn everything_is_told_in_english_as_well() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        let path = scene.path(SEATS, OfferKind::Temporary).await;
        let page = scene.app.get(&path).await.expect(200);
        page.says(">Order with obligation to pay</button>");
        page.says("21% VAT included.");
        page.says("You are charged only when your car confirms");
        scene.app.sandbox().set_connectivity(&lince(), Connectivity::Offline);
        let order = scene.send(&agree(fields(&page))).await.expect(303).location().unwrap().to_owned();
        scene.app.run_jobs().await;
        let page = scene.app.get(&order).await.expect(200);
        page.says("We will try again: attempt 2 of 5");
        page.says("€9.90 held until 30 November 2026, not charged.");
        page.says("The car was offline. No order was sent to it.");
        page.says("Cancel the order");
        let page = scene.app.get("/cuenta/metodos-de-pago").await.expect(200);
        page.says("Payment methods");
        page.says("Expires 12/2029");
        for spanish in ["Métodos", "Caduca", "Añadir"] {
            says_not(&page, spanish);
        }
    }
}
