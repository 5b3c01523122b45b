//! What pages read of withdrawals: the right with its days, what would come back, the declaration and what became of it,
//! and the consents on record.

use super::calendar::holidays_of;
use super::clock::{Window, zone_in};
use super::holidays::Holidays;
use super::model::{MoneyFate, RefundPolicy, Right, Share, Via};
use super::service::share_of;
use crate::Caas;
use crate::activation::repository::Activation;
use crate::expediente::repository::{GivenConsent, consents_of};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, OperationId, PaymentId, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::{Cents, Currency, Money};
use crate::payments::model::OperationState;
use crate::payments::refunds::DEADLINE;
use crate::payments::repository as payments;
use chrono_tz::Tz;
use sqlx::FromRow;
use uuid::Uuid;

/// The columns of a [`Withdrawal`], each behind `$of`.
macro_rules! withdrawal_columns {
    ($of:literal) => {
        columns!($of; id, service_activation_id, customer_id, via, declared_at, locale, statement, window_ends_at,
            policy, used_days, money, refund_cents, currency, payment_id)
    };
}

/// A declared withdrawal.
#[derive(Debug, Clone, FromRow)]
pub struct Withdrawal {
    /// Its id.
    pub id: Uuid,
    /// The contract it ends.
    #[sqlx(rename = "service_activation_id")]
    pub activation: ActivationId,
    /// Whose.
    pub customer_id: UserId,
    /// By what way.
    #[sqlx(try_from = "String")]
    pub via: Via,
    /// When.
    pub declared_at: Timestamp,
    /// In what language.
    #[sqlx(try_from = "String")]
    pub locale: Locale,
    /// Word for word.
    pub statement: String,
    /// The end of the period as it was worked out then.
    pub window_ends_at: Timestamp,
    /// What decided the amount.
    #[sqlx(try_from = "String")]
    pub policy: RefundPolicy,
    /// The days that are paid for.
    pub used_days: Option<i64>,
    /// What was to become of the money.
    #[sqlx(try_from = "String")]
    pub money: MoneyFate,
    /// How much was to come back.
    pub refund_cents: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The payment it concerns.
    pub payment_id: Option<PaymentId>,
}

impl Withdrawal {
    /// How much was to come back.
    pub fn refund(&self) -> Money {
        Money::new(self.refund_cents, self.currency)
    }

    /// Until when the money has to be back.
    pub fn refund_due(&self) -> Timestamp {
        self.declared_at + DEADLINE
    }

    /// What is to be known of the money beside its amount, in both languages.
    pub fn money_words(&self) -> Option<(String, String)> {
        let words = |es: &str, en: &str| Some((es.to_owned(), en.to_owned()));
        match (self.money, self.used_days) {
            (MoneyFate::Refund | MoneyFate::RefundOnceCharged, Some(days)) if days > 0 => Some((
                format!("Se descuentan {days} días completos de uso, porque pediste que el servicio empezara ya."),
                format!("{days} whole days of use are deducted, because you asked for the service to start at once."),
            )),
            (MoneyFate::Refund, _) => None,
            (MoneyFate::RefundOnceCharged, _) => words(
                "El cobro estaba todavía en marcha: en cuanto conste, se devuelve. Si no llega a cobrarse, no hay nada que devolver.",
                "The charge was still on its way: it is returned as soon as it has arrived. If it never does, there is nothing to return.",
            ),
            (MoneyFate::NotMoved, _) => words(
                "Tu banco no llegó a transferirnos el dinero. Si lo hace más tarde, te lo devolvemos.",
                "Your bank has not transferred the money to us. Should it still do so, we return it.",
            ),
            (MoneyFate::TakenBack, _) => {
                words("Tu banco ya te había devuelto el cargo.", "Your bank had already returned the charge to you.")
            }
            (MoneyFate::NothingCharged, _) => words(
                "No se te había cobrado nada por este servicio.",
                "You had not been charged anything for this service.",
            ),
            (MoneyFate::Subscription, Some(days)) if days > 0 => Some((
                format!(
                    "La suscripción termina. Solo se facturan los {days} días completos de uso, porque pediste que empezara ya."
                ),
                format!(
                    "The subscription ends. Only the {days} whole days of use are billed, because you asked for it to start at once."
                ),
            )),
            (MoneyFate::Subscription, _) => words(
                "La suscripción termina y no se factura nada. Lo que hubieras pagado de ella se te devuelve.",
                "The subscription ends and nothing is billed. Whatever you had paid for it is returned.",
            ),
        }
    }
}

pub(super) async fn insert(tx: &mut Tx, w: &Withdrawal) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO withdrawals (id, service_activation_id, customer_id, via, declared_at, locale, statement, window_ends_at,
                                  policy, used_days, money, refund_cents, currency, payment_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        w.id, w.activation, w.customer_id, w.via.as_str(), w.declared_at, w.locale.as_str(), &w.statement, w.window_ends_at,
        w.policy.as_str(), w.used_days, w.money.as_str(), w.refund_cents, w.currency.as_str(), w.payment_id)?;
    Ok(())
}

/// The declared withdrawal of a contract, if there is one.
pub async fn of_activation(tx: &mut Tx, activation: ActivationId) -> Result<Option<Withdrawal>> {
    Ok(sql!(tx, optional Withdrawal,
        concat!("SELECT ", withdrawal_columns!(""), " FROM withdrawals WHERE service_activation_id = $1"), activation)?)
}

/// What the periods of a customer are counted by.
#[derive(Debug, Clone)]
pub struct Place {
    /// Whose midnight.
    pub zone: Tz,
    /// The days off.
    pub holidays: Holidays,
}

impl Place {
    /// Where a customer is at home.
    pub async fn of(tx: &mut Tx, customer: UserId) -> Result<Place> {
        let (country, chosen) =
            sql!(tx, one(String, String), "SELECT country, time_zone FROM users WHERE id = $1", customer)?;
        Ok(Place { zone: zone_in(&country, &chosen), holidays: holidays_of(tx, &country).await? })
    }

    /// Where a contract stands with withdrawal.
    pub fn right(&self, activation: &Activation, now: Timestamp) -> Right {
        Right::of(activation, now, || {
            Window::of(activation.created_at, activation.activated_at, self.zone, &self.holidays)
        })
    }
}

/// Where a contract stands with withdrawal, and whose midnight counts.
pub(super) async fn right_of(tx: &mut Tx, activation: &Activation, now: Timestamp) -> Result<(Right, Tz)> {
    let place = Place::of(tx, activation.customer_id).await?;
    Ok((place.right(activation, now), place.zone))
}

/// Whether the customer asked expressly for the service to start before the period ends.
pub(super) async fn asked_to_start(tx: &mut Tx, activation: ActivationId) -> Result<bool> {
    let known = sql!(
        tx,
        optional(i64, i64),
        "SELECT CAST(1 AS BIGINT), CAST(1 AS BIGINT) FROM consents WHERE service_activation_id = $1 AND kind = 'START_NOW' LIMIT 1",
        activation
    )?;
    Ok(known.is_some())
}

/// How the refund of a withdrawal stands.
#[derive(Debug, Clone, FromRow)]
pub struct RefundState {
    /// The request.
    pub id: OperationId,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: OperationState,
    /// How much.
    pub amount_cents: Cents,
    /// What came of it.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
}

/// Everything a page says about withdrawal from one contract.
#[derive(Debug, Clone)]
pub struct WithdrawalView {
    /// Where it stands.
    pub right: Right,
    /// What would come back if it were declared now, and what becomes of the money.
    pub would: Option<(Share, MoneyFate)>,
    /// The declaration, once there is one.
    pub declared: Option<Withdrawal>,
    /// How its refund stands.
    pub refund: Option<RefundState>,
    /// What the customer agreed to.
    pub consents: Vec<GivenConsent>,
}

/// Reads everything about withdrawal from one contract. The caller has made sure that the reader may see it.
pub async fn read(caas: &Caas, tx: &mut Tx, activation: &Activation) -> Result<WithdrawalView> {
    let now = caas.now();
    let (right, _) = right_of(tx, activation, now).await?;
    let declared = of_activation(tx, activation.id).await?;
    let would = match (&right, &declared) {
        (Right::Open(_), None) => {
            let payment = match activation.payment_id {
                Some(id) => Some(payments::load(tx, id).await?),
                None => None,
            };
            let share = share_of(caas, tx, activation, payment.as_ref(), now).await?;
            Some((share, MoneyFate::of(payment.as_ref(), activation.offer_kind)))
        }
        _ => None,
    };
    let refund = match declared.as_ref().and_then(|declared| declared.payment_id) {
        Some(payment) => sql!(tx, optional RefundState,
            "SELECT id, state, amount_cents, answer, answered_at FROM payment_operations
             WHERE payment_id = $1 AND kind = 'REFUND' AND reason = 'WITHDRAWAL' ORDER BY requested_at LIMIT 1", payment)?,
        None => None,
    };
    Ok(WithdrawalView { right, would, declared, refund, consents: consents_of(tx, activation.id.0).await? })
}
