//! What the forms of the sandbox do. Each ends in a redirect to where it stood.

use super::scenarios::Scenario;
use super::switches::Target;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use caas_app::web::WebContext;
use caas_sandbox::Sandbox;
use std::collections::BTreeMap;
use std::time::Duration;

/// A form's fields by name.
pub(super) type Fields = Form<BTreeMap<String, String>>;

/// How far the clock may be moved, in minutes: the buttons of the page.
pub(super) const STEPS: [u64; 5] = [1, 10, 60, 24 * 60, 7 * 24 * 60];

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
    sandbox.advance(Duration::from_secs(minutes * 60));
    web.caas.db.job_added().notify_one();
    back("/sandbox#reloj")
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
