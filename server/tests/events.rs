//! The event stream: who may watch what, and that it ends.

use crate::support::{Engine, TestApp};
use axum::body::Body;
use axum::http::Request;
use futures::StreamExt as _;
use tower::ServiceExt as _;

#[tokio::test]
async fn only_ones_own_topics_can_be_watched() {
    let mut app = TestApp::start(Engine::Sqlite).await;
    app.get("/eventos?tema=user:0192").await.expect(401);
    let other = app.sign_in("dealer").await;
    app.sign_in("customer").await;
    app.get("/eventos").await.expect(400);
    app.get(&format!("/eventos?tema=user:{other}")).await.expect(404);
    app.get("/eventos?tema=jobs").await.expect(404);
    app.get("/eventos?tema=activation:not-an-id").await.expect(404);
}

#[tokio::test]
async fn a_change_is_told_and_the_stream_ends_at_shutdown() {
    for engine in Engine::all() {
        let mut app = TestApp::start(engine).await;
        let user = app.sign_in("customer").await;
        let request = Request::get(format!("/eventos?tema=user:{user}"))
            .header("cookie", format!("__Host-caas={}", app.cookies["__Host-caas"]))
            .header("accept-encoding", "gzip, br")
            .body(Body::empty())
            .unwrap();
        let response = app.app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.headers().get("content-encoding").is_none(), "a compressed stream would be held back");
        let mut stream = response.into_body().into_data_stream();

        let mut tx = app.caas().db.begin().await.unwrap();
        tx.announce("user:somebody-else");
        tx.announce(format!("user:{user}"));
        tx.commit().await.unwrap();
        let chunk = stream.next().await.unwrap().unwrap();
        let text = String::from_utf8(chunk.to_vec()).unwrap();
        assert!(text.contains("event: changed") && text.contains(&format!("data: user:{user}")), "{text}");

        app.app.stop.cancel();
        while let Some(chunk) = stream.next().await {
            chunk.unwrap();
        }
    }
}
