//! States of subscriptions, invoices and debts in a word, and their days.

use crate::pages::expediente::day_words;
use crate::ui::Status;
use caas::kernel::locale::Locale;
use caas::subscriptions::model::{DebtState, EndReason, InvoiceState, Period, SubscriptionStatus};

/// Where a subscription is, for a pill.
pub(in crate::pages) fn status(status: SubscriptionStatus, ends: bool, locale: Locale) -> (Status, &'static str) {
    match (status, ends) {
        (SubscriptionStatus::Active, false) => (Status::Active, locale.t("Activa", "Active")),
        (SubscriptionStatus::Active, true) => (Status::Scheduled, locale.t("Termina pronto", "Ends soon")),
        (SubscriptionStatus::PastDue, _) => (Status::Warning, locale.t("Cobro pendiente", "Past due")),
        (SubscriptionStatus::Cancelled, _) => (Status::Ended, locale.t("Terminada", "Ended")),
    }
}

/// Where an invoice is, for a pill.
pub(in crate::pages) fn invoice_state(state: InvoiceState, locale: Locale) -> (Status, &'static str) {
    match state {
        InvoiceState::Issued => (Status::Waiting, locale.t("Por cobrar", "To be charged")),
        InvoiceState::Paid => (Status::Charged, locale.t("Pagada", "Paid")),
        InvoiceState::InDebt => (Status::Warning, locale.t("Sin pagar", "Unpaid")),
        InvoiceState::Cancelled => (Status::Ended, locale.t("Anulada", "Cancelled")),
    }
}

/// Where a debt is, for a pill.
pub(in crate::pages) fn debt_state(state: DebtState, locale: Locale) -> (Status, &'static str) {
    match state {
        DebtState::Open => (Status::Warning, locale.t("Por pagar", "To be paid")),
        DebtState::InCollection => (Status::Warning, locale.t("En cobro externo", "In collection")),
        DebtState::Paid => (Status::Done, locale.t("Pagada", "Paid")),
        DebtState::WrittenOff => (Status::Ended, locale.t("Condonada", "Written off")),
        DebtState::Cancelled => (Status::Ended, locale.t("Anulada", "Cancelled")),
    }
}

/// Why a subscription ended.
pub(super) fn end_reason(reason: EndReason, locale: Locale) -> &'static str {
    match reason {
        EndReason::PeriodEnd => {
            locale.t("La cancelaste al final del periodo.", "You cancelled it for the end of the period.")
        }
        EndReason::AtOnce => locale.t("La cancelaste en el momento.", "You cancelled it at once."),
        EndReason::Unpaid => locale
            .t("No se pudo cobrar y se apagó en el coche.", "It could not be charged and was switched off in the car."),
        EndReason::Withdrawn => locale.t("Desististe del contrato.", "You withdrew from the contract."),
        EndReason::NewOwner => locale.t("El coche cambió de dueño.", "The car has a new owner."),
    }
}

/// The days of a period, both of them included: "21 nov 2026 – 20 dic 2026".
pub(in crate::pages) fn period_words(period: Period, locale: Locale) -> String {
    if period.days() <= 0 {
        return locale.t("ningún día", "no days").to_owned();
    }
    let (first, last) = (day_words(period.start.0, locale), day_words(period.last().0, locale));
    if period.days() == 1 { first } else { format!("{first} – {last}") }
}

/// So many days: "1 día", "10 días".
pub(super) fn days(count: i64, locale: Locale) -> String {
    match count {
        1 => locale.t("1 día", "1 day").to_owned(),
        _ => format!("{count} {}", locale.t("días", "days")),
    }
}

/// A share of VAT: "21 %", "5,5 %".
pub(super) fn vat_rate(basis_points: i64, locale: Locale) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    let point = locale.t(",", ".");
    let number = match rest {
        0 => whole.to_string(),
        _ => format!("{whole}{point}{}", format!("{rest:02}").trim_end_matches('0')),
    };
    match locale {
        Locale::Es => format!("{number}\u{a0}%"),
        Locale::En => format!("{number}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caas::subscriptions::model::Day;

    #[test]
    fn a_period_is_told_with_both_its_days() {
        let day = |text: &str| Day(text.parse().unwrap());
        let month = Period { start: day("2026-11-21"), end: day("2026-12-21") };
        assert_eq!(period_words(month, Locale::Es), "21 nov 2026 – 20 dic 2026");
        let one = Period { start: day("2026-11-21"), end: day("2026-11-22") };
        assert_eq!(period_words(one, Locale::En), "21 Nov 2026");
    }

    #[test]
    fn vat_reads_as_the_law_writes_it() {
        assert_eq!(vat_rate(2_100, Locale::Es), "21\u{a0}%");
        assert_eq!(vat_rate(550, Locale::Es), "5,5\u{a0}%");
        assert_eq!(vat_rate(825, Locale::En), "8.25%");
        assert_eq!(vat_rate(0, Locale::En), "0%");
    }
}
