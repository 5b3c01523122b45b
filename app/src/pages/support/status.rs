//! How the car is now: asked on demand, because a question wakes it; what it said is shown beside the attempts.

use super::actions::{Carried, at_desk, code_of, trouble};
use crate::ui::{Button, Fact, IconName, KeyValueList, Notice, Tone};
use crate::web::dates::moment;
use crate::web::{FormState, Goto, Refusal, WebContext, submit};
use caas::activation::port::{Connectivity, Operation, VehicleStatus};
use caas::kernel::locale::Locale;
use caas::support::model::SupportError;
use caas::ways_out;
use leptos::prelude::*;

const FORM: &str = "estado";
/// The form came back with this: the car did not answer.
const SILENT: &str = "SILENT";
/// What it said is handed over in this field; longer answers are cut to what the page shows.
const SAID: &str = "said";

/// What the car said a moment ago, on this very page.
pub(super) fn just_said(web: &WebContext) -> Option<VehicleStatus> {
    serde_json::from_str(&web.form(FORM).value(SAID)).ok()
}

/// The button that asks, and what it brought.
pub(super) fn status_box(web: &WebContext, carried: &Carried, zone: &str) -> AnyView {
    let locale = web.locale;
    let form = web.form(FORM);
    let said = just_said(web).map(|status| view! { <KeyValueList facts=facts(&status, zone, locale)/> });
    let silent = form.errors.get("").is_some_and(|code| code == SILENT);
    let silent = silent.then(|| {
        let text = locale.t(
            "El coche no responde ahora. Lo último que se sabe de él está en los intentos.",
            "The car does not answer now. The last that is known of it stands in the attempts.",
        );
        view! { <Notice tone=Tone::Waiting>{text}</Notice> }
    });
    let refused = if silent.is_some() { None } else { trouble(&form, locale) };
    view! {
        <section class="card stack" id=FORM aria-labelledby="estado-titulo">
            <h2 id="estado-titulo" class="card__title">{locale.t("El coche ahora", "The car now")}</h2>
            <div role="status">{said}{silent}{refused}</div>
            <form method="post" action="/api/soporte/estado" data-key-ask="">
                {carried.fields()}
                <Button icon=IconName::Retry>{locale.t("Preguntar al coche", "Ask the car")}</Button>
            </form>
        </section>
    }
    .into_any()
}

fn facts(status: &VehicleStatus, zone: &str, locale: Locale) -> Vec<Fact> {
    let connectivity = match status.connectivity {
        Connectivity::Online => locale.t("Conectado", "Online"),
        Connectivity::Offline => locale.t("Sin conexión", "Offline"),
        Connectivity::Limited => locale.t("Conexión débil", "Weak connection"),
    };
    let operation = match status.operation {
        Operation::Parked => locale.t("Aparcado", "Parked"),
        Operation::Driving => locale.t("En marcha", "Being driven"),
        Operation::PoweredOff => locale.t("Apagado", "Switched off"),
    };
    let mut facts = vec![
        Fact::text(locale.t("Conexión", "Connection"), connectivity),
        Fact::text(locale.t("Estado", "State"), operation),
        Fact::text(locale.t("Visto por última vez", "Last seen"), moment(status.last_seen, zone, locale)),
    ];
    if let Some(signal) = status.signal_strength {
        facts.push(Fact::text(locale.t("Señal", "Signal"), format!("{signal} / 100")));
    }
    if !status.error_codes.is_empty() {
        facts.push(Fact::code(locale.t("Códigos de avería", "Trouble codes"), status.error_codes.join(", ")));
    }
    facts
}

/// Asks the car.
#[server(endpoint = "soporte/estado")]
pub async fn ask_car(#[server(default)] number: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new(FORM);
        let form = match ways_out::vehicle_status_now(&web.caas, &desk.agent, desk.ticket).await? {
            Ok(Some(status)) => form.with_text(SAID, &short(status)),
            Ok(None) => form.wrong("", SILENT),
            Err(SupportError::NotFound) => return Err(Refusal::NotFound),
            Err(refusal) => form.wrong("", code_of(&refusal)),
        };
        Ok(Goto::back(desk.at(FORM), form))
    })
    .await
}

/// As text that a cookie holds: of many services and codes only the first.
fn short(mut status: VehicleStatus) -> String {
    status.services.truncate(8);
    status.services.iter_mut().for_each(|service| service.request_id = None);
    status.error_codes.truncate(8);
    serde_json::to_string(&status).unwrap_or_default()
}
