//! Counts the calls to one outside system (see `caas::watch::calls`).

use async_trait::async_trait;
use caas::kernel::clock::Clock;
use caas::kernel::spans::{self, Call};
use caas::notifications::port::{DeliveryError, Email, Mailer, PushDevice, PushMessage, PushSender};
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

    /// Begins to measure a call. One that is given up half-way counts for nothing.
    pub(super) fn begin(&self, operation: &'static str) -> Measured<'_> {
        Measured { meter: self, began: now(), call: spans::call(operation) }
    }

    /// Makes the call and counts it.
    pub async fn measure<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = T>,
        end: impl FnOnce(&T) -> CallEnd,
    ) -> T {
        let measured = self.begin(operation);
        let result = call.await;
        measured.end(end(&result), None);
        result
    }

    fn note(&self, took: Duration, end: CallEnd) {
        self.tally.note(self.system, self.clock.now(), took, end);
        let (system, result) = (self.system.as_str(), result_word(end));
        metrics::counter!("caas_outside_calls_total", "system" => system, "result" => result).increment(1);
        metrics::histogram!("caas_outside_call_duration_seconds", "system" => system).record(took.as_secs_f64());
    }
}

/// A call that is being measured.
pub(super) struct Measured<'a> {
    meter: &'a Meter,
    began: Instant,
    call: Option<Call>,
}

impl Measured<'_> {
    /// The header that tells the other side of our trace, while traces are made.
    pub fn traceparent(&self) -> Option<String> {
        self.call.as_ref().map(Call::traceparent)
    }

    /// Counts it. `status` is that of its HTTP answer.
    pub fn end(self, end: CallEnd, status: Option<u16>) {
        self.meter.note(now().saturating_duration_since(self.began), end);
        if let Some(call) = self.call {
            let (system, word) = (self.meter.system.as_str(), result_word(end));
            let mut attributes = vec![("caas.system", system.into()), ("caas.outcome", word.into())];
            attributes.extend(status.map(|status| ("http.response.status_code", i64::from(status).into())));
            call.end((end != CallEnd::Answered).then_some(word), attributes);
        }
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
        self.meter.measure("mail.send", self.inner.send(email), how_it_was_taken).await
    }
}

/// A sender whose push messages are counted: all push services together, since each browser has its own.
pub struct CountedPush {
    inner: Arc<dyn PushSender>,
    meter: Meter,
}

impl CountedPush {
    /// Counts the push messages of this sender.
    pub fn new(inner: Arc<dyn PushSender>, meter: Meter) -> CountedPush {
        CountedPush { inner, meter }
    }
}

#[async_trait]
impl PushSender for CountedPush {
    fn public_key(&self) -> &str {
        self.inner.public_key()
    }

    fn accepts(&self, endpoint: &str) -> bool {
        self.inner.accepts(endpoint)
    }

    async fn send(&self, device: &PushDevice, message: &PushMessage) -> Result<(), DeliveryError> {
        self.meter.measure("push.send", self.inner.send(device, message), how_it_was_taken).await
    }
}

/// What handing over a message says about the system: a refused address or a device that is gone, nothing.
fn how_it_was_taken(sent: &Result<(), DeliveryError>) -> CallEnd {
    match sent {
        Ok(()) | Err(DeliveryError::Permanent(_) | DeliveryError::Gone) => CallEnd::Answered,
        Err(DeliveryError::Transient(_) | DeliveryError::NotBefore(_)) => CallEnd::Failed,
    }
}
