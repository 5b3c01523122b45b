//! The ways out of a case (rulebook §10), each with what follows from it written before its button; and the note of a
//! theft (§9).

use super::actions::{Carried, at_desk, trouble};
use crate::ui::{
    Button, ButtonKind, CheckField, Choice, ChoiceCard, ConfirmBox, Field, Notice, SelectField, TextArea, Tone,
};
use crate::web::{FormState, LONGEST_TEXT, Message, Refusal, WebContext, submit};
use caas::activation::model::ActivationState;
use caas::activation::repository::Activation;
use caas::catalogue::{OfferKind, Snapshot};
use caas::kernel::locale::Locale;
use caas::support::TicketCase;
use caas::support::model::{Compensation, DISCOUNTS, NotNow, RuleChange, SupportError, Terms};
use caas::ways_out::{self, Manual, ManualState, TheftSays};
use leptos::prelude::*;

/// The ways out that this case has.
pub(super) fn ways_out(
    web: &WebContext,
    case: &TicketCase,
    activation: Option<&Activation>,
    manual: Option<&Manual>,
    catalogue: &Snapshot,
    carried: &Carried,
) -> AnyView {
    let locale = web.locale;
    let waits = activation.is_some_and(|one| one.state == ActivationState::AwaitingSupportResolution);
    let tried = manual.map(|manual| manual_words(manual.state, locale));
    let tried = tried.map(|words| view! { <Notice tone=Tone::Info>{words}</Notice> });
    let by_hand = waits.then(|| {
        view! {
            {activate(web, activation.is_some_and(|one| one.offer_kind != OfferKind::Subscription), carried)}
            {give_up(web, case, catalogue, carried)}
        }
    });
    let over = (!waits && activation.is_some()).then(|| {
        let words = locale.t(
            "La activación no espera a soporte: no hay nada que enviar al coche ni que dar por perdido.",
            "The activation does not wait for support: there is nothing to send to the car and nothing to give up.",
        );
        view! { <p class="muted">{words}</p> }
    });
    let workshop = case.ticket.vehicle_id.is_some().then(|| workshop(web, carried));
    let rule = case.ticket.service_id.is_some().then(|| rule(web, case, catalogue, carried));
    view! {
        <section class="card stack" id="salidas" aria-labelledby="salidas-titulo">
            <h2 id="salidas-titulo" class="card__title">{locale.t("Salidas", "Ways out")}</h2>
            {tried}
            {by_hand}
            {over}
            {workshop}
            {rule}
            {theft(web, carried)}
            <p><a href="/cambio-de-dueno">{locale.t("El coche cambia de dueño", "The car changes owner")}</a></p>
        </section>
    }
    .into_any()
}

fn manual_words(state: ManualState, locale: Locale) -> &'static str {
    match state {
        ManualState::Offered => locale
            .t("El cliente tiene pendiente aceptar una retención nueva.", "The customer has a new hold to accept."),
        ManualState::Holding => locale.t(
            "El cliente aceptó; se pide la retención al banco.",
            "The customer accepted; the bank is asked for the hold.",
        ),
        ManualState::Trying => locale.t("Activación a mano en marcha.", "Manual activation under way."),
        ManualState::Succeeded => locale.t("La activación a mano salió bien.", "The manual activation succeeded."),
        ManualState::Failed => locale.t("La última activación a mano no salió.", "The last manual activation failed."),
        ManualState::Refused => {
            locale.t("El cliente no quiso una retención nueva.", "The customer did not want a new hold.")
        }
        ManualState::Declined => {
            locale.t("El banco no aceptó la retención nueva.", "The bank did not accept the new hold.")
        }
        ManualState::Expired => {
            locale.t("El cliente no respondió a la retención nueva.", "The customer did not answer about the new hold.")
        }
        ManualState::Withdrawn => locale.t("La retención nueva ya no se ofrece.", "The new hold is no longer offered."),
    }
}

fn activate(web: &WebContext, can_hold: bool, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("activar");
    let carried = carried.clone();
    let hold = can_hold.then(|| {
        view! {
            <ChoiceCard name="terms" value="HOLD" label=locale.t("Con una retención nueva", "With a new hold")
                note=locale.t(
                    "El cliente tiene que aceptarla con un clic; sin él no se envía nada. Se cobra solo si el coche confirma.",
                    "The customer has to accept it by a click; without it nothing is sent. Charged only if the car confirms.",
                )/>
        }
    });
    view! {
        <ConfirmBox opener=locale.t("Activar a mano", "Activate by hand")
            title=locale.t("Un intento más, decidido por una persona", "One more attempt, decided by a person") open=form.has_errors()>
            <p>{locale.t(
                "Primero se pregunta al coche: desconectado, en marcha o apagado no se le envía nada y el caso queda como está. Si falla, vuelve a este mismo caso.",
                "The car is asked first: offline, driving or switched off, nothing is sent and the case stays as it is. If it fails, it comes back to this case.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/activar-a-mano" id="activar">
                {trouble(&form, locale)}
                {carried.fields()}
                <fieldset class="choices">
                    <legend>{locale.t("Qué paga el cliente", "What the customer pays")}</legend>
                    <ChoiceCard name="terms" value="FREE" checked=true label=locale.t("Nada: es gratis", "Nothing: it is free")
                        note=locale.t("Se envía la orden enseguida.", "The command is sent at once.")/>
                    {hold}
                </fieldset>
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Activar a mano", "Activate by hand")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn give_up(web: &WebContext, case: &TicketCase, catalogue: &Snapshot, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("fallo");
    let carried = carried.clone();
    let mut services = vec![Choice::new("", locale.t("Cualquier servicio", "Any service"))];
    services.extend(
        catalogue
            .sold()
            .filter(|service| Some(service.id) != case.ticket.service_id)
            .map(|service| Choice::new(service.id.to_string(), service.name.get(locale).to_owned())),
    );
    view! {
        <ConfirmBox opener=locale.t("Fallo definitivo", "Permanent failure") danger=true
            title=locale.t("No se puede activar en este coche", "It can't be activated in this car") open=form.has_errors()>
            <p>{locale.t(
                "La activación termina aquí. Se comprueba que el cobro neto es cero y, si no lo es, se devuelve antes de cerrar. El cliente recibe tu explicación y, si quieres, un descuento que puede usar una vez.",
                "The activation ends here. It is proven that the net charge is zero and, if it is not, it is refunded before closing. The customer gets your explanation and, if you like, a discount to use once.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/fallo-definitivo" id="fallo">
                {trouble(&form, locale)}
                {carried.fields()}
                <TextArea label=locale.t("Por qué, para el cliente", "Why, for the customer") name="text" id="fallo-texto"
                    value=form.value("text") rows=4 maxlength=LONGEST_TEXT as u32 required=true/>
                <div class="form__row">
                    <Field label=locale.t("Descuento", "Discount") name="percent" id="fallo-descuento" kind="number" value=form.value("percent")
                        min=DISCOUNTS.start().to_string() max=DISCOUNTS.end().to_string() optional_word=locale.t("opcional, en %", "optional, in %")/>
                    <SelectField label=locale.t("En qué servicio", "On which service") name="service" id="fallo-servicio" choices=services value=form.value("service")/>
                </div>
                <CheckField label=locale.t("He comprobado que no hay otra salida", "I have checked that there is no other way out") name="sure" id="fallo-seguro"
                    required=true error=form.error(locale, "sure")/>
                <div class="form__actions"><Button kind=ButtonKind::Danger>{locale.t("Dar por perdido sin cobro", "Give up without charge")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn workshop(web: &WebContext, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("cita");
    let carried = carried.clone();
    view! {
        <ConfirmBox opener=locale.t("Cita en el concesionario", "Dealership appointment")
            title=locale.t("El coche tiene que verlo un taller", "A workshop has to see the car") open=form.has_errors()>
            <p>{locale.t(
                "El concesionario del coche lo ve en su mesa y llama al cliente, que recibe un correo. La activación sigue esperando.",
                "The car's dealership sees it on its desk and calls the customer, who gets an email. The activation keeps waiting.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/cita" id="cita">
                {trouble(&form, locale)}
                {carried.fields()}
                <TextArea label=locale.t("Qué hay que mirar", "What is to be looked at") name="text" id="cita-texto"
                    value=form.value("text") rows=3 maxlength=LONGEST_TEXT as u32 required=true/>
                <div class="form__actions"><Button>{locale.t("Pedir la cita", "Ask for the appointment")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn rule(web: &WebContext, case: &TicketCase, catalogue: &Snapshot, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("regla");
    let carried = carried.clone();
    let service = catalogue.services.iter().find(|service| Some(service.id) == case.ticket.service_id);
    let fits = |code: &str| service.is_none_or(|service| service.models.iter().any(|model| model == code));
    let models: Vec<_> = catalogue
        .models
        .iter()
        .filter(|model| fits(&model.code))
        .map(|model| Choice::new(model.code.clone(), model.name.clone()))
        .collect();
    let services: Vec<_> = catalogue
        .sold()
        .filter(|service| Some(service.id) != case.ticket.service_id)
        .map(|service| Choice::new(service.id.to_string(), service.name.get(locale).to_owned()))
        .collect();
    let model = Some(form.value("model")).filter(|typed| !typed.is_empty()).or(case.ticket.model_code.clone());
    let chosen = form.value("kind");
    let is = move |code: &str| chosen == code || chosen.is_empty() && code == "MODEL";
    view! {
        <ConfirmBox opener=locale.t("Cambiar una regla del catálogo", "Change a rule of the catalogue")
            title=locale.t("Que no se venda donde no funciona", "Not sold where it does not work") open=form.has_errors()>
            <p>{locale.t(
                "Administración lo aprueba o no. Al aprobarlo, el catálogo cambia enseguida para todos; lo ya activo sigue.",
                "An administrator approves it or not. Once approved, the catalogue changes at once for all; what runs goes on.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/regla" id="regla">
                {trouble(&form, locale)}
                {carried.fields()}
                <fieldset class="choices">
                    <legend>{locale.t("Este servicio…", "This service…")}</legend>
                    <ChoiceCard name="kind" value="MODEL" checked=is("MODEL") label=locale.t("no sirve para el modelo", "does not fit the model")/>
                    <ChoiceCard name="kind" value="FIRMWARE" checked=is("FIRMWARE") label=locale.t("necesita al menos el software", "needs at least the software")/>
                    <ChoiceCard name="kind" value="CONFLICT" checked=is("CONFLICT") label=locale.t("choca con otro servicio", "conflicts with another service")/>
                </fieldset>
                <SelectField label=locale.t("Modelo", "Model") name="model" id="regla-modelo" choices=models value=model.unwrap_or_default()/>
                <Field label=locale.t("Versión de software", "Software version") name="firmware" id="regla-software" value=form.value("firmware") maxlength=20 code=true/>
                <SelectField label=locale.t("Otro servicio", "Other service") name="service" id="regla-servicio" choices=services value=form.value("service")/>
                <div class="form__actions"><Button>{locale.t("Proponer el cambio", "Propose the change")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn theft(web: &WebContext, carried: &Carried) -> AnyView {
    let locale = web.locale;
    let form = web.form("robo");
    let carried = carried.clone();
    view! {
        <ConfirmBox opener=locale.t("Anotar un robo", "Note a theft")
            title=locale.t("El cliente dice que le han robado el coche", "The customer says the car was stolen") open=form.has_errors()>
            <p>{locale.t(
                "El cliente recibe un correo y un aviso con cómo cancelar lo pendiente, su expediente y lo que no se puede devolver. No se cancela, devuelve ni bloquea nada por sí solo.",
                "The customer gets an email and a push with how to cancel what is pending, their story and what can't be refunded. Nothing is cancelled, refunded or blocked by itself.",
            )}</p>
            <form class="form" method="post" action="/api/soporte/robo" id="robo">
                {trouble(&form, locale)}
                {carried.fields()}
                <TextArea label=locale.t("Qué ha contado", "What they told") name="text" id="robo-texto" value=form.value("text") rows=3
                    maxlength=LONGEST_TEXT as u32 required=true help=locale.t("Se guarda en su expediente; el cliente no lo lee.", "Kept in the records; the customer does not read it.")/>
                <div class="form__actions">
                    <Button name="says" value="STOLEN">{locale.t("Anotar el robo", "Note the theft")}</Button>
                    <Button kind=ButtonKind::Quiet name="says" value="BACK">{locale.t("Anotar que no está robado", "Note that it is not stolen")}</Button>
                </div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

/// One more attempt, by hand.
#[server(endpoint = "soporte/activar-a-mano")]
pub async fn activate_by_hand(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] terms: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let terms = match terms.as_str() {
            "FREE" => Terms::Free,
            "HOLD" => Terms::NewHold,
            _ => return Err(Refusal::NotFound),
        };
        let done = ways_out::manual_activation(&web.caas, &desk.agent, desk.ticket, terms).await?;
        desk.end(done, Message::WayTaken, FormState::new("activar"))
    })
    .await
}

/// It can't be done.
#[server(endpoint = "soporte/fallo-definitivo")]
pub async fn fail_for_good(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] text: String,
    #[server(default)] percent: String,
    #[server(default)] service: String,
    #[server(default)] sure: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("fallo").with_text("text", &text).with("percent", &percent).with("service", &service);
        if sure.is_empty() {
            let form = form.wrong("sure", crate::web::FieldError::ConsentNeeded);
            return Ok(crate::web::Goto::back(desk.at("fallo"), form));
        }
        let Ok(compensation) = compensation(&percent, &service) else {
            return desk.end(Err::<(), _>(SupportError::not_now(NotNow::Invalid)), Message::WayTaken, form);
        };
        let done = ways_out::permanent_failure(&web.caas, &desk.agent, desk.ticket, &text, compensation).await?;
        desk.end(done, Message::WayTaken, form)
    })
    .await
}

/// What the customer is offered instead, as typed.
fn compensation(percent: &str, service: &str) -> Result<Option<Compensation>, NotNow> {
    if percent.trim().is_empty() {
        return if service.is_empty() { Ok(None) } else { Err(NotNow::Invalid) };
    }
    let percent = percent.trim().parse().map_err(|_| NotNow::Invalid)?;
    Ok(Some(match service {
        "" => Compensation::Discount { percent },
        id => Compensation::Alternative { service: id.parse().map_err(|_| NotNow::Invalid)?, percent },
    }))
}

/// The workshop.
#[server(endpoint = "soporte/cita")]
pub async fn ask_for_workshop(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("cita").with_text("text", &text);
        let done = ways_out::dealership_appointment(&web.caas, &desk.agent, desk.ticket, &text).await?;
        desk.end(done, Message::WayTaken, form)
    })
    .await
}

/// A change of the catalogue, for an administrator to decide.
#[server(endpoint = "soporte/regla")]
pub async fn propose_rule(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] kind: String,
    #[server(default)] model: String,
    #[server(default)] firmware: String,
    #[server(default)] service: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("regla")
            .with("kind", &kind)
            .with("model", &model)
            .with("firmware", &firmware)
            .with("service", &service);
        let change = match kind.as_str() {
            "MODEL" => Some(RuleChange::NotForModel { model }),
            "FIRMWARE" => Some(RuleChange::FirmwareFrom { version: firmware.trim().to_owned() }),
            "CONFLICT" => service.parse().ok().map(|service| RuleChange::ConflictsWith { service }),
            _ => None,
        };
        let Some(change) = change else {
            return desk.end(Err::<(), _>(SupportError::not_now(NotNow::Invalid)), Message::WayTaken, form);
        };
        let done = ways_out::propose_catalogue_rule(&web.caas, &desk.agent, desk.ticket, change).await?;
        desk.end(done, Message::WayTaken, form)
    })
    .await
}

/// A theft.
#[server(endpoint = "soporte/robo")]
pub async fn write_theft_down(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] text: String,
    #[server(default)] says: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("robo").with_text("text", &text);
        let (customer, vehicle) = (desk.case.ticket.customer_id, desk.case.ticket.vehicle_id);
        let done = if says == TheftSays::Back.as_str() {
            ways_out::note_theft_over(&web.caas, &desk.agent, customer, vehicle, &text).await?
        } else {
            ways_out::note_theft(&web.caas, &desk.agent, customer, vehicle, &text).await?
        };
        desk.end(done, Message::WayTaken, form)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compensation_is_a_percentage_of_something_or_nothing() {
        let service = "018f0000-0000-7000-8000-000000000001";
        assert_eq!(compensation("", ""), Ok(None));
        assert_eq!(compensation(" 20 ", ""), Ok(Some(Compensation::Discount { percent: 20 })));
        assert!(matches!(compensation("20", service), Ok(Some(Compensation::Alternative { percent: 20, .. }))));
        for (percent, service) in [("mucho", ""), ("", service), ("20", "x")] {
            assert_eq!(compensation(percent, service), Err(NotNow::Invalid), "{percent} {service}");
        }
    }
}
