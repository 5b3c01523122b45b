//! The whole story of an order in finished words.

use super::money;
use super::path_of;
use super::state::Stage;
use super::timeline;
use crate::islands::{ActivationStory, StoryActions, StoryLink, StoryNext, StoryQuestion};
use crate::ui::Tone;
use crate::web::{WebContext, dates};
use caas::activation::model::ActivationState;
use caas::activation::repository::Activation;
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::purchases::view::OrderView;

/// In the address: the question before cancelling is asked.
const CANCEL: &str = "cancelar";

/// What the words depend on beside the order.
pub(super) struct Reader<'a> {
    pub locale: Locale,
    pub zone: &'a str,
    pub now: Timestamp,
    pub max_attempts: i64,
}

/// Tells an order's story.
pub(super) fn tell(web: &WebContext, order: &OrderView) -> ActivationStory {
    let reader = Reader {
        locale: web.locale,
        zone: web.user.as_ref().map_or("UTC", |user| &user.time_zone),
        now: web.caas.now(),
        max_attempts: web.caas.policies.retry.max_attempts,
    };
    let stage = Stage::of(order);
    let money = money::tell(order, stage, reader.zone, reader.locale);
    let waits_for_ticket = order.activation.state == ActivationState::EscalatedToSupport;
    ActivationStory {
        live: stage.is_under_way() || stage == Stage::WithSupport && waits_for_ticket || money.is_moving,
        tone: tone(stage),
        headline: headline(order, stage, &reader),
        amount_label: money.label.to_owned(),
        amount: money.amount,
        money: money.sentence,
        entries: timeline::entries(order, stage, &reader),
        next: next(&order.activation, order, stage, &reader),
        actions: actions(web, order, stage),
    }
}

fn tone(stage: Stage) -> Tone {
    match stage {
        Stage::Active => Tone::Done,
        Stage::BankWantsYou => Tone::Info,
        Stage::BankRefused | Stage::WithSupport | Stage::Failed | Stage::Suspended => Tone::Problem,
        Stage::NeverPaid | Stage::Expired | Stage::Withdrawn | Stage::Cancelled | Stage::Ended => Tone::Neutral,
        Stage::AskingBank
        | Stage::BankSilent
        | Stage::Queued
        | Stage::Trying
        | Stage::WaitingToRetry
        | Stage::Delayed => Tone::Waiting,
    }
}

fn headline(order: &OrderView, stage: Stage, reader: &Reader<'_>) -> String {
    let locale = reader.locale;
    let activation = &order.activation;
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    match stage {
        Stage::AskingBank => t("Pidiendo la retención a tu banco…", "Asking your bank for the hold…"),
        Stage::BankSilent => t("Comprobando el pago con el banco…", "Checking the payment with the bank…"),
        Stage::BankWantsYou => t("Tu banco te pide que confirmes el pago", "Your bank asks you to confirm the payment"),
        Stage::BankRefused => t("Tu banco no ha aceptado el pago", "Your bank did not accept the payment"),
        Stage::NeverPaid => t("El pedido ha caducado sin pago", "The order lapsed without payment"),
        Stage::Queued => t("En cola: tu coche es el siguiente paso", "Queued: your car is the next step"),
        Stage::Trying => {
            format!("{} {}", t("Activando…", "Activating…"), attempt_of(activation.total_attempts.max(1), reader))
        }
        Stage::WaitingToRetry => {
            format!(
                "{} {}",
                t("Lo intentaremos de nuevo:", "We will try again:"),
                attempt_of(activation.total_attempts + 1, reader)
            )
        }
        Stage::Delayed => t(
            "Retrasado: el sistema que habla con los coches está en pausa",
            "Delayed: the system that talks to the cars is paused",
        ),
        Stage::WithSupport if activation.state == ActivationState::ManualActivationAttempt => {
            t("Una persona de soporte lo está intentando ahora", "Somebody in support is trying it now")
        }
        Stage::WithSupport => {
            t("No se ha podido activar: lo mira una persona", "It could not be activated: a person looks into it")
        }
        Stage::Failed => t("No se ha podido activar", "It could not be activated"),
        Stage::Active => match (activation.expires_at, locale) {
            (Some(until), Locale::Es) => format!("Activo hasta el {}", when::moment(until, reader.zone, locale)),
            (Some(until), Locale::En) => format!("Active until {}", when::moment(until, reader.zone, locale)),
            (None, _) => t("Activo: tu coche lo ha confirmado", "Active: your car has confirmed it"),
        },
        Stage::Expired => t("Terminado: el tiempo contratado se ha cumplido", "Ended: the time you bought is over"),
        Stage::Withdrawn => t("Has desistido del contrato", "You have withdrawn from the contract"),
        Stage::Suspended => t("Suspendido por falta de pago", "Suspended for lack of payment"),
        Stage::Cancelled => t("Pedido cancelado", "Order cancelled"),
        Stage::Ended => t("Suscripción terminada", "Subscription ended"),
    }
}

/// "intento 2 de 5"; without the total when somebody in support went beyond it.
pub(super) fn attempt_of(number: i64, reader: &Reader<'_>) -> String {
    let word = reader.locale.t("intento", "attempt");
    if number > reader.max_attempts {
        return format!("{word} {number}");
    }
    format!("{word} {number} {} {}", reader.locale.t("de", "of"), reader.max_attempts)
}

fn next(activation: &Activation, order: &OrderView, stage: Stage, reader: &Reader<'_>) -> Option<StoryNext> {
    if stage != Stage::WaitingToRetry {
        return None;
    }
    let at = activation.next_attempt_at?;
    let locale = reader.locale;
    let began = order.attempts.last().and_then(|attempt| attempt.ended_at).unwrap_or(reader.now);
    let seconds =
        |wait: chrono::TimeDelta| u32::try_from((wait.num_milliseconds() + 999).max(0) / 1000).unwrap_or(u32::MAX);
    let advice = advice(activation.last_failure.as_deref().unwrap_or_default(), locale);
    Some(StoryNext {
        title: match locale {
            Locale::Es => format!("Siguiente {}", attempt_of(activation.total_attempts + 1, reader)),
            Locale::En => format!("Next: {}", attempt_of(activation.total_attempts + 1, reader)),
        },
        time: match locale {
            Locale::Es => format!("a las {}", dates::clock(at, reader.zone, locale)),
            Locale::En => format!("at {}", dates::clock(at, reader.zone, locale)),
        },
        datetime: dates::exact(at),
        text: advice.to_owned(),
        seconds_left: seconds(at - reader.now),
        seconds_in_all: seconds(at - began),
    })
}

/// What the customer can do so that the next attempt succeeds.
fn advice(code: &str, locale: Locale) -> &'static str {
    match code {
        "VEHICLE_OFFLINE" => locale.t(
            "Ayuda dejar el coche donde tenga cobertura. No tienes que hacer nada más.",
            "It helps to leave the car where there is coverage. Nothing else is needed of you.",
        ),
        "VEHICLE_DRIVING" => locale.t(
            "El coche recibe la orden cuando está aparcado. No tienes que hacer nada más.",
            "The car takes the order when it is parked. Nothing else is needed of you.",
        ),
        "VEHICLE_POWERED_OFF" => locale.t(
            "Ayuda encender el coche un momento. No tienes que hacer nada más.",
            "It helps to switch the car on for a moment. Nothing else is needed of you.",
        ),
        _ => locale.t("No tienes que hacer nada.", "Nothing is needed of you."),
    }
}

fn actions(web: &WebContext, order: &OrderView, stage: Stage) -> StoryActions {
    let locale = web.locale;
    let open = web.query(CANCEL).is_some();
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    let activation = &order.activation;
    let bank = (stage == Stage::BankWantsYou)
        .then(|| order.payment.as_ref().and_then(|payment| payment.authentication_url.clone()))
        .flatten()
        .map(|href| StoryLink { href, label: t("Confirmar con el banco", "Confirm with the bank") });
    let cancel = order.can_cancel().then(|| StoryQuestion {
        opener: t("Cancelar el pedido", "Cancel the order"),
        title: t("¿Cancelar el pedido?", "Cancel the order?"),
        text: if activation.payment_id.is_some() && activation.activation_queued_at.is_some() {
            t(
                "Dejamos de intentarlo y anulamos la retención. No se te cobra nada.",
                "We stop trying and release the hold. You are not charged.",
            )
        } else {
            t("Dejamos de intentarlo. No se te cobra nada.", "We stop trying. You are not charged.")
        } + locale.t(
            " Si en este momento estamos hablando con el banco o con el coche, se cancela en cuanto contesten.",
            " If we are talking to the bank or the car right now, it is cancelled as soon as they have answered.",
        ),
        button: t("Sí, cancelar el pedido", "Yes, cancel the order"),
        // Where the page loads itself anew it would close the question under somebody's hands.
        href: if open || web.has_script { String::new() } else { format!("{}?{CANCEL}=si", path_of(activation.id)) },
        open,
    });
    let may_order_again = matches!(stage, Stage::BankRefused | Stage::NeverPaid | Stage::Cancelled);
    let again = may_order_again.then(|| StoryLink {
        href: format!("/comprar/{}?coche={}", activation.offer_id, activation.vehicle_id),
        label: if stage == Stage::BankRefused {
            t("Probar de nuevo", "Try again")
        } else {
            t("Pedirlo de nuevo", "Order it again")
        },
    });
    let note = if order.is_being_cancelled() && stage.is_under_way() {
        t(
            "Has cancelado este pedido: se cancela en cuanto contesten el banco o el coche.",
            "You have cancelled this order: it is done as soon as the bank or the car has answered.",
        )
    } else {
        String::new()
    };
    StoryActions {
        id: activation.id.to_string(),
        cancel,
        bank,
        confirmed: t("Ya he confirmado", "I have confirmed"),
        again,
        note,
    }
}
