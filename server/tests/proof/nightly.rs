//! The proof of every night.

use crate::support::{Engine, TestApp};
use crate::use_cases::scenario::*;
use caas::sql;
use caas::verify::{RunLine, latest_runs};
use chrono::TimeDelta;

async fn runs(app: &TestApp) -> Vec<RunLine> {
    latest_runs(&mut app.caas().db.read().await.unwrap(), 10).await.unwrap()
}

#[tokio::test]
async fn every_night_the_proof_writes_its_row() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.order(SEATS).await;
        scene.seconds(10).await;
        assert!(runs(&scene.app).await.is_empty(), "not by day");
        scene.pass(TimeDelta::days(1)).await;
        let nights = runs(&scene.app).await;
        assert_eq!(nights.len(), 1);
        assert!(nights[0].entries > 0 && nights[0].payments == 1 && nights[0].violations == 0);
        assert_eq!(nights[0].findings.0, Vec::<String>::new());
        scene.pass(TimeDelta::days(1)).await;
        assert_eq!(runs(&scene.app).await.len(), 2);
        scene.proven().await;
    }
}

#[tokio::test]
async fn operations_have_it_proven_at_once_and_see_what_is_broken() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.order(SEATS).await;
        scene.seconds(10).await;
        for who in ["customer", "support", "administrator", "dealer"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            scene.app.post_form("/api/operaciones/promesas/comprobar", &[]).await.expect(404);
        }
        scene.app.new_browser();
        scene.app.sign_in("operations").await;
        scene.app.get("/operaciones").await.expect(200).says("Todavía no se han comprobado");
        scene.app.submit("/api/operaciones/promesas/comprobar", &[]).await.expect(200).says("Comprobando ahora");
        scene.run().await;
        scene.app.get("/operaciones").await.expect(200).says("Se cumplen todas");

        let mut tx = scene.caas().db.begin().await.unwrap();
        sql!(tx, execute "UPDATE expediente_entries SET data = '{}' WHERE kind = 'PAYMENT_CAPTURED'").unwrap();
        tx.commit().await.unwrap();
        scene.app.advance(TimeDelta::seconds(1));
        scene.app.submit("/api/operaciones/promesas/comprobar", &[]).await.expect(200);
        scene.run().await;
        let page = scene.app.get("/operaciones").await.expect(200);
        page.says("1 incumplimiento");
        page.says("does not follow from the one before");
        assert_eq!(runs(&scene.app).await[0].violations, 1);
    }
}
