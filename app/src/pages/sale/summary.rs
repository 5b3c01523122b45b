//! The last step: all of it together, what is missing, and the button.

use super::frame::{discard, head, step_name, title};
use super::{path, refused, seller, still_draft};
use crate::pages::price::price_lines;
use crate::ui::{Button, ButtonKind, CarColour, CarDrawing, CarModel, EmptyState, Fact, KeyValueList, Notice, Tone};
use crate::web::{FormState, Goto, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::accounts::Country;
use caas::catalogue::Snapshot;
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::kernel::when::calendar_day;
use caas::sales::model::{DeliveryMode, OwnerKind};
use caas::sales::sale::{self, Sale, SaleError, SaleField, SaleProblem, Step};
use leptos::prelude::*;

const FORM: &str = "resumen";

/// The page. Administrators read it; the buttons are the dealership's.
pub(super) async fn summary_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Dealer, Role::Administrator])?;
    let sells = user.role == Role::Dealer;
    let dealership = if sells { Some(seller(&web)?.dealership) } else { None };
    let id: OrderId = web.param_as("id")?;
    let found = sale::read(&web.caas, &mut web.caas.db.read().await?, dealership, id).await?;
    let sale = still_draft(found.ok_or(Refusal::Hidden("sale"))?)?;
    let locale = web.locale;
    let catalogue = web.caas.catalogue().await?;
    let price = match &sale.quote {
        Some(Ok(quote)) => price_lines(quote, locale),
        _ => view! { <p class="muted">{locale.t("Todavía no hay precio.", "There is no price yet.")}</p> }.into_any(),
    };
    let body = view! {
        {if sells { head(Some(&sale), Step::Summary, "", locale) } else { title(Some(&sale), "", locale) }}
        {came_back(&web.form(FORM), locale)}
        {missing(&sale, sells, locale)}
        <div class="columns">
            <div class="stack">
                {part(&sale, Step::Customer, sells, customer(&sale, locale), locale)}
                {part(&sale, Step::Car, sells, car(&sale, &catalogue, locale), locale)}
                {part(&sale, Step::Delivery, sells, delivery(&sale, locale), locale)}
            </div>
            <div class="stack">
                {part(&sale, Step::Plan, sells, price, locale)}
                {sells.then(|| register_form(&sale, locale))}
            </div>
        </div>
        {sells.then(|| discard(&sale, locale))}
    };
    let page_title = format!("{} · {}", locale.t("Resumen", "Summary"), sale.order.number);
    Ok(Page::new(page_title, body).section(Section::Dealership))
}

/// What happened between the page and the click: the car was sold, the prices are new.
fn came_back(form: &FormState, locale: Locale) -> Option<AnyView> {
    if !form.has_errors() {
        return None;
    }
    let texts: Vec<&str> = [SaleField::Stock, SaleField::Plan]
        .into_iter()
        .filter_map(|field| form.problem::<SaleProblem>(field.as_str()))
        .map(|problem| problem.text(locale))
        .collect();
    let title = locale.t("La venta no se ha registrado", "The sale was not registered");
    Some(view! { <Notice tone=Tone::Problem title=title>{texts.join(" ")}</Notice> }.into_any())
}

/// What stands against registering it, with the way to put it right.
fn missing(sale: &Sale, sells: bool, locale: Locale) -> Option<AnyView> {
    if sale.problems.is_empty() {
        return None;
    }
    let items = sale
        .problems
        .iter()
        .map(|(field, problem)| {
            let text = format!("{}: {}", field.label(locale), problem.text(locale));
            if sells {
                let href = path(sale.order.id, field.step());
                view! { <li><a href=href>{text}</a></li> }.into_any()
            } else {
                view! { <li>{text}</li> }.into_any()
            }
        })
        .collect_view();
    let title = locale.t("Antes de registrar la venta", "Before the sale can be registered");
    Some(view! { <Notice tone=Tone::Waiting title=title><ul>{items}</ul></Notice> }.into_any())
}

fn part(sale: &Sale, step: Step, sells: bool, inside: AnyView, locale: Locale) -> AnyView {
    let (id, name) = (format!("paso-{step}"), step_name(step, locale));
    let label_id = id.clone();
    let change = sells.then(|| {
        let href = path(sale.order.id, step);
        let label = format!("{}: {name}", locale.t("Cambiar", "Change"));
        view! { <a href=href aria-label=label>{locale.t("Cambiar", "Change")}</a> }
    });
    view! {
        <section class="card stack" aria-labelledby=label_id>
            <div class="split"><h2 class="card__title" id=id>{name}</h2>{change}</div>
            {inside}
        </section>
    }
    .into_any()
}

fn nothing(locale: Locale) -> AnyView {
    view! { <p class="muted">{locale.t("Sin rellenar.", "Not filled in.")}</p> }.into_any()
}

fn customer(sale: &Sale, locale: Locale) -> AnyView {
    let (Some(contact), Some(owner)) = (&sale.contact, &sale.order.owner) else { return nothing(locale) };
    let country = Country::by_code(sale.order.country.as_deref().unwrap_or_default());
    let kind = match owner.kind {
        OwnerKind::Individual => locale.t("Particular", "Person"),
        OwnerKind::Company => locale.t("Empresa", "Company"),
    };
    let mut facts = vec![
        Fact::text(SaleField::Name.label(locale), contact.name.clone()),
        Fact::text(SaleField::Email.label(locale), contact.email.clone()),
        Fact::text(SaleField::Phone.label(locale), contact.phone.clone()),
        Fact::text(SaleField::Country.label(locale), country.map(|known| known.name(locale)).unwrap_or_default()),
        Fact::text(SaleField::OwnerKind.label(locale), format!("{} · {kind}", owner.name)),
        Fact::code(SaleField::TaxId.label(locale), owner.tax_id.clone()),
    ];
    if let Some(born) = &owner.date_of_birth {
        let day = born.parse().map_or_else(|_| born.clone(), |day| calendar_day(day, locale));
        facts.push(Fact::text(SaleField::BirthDate.label(locale), day));
    }
    view! { <KeyValueList facts=facts/> }.into_any()
}

fn car(sale: &Sale, catalogue: &Snapshot, locale: Locale) -> AnyView {
    let (Some(code), Some(colour)) = (&sale.order.model_code, &sale.order.colour) else { return nothing(locale) };
    let model = catalogue.model(code);
    let list = sale.plan.as_ref().map(|(_, version)| &version.price_list.0);
    let name = model.map_or_else(|| code.clone(), |model| model.name.clone());
    let colour_name = list.and_then(|list| list.colour(colour)).map(|one| one.names.get(locale).to_owned());
    let option = |option: &String| {
        let known = list.and_then(|list| list.option(code, option));
        known.map_or_else(|| option.clone(), |known| known.names.get(locale).to_owned())
    };
    let options: Vec<String> = sale.options().iter().map(option).collect();
    let mut facts = vec![
        Fact::text(SaleField::Model.label(locale), name),
        Fact::text(SaleField::Colour.label(locale), colour_name.unwrap_or_else(|| colour.clone())),
        Fact::text(
            SaleField::Options.label(locale),
            if options.is_empty() { locale.t("Ninguna", "None").to_owned() } else { options.join(", ") },
        ),
    ];
    match (&sale.stock, &sale.stock_car) {
        (Some(_), Some(car)) => facts.push(Fact::code(locale.t("De existencias", "From stock"), car.vin.clone())),
        (Some(_), None) => facts.push(Fact::text(
            locale.t("De existencias", "From stock"),
            locale.t("Ya no está disponible", "Not available any more"),
        )),
        (None, _) => facts.push(Fact::text(
            locale.t("Origen", "Source"),
            locale.t("Se pide a la fábrica al pagar la señal", "Ordered from the factory once the reservation is paid"),
        )),
    }
    let drawing = CarModel::from_name(model.map_or("", |model| model.body.as_str()));
    let paint = CarColour::from_name(colour);
    view! { <CarDrawing model=drawing colour=paint/><KeyValueList facts=facts/> }.into_any()
}

fn delivery(sale: &Sale, locale: Locale) -> AnyView {
    let Some(address) = &sale.order.address else { return nothing(locale) };
    let mode = match sale.order.delivery() {
        DeliveryMode::Home => locale.t("A domicilio", "At home"),
        DeliveryMode::PickUp => locale.t("Lo recoge en el concesionario", "Picked up at the dealership"),
    };
    let facts = vec![
        Fact::text(SaleField::Mode.label(locale), mode),
        Fact::text(
            locale.t("Dirección", "Address"),
            format!("{}, {} {} ({})", address.street, address.postal_code, address.city, address.country),
        ),
    ];
    view! { <KeyValueList facts=facts/> }.into_any()
}

/// The button, and what it does in words.
fn register_form(sale: &Sale, locale: Locale) -> AnyView {
    let (Some(Ok(quote)), true) = (&sale.quote, sale.problems.is_empty()) else {
        return view! {
            <EmptyState title=locale.t("Todavía no se puede registrar", "It can't be registered yet")>
                <p>{locale.t("Arriba ves qué falta.", "See above what is missing.")}</p>
            </EmptyState>
        }
        .into_any();
    };
    let reservation = quote.money(quote.reservation).display(locale);
    let email = sale.contact.as_ref().map(|contact| contact.email.clone()).unwrap_or_default();
    let text = match (locale, sale.stock.is_some()) {
        (Locale::Es, false) => format!(
            "Al registrarla, el precio queda fijado y escribimos a {email} para que pague la señal de {reservation}. La fábrica recibe el pedido cuando esté pagada."
        ),
        (Locale::En, false) => format!(
            "Registering it fixes the price, and we write to {email} to ask for the reservation of {reservation}. The factory gets the order once it is paid."
        ),
        (Locale::Es, true) => format!(
            "Al registrarla, el precio queda fijado, el coche deja de estar en existencias y escribimos a {email} para que pague la señal de {reservation}."
        ),
        (Locale::En, true) => format!(
            "Registering it fixes the price, takes the car out of the stock, and we write to {email} to ask for the reservation of {reservation}."
        ),
    };
    let button = match locale {
        Locale::Es => format!("Registrar la venta y pedir la señal de {reservation}"),
        Locale::En => format!("Register the sale and ask for the reservation of {reservation}"),
    };
    let id = sale.order.id.to_string();
    view! {
        <form class="card stack" method="post" action="/api/venta/registrar">
            <input type="hidden" name="id" value=id/>
            <p>{text}</p>
            <Button kind=ButtonKind::Primary wide=true>{button}</Button>
        </form>
    }
    .into_any()
}

/// Registers the sale.
#[server(endpoint = "venta/registrar")]
pub async fn register_sale(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let seller = seller(&web)?;
        let id: OrderId = id.parse().map_err(|_| Refusal::NotFound)?;
        match sale::register(&web.caas, seller, id).await {
            // A second click or a reload finds it registered.
            Ok(_) | Err(SaleError::NoDraft) => Ok(Goto::to(format!("/concesionario/ventas/{id}/registrada"))),
            Err(problem) => refused(problem, Some(id), &path(id, Step::Summary), FormState::new(FORM)),
        }
    })
    .await
}
