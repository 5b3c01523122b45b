//! The work lists: what they show, what is found, and what an agent keeps.

use crate::support_pages::counter::*;

#[tokio::test]
async fn a_case_is_found_by_all_it_is_known_by() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let app = &mut counter.scene.app;
        let desk = app.get("/soporte").await.expect(200);
        desk.says("OTA-000001");
        desk.says("Un módulo del coche ha informado de un fallo.");
        for (query, found) in [
            ("texto=OTA-000001", true),
            ("texto=VSSZZZLNCTR000101", true),
            ("texto=cliente%40demo.caas.example", true),
            ("texto=MODULE_FAULT", true),
            ("texto=OTA-000002", false),
            ("motivo=MODULE_FAULT&modelo=LINCE", true),
            ("motivo=TIMEOUT", false),
            ("modelo=ALCOR", false),
            ("lista=general", false),
            ("lista=mios", false),
            ("lista=sin-asignar", true),
            ("lista=vencidos", false),
            ("lista=resueltos", false),
            ("prioridad=NORMAL&orden=PRIORITY", true),
        ] {
            let page = app.get(&format!("/soporte?{query}")).await.expect(200);
            assert_eq!(page.body.contains("/soporte/OTA-000001"), found, "{query}");
        }
        // Overdue after its 24 hours.
        app.advance(TimeDelta::hours(25));
        app.run_jobs().await;
        counter.becomes("support").await;
        let app = &mut counter.scene.app;
        app.get("/soporte?lista=vencidos").await.expect(200).says("Vencida hace 1 h");
        // What makes no sense is left out.
        app.get("/soporte?lista=%3Cscript%3E&tras=x&orden=nada&servicio=x").await.expect(200);
    }
}

#[tokio::test]
async fn lists_go_page_by_page_by_their_last_line() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let caas = counter.scene.app.caas().clone();
        for customer in [counter.scene.customer, counter.becomes(OTHER_CUSTOMER).await] {
            for number in 0..15 {
                counter.scene.app.advance(TimeDelta::seconds(1));
                let question = caas::support::Question {
                    subject: format!("Pregunta {number:02}"),
                    text: "¿Cómo?".to_owned(),
                    ..Default::default()
                };
                let _ = caas::support::open_question(&caas, customer, &question).await.unwrap();
            }
        }
        counter.becomes("support").await;
        let app = &mut counter.scene.app;
        let mut path = "/soporte?lista=sin-asignar".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = app.get(&path).await.expect(200);
            let (_, table) = page.body.split_once("<tbody>").unwrap();
            let (table, _) = table.split_once("</tbody>").unwrap();
            seen.extend(
                table
                    .split("data-case")
                    .skip(1)
                    .map(|row| row.split("</a>").next().unwrap().rsplit('>').next().unwrap().to_owned()),
            );
            let Some((before, _)) = page.body.split_once("rel=\"next\"") else { break };
            let (_, after) = page.body.split_at(before.len());
            path = after.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), seen.len());
        assert_eq!(seen.len(), 21, "ten questions a day each, and the activation: {seen:?}");
        // The newest question of each is 10 of 15: the others were too many for a day.
        app.get("/soporte").await.expect(200).says("20</span>");
    }
}

#[tokio::test]
async fn an_agent_keeps_lists() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let app = &mut counter.scene.app;
        let fields = [("name", "Averías <b>"), ("query", "lista=sin-asignar&motivo=MODULE_FAULT&malo=//evil")];
        let page = app.submit("/api/soporte/vista", &fields).await.expect(200);
        page.says("Averías &lt;b&gt;");
        page.says("href=\"/soporte?lista=sin-asignar&amp;motivo=MODULE_FAULT\"");
        let (_, rest) = page.body.split_once("/api/soporte/vista-borrar").unwrap();
        let id = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = app.submit("/api/soporte/vista-borrar", &[("id", &id)]).await.expect(200);
        says_not(&page, "Averías");
        app.post_form("/api/soporte/vista-borrar", &[("id", &id)]).await.expect(404);
        app.submit("/api/soporte/vista", &[("name", " "), ("query", "")]).await.expect(200).says("No se ha guardado");
    }
}

#[tokio::test]
async fn the_list_moves_and_says_so_to_its_island() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let app = &mut counter.scene.app;
        let desk = app.get("/soporte").await.expect(200);
        desk.says("data-component=\"DeskLive");
        desk.says("data-component=\"DeskKeys");
        let lines = app.call("/api/soporte/lista", &[("query", "lista=sin-asignar")]).await.expect(200);
        lines.says("OTA-000001");
        lines.says("\"count\":\"1\"");
        // No amount, no email address and no diagnostics in what islands get.
        says_not(&lines, "cliente@demo");
        says_not(&lines, "249");
    }
}
