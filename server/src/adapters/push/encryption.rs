//! The content of a push message, for one device's eyes (RFC 8291, in the encoding of RFC 8188).

use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes128Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caas::kernel::rng::Rng;
use caas::notifications::port::PushDevice;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey, ecdh};
use sha2::Sha256;

/// The size of the only record, as every push service takes it.
const RECORD: u32 = 4096;

/// The longest content: a record less its header (86), its tag (16) and its delimiter (1).
const LONGEST: usize = RECORD as usize - 86 - 16 - 1;

/// Why a message can't be encrypted for a device.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum EncryptionError {
    #[error("the device's keys can't be used")]
    Keys,
    #[error("the message is too long")]
    TooLong,
}

/// Encrypts for a device, with a key pair and a salt of this message's own.
pub(super) fn encrypt(rng: &dyn Rng, device: &PushDevice, plain: &[u8]) -> Result<Vec<u8>, EncryptionError> {
    let mut salt = [0u8; 16];
    rng.fill(&mut salt);
    encrypt_with(&new_secret(rng), &salt, device, plain)
}

/// A private key of P-256: a number below the curve's order, which almost every number of this length is.
fn new_secret(rng: &dyn Rng) -> SecretKey {
    loop {
        let mut bytes = [0u8; 32];
        rng.fill(&mut bytes);
        if let Ok(secret) = SecretKey::from_slice(&bytes) {
            return secret;
        }
    }
}

fn encrypt_with(
    secret: &SecretKey,
    salt: &[u8; 16],
    device: &PushDevice,
    plain: &[u8],
) -> Result<Vec<u8>, EncryptionError> {
    if plain.len() > LONGEST {
        return Err(EncryptionError::TooLong);
    }
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| EncryptionError::Keys);
    let (theirs, auth) = (decode(&device.p256dh)?, decode(&device.auth)?);
    let their_key = PublicKey::from_sec1_bytes(&theirs).map_err(|_| EncryptionError::Keys)?;
    let ours = secret.public_key().to_encoded_point(false);
    let shared = ecdh::diffie_hellman(secret.to_nonzero_scalar(), their_key.as_affine());

    let info = [b"WebPush: info\0".as_slice(), &theirs, ours.as_bytes()].concat();
    let material: [u8; 32] = expanded(&auth, shared.raw_secret_bytes(), &info);
    let key: [u8; 16] = expanded(salt, &material, b"Content-Encoding: aes128gcm\0");
    let nonce: [u8; 12] = expanded(salt, &material, b"Content-Encoding: nonce\0");

    // 2: this record is the last one.
    let record = [plain, &[2]].concat();
    let sealed = Aes128Gcm::new(&key.into())
        .encrypt(Nonce::from_slice(&nonce), record.as_slice())
        .map_err(|_| EncryptionError::TooLong)?;
    let length = u8::try_from(ours.len()).map_err(|_| EncryptionError::Keys)?;
    Ok([salt.as_slice(), &RECORD.to_be_bytes(), &[length], ours.as_bytes(), &sealed].concat())
}

fn expanded<const N: usize>(salt: &[u8], material: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0u8; N];
    Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut out).expect("shorter than 255 hashes");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8291, appendix A.
    #[test]
    fn the_standards_own_example_comes_out() {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let secret = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let device = PushDevice {
            endpoint: String::new(),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
                .to_owned(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        };
        let body = encrypt_with(&secret, &salt, &device, b"When I grow up, I want to be a watermelon").unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let device = PushDevice { endpoint: String::new(), p256dh: "AAAA".to_owned(), auth: "AAAA".to_owned() };
        let rng = caas::kernel::rng::SeededRng::new(1);
        assert_eq!(encrypt(&rng, &device, b"x"), Err(EncryptionError::Keys));
        assert_eq!(encrypt(&rng, &device, &[0; 4096]), Err(EncryptionError::TooLong));
    }
}
