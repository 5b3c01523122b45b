//! The pages of the failure analysis: who may see them, what they say, and that every figure leads to what it is made of.

use super::analysis::Planted;
use crate::support::{Engine, TestApp};
use caas::kernel::Timestamp;
use caas::sql;

const PAGE: &str = "/operaciones/analisis?desde=2026-11-20&hasta=2026-11-23";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Six attempts over three days: three fail, one is under way.
async fn planted(engine: Engine) -> Planted {
    let planted = Planted::new(engine).await;
    let (seats, audio) = (planted.seats, planted.audio);
    planted.attempt(seats, at("2026-11-20T09:00:00Z"), 1, Some("FAILED_RETRY"), "VEHICLE_OFFLINE").await;
    planted.attempt(seats, at("2026-11-20T09:01:00Z"), 2, Some("SUCCESS"), "ACTIVATED").await;
    planted.attempt(audio, at("2026-11-21T23:30:00Z"), 1, Some("FAILED_RETRY"), "VEHICLE_OFFLINE").await;
    planted.attempt(audio, at("2026-11-21T23:31:00Z"), 2, Some("FAILED_ESCALATE"), "MODULE_FAULT").await;
    planted.attempt(audio, at("2026-11-22T10:00:00Z"), 6, Some("SUCCESS"), "ACTIVATED").await;
    planted.attempt(seats, at("2026-11-23T08:00:00Z"), 3, None, "").await;
    planted.close().await;
    planted
}

/// The addresses in a page that begin like this, as a browser follows them.
fn links(body: &str, begin: &str) -> Vec<String> {
    let begin = format!("href=\"{begin}");
    let mut links = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find(&begin) {
        rest = &rest[at + "href=\"".len()..];
        links.push(rest.split('"').next().unwrap().replace("&amp;", "&"));
    }
    links
}

async fn in_english(app: &mut TestApp) {
    app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
}

#[tokio::test]
async fn figures_are_shown_in_both_languages_and_lead_to_their_attempts() {
    for engine in Engine::all() {
        let mut planted = planted(engine).await;
        let app = &mut planted.scene.app;
        app.sign_in("operations").await;
        let page = app.get(PAGE).await.expect(200);
        for said in [
            "Del 20 de noviembre de 2026 al 23 de noviembre de 2026",
            "El coche no tenía conexión",
            "Un módulo del coche ha informado de un fallo",
            "09:00–10:00",
            "Intento 1",
            "A mano",
            "1 en curso.",
            "60,0 % de los terminados.",
            "0 de 2 primeros intentos.",
            "<svg viewBox=\"0 0 480 220\"",
            "Consulta, de abierta a resuelta",
            "/operaciones/fallos",
        ] {
            page.says(said);
        }
        // Every figure's list says the same number again, whatever it is narrowed to.
        let lists = links(&page.body, "/operaciones/analisis/intentos");
        assert!(lists.len() > 20, "{lists:?}");
        for href in lists {
            let list = app.get(&href).await.expect(200);
            let rows = list.body.matches("<time ").count();
            list.says(&format!("Del 20 de noviembre de 2026 al 23 de noviembre de 2026: {rows}"));
        }
        for href in links(&page.body, "/operaciones/analisis?desde=2026-11-20") {
            app.get(&href).await.expect(200);
        }
        let service = planted.scene.activation(planted.seats).await.service_id;
        let app = &mut planted.scene.app;
        let narrowed = app.get(&format!("{PAGE}&servicio={service}")).await.expect(200);
        narrowed.says("Quitar");
        assert!(!narrowed.body.contains("Un módulo del coche") && !narrowed.body.contains("Por servicio"));
        app.get(&format!("{PAGE}&motivo=MODULE_FAULT")).await.expect(200).says("los tiempos se ven enteros");
        app.get("/operaciones/analisis?desde=2020-01-01&hasta=2020-01-02")
            .await
            .expect(200)
            .says("Ningún intento en estos días");
        let list =
            app.get("/operaciones/analisis/intentos?desde=2026-11-21&hasta=2026-11-21&fallidos=1").await.expect(200);
        let customer = planted.scene.customer;
        list.says(&format!("/soporte/clientes/{customer}/expediente"));
        in_english(&mut planted.scene.app).await;
        let app = &mut planted.scene.app;
        let page = app.get(PAGE).await.expect(200);
        for said in ["Failure analysis", "The car was offline", "60.0% of those that ended.", "Attempts per activation"]
        {
            page.says(said);
        }
        app.get("/operaciones/analisis").await.expect(200).says("From 17 November 2026 to 23 November 2026");
    }
}

#[tokio::test]
async fn days_that_make_no_sense_are_said_to_beside_their_field() {
    let mut planted = planted(Engine::Sqlite).await;
    let app = &mut planted.scene.app;
    app.sign_in("operations").await;
    for (query, field, said) in [
        ("desde=nada&hasta=2026-11-23", "desde-error", "No es un día."),
        ("desde=2026-02-30", "desde-error", "No es un día."),
        ("hasta=2026-11-31", "hasta-error", "No es un día."),
        ("desde=2026-11-23&hasta=2026-11-22", "hasta-error", "Tiene que ser el mismo día"),
    ] {
        let page = app.get(&format!("/operaciones/analisis?{query}")).await.expect(200);
        page.says(said);
        page.says(field);
        assert!(!page.body.contains("Por motivo"), "{query}");
        app.get(&format!("/operaciones/analisis/intentos?{query}")).await.expect(404);
        app.get(&format!("/operaciones/analisis.csv?{query}&tabla=motivo")).await.expect(404);
    }
}

#[tokio::test]
async fn every_breakdown_is_a_file() {
    for engine in Engine::all() {
        let mut planted = planted(engine).await;
        let app = &mut planted.scene.app;
        app.sign_in("operations").await;
        let page = app.get(PAGE).await.expect(200);
        let files = links(&page.body, "/operaciones/analisis.csv");
        assert_eq!(files.len(), 6, "five breakdowns and the times: {files:?}");
        for href in files {
            let file = app.get(&href).await.expect(200);
            assert!(file.header("content-type").unwrap().starts_with("text/csv"));
            let lines: Vec<_> = file.body.trim_start_matches('\u{feff}').lines().collect();
            if href.contains("tabla=tiempos") {
                assert!(lines[0].starts_with("Qué;Como mucho (s);"), "{lines:?}");
                continue;
            }
            let of = |line: &str, column: usize| line.split(';').nth(column).unwrap().parse::<i64>().unwrap();
            let sums: Vec<i64> = (2..5).map(|column| lines[1..].iter().map(|line| of(line, column)).sum()).collect();
            assert_eq!(sums, [6, 3, 1], "{href}: {lines:?}");
        }
        in_english(app).await;
        let file =
            app.get("/operaciones/analisis.csv?desde=2026-11-20&hasta=2026-11-23&tabla=motivo").await.expect(200);
        file.says("VEHICLE_OFFLINE,The car was offline,2,2,0");
        for nothing in ["tabla=", "tabla=nada", "tabla=motivo&motivo=TIMEOUT", "tabla=tiempos&hora=9"] {
            app.get(&format!("/operaciones/analisis.csv?{nothing}")).await.expect(404);
        }
    }
}

#[tokio::test]
async fn it_is_for_operations_and_administrators_alone() {
    const PATHS: [&str; 3] =
        ["/operaciones/analisis", "/operaciones/analisis/intentos", "/operaciones/analisis.csv?tabla=motivo"];
    for engine in Engine::all() {
        let mut planted = planted(engine).await;
        let refused = async |planted: &Planted| {
            let mut tx = planted.scene.read().await;
            sql!(tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'").unwrap().0
        };
        for who in ["customer", "support", "dealer"] {
            planted.scene.app.new_browser();
            planted.scene.app.sign_in(who).await;
            for path in PATHS {
                let before = refused(&planted).await;
                planted.scene.app.get(path).await.expect(404);
                assert_eq!(refused(&planted).await, before + 1, "{who} tried {path}");
            }
        }
        planted.scene.app.new_browser();
        assert_eq!(planted.scene.app.get(PATHS[0]).await.status, 303, "signed out");
        planted.scene.app.sign_in("administrator").await;
        for path in PATHS {
            planted.scene.app.get(path).await.expect(200);
        }
        let list = planted.scene.app.get("/operaciones/analisis/intentos?desde=2026-11-20").await.expect(200);
        list.says("Un módulo del coche ha informado de un fallo");
        assert!(!list.body.contains("/soporte/"), "what an administrator may not open is no link");
    }
}
