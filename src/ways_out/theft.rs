//! The note of a theft (rulebook §9), which changes nothing.

use super::not_now;
use crate::Caas;
use crate::expediente::model::{EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::ids::{UserId, VehicleId};
use crate::kernel::locale::Locale;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::support::conversation::locale_of;
use crate::support::model::{LONGEST_TEXT, NotNow, SupportError, written};
use crate::support::{Agent, Answer};
use crate::vehicles;

/// Notes a theft that a customer told of. The customer learns what can be cancelled and what not; nothing else happens.
pub async fn note_theft(
    caas: &Caas,
    agent: &Agent,
    customer: UserId,
    vehicle: Option<VehicleId>,
    text: &str,
) -> Answer<()> {
    let Some(text) = written(text, LONGEST_TEXT) else { return not_now(NotNow::Invalid) };
    let mut tx = caas.db.begin().await?;
    let known = sql!(
        &mut tx,
        optional(UserId, i64),
        "SELECT id, version FROM users WHERE id = $1 AND role = 'CUSTOMER'",
        customer
    )?;
    if known.is_none() {
        return Ok(Err(SupportError::NotFound));
    }
    let car = match vehicle {
        Some(id) => match vehicles::vehicle_of(&mut tx, customer, id).await? {
            Some(car) => Some(car),
            None => return Ok(Err(SupportError::NotFound)),
        },
        None => None,
    };
    let id = caas.new_uuid();
    sql!(&mut tx, execute
        "INSERT INTO theft_notes (id, customer_id, vehicle_id, agent_id, text, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        id, customer, vehicle, agent.id, &text, caas.now())?;
    let entry = Entry {
        vehicle,
        data: serde_json::json!({ "note": id }),
        visible: true,
        ..Entry::new(
            Some(customer),
            agent.actor(),
            EntryKind::TheftNoted,
            SubjectKind::Vehicle,
            vehicle.map_or(customer.0, |vehicle| vehicle.0),
        )
    };
    record(caas, &mut tx, entry).await?;
    let locale: Locale = locale_of(&mut tx, customer).await?;
    let notice = Notice {
        vehicle: car.map_or_else(|| locale.t("coche", "car").to_owned(), |car| car.model_name),
        ..Notice::about(customer, NoticeEvent::TheftGuidance, id.to_string(), "/expediente")
    };
    notify(caas, &mut tx, &notice).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
