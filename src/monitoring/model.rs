//! Kinds of failures, and how each ends.

codes! {
    /// What failed.
    pub enum FailureType {
        /// The engine gave up on an activation.
        OtaActivation = "OTA_ACTIVATION_FAILED",
        /// The vehicle confirmed after all was over.
        LateConfirmation = "LATE_CONFIRMATION",
        /// A service that is over could not be switched off.
        Deactivation = "DEACTIVATION_FAILED",
        /// A service that a stale command took away could not be put back.
        Restore = "RESTORE_FAILED",
        /// The bank said no.
        PaymentDeclined = "PAYMENT_DECLINED",
        /// The gateway never made the payment, or nobody confirmed it in time.
        PaymentNeverMade = "PAYMENT_NEVER_MADE",
        /// The hold had lapsed when the delivered service was to be paid with it.
        HoldLapsed = "HOLD_LAPSED",
        /// The bank did not move the money of a delivered service.
        Settlement = "SETTLEMENT_FAILED",
        /// The customer's bank took the money of a delivered service back.
        Chargeback = "CHARGEBACK",
        /// The bank said no to the señal of a car.
        ReservationDeclined = "RESERVATION_DECLINED",
        /// The rest of a car's price was not paid: the customer lost the car.
        FinalPayment = "FINAL_PAYMENT_FAILED",
        /// A refund has not gone through, and its deadline is near.
        RefundLate = "REFUND_LATE",
        /// A message could not be handed over.
        Notification = "NOTIFICATION_FAILED",
        /// The factory could not be brought to take an order: people order by phone.
        FactoryManual = "FACTORY_MANUAL",
        /// The factory does not build an ordered car, or stopped building it.
        FactoryRejected = "FACTORY_REJECTED",
        /// A registration body can't be reached or has no word: people carry the papers.
        RegistrationManual = "REGISTRATION_MANUAL",
        /// A registration body refused a car's papers.
        RegistrationRejected = "REGISTRATION_REJECTED",
        /// A car did not come to its customer's door.
        TransportFailed = "TRANSPORT_FAILED",
        /// A subscription ended unpaid.
        SubscriptionUnpaid = "SUBSCRIPTION_UNPAID",
        /// Maintenance kept a service from being bought or delivered.
        MaintenanceBlocked = "MAINTENANCE_BLOCKED",
        /// The workshops' system did not answer, three times.
        VssSilent = "VSS_SILENT",
    }
}

codes! {
    /// Whose kind of trouble it is.
    pub enum FailureCategory {
        /// The vehicle or our own side.
        Technical = "TECHNICAL",
        /// A rule or a decision of somebody: a bank's no.
        Business = "BUSINESS",
        /// What was sent does not fit what the other side knows.
        DataValidation = "DATA_VALIDATION",
        /// A system of others does not answer, or not in time.
        ExternalSystem = "EXTERNAL_SYSTEM",
    }
}

codes! {
    /// The part of CaaS that noticed.
    pub enum Component {
        /// The OTA engine.
        OtaEngine = "OTA_ENGINE",
        /// The money room.
        Payments = "PAYMENTS",
        /// The settlement messages.
        Settlement = "SETTLEMENT",
        /// The billing of subscriptions.
        Billing = "BILLING",
        /// The messages to people.
        Notifications = "NOTIFICATIONS",
        /// The orders at the factory.
        Factory = "FACTORY",
        /// The registrations.
        Registration = "REGISTRATION",
        /// The transports.
        Delivery = "DELIVERY",
        /// The questions to the workshops' system.
        Maintenance = "MAINTENANCE",
    }
}

codes! {
    /// How a failure ended.
    pub enum Resolution {
        /// Not yet.
        Open = "OPEN",
        /// The order ended; nothing was charged and nothing delivered.
        OrderEnded = "ORDER_ENDED",
        /// A person switched the service on.
        ActivatedByHand = "ACTIVATED_BY_HAND",
        /// A person decided that it can't be done.
        PermanentFailure = "PERMANENT_FAILURE",
        /// Closed without a charge.
        ClosedWithoutCharge = "CLOSED_WITHOUT_CHARGE",
        /// The service is off.
        SwitchedOff = "SWITCHED_OFF",
        /// Nothing is to be done any more: the service is there by right, or its time has ended.
        NoLongerNeeded = "NO_LONGER_NEEDED",
        /// The money came after all.
        PaidAfterAll = "PAID_AFTER_ALL",
        /// CaaS bears the cost.
        Absorbed = "ABSORBED",
        /// Another way had to do.
        OtherChannels = "OTHER_CHANNELS",
        /// The factory has the order after all.
        Ordered = "ORDERED",
        /// What had failed was tried again with corrections.
        TriedAgain = "TRIED_AGAIN",
        /// It was done after all, by hand or another way.
        DoneAfterAll = "DONE_AFTER_ALL",
        /// The sale was cancelled, and what was paid is given back.
        SaleCancelled = "SALE_CANCELLED",
    }
}

impl FailureCategory {
    /// Whose trouble a failed attempt is, by the code of its reason.
    pub fn of_attempt(code: &str) -> FailureCategory {
        match code {
            "CONFIG_CONFLICT" | "UNSUPPORTED_FIRMWARE" | "UNKNOWN_SERVICE" | "UNKNOWN_VEHICLE" | "INVALID_REQUEST" => {
                FailureCategory::DataValidation
            }
            "IOT_UNAVAILABLE" | "VSS_SILENT" => FailureCategory::ExternalSystem,
            "MAINTENANCE_OVERDUE" => FailureCategory::Business,
            _ => FailureCategory::Technical,
        }
    }

    /// Whose trouble a refused payment is, by the code of its reason.
    pub fn of_decline(code: Option<&str>) -> FailureCategory {
        match code {
            Some("INVALID_METHOD" | "EXPIRED_CARD") => FailureCategory::DataValidation,
            _ => FailureCategory::Business,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_attempt_is_somebodys_trouble() {
        for (code, category) in [
            ("VEHICLE_OFFLINE", FailureCategory::Technical),
            ("MODULE_FAULT", FailureCategory::Technical),
            ("DEADLINE", FailureCategory::Technical),
            ("UNSUPPORTED_FIRMWARE", FailureCategory::DataValidation),
            ("IOT_UNAVAILABLE", FailureCategory::ExternalSystem),
        ] {
            assert_eq!(FailureCategory::of_attempt(code), category, "{code}");
        }
        assert_eq!(FailureCategory::of_decline(Some("INSUFFICIENT_FUNDS")), FailureCategory::Business);
        assert_eq!(FailureCategory::of_decline(Some("EXPIRED_CARD")), FailureCategory::DataValidation);
        assert_eq!(FailureCategory::of_decline(None), FailureCategory::Business);
    }
}
