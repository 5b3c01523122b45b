//! Rules in words: what each is called, what it means, and what to do when it fires.

use super::model::{Limit, Measure, Rule, Severity, Team, Unit};
use super::store::Alert;
use crate::kernel::locale::Locale;
use chrono::TimeDelta;

/// What a rule is called.
pub const fn name(rule: Rule, locale: Locale) -> &'static str {
    match rule {
        Rule::OtaFailures => locale.t("Activaciones fallidas", "Failed activations"),
        Rule::GatewayAvailability => {
            locale.t("Disponibilidad de la pasarela de pago", "Availability of the payment gateway")
        }
        Rule::FactoryTimeouts => locale.t("Fábrica sin respuesta a tiempo", "Factory time-outs"),
        Rule::VssFailures => locale.t("Consultas fallidas a talleres (VSS)", "Failed questions to workshops (VSS)"),
        Rule::NotificationFailures => locale.t("Avisos que no salen", "Messages that do not leave"),
        Rule::FinalPaymentFailures => locale.t("Pagos finales fallidos", "Failed final payments"),
        Rule::FirstAttemptSuccess => locale.t("Éxito al primer intento", "Success at the first attempt"),
        Rule::MeanAttempts => locale.t("Intentos por activación", "Attempts per activation"),
        Rule::Escalations => locale.t("Activaciones que pasan a soporte", "Activations that go to support"),
        Rule::TimeToActivation => locale.t("Tiempo hasta la activación", "Time to activation"),
        Rule::NeverSucceeding => locale.t("Activaciones imposibles", "Activations that never succeed"),
        Rule::FailedAfterSettlement => locale.t("Cobrado y no entregado", "Charged and not delivered"),
    }
}

/// What exactly is measured.
pub const fn meaning(rule: Rule, locale: Locale) -> &'static str {
    match rule {
        Rule::OtaFailures | Rule::Escalations => locale.t(
            "Activaciones a las que el motor renunció, de todas las que terminaron: renuncias y confirmaciones de coches.",
            "Activations that the engine gave up, of all that came to an end: those and the ones that cars confirmed.",
        ),
        Rule::GatewayAvailability => locale.t(
            "Llamadas a la pasarela con respuesta, de todas. Un rechazo del banco es una respuesta.",
            "Calls to the gateway that were answered, of all. A bank's no is an answer.",
        ),
        Rule::FactoryTimeouts => locale.t(
            "Llamadas a la fábrica sin respuesta a tiempo, de todas.",
            "Calls to the factory without an answer in time, of all.",
        ),
        Rule::VssFailures => {
            locale.t("Preguntas a los talleres sin respuesta, de todas.", "Questions to the workshops without an answer, of all.")
        }
        Rule::NotificationFailures => locale.t(
            "De los últimos 5000 correos, SMS y avisos push escritos en ese tiempo: los abandonados y los que esperan tras un intento fallido.",
            "Of the last 5,000 mails, text and push messages written in that time: those given up, and those that wait after a failed try.",
        ),
        Rule::FinalPaymentFailures => locale.t(
            "Coches perdidos porque su pago final se rechazó o venció, de esos y los pagados.",
            "Cars lost because their final payment was declined or fell overdue, of these and those that were paid.",
        ),
        Rule::FirstAttemptSuccess => locale.t(
            "Activaciones confirmadas al primer intento, de las que terminaron (como mucho, las últimas 5000 entregas).",
            "Activations confirmed at the first attempt, of those that came to an end (the last 5,000 deliveries at most).",
        ),
        Rule::MeanAttempts => locale.t(
            "Intentos que necesitó de media una activación con éxito (como mucho, las últimas 5000).",
            "Attempts that a success took on average (the last 5,000 at most).",
        ),
        Rule::TimeToActivation => locale.t(
            "Tiempo medio desde que el pedido entró en la cola hasta la confirmación del coche (como mucho, las últimas 5000).",
            "Mean time from the queue to the car's word (the last 5,000 at most).",
        ),
        Rule::NeverSucceeding => locale.t(
            "Activaciones que una persona dio por imposibles o cerró sin cobro, de esas y las confirmadas.",
            "Activations that a person declared impossible or closed without a charge, of these and the confirmed ones.",
        ),
        Rule::FailedAfterSettlement => locale.t(
            "Devoluciones de algo cobrado que no se entregó. No debe pasar nunca: se cobra después de la confirmación.",
            "Refunds of what was charged and not delivered. It must never happen: charging comes after the car's word.",
        ),
    }
}

/// What to do, step by step.
pub const fn runbook(rule: Rule, locale: Locale) -> [&'static str; 3] {
    match rule {
        Rule::OtaFailures | Rule::Escalations | Rule::FirstAttemptSuccess | Rule::MeanAttempts => [
            locale.t(
                "Mira los motivos en el registro de fallos: si domina uno, es un modelo, un servicio o API IoT.",
                "Look at the reasons in the failure audit: if one stands out, it is a model, a service or API IoT.",
            ),
            locale.t(
                "Si falla API IoT, avisa a su equipo; si lo dejan caer un rato, ábrelo a mano: los pedidos esperan sin gastar intentos.",
                "If API IoT fails, tell its team; if it will be down for a while, open it by hand: orders wait without using up tries.",
            ),
            locale.t(
                "Si es un servicio o una versión de firmware, pide a soporte que proponga el cambio de catálogo.",
                "If it is a service or a firmware version, ask support to propose the change of the catalogue.",
            ),
        ],
        Rule::TimeToActivation => [
            locale.t(
                "Mira la cola de API IoT: ¿esperan trabajos, está en descanso?",
                "Look at API IoT's queue: does work wait, is it resting?",
            ),
            locale.t(
                "Si no, los coches tardan: apagados o circulando. No hay nada que forzar; los intentos siguen solos.",
                "If not, the cars take their time: switched off or driving. There is nothing to force; attempts go on by themselves.",
            ),
            locale.t(
                "Si esperan trabajos sin estar en descanso, faltan procesos: sube CAAS_JOB_CONCURRENCY o arranca otro.",
                "If work waits although it does not rest, processes are missing: raise CAAS_JOB_CONCURRENCY or start another one.",
            ),
        ],
        Rule::GatewayAvailability => [
            locale.t(
                "Abre la página de la pasarela: ¿está en descanso, qué espera detrás?",
                "Open the gateway's page: does it rest, what waits behind it?",
            ),
            locale.t(
                "Pregunta al proveedor. Los pedidos esperan su retención; nada se pierde ni se cobra dos veces.",
                "Ask the provider. Orders wait for their hold; nothing is lost or charged twice.",
            ),
            locale.t(
                "Cuando vuelva, ciérrala a mano si no quieres esperar a la prueba, y concilia el día.",
                "When it is back, close it by hand if you don't want to wait for the probe, and reconcile the day.",
            ),
        ],
        Rule::FactoryTimeouts => [
            locale.t(
                "Abre la página de la fábrica y la cola manual: ¿hay pedidos que quizá ya tenga?",
                "Open the factory's page and the manual queue: are there orders that it may have already?",
            ),
            locale.t(
                "Llama al enlace con la fábrica. Las ventas se guardan y esperan; nada se pide dos veces.",
                "Call the factory liaison. Sales are saved and wait; nothing is ordered twice.",
            ),
            locale.t(
                "Tras diez intentos un pedido pasa a la cola manual: pídelo por teléfono con nuestra referencia.",
                "After ten tries an order goes to the manual queue: order by phone with our reference.",
            ),
        ],
        Rule::VssFailures => [
            locale.t(
                "Abre la página de los talleres: ¿está en descanso?",
                "Open the workshops' page: does it rest?",
            ),
            locale.t(
                "Los servicios críticos para la seguridad se rechazan mientras tanto; los demás se venden con un aviso.",
                "Safety-critical services are refused meanwhile; others are sold with a warning.",
            ),
            locale.t(
                "Avisa a integración. Cuando vuelva, las comprobaciones del día se repiten solas.",
                "Tell integration. When it is back, the day's checks are repeated by themselves.",
            ),
        ],
        Rule::NotificationFailures => [
            locale.t(
                "Mira qué canal falla: las páginas de correo y SMS dicen si el proveedor responde.",
                "See which channel fails: the pages of mail and SMS say whether the provider answers.",
            ),
            locale.t(
                "Los mensajes se repiten durante un día; los demás canales siguen.",
                "Messages are tried for a day; the other channels go on.",
            ),
            locale.t(
                "Si es una dirección o un texto rechazado, corrígelo y vuelve a enviarlo desde la comunicación del cliente.",
                "If an address or a text is refused, put it right and send it again from the customer's communication.",
            ),
        ],
        Rule::FinalPaymentFailures => [
            locale.t(
                "Mira los motivos: ¿un banco, un importe, el vencimiento?",
                "Look at the reasons: a bank, an amount, the due date?",
            ),
            locale.t(
                "Los coches están ya en venta en su concesionario. Que ventas llame a los clientes.",
                "The cars are on sale at their dealership already. Have sales call the customers.",
            ),
            locale.t(
                "Si es un error técnico de la pasarela no cuenta como rechazo: mira su disponibilidad.",
                "A technical error of the gateway does not count as a decline: look at its availability.",
            ),
        ],
        Rule::NeverSucceeding => [
            locale.t(
                "Agrupa los casos por servicio, modelo y firmware en el registro de fallos.",
                "Group the cases by service, model and firmware in the failure audit.",
            ),
            locale.t(
                "Que el catálogo deje de ofrecer lo que no puede funcionar.",
                "Have the catalogue stop offering what can't work.",
            ),
            locale.t(
                "Comprueba que nadie pagó: las promesas se comprueban en Operaciones.",
                "Check that nobody paid: the promises are proven in Operations.",
            ),
        ],
        Rule::FailedAfterSettlement => [
            locale.t("Comprueba las promesas ahora, en Operaciones.", "Prove the promises now, in Operations."),
            locale.t(
                "Mira cada devolución de la lista: debe estar hecha, con su plazo.",
                "Look at each refund of the list: it must be done, with its deadline.",
            ),
            locale.t(
                "Avisa a desarrollo: cobrar antes de la confirmación es un error de la plataforma.",
                "Tell the developers: to charge before the car's word is a mistake of the platform.",
            ),
        ],
    }
}

/// How bad it is.
pub const fn severity(severity: Severity, locale: Locale) -> &'static str {
    match severity {
        Severity::Critical => locale.t("Crítica", "Critical"),
        Severity::High => locale.t("Alta", "High"),
        Severity::Medium => locale.t("Media", "Medium"),
        Severity::Health => locale.t("Salud", "Health"),
    }
}

/// A team.
pub const fn team(team: Team, locale: Locale) -> &'static str {
    match team {
        Team::TechnicalOperations => locale.t("Operaciones técnicas", "Technical operations"),
        Team::Iot => "IoT",
        Team::Finance => locale.t("Finanzas", "Finance"),
        Team::ItOperations => locale.t("Operaciones de TI", "IT operations"),
        Team::Integration => locale.t("Integración", "Integration"),
        Team::FactoryLiaison => locale.t("Enlace con la fábrica", "Factory liaison"),
        Team::Communications => locale.t("Comunicaciones", "Communications"),
        Team::Sales => locale.t("Ventas", "Sales"),
    }
}

/// The teams of a rule.
pub fn teams(rule: Rule, locale: Locale) -> String {
    rule.teams().iter().map(|of| team(*of, locale)).collect::<Vec<_>>().join(", ")
}

/// A span of time: "15 min", "1 h", "7 días".
pub fn span(time: TimeDelta, locale: Locale) -> String {
    match (time.num_minutes(), locale) {
        (minutes, _) if minutes < 60 => format!("{minutes} min"),
        (minutes, _) if minutes < 48 * 60 => format!("{} h", minutes / 60),
        (minutes, Locale::Es) => format!("{} días", minutes / 1440),
        (minutes, Locale::En) => format!("{} days", minutes / 1440),
    }
}

/// A fraction with so many decimals, cut off: a figure never looks better or worse than it is by rounding over its limit.
fn fraction(part: i64, whole: i64, times: i64, decimals: usize, locale: Locale) -> String {
    let scale = 10_i128.pow(u32::try_from(decimals).unwrap_or(0));
    let cut = i128::from(part) * i128::from(times) * scale / i128::from(whole.max(1));
    let point = if locale == Locale::Es { ',' } else { '.' };
    match decimals {
        0 => cut.to_string(),
        _ => format!("{}{point}{:0width$}", cut / scale, cut % scale, width = decimals),
    }
}

fn figure(unit: Unit, part: i64, whole: i64, decimals: usize, locale: Locale) -> String {
    match unit {
        Unit::Share => {
            let number = fraction(part, whole, 100, decimals, locale);
            if locale == Locale::Es { format!("{number} %") } else { format!("{number}%") }
        }
        Unit::Each => fraction(part, whole, 1, decimals.max(1), locale),
        Unit::Millis => {
            let number = fraction(part, whole.saturating_mul(60_000), 1, decimals.min(1), locale);
            format!("{number} min")
        }
    }
}

/// A measure: "6,25 %", "2,1", "15,4 min"; a dash without a sample.
pub fn value(rule: Rule, measure: Measure, locale: Locale) -> String {
    if measure.whole == 0 { "–".to_owned() } else { figure(rule.unit(), measure.part, measure.whole, 2, locale) }
}

/// Where a rule breaks: "> 5 %".
pub fn limit(rule: Rule, locale: Locale) -> String {
    let (sign, part, whole) = match rule.limit() {
        Limit::Above(part, whole) => ('>', part, whole),
        Limit::Below(part, whole) => ('<', part, whole),
    };
    let decimals = if (part * 100) % whole == 0 { 0 } else { 1 };
    format!("{sign} {}", figure(rule.unit(), part, whole, decimals, locale))
}

/// The subject of a mail, for readers of either language.
pub(super) fn subject(alert: &Alert, over: bool) -> String {
    let (es, en) = (name(alert.rule, Locale::Es), name(alert.rule, Locale::En));
    let what = if over { "RESOLVED".to_owned() } else { alert.rule.severity().to_string() };
    format!("[CaaS] {what} · {es} / {en}")
}

/// The letter in one language.
pub(super) fn letter(alert: &Alert, over: bool, locale: Locale) -> String {
    let rule = alert.rule;
    let mut lines = vec![if over {
        format!("{}: {}.", locale.t("Resuelta", "Resolved"), name(rule, locale))
    } else {
        format!("{}: {}.", severity(rule.severity(), locale), name(rule, locale))
    }];
    let (value, limit, window) =
        (value(rule, alert.measure(), locale), limit(rule, locale), span(rule.window(), locale));
    lines.push(match locale {
        Locale::Es => format!("Al dispararse: {value} (límite {limit}) en {window}, de {} casos.", alert.whole),
        Locale::En => format!("When it fired: {value} (limit {limit}) in {window}, of {} cases.", alert.whole),
    });
    lines.push(meaning(rule, locale).to_owned());
    if !over {
        lines.push(locale.t("Qué hacer:", "What to do:").to_owned());
        lines.extend(runbook(rule, locale).iter().enumerate().map(|(n, step)| format!("{}. {step}", n + 1)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well_and_are_never_rounded_over_their_limit() {
        let measure = |part, whole| Measure { part, whole };
        for (rule, seen, es) in [
            (Rule::OtaFailures, measure(1, 16), "6,25 %"),
            (Rule::OtaFailures, measure(0, 0), "–"),
            (Rule::GatewayAvailability, measure(94_999, 100_000), "94,99 %"),
            (Rule::MeanAttempts, measure(43, 20), "2,15"),
            (Rule::TimeToActivation, measure(930_000, 1), "15,5 min"),
        ] {
            assert_eq!(value(rule, seen, Locale::Es), es);
        }
        for (rule, es, en) in [
            (Rule::OtaFailures, "> 5 %", "> 5%"),
            (Rule::GatewayAvailability, "< 95 %", "< 95%"),
            (Rule::FailedAfterSettlement, "> 0,5 %", "> 0.5%"),
            (Rule::MeanAttempts, "> 2,0", "> 2.0"),
            (Rule::TimeToActivation, "> 15 min", "> 15 min"),
        ] {
            assert_eq!((limit(rule, Locale::Es).as_str(), limit(rule, Locale::En).as_str()), (es, en));
        }
    }
}
