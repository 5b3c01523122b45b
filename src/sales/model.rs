//! The states of an order for a vehicle, and what moves it from one to the next.

use serde::{Deserialize, Serialize};

codes! {
    /// Where the purchase of a vehicle is (rulebook §3).
    pub enum OrderStatus {
        /// The salesperson is still filling it in.
        Draft = "DRAFT",
        /// Registered; the customer has to pay the señal.
        AwaitingReservation = "AWAITING_RESERVATION",
        /// The señal is paid; the factory is being asked.
        ReservationPaid = "RESERVATION_PAID",
        /// The factory has it.
        OrderPlaced = "ORDER_PLACED",
        /// It has its place in production.
        ProductionScheduled = "PRODUCTION_SCHEDULED",
        /// It is being built.
        ProductionInProgress = "PRODUCTION_IN_PROGRESS",
        /// It is being checked; it may go back to production.
        QualityControl = "QUALITY_CONTROL",
        /// Built.
        ReadyForShipment = "READY_FOR_SHIPMENT",
        /// On its way to the dealership.
        InTransit = "IN_TRANSIT",
        /// At the dealership.
        ArrivedAtDealership = "ARRIVED_AT_DEALERSHIP",
        /// The customer has to pay the rest.
        AwaitingFinalPayment = "AWAITING_FINAL_PAYMENT",
        /// All is paid.
        FinalPaymentReceived = "FINAL_PAYMENT_RECEIVED",
        /// It is being registered.
        Registration = "REGISTRATION",
        /// It has its plate.
        ReadyForDelivery = "READY_FOR_DELIVERY",
        /// Transport or pick-up has its time.
        DeliveryScheduled = "DELIVERY_SCHEDULED",
        /// Nobody was there: it waits at the dealership.
        ReturnedToDealership = "RETURNED_TO_DEALERSHIP",
        /// In the customer's hands.
        Delivered = "DELIVERED",
        /// The señal was not paid: nothing was ordered.
        CancelledReservationFailed = "CANCELLED_RESERVATION_FAILED",
        /// The factory does not build it: the señal is refunded.
        CancelledFactoryRejected = "CANCELLED_FACTORY_REJECTED",
        /// The rest was not paid: the car is stock, the señal is kept.
        CancelledPaymentFailure = "CANCELLED_PAYMENT_FAILURE",
        /// It can't be registered: everything is refunded.
        CancelledRegistration = "CANCELLED_REGISTRATION",
    }
}

codes! {
    /// Whose a vehicle is.
    pub enum AssignmentStatus {
        /// It has a customer.
        AssignedToCustomer = "ASSIGNED_TO_CUSTOMER",
        /// It has none.
        SinAsignar = "SIN_ASIGNAR",
        /// Somebody drives it whose account was erased.
        OwnerUnknown = "OWNER_UNKNOWN",
    }
}

codes! {
    /// Where a vehicle is in the trade.
    pub enum InventoryStatus {
        /// The factory is building it or has it on the road.
        InManufacturing = "IN_MANUFACTURING",
        /// At the dealership for its customer.
        AwaitingDelivery = "AWAITING_DELIVERY",
        /// At the dealership, for sale.
        DealershipStock = "DEALERSHIP_STOCK",
        /// With its customer.
        Delivered = "DELIVERED",
    }
}

codes! {
    /// How the car comes to the customer.
    pub enum DeliveryMode {
        /// To the door.
        Home = "HOME",
        /// The customer comes for it.
        PickUp = "PICK_UP",
    }
}

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderEvent {
    /// The salesperson makes the draft a sale.
    Registered,
    /// The señal was taken.
    ReservationPaid,
    /// The señal was declined.
    ReservationFailed,
    /// The factory confirmed the order.
    FactoryConfirmed,
    /// The factory does not build it, or stops.
    FactoryRejected,
    /// The factory says it has its place in production.
    ProductionScheduled,
    /// The factory builds it, for the first time or again.
    ProductionStarted,
    /// The factory checks it.
    QualityControlStarted,
    /// The factory has finished it.
    ReadyForShipment,
    /// It left the factory.
    Shipped,
    /// It is at the dealership: from the factory, or because it was in stock.
    Arrived,
    /// The customer was asked for the rest.
    FinalPaymentRequested,
    /// The rest was taken.
    FinalPaymentReceived,
    /// The rest was declined, or its date has passed.
    FinalPaymentFailed,
    /// The registration begins.
    RegistrationStarted,
    /// It can't be registered.
    RegistrationRejected,
    /// It has its plate.
    PlateAssigned,
    /// Transport or pick-up has its time.
    DeliveryScheduled,
    /// Nobody was there: it is back at the dealership.
    ReturnedToDealership,
    /// The customer has it.
    HandedOver,
}

impl OrderEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [OrderEvent] = &[
        OrderEvent::Registered,
        OrderEvent::ReservationPaid,
        OrderEvent::ReservationFailed,
        OrderEvent::FactoryConfirmed,
        OrderEvent::FactoryRejected,
        OrderEvent::ProductionScheduled,
        OrderEvent::ProductionStarted,
        OrderEvent::QualityControlStarted,
        OrderEvent::ReadyForShipment,
        OrderEvent::Shipped,
        OrderEvent::Arrived,
        OrderEvent::FinalPaymentRequested,
        OrderEvent::FinalPaymentReceived,
        OrderEvent::FinalPaymentFailed,
        OrderEvent::RegistrationStarted,
        OrderEvent::RegistrationRejected,
        OrderEvent::PlateAssigned,
        OrderEvent::DeliveryScheduled,
        OrderEvent::ReturnedToDealership,
        OrderEvent::HandedOver,
    ];
}

/// An event that can't happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order in {status} does not take {event:?}")]
pub struct OrderRefusal {
    /// The state it is in.
    pub status: OrderStatus,
    /// What was tried.
    pub event: OrderEvent,
}

impl OrderStatus {
    /// The next state. The factory's messages come late, twice and out of order: what lies behind is refused, what was
    /// skipped is made up for, and quality control may send a car back to production.
    pub fn on(self, event: OrderEvent) -> Result<OrderStatus, OrderRefusal> {
        use OrderEvent as E;
        use OrderStatus as S;
        let at_the_factory = self.factory_rank();
        let next = match (self, event) {
            (S::Draft, E::Registered) => S::AwaitingReservation,
            (S::AwaitingReservation, E::ReservationPaid) => S::ReservationPaid,
            (S::AwaitingReservation, E::ReservationFailed) => S::CancelledReservationFailed,
            (S::ReservationPaid, E::FactoryConfirmed) => S::OrderPlaced,
            (S::ReservationPaid, E::FactoryRejected) => S::CancelledFactoryRejected,
            (_, E::FactoryRejected) if at_the_factory.is_some() => S::CancelledFactoryRejected,
            (S::OrderPlaced, E::ProductionScheduled) => S::ProductionScheduled,
            (S::QualityControl, E::ProductionStarted) => S::ProductionInProgress,
            (_, E::ProductionStarted) if at_the_factory < Some(2) && at_the_factory.is_some() => {
                S::ProductionInProgress
            }
            (_, E::QualityControlStarted) if at_the_factory < Some(3) && at_the_factory.is_some() => S::QualityControl,
            (_, E::ReadyForShipment) if at_the_factory < Some(4) && at_the_factory.is_some() => S::ReadyForShipment,
            (_, E::Shipped) if at_the_factory < Some(5) && at_the_factory.is_some() => S::InTransit,
            (_, E::Arrived) if at_the_factory.is_some() => S::ArrivedAtDealership,
            // A car from stock is there already.
            (S::ReservationPaid, E::Arrived) => S::ArrivedAtDealership,
            (S::ArrivedAtDealership, E::FinalPaymentRequested) => S::AwaitingFinalPayment,
            (S::AwaitingFinalPayment, E::FinalPaymentReceived) => S::FinalPaymentReceived,
            (S::AwaitingFinalPayment, E::FinalPaymentFailed) => S::CancelledPaymentFailure,
            (S::FinalPaymentReceived, E::RegistrationStarted) => S::Registration,
            (S::Registration, E::RegistrationRejected) => S::CancelledRegistration,
            (S::Registration, E::PlateAssigned) => S::ReadyForDelivery,
            (S::ReadyForDelivery | S::ReturnedToDealership, E::DeliveryScheduled) => S::DeliveryScheduled,
            (S::DeliveryScheduled, E::ReturnedToDealership) => S::ReturnedToDealership,
            (S::ReadyForDelivery | S::DeliveryScheduled | S::ReturnedToDealership, E::HandedOver) => S::Delivered,
            (status, event) => return Err(OrderRefusal { status, event }),
        };
        Ok(next)
    }

    /// How far the factory is, from `ORDER_PLACED` to `IN_TRANSIT`.
    fn factory_rank(self) -> Option<u8> {
        match self {
            OrderStatus::OrderPlaced => Some(0),
            OrderStatus::ProductionScheduled => Some(1),
            OrderStatus::ProductionInProgress => Some(2),
            OrderStatus::QualityControl => Some(3),
            OrderStatus::ReadyForShipment => Some(4),
            OrderStatus::InTransit => Some(5),
            _ => None,
        }
    }

    /// Whether nothing more happens.
    pub fn is_over(self) -> bool {
        self == OrderStatus::Delivered || self.is_cancelled()
    }

    /// Whether it ended without the customer getting the car.
    pub fn is_cancelled(self) -> bool {
        matches!(
            self,
            OrderStatus::CancelledReservationFailed
                | OrderStatus::CancelledFactoryRejected
                | OrderStatus::CancelledPaymentFailure
                | OrderStatus::CancelledRegistration
        )
    }
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// Postal code, as the country writes it.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

codes! {
    /// What kind of owner the papers name.
    pub enum OwnerKind {
        /// A person.
        Individual = "INDIVIDUAL",
        /// A company.
        Company = "COMPANY",
    }
}

/// Whom the registration names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// Person or company.
    pub kind: OwnerKind,
    /// Full legal name.
    pub name: String,
    /// Tax id, checked by the country's rule.
    pub tax_id: String,
    /// YYYY-MM-DD, for persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// Where the country asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_license: Option<String>,
    /// The insurance, once the customer has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Insurance>,
}

/// The car's insurance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Insurance {
    /// The insurer.
    pub provider: String,
    /// Its number for the contract.
    pub policy_number: String,
    /// YYYY-MM-DD.
    pub valid_from: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of state and event: what is not in the list is refused.
    #[test]
    fn every_pair_of_status_and_event_is_decided() {
        let mut allowed = Vec::new();
        for &status in OrderStatus::ALL {
            for &event in OrderEvent::ALL {
                if let Ok(next) = status.on(event) {
                    allowed.push(format!("{status} --{event:?}-> {next}"));
                }
            }
        }
        assert_eq!(
            allowed,
            [
                "DRAFT --Registered-> AWAITING_RESERVATION",
                "AWAITING_RESERVATION --ReservationPaid-> RESERVATION_PAID",
                "AWAITING_RESERVATION --ReservationFailed-> CANCELLED_RESERVATION_FAILED",
                "RESERVATION_PAID --FactoryConfirmed-> ORDER_PLACED",
                "RESERVATION_PAID --FactoryRejected-> CANCELLED_FACTORY_REJECTED",
                "RESERVATION_PAID --Arrived-> ARRIVED_AT_DEALERSHIP",
                "ORDER_PLACED --FactoryRejected-> CANCELLED_FACTORY_REJECTED",
                "ORDER_PLACED --ProductionScheduled-> PRODUCTION_SCHEDULED",
                "ORDER_PLACED --ProductionStarted-> PRODUCTION_IN_PROGRESS",
                "ORDER_PLACED --QualityControlStarted-> QUALITY_CONTROL",
                "ORDER_PLACED --ReadyForShipment-> READY_FOR_SHIPMENT",
                "ORDER_PLACED --Shipped-> IN_TRANSIT",
                "ORDER_PLACED --Arrived-> ARRIVED_AT_DEALERSHIP",
                "PRODUCTION_SCHEDULED --FactoryRejected-> CANCELLED_FACTORY_REJECTED",
                "PRODUCTION_SCHEDULED --ProductionStarted-> PRODUCTION_IN_PROGRESS",
                "PRODUCTION_SCHEDULED --QualityControlStarted-> QUALITY_CONTROL",
                "PRODUCTION_SCHEDULED --ReadyForShipment-> READY_FOR_SHIPMENT",
                "PRODUCTION_SCHEDULED --Shipped-> IN_TRANSIT",
                "PRODUCTION_SCHEDULED --Arrived-> ARRIVED_AT_DEALERSHIP",
                "PRODUCTION_IN_PROGRESS --FactoryRejected-> CANCELLED_FACTORY_REJECTED",
                "PRODUCTION_IN_PROGRESS --QualityControlStarted-> QUALITY_CONTROL",
                "PRODUCTION_IN_PROGRESS --ReadyForShipment-> READY_FOR_SHIPMENT",
                "PRODUCTION_IN_PROGRESS --Shipped-> IN_TRANSIT",
                "PRODUCTION_IN_PROGRESS --Arrived-> ARRIVED_AT_DEALERSHIP",
                "QUALITY_CONTROL --FactoryRejected-> CANCELLED_FACTORY_REJECTED",
                "QUALITY_CONTROL --ProductionStarted-> PRODUCTION_IN_PROGRESS",
                "QUALITY_CONTROL --ReadyForShipment-> READY_FOR_SHIPMENT",
                "QUALITY_CONTROL --Shipped-> IN_TRANSIT",
                "QUALITY_CONTROL --Arrived-> ARRIVED_AT_DEALERSHIP",
                "READY_FOR_SHIPMENT --FactoryRejected-> CANCELLED_FACTORY_REJECTED",
                "READY_FOR_SHIPMENT --Shipped-> IN_TRANSIT",
                "READY_FOR_SHIPMENT --Arrived-> ARRIVED_AT_DEALERSHIP",
                "IN_TRANSIT --FactoryRejected-> CANCELLED_FACTORY_REJECTED",
                "IN_TRANSIT --Arrived-> ARRIVED_AT_DEALERSHIP",
                "ARRIVED_AT_DEALERSHIP --FinalPaymentRequested-> AWAITING_FINAL_PAYMENT",
                "AWAITING_FINAL_PAYMENT --FinalPaymentReceived-> FINAL_PAYMENT_RECEIVED",
                "AWAITING_FINAL_PAYMENT --FinalPaymentFailed-> CANCELLED_PAYMENT_FAILURE",
                "FINAL_PAYMENT_RECEIVED --RegistrationStarted-> REGISTRATION",
                "REGISTRATION --RegistrationRejected-> CANCELLED_REGISTRATION",
                "REGISTRATION --PlateAssigned-> READY_FOR_DELIVERY",
                "READY_FOR_DELIVERY --DeliveryScheduled-> DELIVERY_SCHEDULED",
                "READY_FOR_DELIVERY --HandedOver-> DELIVERED",
                "DELIVERY_SCHEDULED --ReturnedToDealership-> RETURNED_TO_DEALERSHIP",
                "DELIVERY_SCHEDULED --HandedOver-> DELIVERED",
                "RETURNED_TO_DEALERSHIP --DeliveryScheduled-> DELIVERY_SCHEDULED",
                "RETURNED_TO_DEALERSHIP --HandedOver-> DELIVERED",
            ]
        );
    }
}
