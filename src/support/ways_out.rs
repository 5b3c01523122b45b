//! The ways out of a case (rulebook §10), each with its consequences: another try by hand, a permanent failure with the
//! proof that it cost nothing, the workshop, a change of the catalogue. And the note of a theft (§9), which changes nothing.

use super::conversation::{locale_of, notice_about, solve, system};
use super::model::{
    Compensation, DISCOUNTS, LONGEST_TEXT, NotNow, RuleChange, RuleStatus, Solution, SupportError, Terms, TicketEvent,
    written,
};
use super::tickets::{self, Agent, Answer, Ticket, Told, lock, step};
use crate::Caas;
use crate::activation::manual::{self, ManualState};
use crate::activation::model::{ActivationEvent, ActivationState};
use crate::activation::port::VehicleStatus;
use crate::activation::repository::{self as activations, Activation, Cause, apply};
use crate::breaker::{self, BreakerState, System};
use crate::catalogue::repository as catalogue;
use crate::catalogue::rules::compare_firmware;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, DealershipId, PaymentId, ServiceId, TicketId, UserId, VehicleId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::{Bilingual, Locale};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::model::{OperationKind, PaymentState};
use crate::payments::repository as payments;
use crate::payments::service::request_refund;
use crate::purchases::discounts;
use crate::sales::vehicles;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use std::cmp::Ordering;
use std::time::Duration;
use uuid::Uuid;

/// How long a page waits for a vehicle.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long after the decision it is looked at for the first time whether the money has gone back, and the longest pause.
const LOOK_AGAIN: (TimeDelta, TimeDelta) = (TimeDelta::seconds(60), TimeDelta::hours(1));

fn not_now<T>(why: NotNow) -> Answer<T> {
    Ok(Err(SupportError::not_now(why)))
}

/// The activation of a case.
async fn activation_of(tx: &mut Tx, ticket: &Ticket) -> Result<Option<Activation>> {
    match ticket.activation {
        Some(id) => Ok(Some(activations::load(tx, id).await?)),
        None => Ok(None),
    }
}

/// Asks the vehicle of a case how it is, now. `None`: it does not answer now.
pub async fn vehicle_status_now(caas: &Caas, _agent: &Agent, ticket: TicketId) -> Answer<Option<VehicleStatus>> {
    let mut tx = caas.db.read().await?;
    let row = sql!(
        tx,
        optional(String, VehicleId),
        "SELECT v.vin, v.id FROM tickets t JOIN vehicles v ON v.id = t.vehicle_id WHERE t.id = $1",
        ticket
    )?;
    let (breaker, _) = breaker::state(&mut tx, System::Iot).await?;
    drop(tx);
    let Some((vin, _)) = row else { return Ok(Err(SupportError::NotFound)) };
    if breaker == BreakerState::Open {
        return Ok(Ok(None));
    }
    // A look is no attempt: it counts neither for nor against API IoT.
    match tokio::time::timeout(PATIENCE, caas.iot.vehicle_status(&vin)).await {
        Ok(Ok(status)) => Ok(Ok(Some(status))),
        Ok(Err(error)) => {
            tracing::info!(%ticket, %error, "vehicle_status_not_known");
            Ok(Ok(None))
        }
        Err(_) => Ok(Ok(None)),
    }
}

/// Tries once more, by hand: for free at once, or with a new hold once the customer has accepted it.
pub async fn manual_activation(caas: &Caas, agent: &Agent, ticket: TicketId, terms: Terms) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    let mut ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(mut activation) = activation_of(&mut tx, &ticket).await? else {
        return not_now(NotNow::NotWaitingForSupport);
    };
    let answer = manual::begin(caas, &mut tx, agent, &mut ticket, &mut activation, terms).await?;
    if answer.is_ok() {
        tx.commit().await?;
    }
    Ok(answer)
}

/// Declares that it can't be done. The case ends once it is proven that nothing was charged; then the customer is told,
/// with what is offered instead.
pub async fn permanent_failure(
    caas: &Caas,
    agent: &Agent,
    ticket: TicketId,
    reason_text: &str,
    compensation: Option<Compensation>,
) -> Answer<()> {
    let Some(text) = written(reason_text, LONGEST_TEXT) else { return not_now(NotNow::Invalid) };
    if compensation.is_some_and(|c| !DISCOUNTS.contains(&c.percent())) {
        return not_now(NotNow::Invalid);
    }
    let mut tx = caas.db.begin().await?;
    let ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !ticket.status.is_open() {
        return not_now(NotNow::Solved);
    }
    let activation = activation_of(&mut tx, &ticket).await?;
    let Some(mut activation) = activation.filter(|a| a.state == ActivationState::AwaitingSupportResolution) else {
        return not_now(NotNow::NotWaitingForSupport);
    };
    if let Some(mut open) = manual::open_of(&mut tx, activation.id).await? {
        if open.state != ManualState::Offered {
            return not_now(NotNow::HoldUnderWay);
        }
        manual::take_back(caas, &mut tx, &mut open).await?;
    }
    if let Some(Compensation::Alternative { service, .. }) = compensation
        && catalogue::service(&mut tx, service).await?.is_none_or(|found| found.id == activation.service_id)
    {
        return not_now(NotNow::Invalid);
    }
    let cause = Cause { actor: agent.actor(), data: serde_json::json!({ "code": activation.last_failure }) };
    apply(caas, &mut tx, &mut activation, ActivationEvent::DeclaredPermanent, cause).await?;
    let discount = match compensation {
        Some(compensation) => Some(discounts::give(caas, &mut tx, agent, &ticket, compensation).await?),
        None => None,
    };
    let data = serde_json::json!({ "text": text, "compensation": compensation });
    system(caas, &mut tx, ticket.id, Some(agent.id), "PERMANENT_FAILURE", data).await?;
    let closing = CloseWithoutCharge {
        activation: activation.id,
        ticket: ticket.id,
        agent: agent.id,
        text,
        discount: discount.map(|discount| discount.id),
        since: caas.now(),
    };
    if !closing.close_when_free(caas, &mut tx).await? {
        let when = Enqueue::at(closing.look_again(caas.now())).keyed(format!("close:{}", activation.id));
        jobs::enqueue(caas, &mut tx, &closing, when).await?;
        tickets::changed(&mut tx, &ticket);
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Ends what can't be done once it is proven to cost nothing: every hold has ended, everything captured is refunded.
#[derive(Serialize, Deserialize)]
pub struct CloseWithoutCharge {
    activation: ActivationId,
    ticket: TicketId,
    agent: UserId,
    text: String,
    discount: Option<Uuid>,
    /// When it was decided. Jobs written before this was kept look once an hour.
    #[serde(default)]
    since: Timestamp,
}

impl Job for CloseWithoutCharge {
    const KIND: &'static str = "support.close_without_charge";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let mut tx = caas.db.begin().await?;
        if self.close_when_free(caas, &mut tx).await? {
            return Ok(Outcome::DoneIn(tx));
        }
        Ok(Outcome::AgainIn(self.look_again(caas.now()), tx))
    }
}

impl CloseWithoutCharge {
    /// Waiting as long again as it has waited already: each pause is twice the one before.
    fn look_again(&self, now: Timestamp) -> Timestamp {
        now + (now - self.since).clamp(LOOK_AGAIN.0, LOOK_AGAIN.1)
    }

    /// Whether it is closed. If not, what is missing has been asked for.
    async fn close_when_free(&self, caas: &Caas, tx: &mut Tx) -> Result<bool> {
        let Ok(mut ticket) = lock(caas, tx, self.ticket, None).await? else {
            return Err(Failure::Stored("a case that is being closed".to_owned()));
        };
        let mut activation = activations::load(tx, self.activation).await?;
        if activation.state != ActivationState::PermanentFailure {
            return Ok(true);
        }
        let ids = sql!(
            tx,
            all(PaymentId, i64),
            "SELECT id, version FROM payments WHERE service_activation_id = $1 ORDER BY created_at, id",
            activation.id
        )?;
        let mut proof = Vec::new();
        let mut free = true;
        for (id, _) in ids {
            let payment = payments::load(tx, id).await?;
            let net = payment.captured_cents - payment.refunded_cents;
            if net.0 != 0
                && payment.state == PaymentState::Charged
                && payments::open_operation_of(tx, id, OperationKind::Refund).await?.is_none()
            {
                request_refund(caas, tx, &payment, "NOT_DELIVERED").await?;
                system(caas, tx, ticket.id, None, "REFUND_REQUESTED", serde_json::json!({})).await?;
            }
            free &= net.0 == 0 && payment.state.is_over();
            proof.push(serde_json::json!({ "payment": id, "state": payment.state, "net": net }));
        }
        if !free {
            return Ok(false);
        }
        let agent = Agent { id: self.agent };
        let cause = Cause { actor: agent.actor(), data: serde_json::json!({ "proof": proof }) };
        apply(caas, tx, &mut activation, ActivationEvent::ClosedWithoutCharge, cause).await?;
        if ticket.status.is_open() {
            // Open: it takes the step.
            let _ = solve(caas, tx, &mut ticket, &agent, Solution::PermanentFailure).await?;
        }
        tickets::changed(tx, &ticket);
        let locale = locale_of(tx, activation.customer_id).await?;
        let offer = match self.discount {
            Some(id) => discounts::in_words(tx, id, locale).await?,
            None => None,
        };
        let text = [Some(self.text.clone()), offer].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let about = notice_about(tx, &ticket, NoticeEvent::PermanentFailure, activation.id.to_string()).await?;
        let notice = Notice {
            reason: activation.last_failure.clone(),
            text: Some(text),
            activation: Some(activation.id),
            link: format!("/expediente/activaciones/{}", activation.id),
            ..about
        };
        notify(caas, tx, &notice).await?;
        Ok(true)
    }
}

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

/// A change of what a service fits, as an administrator decides on it.
#[derive(Debug, Clone, FromRow)]
pub struct RuleProposal {
    /// Its id.
    pub id: Uuid,
    /// The case that showed it.
    pub number: String,
    /// The service.
    pub service_id: ServiceId,
    /// By name.
    pub service_names: Json<Bilingual>,
    /// What is to change.
    pub change: Json<RuleChange>,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub status: RuleStatus,
    /// Who proposes it.
    pub proposed_by_name: String,
    /// When.
    pub proposed_at: Timestamp,
}

/// Proposes to change what the service of a case fits.
pub async fn propose_catalogue_rule(caas: &Caas, agent: &Agent, ticket: TicketId, change: RuleChange) -> Answer<Uuid> {
    let mut tx = caas.db.begin().await?;
    let ticket = match lock(caas, &mut tx, ticket, None).await? {
        Ok(ticket) => ticket,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(service) = ticket.service_id else { return not_now(NotNow::Invalid) };
    if let Err(why) = check_change(&mut tx, service, &change).await? {
        return not_now(why);
    }
    let id = caas.new_uuid();
    sql!(&mut tx, execute
        "INSERT INTO catalogue_rule_changes (id, ticket_id, service_id, change, status, proposed_by, proposed_at)
         VALUES ($1, $2, $3, $4, 'PROPOSED', $5, $6)", id, ticket.id, service, Json(&change), agent.id, caas.now())?;
    let entry = Entry {
        after: Some(RuleStatus::Proposed.as_str()),
        data: serde_json::json!({ "ticket": ticket.number, "service": service, "change": change }),
        ..Entry::new(None, agent.actor(), EntryKind::CatalogueRuleProposed, SubjectKind::CatalogueRule, id)
    };
    record(caas, &mut tx, entry).await?;
    let data = serde_json::json!({ "change": change });
    system(caas, &mut tx, ticket.id, Some(agent.id), "RULE_PROPOSED", data).await?;
    tickets::changed(&mut tx, &ticket);
    tx.commit().await?;
    Ok(Ok(id))
}

/// Whether a change makes sense as the catalogue stands.
async fn check_change(tx: &mut Tx, service: ServiceId, change: &RuleChange) -> Result<std::result::Result<(), NotNow>> {
    let Some(found) = catalogue::service(tx, service).await? else { return Ok(Err(NotNow::Invalid)) };
    Ok(match change {
        RuleChange::NotForModel { model } if !found.models.contains(model) => Err(NotNow::Invalid),
        RuleChange::NotForModel { .. } if found.models.len() == 1 => Err(NotNow::LastModel),
        RuleChange::NotForModel { .. } => Ok(()),
        RuleChange::FirmwareFrom { version } => {
            let sound = (1..=20).contains(&version.len()) && version.chars().all(|c| c.is_ascii_digit() || c == '.');
            let higher = compare_firmware(version, &found.min_firmware) == Ordering::Greater;
            if sound && higher { Ok(()) } else { Err(NotNow::Invalid) }
        }
        RuleChange::ConflictsWith { service: other } => {
            let known = catalogue::service(tx, *other).await?.is_some();
            let new = *other != service && !found.conflicts.iter().any(|conflict| conflict.id == *other);
            if known && new { Ok(()) } else { Err(NotNow::Invalid) }
        }
    })
}

/// The changes that wait for a decision, the oldest first.
pub async fn rule_proposals(tx: &mut Tx, limit: i64) -> Result<Vec<RuleProposal>> {
    Ok(sql!(tx, all RuleProposal,
        "SELECT r.id, t.number, r.service_id, s.names AS service_names, r.change, r.status, u.name AS proposed_by_name, r.proposed_at
         FROM catalogue_rule_changes r JOIN tickets t ON t.id = r.ticket_id JOIN services s ON s.id = r.service_id
         JOIN users u ON u.id = r.proposed_by
         WHERE r.status = 'PROPOSED' ORDER BY r.proposed_at, r.id LIMIT $1", limit)?)
}

#[derive(FromRow)]
struct Proposed {
    ticket_id: TicketId,
    service_id: ServiceId,
    change: Json<RuleChange>,
    status: String,
}

/// An administrator approves a change, which is then in the catalogue, or refuses it.
pub async fn decide_catalogue_rule(caas: &Caas, admin: UserId, id: Uuid, approve: bool) -> Answer<()> {
    let mut tx = caas.db.begin().await?;
    // The row first, so that two administrators can't both decide.
    sql!(&mut tx, execute "UPDATE catalogue_rule_changes SET decided_by = decided_by WHERE id = $1", id)?;
    let proposed = sql!(&mut tx, optional Proposed,
        "SELECT ticket_id, service_id, change, status FROM catalogue_rule_changes WHERE id = $1", id)?;
    let Some(proposed) = proposed else { return Ok(Err(SupportError::NotFound)) };
    if proposed.status != RuleStatus::Proposed.as_str() {
        return not_now(NotNow::Decided);
    }
    let status = if approve { RuleStatus::Approved } else { RuleStatus::Refused };
    if approve {
        if let Err(why) = check_change(&mut tx, proposed.service_id, &proposed.change.0).await? {
            return not_now(why);
        }
        change_catalogue(&mut tx, proposed.service_id, &proposed.change.0).await?;
    }
    sql!(&mut tx, execute
        "UPDATE catalogue_rule_changes SET status = $1, decided_by = $2, decided_at = $3 WHERE id = $4",
        status.as_str(), admin, caas.now(), id)?;
    let entry = Entry {
        before: Some(RuleStatus::Proposed.as_str()),
        after: Some(status.as_str()),
        data: serde_json::json!({ "service": proposed.service_id, "change": proposed.change.0 }),
        ..Entry::new(None, Actor::staff(admin), EntryKind::CatalogueRuleDecided, SubjectKind::CatalogueRule, id)
    };
    record(caas, &mut tx, entry).await?;
    let code = if approve { "RULE_APPROVED" } else { "RULE_REFUSED" };
    let data = serde_json::json!({ "change": proposed.change.0 });
    system(caas, &mut tx, proposed.ticket_id, Some(admin), code, data).await?;
    tx.announce("tickets");
    tx.commit().await?;
    Ok(Ok(()))
}

async fn change_catalogue(tx: &mut Tx, id: ServiceId, change: &RuleChange) -> Result<()> {
    let Some(service) = catalogue::service(tx, id).await? else { return Ok(()) };
    match change {
        RuleChange::NotForModel { model } => {
            let models: Vec<_> = service.models.iter().filter(|known| *known != model).cloned().collect();
            catalogue::set_fit(tx, id, &models, &service.min_firmware).await?;
        }
        RuleChange::FirmwareFrom { version } => catalogue::set_fit(tx, id, &service.models, version).await?,
        RuleChange::ConflictsWith { service: other } => catalogue::add_conflict(tx, id, *other).await?,
    }
    catalogue::changed(tx).await
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_twice_the_one_before_and_an_hour_at_most() {
        let since: Timestamp = "2026-11-23T09:00:00Z".parse().expect("a moment");
        let closing = CloseWithoutCharge {
            activation: ActivationId(Uuid::nil()),
            ticket: TicketId(Uuid::nil()),
            agent: UserId(Uuid::nil()),
            text: String::new(),
            discount: None,
            since,
        };
        let mut now = since;
        let minutes: Vec<_> = (0..9)
            .map(|_| {
                let next = closing.look_again(now);
                let pause = (next - now).num_minutes();
                now = next;
                pause
            })
            .collect();
        assert_eq!(minutes, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
