use leptos::prelude::*;

use super::{IconName, text::given};

/// A service in the catalogue's grid (`<ul class="services">`). Kept to a few nodes: a catalogue shows dozens.
#[component]
pub fn ServiceCard(
    /// The service's page.
    #[prop(into)]
    href: String,
    /// Its name.
    #[prop(into)]
    name: String,
    /// What the car can do then, in one sentence.
    #[prop(into)]
    promise: String,
    /// Icon of its category.
    icon: IconName,
    /// Lowest price, complete, e.g. "desde 0,33 € al día".
    #[prop(into)]
    price: String,
    /// A [`super::StatusPill`] when there is something to say ("Activo", "Bloqueado").
    #[prop(optional)]
    status: Option<AnyView>,
    /// Short reason above the price, e.g. why it is blocked.
    #[prop(optional, into)]
    note: String,
) -> impl IntoView {
    view! {
        <li class="service">
            <svg class="icon" aria-hidden="true"><use href=icon.href()/></svg>
            <h3><a class="stretched" href=href>{name}</a></h3>
            <p>{promise}</p>
            {given(note).map(|note| view! { <p class="service__note">{note}</p> })}
            <p class="service__price">{price}</p>
            {status}
        </li>
    }
}
