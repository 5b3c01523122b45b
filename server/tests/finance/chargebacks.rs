//! A charge that a bank takes back: one task whatever comes twice, worked on by finance alone, and the evidence with all that
//! proves the delivery and nothing that is not the bank's business.

use crate::support::Engine;
use crate::use_cases::scenario::*;
use caas::expediente::chain::seal_of;
use caas::finance::chargebacks::desk::{self, Task, TaskFilter, TaskRefusal};
use caas::finance::chargebacks::evidence::bundle;
use caas::kernel::ids::ActivationId;
use caas::kernel::locale::Locale;
use caas::payments::chargebacks::{TaskEvent, TaskState};
use caas::payments::settlement::{Verdict, on_settlement};
use caas::sql;
use caas_sandbox::TestCard;
use chrono::TimeDelta;

const TASKS: &str = "/operaciones/finanzas/tareas";

/// A service whose charge the bank took back, bought beside one that nobody disputes.
async fn taken_back(engine: Engine) -> (Scene, ActivationId, Task) {
    let mut scene = Scene::new(engine).await;
    scene.order(AUDIO).await;
    scene.seconds(5).await;
    scene.pays_with(TestCard::ChargedBack).await;
    let id = scene.order(SEATS).await;
    scene.live(TimeDelta::days(15)).await;
    assert_eq!(scene.money(id).await, "CHARGED/CHARGED_BACK");
    let mut tasks = desk::list(&mut scene.read().await, &TaskFilter::default(), 10).await.unwrap();
    assert_eq!(tasks.len(), 1, "one disputed charge, one task");
    (scene, id, tasks.remove(0))
}

/// Entries of the audit log about tasks, by kind of actor.
async fn audited(scene: &Scene, actor: &str) -> i64 {
    let (count, _) = sql!(
        scene.read().await,
        one(i64, i64),
        "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE kind = 'FINANCE_TASK_CHANGED' AND actor_kind = $1",
        actor
    )
    .unwrap();
    count
}

async fn borne(scene: &Scene) -> i64 {
    let (cents, _) = sql!(
        scene.read().await,
        one(i64, i64),
        "SELECT CAST(COALESCE(SUM(debit_cents - credit_cents), 0) AS BIGINT), COUNT(*) FROM ledger_entries
         WHERE account = 'ABSORBED_COST'"
    )
    .unwrap();
    cents
}

#[tokio::test]
async fn a_chargeback_opens_one_task_however_often_it_is_told() {
    for engine in Engine::all() {
        let (scene, id, task) = taken_back(engine).await;
        let payment = scene.payment(id).await;
        assert_eq!((task.payment_id, task.amount_cents), (payment.id, payment.captured_cents));
        assert_eq!((task.state, task.owner_id, task.reason.as_deref()), (TaskState::Open, None, Some("fraudulent")));
        assert_eq!(task.due_at, task.opened_at + TimeDelta::days(7), "the setting's default");
        let gateway_id = payment.gateway_payment_id.clone().unwrap();
        for reason in [None, Some("again".to_owned())] {
            let mut tx = scene.caas().db.begin().await.unwrap();
            assert!(on_settlement(&scene.caas(), &mut tx, &gateway_id, Verdict::Chargeback { reason }).await.unwrap());
            tx.commit().await.unwrap();
        }
        let all = desk::list(&mut scene.read().await, &TaskFilter::default(), 10).await.unwrap();
        assert_eq!(all.iter().map(|task| task.id).collect::<Vec<_>>(), [task.id]);
        assert_eq!((audited(&scene, "GATEWAY").await, borne(&scene).await), (1, payment.captured_cents.0));
        assert_eq!(scene.state(id).await, "ACTIVE", "the service stays");
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_day_of_the_answer_is_a_setting_and_what_is_late_says_so() {
    for engine in Engine::all() {
        let mut scene = Scene::with(engine, &[("CAAS_CHARGEBACK_ANSWER_DAYS", "3")]).await;
        scene.pays_with(TestCard::ChargedBack).await;
        scene.order(SEATS).await;
        let mut found = None;
        for _ in 0..20 {
            scene.live(TimeDelta::days(1)).await;
            found = desk::list(&mut scene.read().await, &TaskFilter::default(), 10).await.unwrap().pop();
            if found.is_some() {
                break;
            }
        }
        let task = found.expect("the bank took it back");
        assert_eq!(task.due_at, task.opened_at + TimeDelta::days(3));
        let counts = async |scene: &Scene| desk::counts(&mut scene.read().await, scene.app.now()).await.unwrap();
        let left = task.due_at - TimeDelta::days(2) - scene.app.now();
        scene.pass(left - TimeDelta::seconds(1)).await;
        assert_eq!((counts(&scene).await, task.is_urgent(scene.app.now())), ((1, 0), false));
        scene.pass(TimeDelta::seconds(1)).await;
        assert_eq!((counts(&scene).await, task.is_urgent(scene.app.now())), ((1, 1), true));
        scene.pass(TimeDelta::days(2)).await;
        assert!(task.is_overdue(scene.app.now()));
        scene.app.sign_in("operations").await;
        scene.app.get(TASKS).await.expect(200).says("Fuera de plazo");
        scene.proven().await;
    }
}

#[tokio::test]
async fn two_people_with_the_same_page_do_not_overtake_each_other() {
    for engine in Engine::all() {
        let (mut scene, _, task) = taken_back(engine).await;
        let by = scene.app.sign_in("operations").await;
        let caas = scene.caas();
        let step = TaskEvent::Answered;
        let outcome = desk::advance(&caas, by, task.id, task.version, step, "x").await.unwrap();
        assert_eq!(outcome, Err(TaskRefusal::NotThen), "somebody has to take it first");
        assert_eq!(desk::take(&caas, by, task.id, task.version).await.unwrap(), Ok(()));
        assert_eq!(desk::take(&caas, by, task.id, task.version).await.unwrap(), Err(TaskRefusal::NotThen));
        let taken = desk::find(&mut scene.read().await, task.id).await.unwrap().unwrap();
        assert_eq!((taken.state, taken.owner_id, taken.version), (TaskState::InProgress, Some(by), task.version + 1));
        let long = "x".repeat(2001);
        for words in ["", "  ", long.as_str()] {
            let outcome = desk::advance(&caas, by, task.id, taken.version, step, words).await.unwrap();
            assert_eq!(outcome, Err(TaskRefusal::NoWords));
        }
        let outcome = desk::advance(&caas, by, task.id, taken.version, TaskEvent::Taken, "x").await.unwrap();
        assert_eq!(outcome, Err(TaskRefusal::NoChoice));
        assert_eq!(desk::take(&caas, by, caas.new_uuid(), 0).await.unwrap(), Err(TaskRefusal::NotFound));
        assert_eq!(audited(&scene, "STAFF").await, 1, "what is refused leaves no trace of a change");
        scene.proven().await;
    }
}

#[tokio::test]
async fn finance_works_on_it_and_nobody_else_knows_it() {
    for engine in Engine::all() {
        let (mut scene, _, task) = taken_back(engine).await;
        let (cost, path, key) = (borne(&scene).await, format!("{TASKS}/{}", task.id), task.id.to_string());
        scene.app.sign_in("operations").await;
        let home = scene.app.get("/operaciones/finanzas").await.expect(200);
        home.says("Contracargos");
        home.says(&format!("href=\"{TASKS}\""));
        let list = scene.app.get(TASKS).await.expect(200);
        list.says(&path);
        list.says("Sin empezar");
        list.says("fraudulent");
        scene.app.get(&format!("{TASKS}?de=mi")).await.expect(200).says("Ningún contracargo con este filtro");
        let page = scene.app.get(&path).await.expect(200);
        page.says("Nadie todavía");
        page.says("Lo que se haga aquí no mueve los libros.");
        page.says(&format!("{path}/pruebas"));

        let take = |seen: i64| vec![("id", task.id.to_string()), ("seen", seen.to_string())];
        let fields = take(task.version);
        let form: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        scene.app.submit("/api/operaciones/tareas/llevar", &form).await.expect(200).says("En curso");
        scene.app.submit("/api/operaciones/tareas/llevar", &form).await.expect(200).says("Alguien ha sido más rápido");
        scene.app.get(&format!("{TASKS}?de=mi")).await.expect(200).says(&path);
        let said = [("id", key.as_str()), ("text", "Pedido al banco <b>")];
        scene.app.submit("/api/operaciones/tareas/comentar", &said).await.expect(200).says("Pedido al banco &lt;b&gt;");
        let empty = [("id", key.as_str()), ("text", " ")];
        scene.app.submit("/api/operaciones/tareas/comentar", &empty).await.expect(200).says("Escribe unas palabras");
        let wrong = [("id", key.as_str()), ("seen", "1"), ("event", "TAKEN"), ("text", "x")];
        scene.app.submit("/api/operaciones/tareas/avanzar", &wrong).await.expect(200).says("Elige una de la lista.");
        let answered = [("id", key.as_str()), ("seen", "1"), ("event", "ANSWERED"), ("text", "Enviado el PDF")];
        let page = scene.app.submit("/api/operaciones/tareas/avanzar", &answered).await.expect(200);
        page.says("Contestada al banco");
        page.says("Enviado el PDF");
        let won = [("id", key.as_str()), ("seen", "2"), ("event", "WON"), ("text", "Carta del banco")];
        let page = scene.app.submit("/api/operaciones/tareas/avanzar", &won).await.expect(200);
        page.says("Aquí no se anota nada");
        assert!(!page.body.contains("/api/operaciones/tareas/avanzar"), "it is over");
        assert_eq!((audited(&scene, "STAFF").await, borne(&scene).await), (4, cost), "no click moves the books");

        scene.app.get(TASKS).await.expect(200).says("Ningún contracargo con este filtro");
        scene.app.get(&format!("{TASKS}?estado=WON")).await.expect(200).says(&path);
        scene.app.get(&format!("{TASKS}?estado=TODAS")).await.expect(200).says(&path);
        let file = scene.app.get("/operaciones/finanzas/tareas.csv?estado=TODAS").await.expect(200);
        file.says(&format!("{key};{};", task.payment_id));
        file.says(";EUR;fraudulent;WON;");
        scene.app.post_form("/api/preferencias/idioma", &[("lang", "en"), ("back", "/")]).await.expect(303);
        scene.app.get(&path).await.expect(200).says("Nothing is booked here");
        scene.app.get(TASKS).await.expect(200).says("No chargeback with this filter");

        for who in ["customer", "support", "dealer", "administrator"] {
            scene.app.sign_in(who).await;
            for hidden in [TASKS, "/operaciones/finanzas/tareas.csv", &path] {
                scene.app.get(hidden).await.expect(404);
            }
            for more in ["pruebas", "pruebas.html"] {
                scene.app.get(&format!("{path}/{more}")).await.expect(404);
            }
            for deed in ["llevar", "comentar", "avanzar"] {
                let form = [("id", key.as_str()), ("seen", "3"), ("event", "LOST"), ("text", "x")];
                scene.app.post_form(&format!("/api/operaciones/tareas/{deed}"), &form).await.expect(404);
            }
        }
        let refused = sql!(
            scene.read().await,
            one(i64, i64),
            "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE kind = 'ACCESS_REFUSED'"
        )
        .unwrap()
        .0;
        assert!(refused >= 4 * 8, "each try is audited: {refused}");
        scene.app.sign_in("operations").await;
        scene.app.get(&format!("{TASKS}/nothing")).await.expect(404);
        scene.app.get(&format!("{TASKS}/{}/pruebas", scene.customer)).await.expect(404);
        scene.proven().await;
    }
}

#[tokio::test]
async fn the_evidence_says_all_that_proves_the_delivery_and_nothing_more() {
    for engine in Engine::all() {
        let (mut scene, id, task) = taken_back(engine).await;
        let by = scene.app.sign_in("operations").await;
        desk::comment(&scene.caas(), by, task.id, "Solo para nosotros").await.unwrap().unwrap();
        let mut tx = scene.read().await;
        let gathered = bundle(&mut tx, &task).await.unwrap();
        let consents = gathered.consents.clone();
        drop(tx);
        assert_eq!(consents.len(), 2, "both consents");
        assert_eq!(gathered.delivered_first(), Some(true));
        assert!(gathered.settled.as_ref().is_some_and(|(_, reference)| reference.is_some()), "the bank's reference");
        assert!(gathered.attempts.iter().any(|attempt| attempt.ota_command_sent));
        assert!(!gathered.messages.is_empty() && gathered.messages.iter().any(|told| !told.text.is_empty()));
        assert!(gathered.messages.iter().all(|told| !told.ways.is_empty()));
        // Its entries are of this purchase, and lie in the chain that the seal closes.
        let payment = scene.payment(id).await;
        let (seal, _) = gathered.seal.clone().unwrap();
        assert!(gathered.entries.iter().all(|entry| entry.seq <= seal) && gathered.entries.len() >= 4);

        let path = format!("{TASKS}/{}/pruebas", task.id);
        let sealed = async |scene: &Scene| seal_of(&mut scene.read().await, scene.customer.0).await.unwrap().unwrap().1;
        let page = scene.app.get(&path).await.expect(200);
        page.says(&sealed(&scene).await);
        let file = scene.app.get(&format!("{path}.html")).await.expect(200);
        // That somebody took it away is itself an entry of the chain.
        file.says(&sealed(&scene).await);
        assert_eq!(file.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(file.header("content-disposition").unwrap().starts_with("attachment; filename=\"pruebas-"));
        let confirmation = gathered.confirmation.clone().unwrap();
        let seats = scene.service(SEATS).await.name.es;
        let vin = scene.vin.to_string();
        let price = payment.amount().display(Locale::Es);
        for answer in [&page, &file] {
            for known in [
                seats.as_str(),
                vin.as_str(),
                price.as_str(),
                "fraudulent",
                payment.gateway_payment_id.as_deref().unwrap(),
                "Entregado antes de cobrar",
                "El coche lo confirmó",
                gathered.settled.as_ref().unwrap().1.as_deref().unwrap(),
                "sigue activo",
                "Intentos de activarlo",
                "SHA-256",
                &caas::kernel::when::to_the_second(confirmation.confirmed_at, "UTC", Locale::Es),
                &caas::kernel::when::to_the_second(payment.captured_at.unwrap(), "UTC", Locale::Es),
            ] {
                answer.says(known);
            }
            for consent in &consents {
                answer.says(&consent.text_version);
                let begins: String = consent.text.chars().take(30).collect();
                answer.says(&begins);
            }
            let told = gathered.messages.iter().find(|told| !told.text.is_empty()).unwrap();
            answer.says(told.text.lines().next().unwrap().split(['"', '\'', '&', '<']).next().unwrap());
        }
        // What the bank must not get: another purchase, the card, what was said among us, links by which somebody is known.
        let audio = scene.service(AUDIO).await.name.es;
        let (token, last4) = sql!(
            scene.read().await,
            one(String, Option<String>),
            "SELECT token, last4 FROM payment_methods WHERE id = $1",
            payment.payment_method_id
        )
        .unwrap();
        let last4 = format!("·{}", last4.unwrap());
        let key = sql!(
            scene.read().await,
            one(String, i64),
            "SELECT idempotency_key, amount_cents FROM payment_operations WHERE payment_id = $1 AND kind = 'CAPTURE'",
            payment.id
        )
        .unwrap()
        .0;
        for secret in [audio.as_str(), AUDIO, &token, &last4, "Solo para nosotros", &key, "/desistir/", "/baja/"] {
            assert!(!file.body.contains(secret), "the bank must not read `{secret}`");
        }
        for alive in ["<script", "href=", "src=", "url("] {
            assert!(!file.body.contains(alive), "a file that is kept fetches nothing: `{alive}`");
        }
        let english = scene.app.get(&format!("{path}.html?idioma=en")).await.expect(200);
        english.says("<html lang=\"en\">");
        english.says("Delivered before it was charged");
        assert!(english.header("content-disposition").unwrap().contains("evidence-"));
        scene.app.get(&format!("{path}?idioma=en")).await.expect(200).says("The car confirmed");
        let (looked, _) = sql!(
            scene.read().await,
            one(i64, i64),
            "SELECT COUNT(*), COUNT(*) FROM expediente_entries WHERE kind = 'EXPEDIENTE_READ' AND actor_kind = 'STAFF'"
        )
        .unwrap();
        assert_eq!(looked, 3, "the first look, and each file");
        scene.proven().await;
    }
}
