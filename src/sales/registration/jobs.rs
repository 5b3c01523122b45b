//! The requests to the bodies. Each submission has its key and its body written down before the first try, and every try
//! sends the same.

use super::countries::{Method, country};
use super::model::{RegistrationEvent, RegistrationState};
use super::port::{RegistrationAnswer, RegistrationError};
use super::store::{self, Registration, Submission, apply, save};
use super::verdict;
use crate::Caas;
use crate::expediente::model::Actor;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::failpoint;
use crate::kernel::ids::OrderId;
use crate::kernel::jobs::{Enqueue, Job, JobError, Outcome, Run, enqueue};
use crate::kernel::spans;
use crate::sales::model::OrderStatus;
use crate::sales::orders::{self, Order};
use crate::sales::who;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Tries before people take the papers (rulebook §13).
const TRIES: i64 = 3;
/// How long to wait after the first try, and by what this grows.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);
const GROWTH: i32 = 5;
/// How long to wait before a body is asked how it stands: at first, and at most.
const ASK: (TimeDelta, TimeDelta) = (TimeDelta::minutes(30), TimeDelta::days(1));
/// How often a body is asked before people have to: with at most a day between, weeks.
const ASKS: i64 = 50;

/// Submits the papers of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubmitRegistration {
    /// The order.
    pub order: OrderId,
    /// Which submission.
    pub submission: i64,
}

impl SubmitRegistration {
    /// There is one such job for a submission.
    pub fn key(&self) -> String {
        format!("register:{}:{}", self.order, self.submission)
    }
}

/// What a body was asked and what it said.
enum Said {
    Answer(RegistrationAnswer),
    Dossier(String),
}

impl Job for SubmitRegistration {
    const KIND: &'static str = "sales.register";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.order);
        let mut tx = caas.db.read().await?;
        let Some((_, registration)) = present(&mut tx, self.order, self.submission).await? else {
            return Ok(Outcome::Done);
        };
        let submission = store::submission(&mut tx, self.order, self.submission).await?;
        drop(tx);
        let Some(Submission { idempotency_key, request: Some(request), .. }) = submission else {
            return Ok(Outcome::Done);
        };
        if registration.state != RegistrationState::RegistrationInitiated {
            return Ok(Outcome::Done);
        }
        let bodies = &caas.registration;
        let result = match country(&registration.country).method {
            Method::Dossier => {
                bodies.open_dossier(&registration.country, &request, &idempotency_key).await.map(Said::Dossier)
            }
            _ => bodies.submit(&registration.country, &request, &idempotency_key).await.map(Said::Answer),
        };
        failpoint::hit("registration.submission.answered");
        let mut tx = caas.db.begin().await?;
        who::lock(&mut tx, self.order).await?;
        // A message may have been quicker, and people may have given up meanwhile.
        let Some((order, mut registration)) = present(&mut tx, self.order, self.submission).await? else {
            if let Ok(Said::Answer(answer)) = result {
                verdict::told(caas, &mut tx, self.order, self.submission, &answer).await?;
            }
            return Ok(Outcome::DoneIn(tx));
        };
        match result {
            Ok(Said::Answer(answer)) => {
                verdict::told(caas, &mut tx, self.order, self.submission, &answer).await?;
                failpoint::hit("registration.submission.recorded");
                Ok(Outcome::DoneIn(tx))
            }
            Ok(Said::Dossier(dossier)) => {
                registration.dossier_id = Some(dossier);
                let review = RegistrationEvent::ReviewStarted;
                apply(caas, &mut tx, &order, &mut registration, review, Actor::REGISTRY).await?;
                verdict::by_hand(caas, &mut tx, &order, &registration).await?;
                Ok(Outcome::DoneIn(tx))
            }
            Err(error) => not_submitted(caas, tx, &order, registration, &error).await,
        }
    }
}

/// An order that is being registered, with its registration as long as this submission is the one that waits for a word.
async fn present(tx: &mut Tx, order: OrderId, submission: i64) -> Result<Option<(Order, Registration)>> {
    let order = orders::load(tx, order).await?;
    let registration = store::find(tx, order.id).await?;
    let waits = |r: &Registration| {
        order.status == OrderStatus::Registration
            && r.submission == submission
            && !r.manual
            && (r.state.is_under_way() || r.state == RegistrationState::Approved)
    };
    Ok(registration.filter(waits).map(|registration| (order, registration)))
}

/// A try brought nothing: another one, or people.
async fn not_submitted(
    caas: &Caas,
    mut tx: Tx,
    order: &Order,
    mut registration: Registration,
    error: &RegistrationError,
) -> Result<Outcome, JobError> {
    registration.attempts += 1;
    // What a body understood and refuses for reasons of its own does not pass by itself.
    if !error.is_outage() || registration.attempts >= TRIES {
        verdict::to_people(caas, &mut tx, order, &mut registration, &error.to_string()).await?;
        return Ok(Outcome::DoneIn(tx));
    }
    registration.last_error = Some(error.to_string());
    save(caas, &mut tx, &mut registration).await?;
    let failed = u32::try_from(registration.attempts - 1).unwrap_or_default();
    let wait = FIRST_WAIT * GROWTH.pow(failed);
    Ok(Outcome::AgainIn(caas.now() + wait.jittered(caas), tx))
}

trait Jittered {
    fn jittered(self, caas: &Caas) -> TimeDelta;
}

impl Jittered for TimeDelta {
    /// A tenth longer or shorter, so that many that failed together do not come back together.
    fn jittered(self, caas: &Caas) -> TimeDelta {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "seconds of some days")]
        let seconds = (self.num_seconds() as f64 * caas.jitter(0.1)) as i64;
        TimeDelta::seconds(seconds)
    }
}

/// Asks a body how a registration stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskRegistration {
    /// The order.
    pub order: OrderId,
    /// Which submission.
    pub submission: i64,
}

impl AskRegistration {
    fn key(&self) -> String {
        format!("ask-registration:{}:{}", self.order, self.submission)
    }
}

/// Plans the first time that a body is asked how a registration stands. One without an id can't be asked about.
pub(super) async fn ask_later(caas: &Caas, tx: &mut Tx, order: &Order, registration: &Registration) -> Result<()> {
    if registration.manual || registration.registration_id.is_none() {
        return Ok(());
    }
    let job = AskRegistration { order: order.id, submission: registration.submission };
    enqueue(caas, tx, &job, Enqueue::at(caas.now() + ASK.0).keyed(job.key())).await
}

impl Job for AskRegistration {
    const KIND: &'static str = "sales.ask_registration";
    const MAX_ATTEMPTS: i64 = 200;

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        spans::concerns(self.order);
        let mut tx = caas.db.read().await?;
        let waiting = present(&mut tx, self.order, self.submission).await?;
        let submission = store::submission(&mut tx, self.order, self.submission).await?;
        drop(tx);
        let (Some((_, registration)), Some(submission)) = (waiting, submission) else { return Ok(Outcome::Done) };
        let Some(id) = submission.registration_id.as_deref() else { return Ok(Outcome::Done) };
        let answer = caas.registration.registration(&registration.country, id).await;
        let mut tx = caas.db.begin().await?;
        who::lock(&mut tx, self.order).await?;
        // When the body has forgotten it, or can't be asked, the next time may bring more.
        if let Ok(Some(answer)) = &answer {
            verdict::told(caas, &mut tx, self.order, self.submission, answer).await?;
        }
        let Some((order, mut registration)) = present(&mut tx, self.order, self.submission).await? else {
            return Ok(Outcome::DoneIn(tx));
        };
        let asks = submission.asks + 1;
        sql!(tx, execute
            "UPDATE registration_submissions SET asks = $1 WHERE order_id = $2 AND submission = $3",
            asks, self.order, self.submission)
        .map_err(Failure::from)?;
        if asks >= ASKS {
            verdict::to_people(caas, &mut tx, &order, &mut registration, "NO_VERDICT").await?;
            return Ok(Outcome::DoneIn(tx));
        }
        let doubled = ASK.0 * (1 << asks.min(10));
        Ok(Outcome::AgainIn(caas.now() + doubled.min(ASK.1).jittered(caas), tx))
    }
}
