//! What people choose about messages that need not be said.

use super::model::{Channel, NoticeEvent, NoticeGroup};
use crate::Caas;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::service::{Entry, record};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use std::collections::HashMap;

/// A person's choices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences(HashMap<(NoticeGroup, Channel), bool>);

impl Preferences {
    /// Whether messages of this group are wanted on this channel; `default` until the person chooses.
    pub fn wants(&self, group: NoticeGroup, channel: Channel, default: bool) -> bool {
        self.0.get(&(group, channel)).copied().unwrap_or(default)
    }
}

/// The choices of a person.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Preferences> {
    let rows = sql!(
        tx,
        all(String, String, bool),
        "SELECT notice_group, channel, wanted FROM notification_preferences WHERE user_id = $1",
        user
    )?;
    // A code of an older or newer version is nobody's choice in this one.
    let chosen = rows
        .into_iter()
        .filter_map(|(group, channel, wanted)| Some(((group.parse().ok()?, channel.parse().ok()?), wanted)));
    Ok(Preferences(chosen.collect()))
}

/// What can be chosen at all, in the order of the page.
pub fn choices() -> impl Iterator<Item = (NoticeGroup, Channel, super::model::Choice)> {
    NoticeGroup::ALL.iter().flat_map(|&group| {
        Channel::ALL.iter().filter_map(move |&channel| Some((group, channel, group.choice(channel)?)))
    })
}

/// Keeps what a person has chosen: `wanted` holds what is to be switched on, everything else that can be chosen is
/// switched off. What must be said is said all the same.
pub async fn choose(caas: &Caas, user: UserId, wanted: &[(NoticeGroup, Channel)]) -> Result<()> {
    let mut tx = caas.db.begin().await?;
    let before = of(&mut tx, user).await?;
    let mut changed = Vec::new();
    for (group, channel, choice) in choices() {
        let now = wanted.contains(&(group, channel));
        if before.wants(group, channel, choice.default) != now {
            set(caas, &mut tx, user, group, channel, now).await?;
            changed.push((group, channel, now));
        }
    }
    if !changed.is_empty() {
        note(caas, &mut tx, user, Actor::customer(user), &changed).await?;
    }
    tx.commit().await
}

async fn set(caas: &Caas, tx: &mut Tx, user: UserId, group: NoticeGroup, channel: Channel, wanted: bool) -> Result<()> {
    sql!(tx, execute
        "INSERT INTO notification_preferences (user_id, notice_group, channel, wanted, changed_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, notice_group, channel) DO UPDATE SET wanted = excluded.wanted, changed_at = excluded.changed_at",
        user, group.as_str(), channel.as_str(), wanted, caas.now())?;
    Ok(())
}

async fn note(
    caas: &Caas,
    tx: &mut Tx,
    user: UserId,
    actor: Actor,
    changed: &[(NoticeGroup, Channel, bool)],
) -> Result<()> {
    let list: Vec<String> = changed
        .iter()
        .map(|(group, channel, wanted)| format!("{group}:{channel}:{}", if *wanted { "ON" } else { "OFF" }))
        .collect();
    let entry = Entry {
        data: serde_json::json!({ "messages": list }),
        ..Entry::new(Some(user), actor, EntryKind::ProfileChanged, SubjectKind::Account, user.0)
    };
    record(caas, tx, entry).await
}

/// The address in an optional mail at which its group is switched off. Looking at it changes nothing.
pub fn unsubscribe_address(caas: &Caas, token: &str) -> String {
    format!("{}/baja/{token}", caas.public_url)
}

/// Which messages a mail's link is about; `None` for a link of nobody's.
pub async fn unsubscribe_target(tx: &mut Tx, token: &str) -> Result<Option<(UserId, NoticeGroup)>> {
    if token.len() > 100 {
        return Ok(None);
    }
    let found = sql!(
        tx,
        optional(UserId, String),
        "SELECT user_id, event FROM notifications WHERE unsubscribe_token = $1",
        token
    )?;
    let Some((user, event)) = found else { return Ok(None) };
    let event: NoticeEvent = event.parse()?;
    Ok(Some((user, event.plan().group)))
}

/// Switches off what a mail's link is about. Once more changes nothing.
pub async fn unsubscribe(caas: &Caas, token: &str) -> Result<Option<NoticeGroup>> {
    let mut tx = caas.db.begin().await?;
    let Some((user, group)) = unsubscribe_target(&mut tx, token).await? else { return Ok(None) };
    if of(&mut tx, user).await?.wants(group, Channel::Email, true) {
        set(caas, &mut tx, user, group, Channel::Email, false).await?;
        // Whoever has the mail may do it, signed in or not.
        note(caas, &mut tx, user, Actor::ANONYMOUS, &[(group, Channel::Email, false)]).await?;
    }
    tx.commit().await?;
    Ok(Some(group))
}
