//! What took how long, told to whoever draws it: spans in OpenTelemetry's model, without its libraries.
//!
//! Nothing is carried from job to job. A trace is named after the row that it is about: a purchase's trace id is the id of
//! its activation, and the id of its root span the last eight bytes of that. So every process, days and restarts later,
//! adds to the same trace as soon as it knows what it works on, which it says by [`concerns`]. Work that says nothing has a
//! trace of its own.
//!
//! A piece of work (a request, one run of a job) is told when it has ended. A process that dies tells nothing of what it was
//! at; and a purchase whose last step was committed right before has a trace without a root.
//!
//! Attributes are codes, numbers and ids of ours. No name, address, VIN, token or text of anybody's is ever one.

use super::Timestamp;
use crate::Caas;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};
use uuid::Uuid;

/// Where spans go. It keeps nobody waiting.
pub trait SpanSink: Send + Sync + 'static {
    /// Takes a span that has ended.
    fn take(&self, span: Span);
}

/// Whether spans are told, and to whom. Off by default: then nothing is made for them.
#[derive(Clone, Default)]
pub struct Spans(Option<Arc<dyn SpanSink>>);

impl Spans {
    /// Tells this one.
    pub fn to(sink: Arc<dyn SpanSink>) -> Spans {
        Spans(Some(sink))
    }

    /// Whether anybody listens.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }
}

/// What a span is towards others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Something that contains others.
    Internal,
    /// We were called.
    Server,
    /// We called.
    Client,
    /// Work that was asked for earlier.
    Consumer,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A code or an id.
    Text(String),
    /// A number.
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Value {
        Value::Text(id.to_string())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Number(number)
    }
}

/// A name with its value.
pub type Attribute = (&'static str, Value);

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The trace.
    pub trace: u128,
    /// The span in it.
    pub span: u64,
}

impl Place {
    /// Its trace's id as tools of OpenTelemetry write it.
    pub fn trace_text(self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The root of the trace that is named after this row. UUIDs of version 7 end in 62 random bits behind two that are
    /// never both zero, so neither id is ever the invalid one.
    pub fn root_of(row: Uuid) -> Place {
        let (_, span) = row.as_u64_pair();
        Place { trace: row.as_u128(), span }
    }
}

/// Something that happened, with its beginning and end.
#[derive(Clone, Debug)]
pub struct Span {
    /// Where it stands.
    pub place: Place,
    /// The span it is a part of, in the same trace.
    pub parent: Option<u64>,
    /// What it is towards others.
    pub kind: SpanKind,
    /// What it is called; one of few.
    pub name: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What else is known.
    pub attributes: Vec<Attribute>,
    /// Spans of other traces that it has to do with.
    pub links: Vec<Place>,
    /// Why it failed, as a code; nothing: it did not.
    pub failure: Option<&'static str>,
}

/// A piece of work that is being done. Clones are the same one.
#[derive(Clone)]
pub struct Work(Arc<Doing>);

struct Doing {
    caas: Caas,
    kind: SpanKind,
    name: String,
    began: Timestamp,
    /// Where it stands while it has not said what it is about.
    own: Place,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    subject: Option<Subject>,
    attributes: Vec<Attribute>,
    links: Vec<Place>,
    /// What happened within; their traces are known when this has ended.
    parts: Vec<Span>,
    /// Roots that end with this work, if it ends well.
    roots: Vec<Span>,
}

#[derive(Clone, Copy, PartialEq)]
enum Subject {
    /// It is a part of what happens to this row.
    PartOf(Uuid),
    /// All that happens to this row begins with it.
    RootOf(Uuid),
}

tokio::task_local! {
    static CURRENT: Work;
}

/// Begins a piece of work; nothing when nobody listens.
pub fn begin(caas: &Caas, kind: SpanKind, name: impl FnOnce() -> String) -> Option<Work> {
    caas.spans.0.as_ref()?;
    let mut random = [0u8; 16];
    caas.rng.fill(&mut random);
    let own = Place { trace: u128::from_be_bytes(random).max(1), span: new_span(caas) };
    let doing = Doing { caas: caas.clone(), kind, name: name(), began: caas.now(), own, known: Mutex::default() };
    Some(Work(Arc::new(doing)))
}

/// Runs something as that work.
pub async fn within<F: Future>(work: Option<&Work>, what: F) -> F::Output {
    match work {
        Some(work) => CURRENT.scope(work.clone(), what).await,
        None => what.await,
    }
}

/// The present work is about this row: it belongs to its trace. The first word counts; more rows become links.
pub fn concerns(row: impl Into<Uuid>) {
    let row = row.into();
    current(|work| {
        let mut known = work.known();
        match known.subject {
            None => known.subject = Some(Subject::PartOf(row)),
            Some(Subject::PartOf(first) | Subject::RootOf(first)) if first == row => {}
            Some(_) => {
                let other = Place::root_of(row);
                if !known.links.contains(&other) {
                    known.links.push(other);
                }
            }
        }
    });
}

/// With the present work begins what happens to this row.
pub fn begins(row: impl Into<Uuid>) {
    let row = row.into();
    current(|work| {
        work.known().subject.get_or_insert(Subject::RootOf(row));
    });
}

/// Adds to what is known of the present work.
pub fn note(name: &'static str, value: impl Into<Value>) {
    current(|work| work.known().attributes.push((name, value.into())));
}

/// Something from outside that reached us earlier, with the request whose trace is named after `received`, is a part of
/// what the present work is about. It began then and is understood now.
pub fn understood(name: &str, received: impl Into<Uuid>, since: Timestamp, attributes: Vec<Attribute>) {
    let origin = Place::root_of(received.into());
    current(|work| {
        let part = Span {
            place: Place { span: new_span(&work.0.caas), ..work.0.own },
            parent: None,
            kind: SpanKind::Server,
            name: name.to_owned(),
            began: since,
            ended: work.0.caas.now(),
            attributes,
            links: vec![origin],
            failure: None,
        };
        work.known().parts.push(part);
    });
}

/// All that was to happen with this row is over, with the step that the present work is about to commit. Its trace's root
/// reaches from the making of its id to now.
pub fn is_over(row: impl Into<Uuid>, name: &str, how: &str) {
    let row = row.into();
    current(|work| {
        let ended = work.0.caas.now();
        let root = Span {
            place: Place::root_of(row),
            parent: None,
            kind: SpanKind::Internal,
            name: name.to_owned(),
            began: made_at(row).unwrap_or(ended).min(ended),
            ended,
            attributes: vec![("caas.outcome", how.into())],
            links: Vec::new(),
            failure: None,
        };
        work.known().roots.push(root);
    });
}

/// The moment in a UUID of version 7 (RFC 9562 §5.7), to the millisecond.
fn made_at(id: Uuid) -> Option<Timestamp> {
    let millis = i64::try_from(id.as_u128() >> 80).ok()?;
    Timestamp::from_timestamp_millis(millis)
}

/// Begins a call to an outside system as a part of the present work; nothing when nobody listens.
pub fn call(operation: &'static str) -> Option<Call> {
    CURRENT
        .try_with(|work| Call { span: new_span(&work.0.caas), began: work.0.caas.now(), operation, work: work.clone() })
        .ok()
}

/// A call to an outside system that is being made.
pub struct Call {
    work: Work,
    span: u64,
    began: Timestamp,
    operation: &'static str,
}

impl Call {
    /// The header by which the other side can add to our trace (W3C Trace Context, level 1).
    pub fn traceparent(&self) -> String {
        format!("00-{:032x}-{:016x}-01", self.work.place().trace, self.span)
    }

    /// Tells how it ended.
    pub fn end(self, failure: Option<&'static str>, attributes: Vec<Attribute>) {
        let part = Span {
            place: Place { span: self.span, ..self.work.0.own },
            parent: None,
            kind: SpanKind::Client,
            name: self.operation.to_owned(),
            began: self.began,
            ended: self.work.0.caas.now(),
            attributes,
            links: Vec::new(),
            failure,
        };
        self.work.known().parts.push(part);
    }
}

impl Work {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().expect("no panic under this lock")
    }

    fn place(&self) -> Place {
        match self.known().subject {
            Some(Subject::PartOf(row)) => Place { trace: row.as_u128(), ..self.0.own },
            Some(Subject::RootOf(row)) => Place::root_of(row),
            None => self.0.own,
        }
    }

    /// Adds to what is known of it.
    pub fn note(&self, name: &'static str, value: impl Into<Value>) {
        self.known().attributes.push((name, value.into()));
    }

    /// Tells of it and of its parts. Nothing is over by work that failed: it wrote nothing.
    pub fn end(self, failure: Option<&'static str>) {
        let Some(sink) = &self.0.caas.spans.0 else { return };
        let place = self.place();
        let known = std::mem::take(&mut *self.known());
        let parent = match known.subject {
            Some(Subject::PartOf(row)) => Some(Place::root_of(row).span),
            Some(Subject::RootOf(_)) | None => None,
        };
        let within = place.span;
        for part in known.parts {
            let place = Place { trace: place.trace, ..part.place };
            sink.take(Span { place, parent: Some(within), ..part });
        }
        sink.take(Span {
            place,
            parent,
            kind: self.0.kind,
            name: self.0.name.clone(),
            began: self.0.began,
            ended: self.0.caas.now(),
            attributes: known.attributes,
            links: known.links,
            failure,
        });
        if failure.is_none() {
            known.roots.into_iter().for_each(|root| sink.take(root));
        }
    }
}

fn current(what: impl FnOnce(&Work)) {
    // Outside of any work, or with nobody listening, there is nothing to add to.
    let _ = CURRENT.try_with(what);
}

/// An id that is not the invalid one.
fn new_span(caas: &Caas) -> u64 {
    let mut random = [0u8; 8];
    caas.rng.fill(&mut random);
    u64::from_be_bytes(random).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::rng::{Rng, SeededRng};

    #[test]
    fn a_row_names_its_trace() {
        let rng: &dyn Rng = &SeededRng::new(1);
        let at: Timestamp = "2026-11-23T09:00:00.123456Z".parse().unwrap();
        let mut spans = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            let row = rng.uuid(at);
            let root = Place::root_of(row);
            assert_eq!(root.trace_text(), row.simple().to_string());
            assert_eq!(root.span.to_be_bytes(), row.as_bytes()[8..]);
            assert!(root.span != 0 && spans.insert(root.span));
            assert_eq!(made_at(row), Some("2026-11-23T09:00:00.123Z".parse().unwrap()));
        }
    }

    #[tokio::test]
    async fn outside_of_any_work_nothing_is_said() {
        concerns(Uuid::nil());
        assert!(call("iot.activate").is_none());
        assert_eq!(within(None, async { 7 }).await, 7);
    }
}
