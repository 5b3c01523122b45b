//! States of an order in a word, and what its money came to.

use crate::ui::Status;
use caas::kernel::locale::Locale;
use caas::notifications::service::reason_in_words;
use caas::payments::model::{PaymentState, PaymentType};
use caas::payments::repository::Payment;
use caas::sales::model::OrderStatus as S;

/// How far an order is, for a pill.
pub(super) fn status(status: S, locale: Locale) -> (Status, &'static str) {
    match status {
        S::Draft => (Status::Info, locale.t("En preparación", "Being prepared")),
        S::AwaitingReservation => (Status::Warning, locale.t("Falta la señal", "Reservation to pay")),
        S::ReservationPaid => (Status::Waiting, locale.t("Encargándolo", "Being ordered")),
        S::OrderPlaced => (Status::Scheduled, locale.t("Pedido a la fábrica", "Ordered")),
        S::ProductionScheduled => (Status::Scheduled, locale.t("Con turno de fabricación", "Production scheduled")),
        S::ProductionInProgress => (Status::Scheduled, locale.t("En fabricación", "Being built")),
        S::QualityControl => (Status::Scheduled, locale.t("Control de calidad", "Quality control")),
        S::ReadyForShipment => (Status::Scheduled, locale.t("Terminado", "Finished")),
        S::InTransit => (Status::Scheduled, locale.t("En camino", "On its way")),
        S::ArrivedAtDealership => (Status::Waiting, locale.t("En el concesionario", "At the dealership")),
        S::AwaitingFinalPayment => (Status::Warning, locale.t("Falta el pago final", "Final payment due")),
        S::FinalPaymentReceived => (Status::Waiting, locale.t("Pagado", "Paid")),
        S::Registration => (Status::Waiting, locale.t("Matriculándose", "Being registered")),
        S::ReadyForDelivery => (Status::Waiting, locale.t("Listo para la entrega", "Ready for delivery")),
        S::DeliveryScheduled => (Status::Scheduled, locale.t("Entrega con fecha", "Delivery scheduled")),
        S::ReturnedToDealership => (Status::Warning, locale.t("Te espera en el concesionario", "At the dealership")),
        S::Delivered => (Status::Done, locale.t("Entregado", "Handed over")),
        S::CancelledReservationFailed
        | S::CancelledFactoryRejected
        | S::CancelledPaymentFailure
        | S::CancelledRegistration => (Status::Failed, locale.t("Cancelado", "Cancelled")),
    }
}

/// A part of the price.
pub(super) fn part(kind: PaymentType, locale: Locale) -> &'static str {
    match kind {
        PaymentType::Final => locale.t("Pago final", "Final payment"),
        _ => locale.t("Señal", "Reservation"),
    }
}

/// Where the money of one payment is: the word, and a sentence where there is more to say. `kept` says that the customer
/// does not get it back.
pub(super) fn payment(p: &Payment, kept: bool, locale: Locale) -> (Status, &'static str, String) {
    use PaymentState as P;
    let text = |es: &str, en: &str| locale.t(es, en).to_owned();
    match p.state {
        P::Initiated if p.authentication_url.is_some() => (
            Status::Warning,
            locale.t("Confírmalo en tu banco", "Confirm with your bank"),
            text("Hasta entonces no se cobra nada.", "Until then nothing is charged."),
        ),
        P::Initiated | P::Pending | P::Unknown | P::HeldForActivation => {
            (Status::Waiting, locale.t("Esperando a tu banco", "Waiting for your bank"), String::new())
        }
        P::Charged if p.refunded_cents > caas::kernel::money::Cents::ZERO => {
            (Status::Ended, locale.t("Devuelto en parte", "Partly refunded"), String::new())
        }
        P::Charged if kept => (
            Status::Charged,
            locale.t("Cobrada", "Charged"),
            text("No se devuelve: el pago final no se hizo.", "Not returned: the final payment was not made."),
        ),
        P::Charged => (Status::Charged, locale.t("Cobrado", "Charged"), String::new()),
        P::Refunded => (
            Status::Done,
            locale.t("Devuelto", "Refunded"),
            text(
                "Al método con el que pagaste. Tu banco puede tardar unos días en mostrarlo.",
                "To the method you paid with. Your bank may take a few days to show it.",
            ),
        ),
        P::Rejected => {
            let reason = p.decline_reason.as_deref().map(|code| reason_in_words(code, locale)).unwrap_or_default();
            let nothing = locale.t("No cobrado.", "Not charged.");
            (Status::Failed, locale.t("Rechazado", "Declined"), format!("{reason} {nothing}").trim().to_owned())
        }
        P::Cancelled | P::FailedNoCharge => (Status::Ended, locale.t("No cobrado", "Not charged"), String::new()),
    }
}
