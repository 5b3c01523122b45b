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
    fn the_preferred_known_language_wins() {
        assert_eq!(Locale::from_accept_language("fr-FR, en-GB;q=0.8, es;q=0.5"), Locale::En);
        assert_eq!(Locale::from_accept_language("es-MX,es;q=0.9,en;q=0.8"), Locale::Es);
        assert_eq!(Locale::from_accept_language("de"), Locale::Es);
        assert_eq!(Locale::from_accept_language(""), Locale::Es);
    }
}
