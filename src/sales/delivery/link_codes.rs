//! One-time codes that link the mobile app to a car, made only after the key has changed hands.

use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{OrderId, UserId, VehicleId};
use crate::kernel::locale::Locale;
use crate::kernel::rng::Rng;
use crate::sales::model::OrderStatus;
use crate::sales::orders::{self, Order};
use crate::sales::who::Who;
use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

/// Letters and digits that nobody takes for another one.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Signs of a code: 31 to the power of 8 are 850,000 million.
const LENGTH: usize = 8;
/// How long a code is good for.
pub const LASTS: TimeDelta = TimeDelta::minutes(30);
/// Wrong codes that one person may type within [`WINDOW`].
const TRIES: i64 = 10;
/// In which [`TRIES`] are counted.
const WINDOW: TimeDelta = TimeDelta::hours(1);

codes! {
    /// Why a code did not link anything.
    pub enum LinkRefusal {
        /// Not a code that is good for this person: mistyped, used, too old, or of another's car.
        Wrong = "WRONG",
        /// Too many wrong ones: later.
        TooMany = "TOO_MANY",
        /// The device needs a name of at most 60 characters.
        Name = "NAME",
    }
}

impl LinkRefusal {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            LinkRefusal::Wrong => locale.t(
                "El código no vale: está mal escrito, ya se usó o han pasado 30 minutos. Pide uno nuevo.",
                "The code is not good: mistyped, used already, or older than 30 minutes. Ask for a new one.",
            ),
            LinkRefusal::TooMany => {
                locale.t("Demasiados intentos. Prueba dentro de una hora.", "Too many tries. Try again in an hour.")
            }
            LinkRefusal::Name => locale.t(
                "Escribe un nombre para el dispositivo, de 60 caracteres como mucho.",
                "Enter a name for the device, of at most 60 characters.",
            ),
        }
    }
}

/// Makes a new code for a car that its customer has; the one before is void. `None` when there is no such order for this
/// person or the key has not changed hands. The code is shown once and only its hash is kept.
pub async fn make(caas: &Caas, tx: &mut Tx, who: &Who, order: OrderId) -> Result<Option<String>> {
    let Some(order) = who.order_to_change(tx, order).await? else { return Ok(None) };
    if order.status != OrderStatus::Delivered {
        return Ok(None);
    }
    // The car may have another owner by now.
    let (owner, _) =
        sql!(tx, one(Option<UserId>, String), "SELECT customer_id, vin FROM vehicles WHERE id = $1", order.vehicle_id)?;
    if owner.is_none() || owner != order.customer_id {
        return Ok(None);
    }
    Ok(Some(issue(caas, tx, &order, who.actor()).await?))
}

/// Makes the code of an order that was just handed over.
pub(super) async fn issue(caas: &Caas, tx: &mut Tx, order: &Order, by: Actor) -> Result<String> {
    let now = caas.now();
    let vehicle = order.vehicle_id.ok_or_else(|| Failure::Stored("a delivered order without a car".to_owned()))?;
    sql!(tx, execute "UPDATE link_codes SET used_at = $1 WHERE order_id = $2 AND used_at IS NULL", now, order.id)?;
    let code = new_code(&*caas.rng);
    sql!(tx, execute
        "INSERT INTO link_codes (code_hash, vehicle_id, order_id, expires_at, created_at) VALUES ($1, $2, $3, $4, $5)",
        hashed(&code), vehicle, order.id, now + LASTS, now)?;
    write(caas, tx, order.customer_id, vehicle, by, "MADE").await?;
    orders::announce(tx, order);
    Ok(code)
}

/// A one-time code that people read out to each other. Each sign equally likely: bytes that would favour the first ones are thrown away.
pub(crate) fn new_code(rng: &dyn Rng) -> String {
    let signs = ALPHABET.len();
    let fair = (256 / signs * signs) as u8;
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let mut bytes = [0u8; LENGTH];
        rng.fill(&mut bytes);
        let drawn = bytes.into_iter().filter(|byte| *byte < fair).map(|byte| ALPHABET[byte as usize % signs] as char);
        code.extend(drawn.take(LENGTH - code.len()));
    }
    code
}

/// What is kept of a code. As people type it: in groups, in small letters.
pub(crate) fn hashed(typed: &str) -> String {
    let code: String = typed.to_uppercase().chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    hex::encode(Sha256::digest(code.as_bytes()))
}

/// Until when the code that was made last is good; `None` when there is none.
pub async fn open_until(caas: &Caas, tx: &mut Tx, order: OrderId) -> Result<Option<Timestamp>> {
    let open = sql!(
        tx,
        optional(Timestamp, OrderId),
        "SELECT expires_at, order_id FROM link_codes WHERE order_id = $1 AND used_at IS NULL AND expires_at > $2",
        order,
        caas.now()
    )?;
    Ok(open.map(|(until, _)| until))
}

/// Links a person's device to the car that the code was made for: once, in time, and only for the car's customer. A wrong
/// code is counted, so the caller commits whatever the answer is.
pub async fn link(
    caas: &Caas,
    tx: &mut Tx,
    user: UserId,
    code: &str,
    device: &str,
) -> Result<std::result::Result<VehicleId, LinkRefusal>> {
    let name = device.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Ok(Err(LinkRefusal::Name));
    }
    let now = caas.now();
    let counter = format!("link_code:{}", hex::encode(Sha256::digest(user.0.as_bytes())));
    // Locks the row, so that nobody else counts from the same number.
    let (count, since) = sql!(
        tx,
        one(i64, Timestamp),
        "INSERT INTO attempt_limits (key, window_started_at, last_at, count) VALUES ($1, $2, $2, 0)
         ON CONFLICT (key) DO UPDATE SET count = attempt_limits.count
         RETURNING count, window_started_at",
        &counter,
        now
    )?;
    let (count, since) = if now - since >= WINDOW { (0, now) } else { (count, since) };
    if count >= TRIES {
        return Ok(Err(LinkRefusal::TooMany));
    }
    let used = sql!(
        tx,
        optional(VehicleId, OrderId),
        "UPDATE link_codes SET used_at = $1
         WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $1
           AND EXISTS (SELECT 1 FROM vehicles v WHERE v.id = link_codes.vehicle_id AND v.customer_id = $3)
         RETURNING vehicle_id, order_id",
        now,
        hashed(code),
        user
    )?;
    let Some((vehicle, order)) = used else {
        sql!(tx, execute
            "UPDATE attempt_limits SET count = $1, window_started_at = $2, last_at = $3 WHERE key = $4",
            count + 1, since, now, &counter)?;
        return Ok(Err(LinkRefusal::Wrong));
    };
    sql!(tx, execute "DELETE FROM attempt_limits WHERE key = $1", &counter)?;
    sql!(tx, execute
        "INSERT INTO linked_apps (id, vehicle_id, user_id, name, linked_at) VALUES ($1, $2, $3, $4, $5)",
        caas.new_uuid(), vehicle, user, &name, now)?;
    write(caas, tx, Some(user), vehicle, Actor::customer(user), "USED").await?;
    tx.announce(format!("order:{order}"));
    Ok(Ok(vehicle))
}

/// A telephone that is linked to a car.
#[derive(Debug, Clone, FromRow)]
pub struct LinkedApp {
    /// Its id.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub linked_at: Timestamp,
}

/// The devices that a customer has linked to a car, the newest first.
pub async fn linked(tx: &mut Tx, customer: UserId, vehicle: VehicleId) -> Result<Vec<LinkedApp>> {
    Ok(sql!(tx, all LinkedApp,
        "SELECT id, name, linked_at FROM linked_apps WHERE vehicle_id = $1 AND user_id = $2
         ORDER BY linked_at DESC, id DESC", vehicle, customer)?)
}

async fn write(
    caas: &Caas,
    tx: &mut Tx,
    customer: Option<UserId>,
    vehicle: VehicleId,
    by: Actor,
    what: &str,
) -> Result<()> {
    let entry = Entry {
        vehicle: Some(vehicle),
        data: serde_json::json!({ "code": what }),
        visible: true,
        ..Entry::new(customer, by, EntryKind::AppLinked, SubjectKind::Vehicle, vehicle.0)
    };
    record(caas, tx, entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::rng::SeededRng;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_of_unlike_signs_and_never_the_same() {
        let rng = SeededRng::new(1);
        let codes: BTreeSet<String> = (0..2_000).map(|_| new_code(&rng)).collect();
        assert_eq!(codes.len(), 2_000);
        let mut seen = BTreeSet::new();
        for code in &codes {
            assert_eq!(code.len(), LENGTH);
            assert!(code.bytes().all(|sign| ALPHABET.contains(&sign)), "{code}");
            seen.extend(code.bytes());
        }
        assert_eq!(seen.len(), ALPHABET.len());
        assert!(!ALPHABET.iter().any(|sign| b"01ILO".contains(sign)));
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        assert_eq!(hashed("abcd-2345"), hashed(" ABCD 2345 "));
        assert_ne!(hashed("ABCD2345"), hashed("ABCD2346"));
    }
}
