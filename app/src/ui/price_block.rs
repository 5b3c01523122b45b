use leptos::prelude::*;

use super::text::given;

/// Money first: the amount in large figures, what it buys, what it is per day.
#[component]
pub fn PriceBlock(
    /// Complete amount with its currency, e.g. "29,90 €".
    #[prop(into)]
    amount: String,
    /// What it buys, e.g. "30 días", "al mes".
    #[prop(optional, into)]
    period: String,
    /// Comparable price, e.g. "1,00 € al día".
    #[prop(optional, into)]
    per_day: String,
    /// Small print, e.g. "IVA incluido".
    #[prop(optional, into)]
    note: String,
) -> impl IntoView {
    view! {
        <p class="price">
            <strong class="price__amount">{amount}</strong>
            {given(period).map(|text| view! { <span class="price__period">{text}</span> })}
            {given(per_day).map(|text| view! { <span class="price__day">{text}</span> })}
            {given(note).map(|text| view! { <span class="price__note">{text}</span> })}
        </p>
    }
}
