//! Cancelling, with the period and at once, and taking that back.

use super::*;
use caas::subscriptions::end::cost_of_ending_now;
use chrono::TimeDelta;

#[tokio::test]
async fn cancelled_for_the_end_of_the_period_and_reactivated() {
    for engine in Engine::all() {
        let mut scene = signed_in(engine).await;
        let id = scene.id.to_string();
        let price = euros(scene.subscription().await.price());
        let page = scene.page().await;
        page.says("¿Cancelar cuando acabe el 22 dic 2026?");
        page.says(&format!("se factura el periodo entero, {price}"));
        let page = scene.app.submit("/api/suscripciones/cancelar-al-final", &[("id", &id)]).await.expect(200);
        page.says("Hecho: la suscripción termina con este periodo.");
        page.says("Termina cuando acabe el 22 dic 2026");
        says_not(&page, "¿Cancelar cuando acabe");
        let page = scene.app.submit("/api/suscripciones/reactivar", &[("id", &id)]).await.expect(200);
        page.says("Reactivada: la suscripción sigue cada mes.");
        page.says("Activa");
        // Another tab, a second click: said beside the button, and nothing happens.
        let page = scene.app.submit("/api/suscripciones/reactivar", &[("id", &id)]).await.expect(200);
        page.says("Ya estaba así.");
        scene.app.submit("/api/suscripciones/cancelar-al-final", &[("id", &id)]).await.expect(200);
        scene.at("2026-12-23T12:00:00Z").await;
        assert_eq!(scene.status().await, "CANCELLED");
        scene.app.sign_in("customer").await;
        let page = scene.page().await;
        page.says("Terminó el 23 dic 2026");
        page.says("La cancelaste al final del periodo.");
        says_not(&page, "Cancelar ahora mismo");
        scene.app.get("/expediente/suscripciones").await.expect(200).says("Terminadas");
        scene.proven().await;
    }
}

#[tokio::test]
async fn cancelled_at_once_for_the_amount_that_was_shown() {
    for engine in Engine::all() {
        let mut scene = signed_in(engine).await;
        scene.pass(TimeDelta::days(10)).await;
        scene.app.sign_in("customer").await;
        let id = scene.id.to_string();
        let cost = cost_of_ending_now(&scene.subscription().await, scene.app.now());
        assert_eq!(cost.period.days(), 10);
        let shown = cost.amount.cents.0.to_string();
        let page = scene.page().await;
        page.says(&format!("Sí, cancelar ahora y pagar {}", euros(cost.amount)));
        page.says("10 días de 30");
        // Midnight passes while the page is open.
        scene.pass(TimeDelta::days(1)).await;
        scene.app.sign_in("customer").await;
        let form = [("id", id.as_str()), ("shown", &shown), ("currency", "EUR")];
        let page = scene.app.submit("/api/suscripciones/cancelar-ahora", &form).await.expect(200);
        page.says("Mientras mirabas ha cambiado el importe");
        assert_eq!(scene.status().await, "ACTIVE");
        let cost = cost_of_ending_now(&scene.subscription().await, scene.app.now());
        let shown = cost.amount.cents.0.to_string();
        let form = [("id", id.as_str()), ("shown", &shown), ("currency", "EUR")];
        let page = scene.app.submit("/api/suscripciones/cancelar-ahora", &form).await.expect(200);
        page.says("Hecho: la suscripción ha terminado");
        page.says("La cancelaste en el momento.");
        scene.run().await;
        let [invoice] = &scene.invoices().await[..] else { panic!("one invoice") };
        assert_eq!(invoice.gross(), cost.amount);
        let page = scene.app.get(&format!("/expediente/facturas/{}", invoice.id)).await.expect(200);
        page.says("Factura de los días usados");
        page.says("11 días de 30");
        let page = scene.app.submit("/api/suscripciones/cancelar-ahora", &form).await.expect(200);
        page.says("Terminó el");
        assert_eq!(scene.invoices().await.len(), 1);
        scene.proven().await;
    }
}
