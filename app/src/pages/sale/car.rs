//! The second step: a car to be built, or one that stands here.

use super::frame::{discard, group_error, head, trouble};
use super::{draft, error, path, refused, seller};
use crate::pages::staff::span;
use crate::ui::{Button, ButtonKind, CarColour, CarDrawing, CarModel, EmptyState, LinkButton, Notice, Tone};
use crate::web::{FormState, Goto, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::catalogue::{Snapshot, VehicleModel};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;
use caas::sales::plans::{self, Plan, Version};
use caas::sales::sale::{self, CarForm, Sale, SaleField, Step, StockCar};
use leptos::prelude::*;

const FORM: &str = "coche";

/// The page.
pub(super) async fn car_page(web: WebContext) -> PageResult {
    let sale = draft(&web).await?;
    let locale = web.locale;
    let form = web.form(FORM);
    let from_stock = match web.query("de").as_deref() {
        Some("existencias") => true,
        Some(_) => false,
        None => sale.stock.is_some() || form.errors.contains_key(SaleField::Stock.as_str()),
    };
    let here = path(sale.order.id, Step::Car);
    let mut tx = web.caas.db.read().await?;
    let reference = reference(&mut tx, &sale).await?;
    let catalogue = web.caas.catalogue().await?;
    let choice = if from_stock {
        let cars = sale::for_sale(&mut tx, sale.order.dealership_id).await?;
        stock(&web, &sale, &cars, reference.as_ref(), &form)
    } else {
        match &reference {
            Some((plan, version)) => built(&web, &sale, plan, version, &catalogue, &form),
            None => no_plan(&sale, locale),
        }
    };
    drop(tx);
    let tab = |stock: bool, word: &'static str| {
        let href = format!("{here}?de={}", if stock { "existencias" } else { "fabrica" });
        view! { <li><a href=href aria-current=(stock == from_stock).then_some("page")>{word}</a></li> }
    };
    let body = view! {
        {head(Some(&sale), Step::Car, "", locale)}
        <nav class="desk-tabs" aria-label=locale.t("De dónde sale el coche", "Where the car comes from")><ul>
            {tab(false, locale.t("A fabricar", "To be built"))}
            {tab(true, locale.t("De existencias", "From stock"))}
        </ul></nav>
        {trouble(&form, locale)}
        {choice}
        {discard(&sale, locale)}
    };
    let title = format!("{} · {}", locale.t("Coche", "Car"), sale.order.number);
    Ok(Page::new(title, body).section(Section::Dealership))
}

/// The plan whose prices are shown before one is chosen: the chosen one while it is sold, else the country's first.
async fn reference(tx: &mut caas::kernel::database::Tx, sale: &Sale) -> Result<Option<(Plan, Version)>, Refusal> {
    let offered = plans::active(tx, sale.order.country.as_deref().unwrap_or_default()).await?;
    let chosen = offered.iter().find(|(_, version)| Some(version.id) == sale.order.plan_version_id);
    Ok(chosen.or(offered.first()).cloned())
}

fn no_plan(sale: &Sale, locale: Locale) -> AnyView {
    let href = path(sale.order.id, Step::Customer);
    let text = locale.t(
        "Ahora no hay ningún plan para el país del cliente. Pide a administración que abra uno, o cambia el país.",
        "There is no plan for the customer's country now. Ask administration to open one, or change the country.",
    );
    view! {
        <Notice tone=Tone::Waiting action=view! { <LinkButton href=href>{locale.t("Cambiar el país", "Change the country")}</LinkButton> }.into_any()>{text}</Notice>
    }
    .into_any()
}

fn built(
    web: &WebContext,
    sale: &Sale,
    plan: &Plan,
    version: &Version,
    catalogue: &Snapshot,
    form: &FormState,
) -> AnyView {
    let locale = web.locale;
    let list = &version.price_list.0;
    let money = |cents| Money::new(cents, version.currency).display(locale);
    let chosen = web.query("modelo").or_else(|| sale.order.model_code.clone()).unwrap_or_default();
    let sold = |model: &&VehicleModel| list.models.contains_key(&model.code);
    let model = catalogue.models.iter().filter(sold).find(|model| model.code == chosen);
    let here = path(sale.order.id, Step::Car);
    let models = catalogue
        .models
        .iter()
        .filter(sold)
        .map(|one| {
            let is_chosen = model.is_some_and(|model| model.code == one.code);
            let href = format!("{here}?de=fabrica&modelo={}#configurar", one.code);
            let price = list.models.get(&one.code).map(|cents| money(*cents)).unwrap_or_default();
            let (name, text) = (one.name.clone(), one.description.get(locale).to_owned());
            let drawing = CarModel::from_name(one.body.as_str());
            view! {
                <li class="sale-model" class:sale-model--chosen=is_chosen>
                    <CarDrawing model=drawing colour=CarColour::Silver/>
                    <p><a class="stretched" href=href aria-current=is_chosen.then_some("true")>{name}</a></p>
                    <p class="muted small">{text}</p>
                    <p class="num-left">{locale.t("desde", "from")}" "{price}</p>
                </li>
            }
        })
        .collect_view();
    let configure = model.map(|model| configure(sale, version, model, form, locale));
    let note = format!(
        "{} «{}», {}.",
        locale.t("Precios del plan", "Prices of the plan"),
        plan.names.0.get(locale),
        locale.t("IVA incluido; el plan se elige después", "VAT included; the plan is chosen later")
    );
    view! {
        <section class="section" aria-labelledby="modelos">
            <h2 id="modelos">{locale.t("Modelo", "Model")}</h2>
            {group_error("f-model-error", error(form, SaleField::Model, locale))}
            <p class="muted small">{note}</p>
            <ul class="sale-models">{models}</ul>
        </section>
        {configure}
    }
    .into_any()
}

/// Colour and options of a model. The drawing takes the colour of the chosen radio button by CSS alone.
fn configure(sale: &Sale, version: &Version, model: &VehicleModel, form: &FormState, locale: Locale) -> AnyView {
    let list = &version.price_list.0;
    let add = |cents: caas::kernel::money::Cents| match cents.0 {
        0 => locale.t("sin coste", "no extra cost").to_owned(),
        _ => format!("+ {}", Money::new(cents, version.currency).display(locale)),
    };
    let is_kept = sale.order.model_code.as_deref() == Some(model.code.as_str()) && sale.stock.is_none();
    let kept_colour = sale.order.colour.clone().filter(|_| is_kept);
    let chosen = kept_colour
        .filter(|code| list.colour(code).is_some())
        .or_else(|| list.colours.first().map(|colour| colour.code.clone()))
        .unwrap_or_default();
    let kept_options = if is_kept { sale.options() } else { Vec::new() };
    let colours = list
        .colours
        .iter()
        .map(|colour| {
            let swatch = format!("sale-swatch {}", paint(&colour.code));
            let (code, name, price) = (colour.code.clone(), colour.names.get(locale).to_owned(), add(colour.price));
            let checked = colour.code == chosen;
            view! {
                <label class="choice sale-colour">
                    <input type="radio" name="colour" value=code checked=checked/>
                    <span class="choice__label"><span class=swatch aria-hidden="true"></span>{name}</span>
                    <span class="choice__aside">{price}</span>
                </label>
            }
        })
        .collect_view();
    let options: Vec<AnyView> = list
        .options_of(&model.code)
        .map(|option| {
            let (code, name, price) = (option.code.clone(), option.names.get(locale).to_owned(), add(option.price));
            let checked = kept_options.contains(&option.code);
            view! {
                <label class="choice">
                    <input type="checkbox" name="options[]" value=code checked=checked/>
                    <span class="choice__label">{name}</span>
                    <span class="choice__aside">{price}</span>
                </label>
            }
            .into_any()
        })
        .collect();
    let options = if options.is_empty() {
        view! { <p class="muted">{locale.t("Este modelo no tiene opciones de fábrica.", "This model has no factory options.")}</p> }.into_any()
    } else {
        options.collect_view().into_any()
    };
    let (id, code, name) = (sale.order.id.to_string(), model.code.clone(), model.name.clone());
    let drawing = CarModel::from_name(model.body.as_str());
    let paint = CarColour::from_name(&chosen);
    view! {
        <form id="configurar" class="section sale-configurator" method="post" action="/api/venta/coche">
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="model" value=code/>
            <h2>{locale.t("Tu", "Your")}" "{name}</h2>
            <div class="sale-configurator__car"><CarDrawing model=drawing colour=paint/></div>
            <div class="columns columns--equal">
                <fieldset class="choices">
                    <legend>{locale.t("Color", "Colour")}</legend>
                    {group_error("f-colour-error", error(form, SaleField::Colour, locale))}
                    {colours}
                </fieldset>
                <fieldset class="choices">
                    <legend>{locale.t("Opciones", "Options")}</legend>
                    {group_error("f-options-error", error(form, SaleField::Options, locale))}
                    {options}
                </fieldset>
            </div>
            <div class="form__actions">
                <Button kind=ButtonKind::Primary>{locale.t("Guardar y seguir con la entrega", "Keep and go on to the delivery")}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// The class of a colour's paint.
pub(super) fn paint(code: &str) -> &'static str {
    CarColour::from_name(code).class().trim_start_matches("car ")
}

fn stock(
    web: &WebContext,
    sale: &Sale,
    cars: &[StockCar],
    reference: Option<&(Plan, Version)>,
    form: &FormState,
) -> AnyView {
    let locale = web.locale;
    let problem = group_error("f-stock-error", error(form, SaleField::Stock, locale));
    if cars.is_empty() {
        return view! {
            {problem}
            <EmptyState title=locale.t("No hay coches en existencias", "There are no cars in stock")>
                <p>{locale.t("Puedes vender uno a fabricar.", "You can sell one to be built.")}</p>
            </EmptyState>
        }
        .into_any();
    }
    let list = reference.map(|(_, version)| &version.price_list.0);
    let now = web.caas.now();
    let items = cars
        .iter()
        .map(|car| {
            let colour = list.and_then(|list| list.colour(&car.colour));
            let colour = colour.map_or_else(|| car.colour.clone(), |colour| colour.names.get(locale).to_owned());
            let option = |code: &String| {
                let known = list.and_then(|list| list.option(&car.model_code, code));
                known.map_or_else(|| code.clone(), |option| option.names.get(locale).to_owned())
            };
            let options: Vec<String> = car.options().iter().map(option).collect();
            let options = if options.is_empty() { String::new() } else { format!("{} · ", options.join(", ")) };
            let days = car.stocked_at.map(|at| span(now - at, locale)).unwrap_or_default();
            let checked = sale.stock == Some(car.id);
            let (id, vin) = (car.id.to_string(), car.vin.clone());
            let title = format!("{} · {colour}", car.model_name);
            let (drawing, paint) = (CarModel::from_name(&car.body), CarColour::from_name(&car.colour));
            view! {
                <label class="choice sale-stock">
                    <input type="radio" name="stock" value=id checked=checked/>
                    <span class="choice__label">{title}" "<span class="code small">{vin}</span></span>
                    <span class="sale-stock__car"><CarDrawing model=drawing colour=paint/></span>
                    <span class="choice__note">
                        {options}
                        <span class="nowrap">{locale.t("En existencias:", "In stock:")}" "{days}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    let id = sale.order.id.to_string();
    view! {
        <form class="section form" method="post" action="/api/venta/coche">
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="source" value="stock"/>
            <fieldset class="choices">
                <legend>{locale.t("Coches que puedes entregar ya", "Cars you can hand over now")}</legend>
                {problem}
                {items}
            </fieldset>
            <p class="muted small">{locale.t(
                "El coche se aparta al registrar la venta: si otro lo vende antes, te lo decimos y tu borrador se queda.",
                "The car is set aside when the sale is registered: if somebody sells it before, we tell you and your draft stays.",
            )}</p>
            <div class="form__actions">
                <Button kind=ButtonKind::Primary>{locale.t("Guardar y seguir con la entrega", "Keep and go on to the delivery")}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// Keeps which car.
#[server(endpoint = "venta/coche")]
pub async fn keep_car(
    #[server(default)] id: String,
    #[server(default)] source: String,
    #[server(default)] model: String,
    #[server(default)] colour: String,
    #[server(default)] options: Vec<String>,
    #[server(default)] stock: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let seller = seller(&web)?;
        let id: OrderId = id.parse().map_err(|_| Refusal::NotFound)?;
        let here = path(id, Step::Car);
        let state = FormState::new(FORM);
        let is_stock = source == "stock";
        if is_stock && stock.is_empty() {
            let state = state.wrong(SaleField::Stock.as_str(), sale::SaleProblem::Missing);
            return Ok(Goto::back(format!("{here}?de=existencias"), state));
        }
        let back = match (is_stock, model.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            (true, _) => format!("{here}?de=existencias"),
            (false, true) => format!("{here}?de=fabrica&modelo={model}"),
            (false, false) => here,
        };
        let stock = if is_stock { stock } else { String::new() };
        match sale::save_car(&web.caas, seller, id, &CarForm { model, colour, options, stock }).await {
            Ok(()) => Ok(Goto::to(path(id, Step::Delivery))),
            Err(problem) => refused(problem, Some(id), &back, state),
        }
    })
    .await
}
