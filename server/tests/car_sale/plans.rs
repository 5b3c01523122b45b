//! Administrators make plans and publish versions.

use super::scene::*;

#[tokio::test]
async fn a_plan_is_made_published_compared_and_closed() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        desk.app.post_form("/api/admin/plan", &[("short", "X")]).await.expect(404);
        desk.app.sign_in("administrator").await;
        let page = desk.app.get("/admin/planes").await.expect(200);
        page.says("CONTADO-ES");
        let taken = [("short", "CONTADO-ES"), ("name_es", "Otro"), ("name_en", "Other"), ("country", "ES")];
        desk.app.submit("/api/admin/plan", &taken).await.expect(200).says("Otro plan ya tiene este código.");
        let new = [("short", "NOU-ES"), ("name_es", "Nuevo"), ("name_en", "New"), ("country", "ES")];
        let answer = desk.app.post_form("/api/admin/plan", &new).await.expect(303);
        let form = answer.location().unwrap().to_owned();
        let id = form.strip_prefix("/admin/planes/").unwrap().strip_suffix("/version").unwrap().to_owned();
        desk.app.get(&form).await.expect(200).says("Publicar la versión");
        // Without a version it can't be opened.
        desk.app.post_form("/api/admin/plan-estado", &[("id", &id), ("active", "true")]).await.expect(404);
        let wrong = [
            ("id", id.as_str()),
            ("models[LINCE]", "0"),
            ("options", "ROOF | Techo"),
            ("colours", "PINK | Rosa | Pink | 0"),
            ("currency", "EUR"),
            ("vat", "31"),
            ("reservation", "51"),
        ];
        let page = desk.app.submit("/api/admin/plan-version", &wrong).await.expect(200);
        page.says("No se ha publicado.");
        page.says("No se entiende. Revisa el formato");
        page.says("PINK | Rosa | Pink | 0");
        let readable = but(wrong.to_vec(), "options", "ROOF | Techo | Roof | 1.200,50 | LINCE");
        let page = desk.app.submit("/api/admin/plan-version", &readable).await.expect(200);
        page.says("El IVA va de 0 a 30 %.");
        page.says("La señal va de 1 a 50 %");
        page.says("Hay un color que la fábrica no tiene");
        page.says("tiene que ser mayor que cero");
        let right = but(but(but(readable, "vat", "21"), "reservation", "7,5"), "colours", "RED | Rojo | Red | 600");
        let right = but(right, "models[LINCE]", "39.000");
        let page = desk.app.submit("/api/admin/plan-version", &right).await.expect(200);
        page.says("Versión 1");
        page.says("1.200,50\u{a0}€");
        let page = desk.app.get(&form).await.expect(200);
        page.says("value=\"39000.00\"");
        page.says("ROOF | Techo | Roof | 1200.50 | LINCE");
        let page = desk.app.submit("/api/admin/plan-version", &but(right, "models[LINCE]", "39500")).await.expect(200);
        page.says("Versión 2");
        page.says("LINCE: 39.000,00\u{a0}€ → 39.500,00\u{a0}€");
        let page = desk.app.submit("/api/admin/plan-estado", &[("id", &id), ("active", "true")]).await.expect(200);
        page.says("A la venta");
        desk.app
            .submit("/api/admin/plan-estado", &[("id", &id), ("active", "false")])
            .await
            .expect(200)
            .says("Cerrado");
        let audited = "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE kind = 'PLAN_CHANGED'";
        assert_eq!(desk.count(audited).await, 5);
        desk.app.verify().await;
    }
}
