//! `/concesionario/pedidos/{id}/entrega`: the appointment, the checklist, who takes the car, and the moment the key changes
//! hands.

use super::actions::{at_order, done, order_field, refused, trouble};
use super::order::{order_crumbs, read, transport_words};
use super::words::status_words;
use super::{clerk, order_href, tabs};
use crate::ui::{
    Button, ButtonKind, Choice, ChoiceCard, ConfirmBox, Fact, Field, Icon, IconName, KeyValueList, Notice, PageHeader,
    SelectField, Status, StatusPill, Tone,
};
use crate::web::dates::{clock, moment, time_tag};
use crate::web::{FieldError, FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::kernel::Timestamp;
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::kernel::when::{day_there, weekday};
use caas::sales::delivery::hand_over::{self, HandOver, HandOverRefusal};
use caas::sales::delivery::link_codes;
use caas::sales::delivery::model::{Blocker, ChecklistItem, HandOverPlace, IdentityPaper};
use caas::sales::delivery::pick_ups::{self, PickUp, Slot};
use caas::sales::delivery::slots::PickUpRefusal;
use caas::sales::desk::Sheet;
use caas::sales::model::OrderStatus as S;
use chrono::NaiveDate;
use leptos::prelude::*;

/// Name of the form of the appointment.
const APPOINTMENT: &str = "cita";
/// Name of the forms of the checklist.
const LIST: &str = "lista";
/// Name of the form of the identity check.
const IDENTITY: &str = "identidad";
/// Name of the form that completes the hand-over.
const KEY: &str = "llave";
/// Name of the form with the one-time code, which carries it to the page that shows it once.
const LINK: &str = "enlace";

/// Code of a refusal in a form that came back.
const NOT_NOW: &str = "NOT_NOW";
/// Code of a refusal in a form that came back.
const MISSING: &str = "MISSING_STEPS";

/// The page.
pub(super) async fn hand_over_page(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    let whole = read(&web, &clerk, web.param_as("id")?).await?;
    let sheet = &whole.sheet;
    let (locale, zone, id) = (web.locale, sheet.dealership.time_zone.as_str(), sheet.order.id);
    let mut tx = web.caas.db.read().await?;
    let state = hand_over::state(&mut tx, &sheet.order).await?;
    let booked = pick_ups::booked(&mut tx, id).await?;
    let can_book = booked.is_some() || pick_ups::is_possible(&mut tx, &sheet.order).await?;
    let slots = if can_book && !sheet.order.status.is_over() {
        pick_ups::free_slots(&web.caas, &mut tx, sheet.dealership.id).await?
    } else {
        Vec::new()
    };
    let code_until = link_codes::open_until(&web.caas, &mut tx, id).await?;
    drop(tx);
    let (status, word) = status_words(sheet.order.status, locale);
    let pill = view! { <StatusPill kind=status word=word/> };
    let who = sheet.customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default();
    let car = sheet.model.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
    let plate = sheet.car.as_ref().and_then(|(_, plate)| plate.clone()).unwrap_or_default();
    let lead = [who, car, plate].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let title = locale.t("Entrega del coche", "Hand-over of the car");
    let body = view! {
        <PageHeader title=title lead=lead crumbs=order_crumbs(sheet, locale) crumbs_label=locale.t("Estás en", "You are in") actions=pill.into_any()/>
        {tabs(None, "", locale)}
        {link(sheet, &state, code_until, &web, zone)}
        {stand(sheet, &state, zone, locale)}
        <div class="columns columns--equal">
            <div>{checklist(sheet, &state, &web, zone)}</div>
            <div>
                {appointment(sheet, booked.as_ref(), can_book, &slots, &web, zone)}
                {identity(sheet, &state, &web, zone)}
                {key(sheet, &state, &web)}
            </div>
        </div>
    };
    Ok(Page::new(title, body).section(Section::Dealership))
}

/// Whether the car is ready for its customer.
fn is_close(status: S) -> bool {
    matches!(status, S::ReadyForDelivery | S::DeliveryScheduled | S::ReturnedToDealership)
}

/// What is still missing, or that it is done.
fn stand(sheet: &Sheet, state: &HandOver, zone: &str, locale: Locale) -> AnyView {
    if let Some(at) = state.handed_over_at {
        let place = match state.place {
            Some(HandOverPlace::Home) => locale.t("en casa del cliente", "at the customer's door"),
            _ => locale.t("en el concesionario", "at the dealership"),
        };
        let text = format!("{}, {place}.", moment(at, zone, locale));
        return view! { <Notice tone=Tone::Done title=locale.t("Entregado", "Handed over")>{text}</Notice> }.into_any();
    }
    if sheet.order.status.is_over() {
        let text =
            locale.t("Este pedido se canceló: no hay entrega.", "This order was cancelled: there is no hand-over.");
        return view! { <Notice tone=Tone::Problem title=locale.t("Cancelado", "Cancelled")>{text}</Notice> }
            .into_any();
    }
    // At the door it is the driver who sees who takes the car.
    let is_ours = |one: &Blocker| !(state.at_the_door && *one == Blocker::Identity);
    let open: Vec<Blocker> = state.missing.iter().copied().filter(is_ours).collect();
    let missing = missing_list(&open, locale);
    if state.with_customer_already {
        let title = locale.t("El cliente ya tiene el coche", "The customer already has the car");
        return view! {
            <Notice tone=Tone::Problem title=title>
                <p>{locale.t("El conductor lo entregó. Termina lo que falta:", "The driver handed it over. Finish what is missing:")}</p>
                {missing}
            </Notice>
        }
        .into_any();
    }
    if open.is_empty() {
        let text = if state.at_the_door {
            locale.t("Lo completa el conductor al entregarlo.", "The driver completes it at the door.")
        } else {
            locale.t("Puedes entregar la llave.", "You can hand over the key.")
        };
        return view! { <Notice tone=Tone::Done title=locale.t("Todo está en orden", "All is in order")>{text}</Notice> }.into_any();
    }
    let title = locale.t("Antes de entregar falta", "Missing before the hand-over");
    view! { <Notice tone=Tone::Waiting title=title>{missing}</Notice> }.into_any()
}

fn missing_list(missing: &[Blocker], locale: Locale) -> AnyView {
    let items = missing.iter().map(|one| view! { <li>{one.label(locale)}</li> }).collect_view();
    view! { <ul class="dealer-reasons">{items}</ul> }.into_any()
}

/// When the customer comes, and how to change it.
fn appointment(
    sheet: &Sheet,
    booked: Option<&PickUp>,
    can_book: bool,
    slots: &[Slot],
    web: &WebContext,
    zone: &str,
) -> AnyView {
    let (locale, order, now) = (web.locale, sheet.order.id, web.caas.now());
    let form = web.form(APPOINTMENT);
    let words = |code: &str| code.parse::<PickUpRefusal>().ok().map(|refusal| refusal.text(locale).to_owned());
    let standing = match (booked, &sheet.transport) {
        (Some(pick_up), _) => {
            let at = pick_up.starts_at;
            let missed = (at <= now).then(|| {
                view! {
                    <ConfirmBox opener=locale.t("No ha venido…", "Did not come…") title=locale.t("¿No ha venido nadie?", "Nobody came?")>
                        <p>{locale.t(
                            "El coche sigue aquí y el cliente recibe un aviso para elegir otra hora.",
                            "The car stays here, and the customer is asked to choose another time.",
                        )}</p>
                        <form method="post" action="/api/concesionario/cita-perdida">
                            {order_field(order)}
                            <Button kind=ButtonKind::Danger>{locale.t("Anotar que no vino", "Note that nobody came")}</Button>
                        </form>
                    </ConfirmBox>
                }
            });
            view! {
                <p><strong>{time_tag(at, zone, locale)}</strong></p>
                {missed}
            }
            .into_any()
        }
        (None, Some(transport)) if !can_book => {
            let at = transport.scheduled_for.map(|at| view! { " · "{time_tag(at, zone, locale)} });
            view! { <p>{locale.t("Transporte:", "Transport:")}" "{transport_words(&transport.state, locale)}{at}</p> }.into_any()
        }
        (None, _) if can_book => {
            view! { <p>{locale.t("Todavía no hay cita.", "There is no appointment yet.")}</p> }.into_any()
        }
        _ => view! { <p class="muted">{locale.t("Se elige cuando el coche está listo.", "It is chosen once the car is ready.")}</p> }.into_any(),
    };
    let choose = (can_book && !sheet.order.status.is_over()).then(|| choose(order, booked, slots, web, zone));
    view! {
        <section class="card stack" id=APPOINTMENT aria-labelledby="cita-titulo">
            <h2 class="card__title" id="cita-titulo">{locale.t("Cuándo", "When")}</h2>
            {trouble(&form, locale, words)}
            {standing}
            {choose}
        </section>
    }
    .into_any()
}

/// Day first, then the time: both without JavaScript.
fn choose(order: OrderId, booked: Option<&PickUp>, slots: &[Slot], web: &WebContext, zone: &str) -> AnyView {
    let locale = web.locale;
    let mut days: Vec<NaiveDate> = slots.iter().map(|slot| day_there(slot.starts_at, zone)).collect();
    days.dedup();
    let Some(first) = days.first().copied() else {
        return view! { <p>{locale.t("No hay horas libres en las próximas cuatro semanas.", "There is no free time in the next four weeks.")}</p> }
            .into_any();
    };
    let asked = web.query("dia").and_then(|day| day.parse().ok());
    let day = asked.filter(|day| days.contains(day)).unwrap_or(first);
    let options = days.iter().map(|day| Choice::new(day.to_string(), weekday(*day, locale))).collect::<Vec<_>>();
    let times = slots
        .iter()
        .filter(|slot| day_there(slot.starts_at, zone) == day)
        .map(|slot| {
            let note = match (slot.free(), locale) {
                (1, Locale::Es) => "Queda 1 sitio".to_owned(),
                (1, Locale::En) => "1 place left".to_owned(),
                (n, Locale::Es) => format!("Quedan {n} sitios"),
                (n, Locale::En) => format!("{n} places left"),
            };
            let value = crate::web::dates::exact(slot.starts_at);
            view! { <ChoiceCard label=clock(slot.starts_at, zone, locale) name="at" value=value note=note/> }
        })
        .collect_view();
    let (open, word) = if booked.is_some() {
        (asked.is_some(), locale.t("Cambiar la cita", "Move the appointment"))
    } else {
        (true, locale.t("Dar la cita", "Make the appointment"))
    };
    let path = format!("{}/entrega#{APPOINTMENT}", order_href(order));
    view! {
        <details class="confirm" open=open>
            <summary class="btn btn--secondary">{word}</summary>
            <div class="confirm__box stack">
                <form class="form form--inline" method="get" action=path>
                    <SelectField label=locale.t("Día", "Day") name="dia" choices=options value=day.to_string()/>
                    <Button>{locale.t("Ver las horas", "See the times")}</Button>
                </form>
                <form class="form" method="post" action="/api/concesionario/cita-recogida">
                    {order_field(order)}
                    <fieldset class="choices">
                        <legend>{locale.t("Hora del", "Time on")}" "{weekday(day, locale)}</legend>
                        {times}
                    </fieldset>
                    <Button kind=ButtonKind::Primary>{word}</Button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// What is looked at together.
fn checklist(sheet: &Sheet, state: &HandOver, web: &WebContext, zone: &str) -> AnyView {
    let (locale, order) = (web.locale, sheet.order.id);
    let form = web.form(LIST);
    let can_tick = is_close(sheet.order.status);
    let ticked = state.checklist.iter().filter(|(_, tick)| tick.is_some()).count();
    let all = state.checklist.len();
    let items = state
        .checklist
        .iter()
        .map(|(item, tick)| {
            let label = item.label(locale);
            let (status, word, next, button) = match tick {
                Some(_) => (Status::Done, locale.t("Comprobado", "Checked"), "false", locale.t("Quitar", "Undo")),
                None => (
                    Status::Waiting,
                    locale.t("Por comprobar", "To be checked"),
                    "true",
                    locale.t("Comprobado", "Checked"),
                ),
            };
            let at =
                tick.as_ref().map(|tick| view! { <span class="small muted">{time_tag(tick.at, zone, locale)}</span> });
            let kind = if tick.is_some() { "btn btn--quiet" } else { "btn btn--secondary" };
            let action = can_tick.then(|| {
                let said = format!("{button}: {label}");
                view! {
                    <form method="post" action="/api/concesionario/entrega-comprobar">
                        {order_field(order)}
                        <input type="hidden" name="item" value=item.as_str()/>
                        <button class=kind name="done" value=next aria-label=said>{button}</button>
                    </form>
                }
            });
            view! {
                <li class="dealer-check">
                    <div class="dealer-check__text">
                        <p>{label}</p>
                        <p class="cluster"><StatusPill kind=status word=word/>{at}</p>
                    </div>
                    {action}
                </li>
            }
        })
        .collect_view();
    let count = match locale {
        Locale::Es => format!("{ticked} de {all} comprobados"),
        Locale::En => format!("{ticked} of {all} checked"),
    };
    view! {
        <section class="card stack" id=LIST aria-labelledby="lista-titulo">
            <h2 class="card__title" id="lista-titulo">{locale.t("Comprobaciones", "Checklist")}</h2>
            <p class="muted small">{count}</p>
            {trouble(&form, locale, |code| said(code, locale))}
            <ul class="dealer-checks">{items}</ul>
        </section>
    }
    .into_any()
}

/// A refusal in words.
fn said(code: &str, locale: Locale) -> Option<String> {
    let text = match code {
        NOT_NOW => locale.t(
            "Ahora no se puede: el coche no está listo, va en el camión o ya está entregado.",
            "Not possible now: the car is not ready, is on the lorry, or was handed over.",
        ),
        MISSING => {
            locale.t("Todavía falta algo: mira la lista de arriba.", "Something is still missing: see the list above.")
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// Who takes the car.
fn identity(sheet: &Sheet, state: &HandOver, web: &WebContext, zone: &str) -> AnyView {
    let (locale, order) = (web.locale, sheet.order.id);
    let form = web.form(IDENTITY);
    let known = state.identity.as_ref().map(|identity| {
        let mut facts = vec![Fact::text(locale.t("Documento", "Document"), identity.document.label(locale))];
        if let Some(four) = &identity.last_four {
            facts.push(Fact::code(locale.t("Últimos cuatro", "Last four"), four.clone()));
        }
        facts.push(Fact::view(locale.t("Comprobado", "Checked"), time_tag(identity.at, zone, locale).into_any()));
        view! { <KeyValueList facts=facts/> }
    });
    let is_known = known.is_some();
    let by_driver = (state.at_the_door && !is_known).then(|| {
        let text = locale.t("Lo comprueba el conductor en la puerta.", "The driver checks it at the door.");
        view! { <p class="muted">{text}</p> }
    });
    let ask = (is_close(sheet.order.status) && !state.at_the_door).then(|| {
        let papers = IdentityPaper::ALL
            .iter()
            .filter(|paper| **paper != IdentityPaper::SeenByDriver)
            .map(|paper| Choice::new(paper.as_str(), paper.label(locale)))
            .collect::<Vec<_>>();
        let error = if form.errors.contains_key("last_four") {
            locale.t(
                "Escribe los cuatro últimos signos del documento, letras o cifras.",
                "Enter the last four signs of the document, letters or digits.",
            )
        } else {
            ""
        };
        let word = if is_known { locale.t("Anotar otra vez", "Note it again") } else { locale.t("Anotar la identidad", "Note the identity") };
        view! {
            <form class="form" method="post" action="/api/concesionario/entrega-identidad">
                {order_field(order)}
                <SelectField label=locale.t("Documento que enseña", "Document shown") name="document" choices=papers value=form.value("document")/>
                <Field label=locale.t("Últimos cuatro signos del número", "Last four signs of its number") name="last_four" code=true
                    maxlength=4 value=form.value("last_four") error=error required=true autocomplete="off"
                    help=locale.t("Nunca guardamos el número entero.", "We never keep the whole number.")/>
                <Button>{word}</Button>
            </form>
        }
    });
    view! {
        <section class="card stack" id=IDENTITY aria-labelledby="identidad-titulo">
            <h2 class="card__title" id="identidad-titulo">{locale.t("Quién lo recoge", "Who takes it")}</h2>
            {trouble(&form, locale, |code| said(code, locale))}
            {known}
            {by_driver}
            {ask}
        </section>
    }
    .into_any()
}

/// The moment the key changes hands.
fn key(sheet: &Sheet, state: &HandOver, web: &WebContext) -> Option<AnyView> {
    let (locale, order) = (web.locale, sheet.order.id);
    if !is_close(sheet.order.status) || state.at_the_door {
        return None;
    }
    let form = web.form(KEY);
    let ready = state.missing.is_empty();
    let button = if ready {
        view! {
            <form method="post" action="/api/concesionario/entrega-completar">
                {order_field(order)}
                <Button kind=ButtonKind::Primary icon=IconName::Car wide=true>{locale.t("Entregar la llave", "Hand over the key")}</Button>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="muted">{locale.t("Se puede entregar cuando no falte nada.", "It can be handed over once nothing is missing.")}</p> }.into_any()
    };
    Some(
        view! {
            <section class="card stack" id=KEY aria-labelledby="llave-titulo">
                <h2 class="card__title" id="llave-titulo">{locale.t("La llave", "The key")}</h2>
                <p class="small">{locale.t(
                    "El pedido queda entregado, se activan los servicios incluidos y sale el código para la aplicación.",
                    "The order becomes delivered, included services are switched on, and the code for the app is made.",
                )}</p>
                {trouble(&form, locale, |code| said(code, locale))}
                {button}
            </section>
        }
        .into_any(),
    )
}

/// The one-time code for the customer's app, shown once.
fn link(sheet: &Sheet, state: &HandOver, until: Option<Timestamp>, web: &WebContext, zone: &str) -> Option<AnyView> {
    let (locale, order) = (web.locale, sheet.order.id);
    state.handed_over_at.filter(|_| sheet.order.status == S::Delivered)?;
    let shown = web.form(LINK).value("link");
    let code = (!shown.is_empty()).then(|| {
        let until = until.map(|at| clock(at, zone, locale)).unwrap_or_default();
        let text = match locale {
            Locale::Es => {
                format!("Vale una sola vez, hasta las {until}. Ahora o nunca: al salir de esta página ya no se ve.")
            }
            Locale::En => format!("Good once, until {until}. Now or never: it is not shown again after this page."),
        };
        view! {
            <p class="dealer-code"><output>{shown}</output></p>
            <p>{text}</p>
        }
    });
    let waits = (code.is_none() && until.is_some()).then(|| {
        let until = until.map(|at| clock(at, zone, locale)).unwrap_or_default();
        let text = match locale {
            Locale::Es => format!(
                "Hay un código sin usar hasta las {until}. Si se ha perdido, haz otro: el anterior deja de valer."
            ),
            Locale::En => {
                format!("There is an unused code until {until}. If it was lost, make another: the one before is void.")
            }
        };
        view! { <p>{text}</p> }
    });
    Some(
        view! {
            <section class="card stack" id=LINK aria-labelledby="enlace-titulo">
                <h2 class="card__title" id="enlace-titulo"><Icon name=IconName::Lock/>" "{locale.t("Código para vincular la aplicación", "Code to link the app")}</h2>
                <p class="small muted">{locale.t(
                    "El cliente lo escribe en la página de su pedido, en su móvil.",
                    "The customer types it on the page of the order, on the phone.",
                )}</p>
                {code}
                {waits}
                <form method="post" action="/api/concesionario/entrega-codigo">
                    {order_field(order)}
                    <Button>{locale.t("Hacer un código nuevo", "Make a new code")}</Button>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// Books a time for a pick-up, or moves the one there is.
#[server(endpoint = "concesionario/cita-recogida")]
pub async fn book_pick_up(
    #[server(default)] order: String,
    #[server(default)] at: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_order(&web, &order).await?;
        let here = desk.hand_over_at(APPOINTMENT);
        let Ok(starts_at) = at.parse::<Timestamp>() else {
            return Ok(refused(&here, FormState::new(APPOINTMENT), PickUpRefusal::NoSlot));
        };
        let mut tx = web.caas.db.begin().await?;
        let has_one = pick_ups::booked(&mut tx, desk.order).await?.is_some();
        let booked = if has_one {
            pick_ups::move_to(&web.caas, &mut tx, &desk.who, desk.order, starts_at).await?
        } else {
            pick_ups::book(&web.caas, &mut tx, &desk.who, desk.order, starts_at).await?
        };
        match booked {
            Ok(_) => {
                tx.commit().await?;
                Ok(done(&here))
            }
            Err(PickUpRefusal::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => Ok(refused(&here, FormState::new(APPOINTMENT), refusal)),
        }
    })
    .await
}

/// Notes that nobody came.
#[server(endpoint = "concesionario/cita-perdida")]
pub async fn miss_pick_up(#[server(default)] order: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_order(&web, &order).await?;
        let here = desk.hand_over_at(APPOINTMENT);
        let mut tx = web.caas.db.begin().await?;
        match pick_ups::missed(&web.caas, &mut tx, &desk.who, desk.order).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&here))
            }
            Err(PickUpRefusal::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => Ok(refused(&here, FormState::new(APPOINTMENT), refusal)),
        }
    })
    .await
}

/// Ticks something off the list, or takes the tick back.
#[server(endpoint = "concesionario/entrega-comprobar")]
pub async fn check_item(
    #[server(default)] order: String,
    #[server(default)] item: String,
    #[server(default)] done: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_order(&web, &order).await?;
        let item: ChecklistItem = item.parse().map_err(|_| Refusal::NotFound)?;
        let mut tx = web.caas.db.begin().await?;
        let ticked = hand_over::check(&web.caas, &mut tx, &desk.who, desk.order, item, done == "true").await?;
        if ticked.is_ok() {
            tx.commit().await?;
        }
        end(ticked, &desk.hand_over_at(LIST), FormState::new(LIST))
    })
    .await
}

/// Notes who takes the car.
#[server(endpoint = "concesionario/entrega-identidad")]
pub async fn identify(
    #[server(default)] order: String,
    #[server(default)] document: String,
    #[server(default)] last_four: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_order(&web, &order).await?;
        let paper: IdentityPaper = document.parse().map_err(|_| Refusal::NotFound)?;
        let mut tx = web.caas.db.begin().await?;
        let noted = hand_over::identify(&web.caas, &mut tx, &desk.who, desk.order, paper, &last_four).await?;
        if noted.is_ok() {
            tx.commit().await?;
        }
        let form = FormState::new(IDENTITY).with("document", &document).with("last_four", &last_four);
        end(noted, &desk.hand_over_at(IDENTITY), form)
    })
    .await
}

/// How a form of the hand-over ends.
fn end(outcome: Result<(), HandOverRefusal>, here: &str, form: FormState) -> Result<Goto, Refusal> {
    match outcome {
        Ok(()) => Ok(done(here)),
        Err(HandOverRefusal::NotFound) => Err(Refusal::NotFound),
        Err(HandOverRefusal::LastFour) => Ok(Goto::back(here, form.wrong("last_four", FieldError::Invalid))),
        Err(HandOverRefusal::Missing(_)) => Ok(refused(here, form, MISSING)),
        Err(HandOverRefusal::NotNow) => Ok(refused(here, form, NOT_NOW)),
    }
}

/// The key changes hands. The page after it shows the one-time code.
#[server(endpoint = "concesionario/entrega-completar")]
pub async fn complete_hand_over(#[server(default)] order: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_order(&web, &order).await?;
        let mut tx = web.caas.db.begin().await?;
        match hand_over::complete(&web.caas, &mut tx, &desk.who, desk.order).await? {
            Ok(code) => {
                tx.commit().await?;
                Ok(show_once(&desk.hand_over_at(LINK), &code))
            }
            Err(refusal) => end(Err(refusal), &desk.hand_over_at(KEY), FormState::new(KEY)),
        }
    })
    .await
}

/// Makes a new one-time code; the one before is void.
#[server(endpoint = "concesionario/entrega-codigo")]
pub async fn make_link_code(#[server(default)] order: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_order(&web, &order).await?;
        let mut tx = web.caas.db.begin().await?;
        match link_codes::make(&web.caas, &mut tx, &desk.who, desk.order).await? {
            Some(code) => {
                tx.commit().await?;
                Ok(show_once(&desk.hand_over_at(LINK), &code))
            }
            None => Err(Refusal::NotFound),
        }
    })
    .await
}

/// To the page that shows the code, once: it travels in the short-lived cookie that only this browser and we read, and stands
/// in no address.
fn show_once(here: &str, code: &str) -> Goto {
    Goto::back(here, FormState::new(LINK).with("link", code)).toast(Message::Saved)
}
