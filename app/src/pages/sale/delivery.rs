//! The third step: how the car comes to the customer, and where the owner lives.

use super::frame::{discard, group_error, head, trouble};
use super::{draft, error, path, refused, seller};
use crate::ui::{Button, ButtonKind, ChoiceCard, Field};
use crate::web::{FormState, Goto, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::accounts::Country;
use caas::kernel::ids::OrderId;
use caas::sales::model::DeliveryMode;
use caas::sales::registration::countries;
use caas::sales::sale::{self, DeliveryForm, SaleField, Step};
use leptos::prelude::*;

const FORM: &str = "entrega";

/// The page.
pub(super) async fn delivery_page(web: WebContext) -> PageResult {
    let sale = draft(&web).await?;
    let locale = web.locale;
    let came_back = web.form(FORM);
    let form = match &sale.order.address {
        Some(address) if !came_back.has_errors() => FormState::new(FORM)
            .with("mode", sale.order.delivery_mode.as_deref().unwrap_or_default())
            .with("street", &address.street)
            .with("city", &address.city)
            .with_text("postal_code", &address.postal_code),
        _ => came_back,
    };
    let said = |field| error(&form, field, locale);
    let picks_up = form.value("mode") == DeliveryMode::PickUp.as_str();
    let country = sale.order.country.clone().unwrap_or_default();
    let country_name = Country::by_code(&country).map(|known| known.name(locale)).unwrap_or_default();
    let example = countries::country(&country).postal_code_example;
    let hint = if example.is_empty() {
        String::new()
    } else {
        format!("{} {example}", locale.t("Por ejemplo", "For example"))
    };
    let id = sale.order.id.to_string();
    let body = view! {
        {head(Some(&sale), Step::Delivery, "", locale)}
        {trouble(&form, locale)}
        <form class="form" method="post" action="/api/venta/entrega">
            <input type="hidden" name="id" value=id/>
            <fieldset class="choices">
                <legend>{locale.t("Cómo recibe el coche", "How the car is received")}</legend>
                {group_error("f-mode-error", said(SaleField::Mode))}
                <ChoiceCard label=locale.t("A domicilio", "At home") name="mode" value=DeliveryMode::Home.as_str() checked=!picks_up
                    note=locale.t("Un transporte lo lleva a esta dirección.", "A transport brings it to this address.")/>
                <ChoiceCard label=locale.t("Lo recoge en el concesionario", "Picked up at the dealership") name="mode" value=DeliveryMode::PickUp.as_str() checked=picks_up
                    note=locale.t("Elige una cita cuando el coche esté matriculado.", "An appointment is chosen once the car is registered.")/>
            </fieldset>
            <h2>{locale.t("Dirección del titular", "The owner's address")}</h2>
            <p class="muted">{locale.t("También es la que figura en la matriculación. País:", "It is the one in the registration too. Country:")}" "{country_name}</p>
            <Field label=locale.t("Calle y número", "Street and number") name="street" value=form.value("street") error=said(SaleField::Street) maxlength=120 required=true/>
            <div class="form__row">
                <Field label=locale.t("Código postal", "Postal code") name="postal_code" value=form.value("postal_code") error=said(SaleField::PostalCode) help=hint maxlength=12 required=true/>
                <Field label=locale.t("Ciudad", "City") name="city" value=form.value("city") error=said(SaleField::City) maxlength=120 required=true/>
            </div>
            <div class="form__actions">
                <Button kind=ButtonKind::Primary>{locale.t("Guardar y elegir el plan", "Keep and choose the plan")}</Button>
            </div>
        </form>
        {discard(&sale, locale)}
    };
    let title = format!("{} · {}", locale.t("Entrega", "Delivery"), sale.order.number);
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Dealership))
}

/// Keeps how the car comes to the customer.
#[server(endpoint = "venta/entrega")]
pub async fn keep_delivery(
    #[server(default)] id: String,
    #[server(default)] mode: String,
    #[server(default)] street: String,
    #[server(default)] city: String,
    #[server(default)] postal_code: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let seller = seller(&web)?;
        let id: OrderId = id.parse().map_err(|_| Refusal::NotFound)?;
        let state = FormState::new(FORM)
            .with("mode", &mode)
            .with("street", &street)
            .with("city", &city)
            // Not `with`: a "code" is thought a secret there.
            .with_text("postal_code", &postal_code);
        let form = DeliveryForm { mode, street, city, postal_code };
        match sale::save_delivery(&web.caas, seller, id, &form).await {
            Ok(()) => Ok(Goto::to(path(id, Step::Plan))),
            Err(problem) => refused(problem, Some(id), &path(id, Step::Delivery), state),
        }
    })
    .await
}
