//! Spans leave as OTLP over HTTP with protobuf, to a collector that a setting names.
//!
//! Nobody waits for it: spans stand in a queue of fixed size, one task sends them in batches, and what finds the queue full
//! or is not taken by the collector is dropped and counted in `caas_spans_dropped_total`. The libraries of OpenTelemetry
//! write the messages; their own batching is not used, because it takes time and chance from the machine and counts nothing.

mod wire;

use crate::config::TraceExport;
use caas::kernel::rng::Rng;
use caas::kernel::spans::{Span, SpanSink};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::trace::SpanExporter as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Spans that wait at most; a few megabytes.
const WAITING: usize = 8_192;

/// The most that go in one request.
const BATCH: usize = 512;

/// How long a batch is waited for to fill.
const GATHER: Duration = Duration::from_secs(1);

/// Why spans can't leave as configured.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No HTTP client.
    #[error("HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The exporter does not take its settings.
    #[error("OTEL_EXPORTER_OTLP_…: {0}")]
    Setup(#[from] ExporterBuildError),
}

/// What stands in the queue.
enum Waiting {
    Span(Box<Span>),
    /// Whoever wants to know that all before it has left or was dropped.
    Told(oneshot::Sender<()>),
}

/// The way out for spans.
pub struct SpanExport {
    queue: mpsc::Sender<Waiting>,
}

impl SpanExport {
    /// Starts the task that sends them. It ends with the last clone of this.
    ///
    /// # Errors
    /// When the settings can't be used.
    pub fn start(settings: &TraceExport, rng: &dyn Rng) -> Result<Arc<SpanExport>, ExportError> {
        let http = reqwest::Client::builder()
            .timeout(settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(settings.address())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(settings.timeout)
            .with_headers(
                settings.headers.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned())).collect(),
            )
            // Its pauses between tries would stop the thread. What one try does not bring is dropped.
            .with_retry_policy(RetryPolicy::disabled())
            .with_http_client(wire::Transport(http))
            .build()?;
        let mut instance = [0u8; 8];
        rng.fill(&mut instance);
        exporter.set_resource(&wire::resource(&settings.service, &hex::encode(instance)));
        let (queue, waiting) = mpsc::channel(WAITING);
        tokio::spawn(send(waiting, exporter));
        Ok(Arc::new(SpanExport { queue }))
    }

    /// Waits until everything told so far has left or was dropped.
    pub async fn flush(&self) {
        let (done, is_done) = oneshot::channel();
        if self.queue.send(Waiting::Told(done)).await.is_ok() {
            // It is dropped when the task ends, which is as good.
            let _ = is_done.await;
        }
    }
}

impl SpanSink for SpanExport {
    fn take(&self, span: Span) {
        if self.queue.try_send(Waiting::Span(Box::new(span))).is_err() {
            dropped("queue_full", 1);
        }
    }
}

fn dropped(reason: &'static str, count: usize) {
    metrics::counter!("caas_spans_dropped_total", "reason" => reason).increment(count as u64);
}

/// Sends what waits until nobody can add to it any more.
async fn send(mut waiting: mpsc::Receiver<Waiting>, exporter: SpanExporter) {
    let mut reaches_it = true;
    loop {
        let mut batch = Vec::new();
        let mut to_tell = Vec::new();
        let mut take = |next: Option<Waiting>| match next {
            Some(Waiting::Span(span)) => {
                batch.push(wire::span(*span));
                if batch.len() < BATCH { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            }
            Some(Waiting::Told(done)) => {
                to_tell.push(done);
                ControlFlow::Break(())
            }
            None => ControlFlow::Break(()),
        };
        let first = waiting.recv().await;
        let is_last = first.is_none();
        if take(first).is_continue() {
            // Nothing is lost when the time is over: what was received is in the batch.
            let _ = tokio::time::timeout(GATHER, async { while take(waiting.recv().await).is_continue() {} }).await;
        }
        let count = batch.len();
        if count > 0 {
            let sent = exporter.export(batch).await;
            match &sent {
                Ok(()) => metrics::counter!("caas_spans_exported_total").increment(count as u64),
                Err(_) => dropped("not_taken", count),
            }
            if sent.is_ok() != reaches_it {
                reaches_it = sent.is_ok();
                match sent {
                    Ok(()) => tracing::info!("spans_taken_again"),
                    Err(error) => tracing::warn!(%error, "spans_not_taken"),
                }
            }
        }
        for done in to_tell {
            let _ = done.send(());
        }
        if is_last {
            return;
        }
    }
}
