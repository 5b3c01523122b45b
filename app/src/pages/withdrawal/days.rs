//! The period, day by day.

use caas::kernel::locale::Locale;
use caas::kernel::when::{self, weekday};
use caas::withdrawal::clock::{CountedFrom, DayOff, PERIOD, Window};
use leptos::prelude::*;

/// Until when: "hasta el lunes, 7 de diciembre de 2026, a las 24:00 (hora de Madrid)".
pub(super) fn until(window: &Window, locale: Locale) -> String {
    let (day, place) = (weekday(window.last_day, locale), place(window));
    match locale {
        Locale::Es => format!("hasta el {day}, a las 24:00 (hora de {place})"),
        Locale::En => format!("until {day}, at midnight ({place} time)"),
    }
}

/// The city that a time zone is named after.
fn place(window: &Window) -> String {
    let name = window.zone.name();
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

/// Why until then, in one sentence.
pub(super) fn why(window: &Window, locale: Locale) -> String {
    let zero = weekday(window.day_zero, locale);
    let from = match (window.from, locale) {
        (CountedFrom::Activation, Locale::Es) => format!(
            "Son {PERIOD} días naturales desde que tu coche confirmó el servicio, el {zero}; ese día no cuenta."
        ),
        (CountedFrom::Activation, Locale::En) => {
            format!("It is {PERIOD} calendar days from your car's confirmation on {zero}; that day is not counted.")
        }
        (CountedFrom::Contract, Locale::Es) => {
            format!("Son {PERIOD} días naturales desde el pedido, el {zero}; ese día no cuenta.")
        }
        (CountedFrom::Contract, Locale::En) => {
            format!("It is {PERIOD} calendar days from the order on {zero}; that day is not counted.")
        }
    };
    let Some((fourteenth, off)) = window.moved_over.first() else { return from };
    let (day, off) = (weekday(*fourteenth, locale), day_off(off, locale));
    let last = weekday(window.last_day, locale);
    match locale {
        Locale::Es => format!(
            "{from} El último día sería el {day}, pero es {off}: el plazo pasa al siguiente día hábil, el {last}."
        ),
        Locale::En => format!(
            "{from} The last day would be {day}, but that is {off}: the period moves to the next working day, {last}."
        ),
    }
}

fn day_off(off: &DayOff, locale: Locale) -> String {
    match off {
        DayOff::Saturday => locale.t("sábado", "a Saturday").to_owned(),
        DayOff::Sunday => locale.t("domingo", "a Sunday").to_owned(),
        DayOff::Holiday(name) => format!("{}{}", locale.t("festivo: ", "a public holiday: "), name.get(locale)),
    }
}

/// Every day of the period, folded away.
pub(super) fn day_by_day(window: &Window, locale: Locale) -> AnyView {
    let line = |label: String, day: chrono::NaiveDate, note: String| {
        let text = weekday(day, locale);
        let note = (!note.is_empty()).then(|| view! { <span class="muted">" · "{note}</span> });
        view! { <li><strong>{label}</strong>": "<time datetime=day.to_string()>{text}</time>{note}</li> }
    };
    let day_word = locale.t("Día", "Day");
    let zero = match window.from {
        CountedFrom::Activation => locale.t("tu coche lo confirmó; no cuenta", "your car confirmed it; not counted"),
        CountedFrom::Contract => locale.t("lo pediste; no cuenta", "you ordered it; not counted"),
    };
    let mut lines = vec![line(locale.t("Antes", "Before").to_owned(), window.day_zero, zero.to_owned())];
    let last = window.moved_over.len();
    for (index, day) in window.days().enumerate() {
        let number = index + 1;
        let mut note = String::new();
        if number as u64 == PERIOD {
            note = match window.moved_over.first() {
                Some((_, off)) => format!(
                    "{}: {}",
                    day_off(off, locale),
                    locale.t("el plazo no puede terminar aquí", "the period can't end here")
                ),
                None => locale.t("último día, hasta las 24:00", "last day, until midnight").to_owned(),
            };
        }
        lines.push(line(format!("{day_word} {number}"), day, note));
    }
    for (day, off) in window.moved_over.iter().skip(1) {
        let note = format!(
            "{}: {}",
            day_off(off, locale),
            locale.t("tampoco puede terminar aquí", "it can't end here either")
        );
        lines.push(line(locale.t("Después", "After").to_owned(), *day, note));
    }
    if last > 0 {
        let note = locale.t("último día, hasta las 24:00", "last day, until midnight").to_owned();
        lines.push(line(locale.t("Después", "After").to_owned(), window.last_day, note));
    }
    view! {
        <details class="stack">
            <summary>{locale.t("El plazo, día a día", "The period, day by day")}</summary>
            <ul class="stack--s">{lines}</ul>
            <p class="muted small">{locale.t(
                "Los días se cuentan como manda la ley: Reglamento (CEE, Euratom) 1182/71, art. 3, y Directiva 2011/83/UE, art. 9.",
                "Days are counted as the law says: Regulation (EEC, Euratom) 1182/71, art. 3, and Directive 2011/83/EU, art. 9.",
            )}</p>
        </details>
    }
    .into_any()
}

/// The end of the period as people read it: the last day.
pub(super) fn last_day(window: &Window, locale: Locale) -> String {
    when::calendar_day(window.last_day, locale)
}
