//! `/concesionario/existencias`: the dealership's cars, those ready to be sold first.

use super::words::{colour_words, counted, shelf_words};
use super::{Clerk, Tab, chosen, clerk, dealership_choices, order_href, tabs};
use crate::ui::{
    CarColour, CarDrawing, CarModel, Choice, DataTable, EmptyState, Field, FilterBar, PageHeader, Pager, SelectField,
};
use crate::web::dates::day;
use crate::web::{Page, PageResult, Refusal, Role, Section, WebContext};
use caas::kernel::database::Tx;
use caas::kernel::locale::{Bilingual, Locale};
use caas::sales::desk::{self, Key, Scope, Shelf, StockCar, StockFilter};
use caas::sales::plans;
use leptos::prelude::*;
use std::collections::HashMap;
use url::form_urlencoded::Serializer;

/// Cars on one page.
const PAGE: usize = 25;

/// What the list shows, as its address says.
#[derive(Clone)]
struct Query {
    chosen: String,
    shelf: Shelf,
    model: String,
    colour: String,
    vin: String,
    after: Option<Key>,
}

impl Query {
    fn of(web: &WebContext) -> Query {
        let short = |name: &str| web.query(name).unwrap_or_default().trim().chars().take(40).collect::<String>();
        let vin = short("vin").to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
        Query {
            chosen: chosen(web),
            shelf: Shelf::of_slug(&short("estado")),
            model: short("modelo"),
            colour: short("color"),
            vin,
            after: web.query("tras").and_then(|key| key.parse().ok()),
        }
    }

    fn href(&self) -> String {
        let mut out = Serializer::new(String::new());
        let after = self.after.map(|key| key.to_string()).unwrap_or_default();
        let shelf = if self.shelf == Shelf::ForSale { "" } else { self.shelf.slug() };
        for (name, value) in [
            ("estado", shelf),
            ("modelo", &self.model),
            ("color", &self.colour),
            ("vin", &self.vin),
            ("concesionario", &self.chosen),
            ("tras", &after),
        ] {
            if !value.is_empty() {
                out.append_pair(name, value);
            }
        }
        match out.finish() {
            query if query.is_empty() => "/concesionario/existencias".to_owned(),
            query => format!("/concesionario/existencias?{query}"),
        }
    }
}

/// The page.
pub(super) async fn stock_page(web: WebContext) -> PageResult {
    let clerk = clerk(&web)?;
    let locale = web.locale;
    let query = Query::of(&web);
    let scope = clerk.scope(&query.chosen);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (model, colour, vin) = (some(&query.model), some(&query.colour), some(&query.vin));
    let filter = StockFilter {
        shelf: query.shelf,
        model: model.as_deref(),
        colour: colour.as_deref(),
        vin: vin.as_deref(),
        after: query.after,
    };
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = web.caas.db.read().await?;
    let mut cars = desk::stock(&mut tx, scope, &filter, limit).await?;
    let counts = desk::shelf_counts(&mut tx, scope).await?;
    let colours = desk::colours(&mut tx, scope).await?;
    let names = option_names(&mut tx, scope).await?;
    drop(tx);
    let more = cars.len() > PAGE;
    cars.truncate(PAGE);
    let next = match cars.last() {
        Some(last) if more => Query { after: Some(last.key()), ..query.clone() }.href(),
        _ => String::new(),
    };
    let first = if query.after.is_some() { Query { after: None, ..query.clone() }.href() } else { String::new() };
    let choices = dealership_choices(&web, &clerk).await?;
    let models = web.caas.catalogue().await?;
    let models = models.models.iter().map(|model| Choice::new(model.code.clone(), model.name.clone())).collect();
    let title = locale.t("Existencias", "Stock");
    let lead = locale.t(
        "Los coches de tu concesionario. Los que están sin asignar se pueden vender ya.",
        "Your dealership's cars. Those that are unassigned can be sold at once.",
    );
    let list = if cars.is_empty() { nothing(&query, locale) } else { table(&cars, &names, &query, &web, &clerk) };
    let is_dealer = web.user.as_ref().is_some_and(|user| user.role == caas::accounts::Role::Dealer);
    let body = view! {
        <PageHeader title=title lead=lead/>
        {tabs(Some(Tab::Stock), &query.chosen, locale)}
        {shelves(&query, &counts, locale)}
        {filter_bar(&query, models, &colours, choices, locale)}
        {list}
        <Pager label=locale.t("Páginas de coches", "Pages of cars")
            previous_href=first previous_word=locale.t("Al principio", "To the beginning")
            next_href=next next_word=locale.t("Siguientes", "Next")/>
        {is_dealer.then(|| view! { <p><a href="/cambio-de-dueno">{locale.t("Un coche cambia de dueño", "A car changes owner")}</a></p> })}
    };
    Ok(Page::new(title, body).class("page page--wide").section(Section::Dealership))
}

fn shelves(query: &Query, counts: &[(Shelf, i64)], locale: Locale) -> AnyView {
    let links = counts
        .iter()
        .map(|(shelf, count)| {
            let href = Query { shelf: *shelf, after: None, ..query.clone() }.href();
            view! {
                <li><a href=href aria-current=(*shelf == query.shelf).then_some("page")>
                    {shelf_words(*shelf, locale)}" "<span class="desk-tabs__count">{counted(*count)}</span>
                </a></li>
            }
        })
        .collect_view();
    view! { <nav class="desk-tabs" aria-label=locale.t("Dónde están los coches", "Where the cars are")><ul>{links}</ul></nav> }
        .into_any()
}

fn filter_bar(
    query: &Query,
    models: Vec<Choice>,
    colours: &[String],
    dealerships: Option<Vec<Choice>>,
    locale: Locale,
) -> AnyView {
    let any = || Choice::new("", locale.t("Todos", "All"));
    let models: Vec<_> = std::iter::once(any()).chain(models).collect();
    let mut paints: Vec<_> = std::iter::once(any()).collect();
    paints.extend(colours.iter().map(|code| Choice::new(code.clone(), colour_words(code, locale))));
    if !query.colour.is_empty() && !colours.contains(&query.colour) {
        paints.push(Choice::new(query.colour.clone(), colour_words(&query.colour, locale)));
    }
    let Query { chosen, shelf, model, colour, vin, .. } = query.clone();
    let is_narrowed = !(model.is_empty() && colour.is_empty() && vin.is_empty());
    let which = match dealerships {
        Some(choices) => view! {
            <SelectField label=locale.t("Concesionario", "Dealership") name="concesionario" choices=choices value=chosen.clone()/>
        }
        .into_any(),
        None => ().into_any(),
    };
    let clear = is_narrowed.then(|| {
        let href =
            Query { model: String::new(), colour: String::new(), vin: String::new(), after: None, ..query.clone() }
                .href();
        view! { <a class="btn btn--quiet" href=href>{locale.t("Quitar filtros", "Remove filters")}</a> }
    });
    view! {
        <FilterBar action="/concesionario/existencias" label=locale.t("Filtrar coches", "Filter cars") submit=locale.t("Filtrar", "Filter")>
            <input type="hidden" name="estado" value=shelf.slug()/>
            {which}
            <SelectField label=locale.t("Modelo", "Model") name="modelo" choices=models value=model/>
            <SelectField label=locale.t("Color", "Colour") name="color" choices=paints value=colour/>
            <Field label=locale.t("Bastidor (VIN)", "VIN") name="vin" kind="search" value=vin maxlength=17 code=true/>
            {clear}
        </FilterBar>
    }
    .into_any()
}

fn nothing(query: &Query, locale: Locale) -> AnyView {
    let (title, text) = match query.shelf {
        Shelf::ForSale => (
            locale.t("Ningún coche sin asignar", "No unassigned car"),
            locale.t(
                "Cuando un coche quede libre aparecerá aquí, listo para venderse.",
                "When a car becomes free it appears here, ready to be sold.",
            ),
        ),
        _ => (
            locale.t("Todavía no hay coches", "There are no cars yet"),
            locale.t("Aparecerán aquí cuando los haya.", "They appear here once there are some."),
        ),
    };
    view! { <EmptyState title=title><p>{text}</p></EmptyState> }.into_any()
}

/// So many days in words.
fn days(count: i64, locale: Locale) -> String {
    match (count, locale) {
        (0, _) => locale.t("desde hoy", "since today").to_owned(),
        (1, Locale::Es) => "1 día".to_owned(),
        (1, Locale::En) => "1 day".to_owned(),
        (n, Locale::Es) => format!("{n} días"),
        (n, Locale::En) => format!("{n} days"),
    }
}

/// What the factory's options are called in the price lists of where the cars stand, by code.
async fn option_names(tx: &mut Tx, scope: Scope) -> Result<HashMap<String, Bilingual>, Refusal> {
    let countries = match scope {
        Some(id) => desk::dealership(tx, id).await?.into_iter().map(|place| place.country).collect(),
        None => plans::countries(tx).await?.into_iter().map(|country| country.code.to_owned()).collect::<Vec<_>>(),
    };
    let mut names = HashMap::new();
    for country in countries {
        for (_, version) in plans::active(tx, &country).await? {
            names.extend(version.price_list.0.options.into_iter().map(|option| (option.code, option.names)));
        }
    }
    Ok(names)
}

fn table(
    cars: &[StockCar],
    names: &HashMap<String, Bilingual>,
    query: &Query,
    web: &WebContext,
    clerk: &Clerk<'_>,
) -> AnyView {
    let (locale, now, zone) = (web.locale, web.caas.now(), clerk.user.time_zone.as_str());
    let for_sale = query.shelf == Shelf::ForSale;
    let can_sell = clerk.user.role == Role::Dealer;
    let (car_head, vin_head) = (locale.t("Coche", "Car"), locale.t("Bastidor (VIN)", "VIN"));
    let built_head = locale.t("Configuración", "Configuration");
    let (days_head, sell_head) = (locale.t("En existencias", "In stock"), locale.t("Vender", "Sell"));
    let (who_head, order_head) = (locale.t("Cliente", "Customer"), locale.t("Pedido", "Order"));
    let sold_head = locale.t("Vendido", "Sold");
    let mut heads = vec![car_head, vin_head, built_head];
    if for_sale {
        heads.push(days_head);
        if can_sell {
            heads.push(sell_head);
        }
    } else {
        heads.extend([who_head, order_head, sold_head]);
    }
    let rows = cars
        .iter()
        .map(|car| {
            let (model, paint) = (CarModel::from_name(&car.body), CarColour::from_name(&car.colour));
            let plate = car.plate.clone().map(|plate| view! { <br/><span class="code small">{plate}</span> });
            let at = clerk.sees_all().then(|| car.dealership_name.clone()).flatten();
            let at = at.map(|name| view! { <br/><span class="small muted">{name}</span> });
            let name = |code: &String| names.get(code).map_or_else(|| code.clone(), |names| names.get(locale).to_owned());
            let options = car.configuration.iter().flat_map(|codes| &codes.0).map(name).collect::<Vec<_>>().join(", ");
            let built = if options.is_empty() { locale.t("De serie", "Standard").to_owned() } else { options };
            let rest = if for_sale {
                let stood = days((now - car.since).num_days().max(0), locale);
                let label = format!("{} {}", locale.t("Vender el", "Sell the"), car.vin);
                let sell = can_sell.then(|| {
                    let href = format!("/concesionario/ventas/nueva?vin={}", car.vin);
                    view! { <td data-label=sell_head><a class="btn btn--secondary" href=href aria-label=label>{locale.t("Vender", "Sell")}</a></td> }
                });
                view! { <td data-label=days_head class="nowrap">{stood}</td>{sell} }.into_any()
            } else {
                let order = car.order_id.zip(car.order_number.clone()).map(|(id, number)| {
                    view! { <a class="code" href=order_href(id)>{number}</a> }
                });
                let sold = car.purchased_at.map(|at| day(at, zone, locale)).unwrap_or_default();
                let owner = car.customer_name.clone().unwrap_or_default();
                view! {
                    <td data-label=who_head>{owner}</td>
                    <td data-label=order_head>{order}</td>
                    <td data-label=sold_head>{sold}</td>
                }
                .into_any()
            };
            view! {
                <tr>
                    <td data-label=car_head><span class="dealer-car">
                        <span class="dealer-car__drawing"><CarDrawing model=model colour=paint/></span>
                        <span>{car.model_name.clone()}" · "{colour_words(&car.colour, locale)}{plate}{at}</span>
                    </span></td>
                    <td data-label=vin_head class="code">{car.vin.clone()}</td>
                    <td data-label=built_head>{built}</td>
                    {rest}
                </tr>
            }
        })
        .collect_view();
    let caption = shelf_words(query.shelf, locale);
    let heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
    view! { <div class="dense"><DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable></div> }
        .into_any()
}
