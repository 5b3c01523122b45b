//! Counts the calls to one outside system (see `caas::watch::calls`).

use async_trait::async_trait;
use caas::kernel::clock::Clock;
use caas::notifications::port::{DeliveryError, Email, Mailer};
use caas::watch::calls::CallTally;
use caas::watch::model::{CallEnd, Outside};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Notes how each call to a system ended and how long it took.
#[derive(Clone)]
pub struct Meter {
    system: Outside,
    tally: CallTally,
    clock: Arc<dyn Clock>,
}

impl Meter {
    /// Counts calls to `system`, in minutes of this clock.
    pub fn new(system: Outside, tally: CallTally, clock: Arc<dyn Clock>) -> Meter {
        Meter { system, tally, clock }
    }

    /// Makes the call and counts it. One that is given up half-way counts for nothing.
    pub async fn measure<T>(&self, call: impl Future<Output = T>, end: impl FnOnce(&T) -> CallEnd) -> T {
        let began = now();
        let result = call.await;
        let took = now().saturating_duration_since(began);
        self.note(took, end(&result));
        result
    }

    fn note(&self, took: Duration, end: CallEnd) {
        self.tally.note(self.system, self.clock.now(), took, end);
        let (system, result) = (self.system.as_str(), result_word(end));
        metrics::counter!("caas_outside_calls_total", "system" => system, "result" => result).increment(1);
        metrics::histogram!("caas_outside_call_duration_seconds", "system" => system).record(took.as_secs_f64());
    }
}

fn result_word(end: CallEnd) -> &'static str {
    match end {
        CallEnd::Answered => "answered",
        CallEnd::Failed => "failed",
        CallEnd::TimedOut => "timed_out",
    }
}

#[expect(clippy::disallowed_methods, reason = "a measured duration: the sandbox's clock leaps")]
fn now() -> Instant {
    Instant::now()
}

/// A mailer whose mails are counted.
pub struct CountedMailer {
    inner: Arc<dyn Mailer>,
    meter: Meter,
}

impl CountedMailer {
    /// Counts the mails of this mailer.
    pub fn new(inner: Arc<dyn Mailer>, meter: Meter) -> CountedMailer {
        CountedMailer { inner, meter }
    }
}

#[async_trait]
impl Mailer for CountedMailer {
    async fn send(&self, email: &Email) -> Result<(), DeliveryError> {
        self.meter
            .measure(self.inner.send(email), |sent| match sent {
                // A refused address says nothing about the server.
                Ok(()) | Err(DeliveryError::Permanent(_) | DeliveryError::Gone) => CallEnd::Answered,
                Err(DeliveryError::Transient(_) | DeliveryError::NotBefore(_)) => CallEnd::Failed,
            })
            .await
    }
}
