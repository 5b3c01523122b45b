//! What is in the cars, on its way to them, and over; and the page with all that is over.

use super::cars::Cars;
use super::needs::activation_href;
use super::query::{Query, list_href};
use super::states::{Reader, Told, of_activation};
use crate::pages::subscriptions::{Running, running_in_words, status_words};
use crate::pages::withdrawal;
use crate::ui::{Crumb, EmptyState, LinkButton, PageHeader, Pager, StatusPill};
use crate::web::{Page, PageResult, Section, WebContext};
use caas::activation::model::ActivationState;
use caas::activation::repository::{Activation, ended_of_customer, open_of_customer};
use caas::catalogue::OfferKind;
use caas::kernel::Timestamp;
use caas::kernel::ids::ActivationId;
use caas::kernel::locale::Locale;
use caas::subscriptions::repository::Subscription;
use caas::vehicles::vehicles_of;
use caas::withdrawal::view::Place;
use leptos::prelude::*;

/// More running at once than any car has room for.
pub(super) const MOST_OPEN: i64 = 200;

/// Ended services on one page.
const PAGE: i64 = 20;

/// Where the customer's periods of withdrawal are counted, and now.
pub(super) struct Counted(pub Place, pub Timestamp);

/// The three groups.
pub(super) fn groups(
    cars: &Cars,
    open: &[Activation],
    ended: &[Activation],
    more: bool,
    running: &Running,
    place: &Counted,
    reader: Reader<'_>,
) -> AnyView {
    let locale = reader.locale;
    let (active, under_way): (Vec<_>, Vec<_>) = open.iter().partition(|a| a.state == ActivationState::Active);
    let nothing = open.is_empty() && ended.is_empty();
    let catalogue = cars.chosen.map_or_else(|| "/catalogo".to_owned(), |car| format!("/catalogo?coche={car}"));
    let empty = nothing.then(|| {
        let action = view! { <LinkButton href=catalogue>{locale.t("Ver qué puede hacer tu coche", "See what your car can do")}</LinkButton> };
        view! {
            <EmptyState title=locale.t("Todavía no has activado nada", "You have not switched anything on yet") action=action.into_any()>
                <p>{locale.t("Aquí verás lo que está activo, lo que va de camino y lo que ya terminó.", "Here you will see what is active, what is on its way and what is over.")}</p>
            </EmptyState>
        }
    });
    let all_href = list_href("/expediente/servicios", cars.chosen, None);
    let more = more
        .then(|| view! { <p><a href=all_href>{locale.t("Ver todos los terminados", "See all that are over")}</a></p> });
    view! {
        <section class="section" aria-labelledby="servicios">
            <h2 id="servicios">{locale.t("Servicios", "Services")}</h2>
            {empty}
            {group(locale.t("En camino", "On their way"), &under_way, cars, running, place, reader)}
            {group(locale.t("Activos", "Active"), &active, cars, running, place, reader)}
            {group(locale.t("Terminados", "Over"), &ended.iter().collect::<Vec<_>>(), cars, running, place, reader)}
            {more}
        </section>
    }
    .into_any()
}

fn group(
    title: &str,
    services: &[&Activation],
    cars: &Cars,
    running: &Running,
    place: &Counted,
    reader: Reader<'_>,
) -> Option<AnyView> {
    (!services.is_empty()).then(|| {
        let title = title.to_owned();
        let lines = services.iter().map(|a| line(a, cars, running.of(a.id), place, reader)).collect_view();
        view! { <h3>{title}</h3><ul class="lines">{lines}</ul> }.into_any()
    })
}

fn line(
    a: &Activation,
    cars: &Cars,
    subscription: Option<&Subscription>,
    place: &Counted,
    reader: Reader<'_>,
) -> AnyView {
    let locale = reader.locale;
    let Told { mut status, mut word, mut text } = of_activation(a, reader);
    // A subscription says when it is billed next, and whether it could be charged.
    let more = subscription.map(|subscription| {
        let (line, href) = running_in_words(subscription, reader);
        text = line;
        if a.state == ActivationState::Active {
            let (kind, said) = status_words(subscription.status, subscription.cancel_at_period_end, locale);
            (status, word) = (kind, said.to_owned());
        }
        view! { <p class="small"><a href=href>{locale.t("Ver la suscripción", "See the subscription")}</a></p> }
    });
    let (name, car) = (a.service_names.0.get(locale).to_owned(), cars.label(a.vehicle_id));
    let kind = kind_words(a, locale);
    view! {
        <li class="line">
            <div class="line__text">
                <p class="line__title"><a href=activation_href(a.id)>{name}</a></p>
                {(!car.is_empty()).then(|| view! { <p class="muted small">{car}</p> })}
                {(!text.is_empty()).then(|| view! { <p class="muted">{text}</p> })}
                {more}
                {withdrawal::open_until(a, &place.0, place.1, locale)}
            </div>
            <div class="line__end">
                <StatusPill kind=status word=word/>
                <span class="muted small">{kind}</span>
            </div>
        </li>
    }
    .into_any()
}

/// What was bought: "7 días · 9,90 €".
fn kind_words(a: &Activation, locale: Locale) -> String {
    let price = a.price().display(locale);
    match (a.offer_kind, a.days) {
        (OfferKind::Temporary, Some(1)) => format!("{} · {price}", locale.t("1 día", "1 day")),
        (OfferKind::Temporary, Some(days)) => format!("{days} {} · {price}", locale.t("días", "days")),
        (OfferKind::Temporary, None) => price,
        (OfferKind::Permanent, _) => format!("{} · {price}", locale.t("Para siempre", "For good")),
        (OfferKind::Subscription, _) => format!("{price} {}", locale.t("al mes", "a month")),
    }
}

/// `/expediente/servicios`: what runs, and page by page what is over.
pub(super) async fn services_page(web: WebContext) -> PageResult {
    let user = super::owner(&web)?;
    let reader = Reader { locale: web.locale, zone: &user.time_zone };
    let locale = web.locale;
    let before: Option<ActivationId> = web.query("antes").and_then(|key| key.parse().ok());
    let mut tx = web.caas.db.read().await?;
    let cars = Cars::new(vehicles_of(&mut tx, user.id).await?, Query::of(&web).car);
    let open = match before {
        None => open_of_customer(&mut tx, user.id, cars.chosen, MOST_OPEN).await?,
        Some(_) => Vec::new(),
    };
    let mut ended = ended_of_customer(&mut tx, user.id, cars.chosen, before, PAGE + 1).await?;
    let running = Running::read(&mut tx, user.id).await?;
    let place = Counted(Place::of(&mut tx, user.id).await?, web.caas.now());
    drop(tx);
    let older = ended.len() > PAGE as usize;
    ended.truncate(PAGE as usize);
    let next = if older {
        ended.last().map(|a| list_href("/expediente/servicios", cars.chosen, Some(a.id.to_string())))
    } else {
        None
    };
    let first = before.map(|_| list_href("/expediente/servicios", cars.chosen, None)).unwrap_or_default();
    let title = locale.t("Tus servicios", "Your services");
    let crumbs = vec![Crumb::new(
        Query { car: cars.chosen, ..Query::default() }.href("/expediente"),
        locale.t("Expediente", "My cars"),
    )];
    let body = view! {
        <PageHeader title=title crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {groups(&cars, &open, &ended, false, &running, &place, reader)}
        <Pager label=locale.t("Páginas de servicios", "Pages of services")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next.unwrap_or_default() next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Expediente))
}
