//! A new version of a plan, filled in with the one before.

#![expect(clippy::too_many_arguments, reason = "the arguments are the fields of the form")]

use super::typed::{amount, colours, options, plain, plain_colours, plain_options, share};
use super::{HERE, crumbs, error, with_problems};
use crate::ui::{Button, ButtonKind, Choice, Field, Icon, IconName, Notice, PageHeader, SelectField, TextArea, Tone};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::catalogue::{Market, OfferKind, Snapshot};
use caas::kernel::ids::PlanId;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Currency};
use caas::sales::plans::{self, NewVersion, Plan, PlanField, PlanProblem, PriceList, Problems, Version};
use leptos::prelude::*;
use std::collections::BTreeMap;

const FORM: &str = "version";
/// Services that one plan can include by this form.
const MOST_INCLUDED: usize = 5;
/// The most characters of a list that comes back whole when something is wrong: two of them share a cookie.
const LONGEST: u32 = 1100;

/// The page.
pub(super) async fn version_page(web: WebContext) -> PageResult {
    web.require_role(&[Role::Administrator])?;
    let locale = web.locale;
    let id: PlanId = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let plan = plans::find(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    let latest = plans::latest(&mut tx, id).await?;
    drop(tx);
    let catalogue = web.caas.catalogue().await?;
    let came_back = web.form(FORM);
    let wrong = came_back.has_errors().then(|| {
        let text =
            locale.t("No se ha publicado. Revisa lo que está marcado.", "It was not published. See what is marked.");
        view! { <Notice tone=Tone::Problem>{text}</Notice> }
    });
    let is_whole = came_back.has_errors() && !came_back.values.is_empty();
    let mut form = if is_whole { came_back.clone() } else { prefilled(&plan, latest.as_ref()) };
    form.errors = came_back.errors;
    let title = format!("{}: {}", plan.names.0.get(locale), locale.t("otra versión", "another version"));
    let lead = locale.t(
        "Vale para las ventas que se registren desde ahora. Las ya registradas conservan la suya.",
        "It is for sales registered from now on. Those registered keep theirs.",
    );
    let fields = fields(&plan, &form, &catalogue, locale);
    let body = view! {
        <PageHeader title=title.clone() lead=lead crumbs=crumbs(true, locale) crumbs_label=locale.t("Estás en", "You are in")/>
        {wrong}
        {fields}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Admin))
}

fn prefilled(plan: &Plan, latest: Option<&Version>) -> FormState {
    let form = FormState::new(FORM);
    let Some(version) = latest else {
        let currency = Market::of_country(&plan.country).map_or(Currency::Eur, Market::currency);
        return form.with("currency", currency.as_str());
    };
    let list = &version.price_list.0;
    let form = form
        .with("currency", version.currency.as_str())
        .with("vat", &plain(Cents(version.vat_rate_basis_points)))
        .with("reservation", &plain(Cents(version.reservation_basis_points)))
        .with_text("options", &plain_options(&list.options))
        .with_text("colours", &plain_colours(&list.colours));
    let form = list.models.iter().fold(form, |form, (code, cents)| form.with_text(&model_key(code), &plain(*cents)));
    let included = version.included_services.0.iter().enumerate();
    included.fold(form, |form, (at, id)| form.with(&format!("included{at}"), &id.to_string()))
}

fn model_key(code: &str) -> String {
    format!("models[{code}]")
}

fn fields(plan: &Plan, form: &FormState, catalogue: &Snapshot, locale: Locale) -> AnyView {
    let said = |field| error(form, field, locale);
    let group = |field| {
        let text = said(field);
        (!text.is_empty())
            .then(|| view! { <p class="field__error"><Icon name=IconName::Warning/><span>{text}</span></p> })
    };
    let models = catalogue
        .models
        .iter()
        .map(|model| {
            let (key, id) = (model_key(&model.code), format!("f-model-{}", model.code));
            let value = form.value(&key);
            let unread = !value.trim().is_empty() && amount(&value).is_none();
            let error = if unread { said(PlanField::Models) } else { String::new() };
            view! { <Field label=model.name.clone() name=key id=id value=value error=error inputmode="decimal" maxlength=20/> }
        })
        .collect_view();
    let currencies = Currency::ALL.iter().map(|one| Choice::new(one.as_str(), one.as_str())).collect();
    let offers = offers(plan, catalogue, locale);
    let included = (0..MOST_INCLUDED)
        .map(|at| {
            let label = format!("{} {}", locale.t("Servicio incluido", "Included service"), at + 1);
            let (id, value) = (format!("f-included-{at}"), form.value(&format!("included{at}")));
            let choices = offers.clone();
            view! { <SelectField label=label name="included[]" id=id choices=choices value=value/> }
        })
        .collect_view();
    let id = plan.id.to_string();
    view! {
        <form class="form" method="post" action="/api/admin/plan-version">
            <input type="hidden" name="id" value=id/>
            <h2>{locale.t("Precio de cada modelo, IVA incluido", "Price of each model, VAT included")}</h2>
            <p class="muted">{locale.t("Vacío: este plan no lo vende.", "Empty: this plan does not sell it.")}</p>
            {group(PlanField::Models)}
            <div class="form__row">{models}</div>
            <TextArea label=locale.t("Opciones de fábrica", "Factory options") name="options" value=form.value("options") error=said(PlanField::Options) rows=10
                help=locale.t("Una por línea: CÓDIGO | nombre | nombre en inglés | precio | modelos", "One a line: CODE | name in Spanish | name | price | models") maxlength=LONGEST/>
            <TextArea label=locale.t("Colores", "Colours") name="colours" value=form.value("colours") error=said(PlanField::Colours) rows=9
                help=locale.t("Uno por línea: CÓDIGO | nombre | nombre en inglés | precio. Códigos: WHITE, SILVER, GREY, BLACK, BLUE, RED, GREEN, SAND.", "One a line: CODE | name in Spanish | name | price. Codes: WHITE, SILVER, GREY, BLACK, BLUE, RED, GREEN, SAND.") maxlength=LONGEST/>
            <div class="form__row">
                <SelectField label=locale.t("Moneda", "Currency") name="currency" choices=currencies value=form.value("currency")/>
                <Field label=locale.t("IVA, %", "VAT, %") name="vat" value=form.value("vat") error=said(PlanField::Vat) inputmode="decimal" maxlength=10 required=true/>
                <Field label=locale.t("Señal, % del total", "Reservation, % of the total") name="reservation" value=form.value("reservation") error=said(PlanField::Reservation) inputmode="decimal" maxlength=10 required=true/>
            </div>
            {group(PlanField::Included)}
            {included}
            <div class="form__actions">
                <Button kind=ButtonKind::Primary>{locale.t("Publicar la versión", "Publish the version")}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// What can be included: what is sold once, where the plan sells or without a price there.
fn offers(plan: &Plan, catalogue: &Snapshot, locale: Locale) -> Vec<Choice> {
    let market = Market::of_country(&plan.country);
    let mut choices = vec![Choice::new("", locale.t("Ninguno", "None"))];
    for service in catalogue.sold() {
        for offer in service.offers.iter().filter(|offer| offer.kind != OfferKind::Subscription) {
            if market.is_none_or(|market| offer.price(market).is_some()) {
                let label = format!("{} · {}", service.name.get(locale), offer.term(locale));
                choices.push(Choice::new(offer.id.to_string(), label));
            }
        }
    }
    choices
}

/// What was typed, as a version; or what of it can't be read.
fn read(
    models: &BTreeMap<String, String>,
    option_lines: &str,
    colour_lines: &str,
    currency: &str,
    shares: (&str, &str),
    included: &[String],
) -> Result<NewVersion, Problems> {
    let mut wrong = Vec::new();
    let mut prices = BTreeMap::new();
    for (code, typed) in models.iter().filter(|(_, typed)| !typed.trim().is_empty()) {
        match amount(typed) {
            Some(cents) => {
                prices.insert(code.clone(), cents);
            }
            None => wrong.push((PlanField::Models, PlanProblem::Price)),
        }
    }
    let mut need = |field, problem| wrong.push((field, problem));
    let (options, colours) = (options(option_lines), colours(colour_lines));
    if options.is_none() {
        need(PlanField::Options, PlanProblem::Unreadable);
    }
    if colours.is_none() {
        need(PlanField::Colours, PlanProblem::Unreadable);
    }
    let (vat, reservation) = (share(shares.0), share(shares.1));
    if vat.is_none() {
        need(PlanField::Vat, PlanProblem::Vat);
    }
    if reservation.is_none() {
        need(PlanField::Reservation, PlanProblem::Reservation);
    }
    let offers: Result<Vec<_>, _> = included.iter().filter(|id| !id.is_empty()).map(|id| id.parse()).collect();
    if offers.is_err() {
        need(PlanField::Included, PlanProblem::Offer);
    }
    match (options, colours, vat, reservation, offers) {
        (Some(options), Some(colours), Some(vat), Some(reservation), Ok(included)) if wrong.is_empty() => {
            Ok(NewVersion {
                price_list: PriceList { models: prices, options, colours },
                currency: currency.parse().unwrap_or(Currency::Eur),
                vat_rate_basis_points: vat,
                reservation_basis_points: reservation,
                included,
            })
        }
        _ => Err(wrong),
    }
}

/// Publishes a version.
#[server(endpoint = "admin/plan-version")]
pub async fn publish_version(
    #[server(default)] id: String,
    #[server(default)] models: BTreeMap<String, String>,
    #[server(default)] options: String,
    #[server(default)] colours: String,
    #[server(default)] currency: String,
    #[server(default)] vat: String,
    #[server(default)] reservation: String,
    #[server(default)] included: Vec<String>,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = web.require_role(&[Role::Administrator])?.id;
        let id: PlanId = id.parse().map_err(|_| Refusal::NotFound)?;
        let form = FormState::new(FORM)
            .with("currency", &currency)
            .with("vat", &vat)
            .with("reservation", &reservation)
            .with_text("options", &options)
            .with_text("colours", &colours);
        let form = models.iter().take(20).fold(form, |form, (code, typed)| form.with_text(&model_key(code), typed));
        let chosen: Vec<String> = included.into_iter().filter(|id| !id.is_empty()).take(MOST_INCLUDED).collect();
        let form = chosen.iter().enumerate().fold(form, |form, (at, id)| form.with(&format!("included{at}"), id));
        let back =
            |problems: &Problems| Goto::back(format!("{HERE}/{id}/version"), with_problems(form.clone(), problems));
        let new = match read(&models, &options, &colours, &currency, (&vat, &reservation), &chosen) {
            Ok(new) => new,
            Err(problems) => return Ok(back(&problems)),
        };
        match plans::publish(&web.caas, by, id, &new).await? {
            None => Err(Refusal::NotFound),
            Some(Err(problems)) => Ok(back(&problems)),
            Some(Ok(_)) => Ok(Goto::to(format!("{HERE}/{id}")).toast(Message::Saved)),
        }
    })
    .await
}
