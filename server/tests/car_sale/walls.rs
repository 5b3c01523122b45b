//! Whose sales exist for whom.

use super::scene::*;

const PAGES: [&str; 6] = ["cliente", "coche", "entrega", "plan", "resumen", "registrada"];
const FORMS: [&str; 6] = ["cliente", "coche", "entrega", "plan", "registrar", "descartar"];

#[tokio::test]
async fn another_dealerships_sales_do_not_exist() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let draft = desk.filled("elena@nueva.example", "CONTADO-ES").await;
        let version = desk.version("CONTADO-ES").await.to_string();
        let car = desk.vehicle("VSSZZZLNCTR000501").await.to_string();
        let valencia = desk.becomes_valencian().await;
        for page in PAGES {
            let answer = desk.app.get(&format!("/concesionario/ventas/{draft}/{page}")).await.expect(404);
            says_not(&answer, "Elena");
        }
        for form in FORMS {
            let mut fields = buyer("otra@nueva.example");
            fields.extend([
                ("id", draft.as_str()),
                ("version", version.as_str()),
                ("model", "LINCE"),
                ("colour", "RED"),
            ]);
            fields.extend(ADDRESS);
            desk.app.post_form(&format!("/api/venta/{form}"), &fields).await.expect(404);
        }
        let refused = "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'";
        assert!(desk.count(refused).await >= 12);
        let page = desk.app.get("/concesionario/ventas/nueva").await.expect(200);
        says_not(&page, "Elena");
        // Nor can Valencia sell Madrid's cars.
        let own = desk.begin("vecina@nueva.example").await;
        let page = desk.app.get(&format!("/concesionario/ventas/{own}/coche?de=existencias")).await.expect(200);
        page.says("VSSZZZLNCTR000601");
        says_not(&page, "VSSZZZLNCTR000501");
        let fields = [("id", own.as_str()), ("source", "stock"), ("stock", car.as_str())];
        desk.app.submit("/api/venta/coche", &fields).await.expect(200).says("Este coche ya no está disponible");
        let lost = sale::register(desk.app.caas(), valencia, draft.parse().unwrap()).await;
        assert!(matches!(lost, Err(SaleError::NotFound)));
        desk.app.verify().await;
    }
}

#[tokio::test]
async fn only_a_dealerships_staff_sells_and_administrators_read() {
    for engine in Engine::all() {
        let mut desk = Desk::open(engine).await;
        let draft = desk.filled("elena@nueva.example", "CONTADO-ES").await;
        for who in ["customer", "support", "operations"] {
            desk.app.sign_in(who).await;
            desk.app.get("/concesionario/ventas/nueva").await.expect(404);
            desk.app.get("/admin/planes").await.expect(404);
            for page in PAGES {
                desk.app.get(&format!("/concesionario/ventas/{draft}/{page}")).await.expect(404);
            }
            for form in FORMS {
                desk.app.post_form(&format!("/api/venta/{form}"), &[("id", &draft)]).await.expect(404);
            }
        }
        desk.app.sign_in("administrator").await;
        let page = desk.app.get(&format!("/concesionario/ventas/{draft}/resumen")).await.expect(200);
        page.says("Elena Prat");
        says_not(&page, "<form class=\"card stack\"");
        says_not(&page, "/api/venta/");
        desk.app.get("/concesionario/ventas/nueva").await.expect(404);
        desk.app.post_form("/api/venta/registrar", &[("id", &draft)]).await.expect(404);
        desk.app.new_browser();
        let away = desk.app.get(&format!("/concesionario/ventas/{draft}/resumen")).await.expect(303);
        assert!(away.location().unwrap().starts_with("/entrar"));
    }
}
