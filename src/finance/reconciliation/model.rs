//! What a discrepancy is, and what can become of it.

use crate::kernel::Timestamp;
use crate::kernel::ids::{PaymentId, UserId};
use crate::kernel::money::{Cents, Currency, Money};
use crate::payments::model::{ReportKind, ReportStatus, Settlement};
use crate::subscriptions::model::Day;
use sqlx::FromRow;
use uuid::Uuid;

codes! {
    /// In which way report and books disagree (rulebook §12).
    pub enum Class {
        /// The report names what our books do not have.
        MissingHere = "MISSING_HERE",
        /// Our books have what no report names, although its time has passed.
        MissingThere = "MISSING_THERE",
        /// Both have it, with different amounts.
        AmountDiffers = "AMOUNT_DIFFERS",
        /// Both have it, and say different things of how it ended.
        StatusDiffers = "STATUS_DIFFERS",
        /// Both say that the bank did not move what was taken for something delivered.
        SettlementFailed = "SETTLEMENT_FAILED",
    }
}

codes! {
    /// Whether somebody has to look at it.
    pub enum DiscrepancyState {
        /// Yes.
        Open = "OPEN",
        /// No more.
        Resolved = "RESOLVED",
    }
}

codes! {
    /// Why nobody has to look at it any more.
    pub enum Resolution {
        /// Found no more: report and books agree by now.
        Gone = "GONE",
        /// Finance took over the report's word.
        Applied = "APPLIED",
        /// A person knows why, and it is in order.
        Explained = "EXPLAINED",
        /// The gateway has said that it corrects it.
        GatewayCorrects = "GATEWAY_CORRECTS",
        /// A person accepts it as it is.
        Accepted = "ACCEPTED",
    }
}

impl Resolution {
    /// Those a person can choose; the others come about.
    pub const BY_HAND: [Resolution; 3] = [Resolution::Explained, Resolution::GatewayCorrects, Resolution::Accepted];
}

codes! {
    /// What was done about a discrepancy.
    pub enum Deed {
        /// Somebody is to deal with it.
        Assigned = "ASSIGNED",
        /// Somebody said something of it.
        Commented = "COMMENTED",
        /// Somebody resolved it.
        Resolved = "RESOLVED",
        /// Somebody opened it again.
        Reopened = "REOPENED",
        /// Somebody took over the report's word.
        Applied = "APPLIED",
        /// It was found no more.
        Gone = "GONE",
        /// It was found again after it had gone.
        Back = "BACK",
    }
}

codes! {
    /// How far a day's report is.
    pub enum RunState {
        /// Being asked for, again and again.
        Waiting = "WAITING",
        /// Not to be had: asked for again next night, or by a person.
        Failed = "FAILED",
        /// Kept and compared.
        Done = "DONE",
    }
}

codes! {
    /// Why something can't be done with a discrepancy or a day.
    pub enum FinanceRefusal {
        /// There is no such discrepancy.
        NotFound = "not_found",
        /// Nothing was written where words are needed.
        NoWords = "no_words",
        /// It is not in a state for that any more.
        NotThen = "not_then",
        /// No such resolution or person can be chosen.
        NoChoice = "no_choice",
        /// The day is not over, is none, or lies too far back.
        Day = "day",
    }
}

/// A disagreement as it is kept.
#[derive(Debug, Clone, FromRow)]
pub struct Discrepancy {
    /// Its id.
    pub id: Uuid,
    /// The UTC day of the report's line; of our booking where the report has none.
    #[sqlx(try_from = "String")]
    pub day: Day,
    /// The gateway's id of the payment.
    pub gateway_payment_id: String,
    /// What moved.
    #[sqlx(try_from = "String")]
    pub kind: ReportKind,
    /// In which way they disagree.
    #[sqlx(try_from = "String")]
    pub class: Class,
    /// Our payment, if we know it.
    pub payment_id: Option<PaymentId>,
    /// What the books say.
    pub here_cents: Option<Cents>,
    /// What the report says.
    pub there_cents: Option<Cents>,
    /// Of what.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The settlement in our books when it was seen last; a code of [`Settlement`].
    pub here_state: Option<String>,
    /// What the report says of it; a code of [`ReportStatus`].
    pub there_state: Option<String>,
    /// Whether somebody has to look at it.
    #[sqlx(try_from = "String")]
    pub state: DiscrepancyState,
    /// Why not any more; a code of [`Resolution`].
    pub resolution: Option<String>,
    /// Who of finance deals with it.
    pub agent_id: Option<UserId>,
    /// Their name.
    pub agent_name: Option<String>,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it was found the last time.
    pub seen_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
}

impl Discrepancy {
    /// What the books say.
    pub fn here(&self) -> Option<Money> {
        self.here_cents.map(|cents| Money::new(cents, self.currency))
    }

    /// What the report says.
    pub fn there(&self) -> Option<Money> {
        self.there_cents.map(|cents| Money::new(cents, self.currency))
    }

    /// What the report says of how it ended.
    pub fn there_status(&self) -> Option<ReportStatus> {
        self.there_state.as_deref().and_then(|code| code.parse().ok())
    }

    /// Why nobody has to look at it any more.
    pub fn resolved_as(&self) -> Option<Resolution> {
        self.resolution.as_deref().and_then(|code| code.parse().ok())
    }
}

/// What a click of finance makes of the report's word. Nothing else changes the books here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The money has arrived.
    Settled,
    /// The bank did not move it: the course of the rulebook's §5 begins.
    Failed,
    /// The customer's bank took it back.
    Chargeback,
    /// What we had borne was paid out after all.
    Recover,
}

impl Way {
    /// What can be taken over, given how the payment stands now.
    pub fn of(discrepancy: &Discrepancy, now: Settlement) -> Option<Way> {
        if discrepancy.state != DiscrepancyState::Open || discrepancy.class != Class::StatusDiffers {
            return None;
        }
        match (discrepancy.kind, discrepancy.there_status()?, now) {
            (ReportKind::Capture, ReportStatus::Settled, Settlement::Pending | Settlement::Failed) => {
                Some(Way::Settled)
            }
            (ReportKind::Capture, ReportStatus::Settled, Settlement::Absorbed) => Some(Way::Recover),
            (ReportKind::Capture, ReportStatus::Failed, Settlement::Pending) => Some(Way::Failed),
            (ReportKind::Chargeback, ReportStatus::Settled, Settlement::Settled) => Some(Way::Chargeback),
            _ => None,
        }
    }
}

/// A day's report and what became of it.
#[derive(Debug, Clone, FromRow)]
pub struct RunLine {
    /// The UTC day.
    #[sqlx(try_from = "String")]
    pub day: Day,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: RunState,
    /// Times in a row that brought no report.
    pub tries: i64,
    /// Why the last one brought none.
    pub note: Option<String>,
    /// Lines of the report that is kept.
    pub lines: i64,
    /// When the gateway was asked last.
    pub asked_at: Option<Timestamp>,
    /// When it was compared with the books last.
    pub compared_at: Option<Timestamp>,
    /// Disagreements of this day that are open.
    pub open: i64,
}
