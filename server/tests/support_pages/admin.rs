//! What administrators keep: ready-made texts, and the rules of the catalogue.

use crate::support_pages::counter::*;

#[tokio::test]
async fn a_rule_is_proposed_and_an_administrator_decides() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.send("regla", &[("kind", "MODEL"), ("model", "NADA")]).await.says("No se ha guardado nada.");
        counter.send("regla", &[("kind", "MODEL"), ("model", "LINCE")]).await.says("Se ha propuesto un cambio");
        counter.becomes("administrator").await;
        let page = counter.scene.app.get("/admin/reglas").await.expect(200);
        page.says("no sirve para Lince");
        page.says("OTA-000001");
        let (_, rest) = page.body.split_once("/api/admin/regla").unwrap();
        let id = rest.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("id", id.as_str()), ("decision", "APPROVE")];
        let page = counter.scene.app.submit("/api/admin/regla", &fields).await.expect(200);
        page.says("Nada que decidir");
        counter.scene.app.submit("/api/admin/regla", &fields).await.expect(200).says("Alguien lo ha decidido ya.");
        // The car that showed it can't buy it any more.
        counter.becomes("customer").await;
        counter.scene.app.advance(TimeDelta::seconds(2));
        let path = counter.scene.path(SEATS, OfferKind::Permanent).await;
        says_not(&counter.scene.app.get(&path).await.expect(200), "Pedido con obligación de pago");
        counter.becomes("support").await;
        counter.page().await.says("Administración ha aprobado el cambio del catálogo.");
    }
}

#[tokio::test]
async fn ready_made_texts_are_kept_in_both_languages() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("administrator").await;
        let app = &mut counter.scene.app;
        let fields = [
            ("name_es", "Cortesía"),
            ("name_en", "Courtesy"),
            ("text_es", "Hola {{customer}}"),
            ("text_en", "Hello {{customer}}"),
        ];
        app.submit("/api/admin/macro", &fields).await.expect(200).says("Cortesía");
        let fields = [("name_es", "Falta"), ("text_es", "Solo en español")];
        let page = app.submit("/api/admin/macro", &fields).await.expect(200);
        page.says("Faltan el nombre o el texto");
        page.says("Solo en español");
        let page = app.get("/admin/macros").await.expect(200);
        let (_, rest) = page.body.rsplit_once("/api/admin/macro-borrar").unwrap();
        let id = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [
            ("id", id.as_str()),
            ("name_es", "Cortesía 2"),
            ("name_en", "Courtesy 2"),
            ("text_es", "Hola"),
            ("text_en", "Hello"),
        ];
        app.submit("/api/admin/macro", &fields).await.expect(200).says("Cortesía 2");
        let page = app.submit("/api/admin/macro-borrar", &[("id", &id)]).await.expect(200);
        says_not(&page, "Cortesía 2");
        app.post_form("/api/admin/macro-borrar", &[("id", &id)]).await.expect(404);
    }
}

#[tokio::test]
async fn hours_and_holidays_of_a_queue_are_kept_by_administrators() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("administrator").await;
        let app = &mut counter.scene.app;
        app.get("/admin").await.expect(200).says("href=\"/admin/horarios\"");
        let page = app.get("/admin/horarios").await.expect(200);
        page.says("Cola general");
        page.says("Natividad del Señor");
        says_not(&page, "2026-05-01");
        assert_eq!(times(&page, "general").matches("value=\"09:00\"").count(), 5, "Monday to Friday");

        // What is wrong stands beside its field, with what was typed.
        let page = app.submit("/api/admin/horario", &week("9h", "18:00", "Europe/Lisbon")).await.expect(200);
        page.says("Escribe una hora como 09:00.");
        page.says("id=\"general-opens-1-error\"");
        page.says("value=\"9h\"");
        let page = app.submit("/api/admin/horario", &week("09:00", "", "Europe/Lisbon")).await.expect(200);
        page.says("id=\"general-closes-1-error\"");
        let page = app.submit("/api/admin/horario", &week("09:00", "08:00", "Europe/Lisbon")).await.expect(200);
        page.says("Tiene que cerrar después de abrir.");
        let page = app.submit("/api/admin/horario", &week("", "", "Europe/Lisbon")).await.expect(200);
        page.says("Abre al menos un día");
        let page = app.submit("/api/admin/horario", &week("09:00", "18:00", "Mars/Olympus")).await.expect(200);
        page.says("Elige una zona horaria de la lista.");
        app.post_form("/api/admin/horario", &[("queue", "NADA")]).await.expect(404);

        let page = app.submit("/api/admin/horario", &week("10:15", "24:00", "Europe/Lisbon")).await.expect(200);
        page.says("Guardado.");
        page.says("<option value=\"Europe/Lisbon\" selected");
        assert_eq!(times(&page, "general").matches("value=\"10:15\"").count(), 1);
        assert_eq!(times(&page, "ota").matches("value=\"24:00\"").count(), 7, "the other queue is as it was");

        let holiday = |day, name| [("queue", "GENERAL"), ("day", day), ("name", name)];
        let page = app.submit("/api/admin/festivo", &holiday("2026-11-30", "San Andrés")).await.expect(200);
        page.says("San Andrés");
        let page = app.submit("/api/admin/festivo", &holiday("2026-11-30", "Otra vez")).await.expect(200);
        page.says("Ese día ya es festivo.");
        page.says("value=\"Otra vez\"");
        app.submit("/api/admin/festivo", &holiday("2026-11-22", "Ayer")).await.expect(200).says("Ese día ya ha pasado");
        app.submit("/api/admin/festivo", &holiday("2199-01-01", "Lejos")).await.expect(200).says("próximos cinco años");
        app.submit("/api/admin/festivo", &holiday("nunca", "Nunca")).await.expect(200).says("próximos cinco años");
        let page = app.submit("/api/admin/festivo", &holiday("2026-12-01", " ")).await.expect(200);
        page.says("id=\"general-name-error\"");
        let gone = [("queue", "GENERAL"), ("day", "2026-11-30")];
        says_not(&app.submit("/api/admin/festivo-quitar", &gone).await.expect(200), "San Andrés");
        app.post_form("/api/admin/festivo-quitar", &gone).await.expect(404);

        let page = app.get("/admin/auditoria?tipo=CALENDAR_CHANGED").await.expect(200);
        page.says("HOLIDAY_REMOVED");
        page.says("Europe/Lisbon");
        app.post_form("/api/cuenta/idioma", &[("locale", "en")]).await.expect(303);
        app.get("/admin/horarios").await.expect(200).says("Hours of support");
        counter.verify().await;
    }
}

/// The general queue's form: these hours on Monday, closed on the other days.
fn week<'a>(opens: &'a str, closes: &'a str, zone: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("queue", "GENERAL"), ("zone", zone)];
    fields.extend((1..=7).map(|day| ("opens[]", if day == 1 { opens } else { "" })));
    fields.extend((1..=7).map(|day| ("closes[]", if day == 1 { closes } else { "" })));
    fields
}

/// The part of the page about one queue.
fn times<'a>(page: &'a Answer, queue: &str) -> &'a str {
    let (_, rest) = page.body.rsplit_once(&format!("id=\"{queue}-titulo\"")).unwrap();
    rest.split("</section>").next().unwrap()
}
