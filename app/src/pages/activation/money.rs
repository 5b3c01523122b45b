//! Where the money is, in one sentence that is always there.

use super::state::Stage;
use crate::web::dates;
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::kernel::when;
use caas::payments::model::{PaymentState, Settlement};
use caas::payments::repository::Payment;
use caas::purchases::view::OrderView;

/// The money side, ready to be read.
pub(super) struct MoneyWords {
    /// What the amount is.
    pub label: &'static str,
    /// Complete amount.
    pub amount: String,
    /// The sentence.
    pub sentence: String,
    /// The bank still has to do something.
    pub is_moving: bool,
}

pub(super) fn tell(order: &OrderView, stage: Stage, zone: &str, locale: Locale) -> MoneyWords {
    match &order.payment {
        Some(payment) => one_payment(payment, stage, zone, locale),
        None if order.activation.is_included() => included(order, stage, locale),
        None => subscription(order, stage, locale),
    }
}

/// It came with the car: nothing is held, charged or billed.
fn included(order: &OrderView, stage: Stage, locale: Locale) -> MoneyWords {
    let delivered =
        locale.t("Viene incluido con tu coche: no se cobra nada.", "It comes with your car: nothing is charged.");
    let failed = locale.t(
        "Viene incluido con tu coche: no se te ha cobrado nada, ni se te cobrará.",
        "It comes with your car: you have not been charged, and will not be.",
    );
    MoneyWords {
        label: locale.t("Cobrado", "Charged"),
        amount: order.activation.price().display(locale),
        sentence: if stage.is_delivered() || stage.is_under_way() { delivered } else { failed }.to_owned(),
        is_moving: false,
    }
}

/// Billed after each month: nothing is held, nothing is charged now.
fn subscription(order: &OrderView, stage: Stage, locale: Locale) -> MoneyWords {
    let price = order.activation.price();
    let monthly = price.display(locale);
    let words = |amount: Money, label, sentence| MoneyWords {
        label,
        amount: amount.display(locale),
        sentence,
        is_moving: false,
    };
    let nothing = Money::new(Cents::ZERO, price.currency);
    let charged_now = locale.t("Cobrado ahora", "Charged now");
    match stage {
        Stage::Active => words(
            price,
            locale.t("Al mes", "A month"),
            match locale {
                Locale::Es => format!("{monthly} al mes, que se cobran al terminar cada mes. Hoy no se cobra nada."),
                Locale::En => format!("{monthly} a month, charged when each month ends. Nothing is charged today."),
            },
        ),
        stage if stage.is_under_way() => words(
            nothing,
            charged_now,
            match locale {
                Locale::Es => format!(
                    "No se retiene ni se cobra nada. Serán {monthly} al terminar cada mes, desde que tu coche lo confirme."
                ),
                Locale::En => format!(
                    "Nothing is held or charged. It will be {monthly} when each month ends, once your car has confirmed."
                ),
            },
        ),
        stage if stage.is_delivered() => words(
            price,
            locale.t("Costaba al mes", "It cost, a month"),
            locale
                .t(
                    "Cada mes terminado tiene su factura en tu expediente.",
                    "Each month that ended has its invoice under My cars.",
                )
                .to_owned(),
        ),
        _ => words(
            nothing,
            locale.t("Cobrado", "Charged"),
            locale
                .t(
                    "No se te ha cobrado nada, y esta suscripción nunca se cobrará.",
                    "You have not been charged, and this subscription will never be billed.",
                )
                .to_owned(),
        ),
    }
}

fn one_payment(payment: &Payment, stage: Stage, zone: &str, locale: Locale) -> MoneyWords {
    let (price, nothing) = (payment.amount(), Money::new(Cents::ZERO, payment.currency));
    let amount = price.display(locale);
    let charged = locale.t("Cobrado", "Charged");
    let held = locale.t("Retenido, no cobrado", "Held, not charged");
    let words = |shown: Money, label, sentence: String, is_moving| MoneyWords {
        label,
        amount: shown.display(locale),
        sentence,
        is_moving,
    };
    let t = |es: &str, en: &str| locale.t(es, en).to_owned();
    match payment.state {
        PaymentState::Initiated if stage == Stage::BankWantsYou => words(
            nothing,
            charged,
            t(
                "No se ha retenido ni cobrado nada. Tu banco espera tu confirmación.",
                "Nothing has been held or charged. Your bank waits for your confirmation.",
            ),
            true,
        ),
        PaymentState::Initiated | PaymentState::Pending => words(
            nothing,
            charged,
            match locale {
                Locale::Es => format!("No se te ha cobrado nada. Estamos pidiendo a tu banco que retenga {amount}."),
                Locale::En => format!("You have not been charged. We are asking your bank to hold {amount}."),
            },
            true,
        ),
        PaymentState::Unknown => words(
            nothing,
            charged,
            t(
                "El banco no ha contestado; lo estamos comprobando, no pagarás dos veces.",
                "The bank has not answered; we are checking, you will not pay twice.",
            ),
            true,
        ),
        PaymentState::HeldForActivation if stage.is_delivered() => words(
            price,
            held,
            match locale {
                Locale::Es => format!("Tu coche lo ha confirmado: ahora se cobran los {amount} retenidos."),
                Locale::En => format!("Your car has confirmed: the {amount} held are now being charged."),
            },
            true,
        ),
        PaymentState::HeldForActivation if stage.is_under_way() => {
            words(price, held, held_until(&amount, payment.capture_before, zone, locale), true)
        }
        PaymentState::HeldForActivation => words(
            nothing,
            charged,
            match locale {
                Locale::Es => format!("No se te ha cobrado nada: la retención de {amount} se está anulando."),
                Locale::En => format!("You have not been charged: the hold of {amount} is being released."),
            },
            true,
        ),
        PaymentState::Charged if stage.is_delivered() => {
            let taken = Money::new(payment.captured_cents - payment.refunded_cents, payment.currency);
            words(taken, charged, settled(payment, &taken.display(locale), stage, locale), false)
        }
        PaymentState::Charged => words(
            price,
            locale.t("Cobrado, devolución en marcha", "Charged, refund under way"),
            match locale {
                Locale::Es => format!("Te estamos devolviendo {amount}."),
                Locale::En => format!("We are refunding {amount}."),
            },
            true,
        ),
        PaymentState::Cancelled if stage.is_delivered() => words(
            nothing,
            charged,
            t(
                "No se te ha cobrado nada: la retención había caducado y el coste lo asume CaaS.",
                "You have not been charged: the hold had lapsed and CaaS bears the cost.",
            ),
            false,
        ),
        PaymentState::Cancelled if payment.capture_before.is_none() => words(
            nothing,
            charged,
            t("No se te ha cobrado nada, ni se ha retenido.", "You have not been charged, and nothing was held."),
            false,
        ),
        PaymentState::Cancelled | PaymentState::FailedNoCharge => words(
            nothing,
            charged,
            t(
                "No se te ha cobrado nada: la retención está anulada.",
                "You have not been charged: the hold is released.",
            ),
            false,
        ),
        PaymentState::Rejected => words(
            nothing,
            charged,
            t(
                "No se te ha cobrado nada: tu banco no ha aceptado la retención.",
                "You have not been charged: your bank did not accept the hold.",
            ),
            false,
        ),
        PaymentState::Refunded => words(
            nothing,
            locale.t("Cobrado, después de la devolución", "Charged, after the refund"),
            match locale {
                Locale::Es => format!("Devueltos {amount} al mismo método de pago."),
                Locale::En => format!("{amount} refunded to the same payment method."),
            },
            false,
        ),
    }
}

fn held_until(amount: &str, until: Option<Timestamp>, zone: &str, locale: Locale) -> String {
    match (until, locale) {
        (Some(until), Locale::Es) => {
            format!("Retenidos {amount} hasta el {}, no cobrados.", when::day(until, zone, locale))
        }
        (Some(until), Locale::En) => format!("{amount} held until {}, not charged.", when::day(until, zone, locale)),
        (None, Locale::Es) => format!("Retenidos {amount}, no cobrados."),
        (None, Locale::En) => format!("{amount} held, not charged."),
    }
}

/// Charged; what the bank said of it afterwards is told only when it went wrong.
fn settled(payment: &Payment, taken: &str, stage: Stage, locale: Locale) -> String {
    if stage == Stage::Withdrawn
        && payment.settlement != Settlement::Settled
        && payment.settlement != Settlement::Pending
    {
        return locale
            .t(
                "Tu banco no movió el dinero, o ya te lo devolvió: no hay nada que devolver.",
                "Your bank did not move the money, or has returned it already: there is nothing to return.",
            )
            .to_owned();
    }
    match (payment.settlement, locale) {
        (Settlement::Failed, Locale::Es) => "Tu banco no ha completado el pago. El servicio sigue activo; cuando puedas, añade otro método de pago.".to_owned(),
        (Settlement::Failed, Locale::En) => "Your bank did not complete the payment. The service stays active; when you can, add another payment method.".to_owned(),
        (Settlement::Absorbed, Locale::Es) => "Tu banco no completó el pago y el coste lo asume CaaS. El servicio sigue activo.".to_owned(),
        (Settlement::Absorbed, Locale::En) => "Your bank did not complete the payment and CaaS bears the cost. The service stays active.".to_owned(),
        (Settlement::ChargedBack, Locale::Es) => format!("Tu banco ha devuelto el cargo de {taken}. El servicio sigue activo."),
        (Settlement::ChargedBack, Locale::En) => format!("Your bank has reversed the charge of {taken}. The service stays active."),
        (Settlement::None | Settlement::Pending | Settlement::Settled, Locale::Es) => format!("Cobrados {taken}, después de la confirmación de tu coche."),
        (Settlement::None | Settlement::Pending | Settlement::Settled, Locale::En) => format!("{taken} charged, after your car confirmed."),
    }
}

/// The moment for people and for machines.
pub(super) fn stamp(at: Timestamp, now: Timestamp, zone: &str, locale: Locale) -> (String, String) {
    (dates::near(at, now, zone, locale), dates::exact(at))
}
