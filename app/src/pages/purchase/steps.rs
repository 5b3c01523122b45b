//! The steps of an order, one decision each.

use super::choice::{Choice, ChosenCar};
use super::path_of;
use crate::ui::{Button, ButtonKind, CarCard, CarColour, CarModel, CheckField, Icon, IconName};
use crate::web::{FormState, WebContext};
use caas::catalogue::OfferPrice;
use caas::kernel::locale::Locale;
use caas::maintenance::model::Gate;
use caas::purchases::model::ConsentKind;
use leptos::prelude::*;

/// Which car it is for.
pub(super) fn car(web: &WebContext, choice: &Choice, car: &ChosenCar) -> impl IntoView + use<> {
    let locale = web.locale;
    let vehicle = &car.vehicle;
    view! {
        <section class="purchase__step">
            <h2>{locale.t("Para este coche", "For this car")}</h2>
            <CarCard model=CarModel::from_name(&vehicle.body) colour=CarColour::from_name(&vehicle.colour)
                name=vehicle.model_name.clone() code=vehicle.plate.clone().unwrap_or_else(|| vehicle.vin.clone())/>
            {other_cars(web, choice, car)}
        </section>
    }
}

/// The same offer for another car of the customer.
pub(super) fn other_cars(web: &WebContext, choice: &Choice, car: &ChosenCar) -> Option<impl IntoView + use<>> {
    let locale = web.locale;
    let others: Vec<_> = choice
        .cars
        .iter()
        .filter(|other| other.id != car.vehicle.id)
        .map(|other| {
            let label = format!("{} {}", locale.t("Cambiar a", "Change to"), other.label());
            view! { <a class="btn btn--secondary" href=path_of(choice.offer.id, other.id)>{label}</a> }
        })
        .collect();
    (!others.is_empty()).then(|| view! { <div class="actions">{others}</div> })
}

/// What the click sets going.
pub(super) fn what_happens(web: &WebContext, choice: &Choice, price: OfferPrice) -> impl IntoView + use<> {
    let locale = web.locale;
    let amount = price.amount.display(locale);
    let steps: Vec<(IconName, String, &str)> = if choice.is_subscription() {
        vec![
            (IconName::Car, locale.t("Tu coche recibe la orden", "Your car gets the order").to_owned(), in_the_car(locale)),
            (
                IconName::Active,
                locale.t("Tu coche lo confirma", "Your car confirms").to_owned(),
                locale.t("Desde ese momento cuenta el primer mes.", "The first month counts from that moment."),
            ),
            (
                IconName::Charged,
                match locale {
                    Locale::Es => format!("Se cobran {amount} al terminar cada mes"),
                    Locale::En => format!("{amount} is charged when each month ends"),
                },
                locale.t(
                    "No se retiene nada ahora. Puedes terminarla cuando quieras; si el coche no lo confirma, nunca se cobra.",
                    "Nothing is held now. You can end it whenever you like; if the car does not confirm, it is never billed.",
                ),
            ),
        ]
    } else {
        vec![
            (
                IconName::Held,
                match locale {
                    Locale::Es => format!("Tu banco retiene {amount}"),
                    Locale::En => format!("Your bank holds {amount}"),
                },
                locale.t("Todavía no se cobra nada.", "Nothing is charged yet."),
            ),
            (
                IconName::Car,
                locale.t("Tu coche recibe la orden", "Your car gets the order").to_owned(),
                in_the_car(locale),
            ),
            (
                IconName::Charged,
                locale
                    .t("Se cobra solo cuando tu coche lo confirma", "You are charged only when your car confirms")
                    .to_owned(),
                locale.t(
                    "Si no lo confirma, anulamos la retención y no pagas nada.",
                    "If it does not confirm, we release the hold and you pay nothing.",
                ),
            ),
        ]
    };
    let steps = steps
        .into_iter()
        .map(|(icon, title, text)| {
            view! {
                <li class="timeline__entry tone-neutral">
                    <span class="timeline__mark"><Icon name=icon/></span>
                    <div class="timeline__body"><p class="timeline__title">{title}</p><p class="timeline__text">{text}</p></div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="purchase__step">
            <h2>{locale.t("Qué pasa cuando lo pides", "What happens when you order")}</h2>
            <ol class="timeline">{steps}</ol>
        </section>
    }
}

fn in_the_car(locale: Locale) -> &'static str {
    locale.t(
        "Por el aire, con el coche aparcado. Suele tardar minutos y lo sigues en directo; puedes cancelar mientras tanto.",
        "Over the air, while the car is parked. It usually takes minutes and you follow it live; you can cancel meanwhile.",
    )
}

/// What the law asks the customer to agree to, never ticked beforehand.
pub(super) fn consents(web: &WebContext, choice: &Choice, form: &FormState, gate: &Gate) -> impl IntoView + use<> {
    let locale = web.locale;
    let short = choice.is_short();
    let error = |name: &str| {
        form.errors.contains_key(name).then(|| {
            locale.t(
                "Marca esta casilla para pedirlo ahora. Sin ella no podemos empezar a prestar el servicio.",
                "Tick this box to order now. Without it we can't start the service.",
            )
        })
    };
    let mut asked = vec![("start_now", ConsentKind::StartNow), ("withdrawal", ConsentKind::Withdrawal)];
    asked.extend((*gate == Gate::Acknowledge).then_some(("maintenance_risk", ConsentKind::MaintenanceRisk)));
    let boxes = asked
        .into_iter()
        .map(|(name, kind)| {
            let checked = !form.value(name).is_empty();
            view! {
                <CheckField label=kind.text(short, locale) name=name checked=checked error=error(name).unwrap_or_default()/>
            }
        })
        .collect_view();
    view! {
        <section class="purchase__step">
            <h2>{locale.t("Lo que necesitamos que aceptes", "What we need you to agree to")}</h2>
            {boxes}
        </section>
    }
}

/// The total once more, and the click that obliges to pay.
pub(super) fn order(web: &WebContext, choice: &Choice, price: OfferPrice) -> impl IntoView + use<> {
    let locale = web.locale;
    let note = if choice.is_subscription() {
        locale.t("Hoy no se cobra ni se retiene nada.", "Nothing is charged or held today.")
    } else {
        locale.t(
            "Ahora se retiene; se cobra cuando tu coche lo confirme.",
            "It is held now, and charged when your car confirms.",
        )
    };
    view! {
        <section class="purchase__step">
            {super::summary::total(choice, price, locale)}
            // The words that the law asks for (Directive 2011/83/EU, art. 8(2)).
            <Button kind=ButtonKind::Primary wide=true>{locale.t("Pedido con obligación de pago", "Order with obligation to pay")}</Button>
            <p class="muted small">{note}</p>
        </section>
    }
}
