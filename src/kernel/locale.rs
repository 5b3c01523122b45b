//! The two languages of the product.

codes! {
    /// A language of pages and messages.
    pub enum Locale {
        /// Spanish, the first language.
        Es = "es",
        /// English.
        En = "en",
    }
}

impl Locale {
    /// The text in this language. Both stand side by side where they are used, so none can be missing.
    pub const fn t<'a>(self, es: &'a str, en: &'a str) -> &'a str {
        match self {
            Locale::Es => es,
            Locale::En => en,
        }
    }

    /// A count as people write it: "5.000.000", "5,000,000". In Spanish four digits stand together (RAE, Ortografía
    /// §8.2.1.1.1).
    pub fn count(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut text = if number < 0 { "-".to_owned() } else { String::new() };
        if digits.len() <= if self == Locale::Es { 4 } else { 3 } {
            return text + &digits;
        }
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(self.t(".", ","));
            }
            text.push(digit);
        }
        text
    }

    /// The best language for an `Accept-Language` header (RFC 9110 §12.5.4); Spanish where nothing fits.
    pub fn from_accept_language(header: &str) -> Locale {
        let mut best = (Locale::Es, 0.0f32);
        for part in header.split(',').take(20) {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let quality =
                pieces.find_map(|p| p.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok())).unwrap_or(1.0);
            let language = tag.split('-').next().unwrap_or_default();
            if let Ok(locale) = language.parse::<Locale>()
                && quality > best.1
            {
                best = (locale, quality);
            }
        }
        best.0
    }
}

/// A text in both languages, as the catalogue keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bilingual {
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in the language asked for.
    pub fn get(&self, locale: Locale) -> &str {
        locale.t(&self.es, &self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_as_each_language_does() {
        for (number, es, en) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_234, "1234", "1,234"),
            (12_345, "12.345", "12,345"),
            (123_456, "123.456", "123,456"),
            (5_000_000, "5.000.000", "5,000,000"),
            (-12_345, "-12.345", "-12,345"),
            (-999, "-999", "-999"),
        ] {
            assert_eq!((Locale::Es.count(number).as_str(), Locale::En.count(number).as_str()), (es, en));
        }
    }

    #[test]
    fn the_preferred_known_language_wins() {
        assert_eq!(Locale::from_accept_language("fr-FR, en-GB;q=0.8, es;q=0.5"), Locale::En);
        assert_eq!(Locale::from_accept_language("es-MX,es;q=0.9,en;q=0.8"), Locale::Es);
        assert_eq!(Locale::from_accept_language("de"), Locale::Es);
        assert_eq!(Locale::from_accept_language(""), Locale::Es);
    }
}
