//! How one is reached: preferences, devices, and the link that stops optional mail.

use crate::notifications::browser::Browser;
use crate::support::{Engine, TestApp};
use axum::body::Body;
use axum::http::Request;
use caas::accounts::{DEMO_ACCOUNTS, DEMO_PASSWORD};
use caas::kernel::ids::UserId;
use caas::notifications::model::{Channel, NoticeEvent, NoticeGroup};
use caas::notifications::samples::sample;
use caas::notifications::{Notice, devices, notify, preferences};
use chrono::TimeDelta;

async fn say(app: &TestApp, user: UserId, event: NoticeEvent, key: &str) {
    let notice = Notice { user, key: key.to_owned(), ..sample(event) };
    let mut tx = app.caas().db.begin().await.unwrap();
    notify(app.caas(), &mut tx, &notice).await.unwrap();
    tx.commit().await.unwrap();
}

async fn wants(app: &TestApp, user: UserId, group: NoticeGroup, channel: Channel, default: bool) -> bool {
    preferences::of(&mut app.caas().db.read().await.unwrap(), user).await.unwrap().wants(group, channel, default)
}

#[tokio::test]
async fn a_customer_chooses_and_what_must_be_said_cannot_be_chosen() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.get("/cuenta/avisos").await.expect(303);
        let customer = app.sign_in("customer").await;
        app.get("/cuenta").await.expect(200).says("href=\"/cuenta/avisos\"");
        let page = app.get("/cuenta/avisos").await.expect(200);
        page.says("value=\"ORDER:EMAIL\"");
        page.says("value=\"PROBLEMS:SMS\"");
        // Nothing about the mail of failures: it always comes.
        assert!(!page.body.contains("value=\"PROBLEMS:EMAIL\"") && !page.body.contains("STAFF"));

        let page = app
            .submit("/api/cuenta/avisos", &[("wanted[]", ""), ("wanted[]", "PROBLEMS:SMS"), ("wanted[]", "NO:SENSE")])
            .await
            .expect(200);
        page.says("Guardado.");
        assert!(wants(&app, customer, NoticeGroup::Problems, Channel::Sms, false).await);
        assert!(!wants(&app, customer, NoticeGroup::Order, Channel::Email, true).await);
        // No box at all is a choice too.
        app.post_form("/api/cuenta/avisos", &[("wanted[]", "")]).await.expect(303);
        assert!(!wants(&app, customer, NoticeGroup::Problems, Channel::Sms, false).await);

        // People who work here get their messages by virtue of their work, and have devices all the same.
        app.new_browser();
        app.sign_in("support").await;
        let page = app.get("/cuenta/avisos").await.expect(200);
        assert!(!page.body.contains("wanted[]"));
        app.post_form("/api/cuenta/avisos", &[("wanted[]", "")]).await.expect(404);
    }
}

#[tokio::test]
async fn a_browser_is_added_gets_messages_and_is_removed_by_its_owner_alone() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let browser = Browser::start().await;
        app.post_form("/api/cuenta/avisos/dispositivos", &browser.fields()).await.expect(303);
        let customer = app.sign_in("customer").await;
        app.get("/cuenta/avisos").await.expect(200).says("data-push-key=\"B");
        let page = app.submit("/api/cuenta/avisos/dispositivos", &browser.fields()).await.expect(200);
        page.says("ya recibe avisos");
        app.post_form("/api/cuenta/avisos/dispositivos", &browser.fields()).await.expect(303);
        let bad = [("endpoint", "http://10.0.0.1/inside"), browser.fields()[1], browser.fields()[2]];
        app.submit("/api/cuenta/avisos/dispositivos", &bad).await.expect(200).says("No ha cambiado nada");

        say(&app, customer, NoticeEvent::TheftGuidance, "a").await;
        app.run_jobs().await;
        assert_eq!(browser.got(), 1);
        let shown = app.sandbox().pushes();
        assert_eq!((shown.len(), shown[0].title.as_str()), (1, "Si te han robado tu Lince"));
        app.get("/sandbox/movil").await.expect(200).says("Si te han robado tu Lince");

        let own = devices::of(&mut app.caas().db.read().await.unwrap(), customer).await.unwrap();
        assert_eq!(own.len(), 1, "the same browser is one device");
        let id = own[0].id.to_string();
        app.new_browser();
        app.sign_in("cliente2@demo.caas.example").await;
        app.post_form("/api/cuenta/avisos/dispositivos/quitar", &[("device", id.as_str())]).await.expect(404);
        app.new_browser();
        app.sign_in("customer").await;
        app.submit("/api/cuenta/avisos/dispositivos/quitar", &[("device", id.as_str())])
            .await
            .expect(200)
            .says("ya no recibe avisos");
        assert!(devices::of(&mut app.caas().db.read().await.unwrap(), customer).await.unwrap().is_empty());

        // Gone at its push service: gone here.
        app.post_form("/api/cuenta/avisos/dispositivos", &browser.fields()).await.expect(303);
        browser.answers(410);
        say(&app, customer, NoticeEvent::TheftGuidance, "b").await;
        app.run_jobs().await;
        assert!(devices::of(&mut app.caas().db.read().await.unwrap(), customer).await.unwrap().is_empty());
    }
}

async fn devices_of(app: &TestApp, user: UserId) -> usize {
    devices::of(&mut app.caas().db.read().await.unwrap(), user).await.unwrap().len()
}

/// Signs in with the form, as somebody at this browser does.
async fn enters(app: &mut TestApp, email: &str) {
    app.post_form("/api/entrar", &[("email", email), ("password", DEMO_PASSWORD)]).await.expect(303);
}

#[tokio::test]
async fn whoever_leaves_a_browser_is_told_nothing_there_any_more() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let (here, telephone) = (Browser::start().await, Browser::start().await);
        let customer = app.sign_in("customer").await;
        app.submit("/api/cuenta/avisos/dispositivos", &telephone.fields()).await.expect(200).says("ya recibe avisos");
        let at_telephone = app.cookies.clone();
        app.new_browser();
        app.sign_in("customer").await;
        app.get("/cuenta/avisos").await.expect(200);
        app.post_form("/api/cuenta/avisos/dispositivos", &here.fields()).await.expect(303);
        app.get("/cuenta/avisos").await.expect(200).says("data-push-known");
        assert_eq!(devices_of(&app, customer).await, 2);

        app.post_form("/api/salir", &[]).await.expect(303);
        assert_eq!(devices_of(&app, customer).await, 1);
        say(&app, customer, NoticeEvent::TheftGuidance, "a").await;
        app.run_jobs().await;
        assert_eq!((here.got(), telephone.got()), (0, 1), "the telephone goes on");
        assert!(!app.cookies.contains_key("__Host-device"));

        // Everywhere means everywhere.
        app.cookies = at_telephone;
        app.post_form("/api/cuenta/sesiones/cerrar-todas", &[]).await.expect(303);
        assert_eq!(devices_of(&app, customer).await, 0);
    }
}

#[tokio::test]
async fn a_device_outlives_a_session_that_ran_out_and_goes_with_the_next_person() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let browser = Browser::start().await;
        let customer = app.sign_in("customer").await;
        app.post_form("/api/cuenta/avisos/dispositivos", &browser.fields()).await.expect(303);

        // A telephone that nobody has looked at for ten days still tells what its owner bought.
        app.advance(TimeDelta::days(10));
        app.run_jobs().await;
        app.cookies.remove("__Host-caas");
        say(&app, customer, NoticeEvent::TheftGuidance, "a").await;
        app.run_jobs().await;
        assert_eq!(browser.got(), 1);
        // Its owner signs in again, and out: it belonged to the new session.
        enters(&mut app, DEMO_ACCOUNTS[0].email).await;
        assert_eq!(devices_of(&app, customer).await, 1);
        app.cookies.remove("__Host-device");
        app.post_form("/api/salir", &[]).await.expect(303);
        assert_eq!(devices_of(&app, customer).await, 0);

        // Somebody else signs in where the session of the one before has run out.
        enters(&mut app, DEMO_ACCOUNTS[0].email).await;
        app.post_form("/api/cuenta/avisos/dispositivos", &browser.fields()).await.expect(303);
        app.advance(TimeDelta::days(1));
        assert_eq!(devices_of(&app, customer).await, 1);
        enters(&mut app, "cliente2@demo.caas.example").await;
        assert_eq!(devices_of(&app, customer).await, 0);
    }
}

#[tokio::test]
async fn another_password_keeps_this_browser_and_no_other() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let (here, elsewhere) = (Browser::start().await, Browser::start().await);
        let customer = app.sign_in("customer").await;
        app.post_form("/api/cuenta/avisos/dispositivos", &elsewhere.fields()).await.expect(303);
        app.new_browser();
        app.sign_in("customer").await;
        app.post_form("/api/cuenta/avisos/dispositivos", &here.fields()).await.expect(303);
        let fields = [("current_password", DEMO_PASSWORD), ("password", "otra frase bien larga")];
        app.submit("/api/cuenta/contrasena", &fields).await.expect(200).says("Tu contraseña ha cambiado.");
        assert_eq!(devices_of(&app, customer).await, 1);
        say(&app, customer, NoticeEvent::TheftGuidance, "a").await;
        app.run_jobs().await;
        assert_eq!((here.got(), elsewhere.got()), (1, 0));
        // It went along into the session under the new secret.
        app.post_form("/api/salir", &[]).await.expect(303);
        assert_eq!(devices_of(&app, customer).await, 0);
    }
}

#[tokio::test]
async fn the_link_in_an_optional_mail_stops_it_only_by_a_post_and_without_sign_in() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let customer = app.sign_in("customer").await;
        app.new_browser();
        say(&app, customer, NoticeEvent::ServiceEnded, "a").await;
        app.run_jobs().await;
        let mail = app.sandbox().mails().into_iter().find(|mail| mail.text.contains("/baja/")).unwrap();
        let (_, rest) = mail.text.split_once("http://localhost:3000/baja/").unwrap();
        let path = format!("/baja/{}", rest.trim());

        let page = app.get(&path).await.expect(200);
        page.says("Vas a dejar de recibir");
        page.says(&format!("action=\"{path}\""));
        assert!(wants(&app, customer, NoticeGroup::Services, Channel::Email, true).await, "looking changes nothing");
        app.get("/baja/nothing").await.expect(404);
        app.post_form("/baja/nothing", &[]).await.expect(404);

        // As a mail program does it (RFC 8058): no cookies, no origin, no redirect.
        let one_click = Request::post(&path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("List-Unsubscribe=One-Click"))
            .unwrap();
        app.send(one_click).await.expect(200);
        assert!(!wants(&app, customer, NoticeGroup::Services, Channel::Email, true).await);
        // As the button does it, once more.
        let answer = app.post_form(&path, &[]).await.expect(303);
        assert_eq!(answer.location(), Some(path.as_str()));
        app.get(&path).await.expect(200).says("Ya no recibes");
    }
}
