//! A server that gives one answer to whatever is asked, and remembers what was.

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use std::sync::{Arc, Mutex};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// The server.
pub struct Scripted {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

struct Script {
    status: StatusCode,
    body: Bytes,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Scripted {
    /// Answers everything with this.
    pub async fn answering(status: u16, body: impl Into<Bytes>) -> Scripted {
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let script = Script { status: StatusCode::from_u16(status).unwrap(), body: body.into(), seen: seen.clone() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::new(script));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Scripted { url, seen }
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    script.seen.lock().unwrap().push(Seen {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    (script.status, script.body.clone())
}
