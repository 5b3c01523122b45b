//! What people who work here see of what is said to customers.

use crate::support::{Engine, TestApp};
use caas::kernel::ids::UserId;
use caas::notifications::model::NoticeEvent;
use caas::notifications::samples::sample;
use caas::notifications::{Notice, notify};
use caas::sql;

async fn say(app: &TestApp, user: UserId, event: NoticeEvent, key: &str) {
    let notice = Notice { user, key: key.to_owned(), ..sample(event) };
    let mut tx = app.caas().db.begin().await.unwrap();
    notify(app.caas(), &mut tx, &notice).await.unwrap();
    tx.commit().await.unwrap();
}

fn field<'a>(body: &'a str, name: &str) -> &'a str {
    let (_, rest) = body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn support_reads_what_was_said_without_amounts_and_sends_again_once() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.run_jobs().await;
        let customer = app.sign_in("customer").await;
        let before = app.sandbox().mails().len();
        say(&app, customer, NoticeEvent::ServiceActive, "a").await;
        say(&app, customer, NoticeEvent::PaymentDeclined, "a").await;
        app.run_jobs().await;
        let path = format!("/soporte/clientes/{customer}/comunicacion");
        for nobody in ["customer", "dealer", "administrator"] {
            app.new_browser();
            app.sign_in(nobody).await;
            app.get(&path).await.expect(404);
            app.post_form("/api/soporte/comunicacion/reenviar", &[]).await.expect(404);
        }
        app.new_browser();
        let agent = app.sign_in("support").await;
        let page = app.get(&path).await.expect(200);
        for text in
            ["Asientos calefactados ya funciona en tu coche", "Se cobran ···", "Sin teléfono en la cuenta", "Correo"]
        {
            page.says(text);
        }
        assert!(!page.body.contains('€'), "amounts are for finance");
        app.get(&path.replace(&customer.to_string(), &agent.to_string())).await.expect(404);
        app.get("/soporte/clientes/x/comunicacion").await.expect(404);

        let mut forms = page.body.split("/api/soporte/comunicacion/reenviar").skip(1);
        let form =
            forms.find(|form| form.split("</form>").next().unwrap().contains("Enviar de nuevo: Correo")).unwrap();
        let wish = [
            ("customer", field(form, "customer")),
            ("message", field(form, "message")),
            ("request", field(form, "request")),
        ];
        for _ in 0..2 {
            app.submit("/api/soporte/comunicacion/reenviar", &wish).await.expect(200).says("sale de nuevo");
        }
        app.run_jobs().await;
        assert_eq!(app.sandbox().mails().len(), before + 3, "two mails and one copy");
        app.get(&path).await.expect(200).says("un reenvío");

        app.new_browser();
        app.sign_in("operations").await;
        app.get(&path).await.expect(200).says("29,90");
        let mut tx = app.caas().db.read().await.unwrap();
        let (looks, copies) = sql!(
            &mut tx,
            one(i64, i64),
            "SELECT (SELECT COUNT(*) FROM expediente_entries WHERE kind = 'EXPEDIENTE_READ'),
                    (SELECT COUNT(*) FROM expediente_entries WHERE kind = 'CUSTOMER_TOLD' AND actor_kind = 'STAFF')"
        )
        .unwrap();
        assert_eq!((looks, copies), (2, 1), "each reader's look is on record, and who sent again");
        drop(tx);
        app.verify().await;
    }
}

#[tokio::test]
async fn what_was_said_is_paged_by_key() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.run_jobs().await;
    let customer = app.sign_in("cliente2@demo.caas.example").await;
    for number in 0..20 {
        app.advance(chrono::TimeDelta::seconds(1));
        say(&app, customer, NoticeEvent::TicketCreated, &format!("k{number}")).await;
    }
    app.run_jobs().await;
    app.new_browser();
    app.sign_in("support").await;
    let start = format!("/soporte/clientes/{customer}/comunicacion");
    let mut path = start.clone();
    let mut seen = 0;
    for _ in 0..5 {
        let page = app.get(&path).await.expect(200);
        seen += page.body.matches("Caso OTA-000123: activación").count();
        let Some((_, rest)) = page.body.split_once(&format!("href=\"{start}?antes=")) else { break };
        path = format!("{start}?antes={}", rest.split('"').next().unwrap());
    }
    assert_eq!(seen, 40);
}

#[tokio::test]
async fn administrators_read_every_message_in_both_languages() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.sign_in("support").await;
    app.get("/admin/mensajes").await.expect(404);
    app.get("/admin/mensajes/OTA_FAILED").await.expect(404);
    app.new_browser();
    app.sign_in("administrator").await;
    let list = app.get("/admin/mensajes").await.expect(200);
    for &event in NoticeEvent::ALL {
        let path = format!("/admin/mensajes/{event}");
        list.says(&format!("href=\"{path}\""));
        let page = app.get(&path).await.expect(200);
        page.says("lang=\"es\"");
        page.says("lang=\"en\"");
    }
    app.get("/admin/mensajes/ACCOUNT").await.expect(200).says("Elige una contraseña nueva");
    app.get("/admin/mensajes/NOTHING").await.expect(404);
    let page = app.get("/admin/mensajes/OTA_FAILED").await.expect(200);
    page.says("no se te ha cobrado");
    page.says("you have not been charged");
}
