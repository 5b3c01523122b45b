//! What is owed: why, what it blocks, and paying it.

use super::*;
use crate::use_cases::scenario::SEATS;
use caas::catalogue::OfferKind;
use caas::purchases::model::OrderRefusal;

#[tokio::test]
async fn a_debt_is_explained_and_paid_and_the_block_is_gone() {
    for engine in Engine::all() {
        let mut scene = in_debt(engine).await;
        let debt = scene.debt().await.unwrap();
        let (id, amount) = (debt.id.to_string(), euros(debt.amount()));
        let path = format!("/expediente/deudas/{id}");
        scene.app.get("/expediente").await.expect(200).says(&format!("Tienes {amount} por pagar"));
        let list = scene.app.get("/expediente/deudas").await.expect(200);
        list.says(&amount);
        list.says(&path);
        list.says("Suscripciones nuevas: no, hasta que pagues");
        let page = scene.app.get(&path).await.expect(200);
        page.says(&format!("Deuda de {amount}"));
        page.says("los días usados hasta que se apagó");
        for invoice in scene.invoices().await {
            page.says(&invoice.number);
        }
        page.says("Servicios de pago único: sí");
        page.says(&format!("Pagar {amount} ahora"));
        scene.page().await.says("Ver y pagar la deuda");

        // New subscriptions wait, and where they are refused stands where to pay.
        let wish = scene.form("NAV_LIVE", OfferKind::Subscription).await;
        assert_eq!(scene.place(&wish).await, Err(OrderRefusal::NotAvailable));
        let service = scene.service("NAV_LIVE").await;
        let (slug, car) = (service.slug.clone(), scene.vehicle);
        let page = scene.app.get(&format!("/catalogo/{slug}?coche={car}")).await.expect(200);
        page.says("Pago pendiente");
        page.says("href=\"/expediente/deudas\"");
        let page = scene.app.get(&format!("/comprar/{}?coche={car}", wish.offer)).await.expect(200);
        page.says("href=\"/expediente/deudas\"");
        let once = scene.form(SEATS, OfferKind::Permanent).await;
        let page = scene.app.get(&format!("/comprar/{}?coche={car}", once.offer)).await.expect(200);
        page.says("id=\"pedido\"");

        let page = scene.app.submit("/api/deudas/pagar", &[("key", KEY), ("id", &id)]).await.expect(200);
        page.says("Elige con qué pagar");
        let broke = scene.method("9995").await;
        let page =
            scene.app.submit("/api/deudas/pagar", &[("key", KEY), ("id", &id), ("method", &broke)]).await.expect(200);
        page.says("Tu banco está contestando");
        scene.run().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Tu banco no ha aceptado el último intento");
        let (visa, other) = (scene.method("4242").await, "k".repeat(43));
        let form = [("key", other.as_str()), ("id", id.as_str()), ("method", visa.as_str())];
        scene.app.submit("/api/deudas/pagar", &form).await.expect(200);
        scene.run().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Pagada el");
        page.says("Ya puedes contratar suscripciones otra vez.");
        says_not(&page, "Pagar ");
        let other = "z".repeat(43);
        let form = [("key", other.as_str()), ("id", id.as_str()), ("method", visa.as_str())];
        scene.app.submit("/api/deudas/pagar", &form).await.expect(200).says("No hay nada que pagar.");
        assert_eq!(scene.really_taken(&id), debt.amount_cents.0);

        let wish = scene.form("NAV_LIVE", OfferKind::Subscription).await;
        scene.place(&wish).await.unwrap();
        scene.run().await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_debts_payment_can_be_confirmed_with_the_bank() {
    for engine in Engine::all() {
        let mut scene = in_debt(engine).await;
        let id = scene.debt().await.unwrap().id.to_string();
        scene.pays_with(TestCard::NeedsAuthentication).await;
        let card = methods::list(&mut scene.read().await, scene.customer).await.unwrap()[0].id.to_string();
        let path = format!("/expediente/deudas/{id}");
        scene.app.submit("/api/deudas/pagar", &[("key", KEY), ("id", &id), ("method", &card)]).await.expect(200);
        scene.run().await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("Tu banco pide que confirmes");
        let (_, url) = page.body.split_once("/hosted/authenticate/").unwrap();
        let at_bank: String = url.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect();
        scene.app.sandbox().change(|world, _| world.gateway_mut().confirm_authentication(&at_bank)).unwrap();
        let answer = scene.app.get(&format!("/cuenta/metodos-de-pago/vuelta?session=x&payment={at_bank}")).await;
        assert_eq!(answer.location(), Some(path.as_str()));
        scene.run().await;
        scene.app.get(&path).await.expect(200).says("Pagada el");
        scene.proven().await;
    }
}
