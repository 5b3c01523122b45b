//! The books as finance reads them: sums that agree, ways to the story, and entries that nobody can change.

use crate::support::{Answer, Engine};
use crate::use_cases::scenario::*;
use caas::finance::books::{EntryFilter, entries, trial_balance};
use caas::kernel::ids::ActivationId;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency};
use caas::payments::ledger::{Account, Movement};
use caas::sql;
use chrono::{NaiveDate, TimeDelta};

/// A service that was bought and paid out, and one that was cancelled before it was delivered.
async fn traded(engine: Engine) -> (Scene, ActivationId) {
    let mut scene = Scene::new(engine).await;
    let bought = scene.order(SEATS).await;
    scene.live(TimeDelta::days(3)).await;
    assert_eq!(scene.money(bought).await, "CHARGED/SETTLED");
    scene.drives();
    let cancelled = scene.order(AUDIO).await;
    scene.seconds(5).await;
    scene.cancel(cancelled).await;
    scene.seconds(5).await;
    (scene, bought)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn filter(account: Account) -> EntryFilter {
    EntryFilter { account, currency: Currency::Eur, from: None, until: None, movement: None, before: None }
}

/// The first address of an entry on a page.
fn first_entry(page: &Answer) -> String {
    let at = page.body.find("/operaciones/finanzas/apuntes/").expect("an entry is linked");
    page.body[at..].split(['"', '?']).next().unwrap().to_owned()
}

#[tokio::test]
async fn the_sums_of_every_day_are_equal_and_each_leads_to_its_entries() {
    for engine in Engine::all() {
        let (scene, bought) = traded(engine).await;
        let price = scene.payment(bought).await.amount_cents;
        let mut tx = scene.read().await;
        for days in 0..5 {
            let sums = trial_balance(&mut tx, day("2026-11-22") + chrono::Days::new(days)).await.unwrap();
            let total =
                |of: fn(&caas::finance::books::Balance) -> Cents| sums.iter().map(of).fold(Cents::ZERO, |a, b| a + b);
            assert_eq!(total(|s| s.debit), total(|s| s.credit), "day {days}");
        }
        assert_eq!(trial_balance(&mut tx, day("2026-11-22")).await.unwrap(), []);
        let first = trial_balance(&mut tx, day("2026-11-23")).await.unwrap();
        let of = |sums: &[caas::finance::books::Balance], account| {
            sums.iter().find(|sum| sum.account == account).map_or(Cents::ZERO, |sum| sum.balance().cents)
        };
        assert_eq!((of(&first, Account::Holds), of(&first, Account::GatewayReceivable)), (Cents::ZERO, price));
        let last = trial_balance(&mut tx, day("2026-11-26")).await.unwrap();
        assert_eq!(of(&last, Account::GatewayReceivable), Cents::ZERO);
        assert_eq!(of(&last, Account::Bank) + of(&last, Account::Fees), price);
        // An account's entries add up to its balance, whichever way they are read.
        for sum in &last {
            let all = entries(&mut tx, &filter(sum.account), 100).await.unwrap();
            let net = all.iter().fold(Cents::ZERO, |net, line| net + line.debit - line.credit);
            assert_eq!((i64::try_from(all.len()).unwrap(), net), (sum.entries, sum.balance().cents));
            let mut paged = Vec::new();
            let mut before = None;
            while let Some(line) =
                entries(&mut tx, &EntryFilter { before, ..filter(sum.account) }, 1).await.unwrap().pop()
            {
                before = Some((line.at, line.id));
                paged.push(line.id);
            }
            assert_eq!(paged, all.iter().map(|line| line.id).collect::<Vec<_>>());
        }
        let captures = EntryFilter { movement: Some(Movement::Capture), ..filter(Account::Holds) };
        assert_eq!(entries(&mut tx, &captures, 100).await.unwrap().len(), 1);
        let later = EntryFilter { from: Some(day("2026-11-24")), ..filter(Account::GatewayReceivable) };
        assert_eq!(entries(&mut tx, &later, 100).await.unwrap().len(), 1);
        let sooner = EntryFilter { until: Some(day("2026-11-23")), ..filter(Account::GatewayReceivable) };
        assert_eq!(entries(&mut tx, &sooner, 100).await.unwrap().len(), 1);
        drop(tx);
        scene.proven().await;
    }
}

#[tokio::test]
async fn closed_days_come_to_the_same_and_the_proof_watches_them() {
    for engine in Engine::all() {
        let (mut scene, _) = traded(engine).await;
        let last = day("2026-11-26");
        let mut tx = scene.read().await;
        let (closed, _) = sql!(tx, one(i64, i64), "SELECT COUNT(*), COUNT(*) FROM ledger_closings").unwrap();
        let before = trial_balance(&mut tx, last).await.unwrap();
        drop(tx);
        assert!(closed > 0, "days were closed while the story went on");
        scene.live(TimeDelta::days(2)).await;
        let caas = scene.caas();
        let mut tx = caas.db.begin().await.unwrap();
        let (open, _) =
            sql!(tx, one(i64, i64), "SELECT COUNT(*), COUNT(*) FROM ledger_closings WHERE day = '2026-11-27'").unwrap();
        assert_eq!(open, 1);
        assert_eq!(trial_balance(&mut tx, last).await.unwrap(), before);
        let kept = trial_balance(&mut tx, day("2026-11-24")).await.unwrap();
        // The same without what was kept.
        sql!(tx, execute "DELETE FROM ledger_days").unwrap();
        sql!(tx, execute "DELETE FROM ledger_closings").unwrap();
        assert_eq!(trial_balance(&mut tx, day("2026-11-24")).await.unwrap(), kept);
        drop(tx);
        let mut tx = caas.db.begin().await.unwrap();
        sql!(tx, execute "UPDATE ledger_days SET debit_cents = debit_cents + 1 WHERE account = 'BANK'").unwrap();
        let broken = caas::verify::broken_promises(&mut tx).await.unwrap();
        assert!(broken.iter().any(|line| line.starts_with("promise 4: the closed days")), "{broken:?}");
        drop(tx);
        scene.proven().await;
    }
}

#[tokio::test]
async fn nobody_can_change_or_delete_an_entry() {
    for engine in Engine::all() {
        let (scene, _) = traded(engine).await;
        let caas = scene.caas();
        for statement in [
            "UPDATE ledger_entries SET debit_cents = debit_cents + 1 WHERE account = 'BANK'",
            "UPDATE ledger_entries SET at = at",
            "DELETE FROM ledger_entries WHERE account = 'FEES'",
        ] {
            let mut tx = caas.db.begin().await.unwrap();
            let refused = sql!(tx, execute statement).unwrap_err().to_string();
            assert!(refused.contains("a correction is a new entry"), "{statement}: {refused}");
        }
        let mut tx = caas.db.begin().await.unwrap();
        if tx.is_postgres() {
            sql!(tx, execute "TRUNCATE ledger_entries").unwrap_err();
        }
        drop(tx);
        scene.proven().await;
    }
}

#[tokio::test]
async fn finance_reads_from_the_figure_down_to_the_story() {
    for engine in Engine::all() {
        let (mut scene, bought) = traded(engine).await;
        let payment = scene.payment(bought).await;
        let price = payment.amount().display(Locale::Es);
        scene.app.sign_in("operations").await;
        scene.app.get("/operaciones").await.expect(200).says("/operaciones/finanzas");
        let home = scene.app.get("/operaciones/finanzas").await.expect(200);
        home.says("/operaciones/finanzas/cuentas/BANK?moneda=EUR");
        home.says("Dónde está el dinero");
        let balance = scene.app.get("/operaciones/finanzas/balance").await.expect(200);
        balance.says("Debe y haber son iguales");
        balance.says("Lo que la pasarela ha ingresado.");
        balance.says("/operaciones/finanzas/cuentas/GATEWAY_RECEIVABLE");
        let none = scene.app.get("/operaciones/finanzas/balance?dia=2026-01-01").await.expect(200);
        none.says("Nada anotado hasta ese día");
        let file = scene.app.get("/operaciones/finanzas/balance.csv?dia=2026-11-23").await.expect(200);
        file.says(&format!(
            "2026-11-23;EUR;GATEWAY_RECEIVABLE;La pasarela nos debe;{};0.00;",
            payment.amount().decimal()
        ));

        let list = "/operaciones/finanzas/cuentas/GATEWAY_RECEIVABLE?moneda=EUR&movimiento=CAPTURE&desde=2026-11-23";
        let account = scene.app.get(list).await.expect(200);
        account.says("Cobro tras la entrega");
        account.says(&price);
        let file =
            scene.app.get("/operaciones/finanzas/cuentas/GATEWAY_RECEIVABLE/apuntes.csv?moneda=EUR").await.expect(200);
        file.says(&payment.id.to_string());
        file.says(";SETTLEMENT;GATEWAY_RECEIVABLE;0.00;");
        let empty = scene.app.get("/operaciones/finanzas/cuentas/WRITTEN_OFF?moneda=GBP").await.expect(200);
        empty.says("Ningún apunte con este filtro");

        let path = first_entry(&account);
        let movement = scene.app.get(&path).await.expect(200);
        movement.says("Retenciones por devolver");
        movement.says("IVA por ingresar");
        movement.says(&format!("/soporte/clientes/{}/expediente", scene.customer));
        movement.says(&payment.gateway_payment_id.clone().unwrap());
        movement.says("Debe y haber son iguales");
        let file = scene.app.get(&format!("{path}/apuntes.csv")).await.expect(200);
        assert_eq!(file.body.lines().count(), 6, "{}", file.body);
        scene.app.get(&format!("/soporte/clientes/{}/expediente", scene.customer)).await.expect(200);

        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get("/operaciones/finanzas").await.expect(200).says("Where the money stands");
        scene.app.get("/operaciones/finanzas/balance").await.expect(200).says("Debits and credits are equal");
        scene.app.get(list).await.expect(200).says("Charge after delivery");
        scene.app.get(&path).await.expect(200).says("VAT payable");

        for who in ["customer", "support", "dealer"] {
            scene.app.sign_in(who).await;
            for hidden in [
                "/operaciones/finanzas",
                "/operaciones/finanzas/balance",
                "/operaciones/finanzas/balance.csv",
                list,
                &path,
            ] {
                scene.app.get(hidden).await.expect(404);
            }
        }
        scene.app.sign_in("operations").await;
        for unknown in ["/operaciones/finanzas/cuentas/NOTHING", "/operaciones/finanzas/apuntes/x"] {
            scene.app.get(unknown).await.expect(404);
        }
        scene.proven().await;
    }
}
