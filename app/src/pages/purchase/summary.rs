//! What is bought, for which car, at what price: in view all the time.

use super::choice::{Choice, ChosenCar};
use crate::ui::{Fact, KeyValueList};
use crate::web::WebContext;
use caas::catalogue::{Market, OfferPrice};
use caas::kernel::locale::Locale;
use leptos::prelude::*;

pub(super) fn summary(web: &WebContext, choice: &Choice, car: &ChosenCar, price: OfferPrice) -> impl IntoView + use<> {
    let locale = web.locale;
    let facts = vec![
        Fact::text(locale.t("Servicio", "Service"), choice.service.name.get(locale)),
        Fact::text(locale.t("Duración", "Duration"), duration(choice, locale)),
        Fact::text(locale.t("Coche", "Car"), car.vehicle.label()),
    ];
    view! {
        <aside class="summary" aria-label=locale.t("Tu pedido", "Your order")>
            <h2>{locale.t("Tu pedido", "Your order")}</h2>
            <KeyValueList facts=facts/>
            {discount(car, locale)}
            {total(choice, price, locale)}
            <p class="muted small">{vat(choice, price, locale)}</p>
        </aside>
    }
}

/// How long it runs, and from when.
fn duration(choice: &Choice, locale: Locale) -> String {
    let term = choice.offer.term(locale);
    if choice.is_subscription() {
        return locale.t("Mes a mes, hasta que la termines", "Month by month, until you end it").to_owned();
    }
    match choice.offer.days {
        Some(_) => format!("{term}{}", locale.t(", desde que tu coche lo confirme", ", from your car's confirmation")),
        None => term,
    }
}

/// What support gave for something that could not be delivered: the price before, and how much less.
fn discount(car: &ChosenCar, locale: Locale) -> Option<impl IntoView + use<>> {
    car.discount.map(|(percent, full)| {
        let words = match locale {
            Locale::Es => {
                format!("Precio {}, menos tu descuento del {percent}\u{a0}%. Se usa una vez.", full.display(locale))
            }
            Locale::En => format!("Price {}, less your {percent}% discount. It is used once.", full.display(locale)),
        };
        view! { <p class="summary__discount">{words}</p> }
    })
}

/// The complete price.
pub(super) fn total(choice: &Choice, price: OfferPrice, locale: Locale) -> impl IntoView + use<> {
    let label = if choice.is_subscription() { locale.t("Cada mes", "Each month") } else { "Total" };
    let amount = price.amount.display(locale);
    view! { <p class="summary__total"><span>{label}</span><strong>{amount}</strong></p> }
}

fn vat(choice: &Choice, price: OfferPrice, locale: Locale) -> String {
    if Market::of_country(&choice.customer.country) == Some(Market::Us) {
        return locale
            .t("Más los impuestos de tu estado, si los hay.", "Plus your state's sales tax, where there is one.")
            .to_owned();
    }
    let (whole, rest) = (price.vat_rate_basis_points / 100, price.vat_rate_basis_points % 100);
    let rate = match (rest, locale) {
        (0, _) => whole.to_string(),
        (rest, Locale::Es) => format!("{whole},{rest:02}").trim_end_matches('0').to_owned(),
        (rest, Locale::En) => format!("{whole}.{rest:02}").trim_end_matches('0').to_owned(),
    };
    match locale {
        Locale::Es => format!("IVA del {rate}\u{a0}% incluido."),
        Locale::En => format!("{rate}% VAT included."),
    }
}
