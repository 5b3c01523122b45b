//! The first step: who buys, and whom the papers name.

#![expect(clippy::too_many_arguments, reason = "the arguments are the fields of the form")]

use super::frame::{discard, group_error, head, trouble};
use super::{NEW, draft, error, path, refused, seller};
use crate::ui::{Button, ButtonKind, Choice, ChoiceCard, Field, FilterBar, SelectField};
use crate::web::{FormState, Goto, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::kernel::when::short_moment;
use caas::sales::desk::{self, OrderLine};
use caas::sales::model::OwnerKind;
use caas::sales::plans;
use caas::sales::registration::countries;
use caas::sales::sale::{self, CarForm, CustomerForm, DraftLine, Sale, SaleError, SaleField, Seller, Step};
use leptos::prelude::*;
use url::form_urlencoded::Serializer;

const FORM: &str = "cliente";
/// What was typed to find somebody.
const SEARCH: &str = "buscar";
/// An order whose customer buys again.
const KNOWN: &str = "de";
/// Orders that a search shows.
const FOUND: i64 = 8;

/// `/concesionario/ventas/nueva`.
pub(super) async fn new_page(web: WebContext) -> PageResult {
    let seller = seller(&web)?;
    let locale = web.locale;
    let typed = web.query(SEARCH).unwrap_or_default();
    let mut tx = web.caas.db.read().await?;
    let drafts = sale::drafts(&mut tx, seller.dealership).await?;
    let found = desk::search(&mut tx, Some(seller.dealership), &typed, None, FOUND).await?;
    let known = match web.query(KNOWN).and_then(|id| id.parse().ok()) {
        Some(order) => sale::buyer_of(&mut tx, seller, order).await?,
        None => None,
    };
    drop(tx);
    let mut form = web.form(FORM);
    if !form.has_errors() {
        let first = || CustomerForm {
            language: locale.to_string(),
            owner_kind: OwnerKind::Individual.to_string(),
            ..CustomerForm::default()
        };
        form = state_of(&known.unwrap_or_else(first));
    }
    let lead = locale.t(
        "La venta se guarda en cada paso. Puedes dejarla y seguir después.",
        "The sale is kept at every step. You can leave it and go on later.",
    );
    // From the list of the stock: "sell this one".
    if let Some(vin) = web.query("vin") {
        form = form.with("vin", &vin);
    }
    let finder = finder(&typed, &found, &form.value("vin"), locale);
    let fields = fields(&web, &form, None).await?;
    let zone = web.require_user()?.time_zone.clone();
    let body = view! {
        {head(None, Step::Customer, lead, locale)}
        {trouble(&form, locale)}
        {finder}
        {fields}
        {begun(&drafts, &zone, locale)}
    };
    Ok(Page::new(locale.t("Venta nueva", "New sale"), body).class("page page--narrow").section(Section::Dealership))
}

/// `/concesionario/ventas/{id}/cliente`.
pub(super) async fn customer_page(web: WebContext) -> PageResult {
    let sale = draft(&web).await?;
    let locale = web.locale;
    let came_back = web.form(FORM);
    let form = if came_back.has_errors() { came_back } else { kept(&sale) };
    let fields = fields(&web, &form, Some(sale.order.id)).await?;
    let body = view! {
        {head(Some(&sale), Step::Customer, "", locale)}
        {trouble(&form, locale)}
        {fields}
        {discard(&sale, locale)}
    };
    let title = format!("{} · {}", locale.t("Cliente", "Customer"), sale.order.number);
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Dealership))
}

/// The search among those the dealership has sold to, and whom it found.
fn finder(typed: &str, found: &[OrderLine], vin: &str, locale: Locale) -> AnyView {
    let items = found
        .iter()
        .map(|line| {
            let mut query = Serializer::new(String::new());
            query.append_pair(KNOWN, &line.id.to_string());
            if !vin.is_empty() {
                query.append_pair("vin", vin);
            }
            let href = format!("{NEW}?{}", query.finish());
            let name = line.customer_name.clone().unwrap_or_default();
            let about = [Some(line.number.clone()), line.model_name.clone()].into_iter().flatten().collect::<Vec<_>>();
            let label = match locale {
                Locale::Es => format!("Usar los datos de {name}, {}", about.join(" · ")),
                Locale::En => format!("Use the details of {name}, {}", about.join(" · ")),
            };
            view! {
                <li><a href=href aria-label=label>{name}</a>" "<span class="muted small">{about.join(" · ")}</span></li>
            }
        })
        .collect_view();
    let none = locale.t(
        "Nadie de tu concesionario con esos datos. Si es un cliente nuevo, rellena el formulario.",
        "Nobody of your dealership is found by that. For a new customer, fill the form in.",
    );
    let list = match (typed.trim().is_empty(), found.is_empty()) {
        (true, _) => ().into_any(),
        (false, true) => view! { <p role="status">{none}</p> }.into_any(),
        (false, false) => view! {
            <p role="status">{locale.t("Elige de qué venta se toman los datos:", "Choose the sale to take the details from:")}</p>
            <ul class="sale-drafts">{items}</ul>
        }
        .into_any(),
    };
    let kept = (!vin.is_empty()).then(|| view! { <input type="hidden" name="vin" value=vin.to_owned()/> });
    let typed = typed.to_owned();
    view! {
        <section class="section stack" aria-labelledby="conocido">
            <h2 id="conocido">{locale.t("¿Ya te ha comprado?", "Has bought from you before?")}</h2>
            <FilterBar action=NEW label=locale.t("Buscar un cliente", "Search for a customer") submit=locale.t("Buscar", "Search")>
                {kept}
                <Field label=locale.t("Nombre, correo, pedido o matrícula", "Name, email, order or plate") name=SEARCH kind="search" value=typed maxlength=120/>
            </FilterBar>
            {list}
        </section>
    }
    .into_any()
}

/// The form with these fields filled in.
fn state_of(form: &CustomerForm) -> FormState {
    FormState::new(FORM)
        .with("name", &form.name)
        .with("email", &form.email)
        .with("phone", &form.phone)
        .with("language", &form.language)
        .with("country", &form.country)
        .with("owner_kind", &form.owner_kind)
        .with("owner_name", &form.owner_name)
        .with("tax_id", &form.tax_id)
        .with("birth_date", &form.birth_date)
        .with("licence", &form.licence)
}

/// The form as it was kept.
fn kept(sale: &Sale) -> FormState {
    let mut form = CustomerForm { country: sale.order.country.clone().unwrap_or_default(), ..CustomerForm::default() };
    if let Some(contact) = sale.contact.clone() {
        form.name = contact.name;
        form.email = contact.email;
        form.phone = contact.phone;
        form.language = contact.locale.to_string();
    }
    if let Some(owner) = sale.order.owner.clone().map(|owner| owner.0) {
        form.owner_kind = owner.kind.to_string();
        form.owner_name = owner.name;
        form.tax_id = owner.tax_id;
        form.birth_date = owner.date_of_birth.unwrap_or_default();
        form.licence = owner.driver_license.unwrap_or_default();
    }
    state_of(&form)
}

async fn fields(web: &WebContext, form: &FormState, id: Option<OrderId>) -> Result<AnyView, Refusal> {
    let locale = web.locale;
    let sold_in = plans::countries(&mut web.caas.db.read().await?).await?;
    let chosen = match form.value("country") {
        country if country.is_empty() => web.require_user()?.country.clone(),
        country => country,
    };
    let choices: Vec<Choice> = sold_in.iter().map(|country| Choice::new(country.code, country.name(locale))).collect();
    let languages = vec![Choice::new("es", "Español"), Choice::new("en", "English")];
    let rules = countries::country(&chosen);
    let hint = format!(
        "{}: {}. {}: {}.",
        locale.t("Particular", "Person"),
        rules.tax_id_hint(OwnerKind::Individual, locale),
        locale.t("Empresa", "Company"),
        rules.tax_id_hint(OwnerKind::Company, locale)
    );
    let kind = form.value("owner_kind");
    let is_company = kind == OwnerKind::Company.as_str();
    let said = |field| error(form, field, locale);
    let (optional, id) = (locale.t("(opcional)", "(optional)"), id.map(|id| id.to_string()).unwrap_or_default());
    let vin = form.value("vin");
    let vin = (!vin.is_empty()).then(|| view! { <input type="hidden" name="vin" value=vin/> });
    let view = view! {
        <form class="form" method="post" action="/api/venta/cliente">
            <input type="hidden" name="id" value=id/>
            {vin}
            <h2>{locale.t("Quién compra", "Who buys")}</h2>
            <Field label=locale.t("Nombre y apellidos", "Full name") name="name" value=form.value("name") error=said(SaleField::Name) maxlength=100 required=true/>
            <Field label=locale.t("Correo", "Email") name="email" kind="email" value=form.value("email") error=said(SaleField::Email)
                help=locale.t("Aquí recibe la invitación a CaaS y el aviso para pagar la señal.", "The invitation to CaaS and the request for the reservation go here.") maxlength=254 required=true/>
            <div class="form__row">
                <Field label=locale.t("Teléfono", "Phone") name="phone" kind="tel" value=form.value("phone") error=said(SaleField::Phone)
                    help=locale.t("Con prefijo, por ejemplo +34 600 000 000.", "With country code, for example +44 7700 900000.") maxlength=30 required=true/>
                <SelectField label=locale.t("Idioma de los avisos", "Language of messages") name="language" choices=languages value=form.value("language") error=said(SaleField::Language)/>
            </div>
            <h2>{locale.t("A nombre de quién se matricula", "In whose name it is registered")}</h2>
            <SelectField label=locale.t("País de matriculación", "Country of registration") name="country" choices=choices value=chosen error=said(SaleField::Country)/>
            <fieldset class="choices sale-two">
                <legend>{locale.t("Titular", "Owner")}</legend>
                {group_error("f-owner_kind-error", said(SaleField::OwnerKind))}
                <ChoiceCard label=locale.t("Particular", "Person") name="owner_kind" value=OwnerKind::Individual.as_str() checked=!is_company/>
                <ChoiceCard label=locale.t("Empresa", "Company") name="owner_kind" value=OwnerKind::Company.as_str() checked=is_company/>
            </fieldset>
            <Field label=locale.t("Nombre o razón social del titular", "The owner's name") name="owner_name" value=form.value("owner_name") error=said(SaleField::OwnerName)
                help=locale.t("Déjalo vacío si es la misma persona que compra.", "Leave it empty when it is the person who buys.") optional_word=optional maxlength=120/>
            <Field label=locale.t("Identificación fiscal", "Tax id") name="tax_id" value=form.value("tax_id") error=said(SaleField::TaxId) help=hint code=true maxlength=40 required=true/>
            <div class="form__row">
                <Field label=locale.t("Fecha de nacimiento", "Date of birth") name="birth_date" kind="date" value=form.value("birth_date") error=said(SaleField::BirthDate)
                    help=locale.t("Solo si el titular es un particular.", "Only when the owner is a person.")/>
                <Field label=locale.t("Permiso de conducir", "Driving licence") name="licence" value=form.value("licence") error=said(SaleField::Licence) optional_word=optional maxlength=40/>
            </div>
            <div class="form__actions">
                <Button kind=ButtonKind::Primary>{locale.t("Guardar y elegir el coche", "Keep and choose the car")}</Button>
            </div>
        </form>
    };
    Ok(view.into_any())
}

/// The dealership's sales that somebody has begun.
fn begun(drafts: &[DraftLine], zone: &str, locale: Locale) -> Option<AnyView> {
    if drafts.is_empty() {
        return None;
    }
    let items = drafts
        .iter()
        .map(|line| {
            let href = format!("/concesionario/ventas/{}", line.id);
            let title = format!("{} · {}", line.number, line.customer());
            let more: Vec<String> =
                [line.model_name.clone(), line.seller.clone(), Some(short_moment(line.updated_at, zone, locale))]
                    .into_iter()
                    .flatten()
                    .collect();
            view! { <li><a href=href>{title}</a>" "<span class="muted small">{more.join(" · ")}</span></li> }
        })
        .collect_view();
    Some(
        view! {
            <section class="section" aria-labelledby="empezadas">
                <h2 id="empezadas">{locale.t("Ventas sin terminar", "Sales not finished")}</h2>
                <ul class="sale-drafts">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

/// Keeps who buys; without an id it begins a sale.
#[server(endpoint = "venta/cliente")]
pub async fn keep_customer(
    #[server(default)] id: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
    #[server(default)] phone: String,
    #[server(default)] language: String,
    #[server(default)] country: String,
    #[server(default)] owner_kind: String,
    #[server(default)] owner_name: String,
    #[server(default)] tax_id: String,
    #[server(default)] birth_date: String,
    #[server(default)] licence: String,
    #[server(default)] vin: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let seller = seller(&web)?;
        let order: Option<OrderId> = match id.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::NotFound)?),
        };
        let back = order.map_or_else(|| NEW.to_owned(), |id| path(id, Step::Customer));
        let form =
            CustomerForm { name, email, phone, language, country, owner_kind, owner_name, tax_id, birth_date, licence };
        let state = state_of(&form).with("vin", &vin);
        let kept = match order {
            Some(id) => sale::save_customer(&web.caas, seller, id, &form).await.map(|()| id),
            None => sale::begin(&web.caas, seller, &form).await,
        };
        match kept {
            Ok(id) if sells(&web, seller, id, &vin).await? => Ok(Goto::to(path(id, Step::Delivery))),
            Ok(id) => Ok(Goto::to(path(id, Step::Car))),
            Err(problem) => refused(problem, order, &back, state),
        }
    })
    .await
}

/// Puts the car that the sale was begun with into it. `false` when there was none, or it is not in stock any more: then a
/// car is chosen in the next step.
async fn sells(web: &WebContext, seller: Seller, id: OrderId, vin: &str) -> Result<bool, Refusal> {
    if vin.is_empty() {
        return Ok(false);
    }
    let cars = sale::for_sale(&mut web.caas.db.read().await?, seller.dealership).await?;
    let Some(car) = cars.iter().find(|car| car.vin == vin) else { return Ok(false) };
    let form = CarForm { stock: car.id.to_string(), ..CarForm::default() };
    match sale::save_car(&web.caas, seller, id, &form).await {
        Ok(()) => Ok(true),
        Err(SaleError::Failure(failure)) => Err(failure.into()),
        Err(_) => Ok(false),
    }
}

/// Throws a draft away.
#[server(endpoint = "venta/descartar")]
pub async fn discard_sale(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let seller = seller(&web)?;
        let id: OrderId = id.parse().map_err(|_| Refusal::NotFound)?;
        match sale::discard(&web.caas, seller, id).await {
            Ok(()) => Ok(Goto::to(NEW).toast(crate::web::Message::SaleDiscarded)),
            Err(problem) => refused(problem, Some(id), NEW, FormState::new(FORM)),
        }
    })
    .await
}
