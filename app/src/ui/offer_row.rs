use leptos::prelude::*;

use super::text::given;

/// One offer of a service: how long, how much, and the way to it, or why not.
/// Rows inside `.offers` stand side by side where there is room.
#[component]
pub fn OfferRow(
    /// How long, e.g. "30 días", "Para siempre", "Suscripción".
    #[prop(into)]
    term: String,
    /// Complete amount, e.g. "29,90 €".
    #[prop(into)]
    price: String,
    /// What the amount is for, e.g. "al mes", "pago único".
    #[prop(optional, into)]
    unit: String,
    /// Comparable price, e.g. "1,00 € al día".
    #[prop(optional, into)]
    per_day: String,
    /// Where the offer is bought; empty when it can't be bought now.
    #[prop(optional, into)]
    href: String,
    /// What the button says, e.g. "Elegir 30 días".
    #[prop(optional, into)]
    action: String,
    /// Why it can't be bought now, or another remark.
    #[prop(optional, into)]
    note: String,
    /// Drawn with emphasis.
    #[prop(optional)]
    featured: bool,
    /// A [`super::StatusPill`] or nothing.
    #[prop(optional)]
    status: Option<AnyView>,
) -> impl IntoView {
    let button = given(href).map(|href| {
        let class = if featured { "btn btn--primary" } else { "btn btn--secondary" };
        view! { <a class=class href=href>{action}</a> }
    });
    view! {
        <li class="offer" class:offer--featured=featured>
            <h3>{term}</h3>
            {status}
            <p class="offer__price"><strong>{price}</strong>" "<span>{unit}</span></p>
            {given(per_day).map(|text| view! { <p class="muted">{text}</p> })}
            {given(note).map(|text| view! { <p class="offer__note">{text}</p> })}
            {button}
        </li>
    }
}
