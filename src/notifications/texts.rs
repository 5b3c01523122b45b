//! The words of the messages. A failure says that nothing was charged; a reversed hold is never called a refund.

use super::model::NoticeEvent;
use super::service::Notice;
use crate::activation::model::ErrorCode;
use crate::kernel::locale::Locale;
use crate::payments::model::DeclineReason;
use std::fmt::Write as _;

/// A message in one language, before it takes the form of a channel.
pub(super) struct Message {
    pub subject: String,
    pub paragraphs: Vec<String>,
    pub action: String,
}

pub(super) fn render(notice: &Notice, locale: Locale) -> Message {
    let service = notice.service.get(locale);
    let vehicle = notice.vehicle.as_str();
    let amount = notice.amount.map(|m| m.display(locale)).unwrap_or_default();
    let ticket = notice.ticket.as_deref().unwrap_or_default();
    let reason = notice.reason.as_deref().map(|code| reason_in_words(code, locale)).unwrap_or_default();
    let t = |es: String, en: String| if locale == Locale::Es { es } else { en };
    let (subject, paragraphs, action) = match notice.event {
        NoticeEvent::ServiceActive if notice.amount.is_some() => (
            t(format!("{service} ya funciona en tu coche"), format!("{service} is on in your car")),
            vec![
                t(format!("Tu {vehicle} ha confirmado que {service} está activo."), format!("Your {vehicle} confirmed that {service} is active.")),
                t(format!("Se cobran {amount}, que hasta ahora solo estaban retenidos."), format!("{amount}, so far only held, is being charged.")),
            ],
            t("Ver en el expediente".into(), "See it in your file".into()),
        ),
        NoticeEvent::ServiceActive => (
            t(format!("{service} ya funciona en tu coche"), format!("{service} is on in your car")),
            vec![
                t(format!("Tu {vehicle} ha confirmado que {service} está activo."), format!("Your {vehicle} confirmed that {service} is active.")),
                t("Hoy no se cobra nada: cada mes se paga cuando termina.".into(), "Nothing is charged today: each month is paid when it ends.".into()),
            ],
            t("Ver en el expediente".into(), "See it in your file".into()),
        ),
        NoticeEvent::PaymentDeclined => (
            t(format!("El pago de {service} no se ha aceptado"), format!("The payment for {service} was not accepted")),
            vec![
                t(format!("Tu banco no ha aceptado {amount} para {service} en tu {vehicle}. {reason}"), format!("Your bank did not accept {amount} for {service} on your {vehicle}. {reason}")),
                t("No se te ha cobrado nada y no se ha enviado nada al coche. Puedes intentarlo de nuevo ahora, con este u otro método de pago.".into(), "You have not been charged and nothing was sent to the car. You can try again now, with this or another payment method.".into()),
            ],
            t("Intentarlo de nuevo".into(), "Try again".into()),
        ),
        NoticeEvent::AuthenticationNeeded => (
            t(format!("Confirma con tu banco el pago de {service}"), format!("Confirm the payment for {service} with your bank")),
            vec![
                t(format!("Tu banco pide que confirmes {amount} para {service} en tu {vehicle}."), format!("Your bank asks you to confirm {amount} for {service} on your {vehicle}.")),
                t("Hasta entonces no se retiene ni se cobra nada.".into(), "Until then nothing is held or charged.".into()),
            ],
            t("Confirmar".into(), "Confirm".into()),
        ),
        NoticeEvent::OtaFailed => {
            let money = if notice.amount.is_some() {
                t(format!("No se te ha cobrado: la retención de {amount} queda anulada. Según tu banco puede tardar unos días en desaparecer."), format!("You have not been charged: the hold of {amount} has been reversed. Your bank may take a few days to stop showing it."))
            } else {
                t("No se te ha cobrado nada.".into(), "You have not been charged.".into())
            };
            (
                t(format!("No hemos podido activar {service}: no se te ha cobrado"), format!("We could not activate {service}: you have not been charged")),
                vec![
                    t(format!("Hemos intentado activar {service} en tu {vehicle} y no ha sido posible. {reason}"), format!("We tried to activate {service} on your {vehicle} and could not. {reason}")),
                    money,
                    t("Nuestro equipo técnico lo está mirando y te responde en menos de 24 horas. No tienes que hacer nada.".into(), "Our technical team is looking into it and will answer you within 24 hours. You don't have to do anything.".into()),
                ],
                t("Ver qué ha pasado".into(), "See what happened".into()),
            )
        }
        NoticeEvent::TicketCreated => (
            t(format!("Caso {ticket}: activación de {service}"), format!("Case {ticket}: activation of {service}")),
            vec![t(format!("Hemos abierto el caso {ticket} sobre {service} en tu {vehicle}. Lleva ya todos los datos técnicos; si nos falta algo, te escribimos."), format!("We opened case {ticket} about {service} on your {vehicle}. It already holds all technical data; if we need anything, we will write to you."))],
            t("Ver el caso".into(), "See the case".into()),
        ),
        NoticeEvent::ServiceCancelled => (
            t(format!("Has cancelado {service}"), format!("You cancelled {service}")),
            vec![
                t(format!("Hemos cancelado {service} para tu {vehicle} antes de activarlo."), format!("We cancelled {service} for your {vehicle} before it was activated.")),
                if notice.amount.is_some() {
                    t(format!("No se te ha cobrado: la retención de {amount} queda anulada."), format!("You have not been charged: the hold of {amount} has been reversed."))
                } else {
                    t("No se te ha cobrado nada.".into(), "You have not been charged.".into())
                },
            ],
            t("Ver en el expediente".into(), "See it in your file".into()),
        ),
        NoticeEvent::Refunded => (
            t(format!("Te devolvemos {amount}"), format!("We are refunding {amount}")),
            vec![t(format!("Hemos devuelto {amount} de {service} al método de pago que usaste."), format!("We refunded {amount} for {service} to the payment method you used."))],
            t("Ver en el expediente".into(), "See it in your file".into()),
        ),
        NoticeEvent::ServiceEnded => (
            t(format!("{service} ha terminado"), format!("{service} has ended")),
            vec![t(format!("El tiempo de {service} en tu {vehicle} ha terminado y el coche lo ha desactivado. Puedes contratarlo otra vez cuando quieras."), format!("The time of {service} on your {vehicle} is over and the car has switched it off. You can buy it again at any time."))],
            t("Ver el catálogo".into(), "See the catalogue".into()),
        ),
        NoticeEvent::SettlementFailed => (
            t(format!("Tu banco no ha completado el pago de {service}"), format!("Your bank did not complete the payment for {service}")),
            vec![t(format!("{service} sigue activo en tu {vehicle}, y así se queda. Tu banco no nos ha transferido los {amount}. Cuando puedas, añade otro método de pago."), format!("{service} stays active on your {vehicle}. Your bank has not transferred the {amount}. When you can, please add another payment method."))],
            t("Métodos de pago".into(), "Payment methods".into()),
        ),
        NoticeEvent::Account => (String::new(), Vec::new(), String::new()),
    };
    Message { subject, paragraphs, action }
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
            _ => locale.t("Ha habido un problema técnico.", "There was a technical problem."),
        }
    };
    words.to_owned()
}

pub(super) fn plain(message: &Message, name: &str, link: Option<&str>, locale: Locale) -> String {
    let mut text = format!("{} {name}:\n\n", locale.t("Hola,", "Hello,"));
    for paragraph in &message.paragraphs {
        let _ = writeln!(text, "{}\n", paragraph.trim());
    }
    if let Some(link) = link {
        let _ = writeln!(text, "{}:\n{link}\n", message.action);
    }
    text.push_str("CaaS · Car as a Service\n");
    text
}

pub(super) fn html(message: &Message, name: &str, link: Option<&str>, locale: Locale) -> String {
    let mut body = format!("<p>{} {}:</p>", locale.t("Hola,", "Hello,"), escape(name));
    for paragraph in &message.paragraphs {
        let _ = write!(body, "<p>{}</p>", escape(paragraph.trim()));
    }
    if let Some(link) = link {
        let _ = write!(
            body,
            "<p><a href=\"{}\" style=\"display:inline-block;padding:12px 20px;border-radius:8px;background:#0b6b3a;color:#ffffff;text-decoration:none\">{}</a></p>",
            escape(link),
            escape(&message.action)
        );
    }
    format!(
        "<!doctype html><html lang=\"{locale}\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><title>{}</title></head>\
         <body style=\"font-family:system-ui,sans-serif;line-height:1.5;max-width:36rem;margin:0 auto;padding:24px\">{body}<p style=\"opacity:.7\">CaaS · Car as a Service</p></body></html>",
        escape(&message.subject)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::UserId;
    use crate::kernel::locale::Bilingual;
    use crate::kernel::money::{Cents, Currency, Money};

    fn notice(event: NoticeEvent) -> Notice {
        Notice {
            user: UserId(uuid::Uuid::nil()),
            event,
            key: "k".into(),
            service: Bilingual { es: "Suspensión <activa>".into(), en: "Active suspension".into() },
            vehicle: "Lince".into(),
            amount: Some(Money::new(Cents(2990), Currency::Eur)),
            reason: Some("VEHICLE_OFFLINE".into()),
            ticket: Some("OTA-000001".into()),
            link: "/expediente".into(),
        }
    }

    #[test]
    fn a_failure_says_that_nothing_was_charged_and_never_speaks_of_a_refund() {
        for event in [NoticeEvent::OtaFailed, NoticeEvent::PaymentDeclined, NoticeEvent::ServiceCancelled] {
            let es = render(&notice(event), Locale::Es).paragraphs.join(" ").to_lowercase();
            assert!(es.contains("no se te ha cobrado"), "{es}");
            assert!(!es.contains("devol") && !es.contains("reembols"), "{es}");
            let en = render(&notice(event), Locale::En).paragraphs.join(" ").to_lowercase();
            assert!(en.contains("you have not been charged"), "{en}");
            assert!(!en.contains("refund"), "{en}");
        }
    }

    #[test]
    fn every_message_has_words_in_both_languages() {
        for &event in NoticeEvent::ALL {
            if event == NoticeEvent::Account {
                continue;
            }
            for &locale in Locale::ALL {
                let message = render(&notice(event), locale);
                assert!(!message.subject.is_empty() && !message.paragraphs.is_empty() && !message.action.is_empty());
                let all = format!("{} {}", message.subject, message.paragraphs.join(" "));
                assert!(!all.contains('!') && !all.contains("  "), "{all}");
            }
        }
    }

    #[test]
    fn html_mail_escapes_what_it_shows() {
        let message = render(&notice(NoticeEvent::OtaFailed), Locale::Es);
        let html = html(&message, "<b>Eva</b>", Some("https://caas.example/?a=1&b=2"), Locale::Es);
        assert!(!html.contains("<activa>") && !html.contains("<b>Eva"), "{html}");
        assert!(html.contains("a=1&amp;b=2"));
    }
}
