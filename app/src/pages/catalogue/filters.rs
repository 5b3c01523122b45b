//! The form that narrows the catalogue, and what is in force.

use super::cars::{Car, Cars};
use super::query::Query;
use crate::ui::{CheckField, Chip, Choice, Field, FilterBar, Icon, IconName, SelectField};
use crate::web::WebContext;
use caas::catalogue::{Category, Market, OfferKind, Snapshot};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

/// The form; folded away on a phone until it is wanted.
pub fn filters(web: &WebContext, query: &Query, catalogue: &Snapshot, cars: &Cars) -> AnyView {
    let locale = web.locale;
    let any = locale.t("Todo", "All");
    let categories = choices(any, Category::ALL.iter().map(|c| (c.as_str(), c.label(locale))));
    let kinds = choices(any, OfferKind::ALL.iter().map(|&kind| (kind.as_str(), kind_label(kind, locale))));
    let car_choices = car_choices(query, catalogue, cars, locale);
    let countries = web.user.is_none().then(|| {
        let markets = Market::ALL.iter().map(|m| Choice::new(m.as_str(), m.label(locale))).collect::<Vec<_>>();
        let value = query.market.unwrap_or(Market::Es).as_str();
        view! { <SelectField label=locale.t("Precios de", "Prices of") name="pais" choices=markets value=value/> }
    });
    let only_available = cars.chosen.as_ref().map(|_| {
        let label = locale.t("Solo lo disponible ahora", "Only what is available now");
        let checked = query.only_available;
        view! { <CheckField label=label name="disponible" value="si" checked=checked/> }
    });
    let category = query.category.map(Category::as_str).unwrap_or_default();
    let kind = query.kind.map(OfferKind::as_str).unwrap_or_default();
    let (text, car) = (query.text.clone(), query.car.clone());
    view! {
        <details>
            <summary class="btn btn--secondary"><Icon name=IconName::Filter/>{locale.t("Buscar y filtrar", "Search and filter")}</summary>
            <FilterBar
                action="/catalogo"
                label=locale.t("Buscar en el catálogo", "Search the catalogue")
                submit=locale.t("Filtrar", "Filter")
            >
                <Field label=locale.t("Buscar", "Search") name="texto" kind="search" value=text maxlength=80/>
                <SelectField label=locale.t("Categoría", "Category") name="categoria" choices=categories value=category/>
                <SelectField label=locale.t("Coche", "Car") name="coche" choices=car_choices value=car/>
                <SelectField label=locale.t("Oferta", "Offer") name="oferta" choices=kinds value=kind/>
                {countries}
                {only_available}
            </FilterBar>
        </details>
    }
    .into_any()
}

/// What is in force, and how much is left.
pub fn outcome(query: &Query, chips: Vec<Chip>, count: usize, locale: Locale) -> AnyView {
    let chips = (!chips.is_empty()).then(|| {
        let all = Query { market: query.market, ..Query::default() }.href();
        let remove = locale.t("Quitar", "Remove");
        let chips = chips
            .into_iter()
            .map(|chip| {
                view! {
                    <li>
                        <a class="chip" href=chip.remove_href>
                            <span class="sr-only">{remove}" "</span>
                            {chip.label}
                            <Icon name=IconName::Close/>
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <ul class="chips">
                {chips}
                <li><a class="chip chip--quiet" href=all>{locale.t("Quitar todo", "Remove all")}</a></li>
            </ul>
        }
    });
    let count = match count {
        1 => locale.t("1 servicio", "1 service").to_owned(),
        _ => format!("{count} {}", locale.t("servicios", "services")),
    };
    view! { <div class="split catalogue-outcome"><p class="muted" role="status">{count}</p>{chips}</div> }.into_any()
}

fn car_choices(query: &Query, catalogue: &Snapshot, cars: &Cars, locale: Locale) -> Vec<Choice> {
    let own = cars.all.iter().map(|vehicle| Choice::new(vehicle.id.to_string(), vehicle.label()));
    // Who has a car looks for that car; the models are for the others.
    let models = catalogue
        .models
        .iter()
        .filter(|model| cars.all.is_empty() || model.code == query.car)
        .map(|model| Choice::new(model.code.clone(), format!("{} {}", locale.t("Modelo", "Model"), model.name)));
    let anyone = Choice::new("", locale.t("Cualquiera", "Any"));
    std::iter::once(anyone).chain(own).chain(models).collect()
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
pub fn chips(query: &Query, catalogue: &Snapshot, car: Option<&Car>, locale: Locale) -> Vec<Chip> {
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
