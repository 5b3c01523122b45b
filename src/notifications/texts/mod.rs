//! The words of the messages. A failure says that nothing was charged; a reversed hold is never called a refund.

mod account;
mod cars;
mod money;
mod services;
mod support;

pub use money::{BY_CUSTOMER, HAD_ENDED, OF_SUBSCRIPTION};

use super::model::{NoticeEvent, NoticeGroup};
use super::service::Notice;
use crate::activation::model::ErrorCode;
use crate::kernel::locale::Locale;
use crate::payments::model::DeclineReason;

/// A message in one language, before it takes the form of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// All of it in a sentence or two, for the screen of a locked telephone.
    pub short: String,
    /// All of it.
    pub paragraphs: Vec<String>,
    /// What the link says.
    pub action: String,
}

/// Text in the language it was made for, from both: `words.t(es, en)`.
#[derive(Clone, Copy)]
struct Words(Locale);

impl Words {
    fn t(self, es: impl Into<String>, en: impl Into<String>) -> String {
        if self.0 == Locale::Es { es.into() } else { en.into() }
    }
}

/// The facts of a notice in the reader's language.
struct Facts<'a> {
    service: &'a str,
    vehicle: &'a str,
    amount: String,
    ticket: &'a str,
    reason: String,
    /// What an agent wrote, a date, a step, and what follows from it: a paragraph a line.
    text: Vec<String>,
}

impl Facts<'_> {
    /// The paragraphs with what somebody wrote between them.
    fn with_text(&self, before: Vec<String>, after: Vec<String>) -> Vec<String> {
        before.into_iter().chain(self.text.iter().cloned()).chain(after).collect()
    }
}

/// A notice in words.
pub fn render(notice: &Notice, locale: Locale) -> Message {
    let facts = Facts {
        service: notice.service.get(locale),
        vehicle: notice.vehicle.as_str(),
        amount: notice.amount.map(|amount| amount.display(locale)).unwrap_or_default(),
        ticket: notice.ticket.as_deref().unwrap_or_default(),
        reason: notice.reason.as_deref().map(|code| reason_in_words(code, locale)).unwrap_or_default(),
        text: notice
            .text
            .iter()
            .flat_map(|text| text.lines())
            .chain(notice.more.iter().map(|both| both.get(locale)))
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    let words = Words(locale);
    let mut message = match notice.event.plan().group {
        NoticeGroup::Services | NoticeGroup::Problems => services::say(notice, &facts, words),
        NoticeGroup::Support | NoticeGroup::Staff => support::say(notice.event, &facts, words),
        NoticeGroup::Payments => money::say(notice, &facts, words),
        NoticeGroup::Vehicle | NoticeGroup::Order => cars::say(notice.event, &facts, words),
        NoticeGroup::Account => account::say(notice.event, &facts, words),
    };
    for text in message.paragraphs.iter_mut().chain([&mut message.short]) {
        *text = text.trim().to_owned();
    }
    message
}

fn message(subject: String, short: String, paragraphs: Vec<String>, action: String) -> Message {
    Message { subject, short, paragraphs, action }
}

/// Every event belongs to the file of its group.
fn elsewhere(event: NoticeEvent) -> Message {
    tracing::error!(%event, "notice_without_words");
    message(event.to_string(), String::new(), Vec::new(), String::new())
}

/// Why something failed, for somebody who is no engineer. Unknown codes are explained in general.
pub fn reason_in_words(code: &str, locale: Locale) -> String {
    let words = if let Ok(code) = code.parse::<ErrorCode>() {
        match code {
            ErrorCode::VehicleOffline => locale.t("El coche no tenía conexión.", "The car was offline."),
            ErrorCode::VehicleBusy => {
                locale.t("El coche estaba ocupado con otra tarea.", "The car was busy with something else.")
            }
            ErrorCode::VehicleDriving => locale.t("El coche estaba en marcha.", "The car was being driven."),
            ErrorCode::VehiclePoweredOff => locale.t("El coche estaba apagado.", "The car was switched off."),
            ErrorCode::Timeout => locale.t("El coche no respondió a tiempo.", "The car did not answer in time."),
            ErrorCode::ConfigConflict => {
                locale.t("Choca con otra configuración del coche.", "It conflicts with another setting of the car.")
            }
            ErrorCode::UnsupportedFirmware => {
                locale.t("El software del coche es demasiado antiguo.", "The car's software is too old.")
            }
            ErrorCode::ModuleFault => {
                locale.t("Un módulo del coche ha informado de un fallo.", "A module of the car reported a fault.")
            }
            ErrorCode::UnknownService => {
                locale.t("El coche no reconoce este servicio.", "The car does not know this service.")
            }
        }
    } else if let Ok(reason) = code.parse::<DeclineReason>() {
        match reason {
            DeclineReason::InsufficientFunds => locale.t("No hay saldo suficiente.", "There are not enough funds."),
            DeclineReason::DoNotHonor => {
                locale.t("El banco no ha dado más explicación.", "The bank gave no further reason.")
            }
            DeclineReason::TryAgainLater => {
                locale.t("El banco pide intentarlo más tarde.", "The bank asks to try again later.")
            }
            DeclineReason::AuthenticationRequired => {
                locale.t("El banco pide tu confirmación.", "The bank asks for your confirmation.")
            }
            DeclineReason::ExpiredCard => locale.t("La tarjeta ha caducado.", "The card has expired."),
            DeclineReason::StolenCard => locale.t("La tarjeta está bloqueada.", "The card is blocked."),
            DeclineReason::InvalidMethod => {
                locale.t("El método de pago ya no es válido.", "The payment method is no longer valid.")
            }
        }
    } else {
        match code {
            "IOT_UNAVAILABLE" => locale.t(
                "El sistema que habla con los coches no respondía.",
                "The system that talks to the cars did not respond.",
            ),
            "DEADLINE" => locale.t("Se ha agotado el plazo de 24 horas.", "The 24-hour limit has passed."),
            "MAINTENANCE_OVERDUE" => locale.t(
                "El mantenimiento que pide el servicio lleva demasiado tiempo pendiente.",
                "The maintenance that the service asks for has been overdue for too long.",
            ),
            "VSS_SILENT" => locale.t(
                "El sistema de los talleres no respondía y no se pudo comprobar el mantenimiento.",
                "The workshops' system did not respond, so maintenance could not be checked.",
            ),
            "FINAL_PAYMENT_OVERDUE" => {
                locale.t("El plazo para pagarlo ha terminado.", "The time for paying it is over.")
            }
            _ => locale.t("Ha habido un problema técnico.", "There was a technical problem."),
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::samples::sample;

    #[test]
    fn a_failure_says_that_nothing_was_charged_and_never_speaks_of_a_refund() {
        for &event in NoticeEvent::ALL.iter().filter(|event| event.promises_no_charge()) {
            let es = render(&sample(event), Locale::Es);
            let en = render(&sample(event), Locale::En);
            for text in [es.paragraphs.join(" "), es.short] {
                let text = text.to_lowercase();
                assert!(text.contains("no se te ha cobrado"), "{event}: {text}");
                assert!(!text.contains("devol") && !text.contains("reembols"), "{event}: {text}");
            }
            for text in [en.paragraphs.join(" "), en.short] {
                let text = text.to_lowercase();
                assert!(text.contains("you have not been charged"), "{event}: {text}");
                assert!(!text.contains("refund"), "{event}: {text}");
            }
        }
    }

    #[test]
    fn every_message_has_words_in_both_languages() {
        for &event in NoticeEvent::ALL.iter().filter(|event| **event != NoticeEvent::Account) {
            let (es, en) = (render(&sample(event), Locale::Es), render(&sample(event), Locale::En));
            assert!(es != en && es.subject != event.as_str(), "{event}");
            for message in [es, en] {
                let Message { subject, short, paragraphs, action } = &message;
                assert!(!subject.is_empty() && !paragraphs.is_empty() && !action.is_empty(), "{message:?}");
                let all = format!("{subject} {short} {}", paragraphs.join(" "));
                assert!(!short.is_empty() && !all.contains('!') && !all.contains("  "), "{all}");
            }
        }
    }

    #[test]
    fn money_of_a_car_is_told_to_the_end() {
        let all = |event, locale| {
            let said = render(&sample(event), locale);
            format!("{} {}", said.subject, said.paragraphs.join(" "))
        };
        let lost = all(NoticeEvent::FinalPaymentFailed, Locale::Es);
        for fact in
            ["Lince", "27.990,00", "no se te ha cobrado nada", "señal de 3.000,00", "no se devuelve", "cancelado"]
        {
            assert!(lost.contains(fact), "{fact} in {lost}");
        }
        let arrived = all(NoticeEvent::Arrived, Locale::En);
        for fact in ["at the dealership", "27,990.00", "until 30 November 2026", "not returned"] {
            assert!(arrived.contains(fact), "{fact} in {arrived}");
        }
        let reminder = all(NoticeEvent::FinalPaymentReminder, Locale::Es);
        for fact in ["Recordatorio", "27.990,00", "hasta el 30 de noviembre de 2026", "no se devuelve"] {
            assert!(reminder.contains(fact), "{fact} in {reminder}");
        }
        let reservation = all(NoticeEvent::ReservationDue, Locale::Es);
        for fact in ["Lince", "la señal de 3.000,00", "no pagues nada"] {
            assert!(reservation.contains(fact), "{fact} in {reservation}");
        }
        let mut notice = Notice { of_car: true, ..sample(NoticeEvent::PaymentDeclined) };
        notice.service = crate::kernel::locale::Bilingual { es: "la señal".into(), en: "the reservation".into() };
        let declined = render(&notice, Locale::En).paragraphs.join(" ");
        assert!(
            declined.contains("You have not been charged") && declined.contains("no car was ordered"),
            "{declined}"
        );
        assert!(!declined.to_lowercase().contains("refund"), "{declined}");
    }

    #[test]
    fn a_message_names_what_it_is_about() {
        let said = render(&sample(NoticeEvent::OtaFailed), Locale::Es);
        let all = format!("{} {}", said.subject, said.paragraphs.join(" "));
        for fact in ["Asientos calefactados", "Lince", "29,90", "no tenía conexión", "24 horas"] {
            assert!(all.contains(fact), "{fact} in {all}");
        }
    }
}
