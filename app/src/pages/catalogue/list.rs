//! `/catalogo`: everything, or what was asked for.

use super::cars::{Car, Cars, market_of};
use super::filters::{chips, filters, outcome};
use super::grid::{Reader, groups};
use super::query::Query;
use crate::pages::maintenance;
use crate::ui::{EmptyState, LinkButton, Notice, PageHeader, Tone};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::catalogue::{Found, Market};
use caas::kernel::locale::Locale;
use caas::maintenance::ask;
use caas::maintenance::model::Standing;
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
    if let Some(car) = car {
        ask::soon(&web.caas, &car.upkeep).await?;
    }
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
    let asks = car.is_some_and(|car| car.upkeep.standing == Standing::Unknown);
    let body = view! {
        <PageHeader title=title.clone() lead=lead/>
        <div class="with-filters">
            <aside class="filters">{filters(&web, &query, &catalogue, &cars)}</aside>
            <div>
                {outcome(&query, chips(&query, &catalogue, car, locale), found.len(), locale)}
                {market.is_none().then(|| nothing_sold_here(locale))}
                {asks.then(|| car.map(|car| maintenance::asking(&web, &car.upkeep, web.has_script)))}
                {if found.is_empty() { nothing_found(locale).into_any() } else { groups(&found, &reader).into_any() }}
            </div>
        </div>
    };
    let description = web.t(
        "Potencia, asistentes, suspensión, luz, clima y más: activa en tu coche lo que ya lleva dentro, con el precio por día a la vista.",
        "Power, assistance, suspension, light, climate and more: switch on what your car carries already, with the price per day in plain sight.",
    );
    // It never loads itself anew: somebody may be filling in the filters.
    Ok(Page::new(title, body).description(description).public_at("/catalogo").section(Section::Catalogue))
}

fn keep_available(found: &mut Vec<Found<'_>>, car: &Car) {
    for one in found.iter_mut() {
        let service = one.service;
        one.offers.retain(|offer| car.can_have(offer, service));
    }
    found.retain(|found| !found.offers.is_empty());
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
