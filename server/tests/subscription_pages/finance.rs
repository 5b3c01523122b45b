//! Finance's desk: what is billed, whose charge failed, what is owed, and deciding about it.

use super::*;

#[tokio::test]
async fn finance_sees_what_is_billed_and_what_is_late() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        scene.app.sign_in("operations").await;
        scene.app.get("/operaciones").await.expect(200).says("/operaciones/suscripciones");
        let page = scene.app.get("/operaciones/suscripciones").await.expect(200);
        let price = euros(scene.subscription().await.price());
        page.says("Todavía no ha vencido ningún periodo.");
        page.says("Todo está cobrado");
        page.says("23 dic 2026");
        page.says(&price);
        let file = scene.app.get("/operaciones/suscripciones.csv").await.expect(200);
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        file.says("2026-12-23;");
        file.says(";EUR;1;");

        scene.pays_with(TestCard::InsufficientFunds).await;
        scene.at(FIRST_END).await;
        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones/suscripciones").await.expect(200);
        page.says("Cobro pendiente");
        page.says("cliente@demo.caas.example");
        page.says("25 dic 2026");
        page.says("29 dic 2026");
        page.says("Pasadas de la facturación");
        let file = scene.app.get("/operaciones/suscripciones/impagos.csv").await.expect(200);
        file.says(&scene.id.to_string());
        let after = format!("/operaciones/suscripciones?despues={}", scene.id);
        scene.app.get(&after).await.expect(200).says("Todo está cobrado");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_month_is_billed_by_hand_once_however_often_it_is_asked_for() {
    for engine in Engine::all() {
        let mut scene = Subscribed::new(engine).await;
        // The month is over; the machine that bills has slept.
        let by = FIRST_END.parse::<caas::kernel::Timestamp>().unwrap() - scene.app.now();
        scene.app.advance(by);
        scene.app.sign_in("operations").await;
        for _ in 0..3 {
            let page = scene.app.submit("/api/operaciones/suscripciones/facturar", &[]).await.expect(200);
            page.says("se factura lo que ha vencido");
        }
        scene.run().await;
        scene.app.submit("/api/operaciones/suscripciones/facturar", &[]).await.expect(200);
        scene.run().await;
        assert_eq!(scene.states().await, ["PAID"]);
        let page = scene.app.get("/operaciones/suscripciones").await.expect(200);
        page.says("Pasadas de la facturación");
        page.says("Facturar ahora lo vencido");
        for who in ["customer", "support", "dealer"] {
            scene.app.sign_in(who).await;
            scene.app.post_form("/api/operaciones/suscripciones/facturar", &[]).await.expect(404);
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_debt_is_handed_over_and_written_off_with_a_reason() {
    for engine in Engine::all() {
        let mut scene = in_debt(engine).await;
        let debt = scene.debt().await.unwrap();
        let (id, amount) = (debt.id.to_string(), euros(debt.amount()));
        let path = format!("/operaciones/deudas/{id}");
        scene.app.sign_in("operations").await;
        let list = scene.app.get("/operaciones/deudas").await.expect(200);
        list.says(&amount);
        list.says(&path);
        list.says("1 deuda");
        scene.app.get("/operaciones/deudas?estado=OPEN").await.expect(200).says(&path);
        let none = scene.app.get("/operaciones/deudas?estado=PAID").await.expect(200);
        none.says("Ninguna deuda con este filtro");
        let file = scene.app.get("/operaciones/deudas.csv?estado=OPEN").await.expect(200);
        file.says(&id);
        file.says(&debt.amount().decimal());
        let page = scene.app.get(&path).await.expect(200);
        page.says("Quedó como deuda");
        page.says("Pasar a cobro externo");
        let invoice = scene.invoices().await[0].clone();
        page.says(&invoice.number);
        scene.app.get(&format!("/operaciones/facturas/{}", invoice.id)).await.expect(200).says(&invoice.seller_name);

        let page = scene.app.submit("/api/operaciones/deudas/cobro-externo", &[("id", &id)]).await.expect(200);
        page.says("La deuda ha pasado a cobro externo.");
        page.says("En cobro externo");
        let page =
            scene.app.submit("/api/operaciones/deudas/condonar", &[("id", &id), ("reason", "  ")]).await.expect(200);
        page.says("Escribe por qué se condona");
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "IN_COLLECTION");
        let form = [("id", id.as_str()), ("reason", "Acuerdo con el cliente <b>")];
        let page = scene.app.submit("/api/operaciones/deudas/condonar", &form).await.expect(200);
        page.says("La deuda está condonada.");
        page.says("Acuerdo con el cliente &lt;b&gt;");
        says_not(&page, "Sí, condonar la deuda");
        // Somebody else's page was still open.
        scene.app.submit("/api/operaciones/deudas/condonar", &form).await.expect(200);
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "WRITTEN_OFF");
        scene.app.get("/operaciones/deudas?estado=WRITTEN_OFF").await.expect(200).says(&path);

        scene.app.sign_in("customer").await;
        let page = scene.app.get(&format!("/expediente/deudas/{id}")).await.expect(200);
        page.says("Condonada el");
        says_not(&page, "Acuerdo con el cliente");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_desk_reads_in_english_too() {
    for engine in Engine::all() {
        let mut scene = in_debt(engine).await;
        let id = scene.debt().await.unwrap().id;
        scene.app.sign_in("operations").await;
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get("/operaciones/deudas").await.expect(200).says("To be paid");
        scene.app.get("/operaciones/suscripciones").await.expect(200).says("The next month");
        scene.app.get(&format!("/operaciones/deudas/{id}")).await.expect(200).says("What it is made of");
        scene.proven().await;
    }
}
