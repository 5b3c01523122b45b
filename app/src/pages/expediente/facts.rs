//! The facts of an entry, each as it reads; what is missing reads as little as possible, never as a code.

use super::states::Reader;
use crate::pages::catalogue::list_names;
use caas::catalogue::Block;
use caas::expediente::model::StoredEntry;
use caas::expediente::repository::StoryLine;
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::notifications::service::reason_in_words;

/// Whose eyes read: a card's digits are for its owner, amounts for the owner and for finance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// The customer whose story it is.
    Owner,
    /// Somebody of operations and finance.
    Finance,
    /// Any other person of ours.
    Staff,
}

impl Eyes {
    /// Whether amounts are shown.
    pub fn see_money(self) -> bool {
        self != Eyes::Staff
    }
}

/// The facts of an entry, each as it reads.
pub(super) struct Facts<'a> {
    pub line: &'a StoryLine,
    pub reader: Reader<'a>,
    pub eyes: Eyes,
}

impl Facts<'_> {
    fn entry(&self) -> &StoredEntry {
        &self.line.entry
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.entry().data.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.entry().data.get(name).and_then(serde_json::Value::as_bool) == Some(true)
    }

    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn service(&self) -> String {
        let locale = self.reader.locale;
        match &self.line.service {
            Some((_, names)) => names.get(locale).to_owned(),
            None => {
                let named = self.entry().data.get("service").and_then(|names| names.get(locale.as_str()));
                named.and_then(|name| name.as_str()).unwrap_or(locale.t("el servicio", "the service")).to_owned()
            }
        }
    }

    pub(super) fn money(&self, name: &str) -> String {
        if !self.eyes.see_money() {
            return self.reader.locale.t("el importe", "the amount").to_owned();
        }
        let money = self.entry().data.get(name).and_then(|money| serde_json::from_value::<Money>(money.clone()).ok());
        money.map_or_else(
            || self.reader.locale.t("el importe", "the amount").to_owned(),
            |m| m.display(self.reader.locale),
        )
    }

    /// "0,00 €" in the currency of the order, where that is known: what a failure costs.
    pub(super) fn nothing(&self) -> Option<String> {
        let currency = self.line.currency.filter(|_| self.eyes.see_money())?;
        Some(Money::new(Cents::ZERO, currency).display(self.reader.locale))
    }

    pub(super) fn amount(&self) -> String {
        self.money("amount")
    }

    pub(super) fn days(&self, price: &str) -> String {
        let days = self.entry().data.get("days").and_then(serde_json::Value::as_i64).unwrap_or_default();
        match (self.reader.locale, days) {
            (Locale::Es, 1) => format!("Para 1 día, {price}."),
            (Locale::Es, _) => format!("Para {days} días, {price}."),
            (Locale::En, 1) => format!("For 1 day, {price}."),
            (Locale::En, _) => format!("For {days} days, {price}."),
        }
    }

    /// "2 de 5", or only the number when the whole is not known.
    pub(super) fn attempt(&self) -> String {
        let number = |name| self.entry().data.get(name).and_then(serde_json::Value::as_i64);
        match (number("attempt"), number("of")) {
            (Some(attempt), Some(of)) => format!("{attempt} {} {of}", self.reader.locale.t("de", "of")),
            (Some(attempt), None) => attempt.to_string(),
            _ => String::new(),
        }
    }

    pub(super) fn card(&self) -> String {
        match (self.text("brand"), self.text("last4")) {
            (Some(brand), Some(last4)) if self.eyes == Eyes::Owner => format!("{brand} ···· {last4}"),
            _ => self.reader.locale.t("un método de pago", "a payment method").to_owned(),
        }
    }

    /// What a message to the customer was about.
    pub(super) fn notice(&self) -> String {
        let locale = self.reader.locale;
        let subject = self.entry().data.get("subject").and_then(|both| both.get(locale.as_str()));
        let subject = subject.and_then(|subject| subject.as_str()).filter(|subject| self.may_read(subject));
        subject.map_or_else(|| self.service(), str::to_owned)
    }

    /// The ways a message took: "Por correo y en la aplicación."
    pub(super) fn channels(&self) -> String {
        let locale = self.reader.locale;
        let codes = self.entry().data.get("channels").and_then(serde_json::Value::as_array);
        let ways: Vec<_> = codes.into_iter().flatten().filter_map(|code| channel(code.as_str()?, locale)).collect();
        let ways = match ways.split_last() {
            None => return String::new(),
            Some((only, [])) => (*only).to_owned(),
            Some((last, others)) => format!("{} {} {last}", others.join(", "), locale.t("y", "and")),
        };
        format!("{} {ways}.", locale.t("Por", "By"))
    }

    /// Whether this text holds nothing that the reader may not know: amounts of money are for some eyes only.
    fn may_read(&self, text: &str) -> bool {
        self.eyes.see_money() || !text.contains(['€', '£', '$'])
    }

    /// The blocks of maintenance that are behind: "Pendiente: frenos y electrónica."
    pub(super) fn blocks(&self) -> String {
        let locale = self.reader.locale;
        let blocks = self.entry().data.get("blocks").and_then(serde_json::Value::as_array);
        let behind = blocks.into_iter().flatten().filter(|block| {
            block.get("verdict").and_then(serde_json::Value::as_str).is_none_or(|verdict| verdict != "CURRENT")
        });
        let names: Vec<&str> = behind
            .filter_map(|block| block.get("name").or_else(|| block.get("block"))?.as_str()?.parse::<Block>().ok())
            .map(|block| block.label(locale))
            .collect();
        if names.is_empty() {
            return String::new();
        }
        format!("{} {}.", locale.t("Pendiente:", "Due:"), list_names(names.into_iter(), locale))
    }

    /// The reason in plain words, where there is one, and what follows from it.
    pub(super) fn because(&self, name: &str, then: &str) -> String {
        let reason = self.text(name).map(|code| reason_in_words(code, self.reader.locale)).unwrap_or_default();
        format!("{reason} {then}").trim().to_owned()
    }
}

/// A way to reach somebody, after "by".
fn channel(code: &str, locale: Locale) -> Option<&'static str> {
    Some(match code {
        "EMAIL" => locale.t("correo", "email"),
        "PUSH" => locale.t("notificación push", "push notification"),
        "SMS" => "SMS",
        "IN_APP" => locale.t("aviso en la aplicación", "notice in the app"),
        _ => return None,
    })
}
