//! Which message goes where and by when: the table of the rulebook, §11.

use crate::kernel::Timestamp;
use serde::{Deserialize, Serialize};

codes! {
    /// A message.
    pub enum NoticeEvent {
        /// The service works.
        ServiceActive = "SERVICE_ACTIVE",
        /// The bank said no to a service's payment.
        PaymentDeclined = "PAYMENT_DECLINED",
        /// The bank wants the customer to confirm.
        AuthenticationNeeded = "AUTHENTICATION_NEEDED",
        /// The activation failed for good; nothing was charged.
        OtaFailed = "OTA_FAILED",
        /// A ticket was opened for it.
        TicketCreated = "TICKET_CREATED",
        /// The customer cancelled; nothing was charged.
        ServiceCancelled = "SERVICE_CANCELLED",
        /// Money was given back.
        Refunded = "REFUNDED",
        /// A temporary service has ended.
        ServiceEnded = "SERVICE_ENDED",
        /// The bank did not move the money after delivery.
        SettlementFailed = "SETTLEMENT_FAILED",
        /// About the account: confirmation, password.
        Account = "ACCOUNT",
    }
}

codes! {
    /// A way to reach somebody.
    pub enum Channel {
        /// Email.
        Email = "EMAIL",
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
    }
}

impl NoticeEvent {
    /// The channels it goes through.
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            NoticeEvent::Account => &[Channel::Email],
            _ => &[Channel::Email, Channel::InApp],
        }
    }

    /// Minutes within which it must be sent.
    pub const fn within_minutes(self) -> i64 {
        match self {
            NoticeEvent::PaymentDeclined | NoticeEvent::AuthenticationNeeded | NoticeEvent::Account => 1,
            NoticeEvent::SettlementFailed | NoticeEvent::ServiceEnded => 60,
            _ => 15,
        }
    }
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
