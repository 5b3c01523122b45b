//! Revenue: its sums are the revenue account's, whichever way and whenever they are added up.

use crate::car_payments::scene::CarScene;
use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::catalogue::OfferKind;
use caas::finance::books::trial_balance;
use caas::finance::revenue::{RevenueKind, RevenueSum, Stretch, in_the_books, revenue};
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::ledger::Account;
use caas::sales::payment::CarPayment;
use caas::sql;
use caas::withdrawal::model::Via;
use caas::withdrawal::service::{Declarant, withdraw};
use caas_sandbox::TestCard;
use chrono::{Days, NaiveDate, TimeDelta};

const MASSAGE: &str = "SEAT_MASSAGE";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn total(sums: &[RevenueSum], of: fn(&RevenueSum) -> Cents) -> Cents {
    sums.iter().map(of).fold(Cents::ZERO, |a, b| a + b)
}

/// What the revenue account came to by the trial balances of two days.
async fn by_the_balances(scene: &Scene, from: NaiveDate, until: NaiveDate) -> Cents {
    let mut tx = scene.read().await;
    let mut at = Vec::new();
    for day in [from - Days::new(1), until] {
        let sums = trial_balance(&mut tx, day).await.unwrap();
        let own = sums.iter().find(|sum| (sum.account, sum.currency) == (Account::Revenue, Currency::Eur));
        at.push(own.map_or(Cents::ZERO, |sum| sum.credit - sum.debit));
    }
    at[1] - at[0]
}

#[tokio::test]
async fn the_report_is_what_the_books_say_also_once_its_days_are_folded() {
    for engine in Engine::all() {
        let mut scene = CarScene::new(engine).await;
        // A señal, a service that is kept, one that is given back, one that the bank takes back, and a subscription.
        let sale = scene.sale(false).await;
        scene.pays(sale, CarPayment::Reservation).await.unwrap();
        let kept = Scene::order(&mut scene, MASSAGE).await;
        let returned = scene.order_kind(AUDIO, OfferKind::Permanent).await;
        scene.seconds(10).await;
        scene.order_kind(NAVIGATION, OfferKind::Subscription).await;
        scene.seconds(10).await;
        scene.pays_with(TestCard::ChargedBack).await;
        let taken_back = Scene::order(&mut scene, SEATS).await;
        scene.live(TimeDelta::days(2)).await;
        let who = Declarant { customer: scene.customer, via: Via::Expediente, locale: Locale::Es };
        withdraw(&scene.caas(), who, returned).await.unwrap().unwrap();
        let (first, last) = (day("2026-11-23"), day("2026-12-31"));
        let today = scene.app.now().date_naive();
        // Before and after nights have folded what is over.
        for _ in 0..2 {
            let until = scene.app.now().date_naive();
            let mut tx = scene.read().await;
            let by_day = revenue(&mut tx, first, until, Stretch::Day).await.unwrap();
            let by_month = revenue(&mut tx, first, until, Stretch::Month).await.unwrap();
            let books = in_the_books(&mut tx, first, until).await.unwrap();
            drop(tx);
            let booked = by_the_balances(&scene, first, until).await;
            assert_eq!(total(&by_day, RevenueSum::revenue), booked);
            assert_eq!(total(&by_month, RevenueSum::revenue), booked);
            assert_eq!(books, [Money::new(booked, Currency::Eur)]);
            scene.live(TimeDelta::days(31)).await;
        }
        let mut tx = scene.read().await;
        let (folded, _) = sql!(tx, one(i64, i64), "SELECT COUNT(*), COUNT(*) FROM revenue_foldings").unwrap();
        assert!(folded >= 30, "the nights folded what was over: {folded}");
        let sums = revenue(&mut tx, first, last, Stretch::Day).await.unwrap();
        drop(tx);
        let of = |kind: RevenueKind| sums.iter().filter(move |sum| sum.kind == kind).cloned().collect::<Vec<_>>();
        // Without its VAT of 21 %.
        let net = |cents: i64| cents - (cents * 2100 + 6050) / 12_100;
        assert_eq!(total(&of(RevenueKind::Reservation), |sum| sum.sold).0, net(crate::car_payments::scene::SEÑAL));
        let mut sold = 0;
        for id in [kept, returned, taken_back] {
            sold += net(Scene::payment(&scene, id).await.amount_cents.0);
        }
        assert_eq!(total(&of(RevenueKind::Service), |sum| sum.sold).0, sold);
        let back = net(Scene::payment(&scene, returned).await.amount_cents.0);
        assert_eq!(total(&of(RevenueKind::Service), |sum| sum.back).0, back);
        let charged_back = Scene::payment(&scene, taken_back).await.amount_cents;
        assert_eq!(total(&sums, |sum| sum.charged_back), charged_back, "a cost beside revenue, with its VAT");
        let seats = scene.service(SEATS).await.id;
        assert!(sums.iter().filter(|sum| sum.charged_back != Cents::ZERO).all(|sum| sum.service == Some(seats)));
        assert!(total(&of(RevenueKind::Subscription), |sum| sum.sold).0 > 0, "an invoice is revenue when it is issued");
        assert!(sums.iter().all(|sum| sum.country.as_deref() == Some("ES") && sum.currency == Currency::Eur));
        assert!(of(RevenueKind::Reservation).iter().all(|sum| sum.service.is_none()));
        // Any part of the range agrees as well.
        for (from, until) in [(today, today), (day("2026-11-24"), day("2026-12-01")), (day("2026-12-01"), last)] {
            let mut tx = scene.read().await;
            let part = revenue(&mut tx, from, until, Stretch::Day).await.unwrap();
            drop(tx);
            let booked = by_the_balances(&scene, from, until).await;
            assert_eq!(total(&part, RevenueSum::revenue), booked, "{from} to {until}");
        }
        // The proof watches what was folded.
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE revenue_days SET sold_cents = sold_cents + 1 WHERE kind = 'RESERVATION'").unwrap();
        let broken = caas::verify::broken_promises(&mut tx).await.unwrap();
        assert!(broken.iter().any(|line| line.starts_with("promise 4: the folded days")), "{broken:?}");
        drop(tx);
        // Folded or not, the same.
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute "DELETE FROM revenue_days").unwrap();
        sql!(tx, execute "DELETE FROM revenue_foldings").unwrap();
        assert_eq!(revenue(&mut tx, first, last, Stretch::Day).await.unwrap(), sums);
        drop(tx);

        let expected = by_the_balances(&scene, first, last).await;
        scene.app.sign_in("operations").await;
        scene.app.get("/operaciones/finanzas").await.expect(200).says("/operaciones/finanzas/ingresos");
        let path = "/operaciones/finanzas/ingresos?desde=2026-11-23&hasta=2026-12-31";
        let page = scene.app.get(path).await.expect(200);
        page.says("Coincide con el balance de esos días");
        page.says(&Money::new(expected, Currency::Eur).display(Locale::Es));
        page.says("<svg viewBox=\"0 0 480 220\"");
        for name in ["Señal de un coche", "Servicio de un solo pago", "Facturas de suscripción", "España", "dic 2026"]
        {
            page.says(name);
        }
        let days = scene.app.get(&format!("{path}&por=dia")).await.expect(200);
        days.says("cuentas/REVENUE?moneda=EUR&amp;desde=2026-11-23&amp;hasta=2026-11-23");
        let part = scene.app.get(&format!("{path}&clase=RESERVATION&pais=ES")).await.expect(200);
        assert!(!part.body.contains("Coincide con el balance"), "a part is held against nothing");
        scene.app.get(&format!("{path}&pais=FR")).await.expect(200).says("Nada vendido en esos días");
        scene.app.get("/operaciones/finanzas/ingresos?desde=9999-99-99&hasta=x&por=y").await.expect(200);
        let file = scene
            .app
            .get("/operaciones/finanzas/ingresos.csv?desde=2026-11-23&hasta=2026-12-31&por=dia&clase=RESERVATION")
            .await
            .expect(200);
        let net_señal = Money::new(Cents(net(crate::car_payments::scene::SEÑAL)), Currency::Eur).decimal();
        file.says(&format!("2026-11-23;EUR;RESERVATION;;ES;{net_señal};0.00;{net_señal};0.00;{net_señal};1"));
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get(path).await.expect(200).says("Agrees with the trial balance of these days");
        for who in ["customer", "support", "dealer", "administrator"] {
            scene.app.sign_in(who).await;
            for hidden in ["/operaciones/finanzas/ingresos", "/operaciones/finanzas/ingresos.csv"] {
                scene.app.get(hidden).await.expect(404);
            }
        }
        scene.app.verify().await;
    }
}
