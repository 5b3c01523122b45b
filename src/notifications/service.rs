//! Writing messages with what they tell.

use super::delivery;
use super::forms::{self, Letter};
use super::model::{Channel, DeliveryStatus, NoticeEvent, NoticeGroup, Use};
use super::preferences::{self, Preferences};
use super::signed;
use super::texts;
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::service::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, NotificationId, UserId, VehicleId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::Money;
use chrono::TimeDelta;
use sqlx::FromRow;

pub use super::texts::{BY_CUSTOMER, HAD_ENDED, OF_SUBSCRIPTION, reason_in_words};

/// How long a quiet message leaves room for a newer one about the same thing: a push message waits this long before it
/// leaves, and one in the app that nobody has seen gives way for this long.
pub const QUIET: TimeDelta = TimeDelta::minutes(5);

/// Something to be said to somebody.
#[derive(Debug, Clone)]
pub struct Notice {
    /// To whom.
    pub user: UserId,
    /// Which message.
    pub event: NoticeEvent,
    /// The same key is said once. It begins with the id of what it is about; what follows a colon tells apart what is said
    /// about it several times.
    pub key: String,
    /// What it is about: the service's name, or the step an order has reached.
    pub service: Bilingual,
    /// The car, as its owner knows it; when this is empty, the model's name of [`Notice::car`].
    pub vehicle: String,
    /// The car's id.
    pub car: Option<VehicleId>,
    /// The amount at stake.
    pub amount: Option<Money>,
    /// Code of the reason, put into words for the reader.
    pub reason: Option<String>,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// What somebody wrote, in the reader's language: an answer, an explanation, a date.
    pub text: Option<String>,
    /// Further paragraphs that follow from what it is about.
    pub more: Vec<Bilingual>,
    /// Whether it is about buying a car rather than a service in one.
    pub of_car: bool,
    /// The channels somebody chose for this one; nothing: those of the table.
    pub channels: Option<Vec<Channel>>,
    /// The order whose charge it promises something about. A key that is an order's id says the same.
    pub activation: Option<ActivationId>,
    /// The contract that the mail offers to withdraw from, by a link that works without signing in.
    pub withdraw: Option<ActivationId>,
    /// The page it leads to, local.
    pub link: String,
}

impl Notice {
    /// A notice without facts; set those it has with struct update.
    pub fn about(user: UserId, event: NoticeEvent, key: impl Into<String>, link: impl Into<String>) -> Notice {
        Notice {
            user,
            event,
            key: key.into(),
            service: Bilingual::default(),
            vehicle: String::new(),
            car: None,
            amount: None,
            reason: None,
            ticket: None,
            text: None,
            more: Vec::new(),
            of_car: false,
            channels: None,
            activation: None,
            withdraw: None,
            link: link.into(),
        }
    }

    /// The id of what it is about.
    fn thing(&self) -> &str {
        self.key.split(':').next().unwrap_or_default()
    }

    fn order(&self) -> Option<ActivationId> {
        self.activation.or_else(|| self.thing().parse().ok())
    }

    /// Whether it takes a channel, and whether it has to.
    fn takes(&self, channel: Channel, preferences: &Preferences) -> Option<Need> {
        if let Some(chosen) = &self.channels {
            return chosen.contains(&channel).then_some(Need::Must);
        }
        let plan = self.event.plan();
        match self.event.on(channel) {
            Use::Must => Some(Need::Must),
            Use::On => preferences.wants(plan.group, channel, true).then_some(Need::Optional),
            Use::Off => preferences.wants(plan.group, channel, false).then_some(Need::Optional),
            Use::Never => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Must,
    Optional,
}

#[derive(FromRow)]
struct Reader {
    email: String,
    name: String,
    locale: String,
    phone: Option<String>,
    devices: i64,
    choices: i64,
    vehicle: Option<String>,
}

/// Writes a message for each of its channels, in the caller's transaction. Saying the same thing again writes nothing.
///
/// What must be said on a channel on which the person can't be reached has its row too: skipped, with the reason.
pub async fn notify(caas: &Caas, tx: &mut Tx, notice: &Notice) -> Result<()> {
    let reader = sql!(tx, optional Reader,
        "SELECT email, name, locale, phone, (SELECT COUNT(*) FROM push_devices d WHERE d.user_id = users.id) AS devices,
                (SELECT COUNT(*) FROM notification_preferences p WHERE p.user_id = users.id) AS choices,
                (SELECT m.name FROM vehicles v JOIN vehicle_models m ON m.code = v.model_code WHERE v.id = $2) AS vehicle
         FROM users WHERE id = $1", notice.user, notice.car)?;
    let Some(reader) = reader else {
        return Err(Failure::Stored("a notice for nobody".to_owned()));
    };
    // No mail ever leads there (RFC 2606): the account was erased.
    if reader.email.ends_with(".invalid") {
        return Ok(());
    }
    let mut notice = notice.clone();
    if notice.vehicle.is_empty() {
        notice.vehicle = reader.vehicle.unwrap_or_default();
    }
    let notice = &notice;
    // Most people have never chosen anything.
    let preferences = if reader.choices > 0 { preferences::of(tx, notice.user).await? } else { Preferences::default() };
    let locale: Locale = reader.locale.parse()?;
    let message = texts::render(notice, locale);
    let link = format!("{}{}", caas.public_url, notice.link);
    let mut rows = Vec::new();
    for &channel in Channel::ALL {
        let Some(need) = notice.takes(channel, &preferences) else { continue };
        let unreachable = match channel {
            Channel::Push if reader.devices == 0 => Some("NO_DEVICE"),
            Channel::Sms if reader.phone.is_none() => Some("NO_PHONE"),
            _ => None,
        };
        if need == Need::Optional && unreachable.is_some() {
            continue;
        }
        let row = NewRow { unreachable, ..NewRow::of(notice, channel, locale, &message.subject) };
        rows.push(match channel {
            Channel::Email => {
                // Chosen mail and mail that must be said can't be switched off, so it does not offer it.
                let token = (need == Need::Optional).then(|| caas.rng.token());
                let unsubscribe = token.as_deref().map(|token| preferences::unsubscribe_address(caas, token));
                let withdraw = notice.withdraw.map(|activation| signed::unsigned_address(caas, activation));
                let letter = Letter {
                    name: &reader.name,
                    link: Some(&link),
                    withdraw: withdraw.as_deref(),
                    unsubscribe: unsubscribe.as_deref(),
                    locale,
                };
                NewRow {
                    address: Some(reader.email.clone()),
                    body_text: forms::plain(&message, &letter),
                    body_html: forms::html(&message, &letter),
                    unsubscribe_token: token,
                    ..row
                }
            }
            Channel::Push => NewRow { body_text: forms::push(&message), ..row },
            Channel::Sms => NewRow { address: reader.phone.clone(), body_text: forms::sms(&message, &link), ..row },
            Channel::InApp => NewRow { body_text: message.paragraphs.join("\n"), ..row },
        });
    }
    let written = insert(caas, tx, rows).await?;
    tell_the_story(caas, tx, notice, &written).await
}

/// The customer reads in the expediente that they were told, and where.
async fn tell_the_story(
    caas: &Caas,
    tx: &mut Tx,
    notice: &Notice,
    written: &[(NotificationId, Channel)],
) -> Result<()> {
    let Some((first, _)) = written.first() else { return Ok(()) };
    if notice.event.plan().group == NoticeGroup::Staff {
        return Ok(());
    }
    let subject = |locale| texts::render(notice, locale).subject;
    let channels: Vec<&str> = written.iter().map(|(_, channel)| channel.as_str()).collect();
    let vehicle = match (notice.car, notice.order()) {
        (Some(car), _) => Some(car),
        (None, Some(order)) => sql!(
            tx,
            optional(VehicleId, UserId),
            "SELECT vehicle_id, customer_id FROM service_activations WHERE service_activation_id = $1",
            order
        )?
        .map(|(id, _)| id),
        (None, None) => None,
    };
    let entry = Entry {
        vehicle,
        data: serde_json::json!({
            "event": notice.event, "key": format!("{}:{}", notice.event, notice.key),
            "subject": { "es": subject(Locale::Es), "en": subject(Locale::En) }, "channels": channels,
        }),
        visible: true,
        ..Entry::new(Some(notice.user), Actor::SYSTEM, EntryKind::CustomerTold, SubjectKind::Notification, first.0)
    };
    record(caas, tx, entry).await
}

/// A mail about the account itself, with texts of the accounts' own.
#[derive(Debug, Clone)]
pub struct AccountEmail {
    /// To whom.
    pub user: UserId,
    /// The address, which may be one that is not confirmed yet.
    pub address: String,
    /// The person's name for the salutation.
    pub name: String,
    /// The language.
    pub locale: Locale,
    /// One line.
    pub subject: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// Label and full address of the link.
    pub link: Option<(String, String)>,
    /// The link is a secret: the row forgets it after sending.
    pub secret: bool,
}

/// Writes a mail about the account, in the caller's transaction.
pub async fn send_account_email(caas: &Caas, tx: &mut Tx, mail: &AccountEmail) -> Result<()> {
    let (action, link) = mail.link.clone().unzip();
    let message = texts::Message {
        subject: mail.subject.clone(),
        short: String::new(),
        paragraphs: mail.paragraphs.clone(),
        action: action.unwrap_or_default(),
    };
    let letter =
        Letter { name: &mail.name, link: link.as_deref(), withdraw: None, unsubscribe: None, locale: mail.locale };
    let row = NewRow {
        user: mail.user,
        event: NoticeEvent::Account,
        channel: Channel::Email,
        unique_key: format!("account:{}", caas.new_uuid()),
        locale: mail.locale,
        address: Some(mail.address.clone()),
        subject: mail.subject.clone(),
        body_text: forms::plain(&message, &letter),
        body_html: forms::html(&message, &letter),
        link: None,
        secret: mail.secret,
        thing: None,
        activation: None,
        unsubscribe_token: None,
        unreachable: None,
    };
    insert(caas, tx, vec![row]).await?;
    Ok(())
}

struct NewRow {
    user: UserId,
    event: NoticeEvent,
    channel: Channel,
    unique_key: String,
    locale: Locale,
    address: Option<String>,
    subject: String,
    body_text: String,
    body_html: String,
    link: Option<String>,
    secret: bool,
    thing: Option<String>,
    activation: Option<ActivationId>,
    unsubscribe_token: Option<String>,
    /// Why the person can't be reached on this channel.
    unreachable: Option<&'static str>,
}

impl NewRow {
    fn of(notice: &Notice, channel: Channel, locale: Locale, subject: &str) -> NewRow {
        NewRow {
            user: notice.user,
            event: notice.event,
            channel,
            unique_key: format!("{}:{}:{channel}", notice.event, notice.key),
            locale,
            address: None,
            subject: subject.to_owned(),
            body_text: String::new(),
            body_html: String::new(),
            link: Some(notice.link.clone()),
            secret: false,
            thing: notice.event.is_quiet().then(|| notice.thing().to_owned()),
            activation: notice.event.promises_no_charge().then(|| notice.order()).flatten(),
            unsubscribe_token: None,
            unreachable: None,
        }
    }

    fn is_quiet_push(&self) -> bool {
        self.thing.is_some() && self.channel == Channel::Push
    }
}

/// A row on its way into the table.
struct Numbered {
    id: NotificationId,
    row: NewRow,
    status: DeliveryStatus,
}

/// Writes rows and has them sent. Returns those that are new and reach the person; what was said before is not said again.
async fn insert(caas: &Caas, tx: &mut Tx, rows: Vec<NewRow>) -> Result<Vec<(NotificationId, Channel)>> {
    let now = caas.now();
    let mut numbered = Vec::with_capacity(rows.len());
    for row in rows {
        // What is shown in the app is said by being written, unless its promise is untrue as yet.
        let shown = row.channel == Channel::InApp && !delivery::is_untrue(tx, row.activation).await?;
        let status = match (row.unreachable, shown) {
            (Some(_), _) => DeliveryStatus::Skipped,
            (None, true) => DeliveryStatus::Sent,
            (None, false) => DeliveryStatus::Waiting,
        };
        numbered.push(Numbered { id: caas.new_id(), row, status });
    }
    let mut reached = Vec::new();
    for Numbered { id, row, status } in write(tx, numbered, now).await? {
        if let Some(thing) = &row.thing {
            take_the_place_of_older(tx, id, &row, thing, now).await?;
        }
        match status {
            DeliveryStatus::Sent => tx.announce(format!("bell:{}", row.user)),
            DeliveryStatus::Waiting => {
                let at = if row.is_quiet_push() { now + QUIET } else { now };
                delivery::enqueue(caas, tx, row.channel, id, at).await?;
            }
            _ => continue,
        }
        reached.push((id, row.channel));
    }
    Ok(reached)
}

/// Writes rows in one statement and returns those that are new.
async fn write(tx: &mut Tx, rows: Vec<Numbered>, now: Timestamp) -> Result<Vec<Numbered>> {
    if rows.is_empty() {
        return Ok(rows);
    }
    let count = sql!(tx, insert
        "INSERT INTO notifications (id, user_id, event, channel, unique_key, locale, address, subject, body_text, body_html,
                                    link, secret, deadline_at, status, last_error, created_at, sent_at, thing, activation_id,
                                    unsubscribe_token)",
        &rows, |new| [
            new.id, new.row.user, new.row.event.as_str(), new.row.channel.as_str(), &new.row.unique_key,
            new.row.locale.as_str(), new.row.address.as_deref(), &new.row.subject, &new.row.body_text, &new.row.body_html,
            new.row.link.as_deref(), new.row.secret, now + TimeDelta::minutes(new.row.event.within_minutes()),
            new.status.as_str(), new.row.unreachable, now, (new.status == DeliveryStatus::Sent).then_some(now),
            new.row.thing.as_deref(), new.row.activation, new.row.unsubscribe_token.as_deref(),
        ], "ON CONFLICT (unique_key) DO NOTHING")?;
    if usize::try_from(count).is_ok_and(|count| count == rows.len()) {
        return Ok(rows);
    }
    let mut new = Vec::new();
    for row in rows {
        let found =
            sql!(tx, optional(NotificationId, String), "SELECT id, channel FROM notifications WHERE id = $1", row.id)?;
        new.extend(found.map(|_| row));
    }
    Ok(new)
}

/// Quiet messages about the same thing that nobody has seen yet give way to the newer one: in the app while unread, on
/// push while waiting, both for a short time. Mail stays as it is: it is read later and one by one.
async fn take_the_place_of_older(
    tx: &mut Tx,
    id: NotificationId,
    row: &NewRow,
    thing: &str,
    now: Timestamp,
) -> Result<()> {
    let gives_way = match row.channel {
        Channel::InApp => DeliveryStatus::Sent,
        Channel::Push => DeliveryStatus::Waiting,
        Channel::Email | Channel::Sms => return Ok(()),
    };
    sql!(tx, execute
        "UPDATE notifications SET status = 'MERGED', merged_into = $1
         WHERE user_id = $2 AND channel = $3 AND event = $4 AND thing = $5 AND status = $6 AND read_at IS NULL
           AND created_at > $7 AND id <> $1",
        id, row.user, row.channel.as_str(), row.event.as_str(), thing, gives_way.as_str(), now - QUIET)?;
    Ok(())
}

/// What became of the wish to send a message again.
pub(super) enum Copied {
    /// It can't be sent again.
    Nothing,
    /// The same wish was granted before.
    Already,
    /// The copy.
    Written(NotificationId),
}

/// Writes a copy of a message that was sent or given up, to be sent once more to where the person is reached now.
/// `request` names the wish: the same wish twice is one copy.
pub(super) async fn copy(caas: &Caas, tx: &mut Tx, original: NotificationId, request: uuid::Uuid) -> Result<Copied> {
    let (now, id): (Timestamp, NotificationId) = (caas.now(), caas.new_id());
    let found = sql!(
        tx,
        optional(String, String, i64),
        "SELECT n.event, n.channel,
                CASE WHEN n.channel = 'SMS' AND u.phone IS NULL
                       OR n.channel = 'PUSH' AND NOT EXISTS (SELECT 1 FROM push_devices d WHERE d.user_id = u.id)
                     THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END
         FROM notifications n JOIN users u ON u.id = n.user_id
         WHERE n.id = $1 AND n.channel <> 'IN_APP' AND n.status IN ('SENT', 'FAILED', 'SKIPPED') AND NOT n.secret",
        original
    )?;
    let Some((event, channel, 1)) = found else { return Ok(Copied::Nothing) };
    let (event, channel): (NoticeEvent, Channel) = (event.parse()?, channel.parse()?);
    let written = sql!(tx, execute
        "INSERT INTO notifications (id, user_id, event, channel, unique_key, locale, address, subject, body_text, body_html,
                                    link, secret, deadline_at, status, created_at, activation_id, resent_from)
         SELECT $1, n.user_id, n.event, n.channel, $2, n.locale,
                CASE n.channel WHEN 'EMAIL' THEN u.email WHEN 'SMS' THEN u.phone END,
                n.subject, n.body_text, n.body_html, n.link, n.secret, $3, 'WAITING', $4, n.activation_id, n.id
         FROM notifications n JOIN users u ON u.id = n.user_id WHERE n.id = $5
         ON CONFLICT (unique_key) DO NOTHING",
        id, format!("again:{original}:{request}"), now + TimeDelta::minutes(event.within_minutes()), now, original)?;
    if written == 0 {
        return Ok(Copied::Already);
    }
    delivery::enqueue(caas, tx, channel, id, now).await?;
    Ok(Copied::Written(id))
}
