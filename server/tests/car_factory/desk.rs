//! `/operaciones/fabrica`, over HTTP and without JavaScript.

use super::scene::*;
use crate::support::{Answer, Engine};
use caas::kernel::ids::OrderId;
use caas::sales::factory::queue::PlacingState;
use caas::sql;
use chrono::TimeDelta;

const HERE: &str = "/operaciones/fabrica";

#[tokio::test]
async fn operations_see_what_waits_and_mark_it_as_ordered_by_phone() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sign_in("operations").await;
        scene.app.get(HERE).await.expect(200).says("Nadie espera a una persona");
        scene.factory.is(Mood::Silent);
        let id = scene.paid_order().await;
        scene.live(TimeDelta::hours(5)).await;
        scene.app.sign_in("operations").await;
        let number = scene.order(id).await.number;
        scene.app.get("/operaciones").await.expect(200).says("Fábrica (1 esperan)");
        let list = scene.app.get(HERE).await.expect(200);
        list.says(&number);
        list.says("La fábrica no respondió");
        let page = scene.app.get(&format!("{HERE}/{id}")).await.expect(200);
        page.says("La fábrica quizá ya lo tiene");
        page.says(&id.to_string());
        page.says("otros 10 intentos");
        let order = id.to_string();
        let wrong = [("order", order.as_str()), ("factory_order", ""), ("date", "2027-01-01")];
        let page = scene.app.submit("/api/operaciones/fabrica/pedido", &wrong).await.expect(200);
        page.says("Escribe el número que ha dado la fábrica.");
        page.says("2027-01-01");
        let right = [("order", order.as_str()), ("factory_order", "PHONE-7"), ("date", "")];
        let page = scene.app.submit("/api/operaciones/fabrica/pedido", &right).await.expect(200);
        page.says("Marcado como pedido.");
        page.says("Nadie espera a una persona");
        assert_eq!(scene.status(id).await, "ORDER_PLACED");
        let page = scene.app.submit("/api/operaciones/fabrica/pedido", &right).await.expect(200);
        page.says("alguien lo ha resuelto mientras tanto");
        scene.proven().await;
    }
}

#[tokio::test]
async fn an_administrator_tries_again_and_gives_up() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.headers.push(("accept-language", "en".to_owned()));
        scene.factory.is(Mood::Silent);
        let id = scene.paid_order().await;
        scene.live(TimeDelta::hours(30)).await;
        scene.app.sign_in("administrator").await;
        let order = id.to_string();
        let again = "/api/operaciones/fabrica/reintentar";
        scene.app.submit(again, &[("order", &order)]).await.expect(200);
        assert_eq!(scene.placing(id).await.state, PlacingState::Manual, "the tick is missing");
        scene.app.submit(again, &[("order", &order), ("none_there", "true")]).await.expect(200);
        assert_eq!(scene.placing(id).await.state, PlacingState::Queued);
        scene.live(TimeDelta::hours(5)).await;
        scene.app.sign_in("administrator").await;
        let cancel = "/api/operaciones/fabrica/cancelar";
        scene.app.submit(cancel, &[("order", &order)]).await.expect(200);
        assert_eq!(scene.placing(id).await.state, PlacingState::Manual, "the tick is missing");
        scene.app.submit(cancel, &[("order", &order), ("sure", "true")]).await.expect(200);
        assert_eq!(scene.status(id).await, "CANCELLED_FACTORY_REJECTED");
        scene.proven().await;
    }
}

/// Holds and changes the order at the factory while the form is sent. Where one writes after the other (SQLite) the form
/// finds how it stands; elsewhere (PostgreSQL) what it has read is old by the time it writes.
async fn sent_too_late(scene: &mut Scene, id: OrderId, engine: Engine) -> Answer {
    let mut held = scene.caas.db.begin().await.unwrap();
    sql!(held, execute "UPDATE factory_orders SET version = version + 1 WHERE order_id = $1", id).unwrap();
    let order = id.to_string();
    let fields = [("order", order.as_str()), ("factory_order", "PHONE-9"), ("date", "")];
    let letting_go = async {
        if engine == Engine::Postgres {
            loop {
                let (waiting, _) = sql!(
                    held,
                    one(i64, i64),
                    "SELECT COUNT(*), CAST(1 AS BIGINT) FROM pg_locks
                     WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
                )
                .unwrap();
                if waiting > 0 {
                    break;
                }
            }
        }
        held.commit().await.unwrap();
    };
    tokio::join!(scene.app.post_form("/api/operaciones/fabrica/pedido", &fields), letting_go).0
}

#[tokio::test]
async fn a_click_that_comes_too_late_says_so_and_shows_how_it_stands() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sign_in("operations").await;
        scene.factory.is(Mood::Refuses);
        let id = scene.paid_order().await;
        scene.run().await;
        assert_eq!(scene.placing(id).await.state, PlacingState::Manual);
        if engine == Engine::Postgres {
            // Without a page to go back to, the answer itself says it.
            let page = sent_too_late(&mut scene, id, engine).await.expect(409);
            page.says("Alguien ha sido más rápido");
            assert_eq!(scene.placing(id).await.state, PlacingState::Manual, "nothing was done");
        }
        let here = format!("{HERE}/{id}");
        scene.app.headers.push(("referer", format!("http://localhost:3000{here}")));
        let answer = sent_too_late(&mut scene, id, engine).await.expect(303);
        let page = scene.app.get(answer.location().unwrap()).await.expect(200);
        if engine == Engine::Postgres {
            assert_eq!(answer.location(), Some(here.as_str()));
            page.says("Alguien ha sido más rápido");
            page.says("Espera a una persona");
            assert_eq!(scene.placing(id).await.state, PlacingState::Manual, "nothing was done");
        } else {
            page.says("Marcado como pedido.");
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn for_others_it_does_not_exist() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.factory.is(Mood::Refuses);
        let id = scene.paid_order().await;
        scene.run().await;
        let order = id.to_string();
        for role in ["customer", "dealer", "support"] {
            scene.app.new_browser();
            scene.app.sign_in(role).await;
            scene.app.get(HERE).await.expect(404);
            scene.app.get(&format!("{HERE}/{id}")).await.expect(404);
            for action in ["pedido", "reintentar", "cancelar"] {
                let fields =
                    [("order", order.as_str()), ("factory_order", "X-1"), ("sure", "true"), ("none_there", "true")];
                scene.app.post_form(&format!("/api{HERE}/{action}"), &fields).await.expect(404);
            }
        }
        assert_eq!(scene.placing(id).await.state, PlacingState::Manual);
        scene.app.new_browser();
        scene.app.sign_in("operations").await;
        scene.app.get(&format!("{HERE}/{}", scene.caas.new_uuid())).await.expect(404);
        scene.app.get(&format!("{HERE}/nonsense")).await.expect(404);
        scene.proven().await;
    }
}
