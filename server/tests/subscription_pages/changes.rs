//! Cancelling, with the period and at once, and taking that back; another offer from the next period on.

use super::*;
use caas::catalogue::repository as catalogue;
use caas::kernel::money::Cents;
use caas::sql;
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
        let receipt =
            scene.said("SUBSCRIPTION_CANCELLED").await.into_iter().find(|said| said.channel == "EMAIL").unwrap();
        for text in ["hasta que acabe el 22 de diciembre de 2026", &price, "puedes reactivarla"] {
            assert!(receipt.text.contains(text), "{text} in {}", receipt.text);
        }
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
        let receipt =
            scene.said("SUBSCRIPTION_CANCELLED").await.into_iter().find(|said| said.channel == "EMAIL").unwrap();
        assert!(receipt.text.contains(&euros(cost.amount)), "{}", receipt.text);
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

/// What the offer of the running subscription costs in the catalogue from now on.
async fn price_is_now(scene: &Subscribed, cents: Cents) {
    let (caas, offer) = (scene.caas(), scene.subscription().await.offer_id);
    let mut tx = caas.db.begin().await.unwrap();
    sql!(&mut tx, execute "UPDATE offer_prices SET amount_cents = $1 WHERE offer_id = $2 AND country = 'ES'", cents, offer)
        .unwrap();
    catalogue::changed(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn another_price_is_chosen_for_the_next_period_undone_and_chosen_again() {
    for engine in Engine::all() {
        let mut scene = signed_in(engine).await;
        let id = scene.id.to_string();
        let s = scene.subscription().await;
        says_not(&scene.page().await, "Cambiar de oferta");
        let new = Money::new(Cents(s.price().cents.0 - 100), s.currency);
        price_is_now(&scene, new.cents).await;
        let page = scene.page().await;
        page.says("Cambiar de oferta");
        page.says(&format!("Hoy pagas {} al mes", euros(s.price())));
        page.says("Cambiar desde el 23 dic 2026");
        page.says(&format!("value=\"{}:{}\"", s.offer_id, new.cents.0));

        let choice = format!("{}:{}", s.offer_id, new.cents.0);
        let form = [("id", id.as_str()), ("offer", choice.as_str())];
        // Nothing chosen, and a price that nobody shows any more: said beside the choice, nothing happens.
        let page = scene.app.submit("/api/suscripciones/cambiar", &form[..1]).await.expect(200);
        page.says("Elige una de las ofertas.");
        let stale = format!("{}:{}", s.offer_id, s.price().cents.0);
        let page = scene.app.submit("/api/suscripciones/cambiar", &[form[0], ("offer", &stale)]).await.expect(200);
        page.says("Mientras mirabas ha cambiado el importe");
        assert_eq!(scene.subscription().await.next_price(), None);

        let page = scene.app.submit("/api/suscripciones/cambiar", &form).await.expect(200);
        page.says("Cambiada para el próximo periodo.");
        page.says(&format!("Desde el 23 dic 2026 pagas {} al mes", euros(new)));
        page.says(&format!("El periodo que corre se factura todavía a {}", euros(s.price())));
        let page = scene.app.submit("/api/suscripciones/no-cambiar", &form[..1]).await.expect(200);
        page.says("Se queda como estaba.");
        page.says("Cambiar de oferta");
        scene.app.submit("/api/suscripciones/cambiar", &form).await.expect(200);

        scene.at(FIRST_END).await;
        scene.at("2027-01-22T23:00:00Z").await;
        let gross: Vec<_> = scene.invoices().await.iter().map(|invoice| invoice.gross()).collect();
        assert_eq!(gross, [s.price(), new], "from the next period on, and not before");
        scene.app.sign_in("customer").await;
        scene.page().await.says(&format!("{} al mes", euros(new)));
        scene.proven().await;
    }
}
