//! `/catalogo/{slug}`: one service, from the promise to the offers for one's own car.

use super::cars::{Car, Cars, market_of};
use super::query::Query;
use super::words::{Said, list_names, offer_action, per_day, price_line, say, unit};
use crate::pages::{maintenance, subscriptions};
use crate::ui::{ButtonKind, Crumb, LinkButton, Notice, OfferRow, PageHeader, StatusPill};
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use caas::catalogue::rules::{Availability, offer_availability};
use caas::catalogue::{Market, Offer, Service, ServiceStatus, Snapshot};
use caas::kernel::locale::Locale;
use caas::maintenance::ask;
use caas::maintenance::model::Standing;
use leptos::prelude::*;

/// The page of a service.
pub async fn service_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let catalogue = web.caas.catalogue().await?;
    let service = catalogue.by_slug(web.param("slug")).ok_or(Refusal::NotFound)?;
    let query = Query::of(&web);
    let cars = Cars::of_or_first(&web, &query.car).await?;
    let car = cars.chosen.as_ref();
    let asks = !service.required_blocks.is_empty() && car.is_some_and(|car| car.upkeep.standing == Standing::Unknown);
    if let Some(car) = car.filter(|_| asks) {
        ask::soon(&web.caas, &car.upkeep).await?;
    }
    let market = market_of(&web, query.market);

    let name = service.name.get(locale).to_owned();
    let promise = service.summary.get(locale).to_owned();
    let crumbs = vec![
        Crumb::new(
            Query { market: query.market, car: query.car.clone(), ..Query::default() }.href(),
            locale.t("Catálogo", "Catalogue"),
        ),
        Crumb::new(
            Query { category: Some(service.category), market: query.market, ..Query::default() }.href(),
            service.category.label(locale),
        ),
    ];
    let body = view! {
        <PageHeader title=name.clone() lead=promise.clone() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="columns">
            <div class="stack--l">
                <section class="section">
                    <h2>{locale.t("Qué hace", "What it does")}</h2>
                    {lines(service.description.get(locale)).map(|line| view! { <p>{line}</p> }).collect_view()}
                </section>
                <section class="section" id="ofertas">
                    <h2>{locale.t("Elige cuánto tiempo", "Choose for how long")}</h2>
                    {chooser(&web, &cars)}
                    {car.map(|car| maintenance::for_service(&web, service, &car.upkeep, car.workshop.as_ref()))}
                    {offers(&web, service, market, car)}
                    {way_in(&web, &cars)}
                </section>
            </div>
            <aside class="card service-facts">
                {needs(service, &catalogue, &query, locale).into_any()}
            </aside>
        </div>
        {what_happens(locale).into_any()}
        {what_if_it_fails(&web).into_any()}
    };
    let description = match market {
        Some(market) if service.status == ServiceStatus::Active => {
            format!("{promise} {}.", capitalised(&price_line(service, market, locale)))
        }
        _ => promise,
    };
    let path = format!("/catalogo/{}", service.slug);
    let page = Page::new(name, body).description(description).public_at(path).section(Section::Catalogue);
    Ok(if asks && !web.has_script { page.refresh(maintenance::REFRESH_SECONDS) } else { page })
}

fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(str::to_owned)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Which of several cars the offers are for. Links rather than a form: the page may load itself anew, and what somebody has
/// half filled in would be lost by it.
fn chooser(web: &WebContext, cars: &Cars) -> Option<AnyView> {
    let locale = web.locale;
    let chosen = &cars.chosen.as_ref()?.vehicle;
    if cars.all.len() == 1 {
        let line = format!("{} {}.", locale.t("Para tu", "For your"), chosen.label());
        return Some(view! { <p>{line}</p> }.into_any());
    }
    let links = cars
        .all
        .iter()
        .map(|car| {
            let current = (car.id == chosen.id).then_some("true");
            let href = format!("{}?coche={}#ofertas", web.path, car.id);
            view! { <li><a class="chip" href=href aria-current=current>{car.label()}</a></li> }
        })
        .collect_view();
    Some(
        view! {
            <nav class="stack stack--s" aria-labelledby="para-que-coche">
                <p id="para-que-coche">{locale.t("¿En qué coche?", "In which car?")}</p>
                <ul class="chips">{links}</ul>
            </nav>
        }
        .into_any(),
    )
}

fn offers(web: &WebContext, service: &Service, market: Option<Market>, car: Option<&Car>) -> impl IntoView + use<> {
    let locale = web.locale;
    let Some(market) = market else { return not_sold(locale).into_any() };
    if service.status == ServiceStatus::Retired && car.is_none() {
        let text = locale.t(
            "Este servicio ya no se vende. Donde está activo sigue funcionando.",
            "This service is no longer sold. Where it runs, it keeps running.",
        );
        return view! { <Notice>{text}</Notice> }.into_any();
    }
    let verdicts: Vec<Option<Availability>> = service
        .offers_in(market)
        .map(|(offer, _)| car.map(|car| offer_availability(offer, service, &car.facts)))
        .collect();
    // One reason that stands for all offers is said once, above them.
    let shared = match verdicts.split_first() {
        Some((Some(first), rest))
            if !first.is_available() && rest.iter().all(|other| other.as_ref() == Some(first)) =>
        {
            let said = say(first, locale, zone(web));
            let to_debts = to_debts(first, locale);
            Some(
                view! { <Notice tone=said.status.tone() title=said.word action=to_debts.into_any()>{said.reason}</Notice> },
            )
        }
        _ => None,
    };
    let rows: Vec<_> = service
        .offers_in(market)
        .zip(&verdicts)
        .map(|((offer, price), verdict)| {
            let verdict = verdict.as_ref().filter(|_| shared.is_none()).zip(car);
            row(web, service, offer, (&price.amount.display(locale), market), verdict)
        })
        .collect();
    if rows.is_empty() {
        return not_sold(locale).into_any();
    }
    let vat = match market {
        Market::Us => {
            locale.t("Más los impuestos de tu estado, si los hay.", "Plus your state's sales tax, where there is one.")
        }
        _ => locale.t("Precios con impuestos incluidos.", "Prices include tax."),
    };
    view! {
        {shared}
        <ul class="offers">{rows}</ul>
        <p class="muted small">{vat}</p>
    }
    .into_any()
}

/// Where what stands in the way of subscriptions is paid.
fn to_debts(verdict: &Availability, locale: Locale) -> Option<AnyView> {
    (*verdict == Availability::BlockedByDebt).then(|| {
        let label = locale.t("Ver y pagar la deuda", "See and pay the debt");
        view! { <LinkButton href=subscriptions::DEBTS>{label}</LinkButton> }.into_any()
    })
}

/// One offer; with the verdict on it for a car, when there is one to show here.
fn row(
    web: &WebContext,
    service: &Service,
    offer: &Offer,
    (price, market): (&str, Market),
    verdict: Option<(&Availability, &Car)>,
) -> impl IntoView + use<> {
    let locale = web.locale;
    let (term, unit, per_day) = (offer.term(locale), unit(offer, locale), per_day(offer, market, locale));
    let Some((verdict, car)) = verdict else {
        return view! { <OfferRow term=term price=price unit=unit per_day=per_day/> }.into_any();
    };
    let href = match verdict {
        Availability::Available => format!("/comprar/{}?coche={}", offer.id, car.vehicle.id),
        Availability::BlockedByDebt => subscriptions::DEBTS.to_owned(),
        _ => String::new(),
    };
    // What maintenance has against it is explained above, once for all offers.
    let upkeep = maintenance::say(&car.upkeep.gate(service), locale).filter(|_| verdict.is_available());
    let said = match upkeep {
        Some(said) => Said { reason: String::new(), ..said },
        None => say(verdict, locale, zone(web)),
    };
    let action = match car.upkeep.gate(service).closed() {
        _ if *verdict == Availability::BlockedByDebt => {
            locale.t("Ver y pagar la deuda", "See and pay the debt").to_owned()
        }
        Some(_) => locale.t("Ver qué falta", "See what is missing").to_owned(),
        None => offer_action(offer, locale),
    };
    let status = view! { <StatusPill kind=said.status word=said.word/> }.into_any();
    view! { <OfferRow term=term price=price unit=unit per_day=per_day href=href action=action note=said.reason status=status/> }
        .into_any()
}

fn zone(web: &WebContext) -> &str {
    web.user.as_ref().map_or("UTC", |user| &user.time_zone)
}

fn not_sold(locale: Locale) -> impl IntoView {
    let text = locale.t("Este servicio no se vende en tu país.", "This service is not sold in your country.");
    view! { <Notice>{text}</Notice> }
}

/// For somebody who can't buy yet: how to.
fn way_in(web: &WebContext, cars: &Cars) -> Option<impl IntoView + use<>> {
    let locale = web.locale;
    if web.user.is_none() {
        let back: String = url::form_urlencoded::byte_serialize(web.here().as_bytes()).collect();
        let text = locale.t(
            "Entra y te decimos cuál de estas ofertas encaja con tu coche.",
            "Sign in and we tell you which of these offers fits your car.",
        );
        return Some(
            view! {
                <div class="split">
                    <p>{text}</p>
                    <LinkButton href=format!("/entrar?siguiente={back}") kind=ButtonKind::Primary>
                        {locale.t("Entrar para comprar", "Sign in to buy")}
                    </LinkButton>
                </div>
            }
            .into_any(),
        );
    }
    let is_customer = web.user.as_ref().is_some_and(|user| user.role == crate::web::Role::Customer);
    (is_customer && cars.all.is_empty()).then(|| {
        let text = locale.t(
            "Todavía no hay ningún coche en tu cuenta. Aparecerá aquí cuando te lo entreguemos.",
            "There is no car in your account yet. It will appear here once it has been handed over to you.",
        );
        view! { <Notice>{text}</Notice> }.into_any()
    })
}

/// What it takes: things, software, maintenance; the models it fits; what it can't run with.
fn needs(service: &Service, catalogue: &Snapshot, query: &Query, locale: Locale) -> impl IntoView + use<> {
    let mut items: Vec<String> = lines(service.needs.get(locale)).collect();
    items.push(format!(
        "{} {}",
        locale.t("Software del coche", "Car software"),
        at_least(&service.min_firmware, locale)
    ));
    if !service.required_blocks.is_empty() {
        let blocks: Vec<String> = service
            .required_blocks
            .iter()
            .map(|required| match locale {
                Locale::Es => format!("{} ({} % o más)", required.block.label(locale), required.threshold),
                Locale::En => format!("{} ({}% or more)", required.block.label(locale), required.threshold),
            })
            .collect();
        let blocks = list_names(blocks.iter().map(String::as_str), locale);
        items.push(format!("{} {blocks}", locale.t("Mantenimiento al día:", "Maintenance up to date:")));
    }
    let models = catalogue
        .models
        .iter()
        .filter(|model| service.models.contains(&model.code))
        .map(|model| view! { <li>{model.name.clone()}": "{model.description.get(locale).to_owned()}</li> })
        .collect_view();
    let tail = query.tail();
    let conflicts = (!service.conflicts.is_empty()).then(|| {
        let others = service
            .conflicts
            .iter()
            .map(|other| {
                let href = format!("/catalogo/{}{tail}", other.slug);
                view! { <li><a href=href>{other.name.get(locale).to_owned()}</a></li> }
            })
            .collect_view();
        view! {
            <h2>{locale.t("No funciona a la vez que", "Can't run together with")}</h2>
            <ul>{others}</ul>
        }
    });
    view! {
        <h2>{locale.t("Qué necesita", "What it needs")}</h2>
        <ul>{items.into_iter().map(|item| view! { <li>{item}</li> }).collect_view()}</ul>
        <h2>{locale.t("Para qué coches", "For which cars")}</h2>
        <ul>{models}</ul>
        {conflicts}
    }
}

fn at_least(version: &str, locale: Locale) -> String {
    match locale {
        Locale::Es => format!("{version} o posterior"),
        Locale::En => format!("{version} or later"),
    }
}

fn what_happens(locale: Locale) -> impl IntoView {
    let steps = [
        (
            locale.t("Reservamos el importe", "We hold the amount"),
            locale.t("Tu banco lo retiene. Todavía no se te cobra.", "Your bank sets it aside. You are not charged yet."),
        ),
        (
            locale.t("El coche recibe la orden", "The car gets the order"),
            locale.t(
                "Por el aire, con el coche aparcado y con cobertura. Suele tardar minutos y lo ves en directo.",
                "Over the air, while the car is parked and has coverage. It usually takes minutes, and you see it live.",
            ),
        ),
        (
            locale.t("El coche confirma", "The car confirms"),
            locale.t("Entonces, y solo entonces, se cobra.", "Then, and only then, you are charged."),
        ),
        (
            locale.t("Empieza a contar", "Your time begins"),
            locale.t(
                "Los días cuentan desde la confirmación. Una suscripción se paga al final de cada mes.",
                "Days count from the confirmation. A subscription is paid at the end of each month.",
            ),
        ),
    ];
    let steps = steps.map(|(title, text)| view! { <li><h3>{title}</h3><p>{text}</p></li> }).collect_view();
    view! {
        <section class="section">
            <h2>{locale.t("Qué pasa cuando lo pides", "What happens when you order")}</h2>
            <ol class="what-happens">{steps}</ol>
        </section>
    }
}

fn what_if_it_fails(web: &WebContext) -> impl IntoView + use<> {
    let (attempts, hours) = (web.caas.policies.retry.max_attempts, web.caas.policies.retry.deadline.num_hours());
    let text = match web.locale {
        Locale::Es => format!(
            "Lo intentamos hasta {attempts} veces en un máximo de {hours} horas. Si el coche no lo confirma, anulamos la reserva, no pagas nada y una persona de soporte mira qué ha pasado."
        ),
        Locale::En => format!(
            "We try up to {attempts} times within {hours} hours. If the car does not confirm, the hold is released, you pay nothing, and somebody in support looks into it."
        ),
    };
    view! {
        <section class="section">
            <h2>{web.t("Si algo falla, no pagas nada", "If anything fails, you pay nothing").to_owned()}</h2>
            <p>{text}</p>
            <p><a href="/#como-se-paga">{web.t("Ver cómo se paga", "See how paying works").to_owned()}</a></p>
        </section>
    }
}
