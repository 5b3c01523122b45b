//! What customers are told about their subscriptions.

use super::debts::Debt;
use super::repository::Subscription;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::{Cents, Money};
use crate::kernel::when;
use crate::notifications::model::NoticeEvent;
use crate::notifications::service::{BY_CUSTOMER, HAD_ENDED};
use crate::notifications::{Notice, notify};
use crate::payments::model::DeclineReason;
use crate::subscriptions::invoices;
use crate::subscriptions::model::{EndReason, SubscriptionStatus};
use crate::vehicles;

/// A charge failed: what, why, and what comes next, with its date.
pub(super) async fn charge_failed(
    caas: &Caas,
    tx: &mut Tx,
    s: &Subscription,
    reason: DeclineReason,
    tried_again: bool,
) -> Result<()> {
    let (Some(next), Some(ends_at)) = (s.next_charge_at, s.dunning_ends_at) else { return Ok(()) };
    let amount = invoices::unpaid(tx, s.id).await?.first().map_or(s.price(), invoices::Invoice::gross);
    let day = |at, locale| when::day(at, &s.time_zone, locale);
    let both = |at| (day(at, Locale::Es), day(at, Locale::En));
    let ((next_es, next_en), (end_es, end_en)) = (both(next), both(ends_at));
    let mut more = Vec::new();
    more.push(if tried_again {
        Bilingual { es: format!("El próximo intento es el {next_es}."), en: format!("The next try is on {next_en}.") }
    } else {
        Bilingual {
            es: "Con este método de pago no lo intentamos más: elige otro.".to_owned(),
            en: "We do not try this payment method again: please choose another one.".to_owned(),
        }
    });
    more.push(if s.status == SubscriptionStatus::Cancelled {
        Bilingual {
            es: format!("Si el {end_es} sigue sin pagar, el importe queda como deuda."),
            en: format!("If it is still unpaid on {end_en}, the amount stays as a debt."),
        }
    } else {
        Bilingual {
            es: format!("El servicio sigue activo. Si el {end_es} sigue sin pagar, la suscripción se cancela y el importe queda como deuda."),
            en: format!("The service stays active. If it is still unpaid on {end_en}, the subscription is cancelled and the amount stays as a debt."),
        }
    });
    let notice = Notice {
        amount: Some(amount),
        reason: Some(reason.to_string()),
        more,
        ..about(tx, s, NoticeEvent::SubscriptionChargeFailed, format!("{}:{}:{next}", s.id, s.failures), s.link())
            .await?
    };
    notify(caas, tx, &notice).await
}

/// The last try failed: a debt is left, and the subscription is over by it unless it had ended before.
pub(super) async fn given_up(caas: &Caas, tx: &mut Tx, s: &Subscription, debt: &Debt) -> Result<()> {
    let link = "/expediente/deudas".to_owned();
    let had_ended = s.ended_because().is_some_and(|why| why != EndReason::Unpaid);
    let notice = Notice {
        amount: Some(debt.amount()),
        reason: had_ended.then(|| HAD_ENDED.to_owned()),
        ..about(tx, s, NoticeEvent::SubscriptionCancelled, debt.id.to_string(), link).await?
    };
    notify(caas, tx, &notice).await
}

/// Its customer wants it to end with the period.
pub(super) async fn ends_with_the_period(caas: &Caas, tx: &mut Tx, s: &Subscription) -> Result<()> {
    let (day, last, price) = (s.period_end.0, s.period().last().0, s.price());
    let in_words = |locale| (when::calendar_day(last, locale), when::calendar_day(day, locale), price.display(locale));
    let ((last_es, on_es, price_es), (last_en, on_en, price_en)) = (in_words(Locale::Es), in_words(Locale::En));
    let more = vec![
        Bilingual {
            es: format!("Sigue activa hasta que acabe el {last_es}; después se apaga en el coche."),
            en: format!("It stays active until {last_en} is over; then it is switched off in the car."),
        },
        Bilingual {
            es: format!(
                "El {on_es} se factura ese último periodo entero, {price_es}, y después nada más. Hasta entonces puedes reactivarla."
            ),
            en: format!(
                "On {on_en} that last period is billed in full, {price_en}, and nothing after it. Until then you can reactivate it."
            ),
        },
    ];
    cancelled(caas, tx, s, more).await
}

/// Its customer has ended it at once, for this amount.
pub(super) async fn ended_at_once(caas: &Caas, tx: &mut Tx, s: &Subscription, billed: Money) -> Result<()> {
    let money = if billed.cents > Cents::ZERO {
        Bilingual {
            es: format!("Se facturan y se cobran los días usados: {}.", billed.display(Locale::Es)),
            en: format!("The days used are billed and charged: {}.", billed.display(Locale::En)),
        }
    } else {
        Bilingual {
            es: "De este periodo no se factura nada.".to_owned(),
            en: "Nothing of this period is billed.".to_owned(),
        }
    };
    let off = Bilingual {
        es: "Ha terminado ahora y se apaga en el coche.".to_owned(),
        en: "It has ended now and is switched off in the car.".to_owned(),
    };
    cancelled(caas, tx, s, vec![off, money]).await
}

async fn cancelled(caas: &Caas, tx: &mut Tx, s: &Subscription, more: Vec<Bilingual>) -> Result<()> {
    // Who has taken the wish back may have it again.
    let key = format!("{}:{}", s.id, caas.now().timestamp_micros());
    let notice = Notice {
        reason: Some(BY_CUSTOMER.to_owned()),
        more,
        ..about(tx, s, NoticeEvent::SubscriptionCancelled, key, s.link()).await?
    };
    notify(caas, tx, &notice).await
}

async fn about(tx: &mut Tx, s: &Subscription, event: NoticeEvent, key: String, link: String) -> Result<Notice> {
    let vehicle = vehicles::find(tx, s.vehicle_id).await?;
    Ok(Notice {
        service: s.service_names.0.clone(),
        vehicle: vehicle.map(|v| v.model_name).unwrap_or_default(),
        ..Notice::about(s.customer_id, event, key, link)
    })
}
