//! States of services and payments in words. The word says what is true of the money before anything else.

use crate::ui::Status;
use crate::web::dates::{day, moment};
use caas::activation::model::ActivationState;
use caas::activation::repository::Activation;
use caas::catalogue::OfferKind;
use caas::kernel::locale::Locale;
use caas::notifications::service::reason_in_words;
use caas::payments::model::{PaymentState, Settlement};
use caas::payments::repository::Payment;

/// A state as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Shape and colour.
    pub status: Status,
    /// One to three words for a pill.
    pub word: String,
    /// A sentence more; empty when there is nothing to add.
    pub text: String,
}

/// Who reads.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// In which language.
    pub locale: Locale,
    /// In which time zone.
    pub zone: &'a str,
}

impl Reader<'_> {
    fn t(self, es: &str, en: &str) -> String {
        self.locale.t(es, en).to_owned()
    }
}

/// How far a service is.
pub fn of_activation(a: &Activation, reader: Reader<'_>) -> Told {
    use ActivationState as S;
    let told = |status, word: String, text: String| Told { status, word, text };
    let not_charged = || reader.t("No se te ha cobrado.", "You have not been charged.");
    if let Some(at) = a.handed_over_at {
        let day = day(at, reader.zone, reader.locale);
        let text = match reader.locale {
            Locale::Es => format!("Se quedó en el coche cuando cambió de dueño, el {day}."),
            Locale::En => format!("It stayed in the car when that changed owner, on {day}."),
        };
        return told(Status::Ended, reader.t("Va con el coche", "Gone with the car"), text);
    }
    match a.state {
        S::PurchaseInitiated | S::PaymentPending => told(
            Status::Waiting,
            reader.t("Hablando con tu banco", "Talking to your bank"),
            reader.t("Todavía no se te ha cobrado nada.", "You have not been charged yet."),
        ),
        S::ActivationQueued | S::AttemptInProgress | S::AttemptFailed | S::RetryScheduled => under_way(a, reader),
        S::EscalatedToSupport | S::AwaitingSupportResolution | S::ManualActivationAttempt | S::PermanentFailure => {
            told(Status::Failed, reader.t("Lo mira soporte", "With support"), not_charged())
        }
        S::Active if a.withdrawal_id.is_some() => told(
            Status::Ended,
            reader.t("Desististe", "Withdrawn"),
            reader.t("El coche lo está desactivando.", "The car is switching it off."),
        ),
        S::Active => told(Status::Active, reader.t("Activo", "Active"), active_until(a, reader)),
        S::Suspended => told(
            Status::Blocked,
            reader.t("Suspendido", "Suspended"),
            reader.t("Falta el pago de la suscripción.", "The subscription has not been paid."),
        ),
        S::PaymentRejected => told(Status::Failed, reader.t("Pago rechazado", "Payment declined"), not_charged()),
        S::FailedNoCharge => {
            told(Status::Failed, reader.t("No se pudo activar", "Could not be activated"), not_charged())
        }
        S::Expired => told(Status::Ended, reader.t("Terminado", "Ended"), on_day(a, reader)),
        S::Withdrawn => told(Status::Ended, reader.t("Desististe", "Withdrawn"), on_day(a, reader)),
        S::Cancelled if a.activated_at.is_some() => {
            told(Status::Ended, reader.t("Suscripción terminada", "Subscription ended"), on_day(a, reader))
        }
        S::Cancelled => told(Status::Ended, reader.t("Cancelado", "Cancelled"), not_charged()),
    }
}

fn under_way(a: &Activation, reader: Reader<'_>) -> Told {
    if a.delayed_since.is_some() {
        let text = reader.t(
            "El sistema que habla con los coches no responde. Seguimos en cuanto vuelva; no gasta intentos.",
            "The system that talks to the cars does not respond. We go on as soon as it is back; no attempt is used up.",
        );
        return Told { status: Status::Waiting, word: reader.t("Con retraso", "Delayed"), text };
    }
    match (a.state, a.next_attempt_at) {
        (ActivationState::AttemptInProgress, _) => Told {
            status: Status::Retry,
            word: reader.t("Hablando con el coche", "Talking to the car"),
            text: match reader.locale {
                Locale::Es => format!("Intento {}.", a.total_attempts),
                Locale::En => format!("Attempt {}.", a.total_attempts),
            },
        },
        (_, Some(next)) => {
            let reason = a.last_failure.as_deref().map(|code| reason_in_words(code, reader.locale)).unwrap_or_default();
            let at = moment(next, reader.zone, reader.locale);
            let text = match reader.locale {
                Locale::Es => format!("{reason} Volvemos a intentarlo el {at}."),
                Locale::En => format!("{reason} We try again on {at}."),
            };
            Told { status: Status::Retry, word: reader.t("Se reintenta", "Trying again"), text: text.trim().to_owned() }
        }
        _ => Told { status: Status::Waiting, word: reader.t("En cola", "Queued"), text: String::new() },
    }
}

/// For how long an active service runs.
pub fn active_until(a: &Activation, reader: Reader<'_>) -> String {
    match (a.offer_kind, a.expires_at) {
        (OfferKind::Subscription, _) => {
            reader.t("Suscripción: cada mes se paga cuando termina.", "Subscription: each month is paid when it ends.")
        }
        (_, Some(end)) => format!("{} {}", reader.t("Hasta el", "Until"), moment(end, reader.zone, reader.locale)),
        (_, None) => reader.t("Para siempre", "For good"),
    }
}

fn on_day(a: &Activation, reader: Reader<'_>) -> String {
    match a.ended_at {
        Some(at) => format!("{} {}", reader.t("El", "On"), day(at, reader.zone, reader.locale)),
        None => String::new(),
    }
}

/// Where the money of a purchase is.
pub fn of_payment(p: &Payment, reader: Reader<'_>) -> Told {
    use PaymentState as S;
    let told = |status, word: String, text: String| Told { status, word, text };
    let borne = || {
        reader.t(
            "Tu servicio sigue activo. El importe lo asumimos nosotros.",
            "Your service stays active. We bear the amount.",
        )
    };
    match (p.state, p.settlement) {
        (S::Initiated, _) if p.authentication_url.is_some() => told(
            Status::Warning,
            reader.t("Confírmalo en tu banco", "Confirm with your bank"),
            reader.t("Hasta entonces no se retiene nada.", "Until then nothing is held."),
        ),
        (S::Initiated | S::Pending | S::Unknown, _) => told(
            Status::Waiting,
            reader.t("Esperando a tu banco", "Waiting for your bank"),
            reader.t("Todavía no cobrado.", "Not charged yet."),
        ),
        (S::HeldForActivation, _) => {
            let word = match p.capture_before {
                Some(until) => {
                    format!("{} {}", reader.t("Retenido hasta", "Held until"), day(until, reader.zone, reader.locale))
                }
                None => reader.t("Retenido", "Held"),
            };
            let text = reader.t(
                "No cobrado: se cobra solo si el coche confirma.",
                "Not charged: you are charged only if the car confirms.",
            );
            told(Status::Held, word, text)
        }
        (S::Charged, Settlement::Failed) => told(
            Status::Warning,
            reader.t("Tu banco no lo ha completado", "Not completed by your bank"),
            reader.t("El servicio sigue activo.", "The service stays active."),
        ),
        (S::Charged, Settlement::Absorbed) => told(Status::Ended, reader.t("No cobrado", "Not charged"), borne()),
        (S::Charged, Settlement::ChargedBack) => told(
            Status::Ended,
            reader.t("Devuelto por tu banco", "Taken back by your bank"),
            reader.t("El servicio sigue activo.", "The service stays active."),
        ),
        (S::Charged, _) if p.refunded_cents > caas::kernel::money::Cents::ZERO => {
            told(Status::Ended, reader.t("Devuelto en parte", "Refunded in part"), String::new())
        }
        (S::Charged, _) => told(Status::Charged, reader.t("Cobrado", "Charged"), String::new()),
        (S::Cancelled, Settlement::Absorbed) => told(Status::Ended, reader.t("No cobrado", "Not charged"), borne()),
        (S::Cancelled | S::FailedNoCharge, _) => told(
            Status::Ended,
            reader.t("No cobrado", "Not charged"),
            if p.gateway_payment_id.is_some() {
                reader.t("Retención anulada.", "The hold was reversed.")
            } else {
                String::new()
            },
        ),
        (S::Refunded, _) => told(
            Status::Ended,
            reader.t("Devuelto", "Refunded"),
            reader.t("Al método con el que pagaste.", "To the method you paid with."),
        ),
        (S::Rejected, _) => {
            let reason = p.decline_reason.as_deref().map(|code| reason_in_words(code, reader.locale));
            let nothing = reader.t("No cobrado.", "Not charged.");
            let text = format!("{} {nothing}", reason.unwrap_or_default());
            told(Status::Failed, reader.t("Rechazado", "Declined"), text.trim().to_owned())
        }
    }
}
