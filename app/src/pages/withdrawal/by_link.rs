//! `/desistir/{token}`: the mail's link. Nobody signs in for it, and whoever is signed in makes no difference. Looking at it
//! changes nothing: mail scanners follow links. It shows what is needed to decide, and nothing else of the customer.

use super::words::{confirm, receipt, what_happens, why_not};
use crate::ui::{Button, ButtonKind, Notice, PageHeader, Tone};
use crate::web::{Page, PageResult, Refusal, WebContext};
use caas::activation::repository as activations;
use caas::notifications::signed::read_withdrawal_token;
use caas::vehicles;
use caas::withdrawal::model::Right;
use caas::withdrawal::view::{self, Place};
use leptos::prelude::*;

/// The page.
pub(super) async fn link_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let token = web.param("token").to_owned();
    let mut tx = web.caas.db.read().await?;
    let id = read_withdrawal_token(&mut tx, &token).await?.ok_or(Refusal::NotFound)?;
    let activation = activations::load(&mut tx, id).await?;
    let view = view::read(&web.caas, &mut tx, &activation).await?;
    // The model only: no plate, no VIN, no name.
    let car = vehicles::find(&mut tx, activation.vehicle_id).await?.map(|car| car.model_name).unwrap_or_default();
    let zone = Place::of(&mut tx, activation.customer_id).await?.zone.name().to_owned();
    drop(tx);
    let service = activation.service_names.0.get(locale).to_owned();
    let title = if view.declared.is_some() {
        locale.t("Justificante de desistimiento", "Receipt of withdrawal")
    } else {
        locale.t("Desistir del contrato", "Withdraw from the contract")
    };
    let header = view! { <PageHeader title=title lead=format!("{service} · {car}")/> };
    let body = match (&view.declared, &view.right) {
        (Some(declared), _) => view! {
            {header}
            <div class="stack">{receipt(declared, &view, &activation, &zone, locale)}</div>
        }
        .into_any(),
        (None, Right::Open(window)) => view! {
            {header}
            <div class="card stack">
                {what_happens(&view, window, &activation, locale)}
                <form class="form" method="post" action="/api/desistir">
                    <input type="hidden" name="token" value=token/>
                    <div class="form__actions"><Button kind=ButtonKind::Primary>{confirm(locale)}</Button></div>
                </form>
            </div>
        }
        .into_any(),
        (None, right) => {
            let reason = why_not(right, locale);
            view! {
            {header}
            <Notice tone=Tone::Info title=locale.t("No se puede desistir", "It can't be withdrawn from")>
                {reason}
            </Notice>
            }
            .into_any()
        }
    };
    Ok(Page::new(title, body).class("page page--narrow"))
}
