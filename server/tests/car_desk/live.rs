//! The open desk follows what happens, and a click that came too late says so.

use super::hall::{Hall, PICK_UP, VALERIAS};
use crate::support::{Engine, TestApp};
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use caas::sales::model::OrderStatus;
use caas::sales::orders::ALL_DEALERSHIPS;
use futures::StreamExt as _;
use tower::ServiceExt as _;

async fn watch(app: &TestApp, topic: &str) -> BodyDataStream {
    let request = Request::get(format!("/eventos?tema={topic}"))
        .header("cookie", format!("__Host-caas={}", app.cookies["__Host-caas"]))
        .body(Body::empty())
        .unwrap();
    let response = app.app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{topic}");
    response.into_body().into_data_stream()
}

async fn told(stream: &mut BodyDataStream) -> String {
    String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn an_administrators_desk_follows_every_dealership() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let (mine, other) = (format!("dealership:{}", hall.madrid), format!("dealership:{}", hall.valencia));
        for who in ["customer", "support", "operations", "dealer"] {
            hall.becomes(who).await;
            hall.app.get(&format!("/eventos?tema={ALL_DEALERSHIPS}")).await.expect(404);
            hall.app.get(&format!("/eventos?tema={other}")).await.expect(404);
        }
        // The page says which topic its island watches.
        hall.get("/concesionario").await.says(&mine);
        hall.becomes("administrator").await;
        hall.get("/concesionario").await.says(ALL_DEALERSHIPS);
        let valencia = hall.valencia;
        hall.get(&format!("/concesionario?concesionario={valencia}")).await.says(&other);
        let mut everything = watch(&hall.app, ALL_DEALERSHIPS).await;
        let mut one = watch(&hall.app, &other).await;
        hall.sale(valencia, VALERIAS).await;
        assert!(told(&mut everything).await.contains(ALL_DEALERSHIPS));
        assert!(told(&mut one).await.contains(&other));
        hall.app.verify().await;
    }
}

#[tokio::test]
async fn of_two_clicks_at_once_one_counts_and_neither_fails() {
    for engine in Engine::all() {
        let mut hall = Hall::open(engine).await;
        let id = hall.paid(PICK_UP).await;
        let order = id.to_string();
        let fields = [("order", order.as_str()), ("sure", "true")];
        let click = || {
            Request::post("/api/concesionario/matriculacion-abandonar")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept", "text/html")
                .header("sec-fetch-site", "same-origin")
                .header("host", "localhost:3000")
                .header("cookie", format!("__Host-caas={}", hall.app.cookies["__Host-caas"]))
                .body(Body::from(form_urlencoded(&fields)))
                .unwrap()
        };
        let router = hall.app.app.router.clone();
        let (one, other) = tokio::join!(router.clone().oneshot(click()), router.oneshot(click()));
        assert_eq!(
            (one.unwrap().status(), other.unwrap().status()),
            (303.try_into().unwrap(), 303.try_into().unwrap())
        );
        hall.app.run_jobs().await;
        assert_eq!(hall.order(id).await.status, OrderStatus::CancelledRegistration);
        hall.app.verify().await;
    }
}

fn form_urlencoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
