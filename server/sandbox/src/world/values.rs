//! Values that parse: money and vehicle identification numbers, as the contracts write them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Currencies of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Currency {
    /// Euro.
    EUR,
    /// United States dollar.
    USD,
    /// Pound sterling.
    GBP,
}

/// An amount of money, never negative; on the wire `{"value": "29.90", "currency": "EUR"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireAmount", into = "WireAmount")]
pub struct Amount {
    /// Hundredths of the currency's unit.
    pub cents: u64,
    /// The currency.
    pub currency: Currency,
}

#[derive(Serialize, Deserialize)]
struct WireAmount {
    value: String,
    currency: Currency,
}

impl Amount {
    /// So many cents of a currency.
    #[must_use]
    pub fn new(cents: u64, currency: Currency) -> Self {
        Self { cents, currency }
    }

    /// Reads `^\d+\.\d{2}$`; `None` when it does not fit or is too large to count.
    #[must_use]
    pub fn parse_cents(value: &str) -> Option<u64> {
        let (whole, fraction) = value.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() != 2 {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        let fraction: u64 = fraction.parse().ok()?;
        whole.checked_mul(100)?.checked_add(fraction)
    }

    /// The decimal number with two places, without the currency.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{}.{:02}", self.cents / 100, self.cents % 100)
    }

    pub(crate) fn with_cents(self, cents: u64) -> Self {
        Self { cents, ..self }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.value(), self.currency)
    }
}

impl TryFrom<WireAmount> for Amount {
    type Error = String;

    fn try_from(wire: WireAmount) -> Result<Self, Self::Error> {
        let cents =
            Self::parse_cents(&wire.value).ok_or_else(|| format!("not a decimal with two places: {:?}", wire.value))?;
        Ok(Self::new(cents, wire.currency))
    }
}

impl From<Amount> for WireAmount {
    fn from(amount: Amount) -> Self {
        Self { value: amount.value(), currency: amount.currency }
    }
}

/// A vehicle identification number: 17 capitals and digits without I, O and Q.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Vin(String);

/// The text is no vehicle identification number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a vehicle identification number (17 of A-Z and 0-9 without I, O, Q)")]
pub struct NotAVin;

impl Vin {
    /// Reads `^[A-HJ-NPR-Z0-9]{17}$`.
    ///
    /// # Errors
    /// When the text does not fit the pattern.
    pub fn parse(text: &str) -> Result<Self, NotAVin> {
        let fits = text.len() == 17
            && text.bytes().all(|b| matches!(b, b'A'..=b'H' | b'J'..=b'N' | b'P' | b'R'..=b'Z' | b'0'..=b'9'));
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAVin) }
    }

    /// The 17 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Vin {
    type Error = NotAVin;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Vin> for String {
    fn from(vin: Vin) -> Self {
        vin.0
    }
}
