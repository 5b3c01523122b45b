//! The national registration bodies: papers in, plates out.
//!
//! Spain and France answer at once, the United Kingdom later by webhook or when asked, Germany opens a dossier and has
//! its plates at the counter only.

mod plates;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Surroundings;
use super::agenda::Agenda;
use super::call::{Answer, Call, Operation, Problem, System};
use super::country::Country;
use super::fields::Fields;
use super::gateway::idempotency::{Memory, key_of};
use crate::faults::{CallbackManner, Effects};

/// What a body says of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// It is still looking.
    UnderReview,
    /// Done.
    Approved,
    /// Something is missing.
    AdditionalInfoRequired,
    /// No.
    Rejected,
}

/// Why something is missing or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The member it is about.
    pub field: String,
    /// The body's code.
    pub code: String,
    /// In its words.
    pub message: String,
}

/// A refusal as a fault asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `ADDITIONAL_INFO_REQUIRED` or `REJECTED`.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

/// A registration in a body's books. A dossier is one that stays under review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// The body's id.
    pub registration_id: String,
    /// Whose.
    pub country: Country,
    /// CaaS's reference.
    pub reference: String,
    /// The car.
    pub vin: String,
    /// Header `Idempotency-Key` of the request.
    pub idempotency_key: String,
    /// The request's papers, by their kinds.
    pub documents: Vec<String>,
    /// What the body says.
    pub status: Verdict,
    /// Once approved.
    pub plate_number: Option<String>,
    /// Once approved.
    pub registration_date: Option<NaiveDate>,
    /// Why not.
    pub reasons: Vec<Reason>,
    /// When it came.
    pub created: DateTime<Utc>,
    /// What it will be refused for.
    pub(crate) refusal: Option<Refusal>,
    /// How its outcome is told.
    pub(crate) manner: CallbackManner,
}

/// The bodies' books.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RegistrationWorld {
    /// In the order they came.
    registrations: Vec<Registration>,
    /// Plates given so far: never one twice, also not after a reset.
    plates: u32,
    memories: BTreeMap<String, Memory>,
    agenda: Agenda<String>,
}

/// How long the British body looks.
const REVIEW: TimeDelta = TimeDelta::days(2);

impl RegistrationWorld {
    /// Answers a call of the contract.
    pub(crate) fn answer(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Answer {
        let answer = match call.operation {
            Operation::SubmitRegistration(Country::DE) => Err(Problem::unknown("path")),
            Operation::SubmitRegistration(country) | Operation::OpenDossier(country @ Country::DE) => {
                self.submit_once(around, country, call, effects)
            }
            Operation::GetRegistration(country) => self
                .registrations
                .iter()
                .find(|known| known.country == country && known.registration_id == call.subject)
                .filter(|_| country != Country::DE)
                .map(|known| Answer::ok(known.to_wire()))
                .ok_or_else(|| Problem::unknown("registration")),
            _ => Err(Problem::unknown("path")),
        };
        answer.unwrap_or_else(|problem| problem.to_answer())
    }

    /// Takes papers, unless the same request was executed before.
    fn submit_once(
        &mut self,
        around: &mut Surroundings<'_>,
        country: Country,
        call: &Call,
        effects: &Effects,
    ) -> Result<Answer, Problem> {
        let key = key_of(call)?;
        let path = call.operation.path(&call.subject);
        let memory = self.memories.entry(country.code().to_owned()).or_default();
        if let Some(first) = memory.recall(around.now, key, &path, call.body.as_ref())? {
            return Ok(first);
        }
        let mut registration = read(country, call, key, around.now)?;
        registration.refusal.clone_from(&effects.refusal);
        registration.manner = effects.callback;
        let answer = self.take(around, registration, effects);
        let memory = self.memories.entry(country.code().to_owned()).or_default();
        memory.keep(around.now, key, path, call.body.clone(), answer.clone());
        Ok(answer)
    }

    fn take(&mut self, around: &mut Surroundings<'_>, mut registration: Registration, effects: &Effects) -> Answer {
        let country = registration.country;
        let id = around.ids.mint(if country == Country::DE { "kba" } else { "reg" });
        registration.registration_id.clone_from(&id);
        let early = registration.manner.early;
        self.registrations.push(registration);
        match country {
            Country::DE => return Answer::new(201, json!({"dossierId": id})),
            Country::ES | Country::FR => self.decide(around.now, &id),
            Country::GB if early => {
                // Told before the answer of this very call, which still says that it is under review.
                let answer = self.wire(202, &id);
                self.decide_and_tell(around, &id);
                return answer;
            }
            Country::GB => {
                let longer =
                    effects.slow_review_seconds.map_or(TimeDelta::zero(), |s| TimeDelta::seconds(i64::from(s)));
                self.agenda.add(around.now + REVIEW + longer, id.clone());
                return self.wire(202, &id);
            }
        }
        self.answer_at_once(&id)
    }

    fn wire(&self, status: u16, id: &str) -> Answer {
        let known = self.registration(id).map(Registration::to_wire);
        known.map_or_else(|| Problem::unknown("registration").to_answer(), |wire| Answer::new(status, wire))
    }

    /// Approved is an answer, everything else a problem.
    fn answer_at_once(&self, id: &str) -> Answer {
        let Some(known) = self.registration(id).filter(|known| known.status != Verdict::Approved) else {
            return self.wire(200, id);
        };
        let code = json!(known.status);
        Problem::new(422, code.as_str().unwrap_or_default(), "the papers are not enough")
            .with("reasons", json!(known.reasons))
            .to_answer()
    }

    /// The body decides: as the fault has it, else with a plate.
    fn decide(&mut self, now: DateTime<Utc>, id: &str) {
        let serial = &mut self.plates;
        let Some(known) = self.registrations.iter_mut().find(|known| known.registration_id == id) else { return };
        if known.status != Verdict::UnderReview {
            return;
        }
        if let Some(refusal) = known.refusal.take() {
            known.status = refusal.verdict;
            known.reasons = vec![refusal.reason];
            return;
        }
        *serial += 1;
        known.status = Verdict::Approved;
        known.plate_number = Some(plates::plate(known.country, *serial, now));
        known.registration_date = Some(now.date_naive());
    }

    fn decide_and_tell(&mut self, around: &mut Surroundings<'_>, id: &str) {
        self.decide(around.now, id);
        let Some(known) = self.registration(id) else { return };
        let mut body = known.to_wire();
        body["timestamp"] = json!(around.now);
        around.outbox.tell(around.ids, System::registration(known.country), &body, around.now, known.manner);
    }

    /// Lets the earliest decision due at `around.now` fall.
    pub(crate) fn happen(&mut self, around: &mut Surroundings<'_>) {
        if let Some((_, id)) = self.agenda.pop_due(around.now) {
            self.decide_and_tell(around, &id);
        }
    }

    /// Decides a registration under review now; `false` when it is none.
    pub(crate) fn decide_now(&mut self, around: &mut Surroundings<'_>, id: &str, refusal: Option<Refusal>) -> bool {
        let Some(known) = self.registrations.iter_mut().find(|known| known.registration_id == id) else {
            return false;
        };
        if known.status != Verdict::UnderReview || known.country == Country::DE {
            return false;
        }
        known.refusal = refusal;
        self.agenda.forget(|planned| planned == id);
        self.decide_and_tell(around, id);
        true
    }

    /// When something happens next by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.agenda.next_due()
    }

    /// Empties the books; the run of plates stays.
    pub(crate) fn reset(&mut self) {
        *self = Self { plates: self.plates, ..Self::default() };
    }

    /// Registrations and dossiers, oldest first.
    #[must_use]
    pub fn registrations(&self) -> &[Registration] {
        &self.registrations
    }

    /// One of them.
    #[must_use]
    pub fn registration(&self, id: &str) -> Option<&Registration> {
        self.registrations.iter().find(|known| known.registration_id == id)
    }
}

impl Registration {
    fn to_wire(&self) -> Value {
        let mut wire = json!({"registrationId": self.registration_id, "status": self.status});
        if let Some(plate) = &self.plate_number {
            wire["plateNumber"] = json!(plate);
        }
        if let Some(date) = &self.registration_date {
            wire["registrationDate"] = json!(date);
        }
        if !self.reasons.is_empty() {
            wire["reasons"] = json!(self.reasons);
        }
        wire
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EngineType {
    Petrol,
    Diesel,
    Electric,
    Hybrid,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum OwnerType {
    Individual,
    Company,
}

/// The request, read strictly; the id comes when it is taken.
fn read(country: Country, call: &Call, key: &str, now: DateTime<Utc>) -> Result<Registration, Problem> {
    let fields = Fields::of(call.body.as_ref())?;
    let reference = fields.string("reference")?.to_owned();
    let vehicle = fields.object("vehicle")?;
    let vin = vehicle.string("vin")?.to_owned();
    for member in ["make", "model", "color"] {
        vehicle.string(member)?;
    }
    vehicle.integer("year")?;
    let _: EngineType = vehicle.word("engineType")?;
    vehicle.number("emissions")?;
    vehicle.number("weight")?;
    let power = vehicle.object("power")?;
    for member in ["kw", "hp"] {
        if power.has(member) {
            power.number(member)?;
        }
    }
    read_owner(&fields.object("owner")?)?;
    let purchase = fields.object("purchase")?;
    purchase.date("date")?;
    purchase.object("price")?;
    purchase.string("dealership")?;
    purchase.string("invoice")?;
    if let Some(insurance) = fields.optional_object("insurance")? {
        insurance.optional_string("provider")?;
        insurance.optional_string("policyNumber")?;
        insurance.optional_date("validFrom")?;
    }
    let mut documents = Vec::new();
    if fields.has("documents") {
        for document in fields.objects("documents")? {
            documents.push(document.string("kind")?.to_owned());
            document.string("reference")?;
        }
    }
    Ok(Registration {
        registration_id: String::new(),
        country,
        reference,
        vin,
        idempotency_key: key.to_owned(),
        documents,
        status: Verdict::UnderReview,
        plate_number: None,
        registration_date: None,
        reasons: Vec::new(),
        created: now,
        refusal: None,
        manner: CallbackManner::default(),
    })
}

fn read_owner(owner: &Fields<'_>) -> Result<(), Problem> {
    let _: OwnerType = owner.word("type")?;
    owner.string("name")?;
    owner.string("taxId")?;
    let address = owner.object("address")?;
    for member in ["street", "city", "postalCode", "country"] {
        address.string(member)?;
    }
    owner.optional_date("dateOfBirth")?;
    owner.optional_string("driverLicense")?;
    Ok(())
}
