//! `/concesionario/agenda`: the appointments to pick cars up, day by day, with the places that are free.

use super::actions::order_field;
use super::{Clerk, Tab, chosen, clerk, dealership_choices, order_href, tabs};
use crate::ui::{EmptyState, FilterBar, LinkButton, PageHeader, Pager, SelectField, Status, StatusPill};
use crate::web::dates::{clock, exact};
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use caas::kernel::Timestamp;
use caas::kernel::ids::DealershipId;
use caas::kernel::locale::Locale;
use caas::kernel::when::{calendar_day, day_there, start_of_day, weekday};
use caas::sales::delivery::pick_ups::{self, Slot};
use caas::sales::desk::{self, Appointment, Need};
use chrono::{Datelike as _, Days, NaiveDate};
use leptos::prelude::*;

/// Orders without an appointment that are shown beside.
const WITHOUT: i64 = 10;

/// What is shown: a week, or one day of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    from: NaiveDate,
    days: u64,
}

impl Span {
    fn of(web: &WebContext, today: NaiveDate) -> Span {
        let day = |name: &str| {
            web.query(name)
                .and_then(|day| day.parse::<NaiveDate>().ok())
                .filter(|day| (2000..2100).contains(&day.year()))
        };
        match day("dia") {
            Some(from) => Span { from, days: 1 },
            None => {
                let day = day("semana").unwrap_or(today);
                let back = Days::new(u64::from(day.weekday().num_days_from_monday()));
                Span { from: day.checked_sub_days(back).unwrap_or(day), days: 7 }
            }
        }
    }

    fn name(self) -> &'static str {
        if self.days == 1 { "dia" } else { "semana" }
    }

    fn moved(self, forward: bool) -> Span {
        let days = Days::new(self.days);
        let from = if forward { self.from.checked_add_days(days) } else { self.from.checked_sub_days(days) };
        Span { from: from.unwrap_or(self.from), ..self }
    }

    fn href(self, chosen: &str) -> String {
        let which = if chosen.is_empty() { String::new() } else { format!("&concesionario={chosen}") };
        format!("/concesionario/agenda?{}={}{which}", self.name(), self.from)
    }

    fn all(self) -> impl Iterator<Item = NaiveDate> {
        (0..self.days).filter_map(move |ahead| self.from.checked_add_days(Days::new(ahead)))
    }
}

/// The page.
pub(super) async fn agenda_page(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    let locale = web.locale;
    let chosen = chosen(&web);
    let title = locale.t("Agenda de recogidas", "Pick-up appointments");
    let choices = dealership_choices(&web, &clerk).await?;
    let which = choices.map(|choices| {
        let chosen = chosen.clone();
        view! {
            <FilterBar action="/concesionario/agenda" label=locale.t("Elegir concesionario", "Choose a dealership") submit=locale.t("Ver", "Show")>
                <SelectField label=locale.t("Concesionario", "Dealership") name="concesionario" choices=choices value=chosen/>
            </FilterBar>
        }
    });
    let Some(dealership) = clerk.scope(&chosen) else {
        let text = locale.t("Cada concesionario tiene la suya: elige uno.", "Each dealership has its own: choose one.");
        let body = view! {
            <PageHeader title=title/>
            {tabs(Some(Tab::Agenda), &chosen, locale)}
            {which}
            <EmptyState title=locale.t("¿De qué concesionario?", "Of which dealership?")><p>{text}</p></EmptyState>
        };
        return Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership));
    };
    let days = days(&web, &clerk, dealership, &chosen).await?;
    let body = view! {
        <PageHeader title=title lead=locale.t("Quién viene, cuándo, y qué horas quedan libres.", "Who comes, when, and which times are free.")/>
        {tabs(Some(Tab::Agenda), &chosen, locale)}
        {which}
        {days}
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

/// The days, and who still has no appointment.
async fn days(web: &WebContext, clerk: &Clerk<'_>, dealership: DealershipId, chosen: &str) -> Result<AnyView, Refusal> {
    let (now, locale) = (web.caas.now(), web.locale);
    let mut tx = web.caas.db.read().await?;
    let place = desk::dealership(&mut tx, dealership).await?.ok_or(Refusal::NotFound)?;
    let zone = place.time_zone;
    let today = day_there(now, &zone);
    let span = Span::of(web, today);
    let slots = pick_ups::calendar(&mut tx, dealership, span.from, span.days).await?;
    let until = span.moved(true).from;
    let (from, until) = (start_of_day(span.from, &zone), start_of_day(until, &zone));
    let booked = desk::appointments(&mut tx, Some(dealership), from, until).await?;
    let scope = clerk.scope(chosen);
    let without = desk::need(&mut tx, scope, Need::NoAppointment, now, until, None, WITHOUT).await?;
    drop(tx);
    let without = (!without.is_empty()).then(|| {
        let lines = without
            .into_iter()
            .map(|line| {
                let href = format!("{}/entrega#cita", order_href(line.id));
                let who = line.customer_name.unwrap_or_default();
                view! {
                    <li class="dealer-line">
                        <p><a class="code" href=href>{line.number}</a>" "<span>{who}</span></p>
                        <p class="small muted">{line.model_name}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="card dealer-need tone-problem" aria-labelledby="sin-cita">
                <h2 class="dealer-need__title" id="sin-cita">{locale.t("Esperan una cita", "Waiting for an appointment")}</h2>
                <ul class="dealer-lines">{lines}</ul>
            </section>
        }
    });
    let columns = span.all().map(|day| day_view(day, &slots, &booked, &zone, now, locale, span, chosen)).collect_view();
    let title = match (span.days, locale) {
        (1, _) => weekday(span.from, locale),
        (_, Locale::Es) => format!("Semana del {}", calendar_day(span.from, locale)),
        (_, Locale::En) => format!("Week of {}", calendar_day(span.from, locale)),
    };
    let (earlier, later) = if span.days == 1 {
        (locale.t("Día anterior", "Day before"), locale.t("Día siguiente", "Day after"))
    } else {
        (locale.t("Semana anterior", "Week before"), locale.t("Semana siguiente", "Week after"))
    };
    let other = if span.days == 1 {
        view! { <LinkButton href=Span { days: 7, ..span }.href(chosen)>{locale.t("Ver la semana", "See the week")}</LinkButton> }.into_any()
    } else {
        view! { <LinkButton href=Span { from: today, days: 1 }.href(chosen)>{locale.t("Ver hoy", "See today")}</LinkButton> }.into_any()
    };
    let hours = (!clerk.sees_all()).then(|| {
        view! { <LinkButton href=super::hours::HERE>{locale.t("Cambiar el horario", "Change the hours")}</LinkButton> }
    });
    Ok(view! {
        {without}
        <section class="section" aria-labelledby="agenda">
            <div class="split"><h2 id="agenda">{title}</h2><div class="actions">{other}{hours}</div></div>
            <Pager label=locale.t("Otras fechas", "Other dates")
                previous_href=span.moved(false).href(chosen) previous_word=earlier
                next_href=span.moved(true).href(chosen) next_word=later/>
            <div class="agenda">{columns}</div>
        </section>
    }
    .into_any())
}

#[expect(clippy::too_many_arguments, reason = "what one day shows, and how")]
fn day_view(
    day: NaiveDate,
    slots: &[Slot],
    booked: &[Appointment],
    zone: &str,
    now: Timestamp,
    locale: Locale,
    span: Span,
    chosen: &str,
) -> AnyView {
    let id = format!("dia-{day}");
    let label = id.clone();
    let mut times: Vec<Timestamp> =
        slots.iter().map(|slot| slot.starts_at).filter(|at| day_there(*at, zone) == day).collect();
    // Also what was booked when other hours held.
    times.extend(booked.iter().map(|one| one.starts_at).filter(|at| day_there(*at, zone) == day));
    times.sort_unstable();
    times.dedup();
    let closed = times.is_empty();
    let items = times
        .into_iter()
        .map(|at| {
            let slot = slots.iter().find(|slot| slot.starts_at == at);
            slot_view(at, slot, booked.iter().filter(|one| one.starts_at == at).collect(), zone, now, locale)
        })
        .collect_view();
    let heading = if span.days == 1 {
        weekday(day, locale).into_any()
    } else {
        let href = Span { from: day, days: 1 }.href(chosen);
        view! { <a href=href>{weekday(day, locale)}</a> }.into_any()
    };
    view! {
        <section class="agenda__day" aria-labelledby=label>
            <h3 id=id>{heading}</h3>
            {closed.then(|| view! { <p class="small muted">{locale.t("Cerrado", "Closed")}</p> })}
            <ul class="agenda__slots">{items}</ul>
        </section>
    }
    .into_any()
}

fn slot_view(
    at: Timestamp,
    slot: Option<&Slot>,
    booked: Vec<&Appointment>,
    zone: &str,
    now: Timestamp,
    locale: Locale,
) -> AnyView {
    let class = if booked.is_empty() { "agenda__slot agenda__slot--empty" } else { "agenda__slot" };
    let free = slot.map(|slot| {
        let text = match (slot.free(), locale) {
            _ if at <= now => locale.t("Pasada", "Past").to_owned(),
            (0, _) => locale.t("Completo", "Full").to_owned(),
            (n, Locale::Es) => format!("{n} de {} libres", slot.capacity),
            (n, Locale::En) => format!("{n} of {} free", slot.capacity),
        };
        view! { <span class="small">{text}</span> }
    });
    let people = booked
        .into_iter()
        .map(|one| {
            let href = format!("{}/entrega", order_href(one.order_id));
            let car = [one.model_name.clone(), one.plate.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let phone = one.customer_phone.clone().map(|phone| {
                let to = format!("tel:{phone}");
                view! { " "<a href=to>{phone}</a> }
            });
            let state = match one.state.as_str() {
                "DONE" => Some((Status::Done, locale.t("Entregado", "Handed over"))),
                "MISSED" => Some((Status::Failed, locale.t("No vino", "Did not come"))),
                _ => None,
            };
            let state = state.map(|(kind, word)| view! { <StatusPill kind=kind word=word/> });
            let is_past = one.state == "BOOKED" && one.starts_at <= now;
            let missed = is_past.then(|| {
                let label = format!("{} {}", locale.t("No vino:", "Did not come:"), one.number);
                view! {
                    <form method="post" action="/api/concesionario/cita-perdida">
                        {order_field(one.order_id)}
                        <button class="chip" aria-label=label>{locale.t("No vino", "Did not come")}</button>
                    </form>
                }
            });
            view! {
                <div class="agenda__booked">
                    <p><a class="code" href=href>{one.number.clone()}</a></p>
                    <p>{one.customer_name.clone()}{phone}</p>
                    <p class="small muted">{car}</p>
                    {state}
                    {missed}
                </div>
            }
        })
        .collect_view();
    view! {
        <li class=class>
            <p class="agenda__head"><time datetime=exact(at)>{clock(at, zone, locale)}</time>{free}</p>
            {people}
        </li>
    }
    .into_any()
}
