//! What is another's does not exist, and the desk exists for support alone.

use crate::support_pages::counter::*;

const FORMS: [&str; 20] = [
    "/api/soporte/tomar",
    "/api/soporte/asignar",
    "/api/soporte/prioridad",
    "/api/soporte/equipo",
    "/api/soporte/nota",
    "/api/soporte/responder",
    "/api/soporte/responder-parecidos",
    "/api/soporte/tarea",
    "/api/soporte/tarea-hecha",
    "/api/soporte/unir",
    "/api/soporte/separar",
    "/api/soporte/cerrar",
    "/api/soporte/reabrir",
    "/api/soporte/estado",
    "/api/soporte/activar-a-mano",
    "/api/soporte/fallo-definitivo",
    "/api/soporte/cita",
    "/api/soporte/regla",
    "/api/soporte/robo",
    "/api/soporte/vista",
];

#[tokio::test]
async fn the_desk_exists_for_support_alone() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let case = counter.path();
        for who in ["customer", "dealer", "operations", "administrator"] {
            counter.becomes(who).await;
            let app = &mut counter.scene.app;
            app.get("/soporte").await.expect(404);
            // Operations and finance may look at a case; the others may not.
            app.get(&case).await.expect(if who == "operations" { 200 } else { 404 });
            app.get(&format!("{case}/parecidos")).await.expect(404);
            for form in FORMS {
                let fields =
                    [("number", "OTA-000001"), ("text", "x"), ("name", "x"), ("then", "OPEN"), ("email", "true")];
                let answer = app.post_form(form, &fields).await;
                assert_eq!(answer.status, 404, "{who} {form}: {}", answer.body);
            }
            for island in ["lista", "presencia", "borrador"] {
                app.call(&format!("/api/soporte/{island}"), &[("number", "OTA-000001")]).await.expect(404);
            }
            for topic in ["tickets", "ticket:0192f0c1-7c3a-7000-8000-000000000001"] {
                app.get(&format!("/eventos?tema={topic}")).await.expect(404);
            }
        }
        for who in ["customer", "dealer", "operations", "support"] {
            counter.becomes(who).await;
            let app = &mut counter.scene.app;
            for path in ["/admin/macros", "/admin/reglas", "/admin/horarios"] {
                app.get(path).await.expect(404);
            }
            for form in ["macro", "macro-borrar", "regla", "horario", "festivo", "festivo-quitar"] {
                let fields = [("id", "0192f0c1-7c3a-7000-8000-000000000001"), ("queue", "GENERAL")];
                app.post_form(&format!("/api/admin/{form}"), &fields).await.expect(404);
            }
        }
        counter.scene.app.new_browser();
        let answer = counter.scene.app.get(&case).await.expect(303);
        assert!(answer.location().unwrap().starts_with("/entrar"));
        let answer = counter.scene.app.post_form("/api/soporte/tomar", &[("number", "OTA-000001")]).await.expect(303);
        assert!(answer.location().unwrap().starts_with("/entrar"));
        counter.scene.app.call("/api/soporte/lista", &[]).await.expect(401);
    }
}

#[tokio::test]
async fn a_customer_sees_the_own_cases_only() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("customer").await;
        counter.scene.app.get("/cuenta/ayuda").await.expect(200).says("OTA-000001");
        counter.scene.app.get("/cuenta/ayuda/OTA-000001").await.expect(200);
        let order = counter.order.clone();
        counter.scene.app.get(&order).await.expect(200).says("href=\"/cuenta/ayuda/OTA-000001\"");

        counter.becomes(OTHER_CUSTOMER).await;
        let app = &mut counter.scene.app;
        says_not(&app.get("/cuenta/ayuda").await.expect(200), "OTA-000001");
        app.get("/cuenta/ayuda/OTA-000001").await.expect(404);
        app.get("/cuenta/ayuda/OTA-000001/adjuntos/0192f0c1-7c3a-7000-8000-000000000001").await.expect(404);
        let parts = [Part::text("number", "OTA-000001"), Part::text("text", "x")];
        post_parts(app, "/api/cuenta/ayuda/escribir", &parts).await.expect(404);
        let id = id_of(&order).to_owned();
        app.post_form("/api/activacion/retencion-aceptar", &[("id", &id)]).await.expect(404);
        app.post_form("/api/activacion/retencion-rechazar", &[("id", &id)]).await.expect(404);

        for who in ["support", "dealer", "operations", "administrator"] {
            counter.becomes(who).await;
            counter.scene.app.get("/cuenta/ayuda").await.expect(404);
            let parts = [Part::text("subject", "x"), Part::text("text", "x")];
            post_parts(&mut counter.scene.app, "/api/cuenta/ayuda/preguntar", &parts).await.expect(404);
        }
        counter.scene.app.new_browser();
        let parts = [Part::text("subject", "x"), Part::text("text", "x")];
        let answer = post_parts(&mut counter.scene.app, "/api/cuenta/ayuda/preguntar", &parts).await.expect(303);
        assert!(answer.location().unwrap().starts_with("/entrar"));
    }
}
