//! Web Push (RFC 8030): each message is encrypted for its device (RFC 8291) and signed by us (RFC 8292), so that the push
//! service in between reads nothing and takes messages from nobody else.

mod address;
mod encryption;
mod vapid;

pub use vapid::{NotAKey, PushKey};

use super::http::SetupError;
use address::PublicAddresses;
use async_trait::async_trait;
use caas::kernel::clock::Clock;
use caas::kernel::rng::Rng;
use caas::notifications::port::{DeliveryError, PushDevice, PushMessage, PushSender, Urgency};
use chrono::{DateTime, TimeDelta};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long a push service may take for an answer when nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long we wait when a push service says "too many" and not until when.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// How push messages leave.
#[derive(Clone, Debug)]
pub struct PushSettings {
    /// What they are signed with.
    pub key: PushKey,
    /// Whom push services write to when something is wrong: `mailto:…` or `https://…`.
    pub contact: String,
    /// Whether addresses inside our own network and without encryption are taken: for development and tests.
    pub local_addresses: bool,
    /// How long handing over one message may take.
    pub timeout: Duration,
}

/// Hands push messages to the browsers' push services.
pub struct WebPush {
    http: reqwest::Client,
    settings: PushSettings,
    public_key: String,
    rng: Arc<dyn Rng>,
    clock: Arc<dyn Clock>,
}

impl WebPush {
    /// Push messages under these settings. The clock is that of the push services, which is the real one.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(settings: PushSettings, rng: Arc<dyn Rng>, clock: Arc<dyn Clock>) -> Result<WebPush, SetupError> {
        let mut http = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if !settings.local_addresses {
            // A name that was public yesterday may lead into our own network today: looked at with each connection.
            http = http.https_only(true).dns_resolver(Arc::new(PublicAddresses));
        }
        let public_key = settings.key.public();
        Ok(WebPush { http: http.build()?, settings, public_key, rng, clock })
    }
}

/// What the service worker reads.
#[derive(Serialize)]
struct Payload<'a> {
    id: String,
    title: &'a str,
    body: &'a str,
    link: &'a str,
    lang: &'a str,
}

#[async_trait]
impl PushSender for WebPush {
    fn public_key(&self) -> &str {
        &self.public_key
    }

    fn accepts(&self, endpoint: &str) -> bool {
        Url::parse(endpoint).is_ok_and(|url| address::is_acceptable(&url, self.settings.local_addresses))
    }

    async fn send(&self, device: &PushDevice, message: &PushMessage) -> Result<(), DeliveryError> {
        let url = Url::parse(&device.endpoint)
            .ok()
            .filter(|url| address::is_acceptable(url, self.settings.local_addresses))
            .ok_or_else(|| DeliveryError::Permanent("the device's address can't be used".to_owned()))?;
        let payload = Payload {
            id: message.id.to_string(),
            title: &message.title,
            body: &message.body,
            link: &message.link,
            lang: message.locale,
        };
        let plain = serde_json::to_vec(&payload).map_err(|_| DeliveryError::Permanent("no text".to_owned()))?;
        let body = encryption::encrypt(&*self.rng, device, &plain)
            .map_err(|error| DeliveryError::Permanent(error.to_string()))?;
        let now = self.clock.now();
        let urgency = match message.urgency {
            Urgency::Low => "low",
            Urgency::Normal => "normal",
            Urgency::High => "high",
        };
        let response = self
            .http
            .post(url.clone())
            .header("ttl", message.time_to_live.num_seconds().max(0))
            .header("urgency", urgency)
            // One that waits at the push service is replaced by a repeated one (RFC 8030 §5.4).
            .header("topic", message.id.0.simple().to_string())
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(AUTHORIZATION, self.settings.key.authorization(&url, &self.settings.contact, now))
            .body(body)
            .send()
            .await
            // The address is left out: it is the device's secret.
            .map_err(|error| {
                let why = if error.is_timeout() { "time-out" } else { "no connection, or it was lost" };
                DeliveryError::Transient(why.to_owned())
            })?;
        judge(response.status(), retry_after(response.headers(), now))
    }
}

/// What a push service's answer means (RFC 8030 §5, §7.3).
fn judge(status: StatusCode, pause: Option<TimeDelta>) -> Result<(), DeliveryError> {
    match status.as_u16() {
        200..=299 => Ok(()),
        404 | 410 => Err(DeliveryError::Gone),
        429 => Err(DeliveryError::NotBefore(pause.unwrap_or(PAUSE))),
        500..=599 => Err(match pause {
            Some(pause) => DeliveryError::NotBefore(pause),
            None => DeliveryError::Transient(format!("answered with {status}")),
        }),
        408 => Err(DeliveryError::Transient(format!("answered with {status}"))),
        _ => Err(DeliveryError::Permanent(format!("refused with {status}"))),
    }
}

/// Seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, now: caas::kernel::Timestamp) -> Option<TimeDelta> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(TimeDelta::seconds(seconds.into()));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
    Some((at - now).max(TimeDelta::zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_service_says_until_when_to_wait_in_seconds_or_by_date() {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let headers = |text: &str| HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        assert_eq!(retry_after(&headers("120"), now), Some(TimeDelta::minutes(2)));
        assert_eq!(retry_after(&headers("Mon, 23 Nov 2026 09:05:00 GMT"), now), Some(TimeDelta::minutes(5)));
        assert_eq!(retry_after(&headers("Mon, 23 Nov 2026 08:00:00 GMT"), now), Some(TimeDelta::zero()));
        assert_eq!(retry_after(&headers("soon"), now), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn what_is_gone_what_passes_and_what_does_not() {
        let judged = |status: u16| judge(StatusCode::from_u16(status).unwrap(), None);
        assert!(judged(201).is_ok());
        for gone in [404, 410] {
            assert!(matches!(judged(gone), Err(DeliveryError::Gone)), "{gone}");
        }
        assert!(matches!(judged(429), Err(DeliveryError::NotBefore(pause)) if pause == PAUSE));
        for passes in [500, 502, 503, 408] {
            assert!(matches!(judged(passes), Err(DeliveryError::Transient(_))), "{passes}");
        }
        for stays in [301, 400, 401, 403, 413] {
            assert!(matches!(judged(stays), Err(DeliveryError::Permanent(_))), "{stays}");
        }
    }
}
