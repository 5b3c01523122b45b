//! Where the money of a case is, in one sentence with its proof. Support sees whether, finance also how much.

use crate::web::dates::moment;
use caas::activation::repository::Activation;
use caas::expediente::model::{EntryKind, StoredEntry};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;
use caas::payments::model::{PaymentState, Settlement};
use caas::payments::repository::Payment;

/// The money of a case as somebody of ours may see it.
pub(super) struct MoneyFacts<'a> {
    pub activation: &'a Activation,
    pub payment: Option<&'a Payment>,
    /// What was written about the payment.
    pub entries: &'a [StoredEntry],
    pub zone: &'a str,
    pub locale: Locale,
    /// Whether amounts may be seen.
    pub sees_amounts: bool,
}

impl MoneyFacts<'_> {
    /// When something was last written about the payment.
    fn when(&self, kind: EntryKind) -> Option<Timestamp> {
        self.entries.iter().rev().find(|entry| entry.kind == kind).map(|entry| entry.at)
    }

    fn at(&self, at: Option<Timestamp>) -> String {
        match at {
            Some(at) => format!(" {} {}", self.locale.t("el", "on"), moment(at, self.zone, self.locale)),
            None => String::new(),
        }
    }

    fn amount(&self, payment: &Payment, words: impl FnOnce(String) -> String) -> String {
        if self.sees_amounts { words(payment.amount().display(self.locale)) } else { String::new() }
    }

    /// Nothing was charged in the end; the zero is no secret.
    fn net(&self, payment: &Payment) -> String {
        let net = payment.captured_cents - payment.refunded_cents;
        if net.0 == 0 || self.sees_amounts {
            format!(" {} {}.", self.locale.t("Neto:", "Net:"), Money::new(net, payment.currency).display(self.locale))
        } else {
            String::new()
        }
    }

    /// The sentence.
    pub(super) fn sentence(&self) -> String {
        let locale = self.locale;
        let Some(payment) = self.payment else {
            return locale
                .t(
                    "No se retiene ni se cobra nada: o es una suscripción, o se activa gratis.",
                    "Nothing is held or charged: it is a subscription, or activated for free.",
                )
                .to_owned();
        };
        let hold = payment.gateway_payment_id.as_deref();
        let named = hold.map(|id| format!(" {id}")).unwrap_or_default();
        let t = |es: &str, en: &str| locale.t(es, en).to_owned();
        let of = |amount: String| format!("{} {amount}", t(" de", " of"));
        let sentence = match payment.state {
            PaymentState::Initiated | PaymentState::Pending => t(
                "No se ha cobrado nada: el banco aún no ha contestado a la retención.",
                "Nothing was charged: the bank has not answered about the hold yet.",
            ),
            PaymentState::Unknown => t(
                "No se sabe todavía si el banco retuvo: se le está preguntando. No se ha cobrado nada.",
                "It is not known yet whether the bank holds: it is being asked. Nothing was charged.",
            ),
            PaymentState::HeldForActivation => format!(
                "{}{}{named}{}.",
                t("No se ha cobrado nada: está retenido", "Nothing was charged: held"),
                self.amount(payment, of),
                match payment.capture_before {
                    Some(until) => format!(" {} {}", t("hasta el", "until"), moment(until, self.zone, locale)),
                    None => String::new(),
                }
            ),
            PaymentState::Charged if payment.settlement == Settlement::ChargedBack => t(
                "Se cobró y el banco del cliente lo ha retirado.",
                "It was charged, and the customer's bank has taken it back.",
            ),
            PaymentState::Charged => format!(
                "{}{}{named}{}, {}",
                t("Se ha cobrado", "Charged"),
                self.amount(payment, |amount| format!(" {amount}")),
                self.at(payment.captured_at),
                t("después de que el coche lo confirmara.", "after the car had confirmed it."),
            ),
            PaymentState::Refunded => format!(
                "{}{}{named}{}.",
                t("Se cobró y se ha devuelto entero", "It was charged and refunded in full"),
                self.amount(payment, |amount| format!(" ({amount})")),
                self.at(self.when(EntryKind::PaymentRefunded)),
            ),
            PaymentState::Rejected => t(
                "No se ha cobrado nada: el banco no aceptó la retención.",
                "Nothing was charged: the bank did not accept the hold.",
            ),
            PaymentState::Cancelled | PaymentState::FailedNoCharge if hold.is_some() => format!(
                "{}{named}{} {}{}.",
                t("No se ha cobrado nada: la retención", "Nothing was charged: the hold"),
                self.amount(payment, of),
                t("se anuló", "was reversed"),
                self.at(self.when(EntryKind::HoldReversed)),
            ),
            PaymentState::Cancelled | PaymentState::FailedNoCharge => {
                t("No se ha cobrado nada: no llegó a haber retención.", "Nothing was charged: there never was a hold.")
            }
        };
        let free = self.activation.ended_at.is_some() || payment.state.is_over();
        if free { format!("{sentence}{}", self.net(payment)) } else { sentence }
    }

    /// Whether anything stands charged.
    pub(super) fn is_charged(&self) -> bool {
        self.payment.is_some_and(|payment| (payment.captured_cents - payment.refunded_cents).0 > 0)
    }
}
