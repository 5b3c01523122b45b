//! A browser's push service on loopback: it counts what comes and says what it is told to.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

/// A browser that takes push messages.
pub struct Browser {
    pub endpoint: String,
    state: Arc<(AtomicU16, AtomicUsize)>,
}

impl Browser {
    pub async fn start() -> Browser {
        let state = Arc::new((AtomicU16::new(201), AtomicUsize::new(0)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/send/abc", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Browser { endpoint, state }
    }

    /// From now on it answers with this status.
    pub fn answers(&self, status: u16) {
        self.state.0.store(status, Ordering::SeqCst);
    }

    /// How many messages have come.
    pub fn got(&self) -> usize {
        self.state.1.load(Ordering::SeqCst)
    }

    /// The fields of the form that its script fills in.
    pub fn fields(&self) -> [(&str, &str); 3] {
        [
            ("endpoint", self.endpoint.as_str()),
            ("p256dh", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            ("auth", "BTBZMqHH6r4Tts7J_aSIgg"),
        ]
    }
}

async fn take(State(state): State<Arc<(AtomicU16, AtomicUsize)>>) -> StatusCode {
    state.1.fetch_add(1, Ordering::SeqCst);
    StatusCode::from_u16(state.0.load(Ordering::SeqCst)).unwrap()
}
