//! Money is whole cents with a currency. It is never a float.

use super::locale::Locale;

codes! {
    /// A currency the platform sells in (ISO 4217).
    pub enum Currency {
        /// Euro.
        Eur = "EUR",
        /// Pound sterling.
        Gbp = "GBP",
        /// United States dollar.
        Usd = "USD",
    }
}

impl Currency {
    /// The sign people know it by.
    pub const fn sign(self) -> &'static str {
        match self {
            Currency::Eur => "€",
            Currency::Gbp => "£",
            Currency::Usd => "$",
        }
    }
}

/// An amount in the smallest unit of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Cents = Cents(0);
}

impl std::ops::Add for Cents {
    type Output = Cents;
    fn add(self, other: Cents) -> Cents {
        Cents(self.0.checked_add(other.0).expect("amounts stay far below 2^63 cents"))
    }
}

impl std::ops::Sub for Cents {
    type Output = Cents;
    fn sub(self, other: Cents) -> Cents {
        Cents(self.0.checked_sub(other.0).expect("amounts stay far below 2^63 cents"))
    }
}

/// An amount with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Money {
    /// How much.
    pub cents: Cents,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// An amount of a currency.
    pub const fn new(cents: Cents, currency: Currency) -> Money {
        Money { cents, currency }
    }

    /// The decimal string of the wire formats: two places, a point, no grouping (contracts, README).
    pub fn decimal(self) -> String {
        let sign = if self.cents.0 < 0 { "-" } else { "" };
        let abs = self.cents.0.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }

    /// Reads a decimal string with exactly two places; `None` when it is anything else.
    pub fn parse_decimal(text: &str, currency: Currency) -> Option<Money> {
        let (whole, fraction) = text.split_once('.')?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || fraction.len() != 2 || !digits(fraction) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let cents = whole.checked_mul(100)?.checked_add(fraction.parse().ok()?)?;
        Some(Money::new(Cents(cents), currency))
    }

    /// For people: always complete, in the habit of the language ("1.029,90 €", "€1,029.90").
    pub fn display(self, locale: Locale) -> String {
        let abs = self.cents.0.unsigned_abs();
        let minus = if self.cents.0 < 0 { "−" } else { "" };
        let (group, point) = match locale {
            Locale::Es => ('.', ','),
            Locale::En => (',', '.'),
        };
        let digits = (abs / 100).to_string();
        let mut whole = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                whole.push(group);
            }
            whole.push(digit);
        }
        let number = format!("{whole}{point}{:02}", abs % 100);
        let sign = self.currency.sign();
        match locale {
            Locale::Es => format!("{minus}{number}\u{a0}{sign}"),
            Locale::En => format!("{minus}{sign}{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn money_reads_as_people_write_it() {
        let m = Money::new(Cents(102_990), Currency::Eur);
        assert_eq!(m.display(Locale::Es), "1.029,90\u{a0}€");
        assert_eq!(m.display(Locale::En), "€1,029.90");
        assert_eq!(Money::new(Cents(0), Currency::Eur).display(Locale::Es), "0,00\u{a0}€");
        assert_eq!(Money::new(Cents(-5), Currency::Gbp).display(Locale::En), "−£0.05");
    }

    #[test]
    fn only_two_places_are_money_on_the_wire() {
        for bad in ["1", "1.5", "1.500", ".50", "1.", "-1.00", "1,00", "1e2.00", "99999999999999999999.00"] {
            assert_eq!(Money::parse_decimal(bad, Currency::Eur), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_wire_format_loses_nothing(cents in 0i64..1_000_000_000_000) {
            let m = Money::new(Cents(cents), Currency::Usd);
            prop_assert_eq!(Money::parse_decimal(&m.decimal(), Currency::Usd), Some(m));
        }
    }
}
