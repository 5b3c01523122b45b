//! Plates and postal codes as their countries write them. Pure.

use super::countries::letters_and_digits;

/// Reads a plate and writes it the way the country does; `None` when it is none.
///
/// ES `0000 BBB` (no vowels, Ñ, Q), FR `AA-000-AA` (no I, O, U), GB `AA00 AAA`, DE `B AB 1234` (an `E` or `H` may follow).
/// Elsewhere anything plausible is taken as it stands.
pub fn parse(country: &str, typed: &str) -> Option<String> {
    let upper = typed.trim().to_uppercase();
    let compact = letters_and_digits(&upper);
    match country {
        "ES" => {
            let (number, letters) = split(&compact, 4)?;
            (all_digits(number) && letters.len() == 3 && letters.bytes().all(|b| b"BCDFGHJKLMNPRSTVWXYZ".contains(&b)))
                .then(|| format!("{number} {letters}"))
        }
        "FR" => {
            let (first, rest) = split(&compact, 2)?;
            let (number, last) = split(rest, 3)?;
            let letters = |pair: &str| {
                pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_uppercase() && !b"IOU".contains(&b)) && pair != "SS"
            };
            (letters(first) && all_digits(number) && number != "000" && letters(last))
                .then(|| format!("{first}-{number}-{last}"))
        }
        "GB" => {
            let (area, rest) = split(&compact, 2)?;
            let (age, last) = split(rest, 2)?;
            let fits = area.bytes().all(|b| b.is_ascii_uppercase() && !b"IQZ".contains(&b))
                && all_digits(age)
                && last.len() == 3
                && last.bytes().all(|b| b.is_ascii_uppercase() && !b"IQ".contains(&b));
            fits.then(|| format!("{area}{age} {last}"))
        }
        "DE" => german(&upper),
        _ => {
            let plate = upper.split_whitespace().collect::<Vec<_>>().join(" ");
            let plausible = (2..=12).contains(&plate.chars().count())
                && plate.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.'))
                && plate.chars().any(|c| c.is_ascii_digit());
            plausible.then_some(plate)
        }
    }
}

/// Where the district ends can only be seen by a blank or a hyphen: `BAB 1` may be `B AB 1` or `BA B 1`.
fn german(upper: &str) -> Option<String> {
    let parts: Vec<&str> = upper.split([' ', '-', '·', ':']).filter(|part| !part.is_empty()).collect();
    let district = parts.first()?;
    let rest: String = parts[1..].concat();
    let at = rest.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = rest.split_at(at);
    let (digits, ending) = match number.strip_suffix(['E', 'H']) {
        Some(digits) => (digits, &number[digits.len()..]),
        None => (number, ""),
    };
    let is_letter = |c: char| c.is_ascii_uppercase() || "ÄÖÜ".contains(c);
    let fits = (1..=3).contains(&district.chars().count())
        && district.chars().all(is_letter)
        && (1..=2).contains(&letters.len())
        && letters.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=4).contains(&digits.len())
        && all_digits(digits)
        && !digits.starts_with('0')
        && district.chars().count() + letters.len() + number.len() <= 8;
    fits.then(|| format!("{district} {letters} {digits}{ending}"))
}

/// Reads a postal code and writes it the way the country does; `None` when it is none.
pub fn postal_code(country: &str, typed: &str) -> Option<String> {
    let upper = typed.trim().to_uppercase();
    let compact = letters_and_digits(&upper);
    let five = |from: u32, to: u32| {
        (compact.len() == 5 && all_digits(&compact) && compact.parse().is_ok_and(|n: u32| (from..=to).contains(&n)))
            .then(|| compact.clone())
    };
    match country {
        "ES" => five(1_000, 52_999),
        "FR" => five(1_000, 98_999),
        "DE" => five(1_001, 99_999),
        "GB" => {
            if !compact.is_ascii() || !(5..=7).contains(&compact.len()) {
                return None;
            }
            let (outward, inward) = compact.split_at(compact.len() - 3);
            let inward_fits = inward.bytes().next().is_some_and(|b| b.is_ascii_digit())
                && inward.bytes().skip(1).all(|b| b.is_ascii_uppercase() && !b"CIKMOV".contains(&b));
            let shape: String = outward.chars().map(|c| if c.is_ascii_digit() { '9' } else { 'A' }).collect();
            let outward_fits = ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"].contains(&shape.as_str());
            (inward_fits && outward_fits).then(|| format!("{outward} {inward}"))
        }
        _ => {
            let code = upper.split_whitespace().collect::<Vec<_>>().join(" ");
            let plausible = (2..=12).contains(&code.chars().count())
                && code.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
            plausible.then_some(code)
        }
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn split(text: &str, at: usize) -> Option<(&str, &str)> {
    (text.is_ascii() && text.len() >= at).then(|| text.split_at(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plates_are_read_and_written_as_their_country_does() {
        for (country, typed, written) in [
            ("ES", "1234bcd", "1234 BCD"),
            ("ES", " 0001-XYZ ", "0001 XYZ"),
            ("FR", "ab 123 cd", "AB-123-CD"),
            ("FR", "AB-123-CD", "AB-123-CD"),
            ("GB", "ab12cde", "AB12 CDE"),
            ("GB", "AB 12 CDE", "AB12 CDE"),
            ("DE", "b-ab 1234", "B AB 1234"),
            ("DE", "M AB1234", "M AB 1234"),
            ("DE", "hh xy 123e", "HH XY 123E"),
            ("DE", "KÖN A 1", "KÖN A 1"),
            ("PT", "aa-00-aa", "AA-00-AA"),
        ] {
            assert_eq!(parse(country, typed).as_deref(), Some(written), "{country} {typed}");
        }
        for (country, typed) in [
            ("ES", "1234 ABC"),
            ("ES", "1234 BCQ"),
            ("ES", "1234 BCÑ"),
            ("ES", "123 BCD"),
            ("ES", ""),
            ("FR", "AB-123-CO"),
            ("FR", "AI-123-CD"),
            ("FR", "SS-123-AB"),
            ("FR", "AB-000-CD"),
            ("FR", "1234 BCD"),
            ("GB", "AQ12 CDE"),
            ("GB", "A123 BCD"),
            ("DE", "BAB1234"),
            ("DE", "B AB 0123"),
            ("DE", "B ABC 123"),
            ("DE", "B AB"),
            ("DE", "HHH AB 1234E"),
            ("PT", "<b>1</b>"),
            ("PT", "SINNUM"),
        ] {
            assert_eq!(parse(country, typed), None, "{country} {typed}");
        }
    }

    #[test]
    fn postal_codes_are_read_and_written_as_their_country_does() {
        for (country, typed, written) in [
            ("ES", "28046", "28046"),
            ("ES", " 46 001 ", "46001"),
            ("FR", "75001", "75001"),
            ("DE", "10115", "10115"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "M1 1AE", "M1 1AE"),
            ("GB", "ec1a 1bb", "EC1A 1BB"),
            ("PT", "1000-001", "1000-001"),
        ] {
            assert_eq!(postal_code(country, typed).as_deref(), Some(written), "{country} {typed}");
        }
        for (country, typed) in
            [("ES", "53000"), ("ES", "2804"), ("ES", "00100"), ("GB", "12345"), ("GB", "SW1A 1CA"), ("PT", "")]
        {
            assert_eq!(postal_code(country, typed), None, "{country} {typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(country in "ES|FR|DE|GB|PT", typed in "\\PC{0,14}") {
            if let Some(written) = parse(&country, &typed) {
                prop_assert_eq!(parse(&country, &written), Some(written.clone()));
            }
            if let Some(written) = postal_code(&country, &typed) {
                prop_assert_eq!(postal_code(&country, &written), Some(written.clone()));
            }
        }
    }
}
