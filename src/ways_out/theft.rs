//! The note of a theft (rulebook §9), which changes nothing.

use super::not_now;
use crate::Caas;
use crate::activation::deactivation::{self, Reason};
use crate::activation::repository as activations;
use crate::expediente::model::{EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::ids::{UserId, VehicleId};
use crate::kernel::locale::Locale;
use crate::kernel::planted::{Bug, is_in};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::support::conversation::locale_of;
use crate::support::model::{LONGEST_TEXT, NotNow, SupportError, written};
use crate::support::{Agent, Answer};
use crate::vehicles;

codes! {
    /// What a note says.
    pub enum TheftSays {
        /// The car is stolen.
        Stolen = "STOLEN",
        /// It is back, or the theft was noted by mistake.
        Back = "BACK",
    }
}

/// Notes a theft that a customer told of. The customer learns what can be cancelled and what not; nothing else happens.
pub async fn note_theft(
    caas: &Caas,
    agent: &Agent,
    customer: UserId,
    vehicle: Option<VehicleId>,
    text: &str,
) -> Answer<()> {
    note(caas, agent, customer, vehicle, TheftSays::Stolen, text).await
}

/// Notes that a car is back, or that its theft was noted by mistake: a second note, and the first one stays.
pub async fn note_theft_over(
    caas: &Caas,
    agent: &Agent,
    customer: UserId,
    vehicle: Option<VehicleId>,
    text: &str,
) -> Answer<()> {
    note(caas, agent, customer, vehicle, TheftSays::Back, text).await
}

async fn note(
    caas: &Caas,
    agent: &Agent,
    customer: UserId,
    vehicle: Option<VehicleId>,
    says: TheftSays,
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
        "INSERT INTO theft_notes (id, customer_id, vehicle_id, agent_id, text, says, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)", id, customer, vehicle, agent.id, &text, says.as_str(), caas.now())?;
    let entry = Entry {
        vehicle,
        data: serde_json::json!({ "note": id }),
        visible: true,
        ..Entry::new(
            Some(customer),
            agent.actor(),
            match says {
                TheftSays::Stolen => EntryKind::TheftNoted,
                TheftSays::Back => EntryKind::TheftOver,
            },
            SubjectKind::Vehicle,
            vehicle.map_or(customer.0, |vehicle| vehicle.0),
        )
    };
    record(caas, &mut tx, entry).await?;
    if says == TheftSays::Back {
        tx.commit().await?;
        return Ok(Ok(()));
    }
    if let Some(car) = &car
        && is_in(Bug::TheftSwitchesOff)
    {
        for running in activations::running_services(&mut tx, car.id).await? {
            if deactivation::may_switch_off(&running, Reason::SubscriptionOver, caas.now()) {
                let never = Timestamp::UNIX_EPOCH;
                deactivation::request(caas, &mut tx, &running, Reason::SubscriptionOver, never).await?;
            }
        }
    }
    let locale: Locale = locale_of(&mut tx, customer).await?;
    let page = vehicle.map_or_else(|| "/expediente".to_owned(), |car| format!("/expediente/coches/{car}/robo"));
    let notice = Notice {
        vehicle: car.map_or_else(|| locale.t("coche", "car").to_owned(), |car| car.model_name),
        ..Notice::about(customer, NoticeEvent::TheftGuidance, id.to_string(), page)
    };
    notify(caas, &mut tx, &notice).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
