//! The story, newest first, with its filter.

use super::cars::Cars;
use super::needs::activation_href;
use super::query::{KINDS, Query};
use super::states::Reader;
use super::words::{kind_label, say};
use crate::ui::{Chip, Choice, EmptyState, FilterBar, Icon, LinkButton, Pager, SelectField};
use crate::web::dates::{exact, moment};
use caas::expediente::repository::StoryLine;
use caas::kernel::locale::Locale;
use caas::sales::vehicles::Vehicle;
use leptos::prelude::*;

/// Entries on one page.
pub(super) const PAGE: i64 = 20;

/// The story. `lines` may hold one entry more than a page: then there is an earlier page.
pub(super) fn story(query: &Query, cars: &Cars, mut lines: Vec<StoryLine>, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let earlier = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let next = if earlier {
        lines.last().map(|line| Query { before: Some(line.entry.seq), ..query.clone() }.story()).unwrap_or_default()
    } else {
        String::new()
    };
    let first = query.before.map(|_| Query { before: None, ..query.clone() }.story()).unwrap_or_default();
    let list = if lines.is_empty() {
        nothing(query, locale).into_any()
    } else {
        let entries = lines.iter().map(|line| entry(line, query, cars, reader)).collect_view();
        view! { <ol class="story">{entries}</ol> }.into_any()
    };
    view! {
        <section class="section" id="historia" aria-labelledby="historia-titulo">
            <h2 id="historia-titulo">{locale.t("Historia", "Story")}</h2>
            {filter(query, cars, locale)}
            {list}
            <Pager label=locale.t("Páginas de la historia", "Pages of the story")
                previous_href=first previous_word=locale.t("Lo más reciente", "The most recent")
                next_href=next next_word=locale.t("Anterior", "Earlier")/>
        </section>
    }
    .into_any()
}

fn entry(line: &StoryLine, query: &Query, cars: &Cars, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let said = say(line, reader);
    let (seq, at) = (line.entry.seq, line.entry.at);
    let permalink = format!("{}#e{seq}", Query { before: Some(seq + 1), ..query.clone() }.href("/expediente"));
    let car = line.entry.vehicle_id.map(|id| cars.label(id.into())).unwrap_or_default();
    let details = line.service.as_ref().map(|(id, _)| {
        let href = activation_href(*id);
        view! { <a href=href>{locale.t("Ver detalle", "See details")}</a> }
    });
    let has_more = !car.is_empty() || details.is_some();
    let car = (!car.is_empty()).then(|| view! { <span>{car}</span> });
    view! {
        <li id=format!("e{seq}") class=said.tone.class()>
            <time datetime=exact(at)><a href=permalink>{moment(at, reader.zone, locale)}</a></time>
            <p class="story__title"><Icon name=said.icon/>{said.text}</p>
            {(!said.note.is_empty()).then(|| view! { <p>{said.note}</p> })}
            {has_more.then(|| view! { <p class="story__more">{car}{details}</p> })}
        </li>
    }
    .into_any()
}

fn filter(query: &Query, cars: &Cars, locale: Locale) -> AnyView {
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
    if let Some(car) = cars.all.iter().find(|car| cars.all.len() > 1 && Some(car.id) == cars.chosen) {
        chips.push(Chip::new(Vehicle::label(car), Query { car: None, before: None, ..query.clone() }.story()));
    }
    if let Some(kind) = query.kind {
        chips.push(Chip::new(kind_label(kind, locale), Query { kind: None, before: None, ..query.clone() }.story()));
    }
    let clear = if chips.len() > 1 { locale.t("Quitar todo", "Remove all") } else { "" };
    view! {
        <FilterBar action="/expediente#historia" label=locale.t("Filtrar la historia", "Filter the story")
            submit=locale.t("Filtrar", "Filter") chips=chips remove_word=locale.t("Quitar", "Remove")
            clear_word=clear clear_href="/expediente#historia">
            {car}
            <SelectField label=locale.t("Sobre", "About") name="tipo" choices=kinds value=kind/>
        </FilterBar>
    }
    .into_any()
}

fn nothing(query: &Query, locale: Locale) -> AnyView {
    if *query == Query::default() {
        let action =
            view! { <LinkButton href="/catalogo">{locale.t("Ver el catálogo", "See the catalogue")}</LinkButton> };
        return view! {
            <EmptyState title=locale.t("Aquí empieza tu historia", "Your story begins here") action=action.into_any()>
                <p>{locale.t("Cada pedido, cada intento y cada pago quedará escrito, con su hora y su porqué.", "Every order, attempt and payment will be written down, with its time and its reason.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let action = view! { <LinkButton href="/expediente#historia">{locale.t("Ver toda la historia", "See the whole story")}</LinkButton> };
    view! {
        <EmptyState title=locale.t("Nada que mostrar con este filtro", "Nothing to show with this filter") action=action.into_any()>
            <p>{locale.t("Prueba con otro coche o quita el filtro.", "Try another car, or remove the filter.")}</p>
        </EmptyState>
    }
    .into_any()
}
