//! Sessions: their cookie, their end, and what is stored of them.

use crate::support::{Engine, TestApp};
use caas::accounts::session_handle;
use caas::sql;
use chrono::TimeDelta;

/// What only a signed-in person sees in the header.
const SIGNED_IN: &str = "action=\"/api/salir\"";

async fn stored(app: &TestApp) -> Vec<(String,)> {
    let mut tx = app.caas().db.read().await.expect("the database is there");
    sql!(tx, all(String,), "SELECT id_hash FROM web_sessions").expect("the table is there")
}

#[tokio::test]
async fn a_visitor_has_no_session() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let page = app.get("/").await.expect(200);
        assert!(page.set_cookies().is_empty());
        assert!(stored(&app).await.is_empty());
    }
}

#[tokio::test]
async fn only_the_hash_of_the_secret_is_stored() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.sign_in("customer").await;
        app.get("/").await.expect(200).says(SIGNED_IN);
        let secret = app.cookies["__Host-caas"].clone();
        let rows = stored(&app).await;
        assert_eq!(rows.len(), 1);
        assert_ne!(rows[0].0, secret);
        assert_eq!(rows[0].0, session_handle(&secret));
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_its_longest_time() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        app.sign_in("customer").await;
        for _ in 0..20 {
            app.advance(TimeDelta::hours(8));
            app.get("/").await.says(SIGNED_IN);
        }
        app.advance(TimeDelta::hours(11));
        assert!(!app.get("/").await.body.contains(SIGNED_IN), "seven days are over");

        app.sign_in("customer").await;
        app.advance(TimeDelta::hours(12));
        assert!(!app.get("/").await.body.contains(SIGNED_IN), "twelve hours unused");
        assert!(stored(&app).await.is_empty());
    }
}

#[tokio::test]
async fn ended_sessions_are_removed_by_a_job() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.sign_in("customer").await;
    app.advance(TimeDelta::days(8));
    app.run_jobs().await;
    assert!(stored(&app).await.is_empty());
}

#[tokio::test]
async fn a_made_up_secret_opens_nothing() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    for secret in ["", "x", &"A".repeat(43), "'; DROP TABLE users; --"] {
        app.cookies.insert("__Host-caas".to_owned(), secret.to_owned());
        assert!(!app.get("/").await.expect(200).body.contains(SIGNED_IN));
    }
}
