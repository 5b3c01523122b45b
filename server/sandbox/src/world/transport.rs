//! The transport company: fetches cars at dealerships and brings them to doors. A car is handed over or brought back,
//! never left on the street.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Surroundings;
use super::agenda::Agenda;
use super::call::{Answer, Call, Operation, Problem, System};
use super::fields::Fields;
use super::gateway::idempotency::{Memory, key_of};
use crate::faults::{Absence, CallbackManner, Effects};

/// What the company tells on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoadEvent {
    /// The car is on the lorry.
    PickedUp,
    /// Nobody opened.
    CustomerAbsent,
    /// The driver called.
    CustomerCalled,
    /// The driver waits a little.
    Waiting,
    /// The customer has it.
    Delivered,
    /// It is back at the dealership.
    ReturnedToDealership,
}

impl RoadEvent {
    fn words(self) -> &'static str {
        match self {
            RoadEvent::PickedUp => "Loaded at the dealership",
            RoadEvent::CustomerAbsent => "Nobody opened the door",
            RoadEvent::CustomerCalled => "The driver called the customer",
            RoadEvent::Waiting => "The driver waits nearby",
            RoadEvent::Delivered => "Handed over at the door",
            RoadEvent::ReturnedToDealership => "Brought back to the dealership",
        }
    }

    fn is_last(self) -> bool {
        matches!(self, RoadEvent::Delivered | RoadEvent::ReturnedToDealership)
    }
}

/// A transport in the company's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The company's id.
    pub delivery_id: String,
    /// CaaS's reference.
    pub reference: String,
    /// The car.
    pub vin: String,
    /// From where.
    pub dealership_id: String,
    /// To whom.
    pub recipient: String,
    /// Whom the driver calls.
    pub phone: String,
    /// Header `Idempotency-Key` of the request.
    pub idempotency_key: String,
    /// When.
    pub scheduled_for: DateTime<Utc>,
    /// What happened so far, oldest first.
    pub events: Vec<(DateTime<Utc>, RoadEvent)>,
    /// Whether somebody will be there.
    pub(crate) absence: Absence,
    /// How its events are told.
    pub(crate) manner: CallbackManner,
}

impl Delivery {
    /// What happened last.
    #[must_use]
    pub fn last(&self) -> Option<RoadEvent> {
        self.events.last().map(|(_, event)| *event)
    }

    /// Whether nothing more happens.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.last().is_some_and(RoadEvent::is_last)
    }

    /// Whether it is still open if somebody will be there.
    #[must_use]
    pub fn may_be_absent(&self) -> bool {
        matches!(self.last(), None | Some(RoadEvent::PickedUp))
    }

    /// What comes next and when.
    fn next(&self) -> Option<(DateTime<Utc>, RoadEvent)> {
        let at_the_door = self.scheduled_for;
        let minutes = |minutes| at_the_door + TimeDelta::minutes(minutes);
        let somebody_is_there = self.absence == Absence::No;
        Some(match self.last() {
            None => (at_the_door - TimeDelta::hours(2), RoadEvent::PickedUp),
            Some(RoadEvent::PickedUp) if somebody_is_there => (at_the_door, RoadEvent::Delivered),
            Some(RoadEvent::PickedUp) => (at_the_door, RoadEvent::CustomerAbsent),
            Some(RoadEvent::CustomerAbsent) => (minutes(5), RoadEvent::CustomerCalled),
            Some(RoadEvent::CustomerCalled) => (minutes(8), RoadEvent::Waiting),
            Some(RoadEvent::Waiting) if self.absence == Absence::ComesLater => (minutes(30), RoadEvent::Delivered),
            Some(RoadEvent::Waiting) => (minutes(120), RoadEvent::ReturnedToDealership),
            Some(RoadEvent::Delivered | RoadEvent::ReturnedToDealership) => return None,
        })
    }
}

/// The company's books.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TransportWorld {
    deliveries: Vec<Delivery>,
    memory: Memory,
    agenda: Agenda<String>,
}

/// From the request to the door.
const AHEAD: TimeDelta = TimeDelta::days(3);

impl TransportWorld {
    /// Answers `POST /deliveries`: one transport for one key.
    pub(crate) fn answer(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Answer {
        self.schedule(around, call, effects).unwrap_or_else(|problem| problem.to_answer())
    }

    fn schedule(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Result<Answer, Problem> {
        if call.operation != Operation::ScheduleDelivery {
            return Err(Problem::unknown("operation"));
        }
        let key = key_of(call)?;
        let path = call.operation.path(&call.subject);
        if let Some(first) = self.memory.recall(around.now, key, &path, call.body.as_ref())? {
            return Ok(first);
        }
        let fields = Fields::of(call.body.as_ref())?;
        let recipient = fields.object("recipient")?;
        recipient.object("address")?;
        let delivery = Delivery {
            reference: fields.string("reference")?.to_owned(),
            vin: fields.string("vin")?.to_owned(),
            dealership_id: fields.string("dealershipId")?.to_owned(),
            recipient: recipient.string("name")?.to_owned(),
            phone: recipient.string("phone")?.to_owned(),
            delivery_id: around.ids.mint("del"),
            idempotency_key: key.to_owned(),
            scheduled_for: morning(around.now + AHEAD),
            events: Vec::new(),
            absence: effects.absence,
            manner: effects.callback,
        };
        let answer =
            Answer::new(201, json!({"deliveryId": delivery.delivery_id, "scheduledFor": delivery.scheduled_for}));
        self.memory.keep(around.now, key, path, call.body.clone(), answer.clone());
        let id = delivery.delivery_id.clone();
        self.deliveries.push(delivery);
        if effects.callback.early {
            self.step(around, &id);
        } else {
            self.plan(&id);
        }
        Ok(answer)
    }

    fn plan(&mut self, id: &str) {
        if let Some((due, _)) = self.delivery(id).and_then(Delivery::next) {
            self.agenda.add(due, id.to_owned());
        }
    }

    /// Lets the earliest thing due at `around.now` happen.
    pub(crate) fn happen(&mut self, around: &mut Surroundings<'_>) {
        if let Some((_, id)) = self.agenda.pop_due(around.now) {
            self.step(around, &id);
        }
    }

    /// Does the next step of a transport now, whatever its time; `false` when it is over.
    pub(crate) fn hurry(&mut self, around: &mut Surroundings<'_>, id: &str) -> bool {
        self.agenda.forget(|planned| planned == id);
        self.step(around, id)
    }

    fn step(&mut self, around: &mut Surroundings<'_>, id: &str) -> bool {
        let Some(delivery) = self.deliveries.iter_mut().find(|delivery| delivery.delivery_id == id) else {
            return false;
        };
        let Some((_, event)) = delivery.next() else { return false };
        delivery.events.push((around.now, event));
        let body = json!({
            "deliveryId": delivery.delivery_id,
            "event": event,
            "note": event.words(),
            "timestamp": around.now,
        });
        around.outbox.tell(around.ids, System::Transport, &body, around.now, delivery.manner);
        if !event.is_last() {
            self.plan(id);
        }
        true
    }

    /// Changes whether somebody will be there; `false` when there is no such transport.
    pub(crate) fn set_absence(&mut self, id: &str, absence: Absence) -> bool {
        let delivery = self.deliveries.iter_mut().find(|delivery| delivery.delivery_id == id);
        delivery.map(|delivery| delivery.absence = absence).is_some()
    }

    /// When something happens next by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.agenda.next_due()
    }

    /// Transports, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// One of them.
    #[must_use]
    pub fn delivery(&self, id: &str) -> Option<&Delivery> {
        self.deliveries.iter().find(|delivery| delivery.delivery_id == id)
    }
}

/// Ten o'clock of that day, UTC.
fn morning(at: DateTime<Utc>) -> DateTime<Utc> {
    let ten = NaiveTime::from_hms_opt(10, 0, 0).unwrap_or_default();
    at.date_naive().and_time(ten).and_utc()
}
