//! What goes to the bank about a charge that it took back: what was agreed, that it was delivered, that the delivery came
//! before the charge, what the customer was told, and the seal that proves the story was not changed.
//!
//! Only of this one purchase: no other service in the car, no card data, nothing that was written for ourselves. What the
//! car answered as a whole names its other services too, so of its state only what shows that it could be reached is told.

use super::desk::Task;
use crate::activation::model::ActivationState;
use crate::activation::repository::{Activation, Attempt, attempts_of, load as load_activation};
use crate::catalogue::OfferKind;
use crate::expediente::chain::seal_of;
use crate::expediente::repository::{GivenConsent, consents_of};
use crate::finance::books::{About, about_payment};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, AttemptId, PaymentId, UserId};
use crate::kernel::money::{Cents, Money};
use crate::payments::model::{OperationKind, OperationState};
use crate::payments::repository::{Payment, load};
use crate::subscriptions::invoices::{self, Invoice};
use sqlx::FromRow;

/// The evidence of one charge.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The charge.
    pub payment: Payment,
    /// What it is about.
    pub about: About,
    /// How it was paid: `CARD`, `BANK_TRANSFER`. The bank knows with which.
    pub method_kind: String,
    /// Who bought.
    pub customer: Buyer,
    /// The car: model, VIN and plate.
    pub car: Option<(String, String, Option<String>)>,
    /// The service: what was ordered and what became of it; none for a car's price.
    pub activation: Option<Activation>,
    /// What the customer agreed to, word for word.
    pub consents: Vec<GivenConsent>,
    /// The vehicle's word that the service works.
    pub confirmation: Option<Confirmation>,
    /// Each try to switch it on.
    pub attempts: Vec<Attempt>,
    /// What was asked of the gateway and what it answered.
    pub operations: Vec<Asked>,
    /// When the bank paid out, and its reference.
    pub settled: Option<(Timestamp, Option<String>)>,
    /// The invoices that the charge was for, of a subscription.
    pub invoices: Vec<Invoice>,
    /// What the customer was told about this purchase.
    pub messages: Vec<Told>,
    /// The story's entries about this purchase, as they are chained.
    pub entries: Vec<Chained>,
    /// The newest number and hash of the customer's chain.
    pub seal: Option<(i64, String)>,
}

impl Bundle {
    /// Whether the vehicle had confirmed before the money was taken. None where a charge stands on no such word.
    pub fn delivered_first(&self) -> Option<bool> {
        let confirmation = self.confirmation.as_ref()?;
        self.payment.captured_at.map(|captured| confirmation.confirmed_at <= captured)
    }

    /// From when until when the customer had the service. No end: it still runs.
    pub fn use_of(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let activation = self.activation.as_ref()?;
        let ended = match activation.state {
            ActivationState::Active => None,
            _ => activation.ended_at,
        };
        activation.activated_at.map(|from| (from, ended))
    }

    /// Whether it was ordered for a time, for ever or month by month.
    pub fn offer(&self) -> Option<(OfferKind, Option<i64>)> {
        self.activation.as_ref().map(|activation| (activation.offer_kind, activation.days))
    }
}

/// Who bought.
#[derive(Debug, Clone, FromRow)]
pub struct Buyer {
    /// Their name.
    pub name: String,
    /// Where mails go.
    pub email: String,
    /// Their country.
    pub country: String,
    /// Since when they have an account.
    pub created_at: Timestamp,
}

/// The vehicle's word.
#[derive(Debug, Clone, FromRow)]
pub struct Confirmation {
    /// Where it came from: `ANSWER`, `CALLBACK`, `STATUS`.
    pub source: String,
    /// When.
    pub confirmed_at: Timestamp,
    /// At which try.
    pub attempt_id: Option<AttemptId>,
}

/// A request to the gateway. Its key stays with us.
#[derive(Debug, Clone, FromRow)]
pub struct Asked {
    /// For what.
    #[sqlx(try_from = "String")]
    pub kind: OperationKind,
    /// How much.
    pub amount_cents: Cents,
    /// What came of it.
    #[sqlx(try_from = "String")]
    pub state: OperationState,
    /// The gateway's code.
    pub answer: Option<String>,
    /// When it was sent.
    pub requested_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

impl Asked {
    /// How much, in the charge's currency.
    pub fn amount(&self, payment: &Payment) -> Money {
        Money::new(self.amount_cents, payment.currency)
    }
}

/// A message as it went one way.
#[derive(Debug, Clone, FromRow)]
struct ToldRow {
    event: String,
    channel: String,
    unique_key: String,
    locale: String,
    subject: String,
    body_text: String,
    status: String,
    sent_at: Option<Timestamp>,
    created_at: Timestamp,
}

/// A message to the customer.
#[derive(Debug, Clone)]
pub struct Told {
    /// Which message: a code of `NoticeEvent`.
    pub event: String,
    /// In which language.
    pub locale: String,
    /// Its subject.
    pub subject: String,
    /// What it said, without greetings and links; empty when it went by mail alone, which holds links of the reader's own.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
    /// The ways it went, and when each was handed over.
    pub ways: Vec<(String, Timestamp)>,
}

/// An entry of the customer's chain.
#[derive(Debug, Clone, FromRow)]
pub struct Chained {
    /// Its number in the chain.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// A code of `EntryKind`.
    pub kind: String,
    /// State before.
    pub before_state: Option<String>,
    /// State after.
    pub after_state: Option<String>,
    /// SHA-256 over the entry and the hash before.
    pub hash: String,
}

/// Entries and messages of one purchase at most: some hundred times what the longest one has.
const MOST: i64 = 1_000;

/// Gathers the evidence of a task's charge.
pub async fn bundle(tx: &mut Tx, task: &Task) -> Result<Bundle> {
    let payment = load(tx, task.payment_id).await?;
    let about = about_payment(tx, payment.id).await?;
    let (method_kind, _) = sql!(
        tx,
        one(String, i64),
        "SELECT kind, CAST(1 AS BIGINT) FROM payment_methods WHERE id = $1",
        payment.payment_method_id
    )?;
    let customer =
        sql!(tx, one Buyer, "SELECT name, email, country, created_at FROM users WHERE id = $1", payment.customer_id)?;
    let invoices = match (payment.invoice, payment.debt) {
        (Some(invoice), _) => vec![invoices::load(tx, invoice).await?],
        (None, Some(debt)) => invoices::of_debt(tx, debt).await?,
        (None, None) => Vec::new(),
    };
    let activation = activation_of(tx, &payment, &invoices).await?;
    let (consents, confirmation, attempts) = match &activation {
        Some(activation) => (
            consents_of(tx, activation.id.0).await?,
            confirmation_of(tx, activation.id).await?,
            attempts_of(tx, activation.id).await?,
        ),
        None => (Vec::new(), None, Vec::new()),
    };
    let car = sql!(
        tx,
        optional(String, String, Option<String>),
        "SELECT m.name, v.vin, v.plate FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code
         WHERE v.id = COALESCE($1, (SELECT o.vehicle_id FROM customer_orders o WHERE o.id = $2))",
        activation.as_ref().map(|activation| activation.vehicle_id),
        payment.order
    )?;
    Ok(Bundle {
        operations: asked(tx, payment.id).await?,
        settled: settled(tx, &payment).await?,
        messages: told(tx, &payment, activation.as_ref(), &invoices).await?,
        entries: entries(tx, &payment, activation.as_ref(), &invoices).await?,
        seal: seal_of(tx, payment.customer_id.0).await?,
        payment,
        about,
        method_kind,
        customer,
        car,
        activation,
        consents,
        confirmation,
        attempts,
        invoices,
    })
}

async fn activation_of(tx: &mut Tx, payment: &Payment, invoices: &[Invoice]) -> Result<Option<Activation>> {
    let id = match (payment.activation, invoices.first()) {
        (Some(id), _) => Some(id),
        (None, Some(invoice)) => sql!(
            tx,
            optional(ActivationId, i64),
            "SELECT service_activation_id, version FROM subscriptions WHERE id = $1",
            invoice.subscription_id
        )?
        .map(|(id, _)| id),
        (None, None) => None,
    };
    match id {
        Some(id) => load_activation(tx, id).await.map(Some),
        None => Ok(None),
    }
}

async fn confirmation_of(tx: &mut Tx, activation: ActivationId) -> Result<Option<Confirmation>> {
    Ok(sql!(tx, optional Confirmation,
        "SELECT source, confirmed_at, attempt_id FROM delivery_confirmations WHERE service_activation_id = $1", activation)?)
}

async fn asked(tx: &mut Tx, payment: PaymentId) -> Result<Vec<Asked>> {
    Ok(sql!(tx, all Asked,
        "SELECT kind, amount_cents, state, answer, requested_at, answered_at FROM payment_operations
         WHERE payment_id = $1 ORDER BY requested_at, id LIMIT $2", payment, MOST)?)
}

/// When the payout was booked, and what the bank calls it, if a report has said so.
async fn settled(tx: &mut Tx, payment: &Payment) -> Result<Option<(Timestamp, Option<String>)>> {
    let booked = sql!(
        tx,
        optional(Timestamp, String),
        "SELECT at, movement FROM ledger_entries WHERE payment_id = $1 AND movement IN ('SETTLEMENT', 'RECOVERY')
         ORDER BY at DESC LIMIT 1",
        payment.id
    )?;
    let Some((at, _)) = booked else { return Ok(None) };
    let reference = sql!(
        tx,
        optional(Option<String>, String),
        "SELECT bank_reference, day FROM settlement_lines
         WHERE gateway_payment_id = $1 AND kind = 'CAPTURE' AND status = 'SETTLED' ORDER BY day DESC, position DESC LIMIT 1",
        payment.gateway_payment_id.as_deref()
    )?;
    Ok(Some((at, reference.and_then(|(reference, _)| reference))))
}

/// The ids of what the purchase consists of. A key or an entry about anything else is of another purchase.
fn subjects(payment: &Payment, activation: Option<&Activation>, invoices: &[Invoice]) -> Vec<uuid::Uuid> {
    let mut ids = vec![payment.id.0];
    ids.extend(activation.map(|activation| activation.id.0));
    ids.extend(payment.order.map(|order| order.0));
    ids.extend(payment.debt.map(|debt| debt.0));
    ids.extend(invoices.iter().map(|invoice| invoice.id.0));
    ids
}

async fn told(
    tx: &mut Tx,
    payment: &Payment,
    activation: Option<&Activation>,
    invoices: &[Invoice],
) -> Result<Vec<Told>> {
    let mut rows = Vec::new();
    for id in subjects(payment, activation, invoices) {
        rows.extend(told_about(tx, payment.customer_id, &id.to_string()).await?);
    }
    rows.sort_by_key(|row| row.created_at);
    let mut messages: Vec<(String, Told)> = Vec::new();
    for row in rows {
        // The key without the channel is the message's own.
        let key = row.unique_key.rsplit_once(':').map_or(row.unique_key.clone(), |(key, _)| key.to_owned());
        let at = match messages.iter().position(|(known, _)| *known == key) {
            Some(at) => at,
            None => {
                let told = Told {
                    event: row.event.clone(),
                    locale: row.locale.clone(),
                    subject: row.subject.clone(),
                    text: String::new(),
                    at: row.created_at,
                    ways: Vec::new(),
                };
                messages.push((key, told));
                messages.len() - 1
            }
        };
        let Some((_, message)) = messages.get_mut(at) else { continue };
        // What stands in the app is the message itself; a mail holds links by which its reader is known.
        if row.channel == "IN_APP" {
            message.text = row.body_text;
        }
        if let Some(sent) = row.sent_at.filter(|_| matches!(row.status.as_str(), "SENT" | "MERGED")) {
            message.ways.push((row.channel, sent));
        }
    }
    // What reached nobody proves nothing.
    Ok(messages.into_iter().map(|(_, told)| told).filter(|told| !told.ways.is_empty()).collect())
}

async fn told_about(tx: &mut Tx, customer: UserId, id: &str) -> Result<Vec<ToldRow>> {
    Ok(sql!(tx, all ToldRow,
        "SELECT event, channel, unique_key, locale, subject, body_text, status, sent_at, created_at FROM notifications
         WHERE user_id = $1 AND NOT secret AND unique_key LIKE event || ':' || $2 || ':%'
         ORDER BY created_at, id LIMIT $3", customer, id, MOST)?)
}

async fn entries(
    tx: &mut Tx,
    payment: &Payment,
    activation: Option<&Activation>,
    invoices: &[Invoice],
) -> Result<Vec<Chained>> {
    let mut entries = Vec::new();
    for id in subjects(payment, activation, invoices) {
        let own = sql!(tx, all Chained,
            "SELECT seq, at, kind, before_state, after_state, hash FROM expediente_entries
             WHERE subject_id = $1 AND chain_id = $2 AND visible ORDER BY seq LIMIT $3",
            id, payment.customer_id.0, MOST)?;
        entries.extend(own);
    }
    entries.sort_by_key(|entry| entry.seq);
    Ok(entries)
}
