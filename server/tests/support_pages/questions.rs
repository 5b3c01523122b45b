//! The form in the account, and what comes of it.

use crate::support_pages::counter::*;

#[tokio::test]
async fn a_question_is_asked_followed_and_answered() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("customer").await;
        let car = counter.scene.lince.to_string();
        let app = &mut counter.scene.app;
        let page = app.get("/cuenta/ayuda").await.expect(200);
        page.says("enctype=\"multipart/form-data\"");
        page.says(&car);
        let parts =
            [Part::text("vehicle", &car), Part::text("subject", "Mi factura"), Part::text("text", "¿Dónde está?\n<b>")];
        let answer = post_parts(app, "/api/cuenta/ayuda/preguntar", &parts).await.expect(303);
        assert_eq!(answer.location(), Some("/cuenta/ayuda/GEN-000001"));
        let page = app.get("/cuenta/ayuda/GEN-000001").await.expect(200);
        page.says("Pregunta recibida.");
        page.says("¿Dónde está?");
        page.says("&lt;b&gt;");

        counter.becomes("support").await;
        counter.scene.app.get("/soporte?lista=general").await.expect(200).says("Mi factura");
        counter.number = "GEN-000001".to_owned();
        let page = counter.page().await;
        page.says("¿Dónde está?");
        // There is no activation, so nothing is offered for one.
        says_not(&page, "Activar a mano");
        says_not(&page, "Fallo definitivo");
        let fields = [
            ("text", "En tu cuenta, apartado Pagos."),
            ("email", "true"),
            ("then", "SOLVE"),
            ("solution", "ANSWERED"),
            ("action", "send"),
        ];
        counter.send("responder", &fields).await.says("Respuesta enviada");
        counter.becomes("customer").await;
        let page = counter.scene.app.get("/cuenta/ayuda/GEN-000001").await.expect(200);
        page.says("En tu cuenta, apartado Pagos.");
        page.says("Resuelto");
        // It was not: a further word reopens it.
        counter.customer_writes("GEN-000001", "No la encuentro").await;
        counter.scene.app.get("/cuenta/ayuda/GEN-000001").await.expect(200).says("Lo estamos mirando");
    }
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_typed_is_lost() {
    for engine in Engine::all() {
        let mut counter = Counter::open(engine).await;
        counter.becomes("customer").await;
        let app = &mut counter.scene.app;
        let long = "Una explicación muy detallada. ".repeat(60);
        let parts = [Part::text("subject", " "), Part::text("text", &long)];
        let answer = post_parts(app, "/api/cuenta/ayuda/preguntar", &parts).await;
        let page = follow(app, answer).await;
        page.says("Escribe el asunto en pocas palabras");
        page.says(long.trim());
        let parts = [Part::text("subject", "Hola"), Part::text("text", "")];
        let answer = post_parts(app, "/api/cuenta/ayuda/preguntar", &parts).await;
        follow(app, answer).await.says("Escribe qué necesitas.");
        // Another's car is no car.
        let other = counter.becomes(OTHER_CUSTOMER).await;
        let cars = vehicles_of(&mut counter.scene.app.caas().db.read().await.unwrap(), other).await.unwrap();
        counter.becomes("customer").await;
        let parts =
            [Part::text("vehicle", &cars[0].id.to_string()), Part::text("subject", "Hola"), Part::text("text", "x")];
        post_parts(&mut counter.scene.app, "/api/cuenta/ayuda/preguntar", &parts).await.expect(404);
    }
}
