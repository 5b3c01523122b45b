//! The pages, in a browser without scripts: the two labelled steps, the receipt, the mail's link, and the desks.

use super::scene::*;
use crate::support::TestApp;
use caas::notifications::signed::withdrawal_token;

const OTHER_CUSTOMER: &str = "cliente2@demo.caas.example";

/// The link in the mail about a service that is active.
async fn link_in_mail(scene: &Scene) -> String {
    let mails = scene.world().mails();
    let text = mails.iter().map(|mail| mail.text.clone()).find(|text| text.contains("/desistir/")).unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/desistir/")).unwrap();
    link.trim_start_matches("http://localhost:3000").to_owned()
}

async fn language(app: &mut TestApp, code: &str) {
    app.headers.retain(|(name, _)| *name != "accept-language");
    app.headers.push(("accept-language", code.to_owned()));
}

#[tokio::test]
async fn the_two_steps_with_the_words_of_the_law_and_the_receipt() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        scene.app.sign_in("customer").await;
        let page = format!("/expediente/activaciones/{id}");
        for path in ["/expediente".to_owned(), "/expediente/servicios".to_owned(), page.clone()] {
            let shown = scene.app.get(&path).await.expect(200);
            shown.says("Desistir del contrato aquí");
            shown.says(&format!("{page}/desistir"));
        }
        scene.app.get(&page).await.says("hasta el lunes, 7 de diciembre de 2026, a las 24:00 (hora de Madrid)");
        let step = scene.app.get(&format!("{page}/desistir")).await.expect(200);
        step.says(">Confirmar desistimiento<");
        step.says("Día 14");
        step.says("en 14 días como máximo");
        step.says("palabra por palabra");
        assert_eq!(scene.withdrawals().await, 0, "looking changes nothing");
        let receipt = scene.app.submit("/api/activacion/desistir", &[("id", &id.to_string())]).await.expect(200);
        receipt.says("Has desistido del contrato");
        receipt.says("desisto de mi contrato");
        let first = scene.app.get(&format!("{page}/desistimiento")).await.expect(200);
        first.says("D-");
        // A third click, and the first step again, lead to the same receipt.
        let again = scene.app.post_form("/api/activacion/desistir", &[("id", &id.to_string())]).await.expect(303);
        assert_eq!(again.location(), Some(format!("{page}/desistimiento").as_str()));
        let back = scene.app.get(&format!("{page}/desistir")).await.expect(303);
        assert_eq!(back.location(), Some(format!("{page}/desistimiento").as_str()));
        scene.live(TimeDelta::minutes(5)).await;
        scene.app.get(&format!("{page}/desistimiento")).await.says("Devueltos");
        scene.app.get(&page).await.says("Has desistido");
        assert_eq!(scene.withdrawals().await, 1);
        scene.proven().await;
    }
}

#[tokio::test]
async fn in_english_with_the_words_of_the_directive() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        let token = withdrawal_token(&scene.caas(), id).await.unwrap();
        scene.app.new_browser();
        language(&mut scene.app, "en").await;
        let page = scene.app.get(&format!("/desistir/{token}")).await.expect(200);
        page.says(">Confirm withdrawal<");
        page.says("until Monday, 7 December 2026, at midnight (Madrid time)");
        let receipt = scene.app.submit("/api/desistir", &[("token", &token)]).await.expect(200);
        receipt.says("I hereby give notice that I withdraw");
        let declared = view::of_activation(&mut scene.read().await, id).await.unwrap().unwrap();
        assert_eq!((declared.via, declared.locale), (Via::EmailLink, Locale::En));
        scene.run().await;
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_mails_link_works_without_signing_in_and_for_whoever_is_signed_in() {
    for engine in Engine::all() {
        for signed_in_as in [None, Some(OTHER_CUSTOMER), Some("support")] {
            let mut scene = Scene::new(engine).await;
            let id = scene.delivered(SEATS, OfferKind::Permanent).await;
            let link = link_in_mail(&scene).await;
            scene.app.new_browser();
            if let Some(who) = signed_in_as {
                scene.app.sign_in(who).await;
            }
            let page = scene.app.get(&link).await.expect(200);
            page.says("Confirmar desistimiento");
            // What is needed, and nothing else of the customer.
            for secret in [scene.vin.to_string(), "cliente@demo.caas.example".to_owned()] {
                assert!(!page.body.contains(&secret), "{secret}");
            }
            assert_eq!(scene.withdrawals().await, 0, "mail scanners follow links");
            let token = link.rsplit('/').next().unwrap().to_owned();
            let receipt = scene.app.submit("/api/desistir", &[("token", &token)]).await.expect(200);
            receipt.says("Has desistido del contrato");
            scene
                .app
                .submit("/api/desistir", &[("token", &token)])
                .await
                .expect(200)
                .says("Has desistido del contrato");
            scene.live(TimeDelta::minutes(5)).await;
            assert_eq!((scene.withdrawals().await, scene.state(id).await), (1, "WITHDRAWN"));
            scene.proven().await;
        }
    }
}

#[tokio::test]
async fn the_signature_is_kept_nowhere_and_a_forged_one_opens_nothing() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        let token = withdrawal_token(&scene.caas(), id).await.unwrap();
        assert!(link_in_mail(&scene).await.ends_with(&token), "the mail has the whole link");
        for said in scene.said("SERVICE_ACTIVE").await {
            assert!(!said.text.contains(&token), "the stored {} does not", said.channel);
        }
        scene.app.new_browser();
        let (contract, signature) = token.split_once('.').unwrap();
        let other = scene.delivered(AUDIO, OfferKind::Permanent).await;
        for forged in [
            contract.to_owned(),
            format!("{contract}."),
            format!("{contract}.AAAA"),
            format!("{}.{signature}", other.0.simple()),
            format!("x.{signature}"),
        ] {
            scene.app.get(&format!("/desistir/{forged}")).await.expect(404);
            scene.app.post_form("/api/desistir", &[("token", &forged)]).await.expect(404);
        }
        assert_eq!(scene.withdrawals().await, 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn after_the_end_the_page_says_until_when_it_was() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        let token = withdrawal_token(&scene.caas(), id).await.unwrap();
        scene.live(TimeDelta::days(20)).await;
        scene.app.new_browser();
        let page = scene.app.get(&format!("/desistir/{token}")).await.expect(200);
        page.says("terminó el 7 de diciembre de 2026");
        assert!(!page.body.contains("Confirmar desistimiento"));
        let answer = scene.app.submit("/api/desistir", &[("token", &token)]).await.expect(200);
        answer.says("No se ha hecho nada");
        assert_eq!((scene.withdrawals().await, scene.state(id).await), (0, "ACTIVE"));
        scene.proven().await;
    }
}

#[tokio::test]
async fn another_customers_contract_does_not_exist() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        for who in [OTHER_CUSTOMER, "support", "dealer"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            for page in ["desistir", "desistimiento"] {
                scene.app.get(&format!("/expediente/activaciones/{id}/{page}")).await.expect(404);
            }
            scene.app.post_form("/api/activacion/desistir", &[("id", &id.to_string())]).await.expect(404);
        }
        assert_eq!(scene.withdrawals().await, 0);
        scene.proven().await;
    }
}

#[tokio::test]
async fn refunds_stand_with_their_deadline_at_operations_alone() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        let id = scene.delivered(SEATS, OfferKind::Permanent).await;
        scene.withdraw(id).await.unwrap();
        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones/reembolsos").await.expect(200);
        page.says("Desistimiento");
        page.says("7 dic 2026");
        scene.app.get("/operaciones").await.says("Reembolsos (1 en marcha, 0 en alerta)");
        scene.run().await;
        scene.app.get("/operaciones/reembolsos").await.says("Devuelto");
        for who in ["customer", "support", "dealer"] {
            scene.app.new_browser();
            scene.app.sign_in(who).await;
            scene.app.get("/operaciones/reembolsos").await.expect(404);
        }
        scene.proven().await;
    }
}

#[tokio::test]
async fn administrators_add_public_holidays_where_the_hours_are() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.app.sign_in("administrator").await;
        scene.app.get("/admin/horarios").await.expect(200).says("Inmaculada Concepción");
        let add = |day: &'static str| [("country", "ES"), ("day", day), ("name", "Un solo año")];
        scene.app.submit("/api/admin/festivo-legal", &add("2026-12-09")).await.expect(200).says("Un solo año");
        let known = scene.app.submit("/api/admin/festivo-legal", &add("2026-12-08")).await.expect(200);
        known.says("Ese día ya es festivo.");
        scene.app.submit("/api/admin/festivo-legal", &add("2026-11-01")).await.says("Ese día ya ha pasado");
        let gone =
            scene.app.submit("/api/admin/festivo-legal-quitar", &[("country", "ES"), ("day", "2026-12-09")]).await;
        assert!(!gone.body.contains("<p class=\"line__title\">Un solo año</p>"));
        scene.app.sign_in("support").await;
        scene.app.post_form("/api/admin/festivo-legal", &add("2026-12-10")).await.expect(404);
        scene.proven().await;
    }
}
