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
