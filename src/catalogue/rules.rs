//! Whether an offer fits one vehicle now, and if not, exactly why.

use super::model::{Market, Offer, OfferKind, Service, ServiceRef, ServiceStatus};
use crate::kernel::Timestamp;
use crate::kernel::ids::ServiceId;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What is known of the vehicle an offer is looked at for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleFacts {
    /// Code of its model.
    pub model: String,
    /// The firmware it last reported.
    pub firmware: String,
    /// Whose prices hold; `None` where nothing is sold.
    pub market: Option<Market>,
    /// Every activation of this vehicle that is not over.
    pub running: Vec<RunningService>,
    /// Whether its customer owes an unpaid subscription.
    pub has_open_debt: bool,
}

/// An activation that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningService {
    /// Which service.
    pub service_id: ServiceId,
    /// How it was bought.
    pub kind: OfferKind,
    /// Whether the vehicle has confirmed it.
    pub phase: RunningPhase,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

codes! {
    /// How far an activation that is not over has come.
    pub enum RunningPhase {
        /// Bought, on its way to the vehicle, or with support.
        InProgress = "IN_PROGRESS",
        /// The vehicle confirmed it.
        Active = "ACTIVE",
    }
}

/// Whether an offer can be bought for a vehicle now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Availability {
    /// It can be bought.
    Available,
    /// It runs already.
    ActiveUntil {
        /// Until then; for ever, or until cancelled, when absent.
        until: Option<Timestamp>,
        /// How it was bought.
        kind: OfferKind,
    },
    /// It has been bought and is on its way.
    InProgress,
    /// The service is sold no more.
    Retired,
    /// It does not fit this model.
    NotForModel,
    /// The vehicle's software is too old.
    FirmwareTooOld {
        /// What it takes.
        needed: String,
        /// What the vehicle has.
        installed: String,
    },
    /// It is not sold in the customer's country.
    NotSoldInCountry,
    /// It can't run together with these, which run or are on their way.
    ConflictsWith {
        /// The others.
        services: Vec<ServiceRef>,
    },
    /// New subscriptions wait until what is owed is paid.
    BlockedByDebt,
}

impl Availability {
    /// Whether it can be bought.
    pub fn is_available(&self) -> bool {
        *self == Availability::Available
    }
}

/// Decides for one offer. What the customer already has comes first, then what no waiting can change,
/// then what can be put right (rulebook §4).
pub fn offer_availability(offer: &Offer, service: &Service, vehicle: &VehicleFacts) -> Availability {
    if let Some(own) = vehicle.running.iter().find(|running| running.service_id == service.id) {
        return match own.phase {
            RunningPhase::Active => Availability::ActiveUntil { until: own.expires_at, kind: own.kind },
            RunningPhase::InProgress => Availability::InProgress,
        };
    }
    if service.status == ServiceStatus::Retired {
        return Availability::Retired;
    }
    if !service.models.contains(&vehicle.model) {
        return Availability::NotForModel;
    }
    if compare_firmware(&vehicle.firmware, &service.min_firmware) == Ordering::Less {
        return Availability::FirmwareTooOld {
            needed: service.min_firmware.clone(),
            installed: vehicle.firmware.clone(),
        };
    }
    if vehicle.market.and_then(|market| offer.price(market)).is_none() {
        return Availability::NotSoldInCountry;
    }
    let clashing: Vec<ServiceRef> = service
        .conflicts
        .iter()
        .filter(|other| vehicle.running.iter().any(|running| running.service_id == other.id))
        .cloned()
        .collect();
    if !clashing.is_empty() {
        return Availability::ConflictsWith { services: clashing };
    }
    if offer.kind == OfferKind::Subscription && vehicle.has_open_debt {
        return Availability::BlockedByDebt;
    }
    Availability::Available
}

/// Compares firmware versions by their numeric parts: 4.10 is newer than 4.9, and 4.2 is 4.2.0.
/// What is no number counts as 0, so an unknown firmware is the oldest.
pub fn compare_firmware(left: &str, right: &str) -> Ordering {
    let mut left = firmware_parts(left);
    let mut right = firmware_parts(right);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => match a.unwrap_or(0).cmp(&b.unwrap_or(0)) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

fn firmware_parts(version: &str) -> impl Iterator<Item = u64> {
    let version = version.trim();
    version.strip_prefix(['v', 'V']).unwrap_or(version).split('.').map(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit()).map_or(part, |end| &part[..end]);
        digits.parse().unwrap_or(0)
    })
}

#[cfg(test)]
mod tests;
