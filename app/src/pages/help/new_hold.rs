//! On the page of an order: support could try once more with a new hold, and only the customer's own click allows it.

use super::customer;
use crate::ui::{Button, ButtonKind, LinkButton, Notice, Tone};
use crate::web::dates::moment;
use crate::web::{Goto, Message, Refusal, WebContext, submit};
use caas::kernel::error::Failure;
use caas::kernel::ids::ActivationId;
use caas::payments::methods;
use caas::ways_out::{self, HoldRefusal};
use leptos::prelude::*;

fn path_of(id: ActivationId) -> String {
    format!("/expediente/activaciones/{id}")
}

/// What is offered, what it means, and the two answers; nothing when nothing is offered.
pub(in crate::pages) async fn new_hold_box(web: &WebContext, id: ActivationId) -> Result<Option<AnyView>, Refusal> {
    let user = customer(web)?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let Some(offer) = ways_out::open_hold_offer(&mut tx, user.id, id).await? else { return Ok(None) };
    let method = methods::list(&mut tx, user.id).await?.into_iter().next();
    drop(tx);
    let until = moment(offer.expires_at, &user.time_zone, locale);
    let consent = ways_out::hold_consent(offer.amount, locale);
    let accept = match &method {
        Some(method) => {
            let with = format!("{} {}.", locale.t("Se retiene en", "Held on"), method.label(locale));
            view! {
                <p>{with}</p>
                <form class="form" method="post" action="/api/activacion/retencion-aceptar">
                    <input type="hidden" name="id" value=id.to_string()/>
                    <p>{consent}</p>
                    <div class="form__actions">
                        <Button kind=ButtonKind::Primary>{locale.t("Acepto la retención", "I accept the hold")}</Button>
                    </div>
                </form>
            }
            .into_any()
        }
        None => {
            let words =
                locale.t("Para aceptarla, añade antes un método de pago.", "To accept it, add a payment method first.");
            view! {
                <p>{words}</p>
                <p><LinkButton href="/cuenta/metodos-de-pago">{locale.t("Ir a métodos de pago", "Go to payment methods")}</LinkButton></p>
            }
            .into_any()
        }
    };
    let title = locale.t("Soporte puede intentarlo otra vez", "Support can try once more");
    Ok(Some(
        view! {
            <section class="card stack" aria-labelledby="retencion">
                <h2 id="retencion">{title}</h2>
                <Notice tone=Tone::Info>{locale.t(
                    "Ahora mismo no tienes nada retenido ni cobrado, y seguirá así si no aceptas.",
                    "At this moment nothing is held or charged, and it stays so unless you accept.",
                )}</Notice>
                {accept}
                <form method="post" action="/api/activacion/retencion-rechazar">
                    <input type="hidden" name="id" value=id.to_string()/>
                    <Button kind=ButtonKind::Quiet>{locale.t("No, gracias", "No, thank you")}</Button>
                </form>
                <p class="muted small">{locale.t("Puedes decidirlo hasta el", "You can decide until")}" "{until}"."</p>
            </section>
        }
        .into_any(),
    ))
}

/// The customer's own click.
#[server(endpoint = "activacion/retencion-aceptar")]
pub async fn accept_new_hold(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = customer(&web)?.id;
        let id: ActivationId = id.parse().map_err(|_| Refusal::NotFound)?;
        let message = match ways_out::accept_manual_hold(&web.caas, customer, id, None, web.locale).await {
            Ok(Ok(())) => Message::HoldAccepted,
            Ok(Err(HoldRefusal::NotFound)) => return Err(Refusal::Hidden("activation")),
            // A second click, or support was quicker: what stands is shown.
            Ok(Err(HoldRefusal::Gone)) | Err(Failure::Conflict(_)) => Message::OfferGone,
            Ok(Err(HoldRefusal::NoPaymentMethod)) => return Ok(Goto::to("/cuenta/metodos-de-pago")),
            Err(failure) => return Err(failure.into()),
        };
        Ok(Goto::to(path_of(id)).toast(message))
    })
    .await
}

/// The customer wants no new hold.
#[server(endpoint = "activacion/retencion-rechazar")]
pub async fn refuse_new_hold(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let customer = customer(&web)?.id;
        let id: ActivationId = id.parse().map_err(|_| Refusal::NotFound)?;
        let own = caas::activation::repository::of_customer(&mut web.caas.db.read().await?, customer, id).await?;
        if own.is_none() {
            return Err(Refusal::Hidden("activation"));
        }
        let refused = ways_out::refuse_manual_hold(&web.caas, customer, id).await?;
        Ok(Goto::to(path_of(id)).toast(if refused { Message::HoldRefused } else { Message::OfferGone }))
    })
    .await
}
