//! Getting in, getting back in and one's own account, over HTTP and without JavaScript.

use crate::support::{Engine, TestApp};
use caas::accounts::{DEMO_PASSWORD, session_handle};
use chrono::TimeDelta;

const CUSTOMER: &str = "cliente@demo.caas.example";
const OTHER_CUSTOMER: &str = "cliente2@demo.caas.example";
const PASSWORD: &str = "mi perro come peras";
const COOKIE: &str = "__Host-caas";

/// The local part of the link in the newest mail that has one.
async fn link(app: &mut TestApp) -> String {
    app.run_jobs().await;
    let mails = app.sandbox().mails();
    let mail = mails.iter().find(|mail| mail.text.contains("token="));
    let text = &mail.expect("a mail with a link was sent").text;
    let (_, rest) = text.split_once("http://localhost:3000").unwrap_or_else(|| panic!("no link in: {text}"));
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

fn token(link: &str) -> &str {
    link.split_once("token=").expect("the link has a secret").1
}

async fn sign_in(app: &mut TestApp, email: &str, password: &str) -> crate::support::Answer {
    app.post_form("/api/entrar", &[("email", email), ("password", password), ("next", "")]).await
}

#[tokio::test]
async fn from_sign_up_to_the_account_page_without_javascript() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.get("/registro").await.expect(200).says("action=\"/api/registro\"");
        let typed = [("name", "Ana <b>Ruiz"), ("email", "ana@ejemplo.es"), ("country", "FR"), ("password", "corta")];
        let page = app.submit("/api/registro", &typed).await.expect(200);
        page.says("Usa al menos 10 caracteres");
        page.says("value=\"ana@ejemplo.es\"");
        page.says("aria-invalid=\"true\"");
        page.says("<option value=\"FR\" selected");
        assert!(!page.body.contains("corta\""), "passwords are never given back");
        assert!(!page.body.contains("<b>Ruiz"), "what was typed is escaped");

        let typed = [("name", "Ana Ruiz"), ("email", "ana@ejemplo.es"), ("country", "FR"), ("password", PASSWORD)];
        app.submit("/api/registro", &typed).await.expect(200).says("Revisa tu correo");
        let link = link(&mut app).await;
        assert!(link.starts_with("/confirmar-correo?token="), "{link}");

        // A program that looks through mail follows the link, twice.
        app.get(&link).await.expect(200);
        app.get(&link).await.expect(200).says("action=\"/api/confirmar-correo\"");
        let early = sign_in(&mut app, "ana@ejemplo.es", PASSWORD).await;
        let page = app.get(early.location().expect("a redirect")).await.expect(200);
        page.says("Falta confirmar tu correo");

        app.submit("/api/confirmar-correo", &[("token", token(&link))]).await.says("Tu dirección está confirmada");
        app.get(&link).await.expect(200).says("ya se ha usado o ha caducado");
        let answer = sign_in(&mut app, "ana@ejemplo.es", PASSWORD).await.expect(303);
        assert_eq!(answer.location(), Some("/expediente"));
        let account = app.get("/cuenta").await.expect(200);
        account.says("Ana Ruiz");
        account.says("<option value=\"Europe/Paris\" selected");
        assert_eq!(account.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn nobody_learns_whether_an_address_has_an_account() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let mut seen = Vec::new();
        for email in [CUSTOMER, "nadie@ejemplo.es"] {
            app.new_browser();
            let wrong = app.submit("/api/entrar", &[("email", email), ("password", PASSWORD)]).await;
            wrong.says("El correo o la contraseña no son correctos.");
            let reset = app.submit("/api/recuperar", &[("email", email)]).await;
            let up = [("name", "Ana"), ("email", email), ("country", "ES"), ("password", PASSWORD)];
            let up = app.submit("/api/registro", &up).await;
            let plain = |body: &str| {
                body.replace(CUSTOMER, "")
                    .replace("nadie@ejemplo.es", "")
                    .split("nonce")
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            };
            seen.push([wrong, reset, up].map(|answer| (answer.status, plain(&answer.body))));
        }
        assert_eq!(seen[0], seen[1]);
    }
}

#[tokio::test]
async fn a_session_gets_a_new_secret_at_sign_in_and_its_cookie_is_guarded() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let forged = "A".repeat(43);
        app.cookies.insert(COOKIE.into(), forged.clone());
        assert_eq!(app.get("/cuenta").await.expect(303).location(), Some("/entrar?siguiente=%2Fcuenta"));

        let answer = sign_in(&mut app, CUSTOMER, DEMO_PASSWORD).await.expect(303);
        let cookies = answer.set_cookies();
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(COOKIE)).expect("a session begins");
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"));
        let first = app.cookies[COOKIE].clone();
        assert_ne!(first, forged, "a secret laid down by somebody else is not taken over");

        sign_in(&mut app, CUSTOMER, DEMO_PASSWORD).await.expect(303);
        assert_ne!(app.cookies[COOKIE], first);
        app.cookies.insert(COOKIE.into(), first);
        app.get("/cuenta").await.expect(303);
    }
}

#[tokio::test]
async fn the_way_back_after_sign_in_leads_nowhere_else() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        for (next, expected) in
            [("/cuenta", "/cuenta"), ("//evil.example", "/expediente"), ("https://evil.example", "/expediente")]
        {
            app.new_browser();
            let fields = [("email", CUSTOMER), ("password", DEMO_PASSWORD), ("next", next)];
            assert_eq!(app.post_form("/api/entrar", &fields).await.expect(303).location(), Some(expected));
        }
        app.new_browser();
        let page = app.get("/entrar?siguiente=https%3A%2F%2Fevil.example").await.expect(200);
        page.says("name=\"next\" value=\"\"");
        let wrong = [("email", CUSTOMER), ("password", "no es esta"), ("next", "/cuenta")];
        app.submit("/api/entrar", &wrong).await.expect(200).says("name=\"next\" value=\"/cuenta\"");
    }
}

#[tokio::test]
async fn after_five_wrong_passwords_one_has_to_wait() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        for _ in 0..5 {
            sign_in(&mut app, CUSTOMER, "no es esta").await.expect(303);
        }
        let answer = sign_in(&mut app, CUSTOMER, DEMO_PASSWORD).await.expect(303);
        app.get(answer.location().expect("back to the form")).await.says("Demasiados intentos");
        app.advance(TimeDelta::minutes(1));
        sign_in(&mut app, CUSTOMER, DEMO_PASSWORD).await.expect(303);
        app.get("/cuenta").await.expect(200);
    }
}

#[tokio::test]
async fn a_new_password_by_mail_works_once_and_ends_every_session() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.sign_in("customer").await;
        let elsewhere = app.cookies[COOKIE].clone();
        app.new_browser();
        app.submit("/api/recuperar", &[("email", CUSTOMER)]).await.expect(200).says("Si la dirección tiene cuenta");
        let link = link(&mut app).await;
        assert!(link.starts_with("/restablecer?token="), "{link}");
        app.get(&link).await.expect(200).says("autocomplete=\"new-password\"");
        let page = app.submit("/api/restablecer", &[("token", token(&link)), ("password", "password123")]).await;
        page.says("de las primeras que se prueban");
        app.submit("/api/restablecer", &[("token", token(&link)), ("password", PASSWORD)])
            .await
            .says("Tu contraseña ha cambiado");
        let again = app.submit("/api/restablecer", &[("token", token(&link)), ("password", PASSWORD)]).await;
        again.says("ya se ha usado o ha caducado");
        app.cookies.insert(COOKIE.into(), elsewhere);
        app.get("/cuenta").await.expect(303);
        app.new_browser();
        sign_in(&mut app, CUSTOMER, PASSWORD).await;
        app.get("/cuenta").await.expect(200);

        app.new_browser();
        app.submit("/api/recuperar", &[("email", OTHER_CUSTOMER)]).await.expect(200);
        let link = self::link(&mut app).await;
        app.advance(TimeDelta::hours(1));
        app.get(&link).await.expect(200).says("ya se ha usado o ha caducado");
    }
}

#[tokio::test]
async fn sessions_can_be_ended_ones_own_only() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.sign_in(OTHER_CUSTOMER).await;
        let theirs = app.cookies[COOKIE].clone();
        app.new_browser();
        app.sign_in("customer").await;
        let phone = app.cookies[COOKIE].clone();
        app.new_browser();
        app.sign_in("customer").await;
        let here = app.cookies[COOKIE].clone();

        let page = app.get("/cuenta").await.expect(200);
        page.says("Esta sesión");
        page.says(&session_handle(&phone));
        assert!(!page.body.contains(&session_handle(&theirs)));
        assert!(!page.body.contains(&phone) && !page.body.contains(&here), "no secret stands in the page");

        app.post_form("/api/cuenta/sesiones/cerrar", &[("session", &session_handle(&theirs))]).await.expect(404);
        app.submit("/api/cuenta/sesiones/cerrar", &[("session", &session_handle(&phone))])
            .await
            .says("Esa sesión está cerrada");
        app.cookies.insert(COOKIE.into(), theirs);
        app.get("/cuenta").await.expect(200);
        app.cookies.insert(COOKIE.into(), phone);
        app.get("/cuenta").await.expect(303);

        app.cookies.insert(COOKIE.into(), here.clone());
        app.post_form("/api/cuenta/sesiones/cerrar-todas", &[]).await.expect(303);
        assert!(!app.cookies.contains_key(COOKIE));
        app.cookies.insert(COOKIE.into(), here);
        app.get("/cuenta").await.expect(303);
    }
}

#[tokio::test]
async fn the_account_page_changes_who_one_is() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.sign_in("customer").await;
        let bad = [("name", "Lu"), ("phone", "600"), ("time_zone", "Europe/Madrid")];
        let page = app.submit("/api/cuenta/perfil", &bad).await.expect(200);
        page.says("Escribe el teléfono con su prefijo");
        page.says("value=\"600\"");
        let good = [("name", "Lu"), ("phone", "+34 600 000 000"), ("time_zone", "Atlantic/Canary")];
        app.submit("/api/cuenta/perfil", &good).await.expect(200).says("+34600000000");
        app.submit("/api/cuenta/idioma", &[("locale", "en")]).await.expect(200).says("<html lang=\"en\"");

        let wrong = [("current_password", "not this one"), ("password", PASSWORD)];
        app.submit("/api/cuenta/contrasena", &wrong).await.expect(200).says("This is not your current password.");
        let before = app.cookies[COOKIE].clone();
        let right = [("current_password", DEMO_PASSWORD), ("password", PASSWORD)];
        app.submit("/api/cuenta/contrasena", &right).await.expect(200).says("Your password has changed.");
        assert_ne!(app.cookies[COOKIE], before, "a new secret with the new password");

        app.post_form("/api/salir", &[]).await.expect(303);
        app.get("/cuenta").await.expect(303);
        app.get("/entrar").await.says("<html lang=\"en\"");
    }
}

#[tokio::test]
async fn what_belongs_to_an_account_asks_who_is_there() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        for path in [
            "/api/cuenta/perfil",
            "/api/cuenta/idioma",
            "/api/cuenta/contrasena",
            "/api/cuenta/sesiones/cerrar",
            "/api/cuenta/sesiones/cerrar-todas",
        ] {
            let answer = app.post_form(path, &[]).await.expect(303);
            assert!(answer.location().is_some_and(|to| to.starts_with("/entrar")), "{path}");
        }
        app.post_form("/api/salir", &[]).await.expect(303);
    }
}

#[tokio::test]
async fn the_demonstration_offers_its_accounts_with_one_click() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let page = app.get("/entrar").await.expect(200);
        page.says("Lucía Ferrer · Cliente");
        page.says("autocomplete=\"current-password\"");
        page.says("autocomplete=\"username\"");
    }
}
