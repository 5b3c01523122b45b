//! How much one address may ask, and how long an answer may take.

use super::{Http, address};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use caas::Caas;
use caas::kernel::Timestamp;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Independent locks, so that requests rarely wait for one another.
const SHARDS: usize = 16;

/// Addresses remembered in one shard before the idle ones are forgotten.
const MOST_ADDRESSES: usize = 4096;

/// The limits in force.
#[derive(Clone)]
pub(super) struct Limits(Arc<Parts>);

struct Parts {
    caas: Caas,
    trusted: Vec<IpAddr>,
    per_minute: u32,
    timeout: Duration,
    hasher: RandomState,
    shards: [Mutex<HashMap<IpAddr, Bucket>>; SHARDS],
}

/// What an address may still ask: a bucket that fills evenly up to a minute's worth.
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Limits {
    pub(super) fn new(http: &Http) -> Limits {
        Limits(Arc::new(Parts {
            caas: http.caas.clone(),
            trusted: http.config.trusted_proxies.clone(),
            per_minute: http.config.rate_per_minute,
            timeout: http.config.request_timeout,
            hasher: RandomState::new(),
            shards: Default::default(),
        }))
    }

    fn takes(&self, address: IpAddr) -> bool {
        let limit = f64::from(self.0.per_minute);
        let now = self.0.caas.now();
        let network = network(address);
        let shard = usize::try_from(self.0.hasher.hash_one(network) % SHARDS as u64).unwrap_or_default();
        let mut buckets = self.0.shards[shard].lock().expect("no panic under this lock");
        if buckets.len() >= MOST_ADDRESSES {
            buckets.retain(|_, bucket| (now - bucket.at).num_seconds() < 60);
        }
        let bucket = buckets.entry(network).or_insert(Bucket { left: limit, at: now });
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 milliseconds")]
        let passed = (now - bucket.at).num_milliseconds().max(0) as f64 / 60_000.0;
        bucket.left = (bucket.left + passed * limit).min(limit);
        bucket.at = now;
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }
}

/// One customer of an internet provider has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// What changes something or guesses at something is counted. Reading is cheap, and the outside systems' messages come in
/// bursts from one address: they are known by their signature.
fn is_counted(request: &Request) -> bool {
    let path = request.uri().path();
    !request.method().is_safe() && !path.starts_with("/caas/webhooks/") && !path.starts_with("/webhooks/")
}

/// The middleware.
pub(super) async fn enforce(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let parts = &limits.0;
    if parts.per_minute > 0
        && is_counted(&request)
        && let Some(address) = address::client(request.extensions(), request.headers(), &parts.trusted)
        && !limits.takes(address)
    {
        tracing::warn!("rate_limited");
        return (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, "10"), (header::CACHE_CONTROL, "no-store")],
            "too_many_requests",
        )
            .into_response();
    }
    match tokio::time::timeout(parts.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("request_timed_out");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, "no-store")], "timed_out").into_response()
        }
    }
}
