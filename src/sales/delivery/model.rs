//! The states of a transport, and what is in order before a key changes hands. Pure.

use crate::kernel::locale::Locale;
use serde::{Deserialize, Serialize};

codes! {
    /// Where a transport is.
    pub enum DeliveryState {
        /// The company is being asked.
        Requested = "REQUESTED",
        /// The company does not take it: the customer picks the car up.
        Unavailable = "UNAVAILABLE",
        /// The customer picks the car up after all.
        CalledOff = "CALLED_OFF",
        /// It has its time.
        Scheduled = "SCHEDULED",
        /// The car is on the lorry.
        PickedUp = "PICKED_UP",
        /// Nobody opened.
        CustomerAbsent = "CUSTOMER_ABSENT",
        /// The driver called.
        CustomerCalled = "CUSTOMER_CALLED",
        /// The driver waits a little.
        Waiting = "WAITING",
        /// The car is back at the dealership: the customer picks it up.
        ReturnedToDealership = "RETURNED_TO_DEALERSHIP",
        /// The customer has the car.
        Delivered = "DELIVERED",
    }
}

/// What happens to a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeliveryEvent {
    /// The company gave a time.
    Scheduled,
    /// The company refused, or could not be reached for a day.
    GivenUp,
    /// The customer prefers to come for the car, and the company has not taken it on yet.
    CalledOff,
    /// The car is on the lorry.
    PickedUp,
    /// Nobody opened.
    CustomerAbsent,
    /// The driver called.
    CustomerCalled,
    /// The driver waits.
    Waiting,
    /// It is back at the dealership.
    Returned,
    /// The customer has it.
    Delivered,
}

impl DeliveryEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [DeliveryEvent] = &[
        DeliveryEvent::Scheduled,
        DeliveryEvent::GivenUp,
        DeliveryEvent::CalledOff,
        DeliveryEvent::PickedUp,
        DeliveryEvent::CustomerAbsent,
        DeliveryEvent::CustomerCalled,
        DeliveryEvent::Waiting,
        DeliveryEvent::Returned,
        DeliveryEvent::Delivered,
    ];
}

/// An event that can't happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a transport in {state} does not take {event:?}")]
pub struct DeliveryRefusal {
    /// The state it is in.
    pub state: DeliveryState,
    /// What was tried.
    pub event: DeliveryEvent,
}

impl DeliveryState {
    /// The next state. The company's messages come late, twice and out of order: the furthest one counts.
    pub fn on(self, event: DeliveryEvent) -> Result<DeliveryState, DeliveryRefusal> {
        use DeliveryEvent as E;
        use DeliveryState as S;
        let on_the_way = self.rank();
        let next = match (self, event) {
            (S::Requested, E::Scheduled) => S::Scheduled,
            (S::Requested, E::GivenUp) => S::Unavailable,
            (S::Requested, E::CalledOff) => S::CalledOff,
            (_, E::PickedUp) if on_the_way < Some(1) && on_the_way.is_some() => S::PickedUp,
            (_, E::CustomerAbsent) if on_the_way < Some(2) && on_the_way.is_some() => S::CustomerAbsent,
            (_, E::CustomerCalled) if on_the_way < Some(3) && on_the_way.is_some() => S::CustomerCalled,
            (_, E::Waiting) if on_the_way < Some(4) && on_the_way.is_some() => S::Waiting,
            (_, E::Returned) if on_the_way.is_some() => S::ReturnedToDealership,
            (_, E::Delivered) if on_the_way.is_some() => S::Delivered,
            (state, event) => return Err(DeliveryRefusal { state, event }),
        };
        Ok(next)
    }

    /// How far it is, from `SCHEDULED` to `WAITING`.
    fn rank(self) -> Option<u8> {
        match self {
            DeliveryState::Scheduled => Some(0),
            DeliveryState::PickedUp => Some(1),
            DeliveryState::CustomerAbsent => Some(2),
            DeliveryState::CustomerCalled => Some(3),
            DeliveryState::Waiting => Some(4),
            _ => None,
        }
    }

    /// Whether the company has the car or is to have it: it is not to be handed over at the dealership.
    pub fn is_under_way(self) -> bool {
        self == DeliveryState::Requested || self.rank().is_some()
    }
}

codes! {
    /// What is looked at together before a key changes hands.
    pub enum ChecklistItem {
        /// The car was gone round, inside and outside.
        WalkAround = "WALK_AROUND",
        /// Both keys are there.
        Keys = "KEYS",
        /// The car's papers lie ready.
        Documents = "DOCUMENTS",
        /// The charging cable is in its place.
        ChargingCable = "CHARGING_CABLE",
        /// Warning triangle, vest, first-aid kit or what the country asks for.
        SafetyKit = "SAFETY_KIT",
        /// The battery is charged for the way home.
        BatteryCharged = "BATTERY_CHARGED",
        /// The plates are on.
        PlatesMounted = "PLATES_MOUNTED",
        /// App and services were explained, or their guide lies in the car.
        AppExplained = "APP_EXPLAINED",
    }
}

impl ChecklistItem {
    /// What is to be ticked off.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            ChecklistItem::WalkAround => {
                locale.t("Vuelta al coche: sin daños, por dentro y por fuera", "Walk-around: no damage, inside and out")
            }
            ChecklistItem::Keys => locale.t("Las dos llaves", "Both keys"),
            ChecklistItem::Documents => locale.t("Documentación del coche", "The car's papers"),
            ChecklistItem::ChargingCable => locale.t("Cable de carga", "Charging cable"),
            ChecklistItem::SafetyKit => {
                locale.t("Equipo de seguridad que pide el país", "Safety kit the country asks for")
            }
            ChecklistItem::BatteryCharged => {
                locale.t("Batería cargada para el viaje a casa", "Battery charged for the way home")
            }
            ChecklistItem::PlatesMounted => locale.t("Placas de matrícula puestas", "Number plates mounted"),
            ChecklistItem::AppExplained => locale.t(
                "App y servicios explicados, o su guía en el coche",
                "App and services explained, or their guide in the car",
            ),
        }
    }
}

codes! {
    /// By which paper somebody proved who they are.
    pub enum IdentityPaper {
        /// Identity card (DNI, NIE, …).
        IdentityCard = "IDENTITY_CARD",
        /// Passport.
        Passport = "PASSPORT",
        /// Driving licence.
        DrivingLicence = "DRIVING_LICENCE",
        /// Power of attorney of who collects it for a company or another person, with an own identity card.
        PowerOfAttorney = "POWER_OF_ATTORNEY",
        /// The driver of the transport looked at it at the door.
        SeenByDriver = "SEEN_BY_DRIVER",
    }
}

impl IdentityPaper {
    /// Its name for people.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            IdentityPaper::IdentityCard => locale.t("Documento de identidad", "Identity card"),
            IdentityPaper::Passport => locale.t("Pasaporte", "Passport"),
            IdentityPaper::DrivingLicence => locale.t("Permiso de conducir", "Driving licence"),
            IdentityPaper::PowerOfAttorney => {
                locale.t("Poder y documento de identidad", "Power of attorney and identity card")
            }
            IdentityPaper::SeenByDriver => locale.t("Comprobado por el transportista", "Checked by the driver"),
        }
    }
}

/// What keeps a car from being handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Blocker {
    /// It is not paid.
    FinalPayment,
    /// It has no plate.
    Plate,
    /// Something was not looked at.
    Item(ChecklistItem),
    /// Nobody has looked who takes it.
    Identity,
}

impl Blocker {
    /// What is missing.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            Blocker::FinalPayment => locale.t("El pago final", "The final payment"),
            Blocker::Plate => locale.t("La matrícula", "The plate"),
            Blocker::Item(item) => item.label(locale),
            Blocker::Identity => locale.t("La identidad de quien lo recoge", "The identity of who takes it"),
        }
    }
}

codes! {
    /// Where the key changed hands.
    pub enum HandOverPlace {
        /// At the customer's door.
        Home = "HOME",
        /// At the dealership.
        Dealership = "DEALERSHIP",
    }
}

/// The last four letters or digits of a document's number, in upper case: no more of it is ever kept. `None` when fewer
/// were typed, or more.
pub fn last_four(typed: &str) -> Option<String> {
    let four: String = typed.trim().to_uppercase();
    (four.len() == 4 && four.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(four)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of state and event: what is not in the list is refused.
    #[test]
    fn every_pair_of_state_and_event_is_decided() {
        let mut allowed = Vec::new();
        for &state in DeliveryState::ALL {
            for &event in DeliveryEvent::ALL {
                if let Ok(next) = state.on(event) {
                    allowed.push(format!("{state} --{event:?}-> {next}"));
                }
            }
        }
        assert_eq!(
            allowed,
            [
                "REQUESTED --Scheduled-> SCHEDULED",
                "REQUESTED --GivenUp-> UNAVAILABLE",
                "REQUESTED --CalledOff-> CALLED_OFF",
                "SCHEDULED --PickedUp-> PICKED_UP",
                "SCHEDULED --CustomerAbsent-> CUSTOMER_ABSENT",
                "SCHEDULED --CustomerCalled-> CUSTOMER_CALLED",
                "SCHEDULED --Waiting-> WAITING",
                "SCHEDULED --Returned-> RETURNED_TO_DEALERSHIP",
                "SCHEDULED --Delivered-> DELIVERED",
                "PICKED_UP --CustomerAbsent-> CUSTOMER_ABSENT",
                "PICKED_UP --CustomerCalled-> CUSTOMER_CALLED",
                "PICKED_UP --Waiting-> WAITING",
                "PICKED_UP --Returned-> RETURNED_TO_DEALERSHIP",
                "PICKED_UP --Delivered-> DELIVERED",
                "CUSTOMER_ABSENT --CustomerCalled-> CUSTOMER_CALLED",
                "CUSTOMER_ABSENT --Waiting-> WAITING",
                "CUSTOMER_ABSENT --Returned-> RETURNED_TO_DEALERSHIP",
                "CUSTOMER_ABSENT --Delivered-> DELIVERED",
                "CUSTOMER_CALLED --Waiting-> WAITING",
                "CUSTOMER_CALLED --Returned-> RETURNED_TO_DEALERSHIP",
                "CUSTOMER_CALLED --Delivered-> DELIVERED",
                "WAITING --Returned-> RETURNED_TO_DEALERSHIP",
                "WAITING --Delivered-> DELIVERED",
            ]
        );
    }

    /// A car is at the company, at the dealership or with its customer: no state leaves it anywhere else.
    #[test]
    fn no_state_is_the_street() {
        for state in DeliveryState::ALL {
            assert!(!state.as_str().contains("STREET"), "{state}");
        }
    }

    #[test]
    fn no_more_than_four_signs_of_a_document_are_kept() {
        assert_eq!(last_four(" 678z "), Some("678Z".to_owned()));
        for typed in ["", "12345678Z", "678", "67 8", "67é8"] {
            assert_eq!(last_four(typed), None, "{typed}");
        }
    }
}
