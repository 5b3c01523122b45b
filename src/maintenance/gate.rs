//! What maintenance keeps from happening, written down and told.

use super::model::{Closed, Finding, Gate};
use super::store::Upkeep;
use super::warranty::where_to_go;
use crate::Caas;
use crate::catalogue::Service;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{ActivationId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::monitoring::failures::{self, NewFailure};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::vehicles::Vehicle;
use uuid::Uuid;

/// What maintenance says to a service for a car of this customer, as far as it is known.
pub async fn look(caas: &Caas, tx: &mut Tx, customer: UserId, vehicle: &Vehicle, service: &Service) -> Result<Gate> {
    if service.required_blocks.is_empty() {
        return Ok(Gate::Open(Vec::new()));
    }
    Ok(Upkeep::where_lives(caas, tx, vehicle.id, customer).await?.gate(service))
}

/// An order was not taken. However often it is tried in a day, that is one entry and, where there is something to be
/// done at a workshop, one message.
pub(crate) async fn refused(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    vehicle: &Vehicle,
    service: &Service,
    gate: &Gate,
    why: Closed,
) -> Result<()> {
    let (zone,) = sql!(tx, one(String,), "SELECT time_zone FROM users WHERE id = $1", customer)?;
    let (now, day) = (caas.now(), crate::kernel::when::day_there(caas.now(), &zone).to_string());
    let (id, tries) = sql!(
        tx,
        one(Uuid, i64),
        "INSERT INTO maintenance_refusals (id, customer_id, vehicle_id, service_id, reason, day, tries, first_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7)
         ON CONFLICT (customer_id, vehicle_id, service_id, day, reason)
         DO UPDATE SET tries = maintenance_refusals.tries + 1
         RETURNING id, tries",
        caas.new_uuid(),
        customer,
        vehicle.id,
        service.id,
        why.as_str(),
        &day,
        now
    )?;
    metrics::counter!("caas_maintenance_refusals_total", "reason" => why.as_str()).increment(1);
    if tries > 1 {
        return Ok(());
    }
    let entry = Entry {
        vehicle: Some(vehicle.id),
        data: serde_json::json!({ "service": service.name, "reason": why, "blocks": gate.findings() }),
        visible: true,
        ..Entry::new(Some(customer), Actor::SYSTEM, EntryKind::MaintenanceBlocked, SubjectKind::Vehicle, vehicle.id.0)
    };
    record(caas, tx, entry).await?;
    let told = why == Closed::Overdue;
    let failure = NewFailure {
        kind: FailureType::MaintenanceBlocked,
        subject: id,
        category: category(why),
        component: Component::Maintenance,
        customer: Some(customer),
        code: Some(why.as_str()),
        attempts: 1,
        resolution: Resolution::OrderEnded,
        communication: told.then(|| NoticeEvent::BlockedByMaintenance.as_str()),
        impact: None,
    };
    failures::detected(caas, tx, &failure).await?;
    if !told {
        // There is nothing the customer could do, and the page has said it.
        return Ok(());
    }
    // No id alone: the message is about no order.
    let key = format!("{}/{}:{day}", vehicle.id, service.id);
    tell(caas, tx, customer, vehicle, &service.name, gate.findings(), (why, key, None)).await
}

/// Whose trouble it is.
pub fn category(why: Closed) -> FailureCategory {
    match why {
        Closed::Overdue => FailureCategory::Business,
        Closed::Silent => FailureCategory::ExternalSystem,
    }
}

/// Tells the customer that maintenance stands in the way, what is outstanding and where to go; `about` is why, the key
/// and the order it ended.
pub(crate) async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    vehicle: &Vehicle,
    service: &Bilingual,
    findings: &[Finding],
    about: (Closed, String, Option<ActivationId>),
) -> Result<()> {
    let (why, key, activation) = about;
    let mut more: Vec<Bilingual> = findings.iter().filter_map(in_words).collect();
    if why == Closed::Overdue {
        more.extend(where_to_go(tx, vehicle.id).await?);
    }
    let link = match activation {
        Some(id) => format!("/expediente/activaciones/{id}"),
        None => format!("/expediente/coches/{}/mantenimiento", vehicle.id),
    };
    let notice = Notice {
        service: service.clone(),
        vehicle: vehicle.model_name.clone(),
        reason: Some(why.as_str().to_owned()),
        more,
        activation,
        ..Notice::about(customer, NoticeEvent::BlockedByMaintenance, key, link)
    };
    notify(caas, tx, &notice).await
}

/// What is missing of a block: "Frenos: 62 %, hace falta el 80 %."
fn in_words(finding: &Finding) -> Option<Bilingual> {
    use super::model::{Verdict, percent};
    let compliance = finding.compliance.filter(|_| finding.verdict != Verdict::Current)?;
    let say = |locale: Locale| (finding.required.block.label(locale), percent(compliance, locale));
    let ((block_es, es), (block_en, en)) = (say(Locale::Es), say(Locale::En));
    let threshold = finding.required.threshold;
    Some(Bilingual {
        es: format!("Mantenimiento de {block_es}: {es}; hace falta el {threshold}\u{a0}%."),
        en: format!("Maintenance of {block_en}: {en}; {threshold}% is needed."),
    })
}

/// Writes down once for an order that it goes on with a warning, or at the customer's and our risk because VSS is silent.
pub(crate) async fn goes_on(
    caas: &Caas,
    tx: &mut Tx,
    (activation, customer, service): (ActivationId, UserId, &Bilingual),
    vehicle: &Vehicle,
    gate: &Gate,
    acknowledged: bool,
) -> Result<()> {
    let (kind, data) = match gate {
        Gate::Warned(findings) => {
            (EntryKind::MaintenanceWarned, serde_json::json!({ "service": service, "blocks": findings }))
        }
        Gate::Acknowledge => (
            EntryKind::MaintenanceRisk,
            serde_json::json!({ "service": service, "reason": Closed::Silent, "acknowledged": acknowledged }),
        ),
        _ => return Ok(()),
    };
    // An order whose car is not reached for hours comes by here again and again.
    let known = sql!(
        tx,
        optional(Uuid, i64),
        "SELECT id, seq FROM expediente_entries WHERE subject_id = $1 AND kind = $2 LIMIT 1",
        activation,
        kind.as_str()
    )?;
    if known.is_some() {
        return Ok(());
    }
    let actor = if acknowledged { Actor::customer(customer) } else { Actor::SYSTEM };
    let entry = Entry {
        vehicle: Some(vehicle.id),
        data,
        visible: true,
        ..Entry::new(Some(customer), actor, kind, SubjectKind::Activation, activation.0)
    };
    record(caas, tx, entry).await
}
