//! Files: checked by their bytes, and always to be kept rather than shown.

use crate::support_pages::counter::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n the rest of a picture";

async fn ask(app: &mut TestApp, files: Vec<Part>) -> Answer {
    let mut parts = vec![
        Part::text("vehicle", ""),
        Part::text("subject", "Una foto"),
        Part::text("text", "Mira esto, por favor: sale un aviso."),
    ];
    parts.extend(files);
    post_parts(app, "/api/cuenta/ayuda/preguntar", &parts).await
}

#[tokio::test]
async fn a_file_is_kept_and_handed_out_as_a_file() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("customer").await;
        let app = &mut counter.scene.app;
        let files =
            vec![Part::file("../../aviso.exe", PNG), Part::file("", b""), Part::file("nota.txt", "línea".as_bytes())];
        let answer = ask(app, files).await.expect(303);
        let path = answer.location().unwrap().to_owned();
        let page = app.get(&path).await.expect(200);
        page.says("Mira esto, por favor");
        page.says("aviso.png");
        page.says("nota.txt");
        let found = page.body.split("href=\"/cuenta/ayuda/GEN").find(|rest| rest.contains("aviso.png")).unwrap();
        let href = format!("/cuenta/ayuda/GEN{}", found.split('"').next().unwrap());
        let file = app.get(&href).await.expect(200);
        assert_eq!(file.header("content-type"), Some("image/png"));
        assert!(file.header("content-disposition").unwrap().starts_with("attachment;"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(file.header("cache-control"), Some("no-store"));

        counter.becomes(OTHER_CUSTOMER).await;
        counter.scene.app.get(&href).await.expect(404);
        counter.becomes("support").await;
        let at_desk = href.replace("/cuenta/ayuda/", "/soporte/");
        let file = counter.scene.app.get(&at_desk).await.expect(200);
        assert!(file.header("content-disposition").unwrap().starts_with("attachment;"));
        // Of this case, not of another one.
        counter.scene.app.get(&at_desk.replace("GEN-000001", "OTA-000001")).await.expect(404);
        for who in ["dealer", "administrator"] {
            counter.becomes(who).await;
            counter.scene.app.get(&at_desk).await.expect(404);
        }
    }
}

#[tokio::test]
async fn what_is_no_picture_or_document_is_refused_and_the_text_kept() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("customer").await;
        let app = &mut counter.scene.app;
        let large = [PNG, &vec![0; 5 * 1024 * 1024]].concat();
        for (files, words) in [
            (vec![Part::file("foto.png", b"MZ\x90\x00\x03")], "Solo admitimos imágenes"),
            (vec![Part::file("pagina.png", b"\x00<script>")], "Solo admitimos imágenes"),
            (vec![Part::file("grande.png", &large)], "5 MB como mucho"),
            ((0..4).map(|_| Part::file("a.png", PNG)).collect(), "Caben 3 archivos"),
        ] {
            let answer = ask(app, files).await;
            let page = follow(app, answer).await;
            page.says(words);
            page.says("Mira esto, por favor: sale un aviso.");
            page.says("value=\"Una foto\"");
        }
        says_not(&app.get("/cuenta/ayuda").await.expect(200), "GEN-000001");
        // A body that no form of ours sends.
        let huge = Part::file("x.png", &vec![0; 17 * 1024 * 1024]);
        let answer = ask(app, vec![huge]).await;
        assert!(matches!(answer.status, 404 | 413), "{}", answer.status);
    }
}
