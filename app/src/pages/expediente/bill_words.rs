//! Entries about subscriptions, their invoices, the charges and debts, in words.

use super::day_words;
use super::facts::Facts;
use super::words::Said;
use crate::ui::{IconName as I, Tone};
use crate::web::dates::{day, moment};
use caas::expediente::model::EntryKind as K;
use caas::kernel::locale::Locale;
use caas::subscriptions::model::{DebtState, EndReason, InvoiceState, SubscriptionStatus};

/// An entry about a subscription, an invoice or a debt; `None` for any other.
pub(super) fn say(facts: &Facts<'_>) -> Option<Said> {
    Some(match facts.line.entry.kind {
        K::SubscriptionBegun => begun(facts),
        K::SubscriptionPayment => charge(facts),
        K::SubscriptionChanged => changed(facts),
        K::SubscriptionEnded => ended(facts),
        K::InvoiceIssued => issued(facts),
        K::InvoiceChanged => invoice_changed(facts),
        K::DebtChanged => debt_changed(facts),
        _ => return facts.line.entry.data.get("invoices").and_then(|_| payment(facts)),
    })
}

fn said(icon: I, tone: Tone, text: String, note: String) -> Said {
    Said { icon, tone, text, note }
}

fn both(locale: Locale, es: String, en: String) -> String {
    if locale == Locale::Es { es } else { en }
}

/// A day of the calendar as it was written down.
fn on(facts: &Facts<'_>, name: &str) -> String {
    facts.text(name).and_then(|day| day.parse().ok()).map(|day| day_words(day, facts.reader.locale)).unwrap_or_default()
}

fn after<T: std::str::FromStr>(facts: &Facts<'_>) -> Option<T> {
    facts.line.entry.after.as_deref()?.parse().ok()
}

fn begun(facts: &Facts<'_>) -> Said {
    let (locale, service, price) = (facts.reader.locale, facts.service(), facts.money("price"));
    let until = on(facts, "until");
    let text = both(locale, format!("Empezó la suscripción {service}"), format!("The subscription {service} began"));
    let note = match until.is_empty() {
        true => String::new(),
        false => both(
            locale,
            format!("{price} al mes. El primer periodo acaba el {until} y se paga entonces."),
            format!("{price} a month. The first period ends on {until} and is paid then."),
        ),
    };
    said(I::Calendar, Tone::Done, text, note)
}

/// A charge failed, or what had failed is paid.
fn charge(facts: &Facts<'_>) -> Said {
    let (locale, service) = (facts.reader.locale, facts.service());
    if facts.text("reason").is_none() && after(facts) == Some(SubscriptionStatus::Active) {
        let text = both(
            locale,
            format!("{service}: la suscripción vuelve a estar al día"),
            format!("{service}: the subscription is up to date again"),
        );
        return said(I::Charged, Tone::Done, text, String::new());
    }
    let text = both(
        locale,
        format!("No se pudo cobrar la suscripción {service}"),
        format!("The subscription {service} could not be charged"),
    );
    let next = facts.time("next").map(|at| moment(at, facts.reader.zone, locale));
    let then = match next {
        Some(at) => {
            both(locale, format!("Sigue activa. Siguiente paso: {at}."), format!("It stays active. Next step: {at}."))
        }
        None => String::new(),
    };
    said(I::Failed, Tone::Problem, text, facts.because("reason", &then))
}

fn changed(facts: &Facts<'_>) -> Said {
    let (locale, service, price) = (facts.reader.locale, facts.service(), facts.money("price"));
    let from = on(facts, "from");
    let end = facts.time("end").map(|at| day(at, facts.reader.zone, locale)).unwrap_or_default();
    match facts.text("change") {
        Some("END_WISHED") => {
            let text = both(
                locale,
                format!("Cancelaste {service} para el final del periodo"),
                format!("You cancelled {service} for the end of the period"),
            );
            let note = both(locale, format!("Sigue activa hasta el {end}."), format!("It stays active until {end}."));
            said(I::Close, Tone::Neutral, text, if end.is_empty() { String::new() } else { note })
        }
        Some("REACTIVATED") => {
            let text =
                both(locale, format!("Reactivaste la suscripción {service}"), format!("You reactivated {service}"));
            said(I::Active, Tone::Done, text, String::new())
        }
        Some("OFFER_CHOSEN") => {
            let text = both(
                locale,
                format!("Cambiaste la oferta de {service} desde el {from}"),
                format!("You changed the offer of {service} from {from}"),
            );
            let note =
                both(locale, format!("Desde entonces {price} al mes."), format!("{price} a month from then on."));
            said(I::Edit, Tone::Neutral, text, note)
        }
        Some("OFFER_KEPT") => {
            let text = both(
                locale,
                format!("Deshiciste el cambio de oferta de {service}"),
                format!("You undid the change of offer of {service}"),
            );
            said(I::Edit, Tone::Neutral, text, String::new())
        }
        Some("OFFER_CHANGED") => {
            let text = both(
                locale,
                format!("{service}: desde el {from} pagas {price} al mes"),
                format!("{service}: from {from} you pay {price} a month"),
            );
            said(I::Edit, Tone::Neutral, text, String::new())
        }
        _ => {
            let text =
                both(locale, format!("Cambió la suscripción {service}"), format!("The subscription {service} changed"));
            said(I::Edit, Tone::Neutral, text, String::new())
        }
    }
}

fn ended(facts: &Facts<'_>) -> Said {
    let (locale, service) = (facts.reader.locale, facts.service());
    let text = both(locale, format!("Terminó la suscripción {service}"), format!("The subscription {service} ended"));
    let reason = facts.text("reason").and_then(|code| code.parse::<EndReason>().ok());
    let note = match reason {
        Some(EndReason::PeriodEnd) => locale.t("Acabó el periodo que querías.", "The period you wanted is over."),
        Some(EndReason::AtOnce) => locale.t("La cancelaste en el momento.", "You cancelled it at once."),
        Some(EndReason::Unpaid) => locale.t(
            "Fallaron todos los intentos de cobro. Se apaga en el coche.",
            "Every try to charge it failed. It is switched off in the car.",
        ),
        Some(EndReason::Withdrawn) => locale.t("Desististe del contrato.", "You withdrew from the contract."),
        Some(EndReason::NewOwner) => locale.t("El coche cambió de dueño.", "The car has a new owner."),
        None => "",
    };
    let tone = if reason == Some(EndReason::Unpaid) { Tone::Problem } else { Tone::Neutral };
    said(I::Close, tone, text, note.to_owned())
}

fn number(facts: &Facts<'_>) -> String {
    facts.text("number").unwrap_or("–").to_owned()
}

fn issued(facts: &Facts<'_>) -> Said {
    let (locale, number, amount, service) = (facts.reader.locale, number(facts), facts.amount(), facts.service());
    let text = match facts.text("kind") {
        Some("CREDIT_NOTE") => both(locale, format!("Factura rectificativa {number}"), format!("Credit note {number}")),
        _ => both(locale, format!("Factura {number}: {amount}"), format!("Invoice {number}: {amount}")),
    };
    let (from, until) = (on(facts, "from"), on(facts, "until"));
    let note = if from.is_empty() { String::new() } else { format!("{service}, {from} – {until}.") };
    said(I::Document, Tone::Neutral, text, note)
}

fn invoice_changed(facts: &Facts<'_>) -> Said {
    let (locale, number) = (facts.reader.locale, number(facts));
    let (tone, text) = match after(facts) {
        Some(InvoiceState::Paid) => {
            (Tone::Done, both(locale, format!("Factura {number} pagada"), format!("Invoice {number} paid")))
        }
        Some(InvoiceState::Cancelled) => {
            (Tone::Neutral, both(locale, format!("Factura {number} anulada"), format!("Invoice {number} cancelled")))
        }
        Some(InvoiceState::InDebt) => (
            Tone::Problem,
            both(locale, format!("Factura {number} sin pagar"), format!("Invoice {number} left unpaid")),
        ),
        _ => (Tone::Neutral, both(locale, format!("Cambió la factura {number}"), format!("Invoice {number} changed"))),
    };
    said(I::Document, tone, text, String::new())
}

fn debt_changed(facts: &Facts<'_>) -> Said {
    let (locale, amount) = (facts.reader.locale, facts.amount());
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    match after(facts) {
        Some(DebtState::Paid) => said(
            I::Charged,
            Tone::Done,
            both(locale, format!("Pagaste la deuda: {amount}"), format!("You paid the debt: {amount}")),
            t("Ya puedes contratar suscripciones otra vez.", "You can start subscriptions again."),
        ),
        Some(DebtState::WrittenOff) => said(
            I::Done,
            Tone::Neutral,
            both(locale, format!("Deuda condonada: {amount}"), format!("Debt written off: {amount}")),
            t("No tienes que pagarla.", "You don't have to pay it."),
        ),
        Some(DebtState::Cancelled) => said(
            I::Done,
            Tone::Neutral,
            both(locale, format!("Deuda anulada: {amount}"), format!("Debt cancelled: {amount}")),
            t("Desististe del contrato: no debes nada.", "You withdrew from the contract: you owe nothing."),
        ),
        Some(DebtState::InCollection) => said(
            I::External,
            Tone::Waiting,
            both(
                locale,
                format!("La deuda pasó a cobro externo: {amount}"),
                format!("The debt was handed over for collection: {amount}"),
            ),
            t("Puedes pagarla en línea igual.", "You can pay it online all the same."),
        ),
        _ => said(
            I::Warning,
            Tone::Problem,
            both(locale, format!("Queda por pagar: {amount}"), format!("Left to pay: {amount}")),
            t(
                "Lo facturado sin cobrar y los días usados. Hasta pagarlo no puedes contratar otra suscripción; lo demás sigue igual.",
                "What was billed and not charged, and the days used. Until it is paid you can't start another subscription; everything else stays.",
            ),
        ),
    }
}

/// A step of a payment of invoices: taken at once, after the period, and never held.
fn payment(facts: &Facts<'_>) -> Option<Said> {
    let (locale, amount) = (facts.reader.locale, facts.amount());
    let numbers = facts.line.entry.data.get("invoices").and_then(serde_json::Value::as_array);
    let numbers: Vec<&str> = numbers.into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    let of = match (numbers.as_slice(), locale) {
        ([], _) => String::new(),
        ([one], Locale::Es) => format!(" de la factura {one}"),
        ([one], Locale::En) => format!(" of invoice {one}"),
        (many, Locale::Es) => format!(" de las facturas {}", many.join(", ")),
        (many, Locale::En) => format!(" of invoices {}", many.join(", ")),
    };
    let not_charged = locale.t("No se te ha cobrado.", "You have not been charged.").to_owned();
    Some(match facts.line.entry.kind {
        K::PaymentOpened | K::PaymentRequested | K::PaymentSent => said(
            I::Card,
            Tone::Neutral,
            both(locale, format!("Pedimos a tu banco {amount}{of}"), format!("We asked your bank for {amount}{of}")),
            String::new(),
        ),
        K::AuthenticationNeeded => said(
            I::Warning,
            Tone::Waiting,
            both(
                locale,
                format!("Tu banco pide que confirmes {amount}{of}"),
                format!("Your bank asks you to confirm {amount}{of}"),
            ),
            locale.t("Hasta entonces no se cobra nada.", "Until then nothing is charged.").to_owned(),
        ),
        K::PaymentDeclined => said(
            I::Failed,
            Tone::Problem,
            both(locale, format!("Tu banco no aceptó {amount}{of}"), format!("Your bank did not accept {amount}{of}")),
            facts.because("reason", &not_charged),
        ),
        K::PaymentCaptured => said(
            I::Charged,
            Tone::Done,
            both(locale, format!("Se cobraron {amount}{of}"), format!("{amount}{of} was charged")),
            locale.t("Por días que ya pasaron.", "For days that have passed.").to_owned(),
        ),
        K::PaymentAbandoned => said(
            I::Close,
            Tone::Neutral,
            both(locale, format!("El pago{of} no siguió adelante"), format!("The payment{of} did not go on")),
            not_charged,
        ),
        K::PaymentRefunded => said(
            I::Refund,
            Tone::Done,
            both(locale, format!("Te devolvimos {amount}{of}"), format!("We refunded {amount}{of}")),
            String::new(),
        ),
        _ => return None,
    })
}
