//! Why something can't be done with a case.

use super::AttachmentProblem;
use serde::{Deserialize, Serialize};

codes! {
    /// Why something can't be done with a case just now.
    pub enum NotNow {
        /// The case is solved: reopen it first.
        Solved = "SOLVED",
        /// The case goes on in another one.
        Merged = "MERGED",
        /// The case is not solved.
        NotSolved = "NOT_SOLVED",
        /// The case was not merged.
        NotMerged = "NOT_MERGED",
        /// Ten minutes have passed since the merge.
        TooLate = "TOO_LATE",
        /// The two cases are of different customers.
        OtherCustomer = "OTHER_CUSTOMER",
        /// Other cases were merged into this one.
        HasMerged = "HAS_MERGED",
        /// A case can't be merged into itself.
        Itself = "ITSELF",
        /// The activation of this case waits for a person: it needs its own case.
        ActivationOpen = "ACTIVATION_OPEN",
        /// The case has no activation that waits for a person.
        NotWaitingForSupport = "NOT_WAITING_FOR_SUPPORT",
        /// Another command is under way in this car.
        VehicleBusy = "VEHICLE_BUSY",
        /// A late confirmation is being undone in this car.
        CompensationUnderWay = "COMPENSATION_UNDER_WAY",
        /// The customer has been asked for a new hold, or the bank is asked for it.
        HoldUnderWay = "HOLD_UNDER_WAY",
        /// Subscriptions hold nothing.
        NothingToHold = "NOTHING_TO_HOLD",
        /// The car belongs to no dealership.
        NoDealership = "NO_DEALERSHIP",
        /// The person can't be given this case.
        NotAnAgent = "NOT_AN_AGENT",
        /// Empty, too long, or not a sensible value.
        Invalid = "INVALID",
        /// The service would fit no model any more.
        LastModel = "LAST_MODEL",
        /// Somebody has decided already.
        Decided = "DECIDED",
        /// More than somebody writes in a day.
        TooMany = "TOO_MANY",
    }
}

/// Why a use case of the console was refused. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SupportError {
    /// No such case, or not of this person.
    NotFound,
    /// Somebody else wrote in between: look again, your text is kept.
    Stale {
        /// The case's version now.
        version: i64,
    },
    /// Not as things stand.
    NotNow {
        /// Why.
        why: NotNow,
    },
}

impl SupportError {
    /// Not as things stand.
    pub const fn not_now(why: NotNow) -> SupportError {
        SupportError::NotNow { why }
    }
}

codes! {
    /// Why a customer's question or answer was not taken.
    pub enum QuestionRefusal {
        /// No such case or car of this customer.
        NotFound = "NOT_FOUND",
        /// The subject is missing or too long.
        Subject = "SUBJECT",
        /// The text is missing or too long.
        Text = "TEXT",
        /// More than a person asks in a day.
        TooMany = "TOO_MANY",
        /// Too many files.
        TooManyFiles = "TOO_MANY_FILES",
        /// A file is too large.
        FileTooLarge = "FILE_TOO_LARGE",
        /// A file is none of the kinds that are taken.
        UnknownFile = "UNKNOWN_FILE",
    }
}

impl From<AttachmentProblem> for QuestionRefusal {
    fn from(problem: AttachmentProblem) -> QuestionRefusal {
        match problem {
            AttachmentProblem::TooMany => QuestionRefusal::TooManyFiles,
            AttachmentProblem::TooLarge => QuestionRefusal::FileTooLarge,
            AttachmentProblem::UnknownKind => QuestionRefusal::UnknownFile,
        }
    }
}
