//! The dossier that goes to the office, on paper.

use super::played::Mood;
use super::scene::Scene;
use crate::support::Engine;

#[tokio::test]
async fn the_dossier_has_everything_and_is_for_the_dealership() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.bodies.are(Mood::Refuses);
        let unpaid = scene.sale("ES", "PICK_UP").await;
        let id = scene.complete("ES", "PICK_UP").await;
        let page = format!("/concesionario/pedidos/{id}/expediente-matriculacion");
        scene.app.sign_in("dealer").await;
        let shown = scene.app.get(&page).await.expect(200);
        let number = scene.order(id).await.number;
        for words in [
            "12345678Z",
            "Lucía Ortega",
            "Calle Mayor, 1",
            "VSSZZZLNCTR",
            "150 kW",
            "1780 kg",
            "DGT",
            "30.000,00",
            &number,
        ] {
            shown.says(words);
        }
        shown.says("Contrato de compra firmado");
        // None before it began, and none for anybody else.
        let early = format!("/concesionario/pedidos/{unpaid}/expediente-matriculacion");
        scene.app.get(&early).await.expect(404);
        scene.app.sign_in("administrator").await;
        scene.app.headers = vec![("accept-language", "en".to_owned())];
        scene.app.get(&page).await.expect(200);
        for who in ["customer", "support"] {
            scene.app.sign_in(who).await;
            scene.app.get(&page).await.expect(404);
        }
        scene.proven().await;
    }
}
