//! The car has to see a workshop: its dealership gives the customer an appointment.

use super::not_now;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{DealershipId, TicketId, UserId, VehicleId};
use crate::notifications::model::NoticeEvent;
use crate::notifications::notify;
use crate::support::conversation::{notice_about, system};
use crate::support::model::{LONGEST_TEXT, NotNow, SupportError, TicketEvent, written};
use crate::support::tickets::{self, Agent, Answer, Told, lock, step};
use sqlx::FromRow;
use uuid::Uuid;

/// Something a dealership is to look at.
#[derive(Debug, Clone, FromRow)]
pub struct Appointment {
    /// Its id: the key for the next page.
    pub id: Uuid,
    /// The case's number.
    pub number: String,
    /// What is to be looked at.
    pub text: String,
    /// Whose car.
    pub customer_name: String,
    /// To agree the day.
    pub customer_phone: Option<String>,
    /// And by mail.
    pub customer_email: String,
    /// The car.
    pub vin: String,
    /// Its plate.
    pub plate: Option<String>,
    /// Its model.
    pub model_name: String,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// Asks the car's dealership to give the customer an appointment, and tells the customer.
pub async fn dealership_appointment(caas: &Caas, agent: &Agent, ticket: TicketId, text: &str) -> Answer<()> {
    let Some(text) = written(text, LONGEST_TEXT) else { return not_now(NotNow::Invalid) };
    let mut tx = caas.db.begin().await?;
    let mut ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let place = match ticket.vehicle_id {
        Some(id) => sql!(
            &mut tx,
            optional(VehicleId, Option<DealershipId>),
            "SELECT id, dealership_id FROM vehicles WHERE id = $1",
            id
        )?,
        None => None,
    };
    let Some((vehicle, Some(dealership))) = place else { return not_now(NotNow::NoDealership) };
    let id = caas.new_uuid();
    let told = Told {
        actor: agent.actor(),
        kind: EntryKind::AppointmentRequested,
        visible: true,
        data: serde_json::json!({ "appointment": id, "dealership": dealership }),
    };
    if let Err(refusal) = step(caas, &mut tx, &mut ticket, TicketEvent::Answered, told).await? {
        return Ok(Err(refusal));
    }
    sql!(&mut tx, execute
        "INSERT INTO workshop_appointments (id, ticket_id, customer_id, vehicle_id, dealership_id, text, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id, ticket.id, ticket.customer_id, vehicle, dealership, &text, caas.now())?;
    system(caas, &mut tx, ticket.id, Some(agent.id), "APPOINTMENT_REQUESTED", serde_json::json!({ "text": text }))
        .await?;
    tx.announce(format!("dealership:{dealership}"));
    let notice = notice_about(&mut tx, &ticket, NoticeEvent::DealershipAppointment, id.to_string()).await?;
    notify(caas, &mut tx, &notice).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// What a dealership is asked to look at, the oldest first, after `after` when given.
pub async fn appointments_of(
    tx: &mut Tx,
    dealership: DealershipId,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Appointment>> {
    Ok(sql!(tx, all Appointment,
        "SELECT w.id, t.number, w.text, u.name AS customer_name, u.phone AS customer_phone, u.email AS customer_email, v.vin,
                v.plate, m.name AS model_name, w.created_at
         FROM workshop_appointments w JOIN tickets t ON t.id = w.ticket_id JOIN users u ON u.id = w.customer_id
         JOIN vehicles v ON v.id = w.vehicle_id JOIN vehicle_models m ON m.code = v.model_code
         WHERE w.dealership_id = $1 AND w.made_at IS NULL AND w.id > $2 ORDER BY w.id LIMIT $3",
        dealership, after.unwrap_or(Uuid::nil()), limit)?)
}

/// The dealership has agreed an appointment with the customer.
pub async fn appointment_made(caas: &Caas, by: UserId, dealership: DealershipId, id: Uuid) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let made = sql!(&mut tx, optional (TicketId, DealershipId),
        "UPDATE workshop_appointments SET made_at = $1, made_by = $2 WHERE id = $3 AND dealership_id = $4 AND made_at IS NULL
         RETURNING ticket_id, dealership_id", caas.now(), by, id, dealership)?;
    let Some((ticket, _)) = made else { return Ok(Err(SupportError::NotFound)) };
    let ticket = tickets::load(&mut tx, ticket).await?;
    let data = serde_json::json!({ "appointment": id });
    let told = Told { actor: Actor::staff(by), kind: EntryKind::AppointmentMade, visible: true, data };
    tickets::log(caas, &mut tx, &ticket, None, told).await?;
    system(caas, &mut tx, ticket.id, Some(by), "APPOINTMENT_MADE", serde_json::json!({})).await?;
    tickets::changed(&mut tx, &ticket);
    tx.announce(format!("dealership:{dealership}"));
    tx.commit().await?;
    Ok(Ok(()))
}
