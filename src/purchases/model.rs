//! What the customer agrees to, and why an order may be refused.

use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use serde::{Deserialize, Serialize};

/// The version of the consent texts below. It changes with every word.
pub const CONSENT_VERSION: &str = "2026-11-21";

codes! {
    /// A consent that the law asks for before a digital service starts (Directive 2011/83/EU, art. 16(m) and 8(8)).
    pub enum ConsentKind {
        /// The service may start at once.
        StartNow = "START_NOW",
        /// What starting at once does to the right of withdrawal.
        Withdrawal = "WITHDRAWAL",
        /// That the car's maintenance could not be asked about (rulebook §4). Only where that is so.
        MaintenanceRisk = "MAINTENANCE_RISK",
    }
}

impl ConsentKind {
    /// Those that every order needs.
    pub const ALWAYS: [ConsentKind; 2] = [ConsentKind::StartNow, ConsentKind::Withdrawal];

    /// The words the customer agrees to. Kept with the order as evidence.
    pub fn text(self, short_service: bool, locale: Locale) -> &'static str {
        match (self, short_service) {
            (ConsentKind::StartNow, _) => locale.t(
                "Quiero que el servicio se active en mi coche ahora, antes de que termine el plazo de desistimiento de 14 días.",
                "I want the service to be activated in my car now, before the 14-day withdrawal period ends.",
            ),
            (ConsentKind::MaintenanceRisk, _) => locale.t(
                "Sé que ahora no se ha podido comprobar el mantenimiento que pide este servicio y quiero pedirlo igualmente.",
                "I know that the maintenance this service asks for could not be checked just now, and I want to order it all the same.",
            ),
            (ConsentKind::Withdrawal, true) => locale.t(
                "Sé que este servicio dura 14 días o menos y que, una vez activado en el coche, se considera prestado y pierdo el derecho de desistimiento.",
                "I know that this service lasts 14 days or less and that, once activated in the car, it counts as performed and I lose the right of withdrawal.",
            ),
            (ConsentKind::Withdrawal, false) => locale.t(
                "Sé que conservo el derecho de desistimiento durante 14 días desde la activación y que, si desisto, el servicio se desactiva en el coche.",
                "I know that I keep the right of withdrawal for 14 days from activation and that, if I withdraw, the service is switched off in the car.",
            ),
        }
    }
}

/// Why an order was not taken. Nothing was asked of the bank, nothing of the car.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderRefusal {
    /// No such offer or vehicle for this customer.
    NotFound,
    /// The price is another than the one that was shown.
    PriceChanged {
        /// The price now.
        now: Money,
    },
    /// It can't be bought for this vehicle now; the offer's page says why.
    NotAvailable,
    /// No payment method was chosen, or it is gone.
    NoPaymentMethod,
    /// One of the consents is missing.
    ConsentMissing,
    /// Maintenance stands in the way; the offer's page says what is missing and where to go.
    Maintenance,
    /// VSS is being asked about the car's maintenance; its answer is a moment away.
    MaintenanceUnknown,
}

/// An order that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The activation to follow.
    pub activation: crate::kernel::ids::ActivationId,
    /// Whether it had been ordered before: a second click, a reload, another tab or device.
    pub already: bool,
}
