//! The two payments: what a failure means stands before the button, a click pays once, the page completes itself.

use super::scene::*;

#[tokio::test]
async fn the_reservation_says_what_a_failure_means_before_the_button_and_is_paid_once() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        scene.page(order, "").await.expect(200).says("Paga la señal de 3.000,00\u{a0}€");
        let page = scene.page(order, "/senal").await.expect(200);
        let above = before(&page, "obligación de pago");
        for text in
            ["No se te cobra nada, no se encarga nada y este pedido se cancela", "No es un rechazo", "3.000,00\u{a0}€"]
        {
            assert!(above.contains(text), "`{text}` stands before the button:\n{above}");
        }
        page.says("Quedará por pagar");
        let form = scene.pay_form(order, "/senal").await;
        let answer = scene.send_form("/api/pedidos/pagar", &form).await;
        let waiting = follow(&mut scene.app, answer).await.expect(200);
        waiting.says("Tu banco está contestando");
        let refresh = waiting.header("refresh").expect("without scripts the page asks again by itself");
        assert!(refresh.starts_with(&format!("3; url=/expediente/pedidos/{order}")), "{refresh}");
        says_not(&waiting, "obligación de pago");
        // A double click, a reload, and a second tab with another form.
        scene.send_form("/api/pedidos/pagar", &form).await.expect(303);
        let mut other = form.clone();
        other.iter_mut().filter(|(name, _)| name == "key").for_each(|(_, key)| *key = "k".repeat(43));
        scene.send_form("/api/pedidos/pagar", &other).await.expect(303);
        assert_eq!(scene.payments(order).await, 1);
        scene.page(order, "").await.expect(200).says("Tu banco está contestando");

        scene.app.run_jobs().await;
        let done = scene.page(order, "/senal").await.expect(303);
        assert_eq!(done.location(), Some(format!("/expediente/pedidos/{order}").as_str()));
        let page = scene.page(order, "").await.expect(200);
        page.says("Se cobró la señal");
        page.says("La fábrica tiene tu pedido");
        // The old form pays nothing more.
        let late = scene.send_form("/api/pedidos/pagar", &form).await;
        follow(&mut scene.app, late).await;
        assert_eq!(scene.payments(order).await, 1);
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn a_declined_reservation_ends_the_order_and_nothing_was_charged() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Stock, To::Door).await;
        scene.pays(order, "/senal", TestCard::InsufficientFunds).await.expect(303);
        scene.app.run_jobs().await;
        let page = scene.page(order, "").await.expect(200);
        page.says("se canceló porque la señal no se aceptó");
        page.says("No se te ha cobrado nada y no se ha encargado ningún coche.");
        page.says("No hay saldo suficiente.");
        scene.page(order, "/senal").await.expect(303);
        // What was sent says the same.
        let mut tx = scene.read().await;
        let (body, _) = sql!(
            &mut tx,
            one(String, String),
            "SELECT body_text, status FROM notifications WHERE event = 'PAYMENT_DECLINED' AND channel = 'EMAIL'"
        )
        .unwrap();
        assert!(body.contains("No se te ha cobrado nada y no se ha encargado ningún coche."), "{body}");
        drop(tx);
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn a_technical_error_loses_nothing_and_says_so() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.app.sandbox().set_fault(FaultRule::gateway(Fault::Outage));
        scene.pays(order, "/pago-final", TestCard::GoodVisa).await.expect(303);
        scene.app.run_jobs().await;
        let page = scene.page(order, "/pago-final").await.expect(200);
        page.says("El pago no llegó a hacerse");
        page.says("no has perdido nada");
        scene.app.sandbox().clear_faults();
        scene.app.advance(TimeDelta::minutes(2));
        scene.pays(order, "/pago-final", TestCard::GoodVisa).await.expect(303);
        scene.app.run_jobs().await;
        assert_eq!(scene.status(order).await, "REGISTRATION");
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn the_final_payment_says_what_is_lost_and_until_when() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene
            .page(order, "")
            .await
            .expect(200)
            .says("Haz el pago final de 27.000,00\u{a0}€ antes del 30 nov 2026, 10:00");
        let page = scene.page(order, "/pago-final").await.expect(200);
        let above = before(&page, "obligación de pago");
        for text in [
            "Si tu banco rechaza el pago o pasa la fecha sin pagar, el pedido se cancela, el coche deja de ser tuyo y la señal de 3.000,00\u{a0}€ no se devuelve.",
            "Hasta el 30 nov 2026, 10:00",
            "No es un rechazo",
        ] {
            assert!(above.contains(text), "`{text}` stands before the button:\n{above}");
        }
        // The same was said by mail when the car arrived.
        let mut tx = scene.read().await;
        let (body, _) = sql!(
            &mut tx,
            one(String, String),
            "SELECT body_text, status FROM notifications WHERE event = 'ARRIVED' AND channel = 'EMAIL'"
        )
        .unwrap();
        drop(tx);
        for text in [
            "27.000,00\u{a0}€",
            "hasta el 30 de noviembre de 2026, 10:00",
            "la señal de 3.000,00\u{a0}€ no se devuelve",
        ] {
            assert!(body.contains(text), "{text} in {body}");
        }

        scene.pays(order, "/pago-final", TestCard::DoNotHonor).await.expect(303);
        scene.app.run_jobs().await;
        let page = scene.page(order, "").await.expect(200);
        page.says("se canceló porque el pago final no se hizo");
        page.says("la señal de 3.000,00\u{a0}€ no se devuelve. Del pago final no se te ha cobrado nada.");
        page.says("El banco no ha dado más explicación.");
        says_not(&page, "VSSZZZLNCCS");
        scene.page(order, "/pago-final").await.expect(303);
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn a_confirmation_is_no_decline_and_leads_to_the_bank_and_back() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.awaiting_the_rest().await;
        scene.pays(order, "/pago-final", TestCard::NeedsAuthentication).await.expect(303);
        scene.app.run_jobs().await;
        scene.page(order, "").await.expect(200).says("Tu banco pide que confirmes el pago");
        let page = scene.page(order, "/pago-final").await.expect(200);
        page.says("No es un rechazo");
        page.says("Confirmar en mi banco");
        let there = before(&page, "Confirmar en mi banco")
            .rsplit_once("href=\"")
            .unwrap()
            .1
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let done = reqwest::Client::new().post(&there).form(&[("decision", "confirm")]).send().await.unwrap();
        assert!(done.status().is_success() || done.status().is_redirection(), "{}", done.status());
        let (id, fields) = (order.to_string(), "/api/pedidos/confirmado");
        let answer = scene.app.post_form(fields, &[("order", &id), ("which", "FINAL")]).await;
        follow(&mut scene.app, answer).await.expect(200).says("Tu banco está contestando");
        scene.app.run_jobs().await;
        assert_eq!(scene.status(order).await, "REGISTRATION");
        let answer = scene.app.post_form(fields, &[("order", &id), ("which", "FINAL")]).await.expect(303);
        let page = follow(&mut scene.app, answer).await;
        assert!(page.status == 303 || page.body.contains("No hay nada que confirmar"));
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_form_stands_at_its_field() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let order = scene.sale(From::Factory, To::Door).await;
        let form = scene.pay_form(order, "/senal").await;
        let mut without = form.clone();
        without.retain(|(name, _)| name != "method");
        let answer = scene.send_form("/api/pedidos/pagar", &without).await;
        let page = follow(&mut scene.app, answer).await.expect(200);
        page.says("field__error");
        page.says("el método que habías elegido ya no está");
        let mut cut = form.clone();
        cut.iter_mut().filter(|(name, _)| name == "key").for_each(|(_, key)| key.clear());
        let answer = scene.send_form("/api/pedidos/pagar", &cut).await;
        follow(&mut scene.app, answer).await.expect(200).says("Falta algo para poder pagar");
        // It is not the time for the rest.
        let mut rest = form.clone();
        rest.iter_mut().filter(|(name, _)| name == "which").for_each(|(_, which)| *which = "FINAL".to_owned());
        let answer = scene.send_form("/api/pedidos/pagar", &rest).await;
        follow(&mut scene.app, answer).await.expect(200).says("Ahora no hay nada que pagar");
        scene.page(order, "/pago-final").await.expect(303);
        assert_eq!(scene.payments(order).await, 0);
    }
}
