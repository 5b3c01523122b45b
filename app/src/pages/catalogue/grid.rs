//! The services as cards, grouped by what people want them for.

use super::words::{Said, price_line};
use crate::pages::maintenance;
use crate::ui::{IconName, StatusPill};
use caas::catalogue::rules::offer_availability;
use caas::catalogue::{Category, Found, Market, Offer, Purpose, Service};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

use super::cars::Car;

/// For whom the cards are written.
pub struct Reader<'a> {
    /// The language.
    pub locale: Locale,
    /// Whose prices.
    pub market: Market,
    /// The time zone of dates.
    pub zone: &'a str,
    /// The car that offers are judged for.
    pub car: Option<&'a Car>,
    /// What is added to the addresses of the services' pages.
    pub tail: &'a str,
}

/// The icon of a category.
pub const fn icon_of(category: Category) -> IconName {
    match category {
        Category::Power => IconName::Power,
        Category::Suspension => IconName::Suspension,
        Category::DriverAssistance => IconName::DriverAssistance,
        Category::Navigation => IconName::Navigation,
        Category::Range => IconName::Range,
        Category::Parking => IconName::Parking,
        Category::Light => IconName::Light,
        Category::Climate => IconName::Climate,
        Category::Comfort => IconName::Comfort,
        Category::Audio => IconName::Audio,
        Category::Offroad => IconName::Offroad,
        Category::Winter => IconName::Winter,
        Category::Towing => IconName::Towing,
        Category::Security => IconName::Security,
    }
}

/// Every group that has something in it, with its cards.
pub fn groups(found: &[Found<'_>], reader: &Reader<'_>) -> impl IntoView + use<> {
    Purpose::ALL
        .iter()
        .filter_map(|&purpose| {
            let cards: Vec<_> = found
                .iter()
                .filter(|found| found.service.category.purpose() == purpose)
                .map(|found| card(found.service, &found.offers, reader))
                .collect();
            (!cards.is_empty()).then(|| {
                view! {
                    <section class="service-group">
                        <h2>{purpose.label(reader.locale)}</h2>
                        <ul class="services">{cards}</ul>
                    </section>
                }
            })
        })
        .collect::<Vec<_>>()
}

/// One service with all its offers. Few nodes: a catalogue shows dozens.
pub fn card(service: &Service, offers: &[&Offer], reader: &Reader<'_>) -> impl IntoView + use<> {
    let Reader { locale, market, .. } = *reader;
    let offers: Vec<_> = offers
        .iter()
        .filter_map(|offer| {
            let price = offer.price(market)?.amount.display(locale);
            Some(view! { <li>{offer.term(locale)}" "<b>{price}</b></li> })
        })
        .collect();
    let offers = (!offers.is_empty()).then(|| view! { <ul class="service__offers">{offers}</ul> });
    let status = reader.car.and_then(|car| status_of(service, car, reader));
    view! {
        <li class="service">
            <svg class="icon" aria-hidden="true"><use href=icon_of(service.category).href()/></svg>
            <h3><a class="stretched" href=format!("/catalogo/{}{}", service.slug, reader.tail)>{service.name.get(locale).to_owned()}</a></h3>
            <p>{service.summary.get(locale).to_owned()}</p>
            <p class="service__price">{price_line(service, market, locale)}</p>
            {offers}
            {status}
        </li>
    }
}

/// What the chosen car means for a service, when it is not simply available: a pill and the reason.
fn status_of(service: &Service, car: &Car, reader: &Reader<'_>) -> Option<AnyView> {
    let verdicts = service.offers.iter().map(|offer| offer_availability(offer, service, &car.facts));
    // Where one offer can be had, the card says nothing; else the first one's reason stands for all.
    let mut first = None;
    for verdict in verdicts {
        if verdict.is_available() {
            return upkeep_of(service, car, reader);
        }
        first.get_or_insert(verdict);
    }
    Some(pill(super::words::say(&first?, reader.locale, reader.zone)))
}

/// What the car's maintenance means for a service that asks for some: what stands in the way, or how its blocks stand.
fn upkeep_of(service: &Service, car: &Car, reader: &Reader<'_>) -> Option<AnyView> {
    let gate = car.upkeep.gate(service);
    if let Some(said) = maintenance::say(&gate, reader.locale) {
        return Some(pill(said));
    }
    let stand = maintenance::in_short(gate.findings(), reader.locale)?;
    Some(view! { <p class="service__note">{stand}</p> }.into_any())
}

fn pill(said: Said) -> AnyView {
    view! {
        <p class="service__note">{said.reason}</p>
        <StatusPill kind=said.status word=said.word/>
    }
    .into_any()
}
