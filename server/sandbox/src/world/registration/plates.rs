//! Plates as each country writes them, one after the other.

use chrono::{DateTime, Datelike, Utc};

use crate::world::country::Country;

/// Spain uses consonants without Ñ and Q.
const SPANISH: &[u8] = b"BCDFGHJKLMNPRSTVWXYZ";
/// France leaves out I, O and U.
const FRENCH: &[u8] = b"ABCDEFGHJKLMNPQRSTVWXYZ";
/// The United Kingdom leaves out I and Q.
const BRITISH: &[u8] = b"ABCDEFGHJKLMNOPRSTUVWXYZ";

/// The plate with this running number.
pub(super) fn plate(country: Country, serial: u32, at: DateTime<Utc>) -> String {
    match country {
        Country::ES => format!("{:04} N{}", serial % 10_000, letters(SPANISH, serial / 10_000, 2)),
        Country::FR => {
            format!("H{}-{:03}-{}", letters(FRENCH, 0, 1), serial % 999 + 1, letters(FRENCH, serial / 999, 2))
        }
        Country::GB => {
            // From March on the year's two digits, from September on fifty more.
            let year = at.year() % 100;
            let age = match at.month() {
                1 | 2 => year + 49,
                3..=8 => year,
                _ => year + 50,
            };
            format!("LB{age:02} {}", letters(BRITISH, serial, 3))
        }
        // Only for completeness: this body hands its plates out at the counter.
        Country::DE => format!("B CA {}", serial % 9_999 + 1),
    }
}

/// A number written with these letters.
fn letters(alphabet: &[u8], mut number: u32, places: usize) -> String {
    let base = u32::try_from(alphabet.len()).unwrap_or(1);
    let mut text = vec![alphabet[0]; places];
    for place in text.iter_mut().rev() {
        *place = alphabet[usize::try_from(number % base).unwrap_or_default()];
        number /= base;
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plates_look_as_each_country_writes_them() {
        let at: DateTime<Utc> = "2026-11-21T09:00:00Z".parse().unwrap();
        assert_eq!(plate(Country::ES, 7, at), "0007 NBB");
        assert_eq!(plate(Country::ES, 10_007, at), "0007 NBC");
        assert_eq!(plate(Country::FR, 7, at), "HA-008-AA");
        assert_eq!(plate(Country::GB, 7, at), "LB76 AAH");
        assert_eq!(plate(Country::GB, 7, "2027-03-01T00:00:00Z".parse().unwrap()), "LB27 AAH");
        assert_eq!(plate(Country::GB, 7, "2027-02-01T00:00:00Z".parse().unwrap()), "LB76 AAH");
    }
}
