//! Signatures as Standard Webhooks describes them: HMAC-SHA-256 over `id.timestamp.body`, with a secret `whsec_…`.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use caas::kernel::Timestamp;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::fmt;
use subtle::{Choice, ConstantTimeEq as _};

/// How far the sender's clock and ours may be apart.
const TOLERANCE_SECONDS: u64 = 300;

/// Base64 with or without the padding at the end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A secret shared with a sender. It is never printed.
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

/// The text is no secret of Standard Webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ followed by base64")]
pub struct BadSecret;

impl WebhookSecret {
    /// Reads `whsec_<base64>`.
    ///
    /// # Errors
    /// When the prefix is missing, or the rest is empty or no base64.
    pub fn parse(text: &str) -> Result<WebhookSecret, BadSecret> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(BadSecret)?;
        let key = BASE64.decode(encoded).map_err(|_| BadSecret)?;
        if key.is_empty() { Err(BadSecret) } else { Ok(WebhookSecret(key)) }
    }

    /// Reads one secret, or several separated by commas.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn parse_list(text: &str) -> Result<Vec<WebhookSecret>, BadSecret> {
        text.split(',').map(WebhookSecret::parse).collect()
    }

    fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// Checks who sent a message and when; gives the sender's id of it, or what is wrong.
pub(super) fn verify<'a>(
    headers: &'a HeaderMap,
    body: &[u8],
    secrets: &[WebhookSecret],
    now: Timestamp,
) -> Result<&'a str, &'static str> {
    let id = header(headers, "webhook-id").ok_or("the header webhook-id is missing")?;
    let timestamp = header(headers, "webhook-timestamp").ok_or("the header webhook-timestamp is missing")?;
    let signatures = header(headers, "webhook-signature").ok_or("the header webhook-signature is missing")?;
    let signed_at: i64 = Some(timestamp)
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or("the header webhook-timestamp is no number of seconds")?;
    if signed_at.abs_diff(now.timestamp()) > TOLERANCE_SECONDS {
        return Err("the time is more than 300 seconds off");
    }
    // Every signature is compared with every secret, in constant time each.
    let mut good = Choice::from(0);
    for secret in secrets {
        let expected = secret.sign(id, timestamp, body);
        for signature in signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")) {
            if let Ok(signature) = BASE64.decode(signature) {
                good |= signature.ct_eq(&expected);
            }
        }
    }
    if bool::from(good) { Ok(id) } else { Err("no signature is good") }
}

/// A header that is there once, not empty.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok().map(str::trim).filter(|value| !value.is_empty())?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_published_example_is_good() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().unwrap());
        headers.insert("webhook-timestamp", "1614265330".parse().unwrap());
        headers.insert("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".parse().unwrap());
        let now = Timestamp::from_timestamp(1_614_265_330, 0).unwrap();
        let id = verify(&headers, br#"{"test": 2432232314}"#, &[secret], now);
        assert_eq!(id, Ok("msg_p5jXN8AQM9LWM0D4loKWxJek"));
    }

    #[test]
    fn secrets_are_read_strictly_and_never_shown() {
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"] {
            assert_eq!(WebhookSecret::parse(bad).err(), Some(BadSecret), "{bad}");
        }
        assert_eq!(WebhookSecret::parse_list("whsec_AAAA, whsec_BBBB").unwrap().len(), 2);
        assert!(WebhookSecret::parse_list("whsec_AAAA,").is_err());
        assert_eq!(format!("{:?}", WebhookSecret::parse("whsec_AAAA").unwrap()), "WebhookSecret(…)");
    }
}
