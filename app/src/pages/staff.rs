//! The desks of operations and administrators, as far as they stand: each shows what can be done there today, to its role alone. For others the
//! pages do not exist, and the try is audited.

mod admin;
mod alerts;
mod factory;
mod late;
mod operations;
mod refunds;
mod sizes;
mod systems;

use crate::web::{Route, WebContext, get};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use chrono::TimeDelta;

/// The room's addresses.
pub fn routes() -> Vec<Route> {
    vec![
        get("/operaciones", operations::operations_page),
        get("/operaciones/alertas", alerts::alerts_page),
        get("/operaciones/alertas/{rule}", alerts::alert_page),
        get("/operaciones/sistemas/{system}", systems::system_page),
        get("/operaciones/reembolsos", refunds::refunds_page),
        get("/operaciones/reembolsos.csv", refunds::refunds_file),
        get("/operaciones/fabrica", factory::factory_page),
        get("/operaciones/fabrica/{id}", factory::factory_order_page),
        get("/admin", admin::admin_page),
    ]
}

/// A span of time in words, rounded to what matters: "3 h", "2 días".
pub(in crate::pages) fn span(time: TimeDelta, locale: Locale) -> String {
    let minutes = time.num_minutes().abs();
    match minutes {
        0..60 => format!("{minutes} min"),
        60..2880 => format!("{} h", minutes / 60),
        _ => format!("{} {}", minutes / 1440, locale.t("días", "days")),
    }
}

/// How long ago.
fn age(web: &WebContext, at: Timestamp) -> String {
    ago(at, web.caas.now(), web.locale)
}

/// How long before `now`.
pub(in crate::pages) fn ago(at: Timestamp, now: Timestamp, locale: Locale) -> String {
    let span = span(now - at, locale);
    match locale {
        Locale::Es => format!("hace {span}"),
        Locale::En => format!("{span} ago"),
    }
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
