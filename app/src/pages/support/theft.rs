//! The notes of a theft on a customer's case (rulebook §9). They say what was told, and change nothing.

use crate::web::dates::{exact, moment};
use caas::kernel::locale::Locale;
use caas::rights::theft::NotedTheft;
use caas::ways_out::TheftSays;
use leptos::prelude::*;

/// What was noted, newest first; nothing when nothing was.
pub(super) fn notes(noted: &[NotedTheft], zone: &str, locale: Locale) -> Option<AnyView> {
    let lines = noted
        .iter()
        .map(|note| {
            let says = match note.says {
                TheftSays::Stolen => locale.t("Robado", "Stolen"),
                TheftSays::Back => locale.t("No está robado", "Not stolen"),
            };
            let car = note.car.clone().map(|car| view! { " "<span class="code">{car}</span> });
            view! {
                <li>
                    <strong>{says}</strong>{car}" · "
                    <time datetime=exact(note.created_at)>{moment(note.created_at, zone, locale)}</time>" · "
                    <span class="muted">{note.agent.clone()}</span>
                    <p>{note.text.clone()}</p>
                </li>
            }
        })
        .collect_view();
    let nothing = locale.t(
        "Es una nota: nada se cancela, se devuelve ni se bloquea por ella. El cliente decide en su página.",
        "It is a note: nothing is cancelled, refunded or blocked by it. The customer decides on their page.",
    );
    (!noted.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="robo-anotado">
                <h2 class="card__title" id="robo-anotado">{locale.t("Robo", "Theft")}</h2>
                <ul class="log-lines">{lines}</ul>
                <p class="muted small">{nothing}</p>
            </section>
        }
        .into_any()
    })
}
