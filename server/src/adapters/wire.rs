//! Forms that several contracts share: times, amounts, problem documents.

use caas::kernel::Timestamp;
use caas::kernel::clock::cut;
use caas::kernel::money::{Currency, Money};
use caas::sales::model::Address;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date-time of RFC 3339, with the `T` that the format of JSON Schema wants.
#[derive(Clone, Copy)]
pub(super) struct Time(pub Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = String::deserialize(deserializer)?;
        caas::inbox::message::parse_date_time(&text)
            .map(Time)
            .ok_or_else(|| serde::de::Error::custom("not a date-time of RFC 3339"))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&cut(self.0).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

/// An amount: a decimal string with two places and a currency.
#[derive(Serialize, Deserialize)]
pub(super) struct Amount {
    value: String,
    currency: Currency,
}

impl Amount {
    /// The amount; `None` when the string is no decimal with two places.
    pub fn money(&self) -> Option<Money> {
        Money::parse_decimal(&self.value, self.currency)
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Amount {
        Amount { value: money.decimal(), currency: money.currency }
    }
}

/// A problem document (RFC 9457) with the contracts' extra member `code`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Problem {
    pub code: Option<String>,
    pub title: Option<String>,
    pub detail: Option<String>,
    /// Gateway, declined payments.
    pub payment_id: Option<String>,
    /// Gateway, declined payments: a `DeclineReason`.
    pub decline_reason: Option<String>,
    /// Gateway, `AUTHENTICATION_REQUIRED`.
    pub authentication_url: Option<String>,
    /// Factory, `order_rejected`: in its words.
    pub reason: Option<String>,
    /// Registration bodies: why the papers are not enough.
    pub reasons: Option<Vec<serde_json::Value>>,
    /// Registration bodies: their id of what they refuse, when they give it one.
    pub registration_id: Option<String>,
}

/// A postal address.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostalAddress<'a> {
    street: &'a str,
    city: &'a str,
    postal_code: &'a str,
    country: &'a str,
}

impl<'a> From<&'a Address> for PostalAddress<'a> {
    fn from(address: &'a Address) -> PostalAddress<'a> {
        PostalAddress {
            street: &address.street,
            city: &address.city,
            postal_code: &address.postal_code,
            country: &address.country,
        }
    }
}

/// Whether a text is a day as the contracts write it (`YYYY-MM-DD`).
pub(super) fn is_date(text: &str) -> bool {
    caas::inbox::message::is_date(text)
}

/// The longest text of another system that is kept in an error.
const LONGEST: usize = 300;

/// A text of another system, short enough to be kept.
pub(super) fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
