//! Finding services: without accents, without capitals, the same on both databases because it happens in memory.

use super::model::{Category, Market, OfferKind, Service, Snapshot};
use crate::kernel::locale::Locale;

/// What is asked of the catalogue. Empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Words or their beginnings; a service must have all of them.
    pub text: String,
    /// Only this category.
    pub category: Option<Category>,
    /// Only what fits this model, by code.
    pub model: Option<String>,
    /// Only services with such an offer, and only those offers.
    pub kind: Option<OfferKind>,
}

/// A service that was found, with the offers asked for that are sold in the country (none where it is not sold).
pub struct Found<'a> {
    /// The service.
    pub service: &'a Service,
    /// Its offers that the filter lets through.
    pub offers: Vec<&'a super::Offer>,
}

impl Snapshot {
    /// The services that are sold and pass the filter, in order. A service without any offer in the country is found only
    /// when no kind of offer was asked for: its page says that it is not sold there.
    pub fn find(&self, filter: &Filter, market: Market) -> Vec<Found<'_>> {
        let needle = folded(&filter.text);
        let words: Vec<String> = needle.split_whitespace().map(|word| format!(" {word}")).collect();
        self.services
            .iter()
            .zip(&self.haystacks)
            .filter(|(service, haystack)| {
                service.status == super::ServiceStatus::Active
                    && filter.category.is_none_or(|category| service.category == category)
                    && filter.model.as_ref().is_none_or(|model| service.models.contains(model))
                    && words.iter().all(|word| haystack.contains(word.as_str()))
            })
            .map(|(service, _)| Found {
                service,
                offers: service
                    .offers_in(market)
                    .map(|(offer, _)| offer)
                    .filter(|offer| filter.kind.is_none_or(|kind| offer.kind == kind))
                    .collect(),
            })
            .filter(|found| filter.kind.is_none() || !found.offers.is_empty())
            .collect()
    }
}

/// Everything a service is found by, in both languages: somebody may search in either.
pub(super) fn haystack(service: &Service) -> String {
    // A space before each word: a search finds words by their beginning.
    let mut text = String::from(" ");
    for locale in Locale::ALL.iter().copied() {
        let words = [
            service.name.get(locale),
            service.summary.get(locale),
            service.keywords.get(locale),
            service.category.label(locale),
            service.category.purpose().label(locale),
        ];
        for part in words {
            text.push_str(part);
            text.push(' ');
        }
    }
    text.push_str(&service.code);
    folded(&text)
}

/// Small letters without accents, everything else that is no letter or digit as a space.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'á' | 'à' | 'ä' | 'â' | 'ã' => out.push('a'),
            'é' | 'è' | 'ë' | 'ê' => out.push('e'),
            'í' | 'ì' | 'ï' | 'î' => out.push('i'),
            'ó' | 'ò' | 'ö' | 'ô' | 'õ' => out.push('o'),
            'ú' | 'ù' | 'ü' | 'û' => out.push('u'),
            'ñ' => out.push('n'),
            'ç' => out.push('c'),
            // An accent typed as a mark of its own after the letter.
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => out.push(c),
            _ => out.push(' '),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accents_and_capitals_make_no_difference() {
        assert_eq!(folded("Suspensión CAMIÓN pingüino año"), "suspension camion pinguino ano");
        assert_eq!(folded("Suspensio\u{301}n"), "suspension");
        assert_eq!(folded("+50 %"), " 50  ");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC*") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
