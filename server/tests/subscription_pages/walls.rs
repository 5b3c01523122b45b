//! What is another's does not exist.

use super::*;
use caas::sql;

impl Subscribed {
    async fn refusals(&self) -> i64 {
        let mut tx = self.read().await;
        sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'").unwrap().0
    }
}

#[tokio::test]
async fn what_is_anothers_does_not_exist() {
    for engine in Engine::all() {
        let mut scene = in_debt(engine).await;
        let (id, debt) = (scene.id.to_string(), scene.debt().await.unwrap().id.to_string());
        let invoice = scene.invoices().await[0].id;
        let visa = scene.method("4242").await;
        let pages = [scene.path(), format!("/expediente/facturas/{invoice}"), format!("/expediente/deudas/{debt}")];
        let deeds: [(&str, Vec<(&str, &str)>); 9] = [
            ("/api/suscripciones/cancelar-al-final", vec![("id", &id)]),
            ("/api/suscripciones/cancelar-ahora", vec![("id", &id), ("shown", "0"), ("currency", "EUR")]),
            ("/api/suscripciones/reactivar", vec![("id", &id)]),
            ("/api/suscripciones/cambiar", vec![("id", &id), ("offer", "")]),
            ("/api/suscripciones/no-cambiar", vec![("id", &id)]),
            ("/api/suscripciones/pagar", vec![("key", KEY), ("id", &id), ("method", &visa)]),
            ("/api/suscripciones/pagar-confirmado", vec![("id", &id), ("payment", &id)]),
            ("/api/deudas/pagar", vec![("key", KEY), ("id", &debt), ("method", &visa)]),
            ("/api/operaciones/deudas/condonar", vec![("id", &debt), ("reason", "x")]),
        ];
        let before = scene.refusals().await;
        scene.app.new_browser();
        scene.app.sign_in("cliente2@demo.caas.example").await;
        for page in &pages {
            scene.app.get(page).await.expect(404);
        }
        for (deed, form) in &deeds {
            scene.app.post_form(deed, form).await.expect(404);
        }
        assert_eq!(scene.refusals().await - before, 12, "each try is noted");
        for list in ["/expediente/suscripciones", "/expediente/facturas", "/expediente/deudas"] {
            let page = scene.app.get(list).await.expect(200);
            assert!(
                !page.body.contains(&id) && !page.body.contains(&debt) && !page.body.contains(&invoice.to_string())
            );
        }

        let desk = [
            "/operaciones/deudas",
            "/operaciones/suscripciones",
            "/operaciones/deudas.csv",
            "/operaciones/suscripciones.csv",
        ];
        for role in ["customer", "support", "dealer", "administrator"] {
            scene.app.new_browser();
            scene.app.sign_in(role).await;
            for page in desk {
                scene.app.get(page).await.expect(404);
            }
            scene.app.get(&format!("/operaciones/deudas/{debt}")).await.expect(404);
            scene.app.post_form("/api/operaciones/deudas/cobro-externo", &[("id", &debt)]).await.expect(404);
            if role != "customer" {
                for page in &pages {
                    scene.app.get(page).await.expect(404);
                }
            }
        }
        scene.app.new_browser();
        for page in pages.iter().map(String::as_str).chain(desk) {
            let answer = scene.app.get(page).await.expect(303);
            assert!(answer.location().unwrap().starts_with("/entrar?siguiente="));
        }
        assert_eq!(scene.debt().await.unwrap().state.as_str(), "OPEN");
        scene.proven().await;
    }
}
