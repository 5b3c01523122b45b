use leptos::prelude::*;

use super::{CarColour, CarDrawing, CarModel, text::given};

/// A vehicle of a person: drawing, name, plate or VIN, and its state.
#[component]
pub fn CarCard(
    /// Where the card leads; empty for a card that is no link.
    #[prop(optional, into)]
    href: String,
    /// Which silhouette.
    model: CarModel,
    /// Its paint.
    colour: CarColour,
    /// What the owner calls it or the model's name.
    #[prop(into)]
    name: String,
    /// Plate, or VIN while there is none; shown in the code typeface.
    #[prop(optional, into)]
    code: String,
    /// One line of facts, e.g. "2 servicios activos".
    #[prop(optional, into)]
    facts: String,
    /// A [`super::StatusPill`] or nothing.
    #[prop(optional)]
    status: Option<AnyView>,
) -> impl IntoView {
    let title = match given(href) {
        Some(href) => view! { <a class="stretched" href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    view! {
        <article class="car-card">
            <CarDrawing model=model colour=colour/>
            <div class="car-card__text">
                <p class="car-card__name">{title}</p>
                {given(code).map(|code| view! { <p class="code">{code}</p> })}
                {given(facts).map(|facts| view! { <p class="muted">{facts}</p> })}
                {status}
            </div>
        </article>
    }
}
