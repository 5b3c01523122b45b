//! A charge failed: the calendar, and paying with another method.

use super::*;
use chrono::TimeDelta;

#[tokio::test]
async fn the_calendar_stands_on_the_page_and_another_method_is_charged_at_once() {
    for engine in Engine::all() {
        let mut scene = past_due(engine).await;
        let (id, amount) = (scene.id.to_string(), euros(scene.subscription().await.price()));
        let page = scene.page().await;
        page.says("Cobro pendiente");
        page.says(&format!("No hemos podido cobrar {amount}"));
        page.says("El servicio sigue activo en tu coche.");
        page.says("Qué ha pasado y qué viene");
        for at in ["25 dic 2026, 00:00", "27 dic 2026, 00:00", "29 dic 2026, 00:00"] {
            page.says(at);
        }
        page.says("Si también falla: el servicio se apaga en el coche, la suscripción termina");
        page.says(&format!("Pagar {amount} ahora"));
        scene.app.get("/expediente").await.expect(200).says("no se ha podido cobrar la suscripción");

        // Without a method, with one that is not theirs, or from a page of long ago: beside the field, nothing charged.
        let page = scene.app.submit("/api/suscripciones/pagar", &[("key", KEY), ("id", &id)]).await.expect(200);
        page.says("Elige con qué pagar");
        let form = [("key", KEY), ("id", id.as_str()), ("method", "00000000-0000-7000-8000-000000000000")];
        let page = scene.app.submit("/api/suscripciones/pagar", &form).await.expect(200);
        page.says("Elige con qué pagar");
        let visa = scene.method("4242").await;
        let page = scene
            .app
            .submit("/api/suscripciones/pagar", &[("key", "old"), ("id", &id), ("method", &visa)])
            .await
            .expect(200);
        page.says("La página se había quedado antigua.");
        assert_eq!(scene.states().await, ["ISSUED"]);

        let form = [("key", KEY), ("id", id.as_str()), ("method", visa.as_str())];
        let page = scene.app.submit("/api/suscripciones/pagar", &form).await.expect(200);
        page.says("Tu banco está contestando");
        assert!(page.header("refresh").is_some(), "it completes itself");
        // A second click finds the first one's payment.
        scene.app.submit("/api/suscripciones/pagar", &form).await.expect(200);
        scene.run().await;
        let page = scene.page().await;
        page.says(&format!("Pagado: {amount}"));
        page.says("Activa");
        says_not(&page, "Qué ha pasado y qué viene");
        assert_eq!(scene.states().await, ["PAID"]);
        let invoice = scene.invoices().await[0].id;
        assert_eq!(scene.really_taken(invoice), scene.subscription().await.price_cents.0);
        let page = scene.app.submit("/api/suscripciones/pagar", &form).await.expect(200);
        says_not(&page, "Tu banco está contestando");
        let other = "k".repeat(43);
        let form = [("key", other.as_str()), ("id", id.as_str()), ("method", visa.as_str())];
        let page = scene.app.submit("/api/suscripciones/pagar", &form).await.expect(200);
        page.says("No hay nada que pagar.");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_bank_asks_to_confirm() {
    for engine in Engine::all() {
        let mut scene = past_due(engine).await;
        let id = scene.id.to_string();
        scene.pays_with(TestCard::NeedsAuthentication).await;
        // Chosen as the preferred one, it is tried at once.
        scene.run().await;
        let page = scene.page().await;
        page.says("Tu banco pide que confirmes");
        page.says("No es un rechazo.");
        let (_, url) = page.body.split_once("/hosted/authenticate/").unwrap();
        let at_bank: String = url.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect();
        scene.app.sandbox().change(|world, _| world.gateway_mut().confirm_authentication(&at_bank)).unwrap();
        let payment = scene.payments().await.last().unwrap().id.to_string();
        let form = [("id", id.as_str()), ("payment", payment.as_str())];
        let page = scene.app.submit("/api/suscripciones/pagar-confirmado", &form).await.expect(200);
        page.says("Lo estamos comprobando con tu banco.");
        scene.run().await;
        assert_eq!(scene.states().await, ["PAID"]);
        let page = scene.app.submit("/api/suscripciones/pagar-confirmado", &form).await.expect(200);
        page.says("No hay nada que confirmar con tu banco.");
        scene.pass(TimeDelta::days(1)).await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_banks_page_leads_back_to_the_invoice() {
    for engine in Engine::all() {
        let mut scene = past_due(engine).await;
        scene.pays_with(TestCard::NeedsAuthentication).await;
        scene.run().await;
        let page = scene.page().await;
        let (_, url) = page.body.split_once("/hosted/authenticate/").unwrap();
        let at_bank: String = url.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect();
        scene.app.sandbox().change(|world, _| world.gateway_mut().confirm_authentication(&at_bank)).unwrap();
        let answer = scene.app.get(&format!("/cuenta/metodos-de-pago/vuelta?session=x&payment={at_bank}")).await;
        let invoice = format!("/expediente/facturas/{}", scene.invoices().await[0].id);
        assert_eq!(answer.location(), Some(invoice.as_str()));
        scene.run().await;
        scene.app.get(&invoice).await.expect(200).says("Pagada");
        scene.proven().await;
    }
}
