//! What a case is, without anything outside: its states, its queues, what may be said and asked.

use crate::kernel::Timestamp;
use crate::kernel::ids::{ServiceId, TicketId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// What is wrong with a calendar as an administrator wants it.
    pub enum CalendarProblem {
        /// No such time zone.
        Zone = "ZONE",
        /// Not written as a time of day.
        NotATime = "NOT_A_TIME",
        /// Opens and never closes, or the other way round.
        HalfADay = "HALF_A_DAY",
        /// Closes before it opens.
        ClosesFirst = "CLOSES_FIRST",
        /// No day of the week is worked on.
        NeverOpen = "NEVER_OPEN",
        /// No day of a calendar.
        NotADay = "NOT_A_DAY",
        /// Over already: it changes nothing any more.
        Past = "PAST",
        /// Not named, or too long.
        Name = "NAME",
        /// A holiday already.
        Known = "KNOWN",
    }
}

/// When a queue is worked on, on one day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Minutes after midnight.
    pub opens: i64,
    /// Minutes after midnight; 1440 is the next midnight.
    pub closes: i64,
}

impl Hours {
    /// Reads two times of day as people write them, up to `24:00`. Both empty: closed.
    pub fn parse(opens: &str, closes: &str) -> Result<Option<Hours>, CalendarProblem> {
        let (opens, closes) = match (opens.trim(), closes.trim()) {
            ("", "") => return Ok(None),
            ("", _) | (_, "") => return Err(CalendarProblem::HalfADay),
            (opens, closes) => (minute(opens)?, minute(closes)?),
        };
        if closes <= opens {
            return Err(CalendarProblem::ClosesFirst);
        }
        Ok(Some(Hours { opens, closes }))
    }

    /// A minute of the day as people write it.
    pub fn text(minute: i64) -> String {
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }
}

fn minute(text: &str) -> Result<i64, CalendarProblem> {
    let number = |digits: &str| match digits.len() {
        1 | 2 if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse::<i64>().ok(),
        _ => None,
    };
    let parts = text.split_once(':').and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
    match parts {
        Some((hour @ 0..24, minute @ 0..60)) => Ok(hour * 60 + minute),
        Some((24, 0)) => Ok(1440),
        _ => Err(CalendarProblem::NotATime),
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
    /// Where a case is.
    pub enum TicketStatus {
        /// We owe the next word.
        Open = "OPEN",
        /// The customer owes it: the clock stands still.
        WaitingForCustomer = "WAITING_FOR_CUSTOMER",
        /// Done.
        Solved = "SOLVED",
        /// Goes on in another case.
        Merged = "MERGED",
    }
}

impl TicketStatus {
    /// Whether somebody still has something to do.
    pub fn is_open(self) -> bool {
        matches!(self, TicketStatus::Open | TicketStatus::WaitingForCustomer)
    }
}

/// What happens to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TicketEvent {
    /// We answered, and go on.
    Answered,
    /// We asked the customer something.
    AskedCustomer,
    /// The customer wrote.
    CustomerWrote,
    /// It is done.
    Solved,
    /// It was not done after all.
    Reopened,
    /// It goes on in another case.
    Merged,
    /// The merge is undone: it was open before.
    UnmergedOpen,
    /// The merge is undone: it was waiting for the customer before.
    UnmergedWaiting,
}

impl TicketEvent {
    /// Every event, for tests and diagrams.
    pub const ALL: &'static [TicketEvent] = &[
        TicketEvent::Answered,
        TicketEvent::AskedCustomer,
        TicketEvent::CustomerWrote,
        TicketEvent::Solved,
        TicketEvent::Reopened,
        TicketEvent::Merged,
        TicketEvent::UnmergedOpen,
        TicketEvent::UnmergedWaiting,
    ];
}

/// An event that can't happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket in {status} does not take {event:?}")]
pub struct TicketRefusal {
    /// The state it is in.
    pub status: TicketStatus,
    /// What was tried.
    pub event: TicketEvent,
}

impl TicketStatus {
    /// The next state.
    pub fn on(self, event: TicketEvent) -> Result<TicketStatus, TicketRefusal> {
        use TicketEvent as E;
        use TicketStatus as S;
        let next = match (self, event) {
            (S::Open | S::WaitingForCustomer, E::Answered) => S::Open,
            (S::Open | S::WaitingForCustomer, E::AskedCustomer) => S::WaitingForCustomer,
            // A customer who writes on a solved case is not sent away.
            (S::Open | S::WaitingForCustomer | S::Solved, E::CustomerWrote) => S::Open,
            (S::Open | S::WaitingForCustomer, E::Solved) => S::Solved,
            (S::Solved, E::Reopened) => S::Open,
            (S::Open | S::WaitingForCustomer, E::Merged) => S::Merged,
            (S::Merged, E::UnmergedOpen) => S::Open,
            (S::Merged, E::UnmergedWaiting) => S::WaitingForCustomer,
            (status, event) => return Err(TicketRefusal { status, event }),
        };
        Ok(next)
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

/// What happens to the case with a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AfterReply {
    /// It stays with us.
    KeepOpen,
    /// The customer is to answer: the clock stands still.
    WaitForCustomer,
    /// It is done.
    Solve(Solution),
}

impl AfterReply {
    /// What it means for the case.
    pub const fn event(self) -> TicketEvent {
        match self {
            AfterReply::KeepOpen => TicketEvent::Answered,
            AfterReply::WaitForCustomer => TicketEvent::AskedCustomer,
            AfterReply::Solve(_) => TicketEvent::Solved,
        }
    }
}

codes! {
    /// In which order cases are listed.
    pub enum TicketSort {
        /// Those waiting longest first.
        Oldest = "OLDEST",
        /// The newest first.
        Newest = "NEWEST",
        /// Those whose answer is due first; without a running clock last.
        Due = "DUE",
        /// The most pressing first.
        Priority = "PRIORITY",
        /// Those last changed first.
        Updated = "UPDATED",
    }
}

/// Which cases are wanted. Empty: all open ones, those waiting longest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFilter {
    /// Of this queue.
    pub queue: Option<Queue>,
    /// Of this team.
    pub team: Option<Team>,
    /// Assigned to this person.
    pub mine: Option<UserId>,
    /// Assigned to nobody.
    pub unassigned: bool,
    /// Their answer is overdue. Always in the order in which they fell due.
    pub overdue: bool,
    /// Waiting for the customer. No clock runs, so that none is due first.
    pub waiting: bool,
    /// Solved, instead of open ones. By creation or by the last change only.
    pub solved: bool,
    /// Number, VIN, plate, customer's name or address, error code; open and solved ones.
    pub text: String,
    /// Code of why it was opened.
    pub reason: Option<String>,
    /// The car's model.
    pub model: Option<String>,
    /// The service.
    pub service: Option<ServiceId>,
    /// This pressing.
    pub priority: Option<Priority>,
    /// The order; the list's own when absent.
    pub sort: Option<TicketSort>,
    /// The last line of the page before.
    pub after: Option<PageKey>,
}

impl TicketFilter {
    /// The order that applies: some lists make sense in some orders only.
    pub fn order(&self) -> TicketSort {
        match self.sort {
            _ if self.overdue => TicketSort::Due,
            // Nobody's clock runs there.
            Some(TicketSort::Due) if self.waiting => TicketSort::Oldest,
            Some(sort @ (TicketSort::Oldest | TicketSort::Newest | TicketSort::Updated)) => sort,
            _ if self.solved || !self.text.trim().is_empty() => TicketSort::Updated,
            Some(sort) => sort,
            None => TicketSort::Oldest,
        }
    }
}

/// The place of a line in a list: where the next page begins. Written as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageKey {
    /// The priority's rank.
    pub rank: i64,
    /// The time the list is ordered by.
    pub at: Timestamp,
    /// The case.
    pub id: TicketId,
}

impl std::fmt::Display for PageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.rank, self.at.timestamp_micros(), self.id)
    }
}

impl std::str::FromStr for PageKey {
    type Err = crate::kernel::codes::UnknownCode;
    fn from_str(text: &str) -> Result<PageKey, Self::Err> {
        let read = || {
            let (rank, rest) = text.split_once('.')?;
            let (at, id) = rest.split_once('.')?;
            let at = Timestamp::from_timestamp_micros(at.parse().ok()?)?;
            Some(PageKey { rank: rank.parse().ok()?, at, id: id.parse().ok()? })
        };
        read().ok_or_else(|| crate::kernel::codes::UnknownCode { what: "PageKey", code: text.to_owned() })
    }
}

/// Lists are counted up to here: beyond, nobody reads the number.
pub const COUNTED_UP_TO: i64 = 1000;

/// How many open cases are in each work list, each counted up to [`COUNTED_UP_TO`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Open in the OTA queue.
    pub ota: i64,
    /// Open in the general queue.
    pub general: i64,
    /// Open and assigned to the one who asks.
    pub mine: i64,
    /// Open and assigned to nobody.
    pub unassigned: i64,
    /// The answer is overdue.
    pub overdue: i64,
    /// Waiting for the customer.
    pub waiting: i64,
}

/// How long a merge can be undone.
pub const UNMERGE_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// How long somebody counts as looking at a case after the last sign.
pub const PRESENT_FOR: TimeDelta = TimeDelta::seconds(60);
/// The longest message, in characters.
pub const LONGEST_TEXT: usize = 5000;
/// The longest subject, in characters.
pub const LONGEST_SUBJECT: usize = 120;
/// The most attachments of one message.
pub const MOST_ATTACHMENTS: usize = 3;
/// The largest attachment, in bytes.
pub const LARGEST_ATTACHMENT: usize = 5 * 1024 * 1024;

/// A text that can be written down: trimmed, not empty, not too long.
pub fn written(text: &str, longest: usize) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    // Control characters other than line breaks and tabs have no business in a message.
    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    (!clean.trim().is_empty() && clean.chars().count() <= longest).then_some(clean)
}

codes! {
    /// What an attachment is, by its first bytes; its name is never believed.
    pub enum AttachmentKind {
        /// A picture.
        Png = "image/png",
        /// A picture.
        Jpeg = "image/jpeg",
        /// A picture.
        Webp = "image/webp",
        /// A document.
        Pdf = "application/pdf",
        /// Plain text.
        Text = "text/plain",
    }
}

impl AttachmentKind {
    /// Looks at the bytes; `None` for what is not taken.
    pub fn of(bytes: &[u8]) -> Option<AttachmentKind> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(AttachmentKind::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(AttachmentKind::Jpeg)
        } else if bytes.len() > 12 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP" {
            Some(AttachmentKind::Webp)
        } else if bytes.starts_with(b"%PDF-") {
            Some(AttachmentKind::Pdf)
        } else {
            let text = std::str::from_utf8(bytes).ok()?;
            let plain = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
            (plain && !text.trim().is_empty()).then_some(AttachmentKind::Text)
        }
    }

    /// The ending a file of this kind has.
    pub const fn ending(self) -> &'static str {
        match self {
            AttachmentKind::Png => "png",
            AttachmentKind::Jpeg => "jpg",
            AttachmentKind::Webp => "webp",
            AttachmentKind::Pdf => "pdf",
            AttachmentKind::Text => "txt",
        }
    }
}

/// A file as somebody sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    /// What its sender calls it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl NewAttachment {
    /// The name without folders and signs, with the ending of what it really is.
    pub fn safe_name(&self, kind: AttachmentKind) -> String {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let clean: String =
            stem.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).take(80).collect();
        let clean = clean.trim();
        format!("{}.{}", if clean.is_empty() { "adjunto" } else { clean }, kind.ending())
    }
}

codes! {
    /// What is wrong with attachments.
    pub enum AttachmentProblem {
        /// More than [`MOST_ATTACHMENTS`].
        TooMany = "TOO_MANY",
        /// Larger than [`LARGEST_ATTACHMENT`].
        TooLarge = "TOO_LARGE",
        /// None of the kinds that are taken.
        UnknownKind = "UNKNOWN_KIND",
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

/// Checks number, size and first bytes of what was sent.
pub fn check_attachments(files: &[NewAttachment]) -> Result<Vec<AttachmentKind>, AttachmentProblem> {
    if files.len() > MOST_ATTACHMENTS {
        return Err(AttachmentProblem::TooMany);
    }
    files
        .iter()
        .map(|file| {
            if file.bytes.len() > LARGEST_ATTACHMENT {
                return Err(AttachmentProblem::TooLarge);
            }
            AttachmentKind::of(&file.bytes).ok_or(AttachmentProblem::UnknownKind)
        })
        .collect()
}

/// What the variables of a macro stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variables {
    /// `{{customer}}`.
    pub customer: Option<String>,
    /// `{{service}}`, in the reader's language.
    pub service: Option<String>,
    /// `{{vehicle}}`.
    pub vehicle: Option<String>,
    /// `{{ticket}}`.
    pub ticket: Option<String>,
    /// `{{reason}}`, in words.
    pub reason: Option<String>,
    /// `{{amount}}`: filled in for the customer only, agents see no amounts.
    pub amount: Option<String>,
}

impl Variables {
    /// The names that a macro may use.
    pub const NAMES: [&'static str; 6] = ["customer", "service", "vehicle", "ticket", "reason", "amount"];

    /// The text with every variable that is known; the others stay as they are.
    pub fn fill(&self, text: &str) -> String {
        let values = [&self.customer, &self.service, &self.vehicle, &self.ticket, &self.reason, &self.amount];
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        // From left to right, so that a value that looks like a variable is not filled again.
        while let Some(start) = rest.find("{{") {
            let Some(end) = rest[start..].find("}}") else { break };
            let name = rest[start + 2..start + end].trim();
            let known = Self::NAMES.iter().position(|known| *known == name).and_then(|at| values[at].as_deref());
            out.push_str(&rest[..start]);
            out.push_str(known.unwrap_or(&rest[start..start + end + 2]));
            rest = &rest[start + end + 2..];
        }
        out.push_str(rest);
        out
    }
}

/// A text ready to be sent, with variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    /// Its id.
    pub id: Uuid,
    /// What agents call it.
    pub name: Bilingual,
    /// The text for customers, in their language.
    pub text: Bilingual,
}

impl Macro {
    /// The text in a language.
    pub fn text(&self, locale: Locale) -> &str {
        self.text.get(locale)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn opening_hours_are_read_as_people_write_them() {
        use CalendarProblem as P;
        let hours = |opens, closes| Ok(Some(Hours { opens, closes }));
        assert_eq!(Hours::parse("", " "), Ok(None));
        assert_eq!(Hours::parse("09:00", "18:30"), hours(540, 1110));
        assert_eq!(Hours::parse(" 9:05 ", "24:00"), hours(545, 1440));
        assert_eq!(Hours::parse("09:00", ""), Err(P::HalfADay));
        assert_eq!(Hours::parse("18:00", "09:00"), Err(P::ClosesFirst));
        assert_eq!(Hours::parse("09:00", "09:00"), Err(P::ClosesFirst));
        for nonsense in ["9", "9h", "25:00", "24:01", "-1:00", "+9:00", "09:60", "009:00", "09:00:00", "٩:00"] {
            assert_eq!(Hours::parse(nonsense, "24:00"), Err(P::NotATime), "{nonsense}");
        }
        assert_eq!((Hours::text(545), Hours::text(1440)), ("09:05".to_owned(), "24:00".to_owned()));
    }

    #[test]
    fn every_pair_of_state_and_event_has_its_answer() {
        let taken: Vec<_> = TicketStatus::ALL
            .iter()
            .flat_map(|&status| TicketEvent::ALL.iter().map(move |&event| (status, event)))
            .filter_map(|(status, event)| Some((status, event, status.on(event).ok()?)))
            .collect();
        assert_eq!(taken.len(), 14);
        for (status, event, next) in taken {
            // What is merged only comes back as it was; what is solved only by a word or by hand.
            match status {
                TicketStatus::Merged => assert!(next.is_open()),
                TicketStatus::Solved => assert_eq!(next, TicketStatus::Open, "{event:?}"),
                _ => {}
            }
        }
        for &status in TicketStatus::ALL {
            assert!(TicketEvent::ALL.iter().any(|&event| status.on(event).is_ok()), "{status} is a dead end");
        }
    }

    #[test]
    fn a_merged_or_solved_case_takes_no_reply() {
        for status in [TicketStatus::Merged, TicketStatus::Solved] {
            for then in [AfterReply::KeepOpen, AfterReply::WaitForCustomer, AfterReply::Solve(Solution::Answered)] {
                assert!(status.on(then.event()).is_err());
            }
        }
    }

    #[test]
    fn attachments_are_known_by_their_bytes() {
        let of = AttachmentKind::of;
        assert_eq!(of(b"\x89PNG\r\n\x1a\nrest"), Some(AttachmentKind::Png));
        assert_eq!(of(b"\xff\xd8\xff\xe0"), Some(AttachmentKind::Jpeg));
        assert_eq!(of(b"RIFF\x10\x00\x00\x00WEBPVP8 "), Some(AttachmentKind::Webp));
        assert_eq!(of(b"%PDF-1.7"), Some(AttachmentKind::Pdf));
        assert_eq!(of("Línea 1\nLínea 2".as_bytes()), Some(AttachmentKind::Text));
        for bad in [b"MZ\x90\x00".as_slice(), b"", b"GIF89a\x00", b"\x00\x01", b"PK\x03\x04"] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_name_keeps_no_folder_and_no_false_ending() {
        let file = |name: &str| NewAttachment { name: name.to_owned(), bytes: Vec::new() };
        assert_eq!(file("../../etc/passwd").safe_name(AttachmentKind::Text), "passwd.txt");
        assert_eq!(file("C:\\foto.exe").safe_name(AttachmentKind::Png), "foto.png");
        assert_eq!(file("\"; x").safe_name(AttachmentKind::Pdf), "x.pdf");
        assert_eq!(file("").safe_name(AttachmentKind::Jpeg), "adjunto.jpg");
    }

    #[test]
    fn too_many_or_too_large_files_are_not_taken() {
        let file = |bytes: Vec<u8>| NewAttachment { name: "a.txt".to_owned(), bytes };
        assert_eq!(check_attachments(&vec![file(b"x".to_vec()); 4]), Err(AttachmentProblem::TooMany));
        assert_eq!(check_attachments(&[file(vec![b'x'; LARGEST_ATTACHMENT + 1])]), Err(AttachmentProblem::TooLarge));
        assert_eq!(check_attachments(&[file(vec![0])]), Err(AttachmentProblem::UnknownKind));
        assert_eq!(check_attachments(&[file(b"x".to_vec())]), Ok(vec![AttachmentKind::Text]));
    }

    #[test]
    fn variables_are_filled_once_and_unknown_ones_stay() {
        let variables = Variables {
            customer: Some("{{amount}}".to_owned()),
            ticket: Some("OTA-000001".to_owned()),
            amount: None,
            ..Variables::default()
        };
        assert_eq!(
            variables.fill("Hola {{customer}}: {{ ticket }}, {{amount}}, {{nada}}, {{"),
            "Hola {{amount}}: OTA-000001, {{amount}}, {{nada}}, {{"
        );
    }

    proptest! {
        #[test]
        fn a_page_key_reads_back(rank in 0i64..4, at in 0i64..4_000_000_000_000_000, id: u128) {
            let at = Timestamp::from_timestamp_micros(at).expect("a moment");
            let key = PageKey { rank, at, id: TicketId(Uuid::from_u128(id)) };
            prop_assert_eq!(key.to_string().parse::<PageKey>().ok(), Some(key));
        }

        #[test]
        fn any_text_is_a_page_key_or_none(text in "\\PC*") {
            let _ = text.parse::<PageKey>();
        }
    }
}
