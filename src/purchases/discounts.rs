//! What a customer may pay less, once: given by support for what could not be delivered.
//!
//! Nobody types a code. The price that was shown decides: an order at the reduced price uses the discount, one at the full
//! price keeps it. An order that comes to nothing gives it back.

use crate::Caas;
use crate::catalogue::OfferKind;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, ServiceId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::{Cents, Money};
use crate::kernel::when;
use crate::support::model::Compensation;
use crate::support::tickets::{Agent, Ticket};
use chrono::TimeDelta;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

/// How long a discount can be used.
const LASTS: TimeDelta = TimeDelta::days(180);

/// Something a customer may pay less, once.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Discount {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub customer_id: UserId,
    /// Only for this service; for any when absent.
    pub service_id: Option<ServiceId>,
    /// How much less.
    pub percent: i64,
    /// Until when.
    pub valid_until: Timestamp,
}

impl Discount {
    /// The price with it, in the customer's favour, and never nothing: what is free needs no bank.
    pub fn reduced(&self, full: Money) -> Money {
        let cents = full.cents.0.saturating_mul(100 - self.percent) / 100;
        Money::new(Cents(cents.max(1)), full.currency)
    }

    /// Whether an offer of this kind can be bought with it. What is billed month by month can't.
    pub fn applies_to(&self, kind: OfferKind) -> bool {
        kind != OfferKind::Subscription
    }
}

/// What an order was bought for less by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedDiscount {
    /// How much less.
    pub percent: i64,
    /// The price without it.
    pub full: Money,
}

/// Not used yet, or only by an order that came to nothing.
macro_rules! unused {
    () => {
        "(d.redeemed_by IS NULL OR EXISTS (SELECT 1 FROM service_activations a
                                           WHERE a.service_activation_id = d.redeemed_by AND a.is_over AND a.activated_at IS NULL))"
    };
}

/// The best discount that a customer has for a service.
pub async fn open_for(tx: &mut Tx, customer: UserId, service: ServiceId, now: Timestamp) -> Result<Option<Discount>> {
    Ok(sql!(tx, optional Discount, concat!(
        "SELECT d.id, d.customer_id, d.service_id, d.percent, d.valid_until FROM discounts d
         WHERE d.customer_id = $1 AND d.valid_until > $2 AND (d.service_id IS NULL OR d.service_id = $3) AND ", unused!(),
        " ORDER BY d.percent DESC, d.valid_until, d.id LIMIT 1"), customer, now, service)?)
}

/// Every discount that a customer can use.
pub async fn of_customer(tx: &mut Tx, customer: UserId, now: Timestamp) -> Result<Vec<Discount>> {
    Ok(sql!(tx, all Discount, concat!(
        "SELECT d.id, d.customer_id, d.service_id, d.percent, d.valid_until FROM discounts d
         WHERE d.customer_id = $1 AND d.valid_until > $2 AND ", unused!(), " ORDER BY d.valid_until, d.id LIMIT 50"), customer, now)?)
}

/// What an order was bought for less by.
pub async fn of_activation(tx: &mut Tx, activation: ActivationId) -> Result<Option<UsedDiscount>> {
    let row = sql!(
        tx,
        optional(i64, i64, String),
        "SELECT d.percent, d.full_cents, a.currency FROM discounts d
         JOIN service_activations a ON a.service_activation_id = d.redeemed_by WHERE d.redeemed_by = $1",
        activation
    )?;
    row.map(|(percent, full, currency)| Ok(UsedDiscount { percent, full: Money::new(Cents(full), currency.parse()?) }))
        .transpose()
}

/// Gives a customer a discount.
pub(crate) async fn give(
    caas: &Caas,
    tx: &mut Tx,
    agent: &Agent,
    ticket: &Ticket,
    compensation: Compensation,
) -> Result<Discount> {
    let (id, now) = (caas.new_uuid(), caas.now());
    let service = match compensation {
        Compensation::Discount { .. } => None,
        Compensation::Alternative { service, .. } => Some(service),
    };
    let discount = sql!(tx, one Discount,
        "INSERT INTO discounts (id, customer_id, ticket_id, service_id, percent, valid_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, customer_id, service_id, percent, valid_until",
        id, ticket.customer_id, ticket.id, service, compensation.percent(), now + LASTS, now)?;
    let entry = Entry {
        after: Some("OPEN"),
        data: serde_json::json!({ "percent": discount.percent, "only": service, "until": discount.valid_until }),
        visible: true,
        ..Entry::new(Some(ticket.customer_id), agent.actor(), EntryKind::DiscountGiven, SubjectKind::Discount, id)
    };
    record(caas, tx, entry).await?;
    Ok(discount)
}

/// Uses a discount with an order. `false` when another order has used it.
pub(super) async fn redeem(
    caas: &Caas,
    tx: &mut Tx,
    discount: &Discount,
    activation: ActivationId,
    full: Money,
) -> Result<bool> {
    let used = sql!(tx, execute concat!(
        "UPDATE discounts AS d SET redeemed_by = $1, full_cents = $2, redeemed_at = $3 WHERE d.id = $4 AND ", unused!()),
        activation, full.cents, caas.now(), discount.id)?;
    if used != 1 {
        return Ok(false);
    }
    let entry = Entry {
        before: Some("OPEN"),
        after: Some("USED"),
        data: serde_json::json!({ "percent": discount.percent, "activation": activation, "full": full }),
        visible: true,
        ..Entry::new(
            Some(discount.customer_id),
            Actor::customer(discount.customer_id),
            EntryKind::DiscountRedeemed,
            SubjectKind::Discount,
            discount.id,
        )
    };
    record(caas, tx, entry).await?;
    Ok(true)
}

#[derive(FromRow)]
struct Offered {
    percent: i64,
    valid_until: Timestamp,
    time_zone: String,
    names: Option<Json<Bilingual>>,
}

/// A discount in a sentence.
pub(crate) async fn in_words(tx: &mut Tx, id: Uuid, locale: Locale) -> Result<Option<String>> {
    let offered = sql!(tx, optional Offered,
        "SELECT d.percent, d.valid_until, u.time_zone, s.names
         FROM discounts d JOIN users u ON u.id = d.customer_id LEFT JOIN services s ON s.id = d.service_id WHERE d.id = $1", id)?;
    Ok(offered.map(|offered| {
        let (percent, until) = (offered.percent, when::day(offered.valid_until, &offered.time_zone, locale));
        match (locale, offered.names) {
            (Locale::Es, Some(names)) => {
                format!("A cambio te ofrecemos {} con un {percent} % de descuento hasta el {until}. Lo verás al contratarlo.", names.0.es)
            }
            (Locale::Es, None) => {
                format!("A cambio tienes un {percent} % de descuento en el servicio que elijas hasta el {until}. Lo verás al contratarlo.")
            }
            (Locale::En, Some(names)) => {
                format!("Instead we offer you {} with {percent}% off until {until}. You will see it when you order.", names.0.en)
            }
            (Locale::En, None) => {
                format!("Instead you have {percent}% off the service of your choice until {until}. You will see it when you order.")
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Currency;
    use proptest::prelude::*;

    fn discount(percent: i64) -> Discount {
        Discount {
            id: Uuid::nil(),
            customer_id: UserId(Uuid::nil()),
            service_id: None,
            percent,
            valid_until: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_cent_in_doubt_is_the_customers() {
        let full = Money::new(Cents(2999), Currency::Eur);
        assert_eq!(discount(10).reduced(full).cents, Cents(2699));
        assert_eq!(discount(90).reduced(Money::new(Cents(5), Currency::Eur)).cents, Cents(1));
    }

    proptest! {
        #[test]
        fn a_reduced_price_is_less_and_never_nothing(percent in 1i64..=90, cents in 2i64..100_000_000) {
            let reduced = discount(percent).reduced(Money::new(Cents(cents), Currency::Eur)).cents.0;
            prop_assert!(reduced >= 1 && reduced < cents);
        }
    }
}
