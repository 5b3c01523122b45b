//! The form, step by step, as a browser without JavaScript sends it.

use super::scene::*;
use caas::kernel::money::Cents;
use caas::sales::model::OrderStatus;
use caas::sales::pricing::Quote;

#[tokio::test]
async fn a_sale_is_made_step_by_step_without_scripts() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        desk.app.get("/concesionario/ventas/nueva").await.expect(200).says("Quién compra");
        let id = desk.begin("elena@nueva.example").await;
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/coche")).await.expect(200);
        page.says("V-2026-000001");
        page.says("Lince");
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/coche?de=fabrica&modelo=ALCOR")).await.expect(200);
        page.says("Azul océano");
        page.says("Bola de remolque");
        says_not(&page, "Asientos deportivos");
        let car = [("model", "ALCOR"), ("colour", "BLUE"), ("options[]", "TOW_BAR"), ("options[]", "GLASS_ROOF")];
        desk.step("coche", &id, &car).await;
        desk.app.get(&format!("/concesionario/ventas/{id}/entrega")).await.expect(200).says("28046");
        desk.step("entrega", &id, &ADDRESS).await;
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/plan")).await.expect(200);
        // 46,490.00 + 1,200.00 + 780.00 + 750.00, and ten per cent of it.
        page.says("49.220,00\u{a0}€");
        page.says("4.922,00\u{a0}€");
        page.says("Elegir «Compra directa»");
        page.says("Asientos calefactados");
        let version = desk.version("CONTADO-ES").await.to_string();
        desk.step("plan", &id, &[("version", &version)]).await;
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/resumen")).await.expect(200);
        page.says("Registrar la venta y pedir la señal de 4.922,00\u{a0}€");
        page.says("12345678Z");
        page.says("Calle de Ferraz 40, 28008 Madrid (ES)");
        let done = desk.step("registrar", &id, &[]).await;
        assert_eq!(done, format!("/concesionario/ventas/{id}/registrada"));
        let page = desk.app.get(&done).await.expect(200);
        page.says("Venta registrada: V-2026-000001");
        page.says("paga la señal de 4.922,00\u{a0}€");
        // A second click finds it done.
        assert_eq!(desk.step("registrar", &id, &[]).await, done);
        let order = desk.order(&id).await;
        assert_eq!(order.status, OrderStatus::AwaitingReservation);
        assert_eq!((order.total_cents, order.reservation_cents), (Some(Cents(4_922_000)), Some(Cents(492_200))));
        assert_eq!(order.options.unwrap().0, ["GLASS_ROOF", "TOW_BAR"]);
        assert_eq!(order.owner.unwrap().name, "Elena Prat");
        let quote: Quote = serde_json::from_value(order.quote.unwrap().0).unwrap();
        assert_eq!(quote.lines.iter().map(|line| line.amount.0).sum::<i64>(), 4_922_000);
        assert_eq!(
            desk.count("SELECT COUNT(*), MAX(seq) FROM expediente_entries WHERE kind = 'ORDER_CHANGED'").await,
            1
        );
        let words =
            "SELECT COUNT(*), COUNT(*) FROM order_words WHERE word IN ('v2026000001', 'elena', 'elena@nueva.example')";
        assert_eq!(desk.count(words).await, 3);
        desk.app.run_jobs().await;
        let mails: Vec<String> = desk.app.sandbox().mails().into_iter().map(|mail| mail.subject).collect();
        let mails = mails.join("\n");
        assert!(mails.contains("Tu cuenta de CaaS está preparada"), "{mails}");
        assert!(mails.contains("falta la señal"), "{mails}");
        // No step is a form any more.
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/cliente")).await.expect(303);
        assert_eq!(page.location().unwrap(), format!("/concesionario/pedidos/{id}"));
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_next_to_its_field_and_what_was_typed_comes_back() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let wrong = [
            ("name", "Elena <Prat>"),
            ("email", "elena"),
            ("phone", "600"),
            ("language", "es"),
            ("country", "ES"),
            ("owner_kind", "INDIVIDUAL"),
            ("tax_id", "12345678A"),
            ("birth_date", "2015-01-01"),
        ];
        let page = desk.app.submit("/api/venta/cliente", &wrong).await.expect(200);
        for text in [
            "Este paso no se ha guardado.",
            "contiene signos que no podemos guardar",
            "Escribe una dirección de correo completa",
            "Escribe el teléfono con su prefijo",
            "No es una identificación fiscal válida",
            "tiene que ser mayor de edad",
            "value=\"12345678A\"",
        ] {
            page.says(text);
        }
        assert_eq!(desk.count("SELECT COUNT(*), COUNT(*) FROM customer_orders").await, 0);
        // A company needs its own name, and no birthday.
        let mut company = but(buyer("a@b.example"), "owner_kind", "COMPANY");
        company = but(company, "birth_date", "");
        let page =
            desk.app.submit("/api/venta/cliente", &but(company.clone(), "tax_id", "B12345674")).await.expect(200);
        page.says("Falta este dato.");
        let named = but(but(company, "tax_id", "B12345674"), "owner_name", "Prat y Cía., S. L.");
        let location = desk.step("cliente", "", &named).await;
        assert!(location.ends_with("/coche"), "{location}");
        // A staff address can't be a customer's.
        let page = desk.app.submit("/api/venta/cliente", &buyer("soporte@demo.caas.example")).await.expect(200);
        page.says("Con este correo no se puede registrar a un cliente.");
        // Nothing is sold in Norway.
        let page = desk.app.submit("/api/venta/cliente", &but(buyer("a@b.example"), "country", "NO")).await.expect(200);
        page.says("Ahora no hay ningún plan para ese país.");

        let id = desk.begin("elena@nueva.example").await;
        let send = async |desk: &mut Desk, endpoint: &str, fields: &[(&str, &str)]| {
            let mut all = vec![("id", id.as_str())];
            all.extend_from_slice(fields);
            desk.app.submit(&format!("/api/venta/{endpoint}"), &all).await.expect(200)
        };
        send(&mut desk, "coche", &[("model", "LINCE")]).await.says("Falta este dato.");
        send(&mut desk, "coche", &[("model", "LINCE"), ("colour", "PINK")]).await.says("Elige una de las opciones.");
        let options = [("model", "LINCE"), ("colour", "RED"), ("options[]", "SPORT_SEATS")];
        send(&mut desk, "coche", &options).await.says("Elige una de las opciones.");
        send(&mut desk, "coche", &[("source", "stock")]).await.says("Falta este dato.");
        let page = send(&mut desk, "entrega", &[("mode", "HOME"), ("street", "Mayor 1"), ("postal_code", "99")]).await;
        page.says("No es un código postal de ese país.");
        page.says("Falta este dato.");
        page.says("value=\"Mayor 1\"");
        // All that is missing stands on the summary, each with its way there.
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/resumen")).await.expect(200);
        page.says("Modelo: Falta este dato.");
        page.says("Plan comercial: Falta este dato.");
        says_not(&page, "Registrar la venta y pedir");
        let location = desk.step("registrar", &id, &[]).await;
        assert!(location.ends_with("/resumen"), "{location}");
        assert_eq!(desk.order(&id).await.status, OrderStatus::Draft);
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn a_draft_is_taken_up_again_where_it_stopped_and_can_be_thrown_away() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let id = desk.begin("elena@nueva.example").await;
        desk.step("coche", &id, &[("model", "BRISA"), ("colour", "RED"), ("options[]", "SPORT_SEATS")]).await;
        desk.app.new_browser();
        desk.app.sign_in("dealer").await;
        let page = desk.app.get("/concesionario/ventas/nueva").await.expect(200);
        page.says("Ventas sin terminar");
        page.says("V-2026-000001 · Elena Prat");
        page.says("Brisa");
        let resumed = desk.app.get(&format!("/concesionario/ventas/{id}")).await.expect(303);
        assert_eq!(resumed.location().unwrap(), format!("/concesionario/ventas/{id}/entrega"));
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/cliente")).await.expect(200);
        page.says("value=\"elena@nueva.example\"");
        page.says("value=\"1988-09-02\"");
        let page = desk.app.get(&format!("/concesionario/ventas/{id}/coche")).await.expect(200);
        page.says("value=\"SPORT_SEATS\" checked");
        page.says("value=\"RED\" checked");
        // Another country makes what belongs to the old one void.
        desk.step("entrega", &id, &ADDRESS).await;
        let french = but(but(buyer("elena@nueva.example"), "country", "FR"), "tax_id", "1234567890123");
        let location = desk.step("cliente", &id, &french).await;
        if location.ends_with("/coche") {
            assert_eq!(desk.order(&id).await.address, None);
        }
        assert_eq!(desk.step("descartar", &id, &[]).await, "/concesionario/ventas/nueva");
        assert_eq!(desk.count("SELECT COUNT(*), COUNT(*) FROM customer_orders").await, 0);
        let discarded = "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE kind = 'DRAFT_DISCARDED'";
        assert_eq!(desk.count(discarded).await, 1);
        desk.app.post_form("/api/venta/descartar", &[("id", &id)]).await.expect(404);
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn who_has_bought_here_before_is_found_and_need_not_be_typed_again() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let sold = desk.filled("elena@nueva.example", "CONTADO-ES").await;
        desk.register(&sold).await.unwrap();
        let new = "/concesionario/ventas/nueva";
        let page = desk.app.get(&format!("{new}?buscar=elena&vin=VSSZZZLNCTR000501")).await.expect(200);
        let link = format!("href=\"{new}?de={sold}&amp;vin=VSSZZZLNCTR000501\"");
        page.says(&link);
        desk.app.get(&format!("{new}?buscar=nadie")).await.expect(200).says("Nadie de tu concesionario");
        let page = desk.app.get(&format!("{new}?de={sold}&vin=VSSZZZLNCTR000501")).await.expect(200);
        for text in ["Elena Prat", "elena@nueva.example", "12345678Z", "1988-09-02", "VSSZZZLNCTR000501"] {
            page.says(&format!("value=\"{text}\""));
        }
        // A draft is nobody's purchase yet.
        let draft = desk.filled("otra@nueva.example", "CONTADO-ES").await;
        let page = desk.app.get(&format!("{new}?de={draft}")).await.expect(200);
        says_not(&page, "value=\"otra@nueva.example\"");
        // Nor is it another dealership's business.
        desk.becomes_valencian().await;
        let page = desk.app.get(&format!("{new}?buscar=elena")).await.expect(200);
        says_not(&page, "Elena Prat");
        let page = desk.app.get(&format!("{new}?de={sold}")).await.expect(200);
        says_not(&page, "elena@nueva.example");
        desk.app.verify().await;
    }
}
