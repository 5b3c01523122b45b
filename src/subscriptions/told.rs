//! What customers are told about their subscriptions.

use super::debts::Debt;
use super::repository::Subscription;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::when;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::model::DeclineReason;
use crate::subscriptions::invoices;
use crate::subscriptions::model::SubscriptionStatus;
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

/// The last try failed: the subscription is over, and a debt is left.
pub(super) async fn given_up(caas: &Caas, tx: &mut Tx, s: &Subscription, debt: &Debt) -> Result<()> {
    let link = "/expediente/deudas".to_owned();
    let notice = Notice {
        amount: Some(debt.amount()),
        ..about(tx, s, NoticeEvent::SubscriptionCancelled, debt.id.to_string(), link).await?
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
