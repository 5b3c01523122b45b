//! Reading: what runs, what comes next, the invoices.

use super::*;

#[tokio::test]
async fn the_page_says_what_comes_next_before_it_comes() {
    for engine in Engine::all() {
        let mut scene = signed_in(engine).await;
        let price = euros(scene.subscription().await.price());
        let page = scene.page().await;
        page.says("Activa");
        page.says(&format!("{price} al mes"));
        page.says("23 nov 2026 – 22 dic 2026");
        page.says(&format!("23 dic 2026: {price}"));
        page.says("Visa ···· 4242");
        // What would happen if the charge failed, with its dates, before anything has failed.
        page.says("Qué pasa si un cobro falla");
        for at in ["23 dic 2026, 00:00", "25 dic 2026, 00:00", "27 dic 2026, 00:00", "29 dic 2026, 00:00"] {
            page.says(at);
        }
        let six_days = caas::subscriptions::rules::share(scene.subscription().await.price(), 6, 31);
        let owed = Money::new(scene.subscription().await.price_cents + six_days.cents, six_days.currency);
        page.says(&format!("quedan {} por pagar", euros(owed)));

        let list = scene.app.get("/expediente/suscripciones").await.expect(200);
        list.says(&scene.path());
        list.says("Próxima factura: 23 dic 2026");
        list.says("El próximo mes");
        list.says(&format!("<strong>{price}</strong>"));
        let cars = scene.app.get("/expediente").await.expect(200);
        cars.says("Próxima factura: 23 dic 2026");
        cars.says(&scene.path());
        let activation = format!("/expediente/activaciones/{}", scene.activation);
        scene.app.get(&activation).await.expect(200).says("Ver la suscripción");
        scene.app.get("/expediente/facturas").await.expect(200).says("Todavía no hay ninguna factura");
        scene.app.get("/expediente/deudas").await.expect(200).says("No debes nada");
        scene.proven().await;
    }
}

#[tokio::test]
async fn everything_reads_in_english_too() {
    for engine in Engine::all() {
        let mut scene = signed_in(engine).await;
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        let price = scene.subscription().await.price().display(Locale::En);
        let page = scene.page().await;
        page.says("Active");
        page.says(&format!("23 Dec 2026: {price}"));
        page.says("What happens if a charge fails");
        page.says("Cancel at the end of the period");
        let list = scene.app.get("/expediente/suscripciones").await.expect(200);
        list.says("The next month");
        scene.app.get("/expediente/facturas").await.expect(200).says("There is no invoice yet");
        scene.app.get("/expediente/deudas").await.expect(200).says("You owe nothing");
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_invoice_is_a_sheet_of_paper() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.at(FIRST_END).await;
        scene.app.sign_in("customer").await;
        let [invoice] = &scene.invoices().await[..] else { panic!("one invoice") };
        let list = scene.app.get("/expediente/facturas").await.expect(200);
        list.says(&invoice.number);
        list.says("Pagada");
        let page = scene.app.get(&format!("/expediente/facturas/{}", invoice.id)).await.expect(200);
        for words in [
            invoice.number.as_str(),
            &invoice.seller_name,
            &invoice.seller_tax_id,
            "28028 Madrid",
            &invoice.buyer_name,
            &invoice.buyer_email,
            "23 de diciembre de 2026",
            "23 nov 2026 – 22 dic 2026",
            "1 mes",
            "21\u{a0}%",
            "Visa ···· 4242",
            &euros(Money::new(invoice.net_cents, invoice.currency)),
            &euros(Money::new(invoice.vat_cents, invoice.currency)),
            &euros(invoice.gross()),
        ] {
            page.says(words);
        }
        let page = scene.page().await;
        page.says(&invoice.number);
        page.says(&format!("Pagado: {}", euros(invoice.gross())));
        scene.app.get("/expediente").await.expect(200).says(&format!("Factura {}", invoice.number));
        scene.proven().await;
    }
}
