//! What happened, oldest first.

use super::money::stamp;
use super::page::{price, term};
use super::state::Stage;
use super::story::{Reader, attempt_of};
use crate::islands::{StoryEntry, StoryMark};
use crate::ui::Tone;
use crate::web::dates;
use caas::activation::repository::Attempt;
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::notifications::service::reason_in_words;
use caas::payments::model::PaymentState;
use caas::purchases::view::OrderView;

/// Every entry of the story.
pub(super) fn entries(order: &OrderView, stage: Stage, reader: &Reader<'_>) -> Vec<StoryEntry> {
    let mut entries = vec![ordered(order, reader)];
    entries.extend(hold(order, stage, reader));
    entries.extend(order.attempts.iter().map(|attempt| one_attempt(attempt, reader)));
    entries.extend(waiting(order, stage, reader));
    entries.extend(support(order, stage, reader));
    entries.extend(money_at_the_end(order, stage, reader));
    entries.extend(end(order, stage, reader));
    entries
}

fn entry(
    mark: StoryMark,
    tone: Tone,
    title: impl Into<String>,
    at: Option<Timestamp>,
    text: impl Into<String>,
    reader: &Reader<'_>,
) -> StoryEntry {
    let (time, datetime) = at.map(|at| stamp(at, reader.now, reader.zone, reader.locale)).unwrap_or_default();
    StoryEntry { mark, tone, title: title.into(), time, datetime, text: text.into(), current: false }
}

fn current(entry: StoryEntry) -> StoryEntry {
    StoryEntry { current: true, ..entry }
}

fn ordered(order: &OrderView, reader: &Reader<'_>) -> StoryEntry {
    let locale = reader.locale;
    let activation = &order.activation;
    let text = format!("{}, {}", term(activation.offer_kind, activation.days, locale), price(order, locale));
    entry(StoryMark::Ordered, Tone::Neutral, locale.t("Pedido", "Ordered"), Some(activation.created_at), text, reader)
}

/// The bank's part before the car is told.
fn hold(order: &OrderView, stage: Stage, reader: &Reader<'_>) -> Option<StoryEntry> {
    let locale = reader.locale;
    let payment = order.payment.as_ref()?;
    let amount = payment.amount().display(locale);
    let method = order.method.as_ref().map(|method| method.label(locale)).unwrap_or_default();
    if let Some(at) = order.activation.activation_queued_at {
        let title = match locale {
            Locale::Es => format!("Retenidos {amount}"),
            Locale::En => format!("{amount} held"),
        };
        let text = match (payment.capture_before, locale) {
            (Some(until), Locale::Es) => format!(
                "En tu {method}, como mucho hasta el {}. No es un cobro.",
                when::day(until, reader.zone, locale)
            ),
            (Some(until), Locale::En) => format!(
                "On your {method}, until {} at most. It is not a charge.",
                when::day(until, reader.zone, locale)
            ),
            (None, Locale::Es) => format!("En tu {method}. No es un cobro."),
            (None, Locale::En) => format!("On your {method}. It is not a charge."),
        };
        return Some(entry(StoryMark::Held, Tone::Neutral, title, Some(at), text, reader));
    }
    let reason = || payment.decline_reason.as_deref().map(|code| reason_in_words(code, locale)).unwrap_or_default();
    Some(match stage {
        Stage::AskingBank => current(entry(
            StoryMark::Held,
            Tone::Waiting,
            locale.t("El banco comprueba la retención", "The bank checks the hold"),
            None,
            match locale {
                Locale::Es => format!("Hemos pedido que retenga {amount} en tu {method}. Suele tardar segundos."),
                Locale::En => format!("We have asked it to hold {amount} on your {method}. It usually takes seconds."),
            },
            reader,
        )),
        Stage::BankSilent => current(entry(
            StoryMark::Waiting,
            Tone::Waiting,
            locale.t("El banco no ha contestado", "The bank has not answered"),
            None,
            locale.t(
                "Le preguntamos qué ha hecho con nuestra petición antes de hacer nada más.",
                "We ask what it did with our request before we do anything else.",
            ),
            reader,
        )),
        Stage::BankWantsYou => current(entry(
            StoryMark::Held,
            Tone::Info,
            locale.t("El banco espera tu confirmación", "The bank waits for your confirmation"),
            None,
            locale.t(
                "Es un paso de seguridad de tu banco. Cuando confirmes, seguimos solos.",
                "It is a security step of your bank. Once you confirm, we go on by ourselves.",
            ),
            reader,
        )),
        Stage::BankRefused => entry(
            StoryMark::Refused,
            Tone::Problem,
            locale.t("El banco ha dicho que no", "The bank said no"),
            order.activation.ended_at,
            format!(
                "{} {}",
                reason(),
                locale.t("Puedes probar otra vez o con otra tarjeta.", "You can try again or with another card.")
            ),
            reader,
        ),
        Stage::NeverPaid => entry(
            StoryMark::Ended,
            Tone::Neutral,
            locale.t("Sin pago a tiempo", "No payment in time"),
            order.activation.ended_at,
            locale.t("No llegamos a pedir nada a tu coche.", "Your car was never asked for anything."),
            reader,
        ),
        _ => return None,
    })
}

fn one_attempt(attempt: &Attempt, reader: &Reader<'_>) -> StoryEntry {
    let locale = reader.locale;
    let name = if attempt.manual {
        locale.t("Intento a mano de soporte", "Attempt by hand by support").to_owned()
    } else {
        capitalised(&attempt_of(attempt.attempt_number, reader))
    };
    let at = Some(attempt.attempt_timestamp);
    match attempt.attempt_result.as_deref() {
        None => {
            let text = match attempt.answer_due_at {
                Some(due) if attempt.ota_command_sent => {
                    let due = dates::clock(due, reader.zone, locale);
                    match locale {
                        Locale::Es => {
                            format!("La orden está enviada. El coche tiene hasta las {due} para confirmarla.")
                        }
                        Locale::En => format!("The order is sent. The car has until {due} to confirm it."),
                    }
                }
                _ => locale.t("Preguntando al coche cómo está.", "Asking the car how it is.").to_owned(),
            };
            let title = format!("{name}: {}", locale.t("en marcha", "under way"));
            current(entry(StoryMark::Attempt, Tone::Waiting, title, at, text, reader))
        }
        Some("SUCCESS") => {
            let title = format!("{name}: {}", locale.t("tu coche lo ha confirmado", "your car has confirmed"));
            entry(StoryMark::Confirmed, Tone::Done, title, attempt.ended_at.or(at), "", reader)
        }
        Some(_) => {
            let reason = reason_in_words(attempt.ota_response_code.as_deref().unwrap_or_default(), locale);
            let command = if attempt.ota_command_sent {
                locale.t(
                    "La orden se envió, pero el coche no la confirmó.",
                    "The order was sent, but the car did not confirm it.",
                )
            } else {
                locale.t("No se le envió ninguna orden.", "No order was sent to it.")
            };
            let title = format!("{name}: {}", locale.t("sin éxito", "without success"));
            entry(StoryMark::Attempt, Tone::Waiting, title, at, format!("{reason} {command}"), reader)
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What is waited for without a countdown.
fn waiting(order: &OrderView, stage: Stage, reader: &Reader<'_>) -> Option<StoryEntry> {
    let locale = reader.locale;
    match stage {
        Stage::Delayed => Some(current(entry(
            StoryMark::Waiting,
            Tone::Waiting,
            locale.t("Retrasado", "Delayed"),
            order.activation.delayed_since,
            locale.t(
                "El sistema que habla con los coches no respondía y le damos un descanso. Tu pedido guarda su sitio y no gasta ningún intento.",
                "The system that talks to the cars did not respond and is given a rest. Your order keeps its place and uses up no attempt.",
            ),
            reader,
        ))),
        Stage::Queued => Some(current(entry(
            StoryMark::Waiting,
            Tone::Waiting,
            locale.t("En cola", "Queued"),
            None,
            locale.t("El primer intento empieza enseguida.", "The first attempt begins in a moment."),
            reader,
        ))),
        _ => None,
    }
}

fn support(order: &OrderView, stage: Stage, reader: &Reader<'_>) -> Option<StoryEntry> {
    let locale = reader.locale;
    let gave_up = matches!(stage, Stage::WithSupport | Stage::Failed);
    if !gave_up && order.ticket.is_none() {
        return None;
    }
    let title = match &order.ticket {
        Some(number) => format!("{} {number}", locale.t("Caso de soporte", "Support case")),
        None => locale.t("Pasa a una persona de soporte", "Handed to a person in support").to_owned(),
    };
    let reason = match order.activation.last_failure.as_deref() {
        Some(code) if !stage.is_delivered() => reason_in_words(code, locale),
        _ => String::new(),
    };
    let promise = if stage == Stage::WithSupport {
        locale.t(
            "Una persona lo mira y te contesta antes de 24 horas.",
            "A person looks into it and answers you within 24 hours.",
        )
    } else {
        ""
    };
    let at = order.attempts.last().and_then(|attempt| attempt.ended_at);
    let tone = if stage.is_delivered() { Tone::Neutral } else { Tone::Problem };
    Some(entry(StoryMark::Ticket, tone, title, at, format!("{reason} {promise}").trim(), reader))
}

fn money_at_the_end(order: &OrderView, stage: Stage, reader: &Reader<'_>) -> Option<StoryEntry> {
    let locale = reader.locale;
    let payment = order.payment.as_ref()?;
    let amount = payment.amount().display(locale);
    let t = |es: &str, en: &str| match locale {
        Locale::Es => es.replace("{}", &amount),
        Locale::En => en.replace("{}", &amount),
    };
    match payment.state {
        PaymentState::Charged => {
            Some(entry(StoryMark::Charged, Tone::Done, t("Cobrados {}", "{} charged"), payment.captured_at, "", reader))
        }
        PaymentState::HeldForActivation if stage.is_delivered() => {
            Some(current(entry(StoryMark::Charged, Tone::Waiting, t("Cobrando {}", "Charging {}"), None, "", reader)))
        }
        PaymentState::HeldForActivation if !stage.is_under_way() => Some(current(entry(
            StoryMark::Released,
            Tone::Waiting,
            t("Anulando la retención de {}", "Releasing the hold of {}"),
            None,
            "",
            reader,
        ))),
        PaymentState::FailedNoCharge => Some(released(&t("Retención de {} anulada", "Hold of {} released"), reader)),
        PaymentState::Cancelled if payment.capture_before.is_some() && !stage.is_delivered() => {
            Some(released(&t("Retención de {} anulada", "Hold of {} released"), reader))
        }
        PaymentState::Refunded => {
            Some(entry(StoryMark::Released, Tone::Neutral, t("Devueltos {}", "{} refunded"), None, "", reader))
        }
        _ => None,
    }
}

fn released(title: &str, reader: &Reader<'_>) -> StoryEntry {
    let text = reader.locale.t(
        "Según tu banco, puede tardar unos días en verse en tu cuenta.",
        "Depending on your bank, it may take some days to show in your account.",
    );
    entry(StoryMark::Released, Tone::Neutral, title, None, text, reader)
}

fn end(order: &OrderView, stage: Stage, reader: &Reader<'_>) -> Option<StoryEntry> {
    let locale = reader.locale;
    let title = match stage {
        Stage::Expired => locale.t("Desactivado al cumplirse el tiempo", "Switched off when its time was over"),
        Stage::Withdrawn => locale.t("Desactivado tras tu desistimiento", "Switched off after your withdrawal"),
        Stage::Suspended => locale.t("Desactivado por falta de pago", "Switched off for lack of payment"),
        Stage::Cancelled => locale.t("Cancelado por ti", "Cancelled by you"),
        Stage::Ended => locale.t("Suscripción terminada", "Subscription ended"),
        _ => return None,
    };
    Some(entry(StoryMark::Ended, Tone::Neutral, title, order.activation.ended_at, "", reader))
}
