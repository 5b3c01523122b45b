//! What follows from the gateway's answer, in one transaction.

use super::debts;
use super::dunning;
use super::invoices;
use super::model::{InvoiceEvent, InvoiceState, SubscriptionId};
use super::repository::{self as store, Subscription};
use crate::Caas;
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::PaymentId;
use crate::kernel::money::Cents;
use crate::payments::model::{DeclineReason, PaymentEvent, PaymentState, Settlement};
use crate::payments::port::GatewayPayment;
use crate::payments::repository::{self as payments, Operation, Payment};
use crate::payments::service::{apply as apply_payment, request_refund};

/// What the gateway's answer means.
#[derive(Debug)]
pub(super) enum Answer {
    /// The money was taken.
    Taken(GatewayPayment),
    /// The bank said no; the gateway's id of the refused payment.
    Declined(DeclineReason, Option<String>),
    /// The bank wants the customer to confirm there.
    AuthenticationNeeded(String),
    /// No payment was made, and none will be: nothing has happened.
    NeverMade,
}

/// Writes an answer down with everything that follows from it.
pub(super) async fn record(
    caas: &Caas,
    tx: &mut Tx,
    id: PaymentId,
    operation: Option<Operation>,
    answer: Answer,
) -> Result<()> {
    let payment = payments::load(tx, id).await?;
    let subscription = subscription_of(tx, &payment).await?;
    let mut subscription = store::lock(tx, subscription).await?;
    let mut payment = payments::load(tx, id).await?;
    let expected = match operation {
        Some(_) => matches!(payment.state, PaymentState::Pending | PaymentState::Unknown),
        None => payment.state == PaymentState::Initiated,
    };
    if !expected {
        return Ok(());
    }
    if let Some(operation) = &operation {
        let (succeeded, code) = match &answer {
            Answer::Taken(_) => (true, "CAPTURED"),
            Answer::Declined(reason, _) => (false, reason.as_str()),
            Answer::AuthenticationNeeded(_) => (false, DeclineReason::AuthenticationRequired.as_str()),
            Answer::NeverMade => (false, "NEVER_MADE"),
        };
        payments::close_operation(caas, tx, operation.id, succeeded, code).await?;
    }
    match answer {
        Answer::Taken(known) => taken(caas, tx, &mut subscription, &mut payment, known).await?,
        Answer::Declined(reason, gateway_id) => {
            payment.decline_reason = Some(reason.to_string());
            payment.gateway_payment_id = gateway_id.or(payment.gateway_payment_id);
            apply_payment(caas, tx, &mut payment, PaymentEvent::Declined).await?;
            if payment.invoice.is_some() {
                dunning::failed(caas, tx, &mut subscription, Some(&payment), reason).await?;
            }
        }
        Answer::AuthenticationNeeded(url) => {
            payment.authentication_url = Some(url);
            payment.decline_reason = Some(DeclineReason::AuthenticationRequired.to_string());
            apply_payment(caas, tx, &mut payment, PaymentEvent::AuthenticationNeeded).await?;
            // Who is at the page is led to the bank. Without them it is a charge that failed, and they are asked to come.
            if payment.invoice.is_some() && payment.form_key.is_none() {
                let reason = DeclineReason::AuthenticationRequired;
                dunning::failed(caas, tx, &mut subscription, Some(&payment), reason).await?;
            }
        }
        Answer::NeverMade => {
            payment.authentication_url = None;
            apply_payment(caas, tx, &mut payment, PaymentEvent::NeverMade).await?;
            if payment.invoice.is_some() && payment.form_key.is_none() {
                dunning::not_made(caas, tx, &mut subscription).await?;
            }
        }
    }
    store::announce(tx, &subscription);
    Ok(())
}

async fn subscription_of(tx: &mut Tx, payment: &Payment) -> Result<SubscriptionId> {
    let found = sql!(
        tx,
        optional(SubscriptionId, String),
        "SELECT subscription_id, number FROM invoices WHERE id = $1 OR debt_id = $2 LIMIT 1",
        payment.invoice,
        payment.debt
    )?;
    found.map(|(id, _)| id).ok_or_else(|| Failure::Stored(format!("payment {} is for no invoice", payment.id)))
}

/// The money was taken.
async fn taken(
    caas: &Caas,
    tx: &mut Tx,
    subscription: &mut Subscription,
    payment: &mut Payment,
    known: GatewayPayment,
) -> Result<()> {
    payment.gateway_payment_id = Some(known.payment_id);
    payment.authentication_url = None;
    payment.decline_reason = None;
    payment.captured_cents = if known.captured == Cents::ZERO { payment.amount_cents } else { known.captured };
    payment.captured_at = Some(caas.now());
    payment.settlement = Settlement::Pending;
    apply_payment(caas, tx, payment, PaymentEvent::Taken).await?;
    if let Some(debt) = payment.debt {
        return debts::taken(caas, tx, debt, payment).await;
    }
    let Some(invoice) = payment.invoice else { return Ok(()) };
    let mut invoice = invoices::load(tx, invoice).await?;
    if invoice.state != InvoiceState::Issued {
        // Undone while the bank was being asked: nobody pays for what is not billed.
        return request_refund(caas, tx, payment, "INVOICE_CANCELLED").await;
    }
    invoices::apply(caas, tx, &mut invoice, InvoiceEvent::Paid, Actor::GATEWAY).await?;
    dunning::paid(caas, tx, subscription).await
}
