//! The fourth step: what the car costs under each plan.

use super::frame::{discard, group_error, head, trouble};
use super::{draft, error, path, refused, seller};
use crate::pages::price::price_lines;
use crate::ui::{ButtonKind, LinkButton, Notice, Status, StatusPill, Tone};
use crate::web::{FormState, Goto, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::kernel::ids::{OrderId, PlanVersionId};
use caas::kernel::locale::Locale;
use caas::sales::plans::{self, Plan, Version};
use caas::sales::pricing::{NoPrice, Quote};
use caas::sales::sale::{self, Sale, SaleField, Step};
use leptos::prelude::*;

const FORM: &str = "plan";

/// The page.
pub(super) async fn plan_page(web: WebContext) -> PageResult {
    let sale = draft(&web).await?;
    let locale = web.locale;
    let form = web.form(FORM);
    let country = sale.order.country.clone().unwrap_or_default();
    let offered = plans::active(&mut web.caas.db.read().await?, &country).await?;
    let mut cards = Vec::new();
    for (plan, version) in &offered {
        let quote = sale.price_under(&web.caas, plan, version).await?;
        cards.push(card(&sale, plan, version, quote, locale));
    }
    let list = if sale.order.model_code.is_none() {
        waiting(
            locale.t(
                "Primero elige el coche: el precio depende de él.",
                "Choose the car first: the price depends on it.",
            ),
            path(sale.order.id, Step::Car),
            locale.t("Elegir el coche", "Choose the car"),
        )
    } else if cards.is_empty() {
        waiting(
            locale.t(
                "Ahora no hay ningún plan para el país del cliente. Pide a administración que abra uno, o cambia el país.",
                "There is no plan for the customer's country now. Ask administration to open one, or change the country.",
            ),
            path(sale.order.id, Step::Customer),
            locale.t("Cambiar el país", "Change the country"),
        )
    } else {
        view! { <div class="sale-plans">{cards}</div> }.into_any()
    };
    let lead = locale.t(
        "El precio queda fijado al registrar la venta: lo que se publique después no lo cambia.",
        "The price is fixed when the sale is registered: what is published later does not change it.",
    );
    let body = view! {
        {head(Some(&sale), Step::Plan, lead, locale)}
        {trouble(&form, locale)}
        {group_error("f-plan-error", error(&form, SaleField::Plan, locale))}
        {list}
        {discard(&sale, locale)}
    };
    let title = format!("{} · {}", locale.t("Plan y precio", "Plan and price"), sale.order.number);
    Ok(Page::new(title, body).section(Section::Dealership))
}

fn waiting(text: &'static str, href: String, word: &'static str) -> AnyView {
    view! {
        <Notice tone=Tone::Waiting action=view! { <LinkButton href=href>{word}</LinkButton> }.into_any()>{text}</Notice>
    }
    .into_any()
}

fn card(sale: &Sale, plan: &Plan, version: &Version, quote: Option<Result<Quote, NoPrice>>, locale: Locale) -> AnyView {
    let name = plan.names.0.get(locale).to_owned();
    let is_chosen = sale.order.plan_version_id == Some(version.id);
    let chosen = is_chosen.then(|| view! { <StatusPill kind=Status::Done word=locale.t("Elegido", "Chosen")/> });
    let (title_id, order, id) = (format!("plan-{}", version.id), sale.order.id.to_string(), version.id.to_string());
    let label_id = title_id.clone();
    let inside = match quote {
        Some(Ok(quote)) => {
            let word = match (is_chosen, locale) {
                (true, _) => locale.t("Seguir con este plan", "Go on with this plan").to_owned(),
                (false, Locale::Es) => format!("Elegir «{name}»"),
                (false, Locale::En) => format!("Choose “{name}”"),
            };
            view! {
                {price_lines(&quote, locale)}
                <form method="post" action="/api/venta/plan">
                    <input type="hidden" name="id" value=order/>
                    <input type="hidden" name="version" value=id/>
                    <button class=ButtonKind::Primary.class()>{word}</button>
                </form>
            }
            .into_any()
        }
        Some(Err(why)) => {
            let text = match why {
                NoPrice::Model => locale.t("Este plan no vende ese modelo.", "This plan does not sell that model."),
                NoPrice::Colour => locale.t("Este plan no tiene ese color.", "This plan does not have that colour."),
                NoPrice::Option => {
                    locale.t("Este plan no tiene alguna de las opciones.", "This plan lacks one of the options.")
                }
            };
            view! { <p class="muted">{text}</p> }.into_any()
        }
        None => ().into_any(),
    };
    view! {
        <section class="card stack" aria-labelledby=label_id>
            <div class="split"><h2 class="card__title" id=title_id>{name}</h2>{chosen}</div>
            {inside}
        </section>
    }
    .into_any()
}

/// Keeps the plan in the version that was shown.
#[server(endpoint = "venta/plan")]
pub async fn keep_plan(#[server(default)] id: String, #[server(default)] version: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let seller = seller(&web)?;
        let id: OrderId = id.parse().map_err(|_| Refusal::NotFound)?;
        let version: PlanVersionId = version.parse().map_err(|_| Refusal::NotFound)?;
        match sale::save_plan(&web.caas, seller, id, version).await {
            Ok(()) => Ok(Goto::to(path(id, Step::Summary))),
            Err(problem) => refused(problem, Some(id), &path(id, Step::Plan), FormState::new(FORM)),
        }
    })
    .await
}
