//! Tries by hand in the database.

use super::model::{ManualEvent, ManualState};
use super::offer::OFFER_LASTS;
use crate::Caas;
use crate::activation::repository::Activation;
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, PaymentId, TicketId, UserId};
use crate::support::model::Terms;
use crate::support::tickets::{Agent, Ticket};
use sqlx::FromRow;
use uuid::Uuid;

/// The columns of a [`Manual`], each behind `$of`.
macro_rules! manual_columns {
    ($of:literal) => {
        columns!($of; id, service_activation_id, ticket_id, agent_id, terms, state, payment_id, earlier_payment_id,
            expires_at, created_at, version)
    };
}
pub(crate) use manual_columns;

/// A try by hand, from the agent's decision to the end.
#[derive(Debug, Clone, FromRow)]
pub struct Manual {
    /// Its id.
    pub id: Uuid,
    /// What is tried.
    #[sqlx(rename = "service_activation_id")]
    pub activation: ActivationId,
    /// On which case.
    pub ticket_id: TicketId,
    /// Who decided it.
    pub agent_id: UserId,
    /// What it costs the customer.
    #[sqlx(try_from = "String")]
    pub terms: Terms,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: ManualState,
    /// The new hold, once the customer accepted.
    pub payment_id: Option<PaymentId>,
    /// The payment of the order.
    pub earlier_payment_id: Option<PaymentId>,
    /// Until when the customer may accept.
    pub expires_at: Option<Timestamp>,
    /// When it was decided.
    pub created_at: Timestamp,
    version: i64,
}

/// The newest try by hand of an activation.
pub async fn manual_of(tx: &mut Tx, activation: ActivationId) -> Result<Option<Manual>> {
    Ok(sql!(tx, optional Manual,
        concat!("SELECT ", manual_columns!(""),
                " FROM manual_activations WHERE service_activation_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1"), activation)?)
}

/// The try by hand of an activation that is not over.
pub(crate) async fn open_of(tx: &mut Tx, activation: ActivationId) -> Result<Option<Manual>> {
    Ok(sql!(tx, optional Manual,
        concat!("SELECT ", manual_columns!(""),
                " FROM manual_activations WHERE service_activation_id = $1 AND state IN ('OFFERED', 'HOLDING', 'TRYING')"),
        activation)?)
}

/// The try by hand that a payment is for.
pub(crate) async fn of_payment(tx: &mut Tx, payment: PaymentId) -> Result<Option<Manual>> {
    Ok(sql!(tx, optional Manual,
        concat!("SELECT ", manual_columns!(""), " FROM manual_activations WHERE payment_id = $1"), payment)?)
}

pub(super) async fn insert(
    caas: &Caas,
    tx: &mut Tx,
    agent: &Agent,
    ticket: &Ticket,
    activation: &Activation,
    terms: Terms,
) -> Result<Manual> {
    let (id, now) = (caas.new_uuid(), caas.now());
    let (state, expires_at) = match terms {
        Terms::Free => (ManualState::Trying, None),
        Terms::NewHold => (ManualState::Offered, Some(now + OFFER_LASTS)),
    };
    Ok(sql!(tx, one Manual,
        concat!("INSERT INTO manual_activations (id, service_activation_id, ticket_id, agent_id, terms, state, earlier_payment_id,
                                         expires_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING ", manual_columns!("")),
        id, activation.id, ticket.id, agent.id, terms.as_str(), state.as_str(), activation.payment_id, expires_at, now)?)
}

pub(super) async fn advance(caas: &Caas, tx: &mut Tx, manual: &mut Manual, event: ManualEvent) -> Result<()> {
    let Some(next) = manual.state.on(event) else {
        return Err(Failure::Stored(format!("a try by hand in {} does not take {event:?}", manual.state)));
    };
    manual.state = next;
    let changed = sql!(tx, execute
        "UPDATE manual_activations SET state = $1, payment_id = $2, earlier_payment_id = $3, updated_at = $4, version = version + 1
         WHERE id = $5 AND version = $6",
        next.as_str(), manual.payment_id, manual.earlier_payment_id, caas.now(), manual.id, manual.version)?;
    if changed != 1 {
        return Err(Failure::Conflict("try by hand"));
    }
    manual.version += 1;
    tx.announce(format!("activation:{}", manual.activation));
    Ok(())
}
