//! What is left unpaid of a subscription, and how it is settled.

use super::charge::Charge;
use super::dunning::{begun_with, drop_unconfirmed};
use super::end::{close, cost_of_ending_now};
use super::model::{
    DebtEvent, DebtId, DebtRefusal, DebtState, EndReason, InvoiceEvent, PayRefusal, SubscriptionEvent, SubscriptionId,
    SubscriptionStatus,
};
use super::repository::{self as store, Subscription};
use super::{billing, invoices, told};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{PaymentId, PaymentMethodId, UserId};
use crate::kernel::money::{Cents, Currency, Money};
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::payments::model::{PaymentEvent, PaymentState};
use crate::payments::refunds::WITHDRAWAL;
use crate::payments::repository::{self as payments, Payment};
use crate::payments::service::{NewPayment, PaymentFor, apply as apply_payment, open, request_refund};
use crate::payments::{ledger, methods};
use sqlx::FromRow;
use uuid::Uuid;

/// The columns of a [`Debt`], each behind `$of`.
macro_rules! debt_columns {
    ($of:literal) => {
        columns!($of; id, subscription_id, customer_id, amount_cents, currency, state, reason, decided_by, version,
            created_at, closed_at)
    };
}
pub(crate) use debt_columns;

/// What a customer owes after a subscription that ended unpaid.
#[derive(Debug, Clone, FromRow)]
pub struct Debt {
    /// Its id.
    pub id: DebtId,
    /// After which subscription.
    pub subscription_id: SubscriptionId,
    /// Who owes it.
    pub customer_id: UserId,
    /// How much: the sum of its invoices.
    pub amount_cents: Cents,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Where it is.
    #[sqlx(try_from = "String")]
    pub state: DebtState,
    /// Why it was written off, in somebody's words.
    pub reason: Option<String>,
    /// Who handed it over or wrote it off.
    pub decided_by: Option<UserId>,
    /// Against lost updates.
    pub version: i64,
    /// When it arose.
    pub created_at: Timestamp,
    /// When it was paid, written off or withdrawn.
    pub closed_at: Option<Timestamp>,
}

impl Debt {
    /// How much.
    pub fn amount(&self) -> Money {
        Money::new(self.amount_cents, self.currency)
    }
}

/// Reads a debt.
pub async fn load(tx: &mut Tx, id: DebtId) -> Result<Debt> {
    Ok(sql!(tx, one Debt, concat!("SELECT ", debt_columns!(""), " FROM debts WHERE id = $1"), id)?)
}

/// A debt, if there is one of this id.
pub async fn find(tx: &mut Tx, id: DebtId) -> Result<Option<Debt>> {
    Ok(sql!(tx, optional Debt, concat!("SELECT ", debt_columns!(""), " FROM debts WHERE id = $1"), id)?)
}

/// A debt of this customer; `None` when it does not exist or is somebody else's.
pub async fn of_customer(tx: &mut Tx, customer: UserId, id: DebtId) -> Result<Option<Debt>> {
    Ok(sql!(tx, optional Debt,
        concat!("SELECT ", debt_columns!(""), " FROM debts WHERE id = $1 AND customer_id = $2"), id, customer)?)
}

/// All debts a customer ever had, newest first.
pub async fn list_of_customer(tx: &mut Tx, customer: UserId) -> Result<Vec<Debt>> {
    Ok(sql!(tx, all Debt,
        concat!("SELECT ", debt_columns!(""),
                " FROM debts WHERE customer_id = $1 ORDER BY id DESC LIMIT 500"), customer)?)
}

/// Whether a customer owes anything: new subscriptions wait until it is paid.
pub async fn has_unpaid(tx: &mut Tx, customer: UserId) -> Result<bool> {
    let row = sql!(
        tx,
        optional(i64, i64),
        "SELECT amount_cents, version FROM debts WHERE customer_id = $1 AND state IN ('OPEN', 'IN_COLLECTION') LIMIT 1",
        customer
    )?;
    Ok(row.is_some())
}

async fn lock(tx: &mut Tx, id: DebtId) -> Result<Debt> {
    sql!(tx, execute "UPDATE debts SET version = version WHERE id = $1", id)?;
    load(tx, id).await
}

/// The last try failed: the service is switched off, the subscription is over, and what is open becomes a debt, with the
/// days used since.
pub(super) async fn give_up(caas: &Caas, tx: &mut Tx, s: &mut Subscription) -> Result<()> {
    billing::catch_up(caas, tx, s).await?;
    (s.next_charge_at, s.dunning_ends_at, s.refused_method_id) = (None, None, None);
    if s.status == SubscriptionStatus::Active {
        let data = serde_json::json!({ "failures": s.failures });
        store::apply(caas, tx, s, SubscriptionEvent::ChargeFailed, Actor::SYSTEM, data).await?;
    }
    if s.status == SubscriptionStatus::Cancelled {
        store::save(caas, tx, s).await?;
    } else {
        invoices::issue_used_days(caas, tx, s, &cost_of_ending_now(s, caas.now())).await?;
        close(caas, tx, s, EndReason::Unpaid, Actor::SYSTEM).await?;
    }
    let debt = arise(caas, tx, s).await?;
    told::given_up(caas, tx, s, &debt).await?;
    let failure = NewFailure {
        kind: FailureType::SubscriptionUnpaid,
        subject: debt.id.0,
        category: FailureCategory::Business,
        component: Component::Billing,
        customer: Some(s.customer_id),
        code: None,
        attempts: s.failures,
        resolution: Resolution::Open,
        communication: Some(NoticeEvent::SubscriptionCancelled.as_str()),
        impact: Some(debt.amount()),
    };
    failures::detected(caas, tx, &failure).await
}

/// Makes what is unpaid a debt.
async fn arise(caas: &Caas, tx: &mut Tx, s: &Subscription) -> Result<Debt> {
    let (id, now) = (caas.new_id::<DebtId>(), caas.now());
    let unpaid = invoices::unpaid(tx, s.id).await?;
    let amount = unpaid.iter().map(|invoice| invoice.gross_cents).fold(Cents::ZERO, |a, b| a + b);
    sql!(tx, execute
        "INSERT INTO debts (id, subscription_id, customer_id, amount_cents, currency, state, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 'OPEN', $6, $6)",
        id, s.id, s.customer_id, amount, s.currency.as_str(), now)?;
    for mut invoice in unpaid {
        drop_unconfirmed(caas, tx, invoice.id).await?;
        invoice.debt_id = Some(id);
        invoices::apply(caas, tx, &mut invoice, InvoiceEvent::LeftUnpaid, Actor::SYSTEM).await?;
    }
    let debt = load(tx, id).await?;
    let data = serde_json::json!({ "amount": debt.amount(), "service": s.service_names.0, "subscription": s.id });
    note(caas, tx, &debt, Actor::SYSTEM, None, data).await?;
    Ok(debt)
}

async fn note(
    caas: &Caas,
    tx: &mut Tx,
    debt: &Debt,
    actor: Actor,
    before: Option<DebtState>,
    data: serde_json::Value,
) -> Result<()> {
    tx.announce(format!("debt:{}", debt.id));
    let entry = Entry {
        before: before.map(DebtState::as_str),
        after: Some(debt.state.as_str()),
        data,
        visible: true,
        ..Entry::new(Some(debt.customer_id), actor, EntryKind::DebtChanged, SubjectKind::Debt, debt.id.0)
    };
    record(caas, tx, entry).await
}

/// Takes a debt one step on: state and entry.
async fn apply(caas: &Caas, tx: &mut Tx, debt: &mut Debt, event: DebtEvent, actor: Actor) -> Result<()> {
    let before = debt.state;
    let refused = || Failure::Stored(format!("a debt in {before} does not take {event:?}"));
    debt.state = before.on(event).ok_or_else(refused)?;
    if !debt.state.is_unpaid() {
        debt.closed_at = Some(caas.now());
    }
    let changed = sql!(tx, execute
        "UPDATE debts SET state = $1, reason = $2, decided_by = $3, closed_at = $4, updated_at = $5, version = version + 1
         WHERE id = $6 AND version = $7",
        debt.state.as_str(), debt.reason.as_deref(), debt.decided_by, debt.closed_at, caas.now(), debt.id, debt.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("debt"));
    }
    debt.version += 1;
    note(caas, tx, debt, actor, Some(before), serde_json::json!({ "amount": debt.amount() })).await
}

/// The payment of a debt that is not over.
pub(super) async fn under_way(tx: &mut Tx, debt: DebtId) -> Result<Option<Payment>> {
    let all = payments::of_invoice_or_debt(tx, None, Some(debt)).await?;
    Ok(all.into_iter().find(|payment| !payment.state.is_over()))
}

/// Pays a debt in full by the customer's click. The same form key begins it once.
pub async fn pay(
    caas: &Caas,
    customer: UserId,
    id: DebtId,
    method: PaymentMethodId,
    form_key: &str,
) -> Result<std::result::Result<PaymentId, PayRefusal>> {
    let mut tx = caas.db.begin().await?;
    if of_customer(&mut tx, customer, id).await?.is_none() {
        return Ok(Err(PayRefusal::NotFound));
    }
    let debt = lock(&mut tx, id).await?;
    let form_key = format!("{id}:{form_key}");
    if let Some(begun) = begun_with(&mut tx, &form_key).await? {
        return Ok(Ok(begun));
    }
    if !debt.state.is_unpaid() {
        return Ok(Err(PayRefusal::NothingDue));
    }
    if methods::find(&mut tx, customer, method).await?.is_none() {
        return Ok(Err(PayRefusal::NoMethod));
    }
    if let Some(mut other) = under_way(&mut tx, id).await? {
        if other.authentication_url.is_none() {
            return Ok(Err(PayRefusal::UnderWay));
        }
        // The customer left the bank's page and pays otherwise.
        other.authentication_url = None;
        apply_payment(caas, &mut tx, &mut other, PaymentEvent::Abandoned).await?;
    }
    let vat_rate = invoices::of_debt(&mut tx, id).await?.first().map_or(0, |invoice| invoice.vat_rate_basis_points);
    let new = NewPayment {
        purpose: PaymentFor::Debt { debt: id, form_key },
        customer,
        method,
        amount: debt.amount(),
        vat_rate_basis_points: vat_rate,
    };
    let payment = open(caas, &mut tx, &new).await?;
    Charge::enqueue(caas, &mut tx, payment, caas.now()).await?;
    tx.announce(format!("debt:{id}"));
    tx.commit().await?;
    Ok(Ok(payment))
}

/// A debt's money was taken: it is paid, and new subscriptions are possible at once.
pub(super) async fn taken(caas: &Caas, tx: &mut Tx, id: DebtId, payment: &Payment) -> Result<()> {
    let mut debt = lock(tx, id).await?;
    if !debt.state.is_unpaid() {
        return request_refund(caas, tx, payment, "DEBT_CLOSED").await;
    }
    apply(caas, tx, &mut debt, DebtEvent::Paid, Actor::GATEWAY).await?;
    for mut invoice in invoices::of_debt(tx, id).await? {
        invoices::apply(caas, tx, &mut invoice, InvoiceEvent::Paid, Actor::GATEWAY).await?;
    }
    let kind = FailureType::SubscriptionUnpaid;
    failures::resolved(caas, tx, kind, id.0, Resolution::PaidAfterAll, Some(Cents::ZERO)).await
}

/// The customer withdrew from the contract: nothing of its debt is owed any more, and what was paid goes back. Returns what
/// goes back; `None` when there is no debt or finance has given it up.
pub(super) async fn withdrawn(caas: &Caas, tx: &mut Tx, s: &Subscription) -> Result<Option<Cents>> {
    let debt =
        sql!(tx, optional Debt, concat!("SELECT ", debt_columns!(""), " FROM debts WHERE subscription_id = $1"), s.id)?;
    let Some(debt) = debt else { return Ok(None) };
    let mut debt = lock(tx, debt.id).await?;
    if debt.state.on(DebtEvent::Withdrawn).is_none() {
        return Ok(None);
    }
    let mut back = Cents::ZERO;
    for mut payment in payments::of_invoice_or_debt(tx, None, Some(debt.id)).await? {
        if payment.state == PaymentState::Charged {
            request_refund(caas, tx, &payment, WITHDRAWAL).await?;
            back = back + payment.captured_cents;
        } else if !payment.state.is_over() && payment.authentication_url.is_some() {
            payment.authentication_url = None;
            apply_payment(caas, tx, &mut payment, PaymentEvent::Abandoned).await?;
        }
    }
    apply(caas, tx, &mut debt, DebtEvent::Withdrawn, Actor::customer(s.customer_id)).await?;
    let kind = FailureType::SubscriptionUnpaid;
    failures::resolved(caas, tx, kind, debt.id.0, Resolution::NoLongerNeeded, Some(Cents::ZERO)).await?;
    Ok(Some(back))
}

type Decided = Result<std::result::Result<(), DebtRefusal>>;

/// Finance hands a debt to people who collect it. It can still be paid online.
pub async fn hand_to_collection(caas: &Caas, staff: UserId, id: DebtId) -> Decided {
    decide(caas, staff, id, DebtEvent::HandedOver, None).await
}

/// Finance gives a debt up, with the reason.
pub async fn write_off(caas: &Caas, staff: UserId, id: DebtId, reason: &str) -> Decided {
    let reason = reason.trim();
    if reason.is_empty() {
        return Ok(Err(DebtRefusal::NoReason));
    }
    decide(caas, staff, id, DebtEvent::WrittenOff, Some(reason.chars().take(1000).collect())).await
}

async fn decide(caas: &Caas, staff: UserId, id: DebtId, event: DebtEvent, reason: Option<String>) -> Decided {
    let mut tx = caas.db.begin().await?;
    if find(&mut tx, id).await?.is_none() {
        return Ok(Err(DebtRefusal::NotFound));
    }
    let mut debt = lock(&mut tx, id).await?;
    if debt.state.on(event).is_none() {
        return Ok(Err(DebtRefusal::NotThen));
    }
    if under_way(&mut tx, id).await?.is_some_and(|payment| payment.authentication_url.is_none()) {
        return Ok(Err(DebtRefusal::UnderWay));
    }
    debt.decided_by = Some(staff);
    debt.reason = reason.or(debt.reason);
    apply(caas, &mut tx, &mut debt, event, Actor::staff(staff)).await?;
    if event == DebtEvent::WrittenOff {
        for invoice in invoices::of_debt(&mut tx, id).await? {
            ledger::book_write_off(caas, &mut tx, invoice.id, invoice.currency, invoice.gross_cents).await?;
        }
        let kind = FailureType::SubscriptionUnpaid;
        failures::resolved(caas, &mut tx, kind, id.0, Resolution::Absorbed, None).await?;
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Debts of a state, newest first, older than `before` when given.
pub async fn list(tx: &mut Tx, state: Option<DebtState>, before: Option<DebtId>, limit: i64) -> Result<Vec<Debt>> {
    let before = before.unwrap_or(DebtId(Uuid::max()));
    Ok(match state {
        Some(state) => sql!(tx, all Debt,
            concat!("SELECT ", debt_columns!(""),
                    " FROM debts WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3"), state.as_str(), before, limit)?,
        None => sql!(tx, all Debt, concat!("SELECT ", debt_columns!(""),
                 " FROM debts WHERE id < $1 ORDER BY id DESC LIMIT $2"), before, limit)?,
    })
}
