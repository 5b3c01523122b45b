//! Ways to pay: adding them on the bank's page, preferring, removing, confirming with the bank.

use crate::purchase_pages::scene::*;

#[tokio::test]
async fn without_a_way_to_pay_that_comes_first() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let form = scene.form(SEATS, OfferKind::Permanent).await;
        let id = scene.method(scene.customer).await.to_string();
        let page = scene.app.submit("/api/metodos-de-pago/quitar", &[("id", &id)]).await.expect(200);
        page.says("Método de pago quitado.");
        page.says("Todavía no hay ninguno");
        let answer = scene.send(&form).await;
        let page = follow(&mut scene.app, answer).await;
        page.says("Primero, con qué pagar");
        says_not(&page, "Pedido con obligación de pago");
        let back = scene.path(SEATS, OfferKind::Permanent).await;
        let bank = scene.app.post_form("/api/metodos-de-pago/nuevo", &[("back", &back)]).await.expect(303);
        let url = bank.location().unwrap().to_owned();
        assert!(url.contains("/hosted/setup/"), "{url}");
        let origin = url.split("/hosted").next().unwrap();
        let csp = bank.header("content-security-policy").unwrap();
        assert!(csp.split("form-action").nth(1).unwrap().contains(origin), "the form may lead there: {csp}");

        // The bank has not said anything yet.
        let session = url.rsplit('/').next().unwrap().to_owned();
        let vuelta = format!("/cuenta/metodos-de-pago/vuelta?session={session}");
        let page = scene.app.get(&vuelta).await.expect(200);
        page.says("Estamos esperando al banco");
        assert!(page.header("refresh").is_some());
        scene.app.sandbox().change(|world, now| world.complete_session(&session, TestCard::GoodVisa, now)).unwrap();
        let answer = scene.app.get(&vuelta).await;
        assert_eq!(answer.location(), Some(back.as_str()));
        let page = follow(&mut scene.app, answer).await;
        page.says("Método de pago añadido.");
        page.says("Pedido con obligación de pago");
        // The same link once more adds nothing.
        assert_eq!(scene.app.get(&vuelta).await.location(), Some(back.as_str()));
        let own = methods::list(&mut scene.app.caas().db.read().await.unwrap(), scene.customer).await.unwrap();
        assert_eq!(own.len(), 1);
    }
}

#[tokio::test]
async fn turning_back_at_the_banks_page_is_no_error() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let bank = scene.app.post_form("/api/metodos-de-pago/nuevo", &[("back", "//evil.example")]).await.expect(303);
        let session = bank.location().unwrap().rsplit('/').next().unwrap().to_owned();
        scene.app.sandbox().change(|world, _| world.gateway_mut().abandon_session(&session)).unwrap();
        let answer = scene.app.get(&format!("/cuenta/metodos-de-pago/vuelta?session={session}")).await;
        assert_eq!(answer.location(), Some("/cuenta/metodos-de-pago"));
        follow(&mut scene.app, answer).await.says("No se ha añadido ningún método de pago.");
    }
}

#[tokio::test]
async fn no_page_waits_for_a_bank_that_hangs() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let bank = scene.app.post_form("/api/metodos-de-pago/nuevo", &[("back", "")]).await.expect(303);
        let session = bank.location().unwrap().rsplit('/').next().unwrap().to_owned();
        scene.app.sandbox().set_fault(FaultRule::gateway(Fault::Hang));
        #[expect(clippy::disallowed_methods, reason = "how long a real browser waits is measured")]
        let begin = std::time::Instant::now();
        let answer = scene.app.post_form("/api/metodos-de-pago/nuevo", &[("back", "/cuenta")]).await;
        assert_eq!(answer.location(), Some("/cuenta"));
        follow(&mut scene.app, answer).await.says("El banco no responde ahora.");
        scene
            .app
            .get(&format!("/cuenta/metodos-de-pago/vuelta?session={session}"))
            .await
            .expect(200)
            .says("Estamos esperando al banco");
        assert!(begin.elapsed().as_secs_f64() < 6.0, "two calls of two seconds each");
    }
}

#[tokio::test]
async fn preferring_and_removing_ways_to_pay() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let visa = scene.method(scene.customer).await.to_string();
        scene.pays_with(TestCard::GoodMastercard).await;
        let page = scene.app.get("/cuenta/metodos-de-pago").await.expect(200);
        page.says("Visa ···· 4242");
        page.says("Mastercard ···· 4444");
        page.says("Caduca en 12/2029");
        assert_eq!(page.body.matches("Predeterminado").count(), 1);
        let page = scene.app.submit("/api/metodos-de-pago/preferido", &[("id", &visa)]).await.expect(200);
        page.says("A partir de ahora te lo proponemos primero.");
        assert_eq!(scene.method(scene.customer).await.to_string(), visa);
        scene.app.submit("/api/metodos-de-pago/quitar", &[("id", &visa)]).await.expect(200);
        scene.app.post_form("/api/metodos-de-pago/quitar", &[("id", &visa)]).await.expect(404);
        let page = scene.app.get("/cuenta/metodos-de-pago").await.expect(200);
        says_not(&page, "Visa ···· 4242");
        page.says("Predeterminado");
    }
}

#[tokio::test]
async fn the_bank_asks_the_customer_to_confirm() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::NeedsAuthentication).await;
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        scene.app.run_jobs().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Tu banco te pide que confirmes el pago");
        page.says("No se ha retenido ni cobrado nada.");
        page.says("Confirmar con el banco");
        page.says("/hosted/authenticate/");
        let (_, url) = page.body.split_once("/hosted/authenticate/").unwrap();
        let payment: String = url.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect();
        scene.app.sandbox().change(|world, _| world.gateway_mut().confirm_authentication(&payment)).unwrap();

        // The bank's page leads back here, and the order goes on by itself.
        let answer = scene.app.get(&format!("/cuenta/metodos-de-pago/vuelta?session=x&payment={payment}")).await;
        assert_eq!(answer.location(), Some(path.as_str()));
        follow(&mut scene.app, answer).await.says("Lo estamos comprobando con tu banco.");
        let answer = scene.app.post_form("/api/activacion/confirmado", &[("id", id_of(&path))]).await;
        follow(&mut scene.app, answer).await.says("No hay nada que confirmar con tu banco.");
        scene.soon().await;
        scene.app.get(&path).await.expect(200).says("Activo: tu coche lo ha confirmado");
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn the_customer_says_that_it_is_confirmed() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::NeedsAuthentication).await;
        let path = scene.order(SEATS, OfferKind::Permanent).await;
        scene.app.run_jobs().await;
        // Not true: the bank asks once more.
        let answer = scene.app.post_form("/api/activacion/confirmado", &[("id", id_of(&path))]).await;
        follow(&mut scene.app, answer).await.says("Lo estamos comprobando con tu banco.");
        scene.app.run_jobs().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Tu banco te pide que confirmes el pago");
        // Or it is given up.
        let page = scene.app.submit("/api/activacion/cancelar", &[("id", id_of(&path))]).await.expect(200);
        page.says("Pedido cancelado. No se te ha cobrado nada.");
        page.says("No se te ha cobrado nada, ni se ha retenido.");
        scene.app.verify().await;
    }
}
