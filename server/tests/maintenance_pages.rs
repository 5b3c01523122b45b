//! Maintenance in the browser without scripts: beside the offers, before an order, and the car's own page.

use crate::purchase_pages::scene::*;
use caas_sandbox::{Block, BlockName};

/// Critical for safety; asks for 70 % of the powertrain.
const POWER: &str = "POWER_BOOST_120";
/// Not critical for safety; asks for 70 % of suspension and steering.
const COMFORT: &str = "SUSPENSION_COMFORT";

impl Scene {
    fn overdue(&self, name: BlockName, compliance: f64, days: i64) {
        let today = self.app.now().date_naive();
        self.app.sandbox().set_block(&lince(), Block::overdue_by(name, compliance, days, today));
    }

    /// Opens a page twice: VSS answers in between.
    async fn completed(&mut self, path: &str) -> Answer {
        self.app.advance(TimeDelta::minutes(61));
        let asking = self.app.get(path).await.expect(200);
        asking.says("Comprobando");
        assert_eq!(asking.header("refresh"), Some(format!("3; url={path}").as_str()));
        for _ in 0..3 {
            self.app.run_jobs().await;
            self.app.advance(TimeDelta::seconds(5));
        }
        self.app.run_jobs().await;
        let page = self.app.get(path).await.expect(200);
        assert_eq!(page.header("refresh"), None, "it is complete");
        page
    }

    async fn page_of(&mut self, code: &str) -> String {
        format!("/catalogo/{}?coche={}", self.service(code).await.slug, self.lince)
    }
}

fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`");
}

#[tokio::test]
async fn each_offer_says_block_percentage_and_threshold() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.advance(TimeDelta::minutes(61));
        let list = scene.app.get(&format!("/catalogo?coche={}", scene.lince)).await.expect(200);
        list.says("Mira otra vez en unos segundos.");
        assert_eq!(list.header("refresh"), None, "somebody may be filling in the filters");
        let path = scene.page_of(POWER).await;
        let page = scene.completed(&path).await;
        for text in ["tren motriz", "96\u{a0}%", "Pide el 70\u{a0}%", "Elegir 7 días"] {
            page.says(text);
        }
        says_not(&page, "Falta mantenimiento");
        let list = scene.app.get(&format!("/catalogo?coche={}", scene.lince)).await.expect(200);
        list.says("Mantenimiento: tren motriz 96\u{a0}% (pide 70\u{a0}%).");
        // For a visitor what it asks for, without a car.
        scene.app.new_browser();
        let page = scene.app.get("/catalogo/potencia-mas-20").await.expect(200);
        page.says("tren motriz (70 % o más)");
        says_not(&page, "Comprobando");
    }
}

#[tokio::test]
async fn a_blocked_offer_says_what_is_outstanding_where_to_go_and_that_nothing_was_charged() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.overdue(BlockName::Powertrain, 41.5, 45);
        let service = scene.page_of(POWER).await;
        let page = scene.completed(&service).await;
        for text in [
            "Falta mantenimiento",
            "tren motriz está al 41,5\u{a0}% y pide el 70\u{a0}%",
            "<dialog",
            "commandfor=\"mantenimiento-pendiente\"",
            "Drive unit oil and cooling circuit",
            "vencía el 9 de octubre de 2026",
            "En tu concesionario:",
            "No se te ha cobrado nada.",
        ] {
            page.says(text);
        }
        says_not(&page, "Elegir 7 días");
        let list = scene.app.get(&format!("/catalogo?coche={}", scene.lince)).await.expect(200);
        list.says("Falta mantenimiento");
        // The same without the dialog, where the order would be; there is no form that could be sent.
        let path = scene.path(POWER, OfferKind::Permanent).await;
        let page = scene.app.get(&path).await.expect(200);
        for text in ["Falta mantenimiento", "Drive unit oil", "En tu concesionario:", "no se te ha cobrado"] {
            page.says(text);
        }
        says_not(&page, "id=\"pedido\"");
        // In English too.
        scene.app.headers.push(("accept-language", "en".to_owned()));
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await;
        scene.app.get(&path).await.expect(200).says("you have not been charged");
    }
}

#[tokio::test]
async fn an_order_sent_after_the_answer_changed_comes_back_with_the_reason() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let path = scene.path(POWER, OfferKind::Permanent).await;
        let form = agree(fields(&scene.completed(&path).await));
        scene.overdue(BlockName::Powertrain, 41.0, 45);
        scene.app.advance(TimeDelta::minutes(61));
        // Nothing is known any more: the page comes back and completes itself.
        let answer = scene.send(&form).await.expect(303);
        assert!(answer.location().unwrap().starts_with("/comprar/"));
        let asking = follow(&mut scene.app, answer).await;
        asking.says("Comprobando");
        scene.app.run_jobs().await;
        for _ in 0..2 {
            let answer = scene.send(&form).await.expect(303);
            follow(&mut scene.app, answer).await.says("Falta mantenimiento");
        }
        assert_eq!(scene.orders().await, 0);
        assert!(scene.app.sandbox().payments().is_empty());
        scene.app.run_jobs().await;
        let story = scene.app.get("/expediente").await.expect(200);
        story.says("falta mantenimiento");
        story.says("perdió la garantía");
        scene.app.verify().await;
    }
}

#[tokio::test]
async fn a_warning_is_shown_and_silence_asks_for_an_acknowledgement() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.overdue(BlockName::Powertrain, 65.0, 10);
        let path = scene.path(POWER, OfferKind::Permanent).await;
        let page = scene.completed(&path).await;
        page.says("tren motriz está al 65\u{a0}% y pide el 70\u{a0}%. Puedes pedirlo ya");
        let form = agree(fields(&page));
        let answer = scene.send(&form).await.expect(303);
        assert!(answer.location().unwrap().starts_with("/expediente/activaciones/"));

        let mut scene = Scene::new(engine).await;
        scene.app.sandbox().set_fault(FaultRule::vss(Fault::Outage));
        let path = scene.path(COMFORT, OfferKind::Permanent).await;
        let page = scene.completed(&path).await;
        page.says("Sin comprobar");
        page.says("name=\"maintenance_risk\"");
        let form = agree(fields(&page));
        let answer = scene.send(&form).await.expect(303);
        let back = follow(&mut scene.app, answer).await;
        back.says("Falta algo para poder pedirlo");
        let mut form = agree(fields(&back));
        form.push(("maintenance_risk".to_owned(), "true".to_owned()));
        let answer = scene.send(&form).await.expect(303);
        let order = answer.location().unwrap().to_owned();
        assert!(order.starts_with("/expediente/activaciones/"), "{order}");
        // What is critical for safety is not sold meanwhile.
        let path = scene.path(POWER, OfferKind::Permanent).await;
        let page = scene.app.get(&path).await.expect(200);
        page.says("este servicio afecta a la seguridad");
        says_not(&page, "id=\"pedido\"");
    }
}

#[tokio::test]
async fn the_cars_page_shows_warranty_history_and_blocks_and_says_what_is_old() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let path = format!("/expediente/coches/{}/mantenimiento", scene.lince);
        scene.app.advance(TimeDelta::minutes(61));
        scene.app.get(&path).await.expect(200).says("Estamos preguntando de nuevo");
        scene.app.run_jobs().await;
        let page = scene.app.get(&path).await.expect(200);
        for text in ["En vigor", "frenos", "Al día", "Según los talleres, a 23 nov 2026"] {
            page.says(text);
        }
        scene.overdue(BlockName::Brakes, 33.0, 31);
        scene.app.advance(TimeDelta::hours(2));
        let page = scene.app.get(&path).await.expect(200);
        page.says("puede haber cambiado");
        scene.app.run_jobs().await;
        let page = scene.app.get(&path).await.expect(200);
        for text in ["Perdida", "Perdida: pendiente frenos", "Con 31 días de retraso", "Brake pads", "siguen igual"] {
            page.says(text);
        }
        scene.app.get(&format!("/expediente?coche={}", scene.lince)).await.expect(200).says("Perdida");

        // Another's car does not exist, nor does it for staff.
        let stamp = scene.lince.to_string();
        scene.app.call("/api/mantenimiento/sello", &[("vehicle", &stamp)]).await.expect(200);
        for who in [OTHER_CUSTOMER, "support", "dealer", "operations", "administrator"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            scene.app.get(&path).await.expect(404);
            scene.app.call("/api/mantenimiento/sello", &[("vehicle", &stamp)]).await.expect(404);
            scene.app.get(&format!("/eventos?tema=maintenance:{stamp}")).await.expect(404);
        }
        scene.app.new_browser();
        assert_eq!(scene.app.get(&path).await.status, 303);
    }
}

#[tokio::test]
async fn the_control_room_sets_what_the_workshops_know() {
    let mut scene = Scene::new(Engine::Sqlite).await;
    let vin = lince().to_string();
    let set = |block: &'static str, state: &'static str| {
        vec![("coche", vin.clone()), ("bloque", block.into()), ("estado", state.into())]
    };
    for (block, state, expected) in
        [("BRAKES", "45", Some(40.0)), ("BRAKES", "al-dia", Some(96.0)), ("BRAKES", "nuevo", None)]
    {
        let fields = set(block, state);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        scene.app.submit("/sandbox/mantenimiento", &fields).await.expect(200);
        let known = scene.app.sandbox().maintenance(&lince());
        let brakes =
            known.map(|blocks| blocks.into_iter().find(|one| one.name == BlockName::Brakes).unwrap().compliance);
        assert_eq!(brakes, expected);
    }
    let wrong = [("coche", vin.as_str()), ("bloque", "ENGINE"), ("estado", "45")];
    scene.app.post_form("/sandbox/mantenimiento", &wrong).await.expect(422);
}
