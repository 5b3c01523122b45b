//! Passwords: read, judged, hashed. The text never leaves this type.

use super::model::Problem;
use super::rules;
use crate::Caas;
use crate::kernel::error::{Failure, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use std::cell::Cell;
use std::fmt;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

/// Hashes at the same time: each takes 19 MiB and a processor for a while.
static ROOM: Semaphore = Semaphore::const_new(2);

/// The hash of a password nobody has, to do the same work when there is no account. Same parameters as real ones.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$8ncAAPJ3AADydwAA8ncAAA$U21vLvfX74puD0pvign74em59JcmimwY1RQkMCg65X0";

tokio::task_local! {
    static WORK: Cell<u32>;
}

/// A password as somebody typed it, in Unicode's composed form (NFC), so that it is the same on every keyboard.
#[derive(Clone)]
pub struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The hash of a password, in PHC form. It goes to the database and nowhere else.
#[derive(Clone)]
pub(super) struct Hash(pub String);

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(…)")
    }
}

impl Password {
    /// A password being chosen: judged by [`rules::judge_password`]. `personal` are words its owner's attackers know.
    pub fn choose(typed: &str, personal: &[&str]) -> Result<Password, Problem> {
        // What is far too long is not even normalised.
        if typed.len() > rules::PASSWORD_MAX * 8 {
            return Err(Problem::TooLong);
        }
        let password = Password(typed.nfc().collect());
        rules::judge_password(&password.0, personal)?;
        Ok(password)
    }

    /// A password to compare with the one in use. What is longer than any password is cut, and so is wrong.
    pub fn typed(typed: &str) -> Password {
        Password(typed.chars().take(rules::PASSWORD_MAX * 2).nfc().collect())
    }

    /// Its Argon2id hash with a fresh salt. Call with no transaction open.
    pub(super) async fn hash(&self, caas: &Caas) -> Result<Hash> {
        let mut salt = [0u8; 16];
        caas.rng.fill(&mut salt);
        let password = self.clone();
        at_work(move || {
            let salt = SaltString::encode_b64(&salt).map_err(|error| Failure::Stored(format!("salt: {error}")))?;
            let hash = Argon2::default()
                .hash_password(password.0.as_bytes(), &salt)
                .map_err(|error| Failure::Stored(format!("password hash: {error}")))?;
            Ok(Hash(hash.to_string()))
        })
        .await
    }

    /// Whether it is the hashed one. Without a hash the same work is done and the answer is no. Call with no
    /// transaction open.
    pub(super) async fn matches(&self, hash: Option<Hash>) -> Result<bool> {
        let password = self.clone();
        at_work(move || {
            let known = hash.is_some();
            let stored = hash.map_or_else(|| NOBODYS.to_owned(), |hash| hash.0);
            let parsed = PasswordHash::new(&stored)
                .map_err(|_| Failure::Stored("a password hash is not in PHC form".to_owned()))?;
            let right = Argon2::default().verify_password(password.0.as_bytes(), &parsed).is_ok();
            Ok(known && right)
        })
        .await
    }
}

/// Runs the slow work beside the runtime, not too much of it at a time.
async fn at_work<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _ = WORK.try_with(|count| count.set(count.get() + 1));
    let _room = ROOM.acquire().await.expect("this semaphore is never closed");
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::Stored(format!("password work: {error}")))?
}

/// Runs a use case and says how many password hashes it computed. Tests compare that rather than time, which is noisy.
pub async fn counting_hashes<F: Future>(use_case: F) -> (F::Output, u32) {
    WORK.scope(Cell::new(0), async {
        let output = use_case.await;
        (output, WORK.with(Cell::get))
    })
    .await
}
