//! Who we are, to push services (RFC 8292): a signed note that names its receiver and ends after some hours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caas::kernel::Timestamp;
use chrono::TimeDelta;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use std::fmt;
use url::Url;

/// How long a note holds: at most a day is allowed.
const HOLDS: TimeDelta = TimeDelta::hours(12);

/// The private key that push messages are signed with.
#[derive(Clone)]
pub struct PushKey(SigningKey);

/// The text or the bytes are no private key of P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be a private key of P-256: 32 bytes in Base64 for URLs")]
pub struct NotAKey;

impl fmt::Debug for PushKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushKey(…)")
    }
}

impl PushKey {
    /// The key with these bytes.
    ///
    /// # Errors
    /// When they are no private key of P-256.
    pub fn of(bytes: &[u8]) -> Result<PushKey, NotAKey> {
        SigningKey::from_slice(bytes).map(PushKey).map_err(|_| NotAKey)
    }

    /// The key as it is written in settings.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<PushKey, NotAKey> {
        PushKey::of(&URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| NotAKey)?)
    }

    /// The public half, as browsers want it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_encoded_point(false).as_bytes())
    }

    /// Value of the header `Authorization` for a message to this address.
    pub(super) fn authorization(&self, endpoint: &Url, contact: &str, now: Timestamp) -> String {
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = encode(serde_json::json!({ "typ": "JWT", "alg": "ES256" }));
        let claims = encode(serde_json::json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": (now + HOLDS).timestamp(),
            "sub": contact,
        }));
        let signed = format!("{head}.{claims}");
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier as _;

    #[test]
    fn a_note_names_its_receiver_ends_and_can_be_checked() {
        let key = PushKey::of(&[7; 32]).unwrap();
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let endpoint = "https://push.example/send/abc".parse().unwrap();
        let header = key.authorization(&endpoint, "mailto:caas@example.com", now);
        let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let signature = Signature::from_slice(&decode(signature)).unwrap();
        VerifyingKey::from_sec1_bytes(&decode(public)).unwrap().verify(signed.as_bytes(), &signature).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims["aud"], "https://push.example");
        assert_eq!(claims["sub"], "mailto:caas@example.com");
        assert_eq!(claims["exp"], now.timestamp() + 12 * 3600);
    }

    #[test]
    fn a_key_is_thirty_two_bytes_and_is_not_shown() {
        assert!(PushKey::parse(&URL_SAFE_NO_PAD.encode([7; 32])).is_ok());
        for bad in ["", "AAAA", "not base64!", &URL_SAFE_NO_PAD.encode([0; 32]), &URL_SAFE_NO_PAD.encode([255; 32])] {
            assert_eq!(PushKey::parse(bad).err(), Some(NotAKey), "{bad}");
        }
        assert_eq!(format!("{:?}", PushKey::of(&[7; 32]).unwrap()), "PushKey(…)");
    }
}
