//! Registration bodies and a transport company in memory, which do as they are told.

use async_trait::async_trait;
use caas::kernel::Timestamp;
use caas::sales::delivery::port::{ScheduledTransport, Transport, TransportError, TransportRequest};
use caas::sales::registration::port::{
    BodyReason, BodyVerdict, RegistrationAnswer, RegistrationBodies, RegistrationError, RegistrationRequest,
};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// How the played bodies answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Approves,
    Reviews,
    AsksForMore,
    Rejects,
    /// Nothing was executed.
    Away,
    /// Done, and the answer lost.
    AnswerLost,
    /// It does not understand the request.
    Refuses,
}

/// A request as it came in: country, key, body.
pub type Call = (String, String, String);

/// All bodies.
#[derive(Default)]
pub struct Bodies {
    mood: Mutex<Option<Mood>>,
    calls: Mutex<Vec<Call>>,
    made: Mutex<BTreeMap<String, (String, RegistrationAnswer)>>,
    known: Mutex<BTreeMap<String, RegistrationAnswer>>,
    asked: Mutex<usize>,
}

impl Bodies {
    pub fn are(&self, mood: Mood) {
        *self.mood.lock().unwrap() = Some(mood);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub fn keys(&self) -> Vec<String> {
        self.calls().into_iter().map(|(_, key, _)| key).collect()
    }

    /// How many registrations there are: one for each key.
    pub fn made(&self) -> usize {
        self.made.lock().unwrap().len()
    }

    /// How often a body was asked how one stands.
    pub fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    /// What a body says from now on when it is asked.
    pub fn decide(&self, registration_id: &str, answer: RegistrationAnswer) {
        self.known.lock().unwrap().insert(registration_id.to_owned(), answer);
    }
}

/// A yes with a plate.
pub fn approved(id: &str, plate: &str) -> RegistrationAnswer {
    RegistrationAnswer {
        registration_id: Some(id.to_owned()),
        verdict: BodyVerdict::Approved,
        plate: Some(plate.to_owned()),
        registration_date: Some("2026-12-01".to_owned()),
        reasons: Vec::new(),
    }
}

fn answer(country: &str, number: usize, mood: Mood) -> RegistrationAnswer {
    let id = format!("REG-{country}-{number}");
    let plate = if country == "GB" { format!("AB{:02} CDE", 10 + number) } else { format!("{:04} BCD", 1000 + number) };
    let reason = |code: &str, field: &str, message: &str| {
        vec![BodyReason { field: field.to_owned(), code: code.to_owned(), message: message.to_owned() }]
    };
    let none = RegistrationAnswer {
        registration_id: None,
        verdict: BodyVerdict::Rejected,
        plate: None,
        registration_date: None,
        reasons: Vec::new(),
    };
    match mood {
        Mood::Reviews => RegistrationAnswer { registration_id: Some(id), verdict: BodyVerdict::UnderReview, ..none },
        Mood::AsksForMore => RegistrationAnswer {
            verdict: BodyVerdict::AdditionalInfoRequired,
            reasons: reason("document_unreadable", "documents", "The identity card can't be read"),
            ..none
        },
        Mood::Rejects => {
            RegistrationAnswer { reasons: reason("owner_unknown", "owner.taxId", "No such taxpayer"), ..none }
        }
        _ => approved(&id, &plate),
    }
}

#[async_trait]
impl RegistrationBodies for Bodies {
    async fn submit(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<RegistrationAnswer, RegistrationError> {
        let body = serde_json::to_string(request).unwrap();
        self.calls.lock().unwrap().push((country.to_owned(), key.to_owned(), body.clone()));
        let mood = self.mood.lock().unwrap().unwrap_or(Mood::Approves);
        match mood {
            Mood::Away => return Err(RegistrationError::Unavailable("answered 503".to_owned())),
            Mood::Refuses => return Err(RegistrationError::Refused { code: "invalid_request".to_owned() }),
            _ => {}
        }
        let mut made = self.made.lock().unwrap();
        let number = made.len() + 1;
        let (first, answer) =
            made.entry(key.to_owned()).or_insert_with(|| (body.clone(), answer(country, number, mood)));
        assert_eq!(*first, body, "the same key with another body");
        match mood {
            Mood::AnswerLost => Err(RegistrationError::NoAnswer("connection lost".to_owned())),
            _ => Ok(answer.clone()),
        }
    }

    async fn registration(&self, _: &str, id: &str) -> Result<Option<RegistrationAnswer>, RegistrationError> {
        *self.asked.lock().unwrap() += 1;
        let pending = RegistrationAnswer {
            registration_id: Some(id.to_owned()),
            verdict: BodyVerdict::UnderReview,
            plate: None,
            registration_date: None,
            reasons: Vec::new(),
        };
        Ok(Some(self.known.lock().unwrap().get(id).cloned().unwrap_or(pending)))
    }

    async fn open_dossier(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<String, RegistrationError> {
        self.submit(country, request, key).await.map(|_| format!("KBA-{}", self.made()))
    }
}

/// The transport company.
#[derive(Default)]
pub struct Lorries {
    mood: Mutex<Option<Mood>>,
    calls: Mutex<Vec<Call>>,
    made: Mutex<BTreeMap<String, String>>,
}

impl Lorries {
    pub fn are(&self, mood: Mood) {
        *self.mood.lock().unwrap() = Some(mood);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub fn made(&self) -> usize {
        self.made.lock().unwrap().len()
    }
}

#[async_trait]
impl Transport for Lorries {
    async fn schedule(&self, request: &TransportRequest, key: &str) -> Result<ScheduledTransport, TransportError> {
        let body = serde_json::to_string(request).unwrap();
        self.calls.lock().unwrap().push((request.address.country.clone(), key.to_owned(), body));
        let mood = self.mood.lock().unwrap().unwrap_or(Mood::Approves);
        match mood {
            Mood::Away => return Err(TransportError::Unavailable("answered 503".to_owned())),
            Mood::Refuses => return Err(TransportError::Refused { code: "out_of_area".to_owned() }),
            _ => {}
        }
        let mut made = self.made.lock().unwrap();
        let number = made.len() + 1;
        let delivery_id = made.entry(key.to_owned()).or_insert_with(|| format!("DEL-{number}-{key}")).clone();
        if mood == Mood::AnswerLost {
            return Err(TransportError::NoAnswer("connection lost".to_owned()));
        }
        let scheduled_for: Timestamp = "2026-12-03T09:00:00Z".parse().unwrap();
        Ok(ScheduledTransport { delivery_id, scheduled_for })
    }
}
