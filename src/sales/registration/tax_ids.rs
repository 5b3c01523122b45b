//! Tax ids with the control digits of their countries. Pure: pages check with the same rules as use cases.

use crate::kernel::locale::Locale;
use crate::sales::model::OwnerKind;

codes! {
    /// What is wrong with a tax id.
    pub enum TaxIdProblem {
        /// Nothing was typed.
        Missing = "MISSING",
        /// It does not look like one of this country.
        Format = "FORMAT",
        /// It looks right, but its control digit or letter does not fit: something was mistyped.
        Control = "CONTROL",
    }
}

impl TaxIdProblem {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            TaxIdProblem::Missing => locale.t("Falta el número fiscal.", "The tax id is missing."),
            TaxIdProblem::Format => locale.t(
                "No tiene la forma de un número fiscal de este país. Revísalo.",
                "It does not look like a tax id of this country. Check it.",
            ),
            TaxIdProblem::Control => locale.t(
                "El dígito o la letra de control no coincide: hay algún signo cambiado.",
                "The control digit or letter does not match: a character is wrong.",
            ),
        }
    }
}

/// Reads a tax id of a country and writes it the way its authority does: upper case, without separators.
pub fn parse(country: &str, kind: OwnerKind, typed: &str) -> Result<String, TaxIdProblem> {
    let compact: String =
        typed.trim().to_uppercase().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '\u{a0}')).collect();
    if compact.is_empty() {
        return Err(TaxIdProblem::Missing);
    }
    let verdict = match (country, kind) {
        // The Spanish scheme tells persons and companies apart by the first sign.
        ("ES", OwnerKind::Individual) => spanish_person(&compact),
        ("ES", OwnerKind::Company) => spanish_company(&compact),
        ("FR", OwnerKind::Individual) => french_person(&compact),
        ("FR", OwnerKind::Company) => french_company(&compact),
        ("DE", OwnerKind::Individual) => german_person(&compact),
        ("DE", OwnerKind::Company) => return german_company(typed, &compact),
        ("GB", OwnerKind::Individual) => british_person(&compact),
        ("GB", OwnerKind::Company) => british_company(&compact),
        _ => return elsewhere(typed),
    };
    verdict.map(|()| compact)
}

type Verdict = Result<(), TaxIdProblem>;

fn ok_if(fits: bool) -> Verdict {
    if fits { Ok(()) } else { Err(TaxIdProblem::Control) }
}

/// The digits of a text that has nothing else.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// DNI, NIE and the NIF of those who have neither (K, L, M): a number and a letter that follows from it.
fn spanish_person(id: &str) -> Verdict {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let bytes = id.as_bytes();
    if !id.is_ascii() || bytes.len() != 9 || !bytes[8].is_ascii_uppercase() {
        return Err(TaxIdProblem::Format);
    }
    let number = match bytes[0] {
        b'X' | b'K' | b'L' | b'M' => format!("0{}", &id[1..8]),
        b'Y' => format!("1{}", &id[1..8]),
        b'Z' => format!("2{}", &id[1..8]),
        _ => id[..8].to_owned(),
    };
    if digits(&number).is_none() {
        return Err(TaxIdProblem::Format);
    }
    let number: usize = number.parse().map_err(|_| TaxIdProblem::Format)?;
    ok_if(bytes[8] == LETTERS[number % 23])
}

/// The NIF of a company (CIF): a letter, seven digits, and a control digit or letter.
fn spanish_company(id: &str) -> Verdict {
    let bytes = id.as_bytes();
    if !id.is_ascii() || bytes.len() != 9 || !b"ABCDEFGHJNPQRSUVW".contains(&bytes[0]) {
        return Err(TaxIdProblem::Format);
    }
    let Some(number) = digits(&id[1..8]) else { return Err(TaxIdProblem::Format) };
    let sum: u32 =
        number.iter().enumerate().map(|(at, d)| if at % 2 == 0 { 2 * d / 10 + 2 * d % 10 } else { *d }).sum();
    let control = (10 - sum % 10) % 10;
    let (as_digit, as_letter) = (b"0123456789"[control as usize], b"JABCDEFGHI"[control as usize]);
    ok_if(match bytes[0] {
        b'A' | b'B' | b'E' | b'H' => bytes[8] == as_digit,
        b'N' | b'P' | b'Q' | b'R' | b'S' | b'W' => bytes[8] == as_letter,
        _ => bytes[8] == as_digit || bytes[8] == as_letter,
    })
}

/// The numéro fiscal (SPI): 13 digits, the last three are the rest of the first ten by 511.
fn french_person(id: &str) -> Verdict {
    if id.len() != 13 || digits(id).is_none() || !matches!(id.as_bytes()[0], b'0'..=b'3') {
        return Err(TaxIdProblem::Format);
    }
    let (number, key) = id.split_at(10);
    ok_if(number.parse::<u64>().ok().map(|n| n % 511) == key.parse::<u64>().ok())
}

/// SIREN (9 digits) or SIRET (14): Luhn's sum. The post office's branches have a rule of their own.
fn french_company(id: &str) -> Verdict {
    let Some(number) = digits(id) else { return Err(TaxIdProblem::Format) };
    match number.len() {
        9 => ok_if(luhn(&number)),
        14 if id.starts_with("356000000") => ok_if(luhn(&number) || number.iter().sum::<u32>().is_multiple_of(5)),
        14 => ok_if(luhn(&number) && luhn(&number[..9])),
        _ => Err(TaxIdProblem::Format),
    }
}

fn luhn(number: &[u32]) -> bool {
    let sum: u32 =
        number.iter().rev().enumerate().map(|(at, d)| if at % 2 == 1 { 2 * d / 10 + 2 * d % 10 } else { *d }).sum();
    sum.is_multiple_of(10)
}

/// ISO 7064 MOD 11,10 over all digits, the last of which is the control digit.
fn mod_11_10(number: &[u32]) -> bool {
    let Some((control, body)) = number.split_last() else { return false };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *control
}

/// The Steuer-Identifikationsnummer: 11 digits; of the first ten, exactly one digit stands there twice or three times.
fn german_person(id: &str) -> Verdict {
    let Some(number) = digits(id).filter(|number| number.len() == 11 && number[0] != 0) else {
        return Err(TaxIdProblem::Format);
    };
    let times = |digit: u32| number[..10].iter().filter(|d| **d == digit).count();
    let repeated: Vec<usize> = (0..10).map(times).filter(|times| *times > 1).collect();
    if repeated.len() != 1 || repeated[0] > 3 {
        return Err(TaxIdProblem::Format);
    }
    ok_if(mod_11_10(&number))
}

/// USt-IdNr. (`DE` and nine digits with a control digit), or an entry of a register such as `HRB 12345`.
fn german_company(typed: &str, compact: &str) -> Result<String, TaxIdProblem> {
    if let Some(number) = compact.strip_prefix("DE").and_then(digits) {
        if number.len() != 9 {
            return Err(TaxIdProblem::Format);
        }
        return ok_if(mod_11_10(&number)).map(|()| compact.to_owned());
    }
    let words: Vec<String> = typed.to_uppercase().split_whitespace().map(str::to_owned).collect();
    let register = words.iter().position(|word| {
        ["HRA", "HRB", "GNR", "PR", "VR"].iter().any(|r| word.strip_prefix(r).is_some_and(|n| digits(n).is_some()))
    });
    let Some(at) = register else { return Err(TaxIdProblem::Format) };
    let (kind, attached) = words[at].split_at(words[at].find(|c: char| c.is_ascii_digit()).unwrap_or(words[at].len()));
    let (number, rest) = if attached.is_empty() {
        (words.get(at + 1).map_or("", String::as_str), words.get(at + 2..).unwrap_or_default())
    } else {
        (attached, &words[at + 1..])
    };
    let sane = digits(number).is_some_and(|n| (1..=6).contains(&n.len()))
        && rest.len() <= 1
        && rest.iter().all(|letter| letter.len() <= 2)
        && words[..at].iter().all(|word| word.chars().all(|c| c.is_alphabetic() || "-.()".contains(c)))
        && typed.len() <= 64;
    if !sane {
        return Err(TaxIdProblem::Format);
    }
    let court: Vec<&str> = typed.split_whitespace().take(at).collect();
    let mut parts: Vec<String> = court.iter().map(|word| (*word).to_owned()).collect();
    parts.push(format!("{kind} {number}"));
    parts.extend(rest.iter().cloned());
    Ok(parts.join(" "))
}

/// National Insurance number, or Unique Taxpayer Reference.
fn british_person(id: &str) -> Verdict {
    let bytes = id.as_bytes();
    if digits(id).is_some() {
        return utr(id);
    }
    let refused = ["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"];
    let fits = id.is_ascii()
        && bytes.len() == 9
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_uppercase()
        && !b"DFIQUV".contains(&bytes[0])
        && !b"DFIQUVO".contains(&bytes[1])
        && !refused.contains(&&id[..2])
        && digits(&id[2..8]).is_some()
        && (b'A'..=b'D').contains(&bytes[8]);
    if fits { Ok(()) } else { Err(TaxIdProblem::Format) }
}

/// Unique Taxpayer Reference: ten digits, the first of which follows from the others.
fn utr(id: &str) -> Verdict {
    let Some(number) = digits(id).filter(|number| number.len() == 10) else { return Err(TaxIdProblem::Format) };
    let sum: u32 = number[1..].iter().zip([6, 7, 8, 9, 10, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    let control = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1][(sum % 11) as usize];
    ok_if(number[0] == control)
}

/// A company's number (eight digits, or two letters and six digits), or its Unique Taxpayer Reference.
fn british_company(id: &str) -> Verdict {
    if id.len() == 10 && digits(id).is_some() {
        return utr(id);
    }
    let bytes = id.as_bytes();
    let letters = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let register = ["SC", "NI", "OC", "SO", "NC", "FC", "SF", "NF", "IP", "SP", "RC", "SR", "GE", "LP", "SL", "NL"];
    let fits = id.is_ascii()
        && bytes.len() == 8
        && (letters == 0 || (letters == 2 && register.contains(&&id[..2])))
        && digits(&id[letters..]).is_some();
    if fits { Ok(()) } else { Err(TaxIdProblem::Format) }
}

/// Where no rule is known: something that can be an id.
fn elsewhere(typed: &str) -> Result<String, TaxIdProblem> {
    let id = typed.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    let sane = id.chars().count() <= 32
        && id.chars().all(|c| c.is_alphanumeric() || " -./".contains(c))
        && id.chars().any(char::is_alphanumeric);
    if sane { Ok(id) } else { Err(TaxIdProblem::Format) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OwnerKind::{Company, Individual};
    use proptest::prelude::*;

    #[track_caller]
    fn good(country: &str, kind: OwnerKind, ids: &[(&str, &str)]) {
        for (typed, written) in ids {
            assert_eq!(parse(country, kind, typed).as_deref(), Ok(*written), "{typed}");
        }
    }

    #[track_caller]
    fn bad(country: &str, kind: OwnerKind, ids: &[(&str, TaxIdProblem)]) {
        for (typed, problem) in ids {
            assert_eq!(parse(country, kind, typed), Err(*problem), "{typed}");
        }
    }

    const FORMAT: TaxIdProblem = TaxIdProblem::Format;
    const CONTROL: TaxIdProblem = TaxIdProblem::Control;
    const MISSING: TaxIdProblem = TaxIdProblem::Missing;

    #[test]
    fn spanish_persons_have_a_letter_that_follows_from_the_number() {
        good(
            "ES",
            Individual,
            &[
                ("12345678Z", "12345678Z"),
                ("12.345.678-z", "12345678Z"),
                ("00000000T", "00000000T"),
                ("X1234567L", "X1234567L"),
                ("Y1234567X", "Y1234567X"),
                ("z 1234567 r", "Z1234567R"),
            ],
        );
        bad(
            "ES",
            Individual,
            &[
                ("", MISSING),
                (" - ", MISSING),
                ("12345678A", CONTROL),
                ("X1234567A", CONTROL),
                ("1234567Z", FORMAT),
                ("123456789", FORMAT),
                ("A58818501", FORMAT),
                ("ñ2345678Z", FORMAT),
                ("W1234567L", FORMAT),
            ],
        );
    }

    #[test]
    fn spanish_companies_have_a_control_digit_or_letter() {
        good(
            "ES",
            Company,
            &[
                ("A58818501", "A58818501"),
                ("B-12345674", "B12345674"),
                ("P1234567D", "P1234567D"),
                ("G12345674", "G12345674"),
                ("J1234567D", "J1234567D"),
            ],
        );
        bad(
            "ES",
            Company,
            &[
                ("B12345670", CONTROL),
                ("B1234567D", CONTROL),
                ("P12345674", CONTROL),
                ("12345678Z", FORMAT),
                ("I12345674", FORMAT),
                ("B1234567", FORMAT),
            ],
        );
    }

    #[test]
    fn french_ids_have_their_sums() {
        good("FR", Individual, &[("30 23 217 600 053", "3023217600053")]);
        bad(
            "FR",
            Individual,
            &[
                ("3023217600054", CONTROL),
                ("4023217600053", FORMAT),
                ("302321760005", FORMAT),
                ("30232176000AB", FORMAT),
            ],
        );
        good(
            "FR",
            Company,
            &[
                ("732 829 320", "732829320"),
                ("73282932000074", "73282932000074"),
                ("356 000 000 00048", "35600000000048"),
            ],
        );
        bad(
            "FR",
            Company,
            &[("732829321", CONTROL), ("73282932000075", CONTROL), ("7328293", FORMAT), ("FR732", FORMAT)],
        );
    }

    #[test]
    fn german_ids_have_their_sums() {
        good("DE", Individual, &[("36 574 261 809", "36574261809"), ("86095742719", "86095742719")]);
        bad(
            "DE",
            Individual,
            &[
                ("36574261808", CONTROL),
                ("06574261809", FORMAT),
                ("3657426180", FORMAT),
                ("12345678901", FORMAT),
                ("11223456789", FORMAT),
            ],
        );
        good(
            "DE",
            Company,
            &[
                ("DE136695976", "DE136695976"),
                ("de 136 695 976", "DE136695976"),
                ("HRB 12345", "HRB 12345"),
                ("hrb12345", "HRB 12345"),
                ("Amtsgericht München HRB 12345 B", "Amtsgericht München HRB 12345 B"),
            ],
        );
        bad(
            "DE",
            Company,
            &[
                ("DE136695977", CONTROL),
                ("DE13669597", FORMAT),
                ("HRB", FORMAT),
                ("HRB 1234567", FORMAT),
                ("12345", FORMAT),
                ("HRB 12 13 14", FORMAT),
            ],
        );
    }

    #[test]
    fn british_ids_have_their_forms() {
        good("GB", Individual, &[("ab 12 34 56 c", "AB123456C"), ("1955839661", "1955839661")]);
        bad(
            "GB",
            Individual,
            &[
                ("AB123456E", FORMAT),
                ("GB123456A", FORMAT),
                ("DA123456A", FORMAT),
                ("AO123456A", FORMAT),
                ("AB12345C", FORMAT),
                ("2955839661", CONTROL),
                ("195583966", FORMAT),
            ],
        );
        good("GB", Company, &[("01234567", "01234567"), ("sc 123456", "SC123456"), ("1955839661", "1955839661")]);
        bad("GB", Company, &[("1234567", FORMAT), ("QQ123456", FORMAT), ("SC12345A", FORMAT)]);
    }

    #[test]
    fn elsewhere_anything_sane_is_an_id() {
        good("PT", Individual, &[(" 123 456  789 ", "123 456 789"), ("ie1234567fa", "IE1234567FA")]);
        bad("PT", Company, &[("", MISSING), ("<script>", FORMAT), ("0123456789012345678901234567890123", FORMAT)]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_answered(country in "ES|FR|DE|GB|PT", company: bool, typed in "\\PC{0,40}") {
            let kind = if company { Company } else { Individual };
            if let Ok(written) = parse(&country, kind, &typed) {
                let again = parse(&country, kind, &written);
                prop_assert_eq!(again.as_deref(), Ok(written.as_str()));
            }
        }

        #[test]
        fn one_wrong_digit_of_a_dni_is_found(number in 0u32..100_000_000, at in 0usize..8, by in 1u8..10) {
            let letter = b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize] as char;
            let id = format!("{number:08}{letter}");
            prop_assert!(parse("ES", Individual, &id).is_ok());
            let mut wrong = id.into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            let wrong = String::from_utf8(wrong).expect("digits");
            prop_assert_eq!(parse("ES", Individual, &wrong), Err(CONTROL));
        }
    }
}
