//! The ways out of a case, from the agent's button to what the customer sees.

use crate::support_pages::counter::*;

#[tokio::test]
async fn an_activation_by_hand_is_free() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.page().await.says("Primero se pregunta al coche");
        counter.send("activar-a-mano", &[("terms", "FREE")]).await.says("Está anotado en el caso.");
        counter.scene.soon().await;
        let page = counter.page().await;
        page.says("El coche ha confirmado la activación a mano.");
        page.says("El caso está resuelto");
        counter.becomes("customer").await;
        let order = counter.order.clone();
        counter.scene.app.get(&order).await.expect(200).says("Activo");
        counter.verify().await;
    }
}

#[tokio::test]
async fn a_new_hold_needs_the_customers_own_click() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.send("activar-a-mano", &[("terms", "HOLD")]).await.says("Se ha pedido al cliente");
        counter.scene.soon().await;
        let order = counter.order.clone();
        let id = id_of(&order).to_owned();
        counter.becomes("customer").await;
        let page = counter.scene.app.get(&order).await.expect(200);
        page.says("Soporte puede intentarlo otra vez");
        page.says("Acepto que se retengan 249,00\u{a0}€");
        let held = counter.scene.app.sandbox().payments().len();
        let page = counter.scene.app.submit("/api/activacion/retencion-aceptar", &[("id", &id)]).await.expect(200);
        page.says("Pedimos la retención a tu banco");
        says_not(&page, "Acepto la retención");
        // A second click holds nothing more.
        counter
            .scene
            .app
            .submit("/api/activacion/retencion-aceptar", &[("id", &id)])
            .await
            .expect(200)
            .says("Esto ya no está pendiente.");
        counter.scene.soon().await;
        assert_eq!(counter.scene.app.sandbox().payments().len(), held + 1);
        counter.scene.app.get(&order).await.expect(200).says("Activo");
        counter.verify().await;
    }
}

#[tokio::test]
async fn a_new_hold_can_be_refused() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.send("activar-a-mano", &[("terms", "HOLD")]).await.says("Se ha pedido al cliente");
        let order = counter.order.clone();
        let id = id_of(&order).to_owned();
        counter.becomes("customer").await;
        let page = counter.scene.app.submit("/api/activacion/retencion-rechazar", &[("id", &id)]).await.expect(200);
        page.says("De acuerdo: no se retiene nada.");
        counter.becomes("support").await;
        counter.page().await.says("El cliente no quiere una retención nueva.");
        counter.verify().await;
    }
}

#[tokio::test]
async fn a_permanent_failure_costs_nothing_and_its_discount_is_shown_and_used_once() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        // Without the tick nothing happens, and the text stays.
        let fields = [("text", "El módulo no es compatible."), ("percent", "50"), ("service", "")];
        counter.send("fallo-definitivo", &fields).await.says("El módulo no es compatible.");
        let fields = [("text", "El módulo no es compatible."), ("percent", "95"), ("sure", "true")];
        counter.send("fallo-definitivo", &fields).await.says("No se ha guardado nada.");
        let fields = [("text", "El módulo no es compatible."), ("percent", "50"), ("service", ""), ("sure", "true")];
        let page = counter.send("fallo-definitivo", &fields).await;
        page.says("Fallo definitivo. El cobro neto es cero");
        page.says("Neto: 0,00\u{a0}€");
        let mails = counter.mails().await;
        assert!(mails.iter().any(|mail| mail.contains("El módulo no es compatible.")), "{mails:?}");

        counter.becomes("customer").await;
        let path = counter.scene.path(NAVIGATION, OfferKind::Temporary).await;
        let page = counter.scene.app.get(&path).await.expect(200);
        page.says("menos tu descuento del 50\u{a0}%");
        let order = counter.scene.order(NAVIGATION, OfferKind::Temporary).await;
        counter.scene.soon().await;
        counter.scene.app.get(&order).await.expect(200).says("50\u{a0}% menos");
        let path = counter.scene.path(AUDIO, OfferKind::Temporary).await;
        says_not(&counter.scene.app.get(&path).await.expect(200), "tu descuento");
        counter.verify().await;
    }
}

#[tokio::test]
async fn the_workshop_sees_the_car_on_its_desk() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.send("cita", &[("text", "Revisar el módulo M7")]).await.says("Se ha pedido cita");
        counter.becomes("dealer").await;
        let desk = counter.scene.app.get("/concesionario").await.expect(200);
        desk.says("Revisar el módulo M7");
        let (_, rest) = desk.body.split_once("/api/concesionario/cita-dada").unwrap();
        let id = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        for who in ["support", "customer", "operations"] {
            counter.becomes(who).await;
            counter.scene.app.post_form("/api/concesionario/cita-dada", &[("id", &id)]).await.expect(404);
        }
        counter.becomes("dealer").await;
        let desk = counter.scene.app.submit("/api/concesionario/cita-dada", &[("id", &id)]).await.expect(200);
        says_not(&desk, "Revisar el módulo M7");
        counter.scene.app.post_form("/api/concesionario/cita-dada", &[("id", &id)]).await.expect(404);
        counter.becomes("support").await;
        counter.page().await.says("El concesionario ha dado la cita.");
    }
}

#[tokio::test]
async fn a_theft_is_noted_and_changes_nothing() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.send("robo", &[("text", "Se lo llevaron anoche")]).await;
        page.says("Está anotado en el caso.");
        page.says("Activar a mano");
        let mails = counter.mails().await;
        assert!(!mails.iter().any(|mail| mail.contains("Se lo llevaron anoche")), "what was told is not sent around");
        counter.send("robo", &[("text", " ")]).await.says("No se ha guardado nada.");
        counter.verify().await;
    }
}

#[tokio::test]
async fn cases_that_are_alike_get_one_answer() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        says_not(&counter.page().await, "Otro caso igual");
        // The same fault again, after the first was given up: a second order of the same service.
        let fields = [("text", "No es compatible."), ("percent", ""), ("sure", "true")];
        counter.send("fallo-definitivo", &fields).await;
        counter.scene.app.run_jobs().await;
        counter.send("reabrir", &[]).await;
        counter.becomes("customer").await;
        let nack = FaultRule::vehicle(lince(), Fault::Nack { code: ErrorCode::ModuleFault }).times(1);
        counter.scene.app.sandbox().set_fault(nack);
        counter.scene.order(SEATS, OfferKind::Permanent).await;
        counter.scene.soon().await;
        counter.becomes("support").await;
        counter.number = "OTA-000002".to_owned();
        let page = counter.page().await;
        page.says("Otro caso igual");
        page.says("/soporte/OTA-000002/parecidos");
        let page = counter.scene.app.get("/soporte/OTA-000002/parecidos").await.expect(200);
        page.says("caso-OTA-000001");
        let fields = [
            ("number", "OTA-000002"),
            ("numbers[]", "OTA-000001"),
            ("numbers[]", "OTA-000002"),
            ("numbers[]", "GEN-000009"),
            ("text", "Caso {{ticket}}: seguimos."),
            ("email", "true"),
            ("then", "OPEN"),
        ];
        let page = counter.scene.app.submit("/api/soporte/responder-parecidos", &fields).await.expect(200);
        page.says("Respuestas enviadas: 2");
        let mails = counter.mails().await;
        for number in ["OTA-000001", "OTA-000002"] {
            assert!(
                mails.iter().any(|mail| mail.contains(&format!("Caso {number}: seguimos."))),
                "{number}: {mails:?}"
            );
        }
        let page = counter
            .scene
            .app
            .submit("/api/soporte/responder-parecidos", &[("number", "OTA-000002"), ("text", "Hola"), ("then", "OPEN")])
            .await;
        page.expect(200).says("Rellena este campo.");
    }
}
