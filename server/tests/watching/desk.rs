//! The desk of operations: what is late and why, what waits longest, how large everything is.

use crate::support::{Engine, TestApp};
use crate::use_cases::scenario::*;
use caas::sql;
use caas::watch::sizes::{Lags, lags, sizes};
use chrono::TimeDelta;

async fn behind(scene: &Scene) -> Lags {
    lags(&scene.caas(), &mut scene.read().await).await.unwrap()
}

#[tokio::test]
async fn what_is_late_is_listed_with_its_way_its_deadline_and_why_but_never_to_whom() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones").await.expect(200);
        let (_, list) = page.body.split_once("id=\"avisos\"").unwrap();
        assert!(list.split("</section>").next().unwrap().contains("Ninguno"), "{list}");

        let id = scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(scene.state(id).await, "ACTIVE");
        // As if the mail server had refused twice, an hour ago.
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let changed = sql!(&mut tx, execute
            "UPDATE notifications SET status = 'WAITING', attempts = 2, deadline_at = $1,
                    last_error = '550 <cliente@demo.caas.example> +34600123456: not now'
             WHERE event = 'SERVICE_ACTIVE' AND channel = 'EMAIL'",
            caas.now() - TimeDelta::minutes(90))
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(changed, 1);

        let page = scene.app.get("/operaciones").await.expect(200);
        let (_, list) = page.body.split_once("id=\"avisos\"").unwrap();
        let list = list.split("</section>").next().unwrap();
        for said in ["Correo", "1 h", "2 intentos: 550 … … not now"] {
            assert!(list.contains(said), "no `{said}` in {list}");
        }
        for secret in ["cliente@demo", "600123456", &scene.customer.to_string()] {
            assert!(!page.body.contains(secret), "the page tells {secret}");
        }
        assert_eq!(behind(&scene).await.message_due, Some(caas.now() - TimeDelta::minutes(90)));

        let mut tx = caas.db.begin().await.unwrap();
        sql!(&mut tx, execute "UPDATE notifications SET held_back_at = $1 WHERE status = 'WAITING'", caas.now())
            .unwrap();
        tx.commit().await.unwrap();
        scene.app.get("/operaciones").await.says("Retenido: promete que no se ha cobrado");
        scene
            .app
            .submit("/api/preferencias/idioma", &[("lang", "en"), ("back", "/operaciones")])
            .await
            .says("Held back");
    }
}

#[tokio::test]
async fn lags_begin_when_something_is_due_and_end_with_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let idle = behind(&scene).await;
        assert_eq!((idle.job_due, idle.webhook), (None, None));
        let clicked = scene.app.now();
        scene.order(SEATS).await;
        scene.app.advance(TimeDelta::minutes(2));
        assert_eq!(behind(&scene).await.job_due, Some(clicked), "nobody has run it yet");
        scene.live(TimeDelta::minutes(5)).await;
        assert_eq!(behind(&scene).await.job_due, None);

        let came = scene.app.now();
        scene.ota_callback("nobody-knows", "ACTIVATED").await;
        // It is looked at every hour by then, so it is hardly ever due.
        scene.live(TimeDelta::hours(5)).await;
        assert_eq!(behind(&scene).await.webhook, Some(came), "kept until what it is about is known");
        scene.live(TimeDelta::days(3)).await;
        assert_eq!(behind(&scene).await.webhook, None, "given to operations");
        assert!(scene.app.get("/metrics").await.expect(200).body.contains("caas_webhooks_oldest_waiting_seconds 0"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn sizes_grow_with_what_is_kept() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let before = sizes(&mut scene.read().await).await.unwrap();
        assert!(before.bytes > 100_000, "{before:?}");
        assert_eq!(
            (before.log_bytes.is_some(), before.followers),
            match engine {
                Engine::Sqlite => (true, None),
                Engine::Postgres => (false, Some((0, 0))),
            }
        );
        scene.order(SEATS).await;
        scene.live(TimeDelta::minutes(5)).await;
        if engine == Engine::Postgres {
            let caas = scene.caas();
            let mut tx = caas.db.begin().await.unwrap();
            // Table by table: by itself it would look at those of all tests beside this one.
            for (table, _) in &before.tables {
                sql!(&mut tx, execute sqlx::AssertSqlSafe(format!("ANALYZE {table}"))).unwrap();
            }
            tx.commit().await.unwrap();
        }
        let after = sizes(&mut scene.read().await).await.unwrap();
        let mut tx = scene.read().await;
        let (rows,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM expediente_entries").unwrap();
        drop(tx);
        let told = after.tables.iter().find(|(table, _)| *table == "expediente_entries").unwrap().1;
        assert_eq!(told, Some(rows), "nothing is ever deleted there");
        assert!(after.tables.iter().all(|(_, rows)| rows.is_some()), "{after:?}");

        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones").await.expect(200);
        for said in ["Retrasos y tamaños", "Base de datos", "expediente_entries", "nada espera"] {
            page.says(said);
        }
        page.says(if engine == Engine::Sqlite { "Registro previo (WAL)" } else { "ninguna" });
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_trace_of_a_case_can_be_copied_where_traces_are_made() {
    let trace = async |settings: &[(&str, &str)]| {
        let mut scene = Scene::with(Engine::Sqlite, settings).await;
        let never = caas_sandbox::Fault::Nack { code: caas_sandbox::ErrorCode::ModuleFault };
        scene.car(never);
        let id = scene.order(SEATS).await;
        scene.until(id, caas::activation::model::ActivationState::AwaitingSupportResolution).await;
        let number = scene.tickets(id).await[0].number.clone();
        scene.app.sign_in("support").await;
        let page = scene.app.get(&format!("/soporte/{number}")).await.expect(200).body;
        (id.0.simple().to_string(), page)
    };
    let (id, page) = trace(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")]).await;
    assert!(page.contains(&format!("<code class=\"code\">{id}</code>")), "{page}");
    let (id, page) = trace(&[]).await;
    assert!(!page.contains(&id));
}

#[tokio::test]
async fn others_do_not_see_the_desk() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    for who in ["customer", "support", "administrator", "dealer"] {
        app.new_browser();
        app.sign_in(who).await;
        app.get("/operaciones").await.expect(404);
    }
}
