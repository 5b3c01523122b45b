//! The customer's browser on a telephone: it lives on when the process dies, and remembers what it was shown.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use caas::notifications::devices::Subscription;
use caas::notifications::port::PushDevice;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

type Topics = Arc<Mutex<BTreeSet<String>>>;

pub struct Telephone {
    endpoint: String,
    shown: Topics,
}

impl Telephone {
    /// With its push service on loopback.
    pub async fn start() -> Telephone {
        let shown = Topics::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/send/lucia", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(shown.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Telephone { endpoint, shown }
    }

    /// What the browser gives when its owner agrees.
    pub fn subscription(&self) -> Subscription {
        let device = PushDevice {
            endpoint: self.endpoint.clone(),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
                .to_owned(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        };
        Subscription { device, label: "Chrome en Android".to_owned() }
    }

    /// Different messages: one that comes again takes the place of the first.
    pub fn shown(&self) -> usize {
        self.shown.lock().unwrap().len()
    }
}

async fn take(State(shown): State<Topics>, headers: HeaderMap) -> StatusCode {
    let Some(topic) = headers.get("topic") else { return StatusCode::BAD_REQUEST };
    shown.lock().unwrap().insert(topic.to_str().unwrap().to_owned());
    StatusCode::CREATED
}
