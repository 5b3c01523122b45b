//! What a case is, without anything outside: its states, its queues, what may be said and asked.

mod attachments;
mod hours;
mod lists;
mod outcomes;
mod refusals;
mod status;
mod texts;

pub use attachments::{
    AttachmentKind, AttachmentProblem, LARGEST_ATTACHMENT, MOST_ATTACHMENTS, NewAttachment, check_attachments,
};
pub use hours::{CalendarProblem, Hours};
pub use lists::{COUNTED_UP_TO, Counts, PageKey, TicketFilter, TicketSort};
pub use outcomes::{Compensation, DISCOUNTS, RuleChange, RuleStatus, Solution, Terms};
pub use refusals::{NotNow, QuestionRefusal, SupportError};
pub use status::{AfterReply, TicketEvent, TicketRefusal, TicketStatus};
pub use texts::{LONGEST_SUBJECT, LONGEST_TEXT, Macro, Variables, written};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a merge can be undone.
pub const UNMERGE_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// How long somebody counts as looking at a case after the last sign.
pub const PRESENT_FOR: TimeDelta = TimeDelta::seconds(60);

codes! {
    /// Where a case waits. Each queue has its own calendar.
    pub enum Queue {
        /// Activations that the engine gave up.
        Ota = "OTA",
        /// Questions of customers.
        General = "GENERAL",
    }
}

impl Queue {
    /// What a case's number begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Queue::Ota => "OTA",
            Queue::General => "GEN",
        }
    }
}

codes! {
    /// Who works on a case.
    pub enum Team {
        /// Support agents.
        Support = "SUPPORT",
        /// Those who run API IoT.
        Iot = "IOT",
    }
}

codes! {
    /// How pressing a case is.
    pub enum Priority {
        /// When there is time.
        Low = "LOW",
        /// As usual.
        Normal = "NORMAL",
        /// Before others.
        High = "HIGH",
        /// Now.
        Urgent = "URGENT",
    }
}

impl Priority {
    /// For sorting: the most pressing first.
    pub const fn rank(self) -> i64 {
        match self {
            Priority::Urgent => 0,
            Priority::High => 1,
            Priority::Normal => 2,
            Priority::Low => 3,
        }
    }
}

codes! {
    /// What a line of the conversation is.
    pub enum MessageKind {
        /// The customer's words.
        Customer = "CUSTOMER",
        /// Our words to the customer.
        Reply = "REPLY",
        /// Our words among ourselves.
        Note = "NOTE",
        /// Something the platform did; its code says what.
        System = "SYSTEM",
    }
}

/// A work list that an agent keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its id.
    pub id: Uuid,
    /// What the agent calls it.
    pub name: String,
    /// The address's query that shows it.
    pub query: String,
}
