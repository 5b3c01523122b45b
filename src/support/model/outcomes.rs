//! What can become of a case.

use crate::kernel::ids::ServiceId;
use serde::{Deserialize, Serialize};

codes! {
    /// How a case was solved.
    pub enum Solution {
        /// An agent brought the activation about.
        ActivatedByHand = "ACTIVATED_BY_HAND",
        /// It can't be done; nothing was charged.
        PermanentFailure = "PERMANENT_FAILURE",
        /// The car has to see a workshop.
        DealershipAppointment = "DEALERSHIP_APPOINTMENT",
        /// The catalogue sells it no more for cars like this.
        CatalogueRule = "CATALOGUE_RULE",
        /// The question was answered.
        Answered = "ANSWERED",
        /// The same as another case.
        Duplicate = "DUPLICATE",
        /// Something else; the notes say what.
        Other = "OTHER",
    }
}

codes! {
    /// The terms of a manual activation.
    pub enum Terms {
        /// The customer pays nothing.
        Free = "FREE",
        /// The customer is asked for a new hold, and accepts it by an own click.
        NewHold = "NEW_HOLD",
    }
}

/// What a customer is offered after a permanent failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compensation {
    /// A discount on any service.
    Discount {
        /// How much less.
        percent: i64,
    },
    /// A discount on another service instead.
    Alternative {
        /// Which.
        service: ServiceId,
        /// How much less.
        percent: i64,
    },
}

impl Compensation {
    /// How much less.
    pub const fn percent(self) -> i64 {
        match self {
            Compensation::Discount { percent } | Compensation::Alternative { percent, .. } => percent,
        }
    }
}

/// The smallest and the largest discount, in percent.
pub const DISCOUNTS: std::ops::RangeInclusive<i64> = 1..=90;

/// A change of the catalogue that a case has shown to be needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RuleChange {
    /// The service does not fit this model.
    NotForModel {
        /// The model's code.
        model: String,
    },
    /// The service needs at least this firmware.
    FirmwareFrom {
        /// The version.
        version: String,
    },
    /// The service can't run together with another.
    ConflictsWith {
        /// The other one.
        service: ServiceId,
    },
}

codes! {
    /// How far a proposed change is.
    pub enum RuleStatus {
        /// An administrator is to decide.
        Proposed = "PROPOSED",
        /// In the catalogue.
        Approved = "APPROVED",
        /// Not wanted.
        Refused = "REFUSED",
    }
}
