//! Which message goes where and by when: the table of the rulebook, §11, as data.

use crate::kernel::Timestamp;
use serde::{Deserialize, Serialize};

codes! {
    /// A message.
    pub enum NoticeEvent {
        /// The service works.
        ServiceActive = "SERVICE_ACTIVE",
        /// A temporary service has ended.
        ServiceEnded = "SERVICE_ENDED",
        /// The customer cancelled; nothing was charged.
        ServiceCancelled = "SERVICE_CANCELLED",
        /// The customer withdrew from the contract: the receipt.
        WithdrawalReceipt = "WITHDRAWAL_RECEIPT",
        /// The activation failed for good; nothing was charged.
        OtaFailed = "OTA_FAILED",
        /// A person decided that it can't be done; nothing was charged.
        PermanentFailure = "PERMANENT_FAILURE",
        /// A manual activation with a new hold waits for the customer's click.
        HoldOffered = "HOLD_OFFERED",
        /// Maintenance that is due keeps a service from being bought.
        BlockedByMaintenance = "BLOCKED_BY_MAINTENANCE",
        /// A ticket was opened for it.
        TicketCreated = "TICKET_CREATED",
        /// A question has arrived.
        QuestionReceived = "QUESTION_RECEIVED",
        /// An agent answered.
        TicketAnswered = "TICKET_ANSWERED",
        /// A person solved it.
        TicketSolved = "TICKET_SOLVED",
        /// The car has to be looked at by its dealership.
        DealershipAppointment = "DEALERSHIP_APPOINTMENT",
        /// What to do after a theft.
        TheftGuidance = "THEFT_GUIDANCE",
        /// The bank said no to a service's payment.
        PaymentDeclined = "PAYMENT_DECLINED",
        /// The bank wants the customer to confirm.
        AuthenticationNeeded = "AUTHENTICATION_NEEDED",
        /// Money was given back.
        Refunded = "REFUNDED",
        /// The bank did not move the money after delivery.
        SettlementFailed = "SETTLEMENT_FAILED",
        /// A subscription's period could not be charged; it is tried again.
        SubscriptionChargeFailed = "SUBSCRIPTION_CHARGE_FAILED",
        /// A subscription ended unpaid; a debt is left.
        SubscriptionCancelled = "SUBSCRIPTION_CANCELLED",
        /// The bank said no to the final payment of a car, or its date passed unpaid.
        FinalPaymentFailed = "FINAL_PAYMENT_FAILED",
        /// The warranty is lost.
        WarrantyLost = "WARRANTY_LOST",
        /// The warranty is valid again.
        WarrantyBack = "WARRANTY_BACK",
        /// Nobody was there: the car is back at the dealership.
        DeliveryFailed = "DELIVERY_FAILED",
        /// A sale was registered: the order is theirs once the señal is paid.
        ReservationDue = "RESERVATION_DUE",
        /// The car is ordered.
        OrderPlaced = "ORDER_PLACED",
        /// The order ended without the customer's doing; what was paid is given back.
        OrderCancelled = "ORDER_CANCELLED",
        /// The factory has gone a step further.
        ManufacturingStep = "MANUFACTURING_STEP",
        /// The car is on its way.
        ShippingStep = "SHIPPING_STEP",
        /// The car is at the dealership.
        Arrived = "ARRIVED",
        /// The rest of a car's price is due soon.
        FinalPaymentReminder = "FINAL_PAYMENT_REMINDER",
        /// The registration has gone a step further.
        RegistrationStep = "REGISTRATION_STEP",
        /// The delivery has gone a step further.
        DeliveryStep = "DELIVERY_STEP",
        /// To an agent: a follow-up is due.
        AgentTaskDue = "AGENT_TASK_DUE",
        /// To an agent: a case has had no answer in time.
        SlaBreached = "SLA_BREACHED",
        /// The copy of somebody's personal data is ready.
        ExportReady = "EXPORT_READY",
        /// An account will be erased, and until when that can be taken back; or it could not be.
        ErasurePlanned = "ERASURE_PLANNED",
        /// Somebody passes a car on to its reader.
        CarOffered = "CAR_OFFERED",
        /// A car has another owner: to both.
        CarHandedOver = "CAR_HANDED_OVER",
        /// About the account: confirmation, password.
        Account = "ACCOUNT",
    }
}

codes! {
    /// A way to reach somebody.
    pub enum Channel {
        /// Email.
        Email = "EMAIL",
        /// Web Push to a browser or the installed web app.
        Push = "PUSH",
        /// A text message.
        Sms = "SMS",
        /// Inside the product, live.
        InApp = "IN_APP",
    }
}

codes! {
    /// How far a message is.
    pub enum DeliveryStatus {
        /// Written; to be sent.
        Waiting = "WAITING",
        /// Handed to the next system.
        Sent = "SENT",
        /// Refused for good.
        Failed = "FAILED",
        /// Replaced by a newer one about the same thing before it was read.
        Merged = "MERGED",
        /// There is no way to reach the person on this channel: no device, no phone number.
        Skipped = "SKIPPED",
    }
}

codes! {
    /// What a person chooses together on the page of preferences.
    pub enum NoticeGroup {
        /// Services beginning, ending, cancelled.
        Services = "SERVICES",
        /// What did not work.
        Problems = "PROBLEMS",
        /// Cases and answers.
        Support = "SUPPORT",
        /// Money.
        Payments = "PAYMENTS",
        /// Warranty, maintenance, theft.
        Vehicle = "VEHICLE",
        /// A new car on its way.
        Order = "ORDER",
        /// Sign-in and security.
        Account = "ACCOUNT",
        /// To people who work here.
        Staff = "STAFF",
    }
}

/// Whether a message takes a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Always: it must be said, whatever the preferences are.
    Must,
    /// Unless the person has switched it off.
    On,
    /// Only when the person has switched it on.
    Off,
    /// Not at all.
    Never,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it is chosen with.
    pub group: NoticeGroup,
    /// Email.
    pub email: Use,
    /// Web Push.
    pub push: Use,
    /// Text message.
    pub sms: Use,
    /// Inside the product.
    pub in_app: Use,
    /// Minutes within which it must be sent.
    pub within_minutes: i64,
}

const fn plan(group: NoticeGroup, within_minutes: i64, email: Use, push: Use, sms: Use, in_app: Use) -> Plan {
    Plan { group, email, push, sms, in_app, within_minutes }
}

/// "At once" in the rulebook.
const AT_ONCE: i64 = 1;
const HOUR: i64 = 60;
const DAY: i64 = 24 * 60;

impl NoticeEvent {
    /// Where it goes and by when: the rulebook's table. What the table calls optional on SMS is off until it is switched
    /// on; what is only good to know can be switched off; everything else must be said.
    pub const fn plan(self) -> Plan {
        use NoticeEvent as E;
        use NoticeGroup as G;
        use Use::{Must, Never, Off, On};
        //                                                     within   email  push   SMS    in-app
        match self {
            E::ServiceActive => plan(G::Services, 15, Must, On, Never, Must),
            E::ServiceEnded => plan(G::Services, HOUR, On, On, Never, Must),
            E::ServiceCancelled => plan(G::Services, 15, Must, Never, Never, Must),
            E::WithdrawalReceipt => plan(G::Services, 15, Must, Never, Never, Must),
            E::OtaFailed => plan(G::Problems, 15, Must, Must, Off, Must),
            E::PermanentFailure => plan(G::Problems, 15, Must, Never, Never, Must),
            E::HoldOffered => plan(G::Problems, 15, Must, Must, Off, Must),
            E::BlockedByMaintenance => plan(G::Problems, AT_ONCE, Must, Must, Off, Must),
            E::TicketCreated => plan(G::Support, 15, Must, Never, Never, Must),
            E::QuestionReceived => plan(G::Support, 15, Must, Never, Never, Must),
            // An agent may choose others for one answer.
            E::TicketAnswered => plan(G::Support, 15, Must, Never, Never, Must),
            E::TicketSolved => plan(G::Support, 15, Must, Must, Must, Must),
            E::DealershipAppointment => plan(G::Support, 15, Must, On, Off, Must),
            E::TheftGuidance => plan(G::Vehicle, HOUR, Must, Must, Never, Must),
            E::PaymentDeclined => plan(G::Payments, AT_ONCE, Must, Must, Must, Must),
            E::AuthenticationNeeded => plan(G::Payments, AT_ONCE, Must, Must, Off, Must),
            E::Refunded => plan(G::Payments, 15, Must, Never, Never, Must),
            E::SettlementFailed => plan(G::Payments, HOUR, Must, Never, Never, Must),
            E::SubscriptionChargeFailed => plan(G::Payments, DAY, Must, Never, Never, Must),
            E::SubscriptionCancelled => plan(G::Payments, DAY, Must, Must, Off, Must),
            E::FinalPaymentFailed => plan(G::Payments, AT_ONCE, Must, Must, Must, Must),
            E::WarrantyLost => plan(G::Vehicle, DAY, Must, Must, Never, Must),
            E::WarrantyBack => plan(G::Vehicle, DAY, Must, Must, Never, Must),
            E::DeliveryFailed => plan(G::Order, HOUR, Must, Must, Must, On),
            E::ReservationDue => plan(G::Order, 15, Must, On, Never, Must),
            E::OrderPlaced => plan(G::Order, HOUR, Must, On, Never, Must),
            E::OrderCancelled => plan(G::Order, HOUR, Must, Must, Never, Must),
            E::ManufacturingStep => plan(G::Order, HOUR, On, On, Never, Must),
            E::ShippingStep => plan(G::Order, HOUR, On, On, Never, Must),
            E::Arrived => plan(G::Order, HOUR, Must, On, Never, Must),
            E::FinalPaymentReminder => plan(G::Order, HOUR, Must, On, Never, Must),
            E::RegistrationStep => plan(G::Order, HOUR, On, On, Never, Must),
            E::DeliveryStep => plan(G::Order, HOUR, Must, On, Never, Must),
            E::AgentTaskDue => plan(G::Staff, 15, Never, Never, Never, Must),
            E::SlaBreached => plan(G::Staff, 15, Never, Never, Never, Must),
            E::CarOffered => plan(G::Vehicle, 15, Must, On, Never, Must),
            E::CarHandedOver => plan(G::Vehicle, 15, Must, On, Never, Must),
            E::ExportReady => plan(G::Account, 15, Must, Never, Never, Must),
            E::ErasurePlanned => plan(G::Account, 15, Must, Never, Never, Must),
            E::Account => plan(G::Account, AT_ONCE, Must, Never, Never, Never),
        }
    }

    /// Whether it takes a channel.
    pub const fn on(self, channel: Channel) -> Use {
        let plan = self.plan();
        match channel {
            Channel::Email => plan.email,
            Channel::Push => plan.push,
            Channel::Sms => plan.sms,
            Channel::InApp => plan.in_app,
        }
    }

    /// Minutes within which it must be sent.
    pub const fn within_minutes(self) -> i64 {
        self.plan().within_minutes
    }

    /// Whether it says that nothing was charged: it waits until that is true.
    pub const fn promises_no_charge(self) -> bool {
        matches!(
            self,
            NoticeEvent::OtaFailed
                | NoticeEvent::PermanentFailure
                | NoticeEvent::PaymentDeclined
                | NoticeEvent::ServiceCancelled
                | NoticeEvent::BlockedByMaintenance
        )
    }

    /// Whether a newer message about the same thing takes its place while nobody has seen it: steps on the way, of which
    /// only the last one matters.
    pub const fn is_quiet(self) -> bool {
        matches!(
            self,
            NoticeEvent::ManufacturingStep
                | NoticeEvent::ShippingStep
                | NoticeEvent::RegistrationStep
                | NoticeEvent::DeliveryStep
                | NoticeEvent::ServiceEnded
        )
    }
}

impl NoticeGroup {
    /// Its events.
    pub fn events(self) -> impl Iterator<Item = NoticeEvent> {
        NoticeEvent::ALL.iter().copied().filter(move |event| event.plan().group == self)
    }

    /// Whether some of its messages always come on a channel.
    pub fn always(self, channel: Channel) -> bool {
        self.events().any(|event| event.on(channel) == Use::Must)
    }

    /// What can be chosen about a channel: `None` when nothing can.
    pub fn choice(self, channel: Channel) -> Option<Choice> {
        let uses: Vec<Use> = self.events().map(|event| event.on(channel)).collect();
        let default = if uses.contains(&Use::On) {
            true
        } else if uses.contains(&Use::Off) {
            false
        } else {
            return None;
        };
        Some(Choice { default })
    }
}

/// What can be chosen about one channel for one group of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What holds until somebody chooses.
    pub default: bool,
}

/// An in-app message as the bell shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InAppNotice {
    /// Its id.
    pub id: String,
    /// One line.
    pub subject: String,
    /// The message.
    pub body: String,
    /// The page it leads to, local.
    pub link: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether its reader has seen it.
    pub read: bool,
}
