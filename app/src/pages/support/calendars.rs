//! `/admin/horarios`: when each queue is worked on. Clocks of answers count these hours only.

use super::public_holidays;
use super::words::queue_words;
use crate::pages::expediente::{day, day_words};
use crate::ui::{Button, ButtonKind, Choice, Crumb, Field, PageHeader, SelectField};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::accounts::time_zones;
use caas::kernel::locale::Locale;
use caas::support::business::{BusinessCalendar, calendar};
use caas::support::calendars::{self, Holiday, LONGEST_HOLIDAY};
use caas::support::model::{CalendarProblem, Hours, Queue};
use leptos::prelude::*;
use std::collections::BTreeMap;

pub(super) const HERE: &str = "/admin/horarios";

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

/// The page.
pub(super) async fn calendars_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Administrator])?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let mut cards = Vec::new();
    for &queue in Queue::ALL {
        let calendar = calendar(&mut tx, queue).await?;
        let holidays = calendars::holidays(&mut tx, queue, calendar.day_of(web.caas.now())).await?;
        cards.push(card(&web, queue, &calendar, holidays));
    }
    let public_holidays = public_holidays::section(&web, &mut tx).await?;
    drop(tx);
    let title = locale.t("Horarios de soporte y festivos", "Hours of support and holidays");
    let lead = locale.t(
        "Los plazos de respuesta solo cuentan estas horas. Al guardar un cambio se calculan de nuevo los plazos en marcha, con el mismo tiempo abierto por delante; lo vencido sigue vencido.",
        "Answers are due counting these hours only. When a change is saved, what is due is worked out anew with the same open time ahead; what is overdue stays so.",
    );
    let crumbs = vec![Crumb::new("/admin", locale.t("Administración", "Administration"))];
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="stack stack--l">{cards}{public_holidays}</div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Admin))
}

fn card(web: &WebContext, queue: Queue, calendar: &BusinessCalendar, holidays: Vec<Holiday>) -> AnyView {
    let (locale, anchor) = (web.locale, anchor(queue));
    let promise = format!(
        "{} {} h.",
        locale.t("Respuesta prometida, en tiempo abierto:", "Answer promised, in open time:"),
        calendar.first_answer.num_hours()
    );
    view! {
        <section class="card stack" id=anchor.clone() aria-labelledby=format!("{anchor}-titulo")>
            <h2 class="card__title" id=format!("{anchor}-titulo")>{queue_words(queue, locale)}</h2>
            <p class="muted">{promise}</p>
            {hours_form(web, queue, calendar)}
            <h3>{locale.t("Próximos festivos", "Holidays to come")}</h3>
            {holiday_list(queue, holidays, locale)}
            {holiday_form(web, queue)}
        </section>
    }
    .into_any()
}

fn anchor(queue: Queue) -> String {
    queue.as_str().to_lowercase()
}

fn hours_name(queue: Queue) -> String {
    format!("horario-{queue}")
}

fn holiday_name(queue: Queue) -> String {
    format!("festivo-{queue}")
}

/// What is wrong with a field, in words; empty when nothing is.
pub(super) fn wrong(form: &FormState, field: &str, locale: Locale) -> String {
    form.problem(field).map(|problem| problem_words(problem, locale).to_owned()).unwrap_or_default()
}

fn hours_form(web: &WebContext, queue: Queue, calendar: &BusinessCalendar) -> AnyView {
    let locale = web.locale;
    let came_back = web.form(&hours_name(queue));
    let form = if came_back.has_errors() { came_back } else { filled(queue, calendar) };
    let mut zones: Vec<_> = time_zones();
    if !zones.contains(&calendar.zone.name()) {
        zones.push(calendar.zone.name());
    }
    let zones = zones.into_iter().map(|zone| Choice::new(zone, zone.replace('_', " "))).collect::<Vec<_>>();
    let prefix = anchor(queue);
    let days = WEEKDAYS
        .iter()
        .enumerate()
        .map(|(index, (es, en))| {
            let (opens, closes) = (format!("opens-{}", index + 1), format!("closes-{}", index + 1));
            let day = locale.t(es, en);
            view! {
                <div class="grid">
                    <Field label=format!("{day}, {}", locale.t("abre", "opens")) name="opens[]" id=format!("{prefix}-{opens}")
                        value=form.value(&opens) error=wrong(&form, &opens, locale) maxlength=5/>
                    <Field label=format!("{day}, {}", locale.t("cierra", "closes")) name="closes[]" id=format!("{prefix}-{closes}")
                        value=form.value(&closes) error=wrong(&form, &closes, locale) maxlength=5/>
                </div>
            }
        })
        .collect_view();
    view! {
        <form class="form" method="post" action="/api/admin/horario">
            <input type="hidden" name="queue" value=queue.as_str()/>
            <SelectField label=locale.t("Zona horaria", "Time zone") name="zone" id=format!("{prefix}-zone") choices=zones
                value=form.value("zone") error=wrong(&form, "zone", locale) required=true/>
            <p class="muted">{locale.t(
                "Horas como 09:00; 24:00 es la medianoche siguiente. Un día sin horas está cerrado.",
                "Times like 09:00; 24:00 is the next midnight. A day without times is closed.",
            )}</p>
            {days}
            <div class="form__actions"><Button>{locale.t("Guardar el horario", "Keep the hours")}</Button></div>
        </form>
    }
    .into_any()
}

/// The form as the calendar stands.
fn filled(queue: Queue, calendar: &BusinessCalendar) -> FormState {
    let form = FormState::new(&hours_name(queue)).with("zone", calendar.zone.name());
    calendar.hours.iter().fold(form, |form, (day, hours)| {
        form.with(&format!("opens-{day}"), &Hours::text(hours.opens))
            .with(&format!("closes-{day}"), &Hours::text(hours.closes))
    })
}

fn holiday_list(queue: Queue, holidays: Vec<Holiday>, locale: Locale) -> AnyView {
    if holidays.is_empty() {
        return view! { <p class="muted">{locale.t("Ninguno: se trabaja todos los días abiertos.", "None: every open day is worked on.")}</p> }
            .into_any();
    }
    let lines = holidays
        .into_iter()
        .map(|Holiday { day, name }| {
            let words = day_words(day, locale);
            let remove = format!("{}: {name}, {words}", locale.t("Quitar", "Remove"));
            view! {
                <li class="line">
                    <div class="line__text">
                        <p class="line__title">{name}</p>
                        <p class="muted small"><time datetime=day.to_string()>{words}</time></p>
                    </div>
                    <form method="post" action="/api/admin/festivo-quitar">
                        <input type="hidden" name="queue" value=queue.as_str()/>
                        <input type="hidden" name="day" value=day.to_string()/>
                        <button class=ButtonKind::Quiet.class() aria-label=remove>{locale.t("Quitar", "Remove")}</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines lines--flat">{lines}</ul> }.into_any()
}

fn holiday_form(web: &WebContext, queue: Queue) -> AnyView {
    let (locale, form, prefix) = (web.locale, web.form(&holiday_name(queue)), anchor(queue));
    view! {
        <form class="form" method="post" action="/api/admin/festivo">
            <input type="hidden" name="queue" value=queue.as_str()/>
            <Field label=locale.t("Día festivo", "Holiday") name="day" id=format!("{prefix}-day") kind="date"
                value=form.value("day") error=wrong(&form, "day", locale) required=true/>
            <Field label=locale.t("Cómo se llama", "What it is called") name="name" id=format!("{prefix}-name")
                value=form.value("name") error=wrong(&form, "name", locale) maxlength=LONGEST_HOLIDAY as u32 required=true/>
            <div class="form__actions"><Button>{locale.t("Añadir el festivo", "Add the holiday")}</Button></div>
        </form>
    }
    .into_any()
}

fn problem_words(problem: CalendarProblem, locale: Locale) -> &'static str {
    match problem {
        CalendarProblem::Zone => locale.t("Elige una zona horaria de la lista.", "Choose a time zone of the list."),
        CalendarProblem::NotATime => locale.t("Escribe una hora como 09:00.", "Write a time like 09:00."),
        CalendarProblem::HalfADay => locale.t(
            "Faltan la apertura o el cierre. Deja los dos vacíos si está cerrado.",
            "Opening or closing time is missing. Leave both empty when it is closed.",
        ),
        CalendarProblem::ClosesFirst => {
            locale.t("Tiene que cerrar después de abrir.", "It has to close after it opens.")
        }
        CalendarProblem::NeverOpen => locale.t(
            "Abre al menos un día: si no, ninguna respuesta vencería nunca.",
            "Open on one day at least: else no answer would ever be due.",
        ),
        CalendarProblem::NotADay => {
            locale.t("Elige un día de los próximos cinco años.", "Choose a day within the next five years.")
        }
        CalendarProblem::Past => {
            locale.t("Ese día ya ha pasado: no cambiaría nada.", "That day is over: it would change nothing.")
        }
        CalendarProblem::Name => locale.t("Escribe un nombre de hasta 60 letras.", "Write a name of up to 60 letters."),
        CalendarProblem::Known => locale.t("Ese día ya es festivo.", "That day is a holiday already."),
    }
}

/// Keeps time zone and opening hours of a queue.
#[server(endpoint = "admin/horario")]
pub async fn keep_hours(
    #[server(default)] queue: String,
    #[server(default)] zone: String,
    #[server(default)] opens: Vec<String>,
    #[server(default)] closes: Vec<String>,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let admin = web.require_role(&[Role::Administrator])?.id;
        let queue: Queue = queue.parse().map_err(|_| Refusal::NotFound)?;
        let mut form = FormState::new(&hours_name(queue)).with("zone", &zone);
        let mut hours = BTreeMap::new();
        for weekday in 1..=7 {
            let of = |times: &[String]| times.get(weekday as usize - 1).cloned().unwrap_or_default();
            let (from, until) = (of(&opens), of(&closes));
            let (opens, closes) = (format!("opens-{weekday}"), format!("closes-{weekday}"));
            form = form.with(&opens, &from).with(&closes, &until);
            match Hours::parse(&from, &until) {
                Ok(Some(open)) => {
                    hours.insert(weekday, open);
                }
                Ok(None) => {}
                Err(problem) => {
                    let opening = match problem {
                        CalendarProblem::HalfADay => from.trim().is_empty(),
                        CalendarProblem::NotATime => Hours::parse(&from, "24:00").is_err(),
                        _ => false,
                    };
                    form = form.wrong(if opening { &opens } else { &closes }, problem);
                }
            }
        }
        let back = format!("{HERE}#{}", anchor(queue));
        if form.has_errors() {
            return Ok(Goto::back(back, form));
        }
        match calendars::set_hours(&web.caas, admin, queue, &zone, &hours).await? {
            Ok(()) => Ok(Goto::to(back).toast(Message::Saved)),
            Err(CalendarProblem::Zone) => Ok(Goto::back(back, form.wrong("zone", CalendarProblem::Zone))),
            Err(problem) => Ok(Goto::back(back, form.wrong("opens-1", problem))),
        }
    })
    .await
}

/// Adds a holiday.
#[server(endpoint = "admin/festivo")]
pub async fn add_holiday(
    #[server(default)] queue: String,
    #[server(default)] day: String,
    #[server(default)] name: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let admin = web.require_role(&[Role::Administrator])?.id;
        let queue: Queue = queue.parse().map_err(|_| Refusal::NotFound)?;
        let form = FormState::new(&holiday_name(queue)).with("day", &day).with("name", &name);
        let back = format!("{HERE}#{}", anchor(queue));
        let Some(date) = self::day(&day) else {
            return Ok(Goto::back(back, form.wrong("day", CalendarProblem::NotADay)));
        };
        match calendars::add_holiday(&web.caas, admin, queue, date, &name).await? {
            Ok(()) => Ok(Goto::to(back).toast(Message::Saved)),
            Err(CalendarProblem::Name) => Ok(Goto::back(back, form.wrong("name", CalendarProblem::Name))),
            Err(problem) => Ok(Goto::back(back, form.wrong("day", problem))),
        }
    })
    .await
}

/// Takes a holiday away.
#[server(endpoint = "admin/festivo-quitar")]
pub async fn remove_holiday(
    #[server(default)] queue: String,
    #[server(default)] day: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let admin = web.require_role(&[Role::Administrator])?.id;
        let queue: Queue = queue.parse().map_err(|_| Refusal::NotFound)?;
        let date = self::day(&day).ok_or(Refusal::NotFound)?;
        if calendars::remove_holiday(&web.caas, admin, queue, date).await? {
            Ok(Goto::to(format!("{HERE}#{}", anchor(queue))).toast(Message::Saved))
        } else {
            Err(Refusal::NotFound)
        }
    })
    .await
}
