//! A subscription in one line, for lists of services.

use super::path_of;
use super::words::period_words;
use crate::pages::expediente::{day_words, states::Reader};
use crate::web::dates::day;
use caas::kernel::database::Tx;
use caas::kernel::error::Result;
use caas::kernel::ids::{ActivationId, UserId};
use caas::kernel::locale::Locale;
use caas::subscriptions::model::SubscriptionStatus;
use caas::subscriptions::repository::Subscription;
use caas::subscriptions::view;
use std::collections::BTreeMap;

/// A customer's subscriptions that run, by what was activated.
#[derive(Default)]
pub(in crate::pages) struct Running(BTreeMap<ActivationId, Subscription>);

impl Running {
    /// Reads them.
    pub(in crate::pages) async fn read(tx: &mut Tx, customer: UserId) -> Result<Running> {
        let running = view::running(tx, customer).await?;
        Ok(Running(running.into_iter().map(|s| (s.activation, s)).collect()))
    }

    /// All of them, in the order they were ordered.
    pub(super) fn all(&self) -> impl Iterator<Item = &Subscription> {
        self.0.values()
    }

    /// The one of an activation.
    pub(in crate::pages) fn of(&self, activation: ActivationId) -> Option<&Subscription> {
        self.0.get(&activation)
    }
}

/// Where it is in one sentence, and where to read on.
pub(in crate::pages) fn in_words(s: &Subscription, reader: Reader<'_>) -> (String, String) {
    (state_line(s, reader), path_of(s.id))
}

/// The period, the next bill, or the end.
pub(super) fn state_line(s: &Subscription, reader: Reader<'_>) -> String {
    let (locale, period) = (reader.locale, period_words(s.period(), reader.locale));
    let (price, on) = (s.price().display(locale), day_words(s.period_end.0, locale));
    match (s.status, s.cancel_at_period_end, locale) {
        (SubscriptionStatus::Active, false, Locale::Es) => {
            format!("Periodo: {period}. Próxima factura: {on}, {price}.")
        }
        (SubscriptionStatus::Active, false, Locale::En) => format!("Period: {period}. Next invoice: {on}, {price}."),
        (SubscriptionStatus::Active, true, Locale::Es) => {
            format!("Periodo: {period}. Última factura: {on}, {price}. Después se apaga.")
        }
        (SubscriptionStatus::Active, true, Locale::En) => {
            format!("Period: {period}. Last invoice: {on}, {price}. Then it is switched off.")
        }
        (SubscriptionStatus::PastDue, ..) => match (s.next_charge_at, locale) {
            (Some(at), Locale::Es) => {
                format!("No se pudo cobrar. Sigue activa. Siguiente paso: {}.", day(at, reader.zone, locale))
            }
            (Some(at), Locale::En) => {
                format!("It could not be charged. It stays active. Next step: {}.", day(at, reader.zone, locale))
            }
            (None, _) => {
                locale.t("No se pudo cobrar. Sigue activa.", "It could not be charged. It stays active.").to_owned()
            }
        },
        (SubscriptionStatus::Cancelled, ..) => match (s.ended_at, locale) {
            (Some(at), Locale::Es) => format!("Terminó el {}.", day(at, reader.zone, locale)),
            (Some(at), Locale::En) => format!("It ended on {}.", day(at, reader.zone, locale)),
            (None, _) => String::new(),
        },
    }
}
