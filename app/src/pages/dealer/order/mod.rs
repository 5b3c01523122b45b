//! `/concesionario/pedidos/{id}`: one order as a whole, and what to do now.

mod now;
mod papers;
mod registration;
mod way;

pub(super) use papers::FORM as PAPERS;
pub(super) use way::transport_words;

use super::actions::known;
use super::words::{charge_words, colour_words, status_words};
use super::{Clerk, clerk, crumbs, day_words, order_href, tabs};
use crate::pages::expediente::states::Reader;
use crate::pages::expediente::words::say;
use crate::pages::expediente::{Eyes, estimate_reason};
use crate::pages::price::agreed_price;
use crate::ui::{CarColour, CarDrawing, CarModel, Crumb, Fact, Icon, KeyValueList, PageHeader, StatusPill};
use crate::web::dates::{exact, moment, time_tag};
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use axum::body::Body;
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::payments::model::PaymentType;
use caas::sales::delivery;
use caas::sales::desk::{self, Estimate, Sheet};
use caas::sales::documents::{self, NeededPaper};
use caas::sales::model::{DeliveryMode, OrderStatus, OwnerKind};
use caas::sales::pricing::LineKind;
use caas::sales::registration::{self as registrations, Overview};
use leptos::prelude::*;
use uuid::Uuid;

/// Everything a page of an order shows.
pub(super) struct Whole {
    pub sheet: Sheet,
    pub papers: Vec<NeededPaper>,
    pub registration: Option<Overview>,
    /// To which way of delivery it can still be changed.
    pub other_way: Option<DeliveryMode>,
}

/// Reads an order of one's own dealership.
pub(super) async fn read(web: &WebContext, clerk: &Clerk<'_>, id: OrderId) -> Result<Whole, Refusal> {
    let mut tx = web.caas.db.read().await?;
    let sheet = desk::sheet(&mut tx, clerk.reach, id).await?.ok_or(Refusal::Hidden("order"))?;
    let papers = documents::needed(&mut tx, &sheet.order).await?;
    let registration = registrations::overview(&web.caas, &mut tx, &sheet.order).await?;
    let transport = delivery::find(&mut tx, id).await?;
    let other_way = delivery::other_way(&sheet.order, transport.as_ref());
    Ok(Whole { sheet, papers, registration, other_way })
}

/// The page.
pub(super) async fn order_page(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    let whole = read(&web, &clerk, web.param_as("id")?).await?;
    let Whole { sheet, .. } = &whole;
    let (locale, zone) = (web.locale, sheet.dealership.time_zone.as_str());
    let (status, word) = status_words(sheet.order.status, locale);
    let who = sheet.customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default();
    let car = sheet.model.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
    let lead = [who, car].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let down = super::desk::factory_down(&mut web.caas.db.read().await?, clerk.reach, locale).await?;
    let title = sheet.order.number.clone();
    let pill = view! { <StatusPill kind=status word=word/> };
    let body = view! {
        <PageHeader title=title.clone() lead=lead crumbs=crumbs(locale) crumbs_label=locale.t("Estás en", "You are in") actions=pill.into_any()/>
        {tabs(None, "", locale)}
        {now::now(&whole, &web, &down)}
        <div class="columns">
            <div class="stack stack--l">
                {papers::papers(&whole, &web)}
                {registration::panel(&whole, &web, zone)}
                {way::card(&whole, zone, locale)}
                {price(sheet, locale)}
                {estimates(&sheet.estimates, zone, locale)}
                {story(sheet, zone, locale)}
            </div>
            <aside aria-label=locale.t("Cliente, coche y pagos", "Customer, car and payments")>
                {car_card(sheet, locale)}
                {customer(sheet, zone, locale)}
                {charges(sheet, zone, locale)}
                {at_the_factory(sheet, locale)}
            </aside>
        </div>
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

/// The way back to an order.
pub(super) fn order_crumbs(sheet: &Sheet, locale: Locale) -> Vec<Crumb> {
    let mut all = crumbs(locale);
    all.push(Crumb::new(order_href(sheet.order.id), sheet.order.number.clone()));
    all
}

fn facts_card(id: &'static str, title: &'static str, facts: Vec<Fact>) -> Option<AnyView> {
    if facts.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="card" aria-labelledby=id>
                <h2 class="card__title" id=id>{title}</h2>
                <KeyValueList facts=facts/>
            </section>
        }
        .into_any(),
    )
}

fn car_card(sheet: &Sheet, locale: Locale) -> AnyView {
    let order = &sheet.order;
    let (name, body) = sheet.model.clone().unwrap_or_default();
    let colour = order.colour.clone().unwrap_or_default();
    // As they were called when the price was agreed.
    let quote = order.agreed();
    let named = |kind| {
        let lines = quote.iter().flat_map(|quote| &quote.lines).filter(move |line| line.kind == kind);
        let names: Vec<&str> = lines.map(|line| line.names.get(locale)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let paint = named(LineKind::Colour).unwrap_or_else(|| colour_words(&colour, locale).to_owned());
    let options = named(LineKind::Option)
        .or_else(|| order.options.as_ref().map(|codes| codes.0.join(", ")).filter(|codes| !codes.is_empty()))
        .unwrap_or_else(|| locale.t("De serie", "Standard").to_owned());
    let mut facts = vec![
        Fact::text(locale.t("Modelo", "Model"), name),
        Fact::text(locale.t("Color", "Colour"), paint),
        Fact::text(locale.t("Opciones", "Options"), options),
    ];
    if order.from_stock {
        facts.push(Fact::text(locale.t("Origen", "Comes from"), locale.t("Existencias", "Stock")));
    }
    if let Some((vin, plate)) = &sheet.car {
        facts.push(Fact::code("VIN", vin.clone()));
        if let Some(plate) = plate {
            facts.push(Fact::code(locale.t("Matrícula", "Plate"), plate.clone()));
        }
    }
    if let Some(date) = order.estimated_date.as_deref().filter(|_| !order.status.is_over()) {
        facts.push(Fact::text(locale.t("Fecha prevista", "Expected"), day_words(date, locale)));
    }
    if let Some(total) = order.total() {
        facts.push(Fact::text(locale.t("Precio con IVA", "Price with VAT"), total.display(locale)));
    }
    view! {
        <section class="card" aria-labelledby="coche">
            <h2 class="card__title" id="coche">{locale.t("Coche", "Car")}</h2>
            <CarDrawing model=CarModel::from_name(&body) colour=CarColour::from_name(&colour)/>
            <KeyValueList facts=facts/>
        </section>
    }
    .into_any()
}

fn customer(sheet: &Sheet, zone: &str, locale: Locale) -> Option<AnyView> {
    let person = sheet.customer.as_ref()?;
    let mut facts = vec![
        Fact::text(locale.t("Nombre", "Name"), person.name.clone()),
        Fact::view(locale.t("Correo", "Email"), {
            let (href, email) = (format!("mailto:{}", person.email), person.email.clone());
            view! { <a href=href>{email}</a> }.into_any()
        }),
    ];
    if let Some(phone) = person.phone.clone() {
        facts.push(Fact::view(locale.t("Teléfono", "Phone"), {
            let href = format!("tel:{phone}");
            view! { <a href=href>{phone}</a> }.into_any()
        }));
    }
    if person.email_confirmed_at.is_none() {
        let text = locale.t("Invitado: todavía no ha entrado", "Invited: not signed in yet");
        facts.push(Fact::text(locale.t("Cuenta", "Account"), text));
    }
    if let Some(owner) = &sheet.order.owner {
        facts.push(Fact::text(locale.t("A nombre de", "In the name of"), owner.name.clone()));
        let label = match owner.kind {
            OwnerKind::Individual => locale.t("Número fiscal", "Tax id"),
            OwnerKind::Company => locale.t("Número fiscal de la empresa", "Company's tax id"),
        };
        facts.push(Fact::code(label, owner.tax_id.clone()));
    }
    if let Some(address) = &sheet.order.address {
        let lines =
            [address.street.clone(), format!("{} {}", address.postal_code, address.city), address.country.clone()];
        facts.push(Fact::text(locale.t("Dirección", "Address"), lines.join(", ")));
    }
    if let Some(seller) = &sheet.seller {
        facts.push(Fact::text(locale.t("Venta de", "Sold by"), seller.clone()));
    }
    if let Some(at) = sheet.order.registered_at {
        facts.push(Fact::view(locale.t("Vendido", "Sold"), time_tag(at, zone, locale).into_any()));
    }
    facts_card("cliente", locale.t("Cliente", "Customer"), facts)
}

/// The price as agreed, and how its two parts stand.
fn price(sheet: &Sheet, locale: Locale) -> Option<AnyView> {
    let quote = sheet.order.agreed()?;
    // A part may have been tried more than once: the last try is how it stands.
    let stands = |part: PaymentType| {
        let last = sheet.charges.iter().rev().find(|charge| charge.payment_type == part.as_str());
        last.map(|charge| {
            let (status, word) = charge_words(&charge.state, locale);
            view! { <StatusPill kind=status word=word/> }.into_any()
        })
    };
    let states = [stands(PaymentType::Reservation), stands(PaymentType::Final)];
    let kept = (sheet.order.status == OrderStatus::CancelledPaymentFailure).then(|| {
        let text = locale.t(
            "La señal no se devuelve: el pago final no se hizo.",
            "The reservation is not returned: the final payment was not made.",
        );
        view! { <p class="muted small">{text}</p> }
    });
    Some(
        view! {
            <section class="card" aria-labelledby="precio">
                <h2 class="card__title" id="precio">{locale.t("Precio", "Price")}</h2>
                {agreed_price(&quote, states, locale)}
                {kept}
            </section>
        }
        .into_any(),
    )
}

/// The payments: how each stands, and nothing of card or bank.
fn charges(sheet: &Sheet, zone: &str, locale: Locale) -> Option<AnyView> {
    let mut facts: Vec<Fact> = sheet
        .charges
        .iter()
        .map(|charge| {
            let label = match charge.payment_type.as_str() {
                "FINAL" => locale.t("Pago final", "Final payment"),
                _ => locale.t("Señal", "Reservation"),
            };
            let (status, word) = charge_words(&charge.state, locale);
            let at = moment(charge.captured_at.unwrap_or(charge.created_at), zone, locale);
            Fact::view(
                label,
                view! { <span><StatusPill kind=status word=word/><br/><span class="small muted">{at}</span></span> }
                    .into_any(),
            )
        })
        .collect();
    if let Some(due) = sheet.order.final_payment_due_at {
        facts
            .push(Fact::view(locale.t("Pago final hasta", "Final payment by"), time_tag(due, zone, locale).into_any()));
    }
    facts_card("pagos", locale.t("Pagos", "Payments"), facts)
}

fn at_the_factory(sheet: &Sheet, locale: Locale) -> Option<AnyView> {
    let factory = sheet.factory.as_ref()?;
    let state = match factory.state.as_str() {
        "QUEUED" => locale.t("Por pedir", "To be ordered"),
        "PLACED" => locale.t("Pedido", "Ordered"),
        "MANUAL" => locale.t("Lo pide operaciones por teléfono", "Operations order it by phone"),
        "REJECTED" => locale.t("Rechazado por la fábrica", "Rejected by the factory"),
        _ => locale.t("Cancelado", "Cancelled"),
    };
    let mut facts = vec![Fact::text(locale.t("Estado", "State"), state)];
    if let Some(id) = &factory.factory_order_id {
        facts.push(Fact::code(locale.t("Su número", "Its number"), id.clone()));
    }
    if factory.state == "QUEUED" && factory.attempts > 0 {
        facts.push(Fact::text(locale.t("Intentos", "Tries"), factory.attempts.to_string()));
    }
    if let Some(shipment) = factory.tracking.as_ref().map(|tracking| tracking.0.clone()) {
        if let Some(carrier) = shipment.carrier {
            facts.push(Fact::text(locale.t("Lo trae", "Brought by"), carrier));
        }
        if let Some(number) = shipment.tracking_number {
            facts.push(Fact::code(locale.t("Seguimiento", "Tracking"), number));
        }
        if let Some(day) = shipment.expected_arrival {
            facts.push(Fact::text(locale.t("Llega", "Arrives"), day_words(&day, locale)));
        }
    }
    facts_card("fabrica", locale.t("Fábrica", "Factory"), facts)
}

/// Every date that was told, with its reason.
fn estimates(all: &[Estimate], zone: &str, locale: Locale) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let lines = all
        .iter()
        .rev()
        .map(|one| {
            let by = match one.told_by.as_str() {
                "STAFF" => locale.t("Lo dijo una persona", "Told by a person"),
                _ => locale.t("Lo dijo la fábrica", "Told by the factory"),
            };
            let reason = estimate_reason(&one.reason, locale);
            let reason = (!reason.is_empty()).then(|| view! { <p class="small">{reason}</p> });
            view! {
                <li>
                    <p><strong>{day_words(&one.estimated, locale)}</strong></p>
                    {reason}
                    <p class="small muted">{by}", "<time datetime=exact(one.at)>{moment(one.at, zone, locale)}</time></p>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="fechas">
                <h2 class="card__title" id="fechas">{locale.t("Fechas previstas y por qué cambiaron", "Expected dates and why they changed")}</h2>
                <ol class="dealer-estimates">{lines}</ol>
            </section>
        }
        .into_any(),
    )
}

/// The whole story. Amounts and cards are the customer's.
fn story(sheet: &Sheet, zone: &str, locale: Locale) -> AnyView {
    let reader = Reader { locale, zone };
    let mut lines: Vec<_> = sheet.story.iter().map(|line| (line, say(line, reader, Eyes::Staff))).collect();
    // The customer reads one entry where our own steps make several with the same words.
    lines.dedup_by(|(one, said), (newer, same)| {
        said == same && one.staff == newer.staff && !(one.visible && newer.visible)
    });
    let entries = lines
        .into_iter()
        .map(|(line, said)| {
            let at = line.entry.at;
            let note = (!said.note.is_empty()).then(|| view! { <p>{said.note}</p> });
            let staff = line.staff.clone().map(|name| view! { <p class="story__more small muted">{name}</p> });
            view! {
                <li class=said.tone.class()>
                    <time datetime=exact(at)>{moment(at, zone, locale)}</time>
                    <p class="story__title"><Icon name=said.icon/>{said.text}</p>
                    {note}
                    {staff}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="historia">
            <h2 id="historia">{locale.t("Historia", "Story")}</h2>
            <p class="small muted">{locale.t("Con las palabras que lee el cliente.", "In the words that the customer reads.")}</p>
            <ol class="story">{entries}</ol>
        </section>
    }
    .into_any()
}

/// `/concesionario/pedidos/{id}/documentos/{document}`: a paper as a file.
pub(super) async fn document_file(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    let order: OrderId = web.param_as("id")?;
    known(&web, &clerk, order).await?;
    let id: Uuid = web.param_as("document")?;
    let mut tx = web.caas.db.read().await?;
    let (file, content) = documents::read(&mut tx, &clerk.who(), order, id).await?.ok_or(Refusal::NotFound)?;
    let media_type = match file.media_type.as_str() {
        "application/pdf" => "application/pdf",
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        _ => "application/octet-stream",
    };
    Ok(Page::download(file.name, media_type, Body::from(content)))
}
