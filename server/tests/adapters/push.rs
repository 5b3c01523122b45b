//! Push messages: to an endpoint of the tests' own, which decrypts and checks what it got as a browser and its push
//! service would (RFC 8030, 8188, 8291, 8292).

use super::PATIENCE;
use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes128Gcm, KeyInit as _, Nonce};
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caas::kernel::clock::ManualClock;
use caas::kernel::ids::NotificationId;
use caas::kernel::rng::SeededRng;
use caas::notifications::port::{DeliveryError, PushDevice, PushMessage, PushSender as _, Urgency};
use caas_server::adapters::{PushKey, PushSettings, WebPush};
use chrono::TimeDelta;
use hkdf::Hkdf;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey, ecdh};
use sha2::Sha256;
use std::sync::{Arc, Mutex};

type Seen = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A browser with its push service.
struct Browser {
    secret: SecretKey,
    auth: [u8; 16],
    url: String,
    seen: Seen,
}

impl Browser {
    /// Its push service answers with this status and header.
    async fn start(status: u16, retry_after: Option<&'static str>) -> Browser {
        let seen = Seen::default();
        let state = (StatusCode::from_u16(status).unwrap(), retry_after, seen.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send/abc", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Browser { secret: SecretKey::from_slice(&[9; 32]).unwrap(), auth: [5; 16], url, seen }
    }

    fn device(&self) -> PushDevice {
        PushDevice {
            endpoint: self.url.clone(),
            p256dh: URL_SAFE_NO_PAD.encode(self.secret.public_key().to_encoded_point(false)),
            auth: URL_SAFE_NO_PAD.encode(self.auth),
        }
    }

    /// What the browser reads, from the bytes alone.
    fn decrypt(&self, body: &[u8]) -> serde_json::Value {
        let (salt, rest) = body.split_at(16);
        assert_eq!(rest[..4], 4096u32.to_be_bytes());
        let (theirs, sealed) = rest[5..].split_at(rest[4] as usize);
        let their_key = PublicKey::from_sec1_bytes(theirs).unwrap();
        let shared = ecdh::diffie_hellman(self.secret.to_nonzero_scalar(), their_key.as_affine());
        let ours = self.secret.public_key().to_encoded_point(false);
        let mut material = [0u8; 32];
        Hkdf::<Sha256>::new(Some(&self.auth), shared.raw_secret_bytes())
            .expand(&[b"WebPush: info\0".as_slice(), ours.as_bytes(), theirs].concat(), &mut material)
            .unwrap();
        let keys = Hkdf::<Sha256>::new(Some(salt), &material);
        let (mut key, mut nonce) = ([0u8; 16], [0u8; 12]);
        keys.expand(b"Content-Encoding: aes128gcm\0", &mut key).unwrap();
        keys.expand(b"Content-Encoding: nonce\0", &mut nonce).unwrap();
        let mut plain = Aes128Gcm::new(&key.into()).decrypt(Nonce::from_slice(&nonce), sealed).unwrap();
        assert_eq!(plain.pop(), Some(2), "the last record");
        serde_json::from_slice(&plain).unwrap()
    }
}

async fn take(
    State((status, retry_after, seen)): State<(StatusCode, Option<&'static str>, Seen)>,
    request: Request,
) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 5000).await.unwrap();
    seen.lock().unwrap().push((parts.headers, body));
    let mut response = status.into_response();
    if let Some(value) = retry_after {
        response.headers_mut().insert("retry-after", value.parse().unwrap());
    }
    response
}

fn push(local_addresses: bool) -> WebPush {
    let settings = PushSettings {
        key: PushKey::of(&[7; 32]).unwrap(),
        contact: "mailto:caas@example.com".to_owned(),
        local_addresses,
        timeout: PATIENCE,
    };
    let clock = ManualClock::at("2026-11-23T09:00:00Z".parse().unwrap());
    WebPush::new(settings, Arc::new(SeededRng::new(3)), Arc::new(clock)).unwrap()
}

fn message() -> PushMessage {
    PushMessage {
        id: NotificationId("0193c5c4-7b5a-7c3e-9d6f-0123456789ab".parse().unwrap()),
        title: "Asientos calefactados ya funciona en tu coche".to_owned(),
        body: "Tu Lince ha confirmado que está activo.".to_owned(),
        link: "/expediente".to_owned(),
        locale: "es",
        time_to_live: TimeDelta::days(1),
        urgency: Urgency::High,
    }
}

#[tokio::test]
async fn only_the_device_reads_it_and_knows_that_it_is_from_us() {
    let browser = Browser::start(201, None).await;
    let push = push(true);
    push.send(&browser.device(), &message()).await.unwrap();
    push.send(&browser.device(), &message()).await.unwrap();
    let seen = browser.seen.lock().unwrap().clone();
    let (headers, body) = &seen[0];
    assert_eq!(
        browser.decrypt(body),
        serde_json::json!({
            "id": "0193c5c4-7b5a-7c3e-9d6f-0123456789ab", "title": message().title, "body": message().body,
            "link": "/expediente", "lang": "es",
        })
    );
    assert!(!body.windows(5).any(|part| part == b"Lince"));
    assert_ne!(seen[1].1, body, "each has its own key and salt");
    for (name, value) in [
        ("ttl", "86400"),
        ("urgency", "high"),
        ("content-encoding", "aes128gcm"),
        ("topic", "0193c5c47b5a7c3e9d6f0123456789ab"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(seen[1].0["topic"], headers["topic"], "the same message takes its own place");

    let authorization = headers["authorization"].to_str().unwrap();
    let (token, key) = authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(key, push.public_key());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    VerifyingKey::from_sec1_bytes(&decode(key))
        .unwrap()
        .verify(signed.as_bytes(), &Signature::from_slice(&decode(signature)).unwrap())
        .unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
    assert_eq!(Some(claims["aud"].as_str().unwrap()), browser.url.strip_suffix("/send/abc"));
}

#[tokio::test]
async fn a_push_services_answer_decides_what_happens_next() {
    for (status, retry_after, expected) in [
        (404, None, "gone"),
        (410, None, "gone"),
        (429, Some("120"), "not before PT120S"),
        (503, Some("30"), "not before PT30S"),
        (500, None, "not delivered for now: answered with 500 Internal Server Error"),
        (403, None, "refused: refused with 403 Forbidden"),
        (413, None, "refused: refused with 413 Payload Too Large"),
    ] {
        let browser = Browser::start(status, retry_after).await;
        let error = push(true).send(&browser.device(), &message()).await.unwrap_err();
        assert_eq!(error.to_string(), expected, "{status}");
    }
    let nobody = PushDevice { endpoint: super::nobody().await, ..Browser::start(201, None).await.device() };
    let error = push(true).send(&nobody, &message()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Transient(_)), "{error:?}");
}

#[tokio::test]
async fn production_sends_nothing_into_our_own_network() {
    let browser = Browser::start(201, None).await;
    let push = push(false);
    assert!(!push.accepts(&browser.url) && push.accepts("https://push.example/send/abc"));
    let error = push.send(&browser.device(), &message()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Permanent(_)), "{error:?}");
    // A name that leads to this machine: refused when it is looked up.
    let inside = PushDevice { endpoint: "https://localhost.localdomain/x".to_owned(), ..browser.device() };
    let error = push.send(&inside, &message()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Transient(_)), "{error:?}");
    assert!(browser.seen.lock().unwrap().is_empty());
}
