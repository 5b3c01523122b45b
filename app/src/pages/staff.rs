//! The desks of staff, as far as they stand: each shows what can be done there today, to its role alone. For others the
//! pages do not exist, and the try is audited.

mod admin;
mod dealership;
mod operations;
mod packet;
mod support;
mod ticket;

use crate::ui::{Fact, KeyValueList};
use crate::web::{Route, WebContext, get};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::notifications::service::reason_in_words;
use chrono::TimeDelta;
use leptos::prelude::*;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/soporte", support::support_page),
        get("/soporte/{number}", ticket::ticket_page),
        get("/operaciones", operations::operations_page),
        get("/concesionario", dealership::dealership_page),
        get("/admin", admin::admin_page),
    ]
}

/// A span of time in words, rounded to what matters: "3 h", "2 días".
fn span(time: TimeDelta, locale: Locale) -> String {
    let minutes = time.num_minutes().abs();
    match minutes {
        0..60 => format!("{minutes} min"),
        60..2880 => format!("{} h", minutes / 60),
        _ => format!("{} {}", minutes / 1440, locale.t("días", "days")),
    }
}

/// How long ago.
fn age(web: &WebContext, at: Timestamp) -> String {
    let span = span(web.caas.now() - at, web.locale);
    match web.locale {
        Locale::Es => format!("hace {span}"),
        Locale::En => format!("{span} ago"),
    }
}

/// Why a case was opened, in words.
fn reason(code: &str, locale: Locale) -> String {
    match code.strip_prefix("DEACTIVATION_") {
        Some(code) => {
            format!(
                "{} {}",
                locale.t("No se pudo desactivar.", "Could not be switched off."),
                reason_in_words(code, locale)
            )
        }
        None => reason_in_words(code, locale),
    }
}

/// Facts under a heading.
fn facts(title: &str, facts: Vec<Fact>) -> AnyView {
    let title = title.to_owned();
    view! { <section class="card"><h2 class="card__title">{title}</h2><KeyValueList facts=facts/></section> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_well() {
        assert_eq!(span(TimeDelta::minutes(59), Locale::Es), "59 min");
        assert_eq!(span(TimeDelta::minutes(-125), Locale::Es), "2 h");
        assert_eq!(span(TimeDelta::hours(47), Locale::En), "47 h");
        assert_eq!(span(TimeDelta::hours(49), Locale::En), "2 days");
    }
}
