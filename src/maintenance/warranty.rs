//! The warranty: lost, back, told, and its history. It changes nothing that runs.

use super::model::{BlockState, Warranty};
use super::rules;
use super::store::{Kept, Workshop};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::VehicleId;
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::when;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::vehicles::Vehicle;
use sqlx::FromRow;
use sqlx::types::Json;

/// Judges an answer that is about to be kept. A change has its row in the history, its entry and its messages.
pub(super) async fn judge(caas: &Caas, tx: &mut Tx, vehicle: &Vehicle, kept: &mut Kept) -> Result<()> {
    // A car without an owner has nobody to whom something was warranted.
    let Some(customer) = vehicle.customer_id else { return Ok(()) };
    let now = caas.now();
    let (zone,) = sql!(tx, one(String,), "SELECT time_zone FROM users WHERE id = $1", customer)?;
    let today = when::day_there(now, &zone);
    let after = rules::warranty(kept.warranty, &kept.blocks.0, today, caas.policies.maintenance);
    if after == kept.warranty {
        return Ok(());
    }
    let before = kept.warranty;
    (kept.warranty, kept.warranty_since) = (after, Some(now));
    let change = caas.new_uuid();
    sql!(tx, execute
        "INSERT INTO warranty_changes (id, vehicle_id, customer_id, warranty, at, blocks) VALUES ($1, $2, $3, $4, $5, $6)",
        change, vehicle.id, customer, after.as_str(), now, &kept.blocks)?;
    let overdue: Vec<&BlockState> =
        kept.blocks.0.iter().filter(|block| rules::overdue_days(block, today).is_some()).collect();
    let entry = Entry {
        vehicle: Some(vehicle.id),
        before: Some(before.as_str()),
        after: Some(after.as_str()),
        data: serde_json::json!({ "blocks": overdue }),
        visible: true,
        ..Entry::new(Some(customer), Actor::SYSTEM, EntryKind::WarrantyChanged, SubjectKind::Vehicle, vehicle.id.0)
    };
    record(caas, tx, entry).await?;
    metrics::counter!("caas_warranty_changes_total", "to" => after.as_str()).increment(1);
    let (event, more) = match after {
        Warranty::Lost => {
            let mut more: Vec<Bilingual> = overdue.iter().filter_map(|block| since(block)).collect();
            more.extend(where_to_go(tx, vehicle.id).await?);
            (NoticeEvent::WarrantyLost, more)
        }
        Warranty::Valid => (NoticeEvent::WarrantyBack, Vec::new()),
    };
    let (key, link) = (format!("{}:{change}", vehicle.id), format!("/expediente/coches/{}/mantenimiento", vehicle.id));
    let notice = Notice { vehicle: vehicle.model_name.clone(), more, ..Notice::about(customer, event, key, link) };
    notify(caas, tx, &notice).await
}

/// Since when a block is overdue, in words.
fn since(block: &BlockState) -> Option<Bilingual> {
    let day = block.overdue_since?;
    let (es, en) = (when::calendar_day(day, Locale::Es), when::calendar_day(day, Locale::En));
    Some(Bilingual {
        es: format!("Falta {}: pendiente desde el {es}.", block.name.label(Locale::Es)),
        en: format!("Overdue: {}, since {en}.", block.name.label(Locale::En)),
    })
}

/// Where the car is looked after, in words.
pub(super) async fn where_to_go(tx: &mut Tx, vehicle: VehicleId) -> Result<Option<Bilingual>> {
    Ok(Workshop::of(tx, vehicle).await?.map(|workshop| {
        let place = workshop.address_line();
        Bilingual { es: format!("Dónde: {place}."), en: format!("Where: {place}.") }
    }))
}

/// A change of a warranty.
#[derive(Debug, Clone, FromRow)]
pub struct WarrantyChange {
    /// To what.
    #[sqlx(try_from = "String")]
    pub warranty: Warranty,
    /// When.
    pub at: Timestamp,
    /// What VSS had said.
    pub blocks: Json<Vec<BlockState>>,
}

/// A car's changes since a moment, newest first.
pub async fn history(tx: &mut Tx, vehicle: VehicleId, since: Timestamp, limit: i64) -> Result<Vec<WarrantyChange>> {
    Ok(sql!(tx, all WarrantyChange,
        "SELECT warranty, at, blocks FROM warranty_changes WHERE vehicle_id = $1 AND at >= $2
         ORDER BY at DESC, id DESC LIMIT $3", vehicle, since, limit)?)
}
