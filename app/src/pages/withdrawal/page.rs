//! Withdrawing on one's own page, and the receipt.

use super::consents::agreed_to;
use super::receipt_path;
use super::words::{confirm, receipt, what_happens, why_not};
use crate::ui::{Button, ButtonKind, Crumb, Fact, KeyValueList, LinkButton, Notice, PageHeader, Tone};
use crate::web::{Goto, Page, PageResult, Refusal, Role, Section, WebContext, dates};
use caas::activation::repository::{self as activations, Activation};
use caas::kernel::ids::ActivationId;
use caas::vehicles;
use caas::withdrawal::model::Right;
use caas::withdrawal::view::{self, Place, WithdrawalView};
use leptos::prelude::*;

/// A contract of the signed-in customer, with everything about withdrawal from it.
struct Own {
    activation: Activation,
    view: WithdrawalView,
    car: String,
    zone: String,
}

async fn own(web: &WebContext) -> Result<Own, Refusal> {
    let customer = web.require_role(&[Role::Customer])?.id;
    let id: ActivationId = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let activation = activations::of_customer(&mut tx, customer, id).await?.ok_or(Refusal::Hidden("activation"))?;
    let view = view::read(&web.caas, &mut tx, &activation).await?;
    let car = vehicles::find(&mut tx, activation.vehicle_id).await?.map(|car| car.label()).unwrap_or_default();
    let zone = Place::of(&mut tx, customer).await?.zone.name().to_owned();
    Ok(Own { activation, view, car, zone })
}

fn crumbs(web: &WebContext, activation: &Activation) -> Vec<Crumb> {
    let locale = web.locale;
    vec![
        Crumb::new("/expediente", locale.t("Expediente", "My cars")),
        Crumb::new(
            format!("/expediente/activaciones/{}", activation.id),
            activation.service_names.0.get(locale).to_owned(),
        ),
    ]
}

/// The step that is left: what happens, and the confirmation.
pub(super) async fn declare_page(web: WebContext) -> PageResult {
    let Own { activation, view, car, zone } = own(&web).await?;
    let locale = web.locale;
    if view.declared.is_some() {
        return Err(Goto::to(receipt_path(activation.id)).into());
    }
    let title = locale.t("Desistir del contrato", "Withdraw from the contract");
    let crumbs = crumbs(&web, &activation);
    let back = format!("/expediente/activaciones/{}", activation.id);
    let header = view! {
        <PageHeader title=title lead=format!("{} · {car}", activation.service_names.0.get(locale)) crumbs=crumbs
            crumbs_label=locale.t("Estás en", "You are in")/>
    };
    let body = match &view.right {
        Right::Open(window) => {
            let facts = facts(&activation, &car, &zone, locale);
            view! {
                {header}
                <div class="card stack">
                    <KeyValueList facts=facts/>
                    {what_happens(&view, window, &activation, locale)}
                    {agreed_to(&view.consents, &zone, locale)}
                    <form class="form" method="post" action="/api/activacion/desistir">
                        <input type="hidden" name="id" value=activation.id.to_string()/>
                        <div class="form__actions">
                            <Button kind=ButtonKind::Primary>{confirm(locale)}</Button>
                            <LinkButton href=back kind=ButtonKind::Quiet>{locale.t("Volver sin desistir", "Go back without withdrawing")}</LinkButton>
                        </div>
                    </form>
                </div>
            }
            .into_any()
        }
        right => {
            let to = view! { <LinkButton href=back>{locale.t("Ver el servicio", "See the service")}</LinkButton> }
                .into_any();
            let reason = why_not(right, locale);
            let period = match right {
                Right::Over(window) => Some(super::days::day_by_day(window, locale)),
                _ => None,
            };
            view! {
                {header}
                <Notice tone=Tone::Info title=locale.t("No se puede desistir", "It can't be withdrawn from") action=to>
                    {reason}
                </Notice>
                {period}
                {agreed_to(&view.consents, &zone, locale)}
            }
            .into_any()
        }
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

/// What the contract is.
pub(super) fn facts(activation: &Activation, car: &str, zone: &str, locale: caas::kernel::locale::Locale) -> Vec<Fact> {
    let mut facts = vec![
        Fact::text(locale.t("Servicio", "Service"), activation.service_names.0.get(locale)),
        Fact::text(locale.t("Coche", "Car"), car),
        Fact::text(locale.t("Precio", "Price"), activation.price().display(locale)),
        Fact::view(locale.t("Pedido", "Ordered"), dates::time_tag(activation.created_at, zone, locale).into_any()),
    ];
    if let Some(at) = activation.activated_at {
        facts.push(Fact::view(
            locale.t("El coche lo confirmó", "The car confirmed"),
            dates::time_tag(at, zone, locale).into_any(),
        ));
    }
    facts
}

/// The receipt.
pub(super) async fn receipt_page(web: WebContext) -> PageResult {
    let Own { activation, view, car, zone } = own(&web).await?;
    let locale = web.locale;
    let Some(declared) = &view.declared else { return Err(Refusal::NotFound) };
    let title = locale.t("Justificante de desistimiento", "Receipt of withdrawal");
    let crumbs = crumbs(&web, &activation);
    let body = view! {
        <PageHeader title=title lead=format!("{} · {car}", activation.service_names.0.get(locale)) crumbs=crumbs
            crumbs_label=locale.t("Estás en", "You are in")/>
        <div class="stack">
            {receipt(declared, &view, &activation, &zone, locale)}
            {agreed_to(&view.consents, &zone, locale)}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}
