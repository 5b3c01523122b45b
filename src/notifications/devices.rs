//! Browsers that take push messages.
//!
//! A device belongs to the session in which its owner switched messages on, and goes when somebody ends that session: a
//! shared computer shows nothing of whoever has left it. A session that merely runs out takes nothing along, else a
//! telephone would fall silent after half a day; whoever signs in there next takes the device over or drives it out.

use super::port::PushDevice;
use crate::Caas;
use crate::kernel::Timestamp;
use crate::kernel::database::{Database, Tx};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::UserId;
use crate::kernel::rng::Rng;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sqlx::FromRow;
use uuid::Uuid;

/// Devices of one person; the oldest gives way.
const MOST_DEVICES: i64 = 10;

/// Bytes of a public key of P-256, uncompressed (RFC 8291 §3.1).
const KEY_BYTES: usize = 65;

/// Bytes of an authentication secret.
const AUTH_BYTES: usize = 16;

/// A device as its owner sees it.
#[derive(Debug, Clone, FromRow)]
pub struct Device {
    /// Its id.
    pub id: Uuid,
    /// Browser and system.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// The last message it took.
    pub sent_at: Option<Timestamp>,
}

/// What a browser gives when it agrees to take messages.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// The device's own address and keys.
    pub device: PushDevice,
    /// Browser and system, for its owner.
    pub label: String,
}

/// Keeps a device for as long as nobody ends the session with this handle. `None` when the address or the keys can't be
/// used.
///
/// A browser has one address: on a shared computer it goes to whoever agreed last.
pub async fn subscribe(caas: &Caas, user: UserId, session: &str, subscription: &Subscription) -> Result<Option<Uuid>> {
    let PushDevice { endpoint, p256dh, auth } = &subscription.device;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map(|bytes| bytes.len()).ok();
    if endpoint.len() > 1000
        || bytes(p256dh) != Some(KEY_BYTES)
        || bytes(auth) != Some(AUTH_BYTES)
        || !caas.push.accepts(endpoint)
    {
        return Ok(None);
    }
    let label: String = subscription.label.chars().filter(|c| !c.is_control()).take(80).collect();
    let mut tx = caas.db.begin().await?;
    let (id,) = sql!(
        &mut tx,
        one(Uuid,),
        "INSERT INTO push_devices (id, user_id, session, endpoint, p256dh, auth, label, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (endpoint) DO UPDATE SET user_id = excluded.user_id, session = excluded.session,
                                              p256dh = excluded.p256dh, auth = excluded.auth, label = excluded.label
         RETURNING id",
        caas.new_uuid(),
        user,
        session,
        endpoint,
        p256dh,
        auth,
        &label,
        caas.now()
    )?;
    sql!(&mut tx, execute
        "DELETE FROM push_devices WHERE user_id = $1 AND id NOT IN
           (SELECT id FROM push_devices WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)", user, MOST_DEVICES)?;
    tx.commit().await?;
    Ok(Some(id))
}

/// Somebody has signed in where this device is: it goes along into the owner's new session; another's is forgotten.
pub async fn signed_in(caas: &Caas, device: Uuid, user: UserId, session: &str) -> Result<()> {
    let mut tx = caas.db.begin().await?;
    let own = sql!(&mut tx, execute
        "UPDATE push_devices SET session = $1 WHERE id = $2 AND user_id = $3", session, device, user)?;
    if own == 0 {
        sql!(&mut tx, execute "DELETE FROM push_devices WHERE id = $1", device)?;
    }
    tx.commit().await
}

/// Whoever was signed in where this device is has left, perhaps from a session that had run out.
pub async fn signed_out(caas: &Caas, device: Uuid) -> Result<()> {
    let mut tx = caas.db.begin().await?;
    sql!(&mut tx, execute "DELETE FROM push_devices WHERE id = $1", device)?;
    tx.commit().await
}

/// Which of a person's sessions somebody has ended.
pub(crate) enum Ended<'a> {
    /// This one.
    One(&'a str),
    /// All but this one.
    AllBut(&'a str),
    /// All.
    All,
}

/// Forgets the devices of sessions that somebody has ended, in the same transaction.
pub(crate) async fn forget_of(tx: &mut Tx, user: UserId, ended: Ended<'_>) -> Result<()> {
    match ended {
        Ended::One(session) => {
            sql!(tx, execute "DELETE FROM push_devices WHERE user_id = $1 AND session = $2", user, session)?
        }
        Ended::AllBut(kept) => {
            sql!(tx, execute "DELETE FROM push_devices WHERE user_id = $1 AND (session IS NULL OR session <> $2)", user, kept)?
        }
        Ended::All => sql!(tx, execute "DELETE FROM push_devices WHERE user_id = $1", user)?,
    };
    Ok(())
}

/// A person's devices, oldest first.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<Device>> {
    Ok(sql!(tx, all Device,
        "SELECT id, label, created_at, sent_at FROM push_devices WHERE user_id = $1 ORDER BY created_at, id", user)?)
}

/// Forgets a device of this person's.
pub async fn forget(caas: &Caas, user: UserId, device: Uuid) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let gone = sql!(&mut tx, execute "DELETE FROM push_devices WHERE id = $1 AND user_id = $2", device, user)?;
    tx.commit().await?;
    Ok(gone == 1)
}

/// The private key push messages are signed with where none is configured: made once and kept with the database, because
/// browsers bind themselves to it.
pub async fn kept_key(db: &Database, rng: &dyn Rng, now: Timestamp) -> Result<[u8; 32]> {
    let mut made = [0u8; 32];
    rng.fill(&mut made);
    // Any number below the order of the curve will do; its first 32 bits are ones.
    made[0] &= 0x7f;
    let mut tx = db.begin().await?;
    sql!(&mut tx, execute
        "INSERT INTO push_key (id, secret, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING", made.to_vec(), now)?;
    let (secret, _) = sql!(&mut tx, one(Vec<u8>, i64), "SELECT secret, id FROM push_key WHERE id = 1")?;
    tx.commit().await?;
    secret.try_into().map_err(|_| Failure::Stored("the key of push messages has another length".to_owned()))
}
