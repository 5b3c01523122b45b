//! `/eventos?tema=…`: tells signed-in people that something they watch has changed. What changed is fetched separately.

use super::Http;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use caas::kernel::database::EVERYTHING;
use caas::kernel::ids::UserId;
use caas_app::web::{WebContext, may_watch};
use futures::stream;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Streams one person may have open: a few tabs on a few devices.
const MOST_STREAMS: usize = 12;

/// Topics one stream may watch.
const MOST_TOPICS: usize = 8;

/// A stream ends after this time and the browser connects again, so that a session that ended is noticed.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// How often something is sent when nothing happens, so that dead connections are noticed.
const HEARTBEAT: Duration = Duration::from_secs(20);

static OPEN: LazyLock<Mutex<HashMap<UserId, usize>>> = LazyLock::new(Mutex::default);

/// One of a person's open streams, until it is dropped.
struct Seat(UserId);

impl Seat {
    fn take(user: UserId) -> Option<Seat> {
        let mut open = OPEN.lock().expect("no panic under this lock");
        let count = open.entry(user).or_default();
        if *count >= MOST_STREAMS {
            return None;
        }
        *count += 1;
        Some(Seat(user))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = OPEN.lock().expect("no panic under this lock");
        if let Some(count) = open.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.0);
            }
        }
    }
}

/// What a stream carries along.
struct Watch {
    announcements: Receiver<String>,
    topics: Vec<String>,
    stop: CancellationToken,
    ends: std::pin::Pin<Box<tokio::time::Sleep>>,
    /// Topics still to be told: all of them after some announcements were missed.
    due: Vec<String>,
    _seat: Seat,
}

/// The handler.
pub(super) async fn stream(State(http): State<Http>, web: WebContext) -> Response {
    let Some(user) = &web.user else { return StatusCode::UNAUTHORIZED.into_response() };
    let topics = web.query_all("tema");
    if topics.is_empty() || topics.len() > MOST_TOPICS {
        return StatusCode::BAD_REQUEST.into_response();
    }
    // Subscribed before it is checked, so that nothing is missed between page and stream.
    let announcements = http.caas.db.subscribe();
    for topic in &topics {
        match may_watch(&web, topic).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(user = %user.id, "topic_refused");
                return StatusCode::NOT_FOUND.into_response();
            }
            Err(error) => {
                tracing::error!(%error, "topic_not_checked");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    }
    let Some(seat) = Seat::take(user.id) else { return StatusCode::TOO_MANY_REQUESTS.into_response() };
    #[expect(clippy::disallowed_methods, reason = "the life of a connection, not of anything in the business")]
    let ends = Box::pin(tokio::time::sleep(LIFETIME));
    let watch = Watch { announcements, topics, stop: http.stop.clone(), ends, due: Vec::new(), _seat: seat };
    let events = stream::unfold(watch, next);
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}

async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    loop {
        if let Some(topic) = watch.due.pop() {
            return Some((Ok(Event::default().event("changed").data(topic)), watch));
        }
        tokio::select! {
            () = watch.stop.cancelled() => return None,
            () = &mut watch.ends => return None,
            announced = watch.announcements.recv() => match announced {
                Ok(topic) if watch.topics.contains(&topic) => watch.due.push(topic),
                Ok(topic) if topic == EVERYTHING => watch.due.clone_from(&watch.topics),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => watch.due.clone_from(&watch.topics),
                Err(RecvError::Closed) => return None,
            },
        }
    }
}
