//! Refunds with their legal deadline: filters, and the file.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::activation::model::ActivationState;
use caas::catalogue::OfferKind;
use caas::kernel::ids::OperationId;
use caas::kernel::locale::Locale;
use caas::payments::refunds::{self, RefundStanding};
use caas::withdrawal::model::Via;
use caas::withdrawal::service::{Declarant, withdraw};
use caas_sandbox::{Fault, FaultRule, Operation};
use chrono::TimeDelta;

async fn standing(scene: &Scene, how: RefundStanding, reason: Option<&str>) -> Vec<OperationId> {
    let found = refunds::standing(&mut scene.read().await, how, reason, scene.app.now(), None, 10).await.unwrap();
    found.iter().map(|line| line.id).collect()
}

#[tokio::test]
async fn each_refund_stands_where_its_deadline_puts_it() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let done = scene.order_kind(AUDIO, OfferKind::Permanent).await;
        scene.until(done, ActivationState::Active).await;
        let stuck = scene.order_kind(SEATS, OfferKind::Permanent).await;
        scene.until(stuck, ActivationState::Active).await;
        scene.seconds(10).await;
        let caas = scene.caas();
        let customer = scene.customer;
        let who = move || Declarant { customer, via: Via::Expediente, locale: Locale::Es };
        withdraw(&caas, who(), done).await.unwrap().unwrap();
        scene.seconds(60).await;
        let outage = scene.fault(FaultRule::gateway(Fault::Outage).on(Operation::RefundPayment));
        withdraw(&caas, who(), stuck).await.unwrap().unwrap();
        scene.seconds(60).await;
        use RefundStanding as R;
        let waiting = standing(&scene, R::UnderWay, None).await;
        assert_eq!((waiting.len(), standing(&scene, R::Refunded, None).await.len()), (1, 1));
        assert_eq!(standing(&scene, R::UnderWay, Some("WITHDRAWAL")).await, waiting);
        assert_eq!(standing(&scene, R::UnderWay, Some("NOT_DELIVERED")).await, []);
        scene.pass(TimeDelta::days(9)).await;
        assert_eq!(standing(&scene, R::Alarming, None).await, []);
        scene.pass(TimeDelta::days(1)).await;
        assert_eq!(standing(&scene, R::Alarming, None).await, waiting);
        assert_eq!(standing(&scene, R::Overdue, None).await, []);
        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones/reembolsos?estado=ALARMING").await.expect(200);
        page.says("Plazo cerca");
        page.says("Desde el día 10");
        scene
            .app
            .get("/operaciones/reembolsos?estado=OVERDUE")
            .await
            .expect(200)
            .says("Ningún reembolso con este filtro");
        scene.pass(TimeDelta::days(4)).await;
        assert_eq!(standing(&scene, R::Overdue, None).await, waiting);
        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones/reembolsos?estado=OVERDUE&motivo=WITHDRAWAL").await.expect(200);
        page.says("Fuera de plazo");
        page.says("Desistimiento");
        // The file has both, whatever list they are in; a filter holds for it too.
        let file = scene.app.get("/operaciones/reembolsos.csv").await.expect(200);
        file.says(&waiting[0].to_string());
        file.says(";WITHDRAWAL;");
        file.says(";SUCCEEDED;Devuelto");
        file.says(";REQUESTED;Fuera de plazo");
        let part = scene.app.get("/operaciones/reembolsos.csv?estado=REFUNDED").await.expect(200);
        assert!(!part.body.contains("REQUESTED"));
        scene.app.get("/operaciones/reembolsos").await.expect(200).says("En marcha");
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get("/operaciones/reembolsos?estado=OVERDUE").await.expect(200).says("Overdue");
        for who in ["customer", "support", "dealer", "administrator"] {
            scene.app.sign_in(who).await;
            for hidden in ["/operaciones/reembolsos", "/operaciones/reembolsos.csv"] {
                scene.app.get(hidden).await.expect(404);
            }
        }
        scene.world().clear_fault(outage);
        scene.live(TimeDelta::hours(2)).await;
        assert_eq!(standing(&scene, R::UnderWay, None).await, []);
        scene.proven().await;
    }
}
