//! The link of a mail by which a contract is withdrawn from without signing in (rulebook §8).
//!
//! It carries the contract and a signature over it (HMAC-SHA-256 under a key of its own), so nothing of it is kept but the
//! key: a stored mail holds the address with a mark in the signature's place, and the signature is put in as the mail leaves.
//! Whoever reads the database or a mail's copy can't withdraw with it. Until when a link is good for is the law's matter
//! and decided where it is used.

use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::ActivationId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

/// What stands in a stored mail where the signature will be.
const MARK: &str = ".[firma]";

/// The length of an id without hyphens.
const ID: usize = 32;

/// The address as it is stored.
pub(super) fn unsigned_address(caas: &Caas, activation: ActivationId) -> String {
    format!("{}/desistir/{}{MARK}", caas.public_url, activation.0.simple())
}

/// Whether a text has such an address.
pub(super) fn has_mark(text: &str) -> bool {
    text.contains(MARK)
}

/// The text with each address signed.
pub(super) fn sign_in_text(key: &[u8], text: &str) -> String {
    let mut signed = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let (before, after) = rest.split_at(at);
        signed.push_str(before);
        let id = before.len().checked_sub(ID).and_then(|from| before.get(from..)).and_then(|id| id.parse().ok());
        match id {
            Some(id) => {
                signed.push('.');
                signed.push_str(&signature(key, ActivationId(id)));
            }
            None => signed.push_str(MARK),
        }
        rest = &after[MARK.len()..];
    }
    signed.push_str(rest);
    signed
}

/// What stands in the link of a mail: the contract and the signature.
pub async fn withdrawal_token(caas: &Caas, activation: ActivationId) -> Result<String> {
    let key = make_key(caas).await?;
    Ok(format!("{}.{}", activation.0.simple(), signature(&key, activation)))
}

/// The contract that a link is about, when its signature is ours.
pub async fn read_withdrawal_token(tx: &mut Tx, token: &str) -> Result<Option<ActivationId>> {
    let Some(key) = known_key(tx).await? else { return Ok(None) };
    let Some((id, signature)) = token.split_once('.') else { return Ok(None) };
    let (Ok(id), Ok(signature)) = (id.parse::<Uuid>(), URL_SAFE_NO_PAD.decode(signature)) else { return Ok(None) };
    let is_ours = mac(&key, ActivationId(id)).verify_slice(&signature).is_ok();
    Ok(is_ours.then_some(ActivationId(id)))
}

fn mac(key: &[u8], activation: ActivationId) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"withdraw:");
    mac.update(activation.0.as_bytes());
    mac
}

fn signature(key: &[u8], activation: ActivationId) -> String {
    URL_SAFE_NO_PAD.encode(mac(key, activation).finalize().into_bytes())
}

async fn known_key(tx: &mut Tx) -> Result<Option<Vec<u8>>> {
    let row = sql!(tx, optional(Vec<u8>, i64), "SELECT secret, id FROM withdrawal_key WHERE id = 1")?;
    Ok(row.map(|(secret, _)| secret))
}

/// The key, made when it is first needed.
pub(super) async fn make_key(caas: &Caas) -> Result<Vec<u8>> {
    if let Some(key) = known_key(&mut caas.db.read().await?).await? {
        return Ok(key);
    }
    let mut secret = vec![0u8; 32];
    caas.rng.fill(&mut secret);
    let mut tx = caas.db.begin().await?;
    sql!(&mut tx, execute
        "INSERT INTO withdrawal_key (id, secret, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING",
        secret.clone(), caas.now())?;
    // Another process may have been a blink quicker.
    let key = known_key(&mut tx).await?.unwrap_or(secret);
    tx.commit().await?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_after_an_id_becomes_its_signature() {
        let id = ActivationId(Uuid::from_u128(7));
        let key = b"a key";
        let address = format!("https://caas.example/desistir/{}", id.0.simple());
        let text = format!("One: {address}{MARK}\n<a href=\"{address}{MARK}\">two</a> and a stray {MARK}");
        let signed = sign_in_text(key, &text);
        let token = format!("{address}.{}", signature(key, id));
        assert_eq!(signed, format!("One: {token}\n<a href=\"{token}\">two</a> and a stray {MARK}"));
        assert_ne!(signature(key, id), signature(b"another", id));
        assert_ne!(signature(key, id), signature(key, ActivationId(Uuid::from_u128(8))));
        assert_eq!(sign_in_text(key, "ñ.[firma]"), "ñ.[firma]");
    }
}
