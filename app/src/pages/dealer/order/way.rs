//! How the car comes to its customer, and its change at the desk.

use super::Whole;
use crate::pages::dealer::actions::{at_order, done, order_field};
use crate::pages::dealer::order_href;
use crate::ui::{Button, Fact, KeyValueList, LinkButton};
use crate::web::dates::time_tag;
use crate::web::{Goto, Message, Refusal, submit};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::delivery::{self, WayRefusal};
use caas::sales::model::{DeliveryMode, OrderStatus};
use leptos::prelude::*;

/// How the car comes to the customer.
pub(super) fn card(whole: &Whole, zone: &str, locale: Locale) -> AnyView {
    let sheet = &whole.sheet;
    let order = &sheet.order;
    let mut facts = vec![Fact::text(
        locale.t("Forma", "Way"),
        match order.delivery() {
            DeliveryMode::Home => locale.t("A domicilio", "To the door"),
            DeliveryMode::PickUp => locale.t("Recogida en el concesionario", "Pick-up at the dealership"),
        },
    )];
    if let Some(transport) = &sheet.transport {
        facts.push(Fact::text(locale.t("Transporte", "Transport"), transport_words(&transport.state, locale)));
        if let Some(at) = transport.scheduled_for {
            facts.push(Fact::view(
                locale.t("Llega al cliente", "At the customer's"),
                time_tag(at, zone, locale).into_any(),
            ));
        }
        if let Some(note) = &transport.note {
            facts.push(Fact::text(locale.t("El conductor", "The driver"), note.clone()));
        }
        if transport.last_error.is_some() && transport.scheduled_for.is_none() {
            let text = match locale {
                Locale::Es => format!("No da fecha ({} intentos)", transport.attempts),
                Locale::En => format!("Gives no date ({} tries)", transport.attempts),
            };
            facts.push(Fact::text(locale.t("Transportista", "Transport company"), text));
        }
    }
    if let Some(at) = sheet.pick_up {
        facts.push(Fact::view(
            locale.t("Cita de recogida", "Pick-up appointment"),
            time_tag(at, zone, locale).into_any(),
        ));
    }
    let href = format!("{}/entrega", order_href(order.id));
    let prepare = if order.status.is_over() {
        locale.t("Ver la entrega", "See the hand-over")
    } else {
        locale.t("Preparar la entrega", "Prepare the hand-over")
    };
    // Once the transport company is asked, calling it off can't be taken back.
    let is_final = whole.other_way.is_some() && order.status == OrderStatus::ReadyForDelivery;
    let no_way_back = locale.t(
        "Si se cambia, el transporte se anula y no hay vuelta atrás.",
        "If it is changed, the transport is called off and there is no way back.",
    );
    view! {
        <section class="card stack" id="entrega" aria-labelledby="entrega-titulo">
            <h2 class="card__title" id="entrega-titulo">{locale.t("Entrega", "Delivery")}</h2>
            <KeyValueList facts=facts/>
            <div class="actions">
                <LinkButton href=href>{prepare}</LinkButton>
                {whole.other_way.map(|way| other_way(order.id, way, locale))}
            </div>
            {is_final.then(|| view! { <p class="muted small">{no_way_back}</p> })}
        </section>
    }
    .into_any()
}

/// One click to the other way.
fn other_way(order: OrderId, way: DeliveryMode, locale: Locale) -> AnyView {
    let words = match way {
        DeliveryMode::PickUp => locale.t("Cambiar a recogida aquí", "Change to pick-up here"),
        DeliveryMode::Home => locale.t("Cambiar a entrega a domicilio", "Change to delivery to the door"),
    };
    view! {
        <form method="post" action="/api/concesionario/entrega-forma">
            {order_field(order)}
            <input type="hidden" name="way" value=way.as_str()/>
            <Button>{words}</Button>
        </form>
    }
    .into_any()
}

/// Changes how the car comes to its customer, who asked for it at the desk or by phone.
#[server(endpoint = "concesionario/entrega-forma")]
pub async fn change_way_at_desk(
    #[server(default)] order: String,
    #[server(default)] way: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_order(&web, &order).await?;
        let way: DeliveryMode = way.parse().map_err(|_| Refusal::NotFound)?;
        let here = desk.at("entrega");
        let mut tx = web.caas.db.begin().await?;
        match delivery::choose_way(&web.caas, &mut tx, &desk.who, desk.order, way).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(done(&here))
            }
            Err(WayRefusal::NotFound) => Err(Refusal::Hidden("order")),
            Err(WayRefusal::TooLate) => Ok(Goto::to(here).toast(Message::TooLateToChange)),
        }
    })
    .await
}

/// How far a transport is.
pub(in crate::pages::dealer) fn transport_words(state: &str, locale: Locale) -> &'static str {
    match state {
        "UNAVAILABLE" => locale.t("No es posible: se recoge aquí", "Not possible: picked up here"),
        "REQUESTED" => locale.t("Pedido, sin fecha", "Asked for, no date yet"),
        "SCHEDULED" => locale.t("Con fecha", "Scheduled"),
        "PICKED_UP" => locale.t("En el camión", "On the lorry"),
        "CUSTOMER_ABSENT" => locale.t("No había nadie", "Nobody was there"),
        "CUSTOMER_CALLED" => locale.t("El conductor ha llamado", "The driver called"),
        "WAITING" => locale.t("El conductor espera", "The driver waits"),
        "DELIVERED" => locale.t("Entregado", "Delivered"),
        "RETURNED_TO_DEALERSHIP" => locale.t("De vuelta en el concesionario", "Back at the dealership"),
        _ => locale.t("No hay transporte", "No transport"),
    }
}
