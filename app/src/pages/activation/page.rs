//! `/expediente/activaciones/{id}`

use super::{own_order, path_of, story};
use crate::islands::{ActivationLive, StoryLink, StoryWords};
use crate::pages::expediente::{source_words, to_the_second};
use crate::pages::help::new_hold_box;
use crate::pages::withdrawal;
use crate::ui::{CarCard, CarColour, CarModel, Crumb, Fact, KeyValueList, LinkButton, PageHeader};
use crate::web::{Page, PageResult, Section, WebContext, dates};
use caas::catalogue::OfferKind;
use caas::kernel::locale::Locale;
use caas::purchases::discounts::{self, UsedDiscount};
use caas::purchases::view::OrderView;
use caas::subscriptions::repository::of_activation;
use leptos::prelude::*;

/// How often the page asks again where no script runs.
const REFRESH_SECONDS: u32 = 5;

pub(super) async fn activation_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let order = own_order(&web, web.param_as("id")?).await?;
    let told = story::tell(&web, &order);
    let asks = told.actions.cancel.as_ref().is_some_and(|question| question.open);
    let refresh = told.live && !web.has_script && !asks;
    let id = order.activation.id;
    let name = order.activation.service_names.get(locale).to_owned();
    let words = StoryWords {
        timeline: locale.t("Qué ha pasado", "What has happened").to_owned(),
        now: locale.t("ahora", "now").to_owned(),
        follow: locale
            .t(
                "Esta página se actualiza sola mientras haya algo en marcha. Puedes cerrarla: te avisamos.",
                "This page updates by itself while something is under way. You can close it: we will tell you.",
            )
            .to_owned(),
        update: StoryLink { href: path_of(id), label: locale.t("Actualizar ahora", "Update now").to_owned() },
        offline: locale
            .t("Sin conexión: esto es lo último que sabemos.", "No connection: this is the last we know.")
            .to_owned(),
    };
    let lead = format!("{} {}", locale.t("En tu", "On your"), order.vehicle.label());
    let crumbs = vec![Crumb::new("/expediente", locale.t("Expediente", "My cars"))];
    let new_hold = new_hold_box(&web, id).await?;
    let withdrawal = withdrawal::section(&web, &order.activation).await?;
    let mut tx = web.caas.db.read().await?;
    let reduced = discounts::of_activation(&mut tx, id).await?;
    let subscription = of_activation(&mut tx, id).await?.map(|subscription| subscription.link());
    drop(tx);
    let body = view! {
        <PageHeader title=name.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {new_hold}
        <div class="activation">
            <ActivationLive id=id.to_string() story=told words=words/>
            {facts(&web, &order, reduced, subscription)}
        </div>
        {withdrawal}
    };
    let page = Page::new(name, body).section(Section::Expediente);
    Ok(if refresh { page.refresh(REFRESH_SECONDS) } else { page })
}

/// What was ordered, for which car, and where to read on.
fn facts(
    web: &WebContext,
    order: &OrderView,
    reduced: Option<UsedDiscount>,
    subscription: Option<String>,
) -> impl IntoView + use<> {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let (activation, vehicle) = (&order.activation, &order.vehicle);
    let mut facts = vec![
        Fact::text(locale.t("Duración", "Duration"), term(activation.offer_kind, activation.days, locale)),
        Fact::text(locale.t("Precio", "Price"), price(order, locale)),
        Fact::view(locale.t("Pedido", "Ordered"), dates::time_tag(activation.created_at, zone, locale).into_any()),
    ];
    if let Some(reduced) = reduced {
        let words = match locale {
            Locale::Es => format!("{}\u{a0}% menos: antes {}", reduced.percent, reduced.full.display(locale)),
            Locale::En => format!("{}% less: {} before", reduced.percent, reduced.full.display(locale)),
        };
        facts.push(Fact::text(locale.t("Descuento", "Discount"), words));
    }
    if let Some(method) = &order.method {
        facts.push(Fact::text(locale.t("Método de pago", "Payment method"), method.label(locale)));
    }
    if let Some(until) = activation.expires_at {
        facts.push(Fact::view(
            locale.t("Activo hasta", "Active until"),
            dates::time_tag(until, zone, locale).into_any(),
        ));
    }
    if let Some(delivery) = &order.delivery {
        let how = source_words(&delivery.source, locale);
        let told = view! {
            <span><time datetime=dates::exact(delivery.at)>{to_the_second(delivery.at, zone, locale)}</time>", "{how}</span>
        };
        facts.push(Fact::view(locale.t("El coche lo confirmó", "The car confirmed"), told.into_any()));
    }
    if let Some(at) = order.payment.as_ref().and_then(|payment| payment.captured_at) {
        let told = view! { <time datetime=dates::exact(at)>{to_the_second(at, zone, locale)}</time> };
        facts.push(Fact::view(locale.t("Cobrado después, el", "Charged after that, on"), told.into_any()));
    }
    if let Some(ticket) = &order.ticket {
        let (href, number) = (format!("/cuenta/ayuda/{ticket}"), ticket.clone());
        let link = view! { <a class="code" href=href>{number}</a> };
        facts.push(Fact::view(locale.t("Caso de soporte", "Support case"), link.into_any()));
    }
    facts.push(Fact::code(locale.t("Referencia", "Reference"), activation.id.to_string()));
    let service = format!("/catalogo/{}?coche={}", order.service_slug, vehicle.id);
    let subscription = subscription.map(|href| {
        view! { <LinkButton href=href>{locale.t("Ver la suscripción", "See the subscription")}</LinkButton> }
    });
    view! {
        <aside class="stack">
            <CarCard model=CarModel::from_name(&vehicle.body) colour=CarColour::from_name(&vehicle.colour)
                name=vehicle.model_name.clone() code=vehicle.plate.clone().unwrap_or_else(|| vehicle.vin.clone())/>
            <div class="card stack">
                <KeyValueList facts=facts/>
                <div class="actions">
                    {subscription}
                    <LinkButton href="/expediente">{locale.t("Ir al expediente", "Go to my cars")}</LinkButton>
                    <LinkButton href=service>{locale.t("Ver el servicio", "See the service")}</LinkButton>
                </div>
            </div>
        </aside>
    }
}

/// How long it runs, as on the offer.
pub(in crate::pages) fn term(kind: OfferKind, days: Option<i64>, locale: Locale) -> String {
    match (kind, days) {
        (OfferKind::Permanent, _) => locale.t("Para siempre", "For good").to_owned(),
        (OfferKind::Subscription, _) => locale.t("Suscripción", "Subscription").to_owned(),
        (OfferKind::Temporary, Some(365)) => locale.t("1 año", "1 year").to_owned(),
        (OfferKind::Temporary, Some(1)) => locale.t("1 día", "1 day").to_owned(),
        (OfferKind::Temporary, days) => format!("{} {}", days.unwrap_or_default(), locale.t("días", "days")),
    }
}

/// The price agreed, with what it is for.
pub(super) fn price(order: &OrderView, locale: Locale) -> String {
    let price = order.activation.price().display(locale);
    match order.activation.offer_kind {
        OfferKind::Subscription => format!("{price} {}", locale.t("al mes", "a month")),
        OfferKind::Temporary | OfferKind::Permanent => price,
    }
}
