//! The desk of support: work lists, one case with all that is known of it, and every way to bring it to an end.
//!
//! A page here shows and asks; what may be done and what follows from it is decided in `caas::support`. Each form posts to
//! a server function that checks the role first, and comes back with what was typed when somebody else was quicker.
//! Support works; operations and finance may look, and only they see amounts.

mod actions;
mod appointments;
mod attempts;
mod calendars;
mod conversation;
mod desk;
mod diagnosis;
mod files;
mod list;
mod live;
mod macros;
mod money;
mod packet;
mod public_holidays;
mod query;
mod replying;
mod rules;
mod similar;
mod status;
mod tasks;
mod theft;
mod ticket;
mod ways_out;
mod words;

pub(in crate::pages) use appointments::appointments;
pub(in crate::pages) use conversation::{file_link, paragraphs};
pub(in crate::pages) use files::download;
pub(crate) use live::{desk_lines, read_case_signs};
pub(crate) use replying::keep_draft;
pub(in crate::pages) use words::status_words;

use crate::pages::staff::{ago as age, span};
use crate::ui::{Fact, KeyValueList, Status, StatusPill};
use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::notifications::service::reason_in_words;
use caas::support::Agent;
use chrono::TimeDelta;
use leptos::prelude::*;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/soporte", list::desk_page),
        get("/soporte/{number}", ticket::ticket_page),
        get("/soporte/{number}/parecidos", similar::similar_page),
        get("/soporte/{number}/adjuntos/{id}", files::attachment_file),
        get("/admin/horarios", calendars::calendars_page),
        get("/admin/macros", macros::macros_page),
        get("/admin/reglas", rules::rules_page),
    ]
}

/// Who works here. For others there is no desk.
fn agent(web: &WebContext) -> Result<(Agent, &CurrentUser), Refusal> {
    let user = web.require_role(&[Role::Support])?;
    Ok((Agent { id: user.id }, user))
}

/// Why a case was opened, in words.
fn reason(code: &str, locale: Locale) -> String {
    if code == "QUESTION" {
        return locale.t("Pregunta del cliente", "Customer's question").to_owned();
    }
    let (what, code) = if let Some(code) = code.strip_prefix("DEACTIVATION_") {
        (locale.t("No se pudo desactivar.", "Could not be switched off."), code)
    } else if let Some(code) = code.strip_prefix("RESTORE_") {
        (locale.t("No se pudo volver a activar.", "Could not be switched on again."), code)
    } else {
        return reason_in_words(code, locale);
    };
    format!("{what} {}", reason_in_words(code, locale))
}

/// The clock of a case in words: what is left, by how much it is over, or that it stands still.
fn clock_words(due: Option<Timestamp>, left_seconds: Option<i64>, now: Timestamp, locale: Locale) -> (Status, String) {
    match (due, left_seconds) {
        (Some(due), _) if due < now => {
            (Status::Failed, format!("{} {}", locale.t("Vencida hace", "Overdue by"), span(now - due, locale)))
        }
        (Some(due), _) => {
            let left = due - now;
            let status = if left < TimeDelta::hours(4) { Status::Warning } else { Status::Scheduled };
            (status, format!("{} {}", locale.t("Quedan", "Left:"), span(left, locale)))
        }
        (None, Some(left)) => {
            let left = span(TimeDelta::seconds(left), locale);
            (Status::Waiting, format!("{} {left}", locale.t("En pausa, quedan", "Paused, left:")))
        }
        (None, None) => (Status::Done, locale.t("Respondida", "Answered").to_owned()),
    }
}

/// The clock of a case.
fn clock_pill(due: Option<Timestamp>, left_seconds: Option<i64>, now: Timestamp, locale: Locale) -> AnyView {
    let (status, word) = clock_words(due, left_seconds, now, locale);
    view! { <StatusPill kind=status word=word/> }.into_any()
}

/// Facts under a heading.
fn facts(title: &str, facts: Vec<Fact>) -> Option<AnyView> {
    if facts.is_empty() {
        return None;
    }
    let title = title.to_owned();
    Some(
        view! { <section class="card"><h2 class="card__title">{title}</h2><KeyValueList facts=facts/></section> }
            .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_runs_stands_still_or_is_over() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let words = |due: Option<i64>, left| clock_words(due.map(|h| now + TimeDelta::hours(h)), left, now, Locale::Es);
        assert_eq!(words(Some(24), None), (Status::Scheduled, "Quedan 24 h".to_owned()));
        assert_eq!(words(Some(3), None), (Status::Warning, "Quedan 3 h".to_owned()));
        assert_eq!(words(Some(-2), None), (Status::Failed, "Vencida hace 2 h".to_owned()));
        assert_eq!(words(None, Some(7200)), (Status::Waiting, "En pausa, quedan 2 h".to_owned()));
        assert_eq!(words(None, None), (Status::Done, "Respondida".to_owned()));
    }
}
