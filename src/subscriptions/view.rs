//! What a customer sees of subscriptions, invoices and debts: read only, every list paged by key.

use super::debts::Debt;
use super::dunning;
use super::invoices::{self, Invoice, InvoiceLine};
use super::model::{Day, DebtId, DunningStep, InvoiceId, InvoiceState, Period, SubscriptionId, SubscriptionStatus};
use super::repository::{self, Subscription};
use super::rules::{period_from, used_days};
use crate::Caas;
use crate::catalogue::{Market, Offer, OfferKind, OfferPrice, ServiceStatus, repository as catalogue};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::money::Money;
use crate::kernel::when::day_there;
use crate::payments::methods::{self, PaymentMethod};
use crate::payments::repository::{self as payments, Payment};
use crate::subscriptions::debts::debt_columns;
use crate::subscriptions::invoices::invoice_columns;
use crate::subscriptions::repository::subscription_columns;
use crate::vehicles::{self, Vehicle};
use uuid::Uuid;

/// More subscriptions at once than any garage has room for.
const MOST: i64 = 200;

/// A subscription with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    /// The subscription.
    pub subscription: Subscription,
    /// The car it is for.
    pub vehicle: Vehicle,
    /// The service's page.
    pub service_slug: String,
    /// What the next charge is made with; none when the customer has no way to pay.
    pub method: Option<PaymentMethod>,
    /// What was billed and is to be paid, oldest first.
    pub unpaid: Vec<Invoice>,
    /// The tries to charge the oldest of them, in the order they were begun.
    pub tries: Vec<Payment>,
    /// What follows and when: of the dunning calendar that runs, or else of one that would begin with the next charge.
    pub calendar: Vec<DunningStep>,
    /// What would be owed in the end if nothing were paid until then.
    pub debt_then: Money,
    /// What is left to be paid after its end.
    pub debt: Option<Debt>,
    /// Other offers of the same service, or its own at the present price.
    pub offers: Vec<(Offer, OfferPrice)>,
    /// All its invoices, newest first.
    pub invoices: Vec<Invoice>,
}

/// Reads a subscription of this customer; `None` when it does not exist or is somebody else's.
pub async fn subscription(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    id: SubscriptionId,
) -> Result<Option<SubscriptionView>> {
    let Some(subscription) = repository::of_customer(tx, customer, id).await? else { return Ok(None) };
    let Some(vehicle) = vehicles::find(tx, subscription.vehicle_id).await? else { return Ok(None) };
    let Some(service) = catalogue::service(tx, subscription.service_id).await? else { return Ok(None) };
    let method = methods::list(tx, customer).await?.into_iter().next();
    let unpaid = invoices::unpaid(tx, id).await?;
    let tries = match unpaid.first() {
        Some(invoice) => payments::of_invoice_or_debt(tx, Some(invoice.id), None).await?,
        None => Vec::new(),
    };
    let calendar = if subscription.is_dunned() {
        dunning::calendar(caas, tx, &subscription).await?
    } else {
        dunning::calendar_in_advance(caas, &subscription)
    };
    let debt_then = debt_if_unpaid(&subscription, &unpaid, calendar.last().map(|step| step.at));
    let market = Market::of_country(&subscription.country);
    let sold = market.filter(|_| service.status != ServiceStatus::Retired);
    let offers = service
        .offers
        .iter()
        .filter(|offer| offer.kind == OfferKind::Subscription)
        .filter_map(|offer| Some((offer.clone(), offer.price(sold?)?)))
        .filter(|(_, price)| price.amount.currency == subscription.currency)
        .filter(|(offer, price)| offer.id != subscription.offer_id || price.amount != subscription.price())
        .collect();
    let debt =
        sql!(tx, optional Debt, concat!("SELECT ", debt_columns!(""), " FROM debts WHERE subscription_id = $1"), id)?;
    let invoices = invoices::of_subscription(tx, id).await?;
    Ok(Some(SubscriptionView {
        subscription,
        vehicle,
        service_slug: service.slug,
        method,
        unpaid,
        tries,
        calendar,
        debt_then,
        debt,
        offers,
        invoices,
    }))
}

/// What is open by then: the unpaid invoices, those of the periods that end meanwhile, and the days used of the last one.
fn debt_if_unpaid(subscription: &Subscription, unpaid: &[Invoice], ends_at: Option<Timestamp>) -> Money {
    let mut owed = Money::new(
        unpaid.iter().map(|invoice| invoice.gross_cents).fold(Default::default(), |sum, cents| sum + cents),
        subscription.currency,
    );
    let Some(end) = ends_at.map(|at| day_there(at, &subscription.time_zone)) else { return owed };
    if subscription.status == SubscriptionStatus::Cancelled {
        return owed;
    }
    let (mut period, mut price) = (subscription.period(), subscription.price());
    // A dunning calendar is shorter than a year.
    for _ in 0..12 {
        let used = used_days(period, price, Day(end));
        owed.cents = owed.cents + used.amount.cents;
        if end < period.end.0 || subscription.cancel_at_period_end {
            break;
        }
        price = subscription.next_price().unwrap_or(price);
        period = period_from(period.end, subscription.anchor_day.try_into().unwrap_or(1));
    }
    owed
}

/// A customer's subscriptions that have not ended, the oldest first.
pub async fn running(tx: &mut Tx, customer: UserId) -> Result<Vec<Subscription>> {
    Ok(sql!(tx, all Subscription,
        concat!("SELECT ", subscription_columns!(""),
                " FROM subscriptions WHERE customer_id = $1 AND status <> 'CANCELLED' ORDER BY id LIMIT $2"), customer, MOST)?)
}

/// A customer's subscriptions that have ended, newest first, older than `before` when given.
pub async fn ended(
    tx: &mut Tx,
    customer: UserId,
    before: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<Subscription>> {
    Ok(sql!(tx, all Subscription,
        concat!("SELECT ", subscription_columns!(""),
                " FROM subscriptions WHERE customer_id = $1 AND status = 'CANCELLED' AND id < $2 ORDER BY id DESC LIMIT $3"),
        customer, before.unwrap_or(SubscriptionId(Uuid::max())), limit)?)
}

/// An invoice with what is printed on it.
#[derive(Debug, Clone)]
pub struct InvoiceView {
    /// The invoice.
    pub invoice: Invoice,
    /// Its lines; their sum is the invoice.
    pub lines: Vec<InvoiceLine>,
    /// The car it is about.
    pub vehicle: Option<Vehicle>,
    /// What it was paid with.
    pub method: Option<PaymentMethod>,
    /// Of a credit note: the number of the invoice it undoes.
    pub credits: Option<String>,
    /// The credit note that undoes it, with its number.
    pub credited_by: Option<(InvoiceId, String)>,
}

/// Reads an invoice; of this customer only, when one is given.
pub async fn invoice(tx: &mut Tx, customer: Option<UserId>, id: InvoiceId) -> Result<Option<InvoiceView>> {
    let found = sql!(tx, optional Invoice,
        concat!("SELECT ", invoice_columns!(""),
                " FROM invoices WHERE id = $1 AND ($2 IS NULL OR customer_id = $2)"), id, customer)?;
    let Some(invoice) = found else { return Ok(None) };
    let lines = invoices::lines_of(tx, id).await?;
    let vehicle = vehicles::find(tx, invoice.vehicle_id).await?;
    let method = match invoice.state {
        InvoiceState::Paid | InvoiceState::Cancelled => paid_with(tx, &invoice).await?,
        InvoiceState::Issued | InvoiceState::InDebt => None,
    };
    let number =
        sql!(tx, optional(InvoiceId, String), "SELECT id, number FROM invoices WHERE id = $1", invoice.credits_id)?;
    let credited_by =
        sql!(tx, optional(InvoiceId, String), "SELECT id, number FROM invoices WHERE credits_id = $1", id)?;
    Ok(Some(InvoiceView { lines, vehicle, method, credits: number.map(|(_, number)| number), credited_by, invoice }))
}

async fn paid_with(tx: &mut Tx, invoice: &Invoice) -> Result<Option<PaymentMethod>> {
    let tries = payments::of_invoice_or_debt(tx, Some(invoice.id), invoice.debt_id).await?;
    match tries.iter().find(|payment| payment.captured_at.is_some()) {
        Some(payment) => Ok(Some(methods::load(tx, payment.payment_method_id).await?)),
        None => Ok(None),
    }
}

/// A debt with what it came from.
#[derive(Debug, Clone)]
pub struct DebtView {
    /// The debt.
    pub debt: Debt,
    /// What it came from.
    pub subscription: Subscription,
    /// The car that was for.
    pub vehicle: Option<Vehicle>,
    /// The invoices it is made of, oldest first.
    pub invoices: Vec<Invoice>,
    /// The tries to pay it, in the order they were begun.
    pub tries: Vec<Payment>,
}

/// A customer's debts, those to be paid first, then the newest.
pub async fn debts(tx: &mut Tx, customer: UserId) -> Result<Vec<DebtView>> {
    let found = sql!(tx, all Debt,
        concat!("SELECT ", debt_columns!(""), " FROM debts WHERE customer_id = $1
         ORDER BY CASE WHEN state IN ('OPEN', 'IN_COLLECTION') THEN 0 ELSE 1 END, id DESC LIMIT $2"), customer, MOST)?;
    let mut views = Vec::new();
    for debt in found {
        views.push(with_origin(tx, debt).await?);
    }
    Ok(views)
}

/// Reads a debt; of this customer only, when one is given.
pub async fn debt(tx: &mut Tx, customer: Option<UserId>, id: DebtId) -> Result<Option<DebtView>> {
    let found = sql!(tx, optional Debt,
        concat!("SELECT ", debt_columns!(""),
                " FROM debts WHERE id = $1 AND ($2 IS NULL OR customer_id = $2)"), id, customer)?;
    match found {
        Some(debt) => Ok(Some(with_origin(tx, debt).await?)),
        None => Ok(None),
    }
}

async fn with_origin(tx: &mut Tx, debt: Debt) -> Result<DebtView> {
    let subscription = repository::load(tx, debt.subscription_id).await?;
    let vehicle = vehicles::find(tx, subscription.vehicle_id).await?;
    let invoices = invoices::of_debt(tx, debt.id).await?;
    let tries = payments::of_invoice_or_debt(tx, None, Some(debt.id)).await?;
    Ok(DebtView { debt, subscription, vehicle, invoices, tries })
}

/// What the next charge of a subscription will be: when, for which days, how much. `None` when none will come.
pub fn next_bill(subscription: &Subscription) -> Option<(Timestamp, Period, Money)> {
    Some((subscription.next_billing_at?, subscription.period(), subscription.price()))
}
