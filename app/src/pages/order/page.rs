//! `/expediente/pedidos/{id}`

use super::now::now;
use super::{customer, money, name, papers, path_of, place, reader, steps};
use crate::islands::{OrderLive, OrderStory, OrderWords};
use crate::pages::expediente::story_of;
use crate::ui::{CarColour, CarDrawing, CarModel, Crumb, Fact, KeyValueList, PageHeader, StatusPill};
use crate::web::{CurrentUser, Page, PageResult, Refusal, Section, WebContext, dates};
use caas::expediente::repository::lines_about_order;
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::journey::{self, Journey};
use caas::sales::pricing::LineKind;
use leptos::prelude::*;

/// How often the page asks again where no script runs and something is under way within seconds.
const REFRESH_SECONDS: u32 = 30;

pub(super) async fn order_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let id: OrderId = web.param_as("id")?;
    let locale = web.locale;
    let reader = reader(&web, &user);
    let mut tx = web.caas.db.read().await?;
    let journey = journey::of_customer(&mut tx, user.id, id).await?.ok_or(Refusal::Hidden("order"))?;
    let missing = papers::missing(&mut tx, &journey).await?;
    let lines = lines_about_order(&mut tx, id).await?;
    drop(tx);

    let story = tell(&web, &user, &journey, missing);
    let follow = locale.t(
        "Esta página se actualiza sola y te avisamos de cada paso.",
        "This page updates by itself and we tell you of each step.",
    );
    let words = OrderWords {
        journey: locale.t("El camino de tu coche", "The journey of your car").to_owned(),
        states: [
            locale.t("hecho", "done"),
            locale.t("en esto estamos", "this is where we are"),
            locale.t("después", "later"),
            locale.t("aquí terminó", "it ended here"),
        ]
        .map(str::to_owned),
        follow: if journey.order.status.is_over() { "" } else { follow }.to_owned(),
        news: locale.t("Hay novedades: ver lo último", "There is news: see the latest").to_owned(),
        href: path_of(id),
    };
    let lead = match locale {
        Locale::Es => format!("Pedido {} en {}", journey.order.number, journey.dealership.name),
        Locale::En => format!("Order {} at {}", journey.order.number, journey.dealership.name),
    };
    let crumbs = vec![Crumb::new("/expediente", locale.t("Expediente", "My cars"))];
    let title = name(&journey);
    let price = journey.quote.as_ref().map(|quote| money::price(quote, locale));
    let body = view! {
        <PageHeader title=title.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="activation">
            <OrderLive id=id.to_string() story=story words=words/>
            <aside class="stack">
                {car(&journey, locale)}
                {facts(&journey, reader)}
                {place::card(&journey, reader)}
            </aside>
        </div>
        {papers::summary(&journey, missing, locale)}
        {price}
        {money::payments(&journey, reader)}
        {story_of(&lines, reader)}
    };
    let page = Page::new(title, body).section(Section::Expediente);
    Ok(if journey.order.status.is_over() || web.has_script { page } else { page.refresh(REFRESH_SECONDS) })
}

/// What changes while the page is open.
pub(super) fn tell(web: &WebContext, user: &CurrentUser, journey: &Journey, missing: usize) -> OrderStory {
    let reader = reader(web, user);
    let now = now(journey, missing, reader);
    OrderStory {
        stamp: journey.stamp(),
        tone: now.tone,
        headline: now.headline,
        text: now.text,
        action: now.action,
        steps: steps::steps(journey, reader),
    }
}

/// The car in its colour.
fn car(journey: &Journey, locale: Locale) -> AnyView {
    let (name, body) = &journey.model;
    let colour = journey.order.colour.as_deref().unwrap_or_default();
    let label = match locale {
        Locale::Es => format!("Un {name}, {}", colour_name(journey, locale)),
        Locale::En => format!("A {name}, {}", colour_name(journey, locale)),
    };
    view! { <CarDrawing model=CarModel::from_name(body) colour=CarColour::from_name(colour) label=label/> }.into_any()
}

/// The colour as it was sold.
fn colour_name(journey: &Journey, locale: Locale) -> String {
    let sold = journey.quote.as_ref().and_then(|quote| quote.lines.iter().find(|line| line.kind == LineKind::Colour));
    match sold {
        Some(line) => line.names.get(locale).to_owned(),
        None => journey.order.colour.clone().unwrap_or_default(),
    }
}

/// What was ordered.
fn facts(journey: &Journey, reader: crate::pages::expediente::states::Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let order = &journey.order;
    let (status, word) = super::words::status(order.status, locale);
    let mut facts = vec![
        Fact::view(locale.t("Estado", "State"), view! { <StatusPill kind=status word=word/> }.into_any()),
        Fact::text(locale.t("Color", "Colour"), colour_name(journey, locale)),
    ];
    let options: Vec<&str> = journey
        .quote
        .iter()
        .flat_map(|quote| &quote.lines)
        .filter(|line| line.kind == LineKind::Option)
        .map(|line| line.names.get(locale))
        .collect();
    if !options.is_empty() {
        facts.push(Fact::text(locale.t("Opciones", "Options"), options.join(", ")));
    }
    if let Some(at) = order.registered_at {
        facts.push(Fact::view(locale.t("Pedido el", "Ordered on"), dates::day_tag(at, reader.zone, locale).into_any()));
    }
    if let Some(car) = &journey.car {
        facts.push(Fact::code(locale.t("Bastidor (VIN)", "VIN"), car.vin.clone()));
        if let Some(plate) = &car.plate {
            facts.push(Fact::code(locale.t("Matrícula", "Plate"), plate.clone()));
        }
    }
    facts.push(Fact::code(locale.t("Número de pedido", "Order number"), order.number.clone()));
    view! { <div class="card"><KeyValueList facts=facts/></div> }.into_any()
}
