//! What the forms of the sandbox do. Each ends in a redirect to where it stood.

use super::scenarios::Scenario;
use super::switches::{Target, missing_document, refusal_of, rejected_papers};
use super::upkeep;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use caas::Caas;
use caas::kernel::jobs;
use caas_app::web::WebContext;
use caas_sandbox::{Absence, Sandbox, Vin};
use std::collections::BTreeMap;
use std::time::Duration;

/// A form's fields by name.
pub(super) type Fields = Form<BTreeMap<String, String>>;

/// How far the clock may be moved, in minutes: the buttons of the page.
pub(super) const STEPS: [u64; 6] = [1, 10, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60];

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.0.get(name).map(String::as_str).unwrap_or_default()
}

fn back(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// No form of ours sends that.
fn unknown() -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, "unknown_form").into_response()
}

/// Brings a whole situation about.
pub(super) async fn scenario(_: WebContext, sandbox: Sandbox, fields: Fields) -> Response {
    let Some(scenario) = Scenario::find(field(&fields, "situacion")) else { return unknown() };
    scenario.bring_about(&sandbox);
    back(&format!("/sandbox?hecho={}", scenario.key))
}

/// Switches a fault on, or off when it is on.
pub(super) async fn switch(_: WebContext, sandbox: Sandbox, fields: Fields) -> Response {
    let target = Target::parse(field(&fields, "de"));
    let found = target.as_ref().and_then(|target| {
        let switch = target.switches().iter().find(|switch| switch.key == field(&fields, "fallo"))?;
        Some(target.rule(switch.fault()))
    });
    let (Some(target), Some(rule)) = (target, found) else { return unknown() };
    let on: Vec<u64> =
        sandbox.faults().into_iter().filter(|active| active.rule == rule).map(|active| active.id).collect();
    if on.is_empty() {
        sandbox.set_fault(rule);
    }
    for id in on {
        sandbox.clear_fault(id);
    }
    back(&format!("/sandbox#{}", target.name()))
}

/// Takes one fault back, or all.
pub(super) async fn clear(_: WebContext, sandbox: Sandbox, fields: Fields) -> Response {
    match field(&fields, "fallo") {
        "todos" => sandbox.clear_faults(),
        id => {
            let Ok(id) = id.parse() else { return unknown() };
            sandbox.clear_fault(id);
        }
    }
    back("/sandbox#fallos")
}

/// Moves the clock forward, and wakes who waits for it.
pub(super) async fn advance(web: WebContext, sandbox: Sandbox, fields: Fields) -> Response {
    let minutes = field(&fields, "minutos").parse().ok().filter(|minutes| STEPS.contains(minutes));
    let Some(minutes) = minutes else { return unknown() };
    live(&web.caas, &sandbox, Duration::from_secs(minutes * 60)).await;
    back("/sandbox#reloj")
}

/// Lets the time pass from one happening to the next, so that what is told on the way is told at its time.
async fn live(caas: &Caas, sandbox: &Sandbox, by: Duration) {
    let end = sandbox.now() + by;
    for _ in 0..MOST_STEPS {
        let Some(next) = sandbox.next_happening().filter(|next| *next < end) else { break };
        sandbox.clock().advance_to(next);
        let delivered = sandbox.deliver_due(sandbox.now()).await;
        caas.db.job_added().notify_one();
        if delivered.accepted > 0 {
            settle_down(caas).await;
        }
    }
    sandbox.clock().advance_to(end);
    sandbox.advance(Duration::ZERO);
    caas.db.job_added().notify_one();
}

/// More than happens in a month of a demonstration.
const MOST_STEPS: usize = 200;

/// Waits a moment until the job runner has done what was told, or goes on without.
#[expect(clippy::disallowed_methods, reason = "the runner works in real time, whatever the played clock says")]
async fn settle_down(caas: &Caas) {
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let due = jobs::next_due(caas).await.ok().flatten();
        if due.is_none_or(|due| due > caas.now()) {
            return;
        }
    }
}

/// The next step of a car on its way, or another way for it.
pub(super) async fn sale(web: WebContext, sandbox: Sandbox, fields: Fields) -> Response {
    let (of, id, step) = (field(&fields, "de"), field(&fields, "id"), field(&fields, "paso"));
    // What can't be done any more changes nothing: the page shows how things stand.
    match (of, step) {
        ("fabrica", "siguiente") => sandbox.hurry_production(id),
        ("fabrica", "calidad") => sandbox.change_production(id, |fate| fate.quality_failure = true),
        ("fabrica", "anular") => sandbox.change_production(id, |fate| fate.cancels = true),
        ("fabrica", "retraso") => sandbox.change_production(id, |fate| fate.late_days = 5),
        ("registro", "aprobar") => sandbox.decide_registration(id, None),
        ("registro", "documento") => sandbox.decide_registration(id, refusal_of(missing_document())),
        ("registro", "rechazar") => sandbox.decide_registration(id, refusal_of(rejected_papers())),
        ("transporte", "siguiente") => sandbox.hurry_delivery(id),
        ("transporte", "espera") => sandbox.set_absence(id, Absence::ComesLater),
        ("transporte", "vuelve") => sandbox.set_absence(id, Absence::ForGood),
        _ => return unknown(),
    };
    sandbox.deliver_due(sandbox.now()).await;
    web.caas.db.job_added().notify_one();
    back(&format!("/sandbox/ventas#{of}"))
}

/// What the workshops know of a car.
pub(super) async fn upkeep(_: WebContext, sandbox: Sandbox, fields: Fields) -> Response {
    let Ok(vin) = Vin::parse(field(&fields, "coche")) else { return unknown() };
    if !upkeep::change(&sandbox, &vin, field(&fields, "bloque"), field(&fields, "estado")) {
        return unknown();
    }
    back(&format!("/sandbox#{}", vin.as_str()))
}

/// Decides what becomes of captured money.
pub(super) async fn payment(_: WebContext, sandbox: Sandbox, fields: Fields) -> Response {
    let id = field(&fields, "pago");
    // What can't be done any more changes nothing: the page shows how things stand.
    match field(&fields, "accion") {
        "liquidar" => sandbox.settle_now(id),
        "fallar" => sandbox.fail_settlement(id, "BANK_REJECTED"),
        "reclamar" => sandbox.charge_back(id, "FRAUD"),
        _ => return unknown(),
    };
    back("/sandbox/banco")
}
