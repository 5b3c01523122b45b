//! `/catalogo`: everything, or what was asked for.

use super::cars::{Car, Cars, market_of};
use super::grid::{Reader, groups};
use super::query::Query;
use crate::ui::{
    CheckField, Chip, Choice, EmptyState, Field, FilterBar, LinkButton, Notice, PageHeader, SelectField, Tone,
};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::catalogue::rules::offer_availability;
use caas::catalogue::{Category, Found, Market, OfferKind, Snapshot};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// The catalogue.
pub async fn catalogue_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let query = Query::of(&web);
    let catalogue = web.caas.catalogue().await?;
    let cars = Cars::of(&web, &query.car).await?;
    let car = cars.chosen.as_ref();
    let model = match car {
        Some(car) => Some(car.facts.model.as_str()),
        None => catalogue.model(&query.car).map(|model| model.code.as_str()),
    };
    let market = market_of(&web, query.market);
    // Where nothing is sold people may still look around, at the prices of Spain.
    let shown = market.unwrap_or(Market::Es);
    let mut found = catalogue.find(&query.filter(model), shown);
    if query.only_available
        && let Some(car) = car
    {
        keep_available(&mut found, car);
    }

    let zone = web.user.as_ref().map_or("Europe/Madrid", |user| &user.time_zone);
    let tail = query.tail();
    let reader = Reader { locale, market: shown, zone, car, tail: &tail };
    let title = web.t("Todo lo que tu coche puede hacer", "All your car can do").to_owned();
    let lead = web.t(
        "Ya lo lleva dentro. Actívalo por días, para siempre o por suscripción: solo pagas lo que el coche confirma.",
        "It is all on board already. Switch it on for some days, for good or by subscription: you only pay for what the car confirms.",
    );
    let body = view! {
        <PageHeader title=title.clone() lead=lead/>
        <div class="with-filters">
            <aside class="filters">{filters(&web, &query, &catalogue, &cars)}</aside>
            <div>
                {outcome(&query, chips(&query, &catalogue, car, locale), found.len(), locale)}
                {market.is_none().then(|| nothing_sold_here(locale))}
                {if found.is_empty() { nothing_found(locale).into_any() } else { groups(&found, &reader).into_any() }}
            </div>
        </div>
    };
    let description = web.t(
        "Potencia, asistentes, suspensión, luz, clima y más: activa en tu coche lo que ya lleva dentro, con el precio por día a la vista.",
        "Power, assistance, suspension, light, climate and more: switch on what your car carries already, with the price per day in plain sight.",
    );
    Ok(Page::new(title, body).description(description).public_at("/catalogo").section(Section::Catalogue))
}

fn keep_available(found: &mut Vec<Found<'_>>, car: &Car) {
    for one in found.iter_mut() {
        let service = one.service;
        one.offers.retain(|offer| offer_availability(offer, service, &car.facts).is_available());
    }
    found.retain(|found| !found.offers.is_empty());
}

fn filter_bar(
    web: &WebContext,
    query: &Query,
    catalogue: &Snapshot,
    cars: &Cars,
    count: usize,
) -> impl IntoView + use<> {
    let locale = web.locale;
    let any = web.t("Todo", "All");
    let categories = choices(any, Category::ALL.iter().map(|c| (c.as_str(), c.label(locale))));
    let car = cars.chosen.as_ref();
    let own = cars.all.iter().map(|vehicle| Choice::new(vehicle.id.to_string(), vehicle.label()));
    let models = catalogue
        .models
        .iter()
        .filter(|model| cars.all.is_empty() || model.code == query.car)
        .map(|model| Choice::new(model.code.clone(), format!("{} {}", locale.t("Modelo", "Model"), model.name)));
    let anyone = Choice::new("", locale.t("Cualquiera", "Any"));
    let car_choices: Vec<Choice> = std::iter::once(anyone).chain(own).chain(models).collect();
    let kinds = choices(any, OfferKind::ALL.iter().map(|&kind| (kind.as_str(), kind_label(kind, locale))));
    let countries = web.user.is_none().then(|| {
        let markets = Market::ALL.iter().map(|m| Choice::new(m.as_str(), m.label(locale))).collect::<Vec<_>>();
        let value = query.market.unwrap_or(Market::Es).as_str();
        view! { <SelectField label=locale.t("Precios de", "Prices of") name="pais" choices=markets value=value/> }
    });
    let only_available = car.map(|_| {
        let label = locale.t("Solo lo disponible ahora", "Only what is available now");
        let checked = query.only_available;
        view! { <CheckField label=label name="disponible" value="si" checked=checked/> }
    });
    let category = query.category.map(Category::as_str).unwrap_or_default();
    let kind = query.kind.map(OfferKind::as_str).unwrap_or_default();
    let (text, car_value) = (query.text.clone(), query.car.clone());
    let all = Query { market: query.market, ..Query::default() };
    view! {
        <FilterBar
            action="/catalogo"
            label=locale.t("Buscar en el catálogo", "Search the catalogue")
            submit=locale.t("Filtrar", "Filter")
            chips=chips(query, catalogue, car, locale)
            remove_word=locale.t("Quitar", "Remove")
            clear_word=locale.t("Quitar todo", "Remove all")
            clear_href=all.href()
            count=count_words(count, locale)
        >
            <Field label=locale.t("Buscar", "Search") name="texto" kind="search" value=text maxlength=80/>
            <SelectField label=locale.t("Categoría", "Category") name="categoria" choices=categories value=category/>
            <SelectField label=locale.t("Coche", "Car") name="coche" choices=car_choices value=car_value/>
            <SelectField label=locale.t("Oferta", "Offer") name="oferta" choices=kinds value=kind/>
            {countries}
            {only_available}
        </FilterBar>
    }
}

fn choices<'a>(any: &str, values: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Choice> {
    std::iter::once(Choice::new("", any)).chain(values.map(|(value, label)| Choice::new(value, label))).collect()
}

const fn kind_label(kind: OfferKind, locale: Locale) -> &'static str {
    match kind {
        OfferKind::Temporary => locale.t("Por días", "For some days"),
        OfferKind::Permanent => locale.t("Para siempre", "For good"),
        OfferKind::Subscription => locale.t("Suscripción", "Subscription"),
    }
}

/// What is in force, each with the address that leaves it out.
fn chips(query: &Query, catalogue: &Snapshot, car: Option<&Car>, locale: Locale) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut add = |label: String, without: Query| chips.push(Chip::new(label, without.href()));
    if !query.text.is_empty() {
        add(format!("“{}”", query.text), Query { text: String::new(), ..query.clone() });
    }
    if let Some(category) = query.category {
        add(category.label(locale).to_owned(), Query { category: None, ..query.clone() });
    }
    let car_name =
        car.map(|car| car.vehicle.label()).or_else(|| catalogue.model(&query.car).map(|model| model.name.clone()));
    if let Some(name) = car_name {
        add(name, Query { car: String::new(), only_available: false, ..query.clone() });
    }
    if let Some(kind) = query.kind {
        add(kind_label(kind, locale).to_owned(), Query { kind: None, ..query.clone() });
    }
    if query.only_available && car.is_some() {
        let label = locale.t("Disponible ahora", "Available now").to_owned();
        add(label, Query { only_available: false, ..query.clone() });
    }
    chips
}

fn count_words(count: usize, locale: Locale) -> String {
    match count {
        1 => locale.t("1 servicio", "1 service").to_owned(),
        _ => format!("{count} {}", locale.t("servicios", "services")),
    }
}

fn nothing_sold_here(locale: Locale) -> impl IntoView {
    view! {
        <Notice tone=Tone::Info title=locale.t("Todavía no vendemos en tu país", "We do not sell in your country yet")>
            {locale.t("Los precios que ves son los de España.", "The prices you see are those of Spain.")}
        </Notice>
    }
}

fn nothing_found(locale: Locale) -> impl IntoView {
    let action = view! { <LinkButton href="/catalogo">{locale.t("Ver todo el catálogo", "See the whole catalogue")}</LinkButton> };
    view! {
        <EmptyState title=locale.t("Nada coincide con lo que buscas", "Nothing matches what you are looking for") action=action.into_any()>
            <p>{locale.t("Prueba con menos palabras o quita un filtro.", "Try fewer words, or remove a filter.")}</p>
        </EmptyState>
    }
}
