//! What maintenance says to an order, in words.

use crate::pages::catalogue::{Said, list_names};
use crate::ui::Status;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::maintenance::Upkeep;
use caas::maintenance::model::{Finding, Gate, Verdict, Warranty, percent};

/// What the maintenance of a car means for a service; nothing when it has nothing against it.
pub fn say(gate: &Gate, locale: Locale) -> Option<Said> {
    let said = |status, word: &str, reason: String| Some(Said { status, word: word.to_owned(), reason });
    match gate {
        Gate::Open(_) => None,
        Gate::Warned(findings) => said(
            Status::Warning,
            locale.t("Con aviso", "With a warning"),
            format!(
                "{} {}",
                behind(findings, locale),
                locale.t(
                    "Puedes pedirlo ya; conviene ponerlo al día.",
                    "You can order it now; it is better to have it done soon.",
                )
            ),
        ),
        Gate::Blocked(findings) => said(
            Status::Blocked,
            locale.t("Falta mantenimiento", "Maintenance is due"),
            format!(
                "{} {}",
                behind(findings, locale),
                locale.t("Cuando el taller lo registre podrás pedirlo.", "You can order it once the workshop has recorded it."),
            ),
        ),
        Gate::Refused => said(
            Status::Blocked,
            locale.t("No se puede comprobar", "It can't be checked"),
            locale
                .t(
                    "El sistema de los talleres no responde y este servicio afecta a la seguridad: por ahora no lo vendemos. Vuelve a probar en unos minutos.",
                    "The workshops' system does not answer and this service is critical for safety: we don't sell it for now. Try again in some minutes.",
                )
                .to_owned(),
        ),
        Gate::Acknowledge => said(
            Status::Warning,
            locale.t("Sin comprobar", "Not checked"),
            locale
                .t(
                    "El sistema de los talleres no responde, así que no sabemos si el mantenimiento que pide está al día. Puedes pedirlo si lo aceptas.",
                    "The workshops' system does not answer, so we don't know whether the maintenance it asks for is up to date. You can order it if you agree to that.",
                )
                .to_owned(),
        ),
        Gate::Unknown => said(
            Status::Waiting,
            locale.t("Comprobando", "Checking"),
            locale
                .t(
                    "Estamos preguntando a los talleres por el mantenimiento de tu coche. Esto se completa solo.",
                    "We are asking the workshops about your car's maintenance. This completes itself.",
                )
                .to_owned(),
        ),
    }
}

/// Which blocks are behind: "Frenos al 62 %, pide el 80 %."
fn behind(findings: &[Finding], locale: Locale) -> String {
    let each: Vec<String> = findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Current)
        .map(|finding| {
            let block = finding.required.block.label(locale);
            let (has, asks) = (share(finding, locale), threshold(finding, locale));
            match locale {
                Locale::Es => format!("{block} está al {has} y pide el {asks}"),
                Locale::En => format!("{block} is at {has} and {asks} is needed"),
            }
        })
        .collect();
    let list = list_names(each.iter().map(String::as_str), locale);
    match locale {
        Locale::Es => format!("Mantenimiento pendiente: {list}."),
        Locale::En => format!("Maintenance due: {list}."),
    }
}

/// How the blocks stand that a service asks for, in a line: "Mantenimiento: frenos 96 % (pide 80 %)."
pub fn in_short(findings: &[Finding], locale: Locale) -> Option<String> {
    let each: Vec<String> = findings
        .iter()
        .map(|finding| {
            let (block, has) = (finding.required.block.label(locale), share(finding, locale));
            format!("{block} {has} ({} {})", locale.t("pide", "asks for"), threshold(finding, locale))
        })
        .collect();
    let list = list_names(each.iter().map(String::as_str), locale);
    (!list.is_empty()).then(|| format!("{} {list}.", locale.t("Mantenimiento:", "Maintenance:")))
}

/// How much of its plan a block kept.
pub(super) fn share(finding: &Finding, locale: Locale) -> String {
    match finding.compliance {
        Some(compliance) => percent(compliance, locale),
        None => locale.t("sin historial: es nuevo", "no history: it is new").to_owned(),
    }
}

/// What a service asks for.
pub(super) fn threshold(finding: &Finding, locale: Locale) -> String {
    match locale {
        Locale::Es => format!("{}\u{a0}%", finding.required.threshold),
        Locale::En => format!("{}%", finding.required.threshold),
    }
}

/// "vencía el 3 de octubre de 2026" or "vence el …".
pub(super) fn due(day: chrono::NaiveDate, today: chrono::NaiveDate, locale: Locale) -> String {
    let words = when::calendar_day(day, locale);
    match (day < today, locale) {
        (true, Locale::Es) => format!("vencía el {words}"),
        (true, Locale::En) => format!("was due on {words}"),
        (false, Locale::Es) => format!("vence el {words}"),
        (false, Locale::En) => format!("is due on {words}"),
    }
}

/// The state of a warranty.
pub(super) fn warranty(warranty: Warranty, locale: Locale) -> (Status, &'static str) {
    match warranty {
        Warranty::Valid => (Status::Done, locale.t("En vigor", "Valid")),
        Warranty::Lost => (Status::Failed, locale.t("Perdida", "Lost")),
    }
}

/// How a car stands, for people of ours, in a line: "frenos 62 % (10 días de retraso). A 23 nov 2026, 10:00."
pub fn for_agents(upkeep: &Upkeep, zone: &str, locale: Locale) -> String {
    let Some(at) = upkeep.answered_at else {
        return locale.t("Todavía no se ha preguntado", "Not asked about yet").to_owned();
    };
    let behind: Vec<String> = upkeep
        .blocks
        .iter()
        .filter_map(|block| {
            let (days, _) = upkeep.overdue(block)?;
            let (name, share) = (block.name.label(locale), percent(block.compliance, locale));
            Some(match locale {
                Locale::Es => format!("{name} {share} ({days} días de retraso)"),
                Locale::En => format!("{name} {share} ({days} days overdue)"),
            })
        })
        .collect();
    let stands = if behind.is_empty() {
        locale.t("Al día", "Up to date").to_owned()
    } else {
        list_names(behind.iter().map(String::as_str), locale)
    };
    let of = when::short_moment(upkeep.as_of.unwrap_or(at), zone, locale);
    format!("{stands}. {} {of}.", locale.t("A", "As of"))
}
