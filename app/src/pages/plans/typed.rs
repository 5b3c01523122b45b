//! Prices as administrators type them: amounts, shares, and lists with one entry a line.

use caas::kernel::locale::Bilingual;
use caas::kernel::money::Cents;
use caas::sales::plans::{ColourPrice, OptionPrice};

/// Reads an amount: "34990", "34.990,50", "34,990.50". The last point or comma with one or two digits behind it begins the
/// cents; others group thousands. `None` when it is no amount.
pub(super) fn amount(typed: &str) -> Option<Cents> {
    let text: String = typed.chars().filter(|c| !c.is_whitespace() && !"€£$".contains(*c)).collect();
    let (whole, cents) = match text.rfind(['.', ',']) {
        Some(at) if text.len() - at <= 3 => (&text[..at], &text[at + 1..]),
        _ => (text.as_str(), ""),
    };
    let digits: String = whole.chars().filter(|c| !".,".contains(*c)).collect();
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3);
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || digits.len() > 12 || !is_grouped || !are_digits(&digits) || !are_digits(cents) {
        return None;
    }
    let cents: i64 = match cents.len() {
        0 => 0,
        1 => cents.parse::<i64>().ok()? * 10,
        _ => cents.parse().ok()?,
    };
    Some(Cents(digits.parse::<i64>().ok()? * 100 + cents))
}

/// Reads a share in percent with up to two decimals as basis points.
pub(super) fn share(typed: &str) -> Option<i64> {
    amount(typed.trim().trim_end_matches('%')).map(|cents| cents.0)
}

/// An amount as it stands in a form: "34990.50".
pub(super) fn plain(cents: Cents) -> String {
    format!("{}.{:02}", cents.0 / 100, cents.0 % 100)
}

fn parts(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn lines(typed: &str) -> impl Iterator<Item = &str> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Reads options, one a line: `CODE | nombre | name | price | MODEL MODEL`. `None` when a line is none.
pub(super) fn options(typed: &str) -> Option<Vec<OptionPrice>> {
    let read = |line| match parts(line)[..] {
        [code, es, en, price, models] => Some(OptionPrice {
            code: code.to_owned(),
            names: Bilingual { es: es.to_owned(), en: en.to_owned() },
            price: amount(price)?,
            models: models.split([' ', ',']).filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        }),
        _ => None,
    };
    lines(typed).map(read).collect()
}

/// Options as they stand in a form.
pub(super) fn plain_options(options: &[OptionPrice]) -> String {
    let line = |one: &OptionPrice| {
        format!("{} | {} | {} | {} | {}", one.code, one.names.es, one.names.en, plain(one.price), one.models.join(" "))
    };
    options.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads colours, one a line: `CODE | nombre | name | price`. `None` when a line is none.
pub(super) fn colours(typed: &str) -> Option<Vec<ColourPrice>> {
    let read = |line| match parts(line)[..] {
        [code, es, en, price] => Some(ColourPrice {
            code: code.to_owned(),
            names: Bilingual { es: es.to_owned(), en: en.to_owned() },
            price: amount(price)?,
        }),
        _ => None,
    };
    lines(typed).map(read).collect()
}

/// Colours as they stand in a form.
pub(super) fn plain_colours(colours: &[ColourPrice]) -> String {
    let line = |one: &ColourPrice| format!("{} | {} | {} | {}", one.code, one.names.es, one.names.en, plain(one.price));
    colours.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (typed, cents) in [
            ("34990", 3_499_000),
            ("34.990,50", 3_499_050),
            ("34,990.50", 3_499_050),
            ("34.990", 3_499_000),
            ("1.034.990 €", 103_499_000),
            ("0", 0),
            ("5,5", 550),
            ("34990.00", 3_499_000),
        ] {
            assert_eq!(amount(typed), Some(Cents(cents)), "{typed}");
        }
        for typed in ["", "-5", "1e5", "12,34,5", "doce", ",50", "1.2.3", "9999999999999999"] {
            assert_eq!(amount(typed), None, "{typed}");
        }
        assert_eq!(share("21"), Some(2100));
        assert_eq!(share("5,5 %"), Some(550));
    }

    #[test]
    fn lists_read_back_as_they_are_written() {
        let text =
            "ROOF | Techo panorámico | Panoramic roof | 1200.50 | LINCE ALCOR\nTOW | Bola | Tow bar | 0.00 | TAJO";
        assert_eq!(plain_options(&options(text).unwrap()), text);
        let text = "RED | Rojo | Red | 600.00";
        assert_eq!(plain_colours(&colours(text).unwrap()), text);
        assert_eq!(options("ROOF | Techo | Roof | 12"), None);
        assert_eq!(colours("RED | Rojo | Red | x"), None);
        assert_eq!(options("\n  \n"), Some(Vec::new()));
    }
}
