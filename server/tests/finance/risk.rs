//! The risk report: its sums are the books', whichever way they are cut, and each leads to what it is made of.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::finance::risk::{RiskFilter, RiskReason, lines, risk};
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency};
use caas::sql;
use caas_sandbox::TestCard;
use chrono::{NaiveDate, TimeDelta};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn what_was_borne_stands_in_its_month_with_its_reason_service_and_model() {
    for engine in Engine::all() {
        let mut scene = Scene::new(engine).await;
        scene.pays_with(TestCard::ChargedBack).await;
        let back = scene.order(SEATS).await;
        scene.seconds(5).await;
        scene.pays_with(TestCard::SettlementFails).await;
        let lost = scene.order(AUDIO).await;
        scene.live(TimeDelta::days(20)).await;
        assert_eq!(
            (scene.money(back).await, scene.money(lost).await),
            ("CHARGED/CHARGED_BACK".to_owned(), "CHARGED/ABSORBED".to_owned())
        );
        let (seats, audio) = (scene.payment(back).await.amount(), scene.payment(lost).await.amount());
        let mut tx = scene.read().await;
        assert!(risk(&mut tx, day("2026-10-01"), day("2026-11-30")).await.unwrap().is_empty());
        let sums = risk(&mut tx, day("2026-10-15"), day("2026-12-13")).await.unwrap();
        let told: Vec<_> = sums.iter().map(|sum| (sum.month, sum.reason, sum.cents, sum.entries)).collect();
        assert!(told.contains(&(day("2026-12-01"), RiskReason::Chargeback, seats.cents, 1)), "{told:?}");
        assert!(told.contains(&(day("2026-12-01"), RiskReason::NotSettled, audio.cents, 1)), "{told:?}");
        assert_eq!(told.len(), 2);
        assert!(sums.iter().all(|sum| sum.service.is_some() && sum.model.is_some()));
        let total = sums.iter().fold(Cents::ZERO, |total, sum| total + sum.cents);
        let (booked, _) = sql!(
            tx,
            one(Cents, i64),
            "SELECT CAST(SUM(debit_cents - credit_cents) AS BIGINT), COUNT(*) FROM ledger_entries WHERE account = 'ABSORBED_COST'"
        )
        .unwrap();
        assert_eq!(total, booked);
        let all = RiskFilter {
            from: day("2026-12-01"),
            before_day: day("2027-01-01"),
            currency: Currency::Eur,
            reason: None,
            service: None,
            model: None,
            before: None,
        };
        assert_eq!(lines(&mut tx, &all, 100).await.unwrap().len(), 2);
        for sum in &sums {
            let (service, model) =
                (sum.service.as_ref().map(|(id, _)| *id), sum.model.as_ref().map(|(code, _)| code.clone()));
            let part = RiskFilter { reason: Some(sum.reason), service, model, ..all.clone() };
            let found = lines(&mut tx, &part, 100).await.unwrap();
            assert_eq!(found.iter().map(|line| line.amount).collect::<Vec<_>>(), [sum.amount()]);
        }
        let none = RiskFilter { reason: Some(RiskReason::HoldLapsed), ..all.clone() };
        assert!(lines(&mut tx, &none, 100).await.unwrap().is_empty());
        drop(tx);

        scene.app.sign_in("operations").await;
        let page = scene.app.get("/operaciones/finanzas/riesgo").await.expect(200);
        page.says("El banco no movió el dinero");
        page.says("<svg viewBox=\"0 0 480 220\"");
        page.says(&audio.display(Locale::Es));
        page.says("dic 2026");
        let at = page.body.find("motivo=CHARGEBACK").expect("the figure is a link");
        let start = page.body[..at].rfind('"').unwrap() + 1;
        let href = page.body[start..].split('"').next().unwrap().replace("&amp;", "&");
        let list = scene.app.get(&href).await.expect(200);
        list.says("Contracargo");
        list.says(&seats.display(Locale::Es));
        list.says("/operaciones/finanzas/apuntes/");
        let file = scene.app.get("/operaciones/finanzas/riesgo.csv").await.expect(200);
        file.says(&format!("2026-12;NOT_SETTLED;{}", scene.service(AUDIO).await.name.es));
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get("/operaciones/finanzas/riesgo?meses=3").await.expect(200).says("The bank did not move the money");
        for who in ["customer", "support", "dealer"] {
            scene.app.sign_in(who).await;
            for hidden in ["/operaciones/finanzas/riesgo", "/operaciones/finanzas/riesgo.csv", href.as_str()] {
                scene.app.get(hidden).await.expect(404);
            }
        }
        scene.proven().await;
    }
}
