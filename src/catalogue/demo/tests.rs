//! The demo catalogue is content that people pay for: it is proofread here.

use super::*;
use crate::catalogue::search::folded;
use crate::kernel::locale::Locale;
use std::collections::{BTreeSet, HashSet};

fn services() -> Vec<DemoService> {
    demo_services().expect("the demo files are well formed")
}

#[test]
fn there_is_something_to_choose_from() {
    let services = services();
    assert_eq!(services.len(), 24);
    assert!(services.iter().map(|s| s.offers.len()).sum::<usize>() >= 55);
    let categories: BTreeSet<Category> = services.iter().map(|s| s.category).collect();
    assert_eq!(categories.len(), Category::ALL.len(), "no category stands empty");
}

#[test]
fn codes_slugs_and_names_are_unique() {
    let services = services();
    let parts: [fn(&DemoService) -> &str; 4] = [|s| &s.code, |s| &s.slug, |s| &s.name.es, |s| &s.name.en];
    for part in parts {
        assert_eq!(services.iter().map(part).collect::<HashSet<_>>().len(), services.len());
    }
    for service in &services {
        assert!(
            service.slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{}",
            service.slug
        );
        assert!(
            service.code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'),
            "{}",
            service.code
        );
    }
}

#[test]
fn every_text_stands_in_both_languages() {
    for service in services() {
        let (description, needs) = (service.description.joined(), service.needs.joined());
        assert_eq!(service.description.es.len(), service.description.en.len(), "{}", service.code);
        assert_eq!(service.needs.es.len(), service.needs.en.len(), "{}", service.code);
        for locale in Locale::ALL.iter().copied() {
            for text in [&service.name, &service.summary, &description, &needs, &service.keywords] {
                let text = text.get(locale);
                assert!(!text.trim().is_empty(), "{} in {locale}", service.code);
                assert!(!text.contains(['!', '¡', '\t']), "{}: {text}", service.code);
            }
            let promise = service.summary.get(locale);
            assert!(promise.ends_with('.') && promise.matches(". ").count() == 0, "one sentence: {promise}");
            assert!(promise.chars().count() <= 90, "too long for a card: {promise}");
        }
        assert_ne!(service.summary.es, service.summary.en);
    }
}

#[test]
fn every_service_fits_a_model_there_is_and_conflicts_with_services_there_are() {
    let models: Vec<VehicleModel> = serde_json::from_str(MODELS).unwrap();
    let models: HashSet<&str> = models.iter().map(|m| m.code.as_str()).collect();
    let services = services();
    let codes: HashSet<&str> = services.iter().map(|s| s.code.as_str()).collect();
    for service in &services {
        assert!(!service.models.is_empty(), "{} fits no model", service.code);
        assert!(service.models.iter().all(|m| models.contains(m.as_str())), "{}", service.code);
        for other in &service.conflicts {
            assert!(codes.contains(other.as_str()) && *other != service.code, "{} and {other}", service.code);
            let rival = services.iter().find(|s| s.code == *other).unwrap();
            let shared = rival.models.iter().any(|model| service.models.contains(model));
            assert!(shared, "{} and {other} never meet in one car", service.code);
        }
    }
}

#[test]
fn what_the_car_is_told_is_complete() {
    for service in services() {
        assert!(!service.feature_flags.is_empty() && !service.parameters.is_empty(), "{}", service.code);
        assert!(service.min_firmware.split('.').all(|part| part.parse::<u32>().is_ok()), "{}", service.min_firmware);
        assert!(service.required_blocks.values().all(|t| (50..=95).contains(t)), "{}", service.code);
        assert!(
            !service.safety_critical || !service.required_blocks.is_empty() || service.category == Category::Light,
            "{}: what is critical for safety asks for maintenance",
            service.code
        );
    }
}

#[test]
fn every_offer_has_a_price_wherever_its_service_is_sold() {
    for service in services() {
        let markets: BTreeSet<Market> = service.offers.iter().flat_map(|o| o.prices.keys().copied()).collect();
        assert!(markets.contains(&Market::Es) && markets.len() >= 4, "{}", service.code);
        let mut seen = HashSet::new();
        for offer in &service.offers {
            assert!(seen.insert((offer.kind, offer.days)), "{} has an offer twice", service.code);
            assert_eq!(offer.prices.keys().copied().collect::<BTreeSet<_>>(), markets, "{}", service.code);
            assert!(offer.prices.values().all(|cents| (90..=500_000).contains(cents)), "{}", service.code);
            match offer.kind {
                OfferKind::Temporary => assert!(matches!(offer.days, Some(1 | 7 | 30 | 90 | 365)), "{}", service.code),
                _ => assert_eq!(offer.days, None, "{}", service.code),
            }
        }
    }
}

#[test]
fn longer_costs_more_in_all_and_less_a_day() {
    for service in services() {
        for market in Market::ALL {
            let mut runs: Vec<(i64, i64)> =
                service.offers.iter().filter_map(|o| Some((o.days?, *o.prices.get(market)?))).collect();
            runs.sort_unstable();
            for pair in runs.windows(2) {
                let [(days, cents), (more_days, more_cents)] = pair else { unreachable!("windows of two") };
                assert!(more_cents > cents, "{} in {market}", service.code);
                assert!(more_cents * days < cents * more_days, "{} in {market}", service.code);
            }
        }
    }
}

#[test]
fn keywords_add_words_in_small_letters() {
    for service in services() {
        for locale in Locale::ALL.iter().copied() {
            for word in service.keywords.get(locale).split_whitespace() {
                assert_eq!(word, word.to_lowercase(), "{}", service.code);
                assert!(!folded(word).trim().is_empty());
            }
        }
    }
}
