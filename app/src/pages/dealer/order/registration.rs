//! The registration of an order's car: how it stands, what is missing, and what people can do about it.

#![expect(clippy::too_many_arguments, reason = "one for each field of the form")]

use super::{Whole, order_href};
use crate::pages::dealer::actions::{at_order, done, order_field, refused, trouble};
use crate::pages::dealer::day_words;
use crate::pages::order::{Typed, owner_fields};
use crate::ui::{
    Button, ButtonKind, CheckField, ConfirmBox, Fact, Field, KeyValueList, LinkButton, Status, StatusPill,
};
use crate::web::dates::time_tag;
use crate::web::{FieldError, FormState, Goto, Refusal, WebContext, submit};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::documents::country_of;
use caas::sales::orders;
use caas::sales::registration::model::RegistrationState as R;
use caas::sales::registration::{self, GiveUpRefusal, Missing, Overview, PlateRefusal, SubmitRefusal};
use leptos::prelude::*;

/// Where the panel stands on the page.
const HERE: &str = "matriculacion";
/// Name of the form that puts owner and address right.
const CORRECT: &str = "corregir";
/// Name of the form that submits again.
const AGAIN: &str = "presentar";
/// Name of the form with the plate.
const PLATE: &str = "matricula";
/// Name of the form that gives up.
const GIVE_UP: &str = "abandonar";

/// Where a registration is, in a word and a shape.
fn state_words(state: R, locale: Locale) -> (Status, &'static str) {
    match state {
        R::PendingPayment => (Status::Waiting, locale.t("Espera el pago", "Awaits the payment")),
        R::PaymentReceived => (Status::Warning, locale.t("Reuniendo los papeles", "Papers being put together")),
        R::RegistrationInitiated => (Status::Waiting, locale.t("Presentándose", "Being submitted")),
        R::UnderReview => (Status::Waiting, locale.t("En el organismo", "With the body")),
        R::Approved => (Status::Done, locale.t("Aprobada", "Approved")),
        R::PlateAssigned | R::ReadyForDelivery => (Status::Done, locale.t("Matriculado", "Registered")),
        R::AdditionalInfoRequired => (Status::Warning, locale.t("Piden algo más", "More is wanted")),
        R::Rejected => (Status::Failed, locale.t("Rechazada", "Rejected")),
    }
}

/// The panel; nothing before the registration began.
pub(super) fn panel(whole: &Whole, web: &WebContext, zone: &str) -> Option<AnyView> {
    let overview = whole.registration.as_ref()?;
    let (order, locale) = (&whole.sheet.order, web.locale);
    let (status, word) = state_words(overview.registration.state, locale);
    let allowed = overview.allowed;
    let dossier = (overview.registration.manual || overview.registration.dossier_id.is_some() || allowed.type_plate)
        .then(|| {
            let href = format!("{}/expediente-matriculacion", order_href(order.id));
            view! { <LinkButton href=href>{locale.t("Expediente para imprimir", "Dossier to print")}</LinkButton> }
        });
    Some(
        view! {
            <section class="card stack" id=HERE aria-labelledby="matriculacion-titulo">
                <h2 class="card__title" id="matriculacion-titulo">{locale.t("Matriculación", "Registration")}</h2>
                <p class="cluster"><StatusPill kind=status word=word/>{dossier}</p>
                {facts(overview, zone, locale)}
                {reasons(overview, locale)}
                {missing(overview, locale)}
                {allowed.correct.then(|| correction(whole, web))}
                {allowed.correct.then(|| again(order.id, allowed.submit_again, web))}
                {allowed.type_plate.then(|| plate(whole, web))}
                {allowed.give_up.then(|| give_up(order.id, web))}
            </section>
        }
        .into_any(),
    )
}

fn facts(overview: &Overview, zone: &str, locale: Locale) -> AnyView {
    let one = &overview.registration;
    let country = registration::countries::country(&one.country);
    let mut facts =
        vec![Fact::text(locale.t("País y organismo", "Country and body"), format!("{} {}", one.country, country.body))];
    if let Some(dossier) = &one.dossier_id {
        facts.push(Fact::code(locale.t("Expediente", "Dossier"), dossier.clone()));
    }
    if let Some(plate) = &one.plate {
        facts.push(Fact::code(locale.t("Matrícula", "Plate"), plate.clone()));
    }
    if let Some(day) = &one.registration_date {
        facts.push(Fact::text(locale.t("Matriculado el", "Registered on"), day_words(day, locale)));
    }
    if one.manual {
        let why = match one.last_error {
            Some(_) => locale.t("A mano: el organismo no contesta", "By hand: the body does not answer"),
            None => locale.t("A mano", "By hand"),
        };
        facts.push(Fact::text(locale.t("Cómo", "How"), why));
    }
    facts.push(Fact::view(locale.t("Último cambio", "Last change"), time_tag(one.updated_at, zone, locale).into_any()));
    view! { <KeyValueList facts=facts/> }.into_any()
}

/// The body's own words.
fn reasons(overview: &Overview, locale: Locale) -> Option<AnyView> {
    let all = overview.registration.reasons();
    if all.is_empty() || !overview.registration.state.takes_corrections() {
        return None;
    }
    let lines = all
        .iter()
        .map(|reason| {
            let text = if reason.message.is_empty() { reason.code.clone() } else { reason.message.clone() };
            let field = reason.field.clone();
            let field = (!field.is_empty()).then(|| view! { " "<span class="code small">{field}</span> });
            view! { <li>{text}{field}</li> }
        })
        .collect_view();
    Some(
        view! {
            <div>
                <h3>{locale.t("Lo que dice el organismo", "What the body says")}</h3>
                <ul class="dealer-reasons">{lines}</ul>
            </div>
        }
        .into_any(),
    )
}

fn missing(overview: &Overview, locale: Locale) -> Option<AnyView> {
    if overview.missing.is_empty() {
        return None;
    }
    let lines = overview.missing.iter().map(|one: &Missing| view! { <li>{one.text(locale)}</li> }).collect_view();
    Some(
        view! {
            <div>
                <h3>{locale.t("Lo que falta", "What is missing")}</h3>
                <ul class="dealer-reasons">{lines}</ul>
            </div>
        }
        .into_any(),
    )
}

/// The form that puts owner and address right.
fn correction(whole: &Whole, web: &WebContext) -> AnyView {
    let (order, locale) = (&whole.sheet.order, web.locale);
    let form = web.form(CORRECT);
    let came_back = form.has_errors();
    let fields = owner_fields(order, &form, locale);
    view! {
        <details class="confirm" id=CORRECT open=came_back>
            <summary class="btn btn--secondary">{locale.t("Corregir titular y dirección", "Put owner and address right")}</summary>
            <form class="confirm__box form" method="post" action="/api/concesionario/matriculacion-corregir">
                {trouble(&form, locale, |code| (code == "NOT_NOW").then(|| not_now(locale)))}
                {order_field(order.id)}
                {fields}
                <Button kind=ButtonKind::Primary>{locale.t("Guardar las correcciones", "Keep the corrections")}</Button>
            </form>
        </details>
    }
    .into_any()
}

fn not_now(locale: Locale) -> String {
    locale
        .t(
            "Mientras tanto ha cambiado: ya no se puede corregir. Mira cómo está ahora.",
            "It has changed meanwhile and can't be put right any more. See how it stands now.",
        )
        .to_owned()
}

fn again(order: OrderId, is_complete: bool, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let form = web.form(AGAIN);
    let button = is_complete.then(|| {
        view! {
            <form method="post" action="/api/concesionario/matriculacion-presentar">
                {order_field(order)}
                <Button kind=ButtonKind::Primary>{locale.t("Presentar otra vez", "Submit again")}</Button>
            </form>
        }
    });
    let waiting = (!is_complete).then(|| {
        view! { <p class="small muted">{locale.t("Se puede presentar cuando no falte nada.", "It can be submitted once nothing is missing.")}</p> }
    });
    let words = |code: &str| match code {
        "MISSING" => {
            Some(locale.t("Todavía falta algo: mira la lista.", "Something is still missing: see the list.").to_owned())
        }
        "NOT_NOW" => Some(not_now(locale)),
        _ => None,
    };
    view! { <div id=AGAIN class="stack stack--s">{trouble(&form, locale, words)}{button}{waiting}</div> }.into_any()
}

fn plate(whole: &Whole, web: &WebContext) -> AnyView {
    let (order, locale) = (&whole.sheet.order, web.locale);
    let form = web.form(PLATE);
    let country = country_of(order);
    let error = form.problem::<PlateRefusal>("plate").map(|refusal| refusal.text(locale)).unwrap_or_default();
    let help = format!("{} {}", locale.t("Como", "Like"), country.plate_example);
    let help = if country.plate_example.is_empty() { String::new() } else { help };
    view! {
        <form class="form form--inline" id=PLATE method="post" action="/api/concesionario/matricula">
            {order_field(order.id)}
            <Field label=locale.t("Matrícula que ha dado la oficina", "Plate that the office gave") name="plate" id="plate"
                value=form.value("plate") help=help error=error code=true maxlength=16 required=true/>
            <Button kind=ButtonKind::Primary>{locale.t("Guardar la matrícula", "Keep the plate")}</Button>
        </form>
    }
    .into_any()
}

fn give_up(order: OrderId, web: &WebContext) -> AnyView {
    let locale = web.locale;
    let form = web.form(GIVE_UP);
    let error = form.error(locale, "sure");
    let wrong = trouble(&form, locale, |code| (code == GiveUpRefusal::NotNow.as_str()).then(|| not_now(locale)));
    let open = form.has_errors();
    view! {
        <div id=GIVE_UP>
            <ConfirmBox opener=locale.t("No se puede matricular…", "It can't be registered…")
                title=locale.t("Cancelar la venta porque no se puede matricular", "Cancel the sale because it can't be registered")
                danger=true open=open>
                {wrong}
                <ul class="dealer-reasons">
                    <li>{locale.t("El pedido se cancela y no se puede recuperar.", "The order is cancelled and can't be brought back.")}</li>
                    <li>{locale.t("Al cliente se le devuelve todo lo pagado.", "The customer gets back everything paid.")}</li>
                    <li>{locale.t("El coche queda sin asignar y se puede vender ya.", "The car becomes unassigned and can be sold at once.")}</li>
                    <li>{locale.t("El cliente recibe un aviso.", "The customer is told.")}</li>
                </ul>
                <form class="form" method="post" action="/api/concesionario/matriculacion-abandonar">
                    {order_field(order)}
                    <CheckField label=locale.t("Lo he hablado con el cliente", "I have talked to the customer about it") name="sure" error=error/>
                    <Button kind=ButtonKind::Danger>{locale.t("Cancelar la venta y devolver todo", "Cancel the sale and refund all")}</Button>
                </form>
            </ConfirmBox>
        </div>
    }
    .into_any()
}

/// Puts owner and address right. A registration that waited for it goes on by itself.
#[server(endpoint = "concesionario/matriculacion-corregir")]
pub async fn correct_registration(
    #[server(default)] order: String,
    #[server(default)] name: String,
    #[server(default)] tax_id: String,
    #[server(default)] date_of_birth: String,
    #[server(default)] driver_license: String,
    #[server(default)] street: String,
    #[server(default)] city: String,
    #[server(default)] postal_code: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let at = at_order(&web, &order).await?;
        let typed = Typed { name, tax_id, date_of_birth, driver_license, street, city, postal_code };
        let form = typed.form(CORRECT);
        let mut tx = web.caas.db.begin().await?;
        let known = orders::load(&mut tx, at.order).await?;
        let (owner, address) = typed.of(&known);
        match registration::correct(&web.caas, &mut tx, &at.who, at.order, &owner, &address).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&at.at(HERE)))
            }
            Err(SubmitRefusal::NotFound) => Err(Refusal::NotFound),
            Err(SubmitRefusal::Fields(problems)) => {
                let form = problems.into_iter().fold(form, |form, one| form.wrong(one.field.as_str(), one.problem));
                Ok(Goto::back(at.at(CORRECT), form))
            }
            Err(_) => Ok(refused(&at.at(CORRECT), form, "NOT_NOW")),
        }
    })
    .await
}

/// Submits a corrected registration again.
#[server(endpoint = "concesionario/matriculacion-presentar")]
pub async fn submit_registration(#[server(default)] order: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let at = at_order(&web, &order).await?;
        let mut tx = web.caas.db.begin().await?;
        match registration::submit_again(&web.caas, &mut tx, &at.who, at.order).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&at.at(HERE)))
            }
            Err(SubmitRefusal::NotFound) => Err(Refusal::NotFound),
            Err(SubmitRefusal::NotNow) => Ok(refused(&at.at(AGAIN), FormState::new(AGAIN), "NOT_NOW")),
            Err(_) => Ok(refused(&at.at(AGAIN), FormState::new(AGAIN), "MISSING")),
        }
    })
    .await
}

/// Takes the plate that the office gave.
#[server(endpoint = "concesionario/matricula")]
pub async fn type_plate(
    #[server(default)] order: String,
    #[server(default)] plate: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let at = at_order(&web, &order).await?;
        let mut tx = web.caas.db.begin().await?;
        match registration::type_plate(&web.caas, &mut tx, &at.who, at.order, &plate).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&at.at(HERE)))
            }
            Err(PlateRefusal::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => {
                Ok(Goto::back(at.at(PLATE), FormState::new(PLATE).with("plate", &plate).wrong("plate", refusal)))
            }
        }
    })
    .await
}

/// Cancels a sale that can't be registered: everything is refunded.
#[server(endpoint = "concesionario/matriculacion-abandonar")]
pub async fn give_up_registration(
    #[server(default)] order: String,
    #[server(default)] sure: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let at = at_order(&web, &order).await?;
        if sure != "true" {
            return Ok(Goto::back(at.at(GIVE_UP), FormState::new(GIVE_UP).wrong("sure", FieldError::ConsentNeeded)));
        }
        let mut tx = web.caas.db.begin().await?;
        match registration::give_up(&web.caas, &mut tx, &at.who, at.order).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&at.at(HERE)))
            }
            Err(GiveUpRefusal::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => Ok(refused(&at.at(GIVE_UP), FormState::new(GIVE_UP), refusal)),
        }
    })
    .await
}
