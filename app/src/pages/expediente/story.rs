//! The story, newest first, with its filter.

use super::cars::Cars;
use super::facts::Eyes;
use super::needs::activation_href;
use super::place::Place;
use super::query::{KINDS, Query};
use super::states::Reader;
use super::words::{kind_label, say};
use crate::pages::order::path_of as order_path;
use crate::ui::{Chip, Choice, EmptyState, Field, FilterBar, Icon, IconName, LinkButton, Pager, SelectField};
use crate::web::dates::{exact, moment};
use caas::expediente::model::SubjectKind;
use caas::expediente::repository::StoryLine;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::vehicles::Vehicle;
use chrono::NaiveDate;
use leptos::prelude::*;

/// Entries on one page.
pub(super) const PAGE: i64 = 20;

/// The story. `lines` may hold one entry more than a page: then there is an earlier page. `live` stands above the list.
pub(super) fn story(
    query: &Query,
    cars: &Cars,
    mut lines: Vec<StoryLine>,
    place: &Place<'_>,
    live: Option<AnyView>,
) -> AnyView {
    let locale = place.reader.locale;
    let earlier = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let next = if earlier {
        lines
            .last()
            .map(|line| place.story(&Query { before: Some(line.entry.seq), ..query.clone() }))
            .unwrap_or_default()
    } else {
        String::new()
    };
    let first = query.before.map(|_| place.story(&query.whole())).unwrap_or_default();
    let list = if lines.is_empty() {
        nothing(query, place).into_any()
    } else {
        let entries = lines.iter().map(|line| entry(line, cars, place, true)).collect_view();
        view! { <ol class="story">{entries}</ol> }.into_any()
    };
    view! {
        <section class="section" id="historia" aria-labelledby="historia-titulo">
            <h2 id="historia-titulo">{locale.t("Historia", "Story")}</h2>
            {filter(query, cars, place)}
            {live}
            {list}
            <Pager label=locale.t("Páginas de la historia", "Pages of the story")
                previous_href=first previous_word=locale.t("Lo más reciente", "The most recent")
                next_href=next next_word=locale.t("Anterior", "Earlier")/>
            {to_take_away(query, place)}
        </section>
    }
    .into_any()
}

/// The story of one thing, the latest first, as its customer reads it: without filter and pages.
pub(in crate::pages) fn story_of(lines: &[StoryLine], reader: Reader<'_>) -> Option<AnyView> {
    let place = Place { reader, eyes: Eyes::Owner, customer: None };
    let cars = Cars { all: Vec::new(), chosen: None };
    let shown = lines.iter().filter(|line| line.visible);
    let entries: Vec<_> = shown.map(|line| entry(line, &cars, &place, false)).collect();
    if entries.is_empty() {
        return None;
    }
    let title = reader.locale.t("Historia", "Story");
    Some(
        view! {
            <section class="section" id="historia" aria-labelledby="historia-titulo">
                <h2 id="historia-titulo">{title}</h2>
                <ol class="story">{entries}</ol>
            </section>
        }
        .into_any(),
    )
}

/// One entry; `to_order` links the page of its order, which on that very page leads nowhere.
fn entry(line: &StoryLine, cars: &Cars, place: &Place<'_>, to_order: bool) -> AnyView {
    let locale = place.reader.locale;
    let said = say(line, place.reader, place.eyes);
    let (seq, at) = (line.entry.seq, line.entry.at);
    let permalink = place.entry(line.entry.id);
    let car = line.entry.vehicle_id.map(|id| cars.label(id.into())).unwrap_or_default();
    // The page of an order is its customer's alone.
    let details = line.service.as_ref().filter(|_| place.is_own()).map(|(id, _)| {
        let href = activation_href(*id);
        view! { <a href=href>{locale.t("Ver detalle", "See details")}</a> }
    });
    let is_order = line.entry.subject_kind == SubjectKind::Order;
    let order = (to_order && is_order && place.is_own()).then(|| {
        let href = order_path(line.entry.subject_id.into());
        view! { <a href=href>{locale.t("Ver el pedido", "See the order")}</a> }
    });
    let evidence = (!place.is_own()).then(|| {
        let evidence = super::evidence::in_short(line, locale);
        view! { <span class="code">{evidence}</span> }
    });
    let has_more = !car.is_empty() || details.is_some() || order.is_some() || evidence.is_some();
    let car = (!car.is_empty()).then(|| view! { <span>{car}</span> });
    view! {
        <li id=format!("e{seq}") class=said.tone.class()>
            <time datetime=exact(at)><a href=permalink>{moment(at, place.reader.zone, locale)}</a></time>
            <p class="story__title"><Icon name=said.icon/>{said.text}</p>
            {(!said.note.is_empty()).then(|| view! { <p>{said.note}</p> })}
            {has_more.then(|| view! { <p class="story__more">{car}{details}{order}{evidence}</p> })}
        </li>
    }
    .into_any()
}

/// The same story as a file, and on paper.
fn to_take_away(query: &Query, place: &Place<'_>) -> AnyView {
    let locale = place.reader.locale;
    let paper = place.paper(query).map(|href| {
        view! { <LinkButton href=href icon=IconName::Document>{locale.t("Versión para imprimir", "Version to print")}</LinkButton> }
    });
    view! {
        <div class="actions">
            <LinkButton href=place.file(query) icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
            {paper}
        </div>
    }
    .into_any()
}

fn filter(query: &Query, cars: &Cars, place: &Place<'_>) -> AnyView {
    let locale = place.reader.locale;
    let any = |label: &str| Choice::new("", label);
    let car = (cars.all.len() > 1).then(|| {
        let own = cars.all.iter().map(|car| Choice::new(car.id.to_string(), car.label()));
        let choices: Vec<_> = std::iter::once(any(locale.t("Todos", "All"))).chain(own).collect();
        let value = cars.chosen.map(|id| id.to_string()).unwrap_or_default();
        view! { <SelectField label=locale.t("Coche", "Car") name="coche" choices=choices value=value/> }
    });
    let kinds: Vec<_> = std::iter::once(any(locale.t("Todo", "Everything")))
        .chain(KINDS.iter().map(|kind| Choice::new(kind.as_str(), kind_label(*kind, locale))))
        .collect();
    let kind = query.kind.map(|kind| kind.as_str()).unwrap_or_default();
    let mut chips = Vec::new();
    let whole = query.whole();
    if let Some(car) = cars.all.iter().find(|car| cars.all.len() > 1 && Some(car.id) == cars.chosen) {
        chips.push(Chip::new(Vehicle::label(car), place.story(&Query { car: None, ..whole.clone() })));
    }
    if let Some(kind) = query.kind {
        chips.push(Chip::new(kind_label(kind, locale), place.story(&Query { kind: None, ..whole.clone() })));
    }
    if let Some(from) = query.from {
        let label = format!("{} {}", locale.t("Desde el", "From"), day_words(from, locale));
        chips.push(Chip::new(label, place.story(&Query { from: None, ..whole.clone() })));
    }
    if let Some(until) = query.until {
        let label = format!("{} {}", locale.t("Hasta el", "Until"), day_words(until, locale));
        chips.push(Chip::new(label, place.story(&Query { until: None, ..whole.clone() })));
    }
    let clear = if chips.len() > 1 { locale.t("Quitar todo", "Remove all") } else { "" };
    let all = place.story(&Query::default());
    let date = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let (from, until) = (date(query.from), date(query.until));
    view! {
        <FilterBar action=all.clone() label=locale.t("Filtrar la historia", "Filter the story")
            submit=locale.t("Filtrar", "Filter") chips=chips remove_word=locale.t("Quitar", "Remove")
            clear_word=clear clear_href=all>
            {car}
            <SelectField label=locale.t("Sobre", "About") name="tipo" choices=kinds value=kind/>
            <Field label=locale.t("Desde", "From") name="desde" kind="date" value=from/>
            <Field label=locale.t("Hasta", "Until") name="hasta" kind="date" value=until/>
        </FilterBar>
    }
    .into_any()
}

/// A day of the calendar in words.
pub(in crate::pages) fn day_words(day: NaiveDate, locale: Locale) -> String {
    when::short_day(when::start_of_day(day, "UTC"), "UTC", locale)
}

fn nothing(query: &Query, place: &Place<'_>) -> AnyView {
    let locale = place.reader.locale;
    if *query == Query::default() && place.is_own() {
        let action =
            view! { <LinkButton href="/catalogo">{locale.t("Ver el catálogo", "See the catalogue")}</LinkButton> };
        return view! {
            <EmptyState title=locale.t("Aquí empieza tu historia", "Your story begins here") action=action.into_any()>
                <p>{locale.t("Cada pedido, cada intento y cada pago quedará escrito, con su hora y su porqué.", "Every order, attempt and payment will be written down, with its time and its reason.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let all = place.story(&Query::default());
    let action = view! { <LinkButton href=all>{locale.t("Ver toda la historia", "See the whole story")}</LinkButton> };
    view! {
        <EmptyState title=locale.t("Nada que mostrar con este filtro", "Nothing to show with this filter") action=action.into_any()>
            <p>{locale.t("Prueba con otro coche, otras fechas o quita el filtro.", "Try another car or other dates, or remove the filter.")}</p>
        </EmptyState>
    }
    .into_any()
}
