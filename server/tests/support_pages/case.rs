//! Work on one case, form by form.

use crate::support_pages::counter::*;

const MAIL: (&str, &str) = ("email", "true");
const IN_APP: (&str, &str) = ("in_app", "true");

#[tokio::test]
async fn the_whole_package_lies_open() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.page().await;
        for text in [
            "MODULE_FAULT",
            "VSSZZZLNCTR000101",
            "4821 MKD",
            "cliente@demo.caas.example",
            "Configuración probada",
            "SEAT_HEATING",
            "El coche en cada intento",
            "Latencia",
            "4.10.2",
            "Quedan 23 h",
            "No se ha cobrado nada: la retención",
            "se anuló",
            "Neto: 0,00\u{a0}€",
            "Nadie",
        ] {
            page.says(text);
        }
        counter.becomes("support").await;
        let app = &mut counter.scene.app;
        app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        let page = counter.page().await;
        page.says("The car at each attempt");
        page.says("Nothing was charged: the hold");
        for spanish in ["Intento ", "Retención", "Respuesta<", "Dinero"] {
            says_not(&page, spanish);
        }
    }
}

/// As both sides read it.
const EVIDENCE: [&str; 3] = [
    "Quiero que el servicio se active en mi coche ahora",
    "conservo el derecho de desistimiento durante 14 días",
    "Versión 2026-11-21 del texto, leída en español y aceptada el 23 de noviembre de 2026",
];

#[tokio::test]
async fn what_the_customer_agreed_to_is_read_by_both_sides() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.page().await;
        for text in EVIDENCE {
            page.says(text);
        }
        counter.becomes("operations").await;
        counter.page().await.says(EVIDENCE[2]);
        counter.becomes("customer").await;
        let order = counter.order.clone();
        let page = counter.scene.app.get(&order).await.expect(200);
        for text in EVIDENCE {
            page.says(text);
        }
    }
}

#[tokio::test]
async fn a_theft_stands_on_the_case_for_those_who_help() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        says_not(&counter.page().await, "id=\"robo-anotado\"");
        counter.send("robo", &[("text", "Denuncia <b>123</b>"), ("says", "STOLEN")]).await;
        counter.scene.app.advance(TimeDelta::minutes(1));
        let page = counter.send("robo", &[("text", "Ha aparecido"), ("says", "BACK")]).await;
        for text in
            ["id=\"robo-anotado\"", "Robado", "No está robado", "Denuncia &lt;b&gt;123&lt;/b&gt;", "Ha aparecido"]
        {
            page.says(text);
        }
        let (back, stolen) = (page.body.find("Ha aparecido").unwrap(), page.body.find("Denuncia").unwrap());
        assert!(back < stolen, "the newest first");
        counter.becomes("customer").await;
        let own = counter.scene.app.get("/cuenta/ayuda/OTA-000001").await.expect(200);
        says_not(&own, "Ha aparecido");
    }
}

#[tokio::test]
async fn a_case_is_taken_answered_and_solved() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.send("tomar", &[]).await;
        page.says("El caso es tuyo.");
        page.says("Lo llevas tú.");
        counter.scene.app.get("/soporte?lista=mios").await.expect(200).says("OTA-000001");
        counter.send("prioridad", &[("priority", "URGENT")]).await.says("Prioridad urgente");
        counter
            .send("nota", &[("text", "El módulo <b>M7</b> da error")])
            .await
            .says("El módulo &lt;b&gt;M7&lt;/b&gt; da error");

        let fields = [("text", "Estamos con ello, {{customer}}."), MAIL, IN_APP, ("then", "WAIT"), ("action", "send")];
        let page = counter.send("responder", &fields).await;
        page.says("Respuesta enviada al cliente.");
        page.says("Estamos con ello, Lucía");
        page.says("En pausa");
        assert_eq!(written(&page), "");
        let mails = counter.mails().await;
        assert!(mails.iter().any(|mail| mail.contains("Estamos con ello, Lucía")), "{mails:?}");

        // The customer reads the answer, not the note, and answers.
        counter.becomes("customer").await;
        let own = counter.scene.app.get("/cuenta/ayuda/OTA-000001").await.expect(200);
        own.says("Estamos con ello, Lucía");
        own.says("Esperamos tu respuesta");
        says_not(&own, "M7");
        counter.customer_writes("OTA-000001", "Sigue igual").await;
        let own = counter.scene.app.get("/cuenta/ayuda/OTA-000001").await.expect(200);
        own.says("Sigue igual");
        own.says("Lo estamos mirando");

        counter.becomes("support").await;
        let page = counter.page().await;
        page.says("Sigue igual");
        says_not(&page, "En pausa");
        let page = counter.send("cerrar", &[("solution", "OTHER")]).await;
        page.says("Caso resuelto");
        page.says("El caso está resuelto");
        counter.scene.app.get("/soporte?lista=resueltos").await.expect(200).says("OTA-000001");
        counter.send("reabrir", &[]).await.says("Caso reabierto.");
        // A solution that is not for hands to name.
        counter.send("cerrar", &[("solution", "ACTIVATED_BY_HAND")]).await.expect(404);
        counter.verify().await;
    }
}

#[tokio::test]
async fn an_answer_that_crosses_another_keeps_its_text() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let before = counter.page().await;
        let version = hidden(&before, "version");
        let seen = hidden(&before, "seen");
        counter.customer_writes("OTA-000001", "Ya funciona, gracias").await;
        counter.becomes("support").await;
        let long = "Una respuesta larga. ".repeat(150);
        let fields = [("text", long.as_str()), MAIL, ("then", "SOLVE"), ("solution", "OTHER"), ("action", "send")];
        let page = counter.send_as("responder", &version, &seen, &fields).await;
        page.says("Alguien ha cambiado este caso mientras tanto");
        page.says("Ya funciona, gracias");
        assert_eq!(written(&page), long.trim());
        let mails = counter.mails().await;
        assert!(!mails.iter().any(|mail| mail.contains("Una respuesta larga")));
        // Seen, it goes out.
        let fields = [("text", long.as_str()), MAIL, ("then", "OPEN"), ("action", "send")];
        let page = counter.send("responder", &fields).await;
        page.says("Respuesta enviada al cliente.");
        assert_eq!(written(&page), "");

        // A change of the case itself is told as well, and nothing is done.
        let page = counter.send_as("tomar", &version, "", &[]).await;
        page.says("Alguien ha cambiado este caso mientras tanto");
        says_not(&page, "El caso es tuyo.");
    }
}

#[tokio::test]
async fn a_ready_made_text_is_added_to_what_is_written() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.page().await;
        let (_, rest) = page.body.split_once("name=\"ready\"").expect("there are ready-made texts");
        let id = rest.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields =
            [("text", "Buenos días."), ("ready", id.as_str()), ("action", "macro"), ("then", "OPEN"), ("sms", "true")];
        let page = counter.send("responder", &fields).await;
        let text = written(&page);
        assert!(text.starts_with("Buenos días."), "{text}");
        assert!(text.contains("Lucía"), "{text}");
        assert!(!text.contains("{{customer}}"), "{text}");
        page.says("id=\"canal-sms\" name=\"sms\" value=\"true\" checked");
        // It is kept for this agent, also on another day.
        let page = counter.page().await;
        assert_eq!(written(&page), text);
        // The island keeps what is being written.
        counter
            .scene
            .app
            .call("/api/soporte/borrador", &[("number", "OTA-000001"), ("text", "Otro borrador")])
            .await
            .expect(200);
        let page = counter.page().await;
        assert_eq!(written(&page), "Otro borrador");
    }
}

#[tokio::test]
async fn two_cases_of_a_customer_become_one_and_two_again() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("customer").await;
        let parts = [Part::text("subject", "Los asientos"), Part::text("text", "¿Qué pasa con los asientos?")];
        let answer = post_parts(&mut counter.scene.app, "/api/cuenta/ayuda/preguntar", &parts).await.expect(303);
        assert_eq!(answer.location(), Some("/cuenta/ayuda/GEN-000001"));
        counter.becomes("support").await;
        counter.number = "GEN-000001".to_owned();
        counter.send("unir", &[("into", "OTA-999999")]).await.says("No se ha guardado nada.");
        let page = counter.send("unir", &[("into", " ota-000001 ")]).await;
        page.says("Casos unidos.");
        page.says("href=\"/soporte/OTA-000001\"");
        counter.number = "OTA-000001".to_owned();
        counter.page().await.says("¿Qué pasa con los asientos?");
        counter.becomes("customer").await;
        let own = counter.scene.app.get("/cuenta/ayuda/GEN-000001").await.expect(200);
        own.says("Este caso sigue en");
        counter.becomes("support").await;
        counter.number = "GEN-000001".to_owned();
        counter.scene.app.advance(TimeDelta::minutes(9));
        counter.page().await.says("Deshacer la unión");
        counter.send("separar", &[]).await.says("Trabajar el caso");
    }
}

#[tokio::test]
async fn what_is_to_be_done_later_comes_back_in_time() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.send("tarea", &[("day", "2026-11-24"), ("time", "10:30"), ("text", "Llamar a Lucía")]).await;
        page.says("Llamar a Lucía");
        let page = counter.send("tarea", &[("day", "ayer"), ("time", ""), ("text", "Otra cosa")]).await;
        page.says("No se ha guardado nada.");
        page.says("Otra cosa");
        counter.scene.app.advance(TimeDelta::days(2));
        counter.scene.app.run_jobs().await;
        counter.becomes("support").await;
        let desk = counter.scene.app.get("/soporte").await.expect(200);
        desk.says("Toca ya");
        let (_, rest) = desk.body.split_once("name=\"task\"").unwrap();
        let id = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("task", id.as_str()), ("back", "//evil.example")];
        let answer = counter.scene.app.post_form("/api/soporte/tarea-hecha", &fields).await.expect(303);
        assert_eq!(answer.location(), Some("/soporte"));
        says_not(&counter.scene.app.get("/soporte").await.expect(200), "Toca ya");
    }
}

#[tokio::test]
async fn the_car_is_asked_on_demand_and_nobody_waits_for_it() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        let page = counter.send("estado", &[]).await;
        page.says("Conectado");
        page.says("Aparcado");
        page.says("data-label=\"Ahora\"");
        counter.scene.app.sandbox().set_connectivity(&lince(), Connectivity::Offline);
        counter.send("estado", &[]).await.says("Sin conexión");
        counter.scene.app.sandbox().set_fault(FaultRule::iot(Fault::Outage));
        counter.send("estado", &[]).await.says("El coche no responde ahora.");
        assert!(counter.scene.app.sandbox().commands().len() <= 1, "a question is no command");
    }
}

#[tokio::test]
async fn who_else_is_there_is_seen() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.page().await.says("data-component=\"CaseLive");
        let signs = counter.scene.app.call("/api/soporte/presencia", &[("number", "OTA-000001")]).await.expect(200);
        signs.says("\"others\":[]");
        // Another agent sits down.
        let caas = counter.scene.app.caas().clone();
        let other = counter.becomes("operations").await;
        let ticket =
            caas::support::case(&mut caas.db.read().await.unwrap(), "OTA-000001").await.unwrap().unwrap().ticket.id;
        caas::support::touch_presence(&caas, &caas::support::Agent { id: other }, ticket).await.unwrap();
        counter.becomes("support").await;
        let signs = counter.scene.app.call("/api/soporte/presencia", &[("number", "OTA-000001")]).await.expect(200);
        says_not(&signs, "\"others\":[]");
        counter.page().await.says("También está en este caso:");
    }
}
