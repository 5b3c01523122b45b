//! `/concesionario/agenda/horario`: when the dealership hands cars over, and how many at the same time.

use super::{Tab, clerk, crumbs, tabs};
use crate::ui::{Button, ButtonKind, Crumb, Field, Notice, PageHeader, Tone};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::kernel::ids::{DealershipId, UserId};
use caas::kernel::locale::Locale;
use caas::sales::delivery::opening::{HoursProblem, TypedDay, TypedHours, set_hours};
use caas::sales::delivery::pick_ups;
use leptos::prelude::*;

pub(super) const HERE: &str = "/concesionario/agenda/horario";
const FORM: &str = "horario";

/// The days of the week, Monday first.
const WEEKDAYS: [(&str, &str); 7] = [
    ("Lunes", "Monday"),
    ("Martes", "Tuesday"),
    ("Miércoles", "Wednesday"),
    ("Jueves", "Thursday"),
    ("Viernes", "Friday"),
    ("Sábado", "Saturday"),
    ("Domingo", "Sunday"),
];

/// A dealership's hours are set by its own people.
fn own(web: &WebContext) -> Result<(UserId, DealershipId), Refusal> {
    let clerk = clerk(web)?;
    Ok((clerk.user.id, clerk.reach.ok_or(Refusal::Hidden("dealership"))?))
}

/// The page.
pub(super) async fn hours_page(web: WebContext) -> PageResult {
    let (_, dealership) = own(&web)?;
    let locale = web.locale;
    let came_back = web.form(FORM);
    let form = if came_back.has_errors() {
        came_back
    } else {
        let hours = pick_ups::hours(&mut web.caas.db.read().await?, dealership).await?;
        state_of(&TypedHours::of(&hours))
    };
    let title = locale.t("Horario de entregas", "Hours of hand-overs");
    let lead = locale.t(
        "En estas horas los clientes pueden elegir cita. Las citas que ya están dadas no cambian.",
        "Customers can choose an appointment within these hours. Appointments that are made do not change.",
    );
    let mut way = crumbs(locale);
    way.push(Crumb::new("/concesionario/agenda", locale.t("Agenda", "Appointments")));
    let trouble = form.has_errors().then(|| {
        let text = locale.t("No se ha guardado. Revisa lo que está marcado.", "Not saved. See what is marked.");
        view! { <Notice tone=Tone::Problem>{text}</Notice> }
    });
    let body = view! {
        <PageHeader title=title lead=lead crumbs=way crumbs_label=locale.t("Estás en", "You are in")/>
        {tabs(Some(Tab::Agenda), "", locale)}
        {trouble}
        {hours_form(&form, locale)}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Dealership))
}

/// The form with these hours filled in.
fn state_of(typed: &TypedHours) -> FormState {
    let form = FormState::new(FORM).with("minutes", &typed.minutes);
    (1..).zip(&typed.days).fold(form, |form, (weekday, day)| {
        form.with(&format!("opens-{weekday}"), &day.opens)
            .with(&format!("closes-{weekday}"), &day.closes)
            .with(&format!("capacity-{weekday}"), &day.capacity)
    })
}

fn hours_form(form: &FormState, locale: Locale) -> AnyView {
    let wrong = |field: &str| {
        form.problem::<HoursProblem>(field).map(|problem| problem.text(locale).to_owned()).unwrap_or_default()
    };
    let days = (1..)
        .zip(WEEKDAYS)
        .map(|(weekday, (es, en))| {
            let [opens, closes, capacity] = ["opens", "closes", "capacity"].map(|what| format!("{what}-{weekday}"));
            view! {
                <fieldset class="dealer-hours">
                    <legend>{locale.t(es, en)}</legend>
                    <Field label=locale.t("Abre", "Opens") name="opens[]" id=opens.clone() kind="time" value=form.value(&opens) error=wrong(&opens)/>
                    <Field label=locale.t("Cierra", "Closes") name="closes[]" id=closes.clone() kind="time" value=form.value(&closes) error=wrong(&closes)/>
                    <Field label=locale.t("Coches a la vez", "Cars at a time") name="capacity[]" id=capacity.clone() kind="number"
                        value=form.value(&capacity) error=wrong(&capacity)/>
                </fieldset>
            }
        })
        .collect_view();
    let minutes = wrong("minutes");
    view! {
        <form class="form" method="post" action="/api/concesionario/horario">
            <Field label=locale.t("Minutos por entrega", "Minutes for one hand-over") name="minutes" kind="number" required=true
                value=form.value("minutes") error=minutes/>
            <p class="muted">{locale.t("Un día sin horas está cerrado.", "A day without times is closed.")}</p>
            {days}
            <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Guardar el horario", "Keep the hours")}</Button></div>
        </form>
    }
    .into_any()
}

/// Keeps the hours.
#[server(endpoint = "concesionario/horario")]
pub async fn keep_pick_up_hours(
    #[server(default)] minutes: String,
    #[server(default)] opens: Vec<String>,
    #[server(default)] closes: Vec<String>,
    #[server(default)] capacity: Vec<String>,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (by, dealership) = own(&web)?;
        let of = |texts: &[String], day: usize| texts.get(day).cloned().unwrap_or_default();
        let days = std::array::from_fn(|day| TypedDay {
            opens: of(&opens, day),
            closes: of(&closes, day),
            capacity: of(&capacity, day),
        });
        let typed = TypedHours { minutes, days };
        match set_hours(&web.caas, by, dealership, &typed).await? {
            Ok(()) => Ok(Goto::to("/concesionario/agenda").toast(Message::Saved)),
            Err(problems) => {
                let form = problems.iter().fold(state_of(&typed), |form, (field, problem)| form.wrong(field, problem));
                Ok(Goto::back(HERE, form))
            }
        }
    })
    .await
}
