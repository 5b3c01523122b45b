//! Where and when the car changes hands, as a card without a map.

use super::{customer, path_of};
use crate::pages::expediente::states::Reader;
use crate::ui::{Button, Icon, IconName, LinkButton};
use crate::web::dates::moment;
use crate::web::{Goto, Message, Refusal, submit};
use caas::accounts::Country;
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::delivery::model::DeliveryState as D;
use caas::sales::delivery::{self, Dealership, WayRefusal};
use caas::sales::journey::Journey;
use caas::sales::model::{Address, DeliveryMode, OrderStatus as S};
use caas::sales::who::Who;
use leptos::prelude::*;

/// The card; nothing for a cancelled order.
pub(super) fn card(journey: &Journey, reader: Reader<'_>) -> Option<AnyView> {
    let order = &journey.order;
    let locale = reader.locale;
    if order.status.is_cancelled() {
        return None;
    }
    // What went back is fetched: there is no second transport.
    let went_back = |state| matches!(state, D::ReturnedToDealership | D::Unavailable | D::CalledOff);
    let comes_home = order.delivery() == DeliveryMode::Home
        && journey.pick_up.is_none()
        && !journey.transport.as_ref().is_some_and(|transport| went_back(transport.state));
    let title = if comes_home {
        locale.t("Te lo llevamos a casa", "We bring it to your door")
    } else {
        locale.t("Lo recoges en el concesionario", "You pick it up at the dealership")
    };
    let address = if comes_home {
        order.address.as_ref().map(|address| home(address, locale))
    } else {
        Some(dealership(&journey.dealership, locale))
    };
    let date = if comes_home {
        let at = journey.transport.as_ref().and_then(|transport| transport.scheduled_for);
        at.map(|at| moment(at, reader.zone, locale))
    } else {
        journey.pick_up.map(|at| moment(at, &journey.dealership.time_zone, locale))
    };
    let date = date.filter(|_| order.status != S::Delivered).map(|at| {
        view! { <p class="place__date"><Icon name=IconName::Clock/><strong>{at}</strong></p> }
    });
    let state = comes_home.then(|| transport_words(journey, locale)).flatten();
    let state = state.map(|words| view! { <p>{words}</p> });
    let note = journey.transport.as_ref().and_then(|transport| transport.note.clone()).map(|note| {
        view! { <p class="muted small">{locale.t("El transportista:", "The driver:")}" «"{note}"»"</p> }
    });
    let choose = (!comes_home && journey.can_pick_up).then_some(());
    let choose = choose.map(|()| {
        let href = format!("{}/recogida", path_of(order.id));
        let words = if journey.pick_up.is_some() {
            locale.t("Ver o cambiar la cita", "See or change the appointment")
        } else {
            locale.t("Elegir cita", "Choose an appointment")
        };
        view! { <p class="actions"><LinkButton href=href>{words}</LinkButton></p> }
    });
    Some(
        view! {
            <section class="card place" aria-labelledby="entrega">
                <h2 id="entrega">{title}</h2>
                {date}
                {state}
                {note}
                {address}
                {choose}
                {other_way(journey, comes_home, locale)}
            </section>
        }
        .into_any(),
    )
}

/// The other way the car could come, or that it is too late for that.
fn other_way(journey: &Journey, comes_home: bool, locale: Locale) -> Option<AnyView> {
    let order = &journey.order;
    let Some(way) = delivery::other_way(order, journey.transport.as_ref()) else {
        let on_the_way = comes_home && order.status == S::DeliveryScheduled;
        return on_the_way.then(|| {
            let text = locale.t(
                "El transporte está en marcha y ya no se puede cambiar por recogerlo. Si no estás, el coche vuelve al concesionario y eliges cuándo ir por él.",
                "The transport is under way and can't be changed for a pick-up any more. If you are not there, the car goes back to the dealership and you choose when to come for it.",
            );
            view! { <p class="muted small">{text}</p> }.into_any()
        });
    };
    let words = match way {
        DeliveryMode::PickUp => locale.t("Prefiero recogerlo en el concesionario", "I prefer to pick it up"),
        DeliveryMode::Home => locale.t("Prefiero que me lo llevéis a casa", "I prefer to have it brought to my door"),
    };
    let until = match (way, order.status) {
        (DeliveryMode::PickUp, S::ReadyForDelivery) => locale.t(
            "Puedes cambiarlo hasta que el transporte tenga fecha. Después de cambiarlo no hay vuelta atrás.",
            "You can change it until the transport has its date. Once changed there is no way back.",
        ),
        _ => locale.t("Puedes cambiarlo hasta que esté matriculado.", "You can change it until it is registered."),
    };
    let id = order.id.to_string();
    Some(
        view! {
            <form class="stack stack--s" method="post" action="/api/pedidos/entrega">
                <input type="hidden" name="order" value=id/>
                <input type="hidden" name="way" value=way.as_str()/>
                <p><Button>{words}</Button></p>
                <p class="muted small">{until}</p>
            </form>
        }
        .into_any(),
    )
}

/// Changes how the car comes, while that is possible.
#[server(endpoint = "pedidos/entrega")]
pub async fn choose_other_way(
    #[server(default)] order: String,
    #[server(default)] way: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let who = Who::Customer(customer(&web)?.id);
        let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
        let way: DeliveryMode = way.parse().map_err(|_| Refusal::NotFound)?;
        let there = format!("{}#entrega", path_of(order));
        let mut tx = web.caas.db.begin().await?;
        match delivery::choose_way(&web.caas, &mut tx, &who, order, way).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(Goto::to(there).toast(Message::Saved))
            }
            Err(WayRefusal::NotFound) => Err(Refusal::Hidden("order")),
            Err(WayRefusal::TooLate) => Ok(Goto::to(there).toast(Message::TooLateToChange)),
        }
    })
    .await
}

/// How the transport stands, in plain words.
fn transport_words(journey: &Journey, locale: Locale) -> Option<&'static str> {
    let transport = journey.transport.as_ref()?;
    Some(match transport.state {
        D::Requested => locale.t("Estamos acordando la fecha.", "We are arranging the date."),
        D::Scheduled => locale.t("El transporte tiene fecha.", "The transport has its date."),
        D::PickedUp => locale.t("El coche va en el camión.", "The car is on the lorry."),
        D::CustomerAbsent => {
            locale.t("El transportista llegó y no encontró a nadie.", "The driver came and found nobody.")
        }
        D::CustomerCalled => locale.t("El transportista te ha llamado.", "The driver has called you."),
        D::Waiting => locale.t("El transportista espera un poco.", "The driver waits a little."),
        D::Delivered => locale.t("Ha llegado a tu puerta.", "It has reached your door."),
        D::Unavailable | D::CalledOff | D::ReturnedToDealership => return None,
    })
}

fn home(address: &Address, locale: Locale) -> AnyView {
    let city = format!("{} {}", address.postal_code, address.city);
    let country =
        Country::by_code(&address.country).map_or(address.country.clone(), |known| known.name(locale).to_owned());
    view! { <address>{address.street.clone()}<br/>{city}<br/>{country}</address> }.into_any()
}

/// A dealership with its telephone.
pub(super) fn dealership(place: &Dealership, locale: Locale) -> AnyView {
    let street = place.street.clone().map(|street| view! { <br/>{street} });
    let city = format!("{} {}", place.postal_code.clone().unwrap_or_default(), place.city);
    let phone = place.phone.clone().map(|phone| {
        let href = format!("tel:{}", phone.replace(' ', ""));
        view! { <br/><a href=href>{locale.t("Teléfono", "Telephone")}" "{phone}</a> }
    });
    view! { <address><strong>{place.name.clone()}</strong>{street}<br/>{city.trim().to_owned()}{phone}</address> }
        .into_any()
}
