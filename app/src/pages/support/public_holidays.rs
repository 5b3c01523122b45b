//! The public holidays by which periods of withdrawal are counted, on `/admin/horarios`: those of the law, and days added
//! by administrators.

use super::calendars::{HERE, wrong};
use crate::pages::expediente::{day, day_words};
use crate::ui::{Button, ButtonKind, Choice, Field, SelectField};
use crate::web::{FormState, Goto, Message, Refusal, Role, WebContext, submit};
use caas::kernel::database::Tx;
use caas::kernel::locale::Locale;
use caas::support::calendars::LONGEST_HOLIDAY;
use caas::support::model::CalendarProblem;
use caas::withdrawal::calendar::{self, COUNTRIES};
use caas::withdrawal::holidays::of_law;
use chrono::Datelike as _;
use leptos::prelude::*;

/// The name of the form.
const FORM: &str = "festivo-legal";

/// Where the section stands.
const ANCHOR: &str = "festivos-legales";

fn country_words(country: &str, locale: Locale) -> &'static str {
    match country {
        "ES" => locale.t("España", "Spain"),
        "FR" => locale.t("Francia", "France"),
        "DE" => locale.t("Alemania", "Germany"),
        "GB" => locale.t("Reino Unido (Inglaterra y Gales)", "United Kingdom (England and Wales)"),
        _ => locale.t("Estados Unidos", "United States"),
    }
}

/// The section.
pub(super) async fn section(web: &WebContext, tx: &mut Tx) -> Result<AnyView, Refusal> {
    let locale = web.locale;
    let today = web.caas.now().date_naive();
    let mut countries = Vec::new();
    for country in COUNTRIES {
        let added = calendar::added(tx, country, today).await?;
        let days = of_law(country, today.year())
            .into_iter()
            .chain(of_law(country, today.year() + 1))
            .filter(|(day, _)| *day >= today)
            .map(|(day, name)| {
                let words = day_words(day, locale);
                let name = name.get(locale).to_owned();
                view! { <li><time datetime=day.to_string()>{words}</time>": "{name}</li> }
            })
            .collect_view();
        let lines = added
            .into_iter()
            .map(|holiday| {
                let words = day_words(holiday.day, locale);
                let remove = format!("{}: {}, {words}", locale.t("Quitar", "Remove"), holiday.name);
                view! {
                    <li class="line">
                        <div class="line__text">
                            <p class="line__title">{holiday.name}</p>
                            <p class="muted small"><time datetime=holiday.day.to_string()>{words}</time></p>
                        </div>
                        <form method="post" action="/api/admin/festivo-legal-quitar">
                            <input type="hidden" name="country" value=country/>
                            <input type="hidden" name="day" value=holiday.day.to_string()/>
                            <button class=ButtonKind::Quiet.class() aria-label=remove>{locale.t("Quitar", "Remove")}</button>
                        </form>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        let added = (!lines.is_empty()).then(|| view! { <ul class="lines lines--flat">{lines}</ul> });
        countries.push(view! {
            <div class="stack--s">
                <h3>{country_words(country, locale)}</h3>
                {added}
                <details>
                    <summary>{locale.t("Los de la ley", "Those of the law")}</summary>
                    <ul>{days}</ul>
                </details>
            </div>
        });
    }
    let form = web.form(FORM);
    let choices = COUNTRIES.map(|country| Choice::new(country, country_words(country, locale))).to_vec();
    let chosen = if form.value("country").is_empty() { "ES".to_owned() } else { form.value("country") };
    Ok(view! {
        <section class="card stack" id=ANCHOR aria-labelledby="festivos-legales-titulo">
            <h2 class="card__title" id="festivos-legales-titulo">{locale.t("Festivos y plazos de desistimiento", "Public holidays and periods of withdrawal")}</h2>
            <p class="muted">{locale.t(
                "Un plazo que terminaría en festivo, sábado o domingo pasa al siguiente día hábil del país del cliente. Los de la ley están puestos; añade aquí los de un solo año y los cambios de la ley.",
                "A period that would end on a public holiday, a Saturday or a Sunday moves to the next working day of the customer's country. Those of the law are in; add one-off days and changes of the law here.",
            )}</p>
            {countries}
            <form class="form" method="post" action="/api/admin/festivo-legal">
                <SelectField label=locale.t("País", "Country") name="country" id="festivo-legal-country" choices=choices
                    value=chosen error=wrong(&form, "country", locale) required=true/>
                <Field label=locale.t("Día festivo", "Holiday") name="day" id="festivo-legal-day" kind="date"
                    value=form.value("day") error=wrong(&form, "day", locale) required=true/>
                <Field label=locale.t("Cómo se llama", "What it is called") name="name" id="festivo-legal-name"
                    value=form.value("name") error=wrong(&form, "name", locale) maxlength=LONGEST_HOLIDAY as u32 required=true/>
                <div class="form__actions"><Button>{locale.t("Añadir el festivo", "Add the holiday")}</Button></div>
            </form>
        </section>
    }
    .into_any())
}

fn known(country: &str) -> Result<&'static str, Refusal> {
    COUNTRIES.into_iter().find(|known| *known == country).ok_or(Refusal::NotFound)
}

/// Adds a public holiday.
#[server(endpoint = "admin/festivo-legal")]
pub async fn add_public_holiday(
    #[server(default)] country: String,
    #[server(default)] day: String,
    #[server(default)] name: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let admin = web.require_role(&[Role::Administrator])?.id;
        let country = known(&country)?;
        let form = FormState::new(FORM).with("country", country).with("day", &day).with("name", &name);
        let back = format!("{HERE}#{ANCHOR}");
        let Some(date) = self::day(&day) else {
            return Ok(Goto::back(back, form.wrong("day", CalendarProblem::NotADay)));
        };
        match calendar::add(&web.caas, admin, country, date, &name).await? {
            Ok(()) => Ok(Goto::to(back).toast(Message::Saved)),
            Err(CalendarProblem::Name) => Ok(Goto::back(back, form.wrong("name", CalendarProblem::Name))),
            Err(problem) => Ok(Goto::back(back, form.wrong("day", problem))),
        }
    })
    .await
}

/// Takes a public holiday away that was added.
#[server(endpoint = "admin/festivo-legal-quitar")]
pub async fn remove_public_holiday(
    #[server(default)] country: String,
    #[server(default)] day: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let admin = web.require_role(&[Role::Administrator])?.id;
        let country = known(&country)?;
        let date = self::day(&day).ok_or(Refusal::NotFound)?;
        if calendar::remove(&web.caas, admin, country, date).await? {
            Ok(Goto::to(format!("{HERE}#{ANCHOR}")).toast(Message::Saved))
        } else {
            Err(Refusal::NotFound)
        }
    })
    .await
}
