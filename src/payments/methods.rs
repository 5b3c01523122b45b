//! Stored ways to pay. The customer enters them on the gateway's page; we keep a token, the brand and four digits.

use super::model::MethodKind;
use super::port::{GatewayError, GatewayMethod, SetupOutcome, SetupRequest};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{PaymentMethodId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Locale;
use crate::subscriptions::model::TryNewMethod;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

/// A stored way to pay.
#[derive(Debug, Clone, FromRow)]
pub struct PaymentMethod {
    /// Its id.
    pub id: PaymentMethodId,
    /// Card or transfer.
    #[sqlx(try_from = "String")]
    pub kind: MethodKind,
    /// What stands for it at the gateway.
    pub token: String,
    /// "Visa", for example.
    pub brand: Option<String>,
    /// The last four digits.
    pub last4: Option<String>,
    /// Month of expiry.
    pub exp_month: Option<i64>,
    /// Year of expiry.
    pub exp_year: Option<i64>,
    /// Proposed first.
    pub is_default: bool,
}

impl PaymentMethod {
    /// What people recognise it by: "Visa ···· 4242".
    pub fn label(&self, locale: Locale) -> String {
        let brand = self.brand.as_deref().unwrap_or(match self.kind {
            MethodKind::Card => locale.t("Tarjeta", "Card"),
            MethodKind::BankTransfer => locale.t("Transferencia bancaria", "Bank transfer"),
        });
        match &self.last4 {
            Some(last4) => format!("{brand} ···· {last4}"),
            None => brand.to_owned(),
        }
    }
}

/// A customer's ways to pay, the default first.
pub async fn list(tx: &mut Tx, customer: UserId) -> Result<Vec<PaymentMethod>> {
    Ok(sql!(tx, all PaymentMethod,
        "SELECT id, kind, token, brand, last4, exp_month, exp_year, is_default FROM payment_methods
         WHERE customer_id = $1 AND removed_at IS NULL ORDER BY is_default DESC, created_at DESC, id", customer)?)
}

/// One way to pay of this customer; `None` when it does not exist, was removed or is somebody else's.
pub async fn find(tx: &mut Tx, customer: UserId, id: PaymentMethodId) -> Result<Option<PaymentMethod>> {
    Ok(sql!(tx, optional PaymentMethod,
        "SELECT id, kind, token, brand, last4, exp_month, exp_year, is_default FROM payment_methods
         WHERE customer_id = $1 AND id = $2 AND removed_at IS NULL", customer, id)?)
}

/// One way to pay, also a removed one: payments made with it still show it.
pub async fn load(tx: &mut Tx, id: PaymentMethodId) -> Result<PaymentMethod> {
    Ok(sql!(tx, one PaymentMethod,
        "SELECT id, kind, token, brand, last4, exp_month, exp_year, is_default FROM payment_methods WHERE id = $1", id)?)
}

/// Opens the gateway's page for the customer and returns its address.
///
/// The key is written before the request. `None` when the gateway can't be reached now: nothing is lost by trying again.
pub async fn begin_setup(caas: &Caas, customer: UserId, locale: Locale, return_path: &str) -> Result<Option<String>> {
    let (id, now) = (caas.new_uuid(), caas.now());
    let key = format!("caas-setup-{id}");
    let mut tx = caas.db.begin().await?;
    sql!(tx, execute
        "INSERT INTO setup_sessions (id, customer_id, idempotency_key, return_path, state, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'REQUESTED', $5, $5)", id, customer, &key, return_path, now)?;
    tx.commit().await?;
    let request =
        SetupRequest { customer, return_url: format!("{}/cuenta/metodos-de-pago/vuelta", caas.public_url), locale };
    let session = match caas.gateway.create_setup_session(&request, &key).await {
        Ok(session) => session,
        Err(error) => {
            tracing::warn!(%error, "setup_session_not_opened");
            super::jobs::note_call(caas, error.is_outage()).await?;
            return Ok(None);
        }
    };
    let mut tx = caas.db.begin().await?;
    sql!(tx, execute
        "UPDATE setup_sessions SET gateway_session_id = $1, url = $2, state = 'OPEN', updated_at = $3 WHERE id = $4",
        &session.session_id, &session.url, caas.now(), id)?;
    // Should the customer close the window on the gateway's last page, the method is found all the same.
    let job = CompleteSetup { session_id: session.session_id };
    jobs::enqueue(caas, &mut tx, &job, Enqueue::at(caas.now() + TimeDelta::minutes(10))).await?;
    tx.commit().await?;
    Ok(Some(session.url))
}

/// What came of a visit to the gateway's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupResult {
    /// There is a new way to pay; the customer was on the way to this path.
    Added(String),
    /// The customer left without one.
    Abandoned(String),
    /// The gateway has not said yet.
    Waiting(String),
    /// No such visit of this customer.
    Unknown,
}

/// The customer has come back from the gateway's page.
pub async fn complete_setup(caas: &Caas, customer: UserId, session_id: &str) -> Result<SetupResult> {
    let mut tx = caas.db.read().await?;
    let row = sql!(
        tx,
        optional(String, String),
        "SELECT state, return_path FROM setup_sessions WHERE gateway_session_id = $1 AND customer_id = $2",
        session_id,
        customer
    )?;
    drop(tx);
    let Some((state, return_path)) = row else { return Ok(SetupResult::Unknown) };
    match state.as_str() {
        "COMPLETED" => return Ok(SetupResult::Added(return_path)),
        "ABANDONED" => return Ok(SetupResult::Abandoned(return_path)),
        _ => {}
    }
    match caas.gateway.setup_session(session_id).await {
        Ok(outcome) => {
            let mut tx = caas.db.begin().await?;
            let result = conclude(caas, &mut tx, session_id, customer, return_path, outcome).await?;
            tx.commit().await?;
            Ok(result)
        }
        Err(error) => {
            tracing::warn!(%error, "setup_session_not_answered");
            Ok(SetupResult::Waiting(return_path))
        }
    }
}

async fn conclude(
    caas: &Caas,
    tx: &mut Tx,
    session_id: &str,
    customer: UserId,
    return_path: String,
    outcome: SetupOutcome,
) -> Result<SetupResult> {
    let (state, result) = match &outcome {
        SetupOutcome::Open => return Ok(SetupResult::Waiting(return_path)),
        SetupOutcome::Completed(_) => ("COMPLETED", SetupResult::Added(return_path)),
        SetupOutcome::Abandoned => ("ABANDONED", SetupResult::Abandoned(return_path)),
    };
    let changed = sql!(tx, execute
        "UPDATE setup_sessions SET state = $1, updated_at = $2 WHERE gateway_session_id = $3 AND state = 'OPEN'",
        state, caas.now(), session_id)?;
    if let (1, SetupOutcome::Completed(method)) = (changed, outcome) {
        add(caas, tx, customer, &method).await?;
    }
    Ok(result)
}

/// Stores a way to pay as the one that is proposed first.
pub async fn add(caas: &Caas, tx: &mut Tx, customer: UserId, method: &GatewayMethod) -> Result<PaymentMethodId> {
    let (id, now) = (caas.new_id::<PaymentMethodId>(), caas.now());
    sql!(tx, execute "UPDATE payment_methods SET is_default = $1 WHERE customer_id = $2", false, customer)?;
    // A token seen before is the same card entered again: it comes back if it had been removed.
    let (id,) = sql!(tx, one (PaymentMethodId,),
        "INSERT INTO payment_methods (id, customer_id, kind, token, brand, last4, exp_month, exp_year, is_default, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (customer_id, token) DO UPDATE SET removed_at = NULL, is_default = excluded.is_default,
             exp_month = excluded.exp_month, exp_year = excluded.exp_year
         RETURNING id",
        id, customer, method.kind.as_str(), &method.token, method.brand.as_deref(), method.last4.as_deref(),
        method.exp_month, method.exp_year, true, now)?;
    let entry = Entry {
        visible: true,
        data: serde_json::json!({ "brand": method.brand, "last4": method.last4 }),
        ..Entry::new(
            Some(customer),
            Actor::customer(customer),
            EntryKind::PaymentMethodAdded,
            SubjectKind::PaymentMethod,
            id.0,
        )
    };
    record(caas, tx, entry).await?;
    try_at_once(caas, tx, customer).await?;
    Ok(id)
}

/// What a subscription owes is tried with another way to pay at once.
async fn try_at_once(caas: &Caas, tx: &mut Tx, customer: UserId) -> Result<()> {
    let key = format!("new-method:{customer}");
    jobs::enqueue(caas, tx, &TryNewMethod { customer }, Enqueue::now().keyed(key)).await
}

/// Asks the gateway what came of a visit from which nobody returned.
#[derive(Serialize, Deserialize)]
pub struct CompleteSetup {
    session_id: String,
}

impl Job for CompleteSetup {
    const KIND: &'static str = "payments.complete_setup";

    async fn run(self, caas: &Caas, run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.read().await?;
        let row = sql!(
            tx,
            optional(UserId, String, crate::kernel::Timestamp),
            "SELECT customer_id, return_path, created_at FROM setup_sessions WHERE gateway_session_id = $1 AND state = 'OPEN'",
            &self.session_id
        )?;
        drop(tx);
        let Some((customer, return_path, created_at)) = row else { return Ok(Outcome::Done) };
        let outcome = match caas.gateway.setup_session(&self.session_id).await {
            // After a day nobody is on that page any more.
            Ok(SetupOutcome::Open) if caas.now() - created_at > TimeDelta::days(1) => SetupOutcome::Abandoned,
            Ok(SetupOutcome::Open) => return Ok(Outcome::Again(run.due_at.max(caas.now()) + TimeDelta::hours(1))),
            Ok(outcome) => outcome,
            Err(GatewayError::Refused { .. }) => SetupOutcome::Abandoned,
            Err(error) => return Err(JobError::Outside(error.to_string())),
        };
        let mut tx = caas.db.begin().await?;
        conclude(caas, &mut tx, &self.session_id, customer, return_path, outcome).await?;
        Ok(Outcome::DoneIn(tx))
    }
}

/// Makes a way to pay the one that is proposed first. `false` when it is not this customer's.
pub async fn make_default(caas: &Caas, customer: UserId, id: PaymentMethodId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    if find(&mut tx, customer, id).await?.is_none() {
        return Ok(false);
    }
    sql!(tx, execute "UPDATE payment_methods SET is_default = (id = $1) WHERE customer_id = $2 AND removed_at IS NULL", id, customer)?;
    log(caas, &mut tx, customer, EntryKind::PaymentMethodPreferred, id.0).await?;
    try_at_once(caas, &mut tx, customer).await?;
    tx.commit().await?;
    Ok(true)
}

/// Removes a way to pay. Payments under way with it go on. `false` when it is not this customer's.
pub async fn remove(caas: &Caas, customer: UserId, id: PaymentMethodId) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let Some(method) = find(&mut tx, customer, id).await? else { return Ok(false) };
    sql!(tx, execute "UPDATE payment_methods SET removed_at = $1, is_default = $2 WHERE id = $3", caas.now(), false, id)?;
    if method.is_default
        && let Some(next) = list(&mut tx, customer).await?.first()
    {
        sql!(tx, execute "UPDATE payment_methods SET is_default = $1 WHERE id = $2", true, next.id)?;
    }
    log(caas, &mut tx, customer, EntryKind::PaymentMethodRemoved, id.0).await?;
    tx.commit().await?;
    Ok(true)
}

async fn log(caas: &Caas, tx: &mut Tx, customer: UserId, kind: EntryKind, id: Uuid) -> Result<(), Failure> {
    let entry = Entry {
        visible: kind == EntryKind::PaymentMethodRemoved,
        ..Entry::new(Some(customer), Actor::customer(customer), kind, SubjectKind::PaymentMethod, id)
    };
    record(caas, tx, entry).await
}
