//! What the workshops know of each car, block by block.

use caas::kernel::locale::Locale;
use caas_sandbox::{Block, BlockName, Sandbox, Vin};
use leptos::prelude::*;

/// What the forms of the cars post to.
pub(super) const FORM: &str = "/sandbox/mantenimiento";

/// How a block may be set: its name in the form, its words, its compliance, and for how many days it has been overdue.
const STATES: [(&str, &str, &str, f64, Option<i64>); 5] = [
    ("al-dia", "Al día", "Up to date", 96.0, None),
    ("bajo", "Bajo, sin retraso", "Low, not overdue", 65.0, None),
    ("10", "10 días de retraso", "10 days overdue", 62.0, Some(10)),
    ("29", "29 días de retraso", "29 days overdue", 55.0, Some(29)),
    ("45", "45 días de retraso", "45 days overdue", 40.0, Some(45)),
];

/// The form's word for a car that has never been at a workshop.
const NEW: &str = "nuevo";

/// Brings a block of a car about, or makes the car a new one; `false` when no form of ours says that.
pub(super) fn change(sandbox: &Sandbox, vin: &Vin, block: &str, state: &str) -> bool {
    if state == NEW {
        sandbox.set_maintenance(vin, None);
        return true;
    }
    let name = BlockName::ALL.into_iter().find(|name| super::words::code(name) == block);
    let state = STATES.iter().find(|(key, ..)| *key == state);
    let (Some(name), Some((.., compliance, overdue))) = (name, state) else { return false };
    let block = match overdue {
        Some(days) => Block::overdue_by(name, *compliance, *days, sandbox.now().date_naive()),
        None => Block { compliance: *compliance, ..Block::current(name) },
    };
    sandbox.set_block(vin, block);
    true
}

/// What the workshops know of a car, and how to change it.
pub(super) fn of_car(vin: &Vin, sandbox: &Sandbox, locale: Locale) -> AnyView {
    let blocks = sandbox.maintenance(vin);
    let behind = blocks.iter().flatten().any(|block| block.overdue_since.is_some());
    let lines = match &blocks {
        None => view! { <p class="muted small">{locale.t("Sin historial: es nuevo.", "No history: it is new.")}</p> }
            .into_any(),
        Some(blocks) => {
            let lines: Vec<_> = blocks
                .iter()
                .map(|block| {
                    let since = block.overdue_since.map(|day| format!(" · {} {day}", locale.t("desde", "since")));
                    let text =
                        format!("{} {} %{}", name(block.name, locale), block.compliance, since.unwrap_or_default());
                    view! { <li class="small">{text}</li> }
                })
                .collect();
            view! { <ul>{lines}</ul> }.into_any()
        }
    };
    let (of_block, of_state) = (format!("bloque-{}", vin.as_str()), format!("estado-{}", vin.as_str()));
    let (block_id, state_id) = (of_block.clone(), of_state.clone());
    let names: Vec<_> = BlockName::ALL
        .into_iter()
        .map(|block| view! { <option value=super::words::code(&block)>{name(block, locale)}</option> })
        .collect();
    let new = (NEW, locale.t("Coche sin historial", "Car without history"));
    let states: Vec<_> = STATES
        .iter()
        .map(|(key, es, en, ..)| (*key, locale.t(es, en)))
        .chain([new])
        .map(|(key, word)| view! { <option value=key>{word}</option> })
        .collect();
    let vin = vin.as_str().to_owned();
    view! {
        <details class="disclosure" open=behind>
            <summary>{locale.t("Su mantenimiento", "Its maintenance")}</summary>
            {lines}
            <form class="form" method="post" action=FORM>
                <input type="hidden" name="coche" value=vin/>
                <div class="field">
                    <label for=of_block>{locale.t("Bloque", "Block")}</label>
                    <select class="input" id=block_id name="bloque">{names}</select>
                </div>
                <div class="field">
                    <label for=of_state>{locale.t("Estado", "State")}</label>
                    <select class="input" id=state_id name="estado">{states}</select>
                </div>
                <button class="btn btn--secondary">{locale.t("Cambiar", "Change")}</button>
            </form>
        </details>
    }
    .into_any()
}

fn name(block: BlockName, locale: Locale) -> &'static str {
    match block {
        BlockName::Powertrain => locale.t("Tren motriz", "Powertrain"),
        BlockName::SuspensionSteering => locale.t("Suspensión y dirección", "Suspension and steering"),
        BlockName::Brakes => locale.t("Frenos", "Brakes"),
        BlockName::Electronics => locale.t("Electrónica", "Electronics"),
        BlockName::ClimateControl => locale.t("Climatización", "Climate control"),
        BlockName::Drivetrain => locale.t("Transmisión", "Drivetrain"),
    }
}
