//! The pages of proof over HTTP, without JavaScript.

use crate::support::{Answer, Engine};
use crate::use_cases::scenario::*;
use caas::sql;
use caas_sandbox::{ErrorCode, Fault};
use chrono::TimeDelta;
use uuid::Uuid;

const OTHER_CUSTOMER: &str = "cliente2@demo.caas.example";

#[track_caller]
fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`:\n{}", page.body);
}

/// A customer with a delivered and a failed order, signed in.
async fn lived(engine: Engine) -> Scene {
    let mut scene = Scene::new(engine).await;
    scene.order(SEATS).await;
    scene.seconds(10).await;
    scene.car(Fault::Nack { code: ErrorCode::ModuleFault });
    scene.order(AUDIO).await;
    scene.seconds(10).await;
    scene.app.sign_in("customer").await;
    scene
}

async fn entry_of(scene: &Scene, kind: &str) -> Uuid {
    let mut tx = scene.read().await;
    let (id, _) = sql!(
        tx,
        one(Uuid, i64),
        "SELECT id, seq FROM expediente_entries WHERE kind = $1 AND chain_id = $2 ORDER BY seq DESC LIMIT 1",
        kind,
        scene.customer
    )
    .unwrap();
    id
}

#[tokio::test]
async fn one_timeline_tells_orders_consents_payments_messages_and_cases() {
    for engine in Engine::all() {
        let mut scene = lived(engine).await;
        let page = scene.app.get("/expediente").await.expect(200);
        for text in [
            "Diste tus consentimientos para",
            "Tu coche confirmó",
            "Prueba de entrega: el coche lo confirmó el 23 nov 2026, 10:00:",
            "Te avisamos:",
            "Soporte abrió el caso OTA-000001",
            "No se te ha cobrado. Total cobrado: 0,00",
            "href=\"/expediente/imprimir\"",
            "href=\"/expediente.csv\"",
        ] {
            page.says(text);
        }
        for (kind, says) in [
            ("NOTIFICATION", "Te avisamos:"),
            ("CONSENT", "Diste tus consentimientos"),
            ("TICKET", "Soporte abrió el caso"),
        ] {
            let page = scene.app.get(&format!("/expediente?tipo={kind}")).await.expect(200);
            page.says(says);
            says_not(&page, "Pediste ");
        }
        let empty = scene.app.get("/expediente?hasta=2026-11-22").await.expect(200);
        empty.says("Nada que mostrar con este filtro");
        empty.says("Hasta el 22 nov 2026");
        scene.app.get("/expediente?desde=2026-11-23&hasta=2026-11-23").await.expect(200).says("Tu coche confirmó");
        scene.app.get("/expediente?desde=mañana&hasta=9999-99-99").await.expect(200).says("Tu coche confirmó");
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_entry_has_a_page_with_its_proof_and_is_nobody_elses() {
    for engine in Engine::all() {
        let mut scene = lived(engine).await;
        let captured = format!("/expediente/entradas/{}", entry_of(&scene, "PAYMENT_CAPTURED").await);
        scene.app.get("/expediente?tipo=PAYMENT").await.expect(200).says(&format!("href=\"{captured}\""));
        let page = scene.app.get(&captured).await.expect(200);
        for text in [
            "Intacta desde que se escribió",
            "Huella anterior",
            "HELD_FOR_ACTIVATION → CHARGED",
            "El coche lo confirmó",
        ] {
            page.says(text);
        }
        let consents = format!("/expediente/entradas/{}", entry_of(&scene, "CONSENTS_GIVEN").await);
        scene.app.get(&consents).await.expect(200).says("Quiero que el servicio se active en mi coche ahora");
        let told = format!("/expediente/entradas/{}", entry_of(&scene, "CUSTOMER_TOLD").await);
        let page = scene.app.get(&told).await.expect(200);
        page.says("Por dónde te avisamos");
        page.says("Enviado el");

        // What is no part of the story is not the customer's to read.
        let hidden = format!("/expediente/entradas/{}", entry_of(&scene, "ATTEMPT_STARTED").await);
        scene.app.get(&hidden).await.expect(404);
        scene.app.get(&format!("/expediente/entradas/{}", Uuid::max())).await.expect(404);
        scene.app.get("/expediente/entradas/nonsense").await.expect(404);

        scene.app.new_browser();
        scene.app.get(&captured).await.expect(303);
        scene.app.sign_in(OTHER_CUSTOMER).await;
        scene.app.get(&captured).await.expect(404);
        for who in ["support", "operations", "administrator", "dealer"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            scene.app.get(&captured).await.expect(404);
        }
        let mut tx = scene.read().await;
        let (tries,) =
            sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'").unwrap();
        drop(tx);
        assert!(tries >= 5, "{tries} tries are on record");
        scene.proven().await;
    }
}

#[tokio::test]
async fn a_changed_entry_says_so_on_its_own_page() {
    for engine in Engine::all() {
        let mut scene = lived(engine).await;
        let id = entry_of(&scene, "PAYMENT_CAPTURED").await;
        let mut tx = scene.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE expediente_entries SET before_state = 'PENDING' WHERE id = $1", id).unwrap();
        tx.commit().await.unwrap();
        scene.app.get(&format!("/expediente/entradas/{id}")).await.expect(200).says("no coincide con su huella");
    }
}

#[tokio::test]
async fn the_story_is_taken_away_as_a_file_and_on_paper() {
    for engine in Engine::all() {
        let mut scene = lived(engine).await;
        // A service whose name a spreadsheet would run.
        let mut tx = scene.caas().db.begin().await.unwrap();
        let formula =
            sqlx::types::Json(serde_json::json!({ "es": "=HYPERLINK(\"http://evil.example\";\"x\")", "en": "=1+1" }));
        sql!(tx, execute "UPDATE service_activations SET service_names = $1", formula).unwrap();
        tx.commit().await.unwrap();
        let file = scene.app.get("/expediente.csv").await.expect(200);
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(
            file.header("content-disposition"),
            Some("attachment; filename=\"expediente.csv\"; filename*=UTF-8''expediente.csv")
        );
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert!(file.body.starts_with("\u{feff}Número;Momento (UTC);"), "{}", file.body);
        file.says("\"'=HYPERLINK(\"\"http://evil.example\"\";\"\"x\"\")\"");
        assert!(!file.body.contains(";=") && !file.body.contains(";\"="), "{}", file.body);
        let mut tx = scene.read().await;
        let (visible,) = sql!(
            tx,
            one(i64,),
            "SELECT COUNT(*) FROM expediente_entries WHERE visible AND chain_id = $1",
            scene.customer
        )
        .unwrap();
        drop(tx);
        assert_eq!(file.body.matches("\r\n").count() as i64, visible + 1, "{}", file.body);
        // Compressed, as browsers ask for it.
        for coding in ["gzip", "br"] {
            scene.app.headers = vec![("accept-encoding", coding.to_owned())];
            let packed = scene.app.get("/expediente.csv").await.expect(200);
            assert_eq!(packed.header("content-encoding"), Some(coding));
            assert!(!packed.body.is_empty());
        }
        scene.app.headers.clear();
        let payments = scene.app.get("/expediente.csv?tipo=PAYMENT").await.expect(200);
        says_not(&payments, "CONSENTS_GIVEN");
        payments.says("PAYMENT_CAPTURED");

        let paper = scene.app.get("/expediente/imprimir").await.expect(200);
        for text in ["Lucía Ferrer", "VSSZZZLNCTR000101", "Sello", "Prueba de entrega", "(hasta la entrada"] {
            paper.says(text);
        }
        let oldest = paper.body.find("Diste tus consentimientos").unwrap();
        assert!(oldest < paper.body.find("Prueba de entrega").unwrap(), "oldest first");
        for path in ["/expediente.csv", "/expediente/imprimir"] {
            scene.app.new_browser();
            scene.app.get(path).await.expect(303);
            scene.app.sign_in("support").await;
            scene.app.get(path).await.expect(404);
        }
    }
}

#[tokio::test]
async fn support_reads_it_as_evidence_without_amounts_and_the_look_is_on_record() {
    for engine in Engine::all() {
        let mut scene = lived(engine).await;
        let path = format!("/soporte/clientes/{}/expediente", scene.customer);
        for who in ["customer", "dealer", "administrator"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            scene.app.get(&path).await.expect(404);
            scene.app.get(&format!("{path}.csv")).await.expect(404);
        }
        scene.app.new_browser();
        let agent = scene.app.sign_in("support").await;
        let page = scene.app.get(&format!("{path}?tipo=PAYMENT")).await.expect(200);
        page.says("HELD_FOR_ACTIVATION → CHARGED");
        page.says("Tu banco retiene el importe");
        for secret in ["€", "4242", "/expediente/activaciones/"] {
            says_not(&page, secret);
        }
        let page = scene.app.get(&format!("{path}?tipo=ACTIVATION")).await.expect(200);
        page.says("ATTEMPT_IN_PROGRESS → ACTIVE");
        scene.app.get(&path).await.expect(200).says("Correo");
        let entry = scene.app.get(&format!("{path}/{}", entry_of(&scene, "ATTEMPT_STARTED").await)).await.expect(200);
        entry.says("Intacta");
        scene.app.get(&format!("{path}.csv")).await.expect(200).says("ATTEMPT_STARTED");
        says_not(&scene.app.get(&format!("{path}.csv?tipo=PAYMENT")).await.expect(200), "€");
        scene.app.get(&format!("/soporte/clientes/{agent}/expediente")).await.expect(404);
        scene.app.get(&format!("{path}/{}", Uuid::max())).await.expect(404);

        let mut tx = scene.read().await;
        let looks = sql!(
            tx,
            all(Option<Uuid>, String, bool),
            "SELECT actor_id, data, visible FROM expediente_entries WHERE kind = 'EXPEDIENTE_READ' AND chain_id = $1 ORDER BY seq",
            scene.customer
        )
        .unwrap();
        drop(tx);
        assert_eq!(looks.len(), 3, "one look and two files: {looks:?}");
        assert!(looks.iter().all(|(who, _, visible)| *who == Some(agent.0) && !visible), "{looks:?}");
        scene.app.advance(TimeDelta::minutes(16));
        scene.app.get(&path).await.expect(200);

        scene.app.new_browser();
        scene.app.sign_in("operations").await;
        let page = scene.app.get(&format!("{path}?tipo=PAYMENT")).await.expect(200);
        page.says("€");
        says_not(&page, "4242");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what_by_person_kind_and_period() {
    for engine in Engine::all() {
        let mut scene = lived(engine).await;
        for who in ["customer", "dealer", "support"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            for path in ["/admin/auditoria", "/admin/auditoria.csv", "/operaciones/fallos", "/operaciones/fallos.csv"] {
                scene.app.get(path).await.expect(404);
            }
        }
        scene.app.new_browser();
        let administrator = scene.app.sign_in("administrator").await;
        scene.app.get("/operaciones/fallos").await.expect(404);
        let caas = scene.caas();
        caas::accounts::change_role(&caas, administrator, scene.customer, caas::accounts::Role::Support, None)
            .await
            .unwrap();
        caas::accounts::change_role(&caas, administrator, scene.customer, caas::accounts::Role::Customer, None)
            .await
            .unwrap();
        let page = scene.app.get("/admin/auditoria").await.expect(200);
        for text in
            ["Tipo de cuenta cambiado", "CUSTOMER → SUPPORT", "SUPPORT → CUSTOMER", "Acceso rechazado", "Lucía Ferrer"]
        {
            page.says(text);
        }
        let roles = scene.app.get("/admin/auditoria?tipo=ROLE_CHANGED").await.expect(200);
        says_not(&roles, "<span>Acceso rechazado");
        let customers = scene.app.get("/admin/auditoria?quien=CUSTOMER").await.expect(200);
        customers.says("Servicio pedido");
        says_not(&customers, "cents");
        let none = scene.app.get("/admin/auditoria?persona=nobody@example.org").await.expect(200);
        none.says("No hay ninguna cuenta con ese correo");
        let email = "cliente@demo.caas.example";
        scene
            .app
            .get(&format!("/admin/auditoria?quien=CUSTOMER&persona={email}"))
            .await
            .expect(200)
            .says("Servicio pedido");
        scene.app.get("/admin/auditoria?hasta=2026-11-22").await.expect(200).says("Nada que mostrar");
        scene.app.get("/admin/auditoria?antes=nonsense").await.expect(200).says("Tipo de cuenta cambiado");
        let file = scene.app.get("/admin/auditoria.csv").await.expect(200);
        file.says("ROLE_CHANGED;ACCOUNT;");
        scene.app.get("/admin/auditoria.csv?persona=nobody@example.org").await.expect(404);

        scene.app.new_browser();
        scene.app.sign_in("operations").await;
        scene.app.get("/admin/auditoria").await.expect(200).says("Tipo de cuenta cambiado");
        let failures = scene.app.get("/operaciones/fallos").await.expect(200);
        for text in ["Activación fallida", "Técnica", "Sin resolver", "OTA_FAILED", "0,00"] {
            failures.says(text);
        }
        says_not(&failures, "Lucía");
        scene.app.get("/operaciones/fallos?categoria=BUSINESS").await.expect(200).says("Ningún fallo con este filtro");
        scene
            .app
            .get("/operaciones/fallos?abiertos=1&tipo=OTA_ACTIVATION_FAILED")
            .await
            .expect(200)
            .says("Un módulo del coche");
        scene
            .app
            .get("/operaciones/fallos.csv")
            .await
            .expect(200)
            .says("OTA_ACTIVATION_FAILED;TECHNICAL;OTA_ENGINE;MODULE_FAULT;1;OPEN");
    }
}

#[tokio::test]
async fn the_audit_log_is_paged_by_key() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sign_in("support").await;
        for _ in 0..60 {
            scene.app.advance(TimeDelta::seconds(1));
            scene.app.get("/operaciones").await.expect(404);
        }
        scene.app.new_browser();
        scene.app.sign_in("administrator").await;
        let mut path = "/admin/auditoria?tipo=ACCESS_REFUSED".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = scene.app.get(&path).await.expect(200);
            seen.push(page.body.matches("<td data-label=\"Qué\">").count());
            let Some((_, rest)) = page.body.split_once("rel=\"next\" href=\"") else { break };
            path = rest.split('"').next().unwrap().replace("&amp;", "&");
        }
        assert_eq!(seen, [50, 10]);
    }
}

#[tokio::test]
async fn an_island_asks_how_many_entries_are_new() {
    for engine in Engine::all() {
        let mut scene = lived(engine).await;
        let page = scene.app.get("/expediente").await.expect(200);
        page.says("data-component=\"StoryLive");
        page.says(&format!("user:{}", scene.customer));
        let all: i64 =
            scene.app.call("/api/expediente/novedades", &[("since", "0")]).await.expect(200).body.parse().unwrap();
        assert!(all > 10, "{all}");
        scene.app.new_browser();
        scene.app.call("/api/expediente/novedades", &[("since", "0")]).await.expect(401);
        scene.app.sign_in("support").await;
        scene.app.call("/api/expediente/novedades", &[("since", "0")]).await.expect(404);
    }
}
