//! Handing messages to the next system: one job a row, tried again with growing delays for a day.
//!
//! Ids are stable over all tries (Message-ID, idempotency key, the tag of a push message), so that a try whose answer was
//! lost is recognised. A message that promises that nothing was charged waits until that is true.

use super::model::{Channel, DeliveryStatus, NoticeEvent, NoticeGroup};
use super::port::{DeliveryError, Email, PushDevice, PushMessage, TextMessage, Urgency};
use super::preferences::unsubscribe_address;
use super::signed;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::service::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::failpoint;
use crate::kernel::ids::{ActivationId, NotificationId, UserId};
use crate::kernel::jobs::{self, Enqueue, Job, JobError, Outcome, Run};
use crate::kernel::locale::Locale;
use crate::kernel::spans;
use crate::monitoring::failures::{NewFailure, detected};
use crate::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

/// After a day the other channels have to do.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(1);

/// The longest pause that another system may ask for.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

/// How long a push service keeps a message for a device that is away.
const PUSH_LIFETIME: TimeDelta = TimeDelta::days(1);

/// Hands one email to the mail system.
#[derive(Serialize, Deserialize)]
pub struct SendEmail {
    notification: NotificationId,
}

/// Hands one push message to the push services of a person's devices.
#[derive(Serialize, Deserialize)]
pub struct SendPush {
    notification: NotificationId,
}

/// Hands one text message to the provider.
#[derive(Serialize, Deserialize)]
pub struct SendSms {
    notification: NotificationId,
}

/// Shows a message in the app that was held back.
#[derive(Serialize, Deserialize)]
pub struct Release {
    notification: NotificationId,
}

impl Job for SendEmail {
    const KIND: &'static str = "notifications.send_email";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let Some(message) = ready(caas, self.notification).await? else { return Ok(Outcome::Done) };
        let Ready::Send(message) = message else { return Ok(hold_back(caas, self.notification).await?) };
        let (text, html) = if signed::has_mark(&message.body_text) {
            let key = signed::make_key(caas).await?;
            (signed::sign_in_text(&key, &message.body_text), signed::sign_in_text(&key, &message.body_html))
        } else {
            (message.body_text.clone(), message.body_html.clone())
        };
        let email = Email {
            to: message.address.clone().unwrap_or_default(),
            subject: message.subject.clone(),
            text,
            html,
            message_id: format!("{}@caas", self.notification),
            unsubscribe: message.unsubscribe_token.as_deref().map(|token| unsubscribe_address(caas, token)),
        };
        let result = caas.mailer.send(&email).await;
        failpoint::hit("notification.email.answered");
        Ok(settle(caas, &message, result).await?)
    }
}

impl Job for SendSms {
    const KIND: &'static str = "notifications.send_sms";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let Some(message) = ready(caas, self.notification).await? else { return Ok(Outcome::Done) };
        let Ready::Send(message) = message else { return Ok(hold_back(caas, self.notification).await?) };
        let text = TextMessage {
            to: message.address.clone().unwrap_or_default(),
            body: message.body_text.clone(),
            idempotency_key: self.notification.to_string(),
        };
        let result = caas.sms.send(&text).await;
        failpoint::hit("notification.sms.answered");
        Ok(settle(caas, &message, result).await?)
    }
}

impl Job for SendPush {
    const KIND: &'static str = "notifications.send_push";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let Some(message) = ready(caas, self.notification).await? else { return Ok(Outcome::Done) };
        let Ready::Send(message) = message else { return Ok(hold_back(caas, self.notification).await?) };
        let result = to_every_device(caas, &message).await?;
        Ok(settle(caas, &message, result).await?)
    }
}

impl Job for Release {
    const KIND: &'static str = "notifications.release";

    async fn run(self, caas: &Caas, _run: Run) -> Result<Outcome, JobError> {
        let Some(message) = ready(caas, self.notification).await? else { return Ok(Outcome::Done) };
        let Ready::Send(message) = message else { return Ok(hold_back(caas, self.notification).await?) };
        Ok(settle(caas, &message, Ok(())).await?)
    }
}

/// Has a message sent.
pub(super) async fn enqueue(
    caas: &Caas,
    tx: &mut Tx,
    channel: Channel,
    notification: NotificationId,
    at: Timestamp,
) -> Result<()> {
    let when = Enqueue::at(at);
    match channel {
        Channel::Email => jobs::enqueue(caas, tx, &SendEmail { notification }, when).await,
        Channel::Push => jobs::enqueue(caas, tx, &SendPush { notification }, when).await,
        Channel::Sms => jobs::enqueue(caas, tx, &SendSms { notification }, when).await,
        Channel::InApp => jobs::enqueue(caas, tx, &Release { notification }, when).await,
    }
}

/// Whether the promise that nothing was charged is untrue: money was taken and has not been given back.
pub(super) async fn is_untrue(tx: &mut Tx, activation: Option<ActivationId>) -> Result<bool> {
    let Some(activation) = activation else { return Ok(false) };
    let charged = sql!(
        tx,
        optional(i64,),
        "SELECT CAST(1 AS BIGINT) FROM payments
         WHERE (service_activation_id = $1 OR order_id = $1) AND captured_cents > refunded_cents LIMIT 1",
        activation
    )?;
    Ok(charged.is_some())
}

/// A message that waits to be sent.
#[derive(FromRow)]
struct Waiting {
    id: NotificationId,
    user_id: UserId,
    event: String,
    channel: String,
    locale: String,
    address: Option<String>,
    subject: String,
    body_text: String,
    body_html: String,
    link: Option<String>,
    secret: bool,
    attempts: i64,
    created_at: Timestamp,
    deadline_at: Timestamp,
    late_at: Option<Timestamp>,
    held_back_at: Option<Timestamp>,
    activation_id: Option<ActivationId>,
    unsubscribe_token: Option<String>,
    unique_key: String,
}

async fn load(tx: &mut Tx, id: NotificationId) -> Result<Option<Waiting>> {
    Ok(sql!(tx, optional Waiting,
        "SELECT id, user_id, event, channel, locale, address, subject, body_text, body_html, link, secret, attempts, created_at,
                deadline_at, late_at, held_back_at, activation_id, unsubscribe_token, unique_key
         FROM notifications WHERE id = $1 AND status = 'WAITING'", id)?)
}

enum Ready {
    Send(Box<Waiting>),
    /// Its promise is untrue.
    NotYet,
}

/// The message, if it still waits. Looked at right before it leaves.
async fn ready(caas: &Caas, id: NotificationId) -> Result<Option<Ready>> {
    let mut tx = caas.db.read().await?;
    let Some(message) = load(&mut tx, id).await? else { return Ok(None) };
    message.about().into_iter().for_each(spans::concerns);
    let untrue = is_untrue(&mut tx, message.activation_id).await?;
    Ok(Some(if untrue { Ready::NotYet } else { Ready::Send(Box::new(message)) }))
}

/// Keeps a message whose promise is untrue, raises the alarm once, and looks again later.
async fn hold_back(caas: &Caas, id: NotificationId) -> Result<Outcome> {
    let now = caas.now();
    let mut tx = caas.db.begin().await?;
    let Some(message) = load(&mut tx, id).await? else { return Ok(Outcome::Done) };
    if message.held_back_at.is_none() {
        tracing::error!(notification = %id, event = %message.event, "notification_promise_untrue");
        metrics::counter!("caas_notifications_held_back_total", "event" => message.event.clone()).increment(1);
        record(caas, &mut tx, message.entry(EntryKind::PromiseUntrue)).await?;
    }
    note_lateness(caas, &mut tx, &message, now).await?;
    sql!(&mut tx, execute
        "UPDATE notifications SET held_back_at = COALESCE(held_back_at, $1), last_error = 'PROMISE_UNTRUE' WHERE id = $2", now, id)?;
    let since = now - message.held_back_at.unwrap_or(now);
    let again = if since < TimeDelta::hours(1) { TimeDelta::minutes(1) } else { TimeDelta::minutes(15) };
    Ok(Outcome::AgainIn(now + again, tx))
}

impl Waiting {
    /// The purchase, sale or invoice that it tells of: its key is the event, and the id of what it is about. Messages about
    /// an account are about a person, and no trace is named after one.
    fn about(&self) -> Option<Uuid> {
        let event: NoticeEvent = self.event.parse().ok()?;
        let key = self.unique_key.strip_prefix(event.as_str())?.strip_prefix(':')?;
        match event.plan().group {
            NoticeGroup::Services | NoticeGroup::Problems | NoticeGroup::Payments | NoticeGroup::Order => {
                key.split(':').next()?.parse().ok()
            }
            NoticeGroup::Support | NoticeGroup::Vehicle | NoticeGroup::Account | NoticeGroup::Staff => None,
        }
    }

    /// An entry about it. Its words and the address stay out: entries outlive an erasure.
    fn entry(&self, kind: EntryKind) -> Entry {
        let data = serde_json::json!({
            "event": self.event, "channel": self.channel, "deadline": self.deadline_at, "activation": self.activation_id,
        });
        Entry { data, ..Entry::new(Some(self.user_id), Actor::SYSTEM, kind, SubjectKind::Notification, self.id.0) }
    }
}

/// Writes down, once, that the deadline has passed before the message was handed over.
async fn note_lateness(caas: &Caas, tx: &mut Tx, message: &Waiting, now: Timestamp) -> Result<()> {
    if now < message.deadline_at || message.late_at.is_some() {
        return Ok(());
    }
    metrics::counter!("caas_notifications_late_total", "channel" => message.channel.clone()).increment(1);
    record(caas, tx, message.entry(EntryKind::NotificationLate)).await?;
    sql!(tx, execute "UPDATE notifications SET late_at = $1 WHERE id = $2", now, message.id)?;
    Ok(())
}

/// Writes down how a try ended, and when the next one is due.
async fn settle(caas: &Caas, message: &Waiting, result: Result<(), DeliveryError>) -> Result<Outcome> {
    let now = caas.now();
    let may_wait = now - message.created_at < GIVE_UP_AFTER;
    let (status, pause) = match &result {
        Ok(()) => (DeliveryStatus::Sent, None),
        Err(DeliveryError::Transient(_)) if may_wait => (DeliveryStatus::Waiting, Some(pause(caas, message, now))),
        Err(DeliveryError::NotBefore(asked)) if may_wait => {
            (DeliveryStatus::Waiting, Some((*asked).clamp(TimeDelta::seconds(1), LONGEST_PAUSE)))
        }
        Err(_) => (DeliveryStatus::Failed, None),
    };
    let error = result.err().map(|error| error.to_string());
    metrics::counter!("caas_notifications_total", "channel" => message.channel.clone(), "status" => status.as_str())
        .increment(1);
    let mut tx = caas.db.begin().await?;
    note_lateness(caas, &mut tx, message, now).await?;
    sql!(&mut tx, execute
        "UPDATE notifications SET status = $1, last_error = $2, attempts = attempts + 1, sent_at = $3 WHERE id = $4",
        status.as_str(), error.as_deref(), (status == DeliveryStatus::Sent).then_some(now), message.id)?;
    if let Some(pause) = pause {
        // A look at the deadline itself, so that lateness is noticed when it begins.
        let next = now + pause;
        let at = if now < message.deadline_at { next.min(message.deadline_at) } else { next };
        return Ok(Outcome::AgainIn(at, tx));
    }
    if status == DeliveryStatus::Failed {
        let event: NoticeEvent = message.event.parse()?;
        let failure = NewFailure {
            kind: FailureType::Notification,
            subject: message.id.0,
            category: FailureCategory::ExternalSystem,
            component: Component::Notifications,
            customer: Some(message.user_id),
            // The error itself may name an address.
            code: Some(&message.channel),
            attempts: message.attempts + 1,
            resolution: Resolution::OtherChannels,
            communication: Some(event.as_str()),
            impact: None,
        };
        detected(caas, &mut tx, &failure).await?;
    }
    if message.secret {
        sql!(&mut tx, execute "UPDATE notifications SET body_text = '', body_html = '' WHERE id = $1", message.id)?;
    }
    if message.channel == Channel::InApp.as_str() {
        tx.announce(format!("bell:{}", message.user_id));
    }
    Ok(Outcome::DoneIn(tx))
}

/// 1 s, 2 s, 4 s … a minute at most in the first hour, so that a short outage costs no deadline; a quarter of an hour later.
fn pause(caas: &Caas, message: &Waiting, now: Timestamp) -> TimeDelta {
    let most = if now - message.created_at < TimeDelta::hours(1) { 60 } else { 900 };
    let exponent = u32::try_from(message.attempts.clamp(0, 10)).unwrap_or(0);
    let seconds = (1i64 << exponent).min(most);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most 990,000")]
    let millis = (seconds as f64 * 1000.0 * caas.jitter(0.1)) as i64;
    TimeDelta::milliseconds(millis)
}

#[derive(FromRow)]
struct DeviceRow {
    id: Uuid,
    endpoint: String,
    p256dh: String,
    auth: String,
}

/// Sends a push message to each device that has not got it, and forgets devices that are gone. One that took it is
/// enough; when none did, what the last one said counts.
async fn to_every_device(caas: &Caas, message: &Waiting) -> Result<Result<(), DeliveryError>> {
    let mut tx = caas.db.read().await?;
    let devices = sql!(&mut tx, all DeviceRow,
        "SELECT id, endpoint, p256dh, auth FROM push_devices d
         WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM push_deliveries p WHERE p.notification_id = $2 AND p.device_id = d.id)
         ORDER BY created_at, id LIMIT 20", message.user_id, message.id)?;
    let (mut taken, _) = sql!(
        &mut tx,
        one(i64, i64),
        "SELECT COUNT(*), CAST(0 AS BIGINT) FROM push_deliveries WHERE notification_id = $1",
        message.id
    )?;
    drop(tx);
    let push = message.push()?;
    let mut trouble = None;
    for device in devices {
        let to = PushDevice { endpoint: device.endpoint, p256dh: device.p256dh, auth: device.auth };
        let result = caas.push.send(&to, &push).await;
        failpoint::hit("notification.push.answered");
        let mut tx = caas.db.begin().await?;
        match result {
            Ok(()) => {
                let now = caas.now();
                taken += 1;
                sql!(&mut tx, execute
                    "INSERT INTO push_deliveries (notification_id, device_id, sent_at) VALUES ($1, $2, $3)
                     ON CONFLICT (notification_id, device_id) DO NOTHING", message.id, device.id, now)?;
                sql!(&mut tx, execute "UPDATE push_devices SET sent_at = $1 WHERE id = $2", now, device.id)?;
            }
            Err(DeliveryError::Gone) => {
                sql!(&mut tx, execute "DELETE FROM push_devices WHERE id = $1", device.id)?;
            }
            Err(error) => trouble = Some(worse(trouble, error)),
        }
        tx.commit().await?;
    }
    Ok(match trouble {
        // What may still reach a device is tried again; what is refused for good is not, if another device has it.
        Some(error @ (DeliveryError::Transient(_) | DeliveryError::NotBefore(_))) => Err(error),
        _ if taken > 0 => Ok(()),
        Some(error) => Err(error),
        None => Err(DeliveryError::Gone),
    })
}

/// Of two troubles the one that is worth another try, and of those the longer pause.
fn worse(before: Option<DeliveryError>, now: DeliveryError) -> DeliveryError {
    match (before, now) {
        (None, now) => now,
        (Some(DeliveryError::NotBefore(a)), DeliveryError::NotBefore(b)) => DeliveryError::NotBefore(a.max(b)),
        (Some(before @ (DeliveryError::NotBefore(_) | DeliveryError::Transient(_))), _) => before,
        (Some(_), now) => now,
    }
}

impl Waiting {
    fn push(&self) -> Result<PushMessage> {
        let event: NoticeEvent = self.event.parse()?;
        let locale: Locale = self.locale.parse()?;
        let urgency = match event.within_minutes() {
            0..=1 => Urgency::High,
            2..=15 => Urgency::Normal,
            _ => Urgency::Low,
        };
        Ok(PushMessage {
            id: self.id,
            title: self.subject.clone(),
            body: self.body_text.clone(),
            link: self.link.clone().unwrap_or_else(|| "/notificaciones".to_owned()),
            locale: locale.as_str(),
            time_to_live: PUSH_LIFETIME,
            urgency,
        })
    }
}
