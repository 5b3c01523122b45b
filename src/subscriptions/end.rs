//! The ends of a subscription other than an unpaid one: by its customer's wish, by withdrawal, with the car's owner.

use super::begin::begun;
use super::debts;
use super::dunning;
use super::invoices;
use super::model::{Day, EndReason, InvoiceId, InvoiceState, Period, SubscriptionEvent, SubscriptionStatus, UsedDays};
use super::repository::{self as store, Subscription};
use super::rules::{share, used_days};
use crate::Caas;
use crate::activation::deactivation::{self, Reason};
use crate::activation::model::ActivationState;
use crate::activation::repository::{self as activations, Activation};
use crate::expediente::model::Actor;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::money::{Cents, Money};
use crate::kernel::planted::{Bug, is_in};
use crate::kernel::when::day_there;
use crate::payments::model::{OperationKind, PaymentState};
use crate::payments::refunds::WITHDRAWAL;
use crate::payments::repository as payments;
use crate::payments::service::request_refund;
use chrono::TimeDelta;

/// What ending now would bill: the days used of the period that runs. What was billed before stays as it is.
pub fn cost_of_ending_now(s: &Subscription, now: Timestamp) -> UsedDays {
    let today = day_there(now, &s.time_zone);
    let today = if is_in(Bug::LastDayBilled) { today.succ_opt().unwrap_or(today) } else { today };
    used_days(s.period(), s.price(), Day(today))
}

/// Ends a subscription now: the days used are billed and charged, the service is switched off. The caller has locked it.
///
/// Returns the invoice for the days used; none on the first day of a period.
pub async fn end_now(
    caas: &Caas,
    tx: &mut Tx,
    s: &mut Subscription,
    reason: EndReason,
    actor: Actor,
) -> Result<Option<InvoiceId>> {
    super::billing::bill_first(caas, tx, s).await?;
    if s.status == SubscriptionStatus::Cancelled {
        return Ok(None);
    }
    let invoice = invoices::issue_used_days(caas, tx, s, &cost_of_ending_now(s, caas.now())).await?;
    close(caas, tx, s, reason, actor).await?;
    dunning::charge_oldest(caas, tx, s).await?;
    Ok(invoice)
}

/// Nothing is billed from here on, and the service is switched off over the air.
pub(super) async fn close(
    caas: &Caas,
    tx: &mut Tx,
    s: &mut Subscription,
    reason: EndReason,
    actor: Actor,
) -> Result<()> {
    s.next_billing_at = None;
    s.cancel_at_period_end = false;
    (s.next_offer_id, s.next_price_cents, s.next_vat_rate_basis_points) = (None, None, None);
    s.ended_at = Some(caas.now());
    s.end_reason = Some(reason.to_string());
    let event = match reason {
        EndReason::Unpaid => SubscriptionEvent::GivenUp,
        EndReason::PeriodEnd | EndReason::AtOnce | EndReason::Withdrawn | EndReason::NewOwner => {
            SubscriptionEvent::Ended
        }
    };
    store::apply(caas, tx, s, event, actor, serde_json::json!({ "reason": reason })).await?;
    let why = match reason {
        EndReason::Unpaid => Reason::Suspension,
        // Switching off is a part of the withdrawal.
        EndReason::Withdrawn => return Ok(()),
        EndReason::PeriodEnd | EndReason::AtOnce | EndReason::NewOwner => Reason::SubscriptionOver,
    };
    let activation = activations::load(tx, s.activation).await?;
    if activation.state == ActivationState::Active && !is_in(Bug::EndedGoesOn) {
        deactivation::request(caas, tx, &activation, why, Timestamp::UNIX_EPOCH).await?;
    }
    Ok(())
}

/// What a withdrawal from a subscription does to its money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// What was paid and goes back.
    pub refunded: Option<Money>,
    /// What is billed for the days used, with its invoice.
    pub billed: Option<(InvoiceId, Money)>,
}

/// Ends a subscription because its customer withdrew from the contract: whatever was billed is undone by credit notes, what
/// was paid goes back by the same means. With `pro_rata_days` these days are billed, up to a whole period's price. The
/// service is switched off by the caller. `None` when there is nothing that could be billed.
pub async fn end_by_withdrawal(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    pro_rata_days: Option<i64>,
) -> Result<Option<Withdrawn>> {
    let Some(s) = begun(caas, tx, activation).await? else { return Ok(None) };
    let mut s = store::lock(tx, s.id).await?;
    let actor = Actor::customer(s.customer_id);
    if s.status == SubscriptionStatus::Cancelled && pro_rata_days.is_some() {
        // Its end has billed the days used, and nothing else: they stay owed.
        return Ok(Some(Withdrawn { refunded: None, billed: None }));
    }
    let of_debt = debts::withdrawn(caas, tx, &s).await?;
    let mut refunded = of_debt.unwrap_or(Cents::ZERO);
    for mut invoice in invoices::of_subscription(tx, s.id).await? {
        let given_up = invoice.debt_id.is_some() && of_debt.is_none();
        if invoice.state == InvoiceState::Cancelled || invoice.credits_id.is_some() || given_up {
            continue;
        }
        dunning::drop_unconfirmed(caas, tx, invoice.id).await?;
        for payment in payments::of_invoice_or_debt(tx, Some(invoice.id), None).await? {
            let asked = payments::open_operation_of(tx, payment.id, OperationKind::Refund).await?.is_some();
            // What the bank is still being asked for goes back when it turns out to have been taken.
            if payment.state == PaymentState::Charged && !asked {
                request_refund(caas, tx, &payment, WITHDRAWAL).await?;
                refunded = refunded + payment.captured_cents;
            }
        }
        invoices::credit(caas, tx, &s, &mut invoice, actor).await?;
    }
    (s.failures, s.next_charge_at, s.dunning_ends_at, s.refused_method_id) = (0, None, None, None);
    if s.status == SubscriptionStatus::Cancelled {
        store::save(caas, tx, &mut s).await?;
    } else {
        close(caas, tx, &mut s, EndReason::Withdrawn, actor).await?;
    }
    let mut billed = None;
    if let Some(days) = pro_rata_days {
        let used = withdrawn_days(&s, days);
        if let Some(id) = invoices::issue_used_days(caas, tx, &s, &used).await? {
            billed = Some((id, used.amount));
        }
    }
    dunning::charge_oldest(caas, tx, &mut s).await?;
    let refunded = (refunded > Cents::ZERO).then(|| Money::new(refunded, s.currency));
    Ok(Some(Withdrawn { refunded, billed }))
}

/// The days used before a withdrawal, from the first day of the period that ran.
fn withdrawn_days(s: &Subscription, days: i64) -> UsedDays {
    let of_days = s.period().days();
    let days = days.clamp(0, of_days);
    let end = Day(s.period_start.0 + TimeDelta::days(days));
    UsedDays { period: Period { start: s.period_start, end }, of_days, amount: share(s.price(), days, of_days) }
}
