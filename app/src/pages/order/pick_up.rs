//! `/expediente/pedidos/{id}/recogida`: when the customer comes for the car.

use super::{crumbs, customer, name, path_of, place};
use crate::ui::{Button, ButtonKind, EmptyState, Icon, IconName, Notice, PageHeader, Tone};
use crate::web::dates::{clock, exact, moment};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::kernel::Timestamp;
use caas::kernel::ids::OrderId;
use caas::kernel::when::{day_there, weekday};
use caas::sales::delivery::pick_ups::{self, Slot, booked, free_slots};
use caas::sales::delivery::slots::PickUpRefusal;
use caas::sales::journey::{self, Journey};
use caas::sales::who::Who;
use chrono::NaiveDate;
use leptos::prelude::*;

/// The form's name in what comes back with it.
const FORM: &str = "recogida";

/// Days whose times are in view at once.
const DAYS_IN_VIEW: usize = 6;

pub(super) async fn pick_up_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let id: OrderId = web.param_as("id")?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let journey = journey::of_customer(&mut tx, user.id, id).await?.ok_or(Refusal::Hidden("order"))?;
    if !journey.can_pick_up {
        // Somebody brings it, or it is not the time: the order says which.
        return Err(Goto::to(path_of(id)).into());
    }
    let slots = free_slots(&web.caas, &mut tx, journey.order.dealership_id).await?;
    drop(tx);
    let title = locale.t("Recoger tu coche", "Pick up your car");
    let lead = format!("{}, {}", name(&journey), journey.dealership.name);
    let form = web.form(FORM);
    let problem = form.problem::<PickUpRefusal>("at").map(|refusal| {
        let title = locale.t("No hemos podido reservar esa hora", "We could not book that time");
        view! { <Notice tone=Tone::Problem title=title>{refusal.text(locale)}</Notice> }
    });
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs(&journey, &web) crumbs_label=locale.t("Estás en", "You are in")/>
            {problem}
            {appointment(&web, &journey)}
            <div class="columns">
                <div>{choose(&web, &journey, &slots)}</div>
                <aside class="stack">
                    <section class="card place" aria-labelledby="donde">
                        <h2 id="donde">{locale.t("Dónde", "Where")}</h2>
                        {place::dealership(&journey.dealership, locale)}
                    </section>
                    {what_to_bring(&web)}
                </aside>
            </div>
        </div>
    };
    Ok(Page::new(title, body).section(Section::Expediente))
}

/// The appointment there is.
fn appointment(web: &WebContext, journey: &Journey) -> Option<AnyView> {
    let locale = web.locale;
    let at = journey.pick_up?;
    let words = moment(at, &journey.dealership.time_zone, locale);
    let title = format!("{} {words}", locale.t("Tu cita es el", "Your appointment is on"));
    let text = locale.t(
        "Te la recordamos un día antes. Si no te viene bien, elige otra hora aquí abajo: la de ahora queda libre.",
        "We remind you a day before. If it does not suit you, choose another time below: the present one becomes free.",
    );
    Some(view! { <Notice tone=Tone::Done title=title>{text}</Notice> }.into_any())
}

/// The free times, day by day.
fn choose(web: &WebContext, journey: &Journey, slots: &[Slot]) -> AnyView {
    let locale = web.locale;
    let zone = &journey.dealership.time_zone;
    if slots.is_empty() {
        let title = locale.t("Ahora no hay ninguna hora libre", "There is no free time at the moment");
        return view! {
            <EmptyState title=title>
                <p>{locale.t("Llama a tu concesionario: encontrará una contigo.", "Call your dealership: they will find one with you.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let mut days: Vec<(NaiveDate, Vec<Timestamp>)> = Vec::new();
    for slot in slots {
        let day = day_there(slot.starts_at, zone);
        match days.last_mut() {
            Some((last, times)) if *last == day => times.push(slot.starts_at),
            _ => days.push((day, vec![slot.starts_at])),
        }
    }
    let fieldset = |(day, times): (NaiveDate, Vec<Timestamp>)| {
        let name = weekday(day, locale);
        let times = times
            .into_iter()
            .map(|at| {
                view! {
                    <label class="slot">
                        <input type="radio" name="at" value=exact(at) required/>
                        <span><time datetime=exact(at)>{clock(at, zone, locale)}</time></span>
                    </label>
                }
            })
            .collect_view();
        view! { <fieldset class="slots"><legend>{name}</legend><div class="slots__times">{times}</div></fieldset> }
    };
    // A week is what most people choose from; the rest would only lengthen the page.
    let later = days.split_off(days.len().min(DAYS_IN_VIEW));
    let days = days.into_iter().map(fieldset).collect_view();
    let later = (!later.is_empty()).then(|| {
        let words = locale.t("Más días", "More days");
        let days = later.into_iter().map(fieldset).collect_view();
        view! { <details class="stack"><summary class="btn btn--secondary">{words}</summary><div class="stack">{days}</div></details> }
    });
    let button = if journey.pick_up.is_some() {
        locale.t("Cambiar la cita", "Change the appointment")
    } else {
        locale.t("Reservar la cita", "Book the appointment")
    };
    let zone_words = locale.t("Horas de la ciudad del concesionario.", "Times as in the dealership's city.");
    view! {
        <form class="form" method="post" action="/api/pedidos/recogida">
            <h2>{locale.t("Horas libres", "Free times")}</h2>
            <p class="muted small">{zone_words}</p>
            <input type="hidden" name="order" value=journey.order.id.to_string()/>
            {days}
            {later}
            <div class="form__actions form__actions--sticky"><Button kind=ButtonKind::Primary>{button}</Button></div>
        </form>
    }
    .into_any()
}

fn what_to_bring(web: &WebContext) -> AnyView {
    let locale = web.locale;
    let things = [
        locale.t(
            "Tu documento de identidad: el mismo con el que está el pedido.",
            "Your identity document: the one the order is in the name of.",
        ),
        locale.t("Tu permiso de conducir, si te lo llevas conduciendo.", "Your driving licence, if you drive it away."),
        locale.t("Tu móvil, para vincularlo con el coche.", "Your phone, to link it to the car."),
    ];
    let things = things.map(|thing| view! { <li><Icon name=IconName::Done/><span>{thing}</span></li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="llevar">
            <h2 id="llevar">{locale.t("Qué llevar", "What to bring")}</h2>
            <ul class="bring">{things}</ul>
        </section>
    }
    .into_any()
}

/// Books a time to pick the car up, or moves the appointment there is.
#[server(endpoint = "pedidos/recogida")]
pub async fn book_pick_up(
    #[server(default)] order: String,
    #[server(default)] at: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = customer(&web)?.id;
        let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
        let there = format!("{}/recogida", path_of(order));
        let wrong = |refusal: PickUpRefusal| Goto::back(&there, FormState::new(FORM).wrong("at", refusal));
        let Ok(at) = at.parse::<Timestamp>() else { return Ok(wrong(PickUpRefusal::NoSlot)) };
        let who = Who::Customer(user);
        let mut tx = web.caas.db.begin().await?;
        let done = if booked(&mut tx, order).await?.is_some() {
            pick_ups::move_to(&web.caas, &mut tx, &who, order, at).await?
        } else {
            pick_ups::book(&web.caas, &mut tx, &who, order, at).await?
        };
        Ok(match done {
            Ok(_) => {
                tx.commit().await?;
                Goto::to(&there).toast(Message::PickUpBooked)
            }
            Err(PickUpRefusal::NotFound) => return Err(Refusal::Hidden("order")),
            Err(PickUpRefusal::NotNow) => Goto::to(path_of(order)).toast(Message::NothingToPickUp),
            Err(refusal) => wrong(refusal),
        })
    })
    .await
}
