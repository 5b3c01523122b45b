//! The pages, without JavaScript: roles, other people's things, refusals beside the field.

use crate::support::{Engine, TestApp};
use crate::use_cases::scenario::{SEATS, Scene};
use caas::accounts::DEMO_PASSWORD;
use caas::activation::model::ActivationState;
use caas::rights::export::latest;
use caas::sql;

const OTHER: &str = "cliente2@demo.caas.example";

async fn forget_everybody(app: &mut TestApp) {
    app.new_browser();
    app.headers.clear();
}

#[tokio::test]
async fn a_stolen_car_is_settled_service_by_service() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let done = scene.order(SEATS).await;
        scene.until(done, ActivationState::Active).await;
        let pending = scene.order(crate::use_cases::scenario::AUDIO).await;
        let path = format!("/expediente/coches/{}/robo", scene.vehicle);
        let car = scene.vehicle.to_string();
        let app = &mut scene.app;
        assert_eq!(app.get(&path).await.expect(303).location().map(|to| to.starts_with("/entrar")), Some(true));
        app.sign_in("customer").await;
        let page = app.get(&path).await.expect(200);
        page.says("112");
        page.says("no localiza, bloquea ni apaga");
        page.says(&format!("/expediente/activaciones/{done}/desistir"));
        page.says("Desistir del contrato aquí");
        page.says("action=\"/api/robo/cancelar\"");
        app.get(&format!("/expediente?coche={car}")).await.says("¿Te han robado el coche?");
        let page = app.submit("/api/robo/cancelar", &[("id", &pending.to_string()), ("car", &car)]).await.expect(200);
        page.says("¿Te han robado el coche?");
        app.headers.push(("accept-language", "en".to_owned()));
        for who in [OTHER, "dealer", "support", "operations", "administrator"] {
            app.new_browser();
            app.sign_in(who).await;
            app.get(&path).await.expect(404);
            app.post_form("/api/robo/cancelar", &[("id", &done.to_string()), ("car", &car)]).await.expect(404);
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_copy_is_asked_for_and_downloaded_by_its_owner_alone() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let user = app.sign_in("customer").await;
        app.get("/cuenta").await.expect(200).says("/cuenta/datos");
        app.get("/cuenta/datos").await.expect(200).says("action=\"/api/cuenta/datos\"");
        app.submit("/api/cuenta/datos", &[]).await.expect(200).says("Estamos preparando tu copia");
        app.run_jobs().await;
        let copy = latest(&mut app.caas().db.read().await.unwrap(), user).await.unwrap().unwrap();
        let href = format!("/cuenta/datos/{}", copy.id);
        app.get("/cuenta/datos").await.expect(200).says(&href);
        let file = app.get(&href).await.expect(200);
        assert_eq!(file.header("content-type"), Some("application/zip"));
        assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
        app.submit("/api/cuenta/datos", &[]).await.expect(200).says("Ya hay una copia reciente");
        for who in [OTHER, "support", "administrator"] {
            app.new_browser();
            app.sign_in(who).await;
            app.get(&href).await.expect(404);
        }
        forget_everybody(&mut app).await;
        assert!(app.get(&href).await.expect(303).location().unwrap().starts_with("/entrar"));
        app.verify().await;
    }
}

#[tokio::test]
async fn the_erasure_asks_twice_and_can_be_taken_back() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.run_jobs().await;
        app.sign_in("customer").await;
        let page = app.get("/cuenta/borrar").await.expect(200);
        page.says("Código de Comercio");
        page.says("action=\"/api/cuenta/borrar\"");
        let typed = [("current_password", DEMO_PASSWORD), ("word", "sí")];
        app.submit("/api/cuenta/borrar", &typed).await.says("aria-invalid=\"true\"");
        let typed = [("current_password", "otra cosa"), ("word", "borrar")];
        let page = app.submit("/api/cuenta/borrar", &typed).await;
        page.says("aria-invalid=\"true\"");
        assert!(!page.body.contains("otra cosa"));
        let typed = [("current_password", DEMO_PASSWORD), ("word", "borrar")];
        app.submit("/api/cuenta/borrar", &typed).await.expect(200).says("Tu cuenta se borra el");
        app.submit("/api/cuenta/conservar", &[]).await.expect(200).says("La cuenta se queda como está");
        for who in ["dealer", "support"] {
            app.new_browser();
            app.sign_in(who).await;
            app.get("/cuenta/borrar").await.expect(404);
            app.post_form("/api/cuenta/borrar", &typed).await.expect(404);
        }
        app.verify().await;
    }
}

#[tokio::test]
async fn a_car_is_passed_on_with_a_code() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.order(SEATS).await;
        scene.until(id, ActivationState::Active).await;
        let car = scene.vehicle.to_string();
        let path = format!("/expediente/coches/{car}/traspaso");
        let app = &mut scene.app;
        app.sign_in("customer").await;
        app.get(&path).await.expect(200).says("Se queda en el coche");
        let typed = [("car", car.as_str()), ("name", "Ana"), ("email", "cliente@demo.caas.example")];
        app.submit("/api/traspaso/ofrecer", &typed).await.says("Es el correo de quien ya tiene el coche");
        let typed = [("car", car.as_str()), ("name", "Ana"), ("email", OTHER)];
        let page = app.submit("/api/traspaso/ofrecer", &typed).await.expect(200);
        page.says("El código para el nuevo dueño");
        let spelled = page
            .body
            .split_once("link-code__code")
            .unwrap()
            .1
            .split_once("<span class=\"sr-only\">")
            .unwrap()
            .1
            .split_once('<')
            .unwrap()
            .0;
        let code: String = spelled.split_whitespace().collect();
        assert_eq!(code.len(), 8, "{spelled}");
        assert!(!app.get(&path).await.body.contains(&code), "the code is shown once");
        let (change, _) = sql!(
            &mut app.caas().db.read().await.unwrap(),
            one(uuid::Uuid, String),
            "SELECT id, state FROM owner_changes WHERE state = 'OFFERED'"
        )
        .unwrap();
        let there = format!("/expediente/traspasos/{change}");
        app.get(&there).await.expect(404);
        app.new_browser();
        app.sign_in(OTHER).await;
        app.get(&path).await.expect(404);
        app.get("/expediente").await.says(&there);
        let page = app.get(&there).await.expect(200);
        page.says("Ya activo en el coche");
        assert!(!page.body.contains("Lucía"), "no name of the old owner");
        let change = change.to_string();
        let wrong = [("change", change.as_str()), ("code", "AAAA BBBB")];
        app.submit("/api/traspaso/aceptar", &wrong).await.expect(200).says("El código no es ese");
        let right = [("change", change.as_str()), ("code", code.as_str())];
        let page = app.submit("/api/traspaso/aceptar", &right).await.expect(200);
        page.says("El coche ya está en tu cuenta");
        page.says("Ya activo en el coche");
        // Nothing of the old owner's can be asked for.
        app.get(&format!("/expediente/activaciones/{id}")).await.expect(404);
        app.new_browser();
        app.sign_in("customer").await;
        app.get(&path).await.expect(404);
        app.get(&format!("/expediente/activaciones/{id}")).await.expect(200);
        app.get("/expediente/servicios").await.says("Va con el coche");
        scene.proven().await;
    }
}

#[tokio::test]
async fn staff_begin_a_change_only_for_cars_they_may() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let vin = scene.vin.as_str().to_owned();
        let app = &mut scene.app;
        for who in ["customer", "operations", "administrator"] {
            app.new_browser();
            app.sign_in(who).await;
            app.get("/cambio-de-dueno").await.expect(404);
            app.post_form("/api/traspaso/empezar", &[("vin", &vin), ("name", "Ana"), ("email", OTHER)])
                .await
                .expect(404);
        }
        app.new_browser();
        app.sign_in("support").await;
        app.get("/cambio-de-dueno").await.expect(200).says("action=\"/api/traspaso/empezar\"");
        let typed = [("vin", "VSSZZZ00000000000"), ("name", "Ana"), ("email", OTHER)];
        app.submit("/api/traspaso/empezar", &typed).await.says("aria-invalid=\"true\"");
        let typed = [("vin", vin.as_str()), ("name", "Ana"), ("email", OTHER)];
        app.submit("/api/traspaso/empezar", &typed).await.expect(200).says("El código para el nuevo dueño");
        scene.proven().await;
    }
}
