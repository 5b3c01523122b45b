//! Vehicle identification numbers of the cars built here (ISO 3779, with the check digit of ISO 3779's American users).

use chrono::{DateTime, Datelike, Utc};

use crate::world::values::Vin;

/// The maker, as the demo's cars have it.
const MAKER: &str = "VSSZZZ";
/// Codes of model years from 2010 on; they repeat after thirty years.
const YEARS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXY123456789";
/// Weights of the 17 places; the ninth is the check digit itself.
const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// The number of the car with this serial number.
pub(super) fn vin(model: &str, serial: u32, at: DateTime<Utc>) -> Vin {
    let mut letters = model
        .chars()
        .map(|c| c.to_ascii_uppercase())
        .filter(|c| c.is_ascii_alphanumeric() && !matches!(c, 'I' | 'O' | 'Q'));
    let (first, second) = (letters.next().unwrap_or('X'), letters.next().unwrap_or('X'));
    let year = YEARS[usize::try_from((at.year() - 2010).rem_euclid(30)).unwrap_or_default()];
    let text = format!("{MAKER}{first}{second}0{}P{:06}", char::from(year), serial % 1_000_000);
    let check = check_digit(&text);
    let text = format!("{}{check}{}", &text[..8], &text[9..]);
    Vin::parse(&text).expect("invariant: only characters of the pattern were put together")
}

/// The ninth character that belongs to the other sixteen.
pub(super) fn check_digit(vin: &str) -> char {
    let sum: u32 = vin.bytes().zip(WEIGHTS).map(|(character, weight)| value(character) * weight).sum();
    match sum % 11 {
        10 => 'X',
        rest => char::from_digit(rest, 10).unwrap_or('0'),
    }
}

/// What a character counts.
fn value(character: u8) -> u32 {
    match character {
        b'0'..=b'9' => u32::from(character - b'0'),
        b'A'..=b'H' => u32::from(character - b'A') + 1,
        b'J'..=b'N' => u32::from(character - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(character - b'S') + 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_the_known_one() {
        // The example of the Code of Federal Regulations, 49 CFR 565.
        assert_eq!(check_digit("1M8GDM9A_KP042788".replace('_', "X").as_str()), 'X');
    }

    #[test]
    fn numbers_fit_the_pattern_and_check_themselves() {
        let at: DateTime<Utc> = "2026-11-21T09:00:00Z".parse().unwrap();
        for (serial, model) in ["LINCE", "ALCOR", "BRISA", "IO", ""].into_iter().enumerate() {
            let vin = vin(model, u32::try_from(serial).unwrap(), at);
            assert_eq!(vin.as_str().chars().nth(8), Some(check_digit(vin.as_str())), "{vin}");
            assert_eq!(vin.as_str().chars().nth(9), Some('T'), "2026");
        }
    }
}
